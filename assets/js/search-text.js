// How texts and queries are compared, as tools/internal/search does it in Go:
// folding, the terms of a query, and the hashes of its grams.
var taizhangText = (function () {
  'use strict';

  // The same folding as search.Fold in Go; a test compares the two.
  var same = {
    '[': '(', '{': '(', '〔': '(', '【': '(', '〖': '(', '〈': '(',
    ']': ')', '}': ')', '〕': ')', '】': ')', '〗': ')', '〉': ')',
    '‐': '-', '‑': '-', '‒': '-', '–': '-', '—': '-', '―': '-', '−': '-', '~': '-', '〜': '-', '∼': '-',
    '○': '〇', '◯': '〇', '零': '〇', '×': 'x'
  };
  var numerals = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二'];
  var roman = { ii: '二', iii: '三', iv: '四', vi: '六', vii: '七', viii: '八', ix: '九', xi: '十一', xii: '十二' };
  var latin = /(?<![A-Za-z0-9])[A-Za-z0-9]+/y, dropped = /[\s"'“”‘’「」『』《》·•‧∙・\p{M}\p{Cc}\p{Cf}]/u;
  var known = new Map();

  function foldChar(c) {
    var out = known.get(c);
    if (out === undefined) {
      var code = c.codePointAt(0);
      out = code >= 0x2160 && code < 0x216c ? numerals[code - 0x2160] : code >= 0x2170 && code < 0x217c ? numerals[code - 0x2170] : '';
      if (!out) Array.from(c.normalize('NFKD')).forEach(function (d) {
        d = same[d] || d;
        if (!dropped.test(d)) out += d.toLowerCase();
      });
      known.set(c, out);
    }
    return out;
  }

  // Folds a text; from[i] is where the i-th unit of the result was in the text.
  function fold(text) {
    var out = '', from = [], i = 0, skip = 0;
    for (var c of text) {
      if (i < skip) { i += c.length; continue; } // of a Roman numeral
      latin.lastIndex = i;
      var word = 'ivxIVX'.indexOf(c) >= 0 && latin.exec(text), n = word && roman[word[0].toLowerCase()];
      if (n) {
        skip = i + word[0].length;
        for (var l = 0; l < n.length; l++) from.push(i);
        out += n;
      } else if (c !== ',' || !/\d/.test(text[i - 1]) || !/\d/.test(text[i + 1])) {
        var f = foldChar(c);
        for (var k = 0; k < f.length; k++) from.push(i);
        out += f;
      }
      i += c.length;
    }
    return { text: out, from: from };
  }

  // The terms of a query: what stands between spaces, folded, each once.
  function terms(query) {
    var all = query.split(/\s+/).map(function (t) { return fold(t).text; });
    return all.filter(function (t, i) { return t && all.indexOf(t) === i; });
  }

  function hash(seed, text) {
    var h = seed;
    for (var c of text) h = Math.imul(h ^ c.codePointAt(0), 0x01000193);
    h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
    h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
    return (h ^ h >>> 16) >>> 0;
  }

  var short = 4, long = [8, 6], thin = /[\x00-\x7e年月日号]/, mostGrams = 8;

  // The grams to look up for a term: at each place the longest there is, without
  // those inside others; of many, evenly spread ones, since a few leave little
  // to be searched again.
  function grams(term) {
    var chars = Array.from(term), all = [], end = 0;
    for (var i = 0; i < chars.length && end < chars.length; i++) {
      var n = Math.min(short, chars.length);
      long.some(function (l) {
        var thick = chars.slice(i, i + l).filter(function (c) { return !thin.test(c); });
        return i + l <= chars.length && thick.length <= l / 4 && (n = l);
      });
      if (i + n <= end) continue;
      end = i + n;
      all.push(chars.slice(i, end).join(''));
    }
    var most = Math.min(all.length, mostGrams);
    return all.slice(0, most).map(function (_, k) {
      return hash(0x811c9dc5, all[most < 2 ? 0 : Math.round(k * (all.length - 1) / (most - 1))]);
    });
  }

  return { fold: fold, terms: terms, hash: hash, grams: grams };
})();
