// Saves what was found as a table for spreadsheets: CSV as the open data has it
// (UTF-8 with BOM, CRLF, no text that would run as a formula).
function taizhangTable(docs, words, root) {
  'use strict';
  var en = document.documentElement.dataset.lang === 'en' ? 1 : 0;
  function said(w) { return w ? (en && w.en) || w.zh : ''; }
  function cell(text) {
    text = String(text || '');
    if (/^[=+\-@\t\r\n'＝＋－＠]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)) text = "'" + text;
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  var rows = docs.map(function (d) {
    var c = d.card;
    return [c.id, c.title, c.unit.name, said(c.state), said(c.category), said(c.class), (c.amount || '').replace(/,/g, ''), c.on,
      c.makers.map(function (m) { return m.name; }).join('；'), root + c.url.slice(1)];
  });
  rows.unshift(words.columns[en].split('|'));
  var a = document.createElement('a');
  a.href = URL.createObjectURL(new Blob(['\ufeff' + rows.map(function (r) { return r.map(cell).join(',') + '\r\n'; }).join('')], { type: 'text/csv' }));
  a.download = words.file[en];
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(function () { URL.revokeObjectURL(a.href); }, 60000);
}
