// Remembers how the reader wants the pages: language and large type. It stands
// in the head, so that a page is never drawn first in another way. Without it
// pages show both languages.
(function () {
  'use strict';
  var root = document.documentElement;
  var allowed = { lang: ['zh', 'en'], size: ['large'] };

  function read(key) {
    try { return localStorage.getItem('taizhang-' + key) || ''; } catch (e) { return ''; }
  }
  function show(key, value) {
    if (allowed[key].indexOf(value) >= 0) root.setAttribute('data-' + key, value);
    else root.removeAttribute('data-' + key);
  }
  function remember(key, value) {
    try {
      if (value) localStorage.setItem('taizhang-' + key, value);
      else localStorage.removeItem('taizhang-' + key);
    } catch (e) { /* it holds for this page only */ }
  }
  // What has room for one language only: the page's title, a hint inside a field.
  function say(which, property) {
    document.querySelectorAll(which).forEach(function (e) {
      var zh = e.dataset.zh || e[property];
      e.dataset.zh = zh;
      e[property] = root.getAttribute('data-lang') === 'en' ? e.dataset.en : zh;
    });
  }
  function mark() {
    say('title[data-en]', 'text');
    say('input[data-en]', 'placeholder');
    document.querySelectorAll('.prefs button').forEach(function (b) {
      var now = root.getAttribute('data-' + b.dataset.pref) || '';
      b.setAttribute('aria-pressed', String(now === b.dataset.value));
    });
  }

  root.setAttribute('data-js', '');
  show('lang', read('lang'));
  show('size', read('size'));
  say('title[data-en]', 'text');
  document.addEventListener('DOMContentLoaded', mark);
  document.addEventListener('click', function (e) {
    var b = e.target.closest && e.target.closest('.prefs button');
    if (!b) return;
    var key = b.dataset.pref;
    var value = b.dataset.value;
    // Large type is on or off; of the languages one is chosen.
    if (key === 'size' && root.getAttribute('data-size') === value) value = '';
    show(key, value);
    remember(key, value);
    mark();
  });
})();
