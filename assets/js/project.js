// Lets the link "compare" bring along the projects that were chosen before.
(function () {
  'use strict';
  var link = document.querySelector('.compare-link');
  if (!link) return;
  var chosen = [];
  try { chosen = JSON.parse(sessionStorage.getItem('taizhang-compare')) || []; } catch (e) { /* none */ }
  if (!Array.isArray(chosen)) return;
  var id = link.dataset.id;
  var ids = chosen.filter(function (x) { return /^\d{4}-[a-z0-9]+-\d{2,}$/.test(x) && x !== id; }).slice(-3).concat(id);
  link.search = '?' + ids.map(function (x) { return 'p=' + x; }).join('&');
})();
