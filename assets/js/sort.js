// Lets readers sort a table that is shown whole. Without it the order is the
// one that the page was built in.
(function () {
  'use strict';
  var words = JSON.parse(document.currentScript.dataset.words), en = document.documentElement.dataset.lang === 'en' ? 1 : 0;

  // The date that a cell of dates holds for readers of English.
  function iso(cell) {
    var en = cell.classList.contains('date') && cell.querySelector('[lang=en]');
    return en ? en.textContent : '';
  }

  // What a cell is sorted by: a number, a date or a text; null comes last.
  function value(cell, number) {
    var text = (iso(cell) || cell.textContent).trim();
    if (!number) return text || null;
    var n = parseFloat(text.replace(/,/g, ''));
    return isNaN(n) ? null : n;
  }

  // The words of a heading in the chosen language.
  function said(th) {
    var span = th.querySelector(en ? '[lang=en]' : 'bdi, .zh');
    return (span || th).textContent.trim();
  }

  document.querySelectorAll('table[data-sort]').forEach(function (table) {
    var body = table.tBodies[0], given = Array.from(body.rows), heads = Array.from(table.tHead.rows[0].cells);
    if (given.length < 3) return;
    var label = document.createElement('label'), select = document.createElement('select');
    label.className = 'table-sort';
    label.append(words.by[en] + ' ', select);
    select.append(new Option(words.given[en], ''));
    heads.forEach(function (th, i) { if (said(th)) select.append(new Option(said(th), i)); });
    select.addEventListener('change', function () {
      var at = select.value, rows = given.slice();
      heads.forEach(function (th) { th.removeAttribute('aria-sort'); });
      if (at !== '') {
        // Numbers and dates from the largest, texts from the first.
        var number = heads[at].classList.contains('num'), down = number || rows.some(function (r) { return iso(r.cells[at]); });
        var key = new Map(rows.map(function (r) { return [r, value(r.cells[at], number)]; }));
        rows.sort(function (a, b) {
          var x = key.get(a), y = key.get(b);
          if (x === null || y === null) return (x === null) - (y === null);
          return (number ? x - y : x.localeCompare(y, 'zh')) * (down ? -1 : 1);
        });
        heads[at].setAttribute('aria-sort', down ? 'descending' : 'ascending');
      }
      body.append.apply(body, rows);
    });
    table.before(label);
  });
})();
