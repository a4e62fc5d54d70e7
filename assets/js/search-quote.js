// Quotes of a project's texts what answers a query, with the terms marked.
var taizhangQuote = (function () {
  'use strict';
  var mostSnippets = 3, around = 36, fold = taizhangText.fold;

  // The fields to quote, those with most terms first, until all terms that the
  // heading does not show were seen: [number of the field, whether to name it, excerpt].
  function places(d, terms) {
    var has = function (text) { return terms.filter(function (t) { return text.indexOf(t) >= 0; }); };
    var seen = has(fold([d.card.title, d.card.id, d.card.unit.name].join('\n')).text), out = [];
    var all = d.fields.map(function (f, i) { return { n: i, terms: has(d.folded[i].text) }; });
    all.filter(function (f) { return f.terms.length; }).sort(function (a, b) { return b.terms.length - a.terms.length; }).forEach(function (f) {
      var fresh = f.terms.filter(function (t) { return seen.indexOf(t) < 0; });
      if (!fresh.length || out.length >= mostSnippets) return;
      seen = seen.concat(fresh);
      var text = d.fields[f.n][2], folded = d.folded[f.n];
      out.push([f.n, true, d.card.units[f.n] ? called(text, fresh[0]) : excerpt(text, folded.from[folded.text.indexOf(fresh[0])])]);
    });
    if (!out.length && d.card.intro) out.push([d.card.intro, false, excerpt(d.fields[d.card.intro][2], 0)]);
    return out;
  }

  // Of all names of a unit the one to quote.
  function called(text, term) {
    var names = text.split('，'), name = names.find(function (n) { return fold(n).text.indexOf(term) >= 0; });
    return !name || name === names[0] ? names[0] : names[0] + '（' + name + '）';
  }

  function excerpt(text, at) {
    var start = at > around ? at - around : 0, end = start + 3 * around;
    if (/[\uDC00-\uDFFF]/.test(text[start] || '')) start--;
    if (/[\uDC00-\uDFFF]/.test(text[end] || '')) end--;
    return (start ? '…' : '') + text.slice(start, end) + (end < text.length ? '…' : '');
  }

  // Appends text with the terms marked.
  function mark(el, text, terms) {
    var folded = fold(text), hit = [];
    terms.forEach(function (t) {
      for (var p = folded.text.indexOf(t); p >= 0; p = folded.text.indexOf(t, p + 1)) {
        for (var j = folded.from[p]; j <= folded.from[p + t.length - 1]; j++) hit[j] = true;
      }
    });
    for (var a = 0, b; a < text.length; a = b) {
      for (b = a + 1; b < text.length && (!hit[b] === !hit[a] || /[\uDC00-\uDFFF]/.test(text[b])); b++);
      if (hit[a]) el.appendChild(document.createElement('mark')).textContent = text.slice(a, b); else el.append(text.slice(a, b));
    }
    return el;
  }

  return { places: places, mark: mark };
})();
