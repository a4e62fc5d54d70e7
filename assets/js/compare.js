// Sets the projects named in the address side by side. It reads their pages and
// takes over what is marked there with data-compare, so the pages stay the only
// copy of the data.
(function () {
  'use strict';
  var status = document.getElementById('compare-status');
  var result = document.getElementById('compare-result');
  var say = status.dataset;
  var words = JSON.parse(say.words);
  var ids = new URLSearchParams(location.search).getAll('p').join(' ').split(/[\s,]+/)
    .map(function (s) { return s.normalize('NFKC').toLowerCase(); })
    .filter(function (s, i, all) { return s && all.indexOf(s) === i; })
    .slice(0, Number(say.most));

  document.querySelectorAll('.compare-ids input').forEach(function (input, i) { input.value = ids[i] || ''; });
  try { sessionStorage.setItem('taizhang-compare', JSON.stringify(ids)); } catch (e) { /* nothing is remembered */ }
  if (!ids.length) { both(status, 'empty'); return; }

  function address(id) {
    var m = /^(\d{4})-([a-z0-9]+)-(\d{2,})$/.exec(id);
    return m ? say.root + 'projects/' + m[1] + '/' + m[2] + '/' + m[3] + '/' : '';
  }

  function load(id) {
    var url = address(id);
    if (!url) return Promise.resolve({ id: id });
    return fetch(url).then(function (r) {
      if (r.status === 404) return { id: id };
      if (!r.ok) throw new Error(String(r.status));
      return r.text().then(function (html) {
        return { id: id, url: url, page: new DOMParser().parseFromString(html, 'text/html') };
      });
    });
  }

  // A cell is copied with its markup, which the site itself made; what it names
  // stays a link to the same place.
  function copy(from, base) {
    var to = document.createDocumentFragment();
    from.childNodes.forEach(function (n) { to.appendChild(document.importNode(n, true)); });
    to.querySelectorAll('.vh').forEach(function (n) { n.remove(); });
    to.querySelectorAll('[id]').forEach(function (n) { n.removeAttribute('id'); });
    to.querySelectorAll('a[href^="#"]').forEach(function (a) { a.setAttribute('href', base + a.getAttribute('href')); });
    return to;
  }

  // rows gives [label, value] pairs of one marked part of a page.
  function rows(page, part) {
    var at = page.querySelector('[data-compare="' + part + '"]');
    if (!at) return [];
    if (part === 'money') {
      return Array.prototype.map.call(at.querySelectorAll('tbody tr'), function (tr) {
        var cell = page.createElement('div');
        var dev = tr.querySelectorAll('.dev');
        cell.append.apply(cell, Array.prototype.slice.call(copy(tr.querySelector('td.num'), '').childNodes));
        dev.forEach(function (d) { var p = page.createElement('span'); p.className = 'sub'; p.appendChild(copy(d, '')); cell.appendChild(p); });
        return [tr.querySelector('th'), cell];
      });
    }
    if (part === 'steps') {
      return Array.prototype.map.call(at.children, function (li) { return [li.querySelector('.step-what'), li.querySelector('.step-on')]; });
    }
    return Array.prototype.map.call(at.children, function (div) { return [div.querySelector('dt'), div.querySelector('dd')]; });
  }

  function key(label) {
    var zh = label.querySelector('bdi');
    return (zh || label).textContent.replace(/（.*）/, '').trim();
  }

  function element(name, cls) {
    var e = document.createElement(name);
    if (cls) e.className = cls;
    return e;
  }

  function add(parent, cls, text) {
    var e = element('span', cls);
    e.textContent = text;
    return parent.appendChild(e);
  }

  // A text of the page in both languages, of which one is shown.
  function both(parent, key, ids) {
    parent.textContent = '';
    words[key].forEach(function (text, i) {
      var e = add(parent, i ? 'en-x' : 'zh', text.replace('{ids}', ids));
      if (i) e.lang = 'en';
    });
    return parent;
  }

  function draw(found) {
    var table = element('table', 'compare');
    var head = table.createTHead().insertRow();
    var corner = element('th');
    corner.scope = 'col';
    both(corner, 'what');
    head.appendChild(corner);
    found.forEach(function (p) {
      var th = element('th');
      th.scope = 'col';
      var a = element('a');
      a.href = p.url;
      a.textContent = p.page.querySelector('h1').textContent;
      var id = element('span', 'sub');
      id.textContent = p.id + ' ';
      var off = element('a');
      off.href = '?' + found.filter(function (o) { return o !== p; }).map(function (o) { return 'p=' + o.id; }).join('&');
      both(off, 'remove');
      add(off, 'vh', ' ' + p.id);
      id.appendChild(off);
      th.append(a, id);
      var state = p.page.querySelector('.project-meta .chip');
      if (state) th.appendChild(document.importNode(state, true));
      head.appendChild(th);
    });
    ['facts', 'money', 'steps', 'indicators'].forEach(function (part) {
      var order = [];
      var labels = {};
      var values = found.map(function (p) {
        var mine = {};
        var before = -1;
        rows(p.page, part).forEach(function (r) {
          var k = key(r[0]);
          mine[k] = r[1];
          if (!labels[k]) {
            labels[k] = copy(r[0], p.url);
            order.splice(before + 1, 0, k);
          }
          before = order.indexOf(k);
        });
        return mine;
      });
      if (!order.length) return;
      var body = table.createTBody();
      if (words[part]) {
        var title = element('th', 'compare-part');
        title.colSpan = found.length + 1;
        title.scope = 'rowgroup';
        both(title, part);
        body.insertRow().appendChild(title);
      }
      order.forEach(function (k) {
        var tr = body.insertRow();
        var th = element('th');
        th.scope = 'row';
        th.appendChild(labels[k]);
        tr.appendChild(th);
        values.forEach(function (mine, i) {
          var td = tr.insertCell();
          if (mine[k]) td.appendChild(copy(mine[k], found[i].url));
          else td.textContent = '—';
        });
      });
    });
    result.replaceChildren(table);
    result.hidden = false;
  }

  Promise.all(ids.map(load)).then(function (all) {
    var found = all.filter(function (p) { return p.page; });
    var lost = all.filter(function (p) { return !p.page; });
    if (lost.length) both(status, 'missing', lost.map(function (p) { return p.id; }).join(', ')); else status.textContent = '';
    if (found.length) draw(found);
  }).catch(function () { both(status, 'failed'); });
})();
