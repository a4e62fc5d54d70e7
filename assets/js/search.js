// Finds projects by plain text. The page works without it: lists are linked.
(function () {
  'use strict';
  var list = document.getElementById('results');
  var status = document.getElementById('status');
  var query = (new URLSearchParams(location.search).get('q') || '').slice(0, 100);
  var limit = 100;

  // Full-width, upper-case and spaced forms compare equal to the plain one.
  function fold(s) {
    return String(s).normalize('NFKC').toLowerCase().replace(/\s+/g, '');
  }

  // Appends text to el with the terms marked. Folding may change the length,
  // so each folded character remembers the place it came from.
  function mark(el, text, terms) {
    var folded = '', from = [], hit = [];
    for (var i = 0; i < text.length; i++) {
      var f = fold(text[i]);
      folded += f;
      for (var k = 0; k < f.length; k++) from.push(i);
    }
    terms.forEach(function (t) {
      for (var p = folded.indexOf(t); p >= 0; p = folded.indexOf(t, p + 1)) {
        for (var j = from[p]; j <= from[p + t.length - 1]; j++) hit[j] = true;
      }
    });
    for (var a = 0, b; a < text.length; a = b) {
      for (b = a + 1; b < text.length && !hit[b] === !hit[a]; b++);
      var node = hit[a] ? document.createElement('mark') : document.createTextNode('');
      node.textContent = text.slice(a, b);
      el.appendChild(node);
    }
  }

  function add(parent, tag, cls) {
    var el = document.createElement(tag);
    if (cls) el.className = cls;
    parent.appendChild(el);
    return el;
  }

  function excerpt(text, terms) {
    var at = -1;
    terms.forEach(function (t) { if (at < 0) at = text.toLowerCase().indexOf(t); });
    var start = Math.max(0, at - 30);
    return (start ? '…' : '') + text.slice(start, start + 110) + (text.length > start + 110 ? '…' : '');
  }

  function show(d, terms) {
    var title = [], other = [];
    d.id.forEach(function (id, i) {
      var head = fold(d.title[i]);
      var all = [head, id, d.unit[i], d.year[i], d.stage[i], d.state[i], d.text[i]].map(fold).join('\n');
      if (!terms.every(function (t) { return all.indexOf(t) >= 0; })) return;
      (terms.every(function (t) { return head.indexOf(t) >= 0; }) ? title : other).push(i);
    });
    var found = title.concat(other);
    status.textContent = !found.length ? status.dataset.none :
      status.dataset.found.replace('{n}', found.length) + (found.length > limit ? '。' + status.dataset.more : '');
    found.slice(0, limit).forEach(function (i) {
      var li = add(list, 'li'), a = add(add(li, 'p', 'result-title'), 'a');
      a.href = list.dataset.root + 'projects/' + d.id[i].split('-').map(encodeURIComponent).join('/') + '/';
      mark(a, d.title[i], terms);
      mark(add(li, 'p', 'result-meta'), [d.id[i], d.unit[i], d.stage[i], d.state[i]].join(' · '), terms);
      mark(add(li, 'p'), excerpt(d.text[i] || '', terms), terms);
    });
  }

  document.getElementById('q').value = query;
  var terms = query.split(/\s+/).map(fold).filter(Boolean);
  if (!terms.length) {
    status.textContent = status.dataset.empty;
    return;
  }
  fetch(list.dataset.src).then(function (r) {
    if (!r.ok) throw new Error(r.status);
    return r.json();
  }).then(function (d) { show(d, terms); }).catch(function () {
    status.textContent = status.dataset.failed;
  });
})();
