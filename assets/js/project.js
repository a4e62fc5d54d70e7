// What a project's page does for its reader: the link "compare" brings along the
// projects chosen before, and the page is cited with its whole address.
(function () {
  'use strict';
  var link = document.querySelector('.compare-link'), address = document.querySelector('.permalink'), copy = document.getElementById('copy');
  var chosen = [];
  try { chosen = JSON.parse(sessionStorage.getItem('taizhang-compare')) || []; } catch (e) { /* none */ }
  if (Array.isArray(chosen)) {
    var id = link.dataset.id;
    var ids = chosen.filter(function (x) { return /^\d{4}-[a-z0-9]+-\d{2,}$/.test(x) && x !== id; }).slice(-3).concat(id);
    link.search = '?' + ids.map(function (x) { return 'p=' + x; }).join('&');
  }

  // On a phone each row of a table is a card, of which every cell names its column.
  document.querySelectorAll('.inner').forEach(function (table) {
    var names = Array.prototype.map.call(table.tHead.rows[0].cells, function (th) {
      var en = th.querySelector('i');
      return [(th.querySelector('bdi') || th).textContent, en ? en.textContent : ''];
    });
    Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
      names.forEach(function (name, i) {
        row.cells[i].dataset.label = name[0];
        if (name[1]) row.cells[i].dataset.en = name[1];
      });
    });
    table.classList.add('cards');
  });

  // A site that was built without its address knows it here.
  address.textContent = new URL(address.textContent, location.href).href;
  if (!navigator.clipboard) return; // only where the page is served securely
  copy.hidden = false;
  copy.addEventListener('click', function () {
    navigator.clipboard.writeText(address.parentNode.innerText.trim()).then(function () {
      copy.textContent = document.documentElement.dataset.lang === 'en' ? copy.dataset.doneEn : copy.dataset.done;
    });
  });
})();
