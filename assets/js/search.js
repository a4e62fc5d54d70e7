// The search page and the list of all projects: shows what the engine finds.
// What is asked for stands in the address, so that it can be shared and the
// browser's back button works. Without this script the lists are linked.
(function () {
  'use strict';
  var perPage = 10, fewValues = 6, mostChecked = 1000, mostFixed = 12, mostNamed = 4, mostCounted = 30000;
  var quote = taizhangQuote, mark = quote.mark;
  var $ = function (id) { return document.getElementById(id); };
  var finder = $('finder'), input = $('q'), status = $('status'), results = $('results'), list = $('list');
  if (!finder || !window.taizhangSearch) return;
  var words = JSON.parse(finder.dataset.words);
  var wide = window.matchMedia('(min-width: 72rem)');
  var engine = taizhangSearch.open(function (name) {
    return fetch(finder.dataset.index + name, name === 'index.json' ? { cache: 'no-cache' } : {}).then(function (r) {
      if (!r.ok) throw new Error(r.status + ' ' + name);
      return r;
    });
  });
  var root, state, last, run = 0, open = {}, title = document.title;

  function word(key, values) {
    return words[key].map(function (t) {
      return t.replace(/\{(\w+)\}/g, function (all, k) { return values && k in values ? values[k] : all; });
    });
  }
  function add(parent, tag, cls, text) {
    var el = document.createElement(tag);
    if (cls) el.className = cls;
    if (text !== undefined) el.textContent = text;
    return parent.appendChild(el);
  }
  // A text in Chinese with its English beside it; cls "en-x": instead of it, for
  // readers who chose English.
  function both(el, pair, cls) {
    if (!pair[1] || pair[1] === pair[0]) {
      el.append(pair[0]);
      return el;
    }
    add(el, 'span', 'zh', pair[0]);
    el.append(' ');
    add(el, 'span', cls || 'en', pair[1]).lang = 'en';
    return el;
  }
  function clear(el) { el.textContent = ''; return el; }

  // The state and the address say the same.
  function read() {
    var p = new URLSearchParams(location.search), s = { q: (p.get('q') || '').slice(0, 100), filters: {}, sort: p.get('sort') || '', page: Math.max(1, parseInt(p.get('page'), 10) || 1) };
    root.facets.forEach(function (f) {
      var values = p.getAll(f.key);
      if (values.length) s.filters[f.key] = values.slice(0, 20);
    });
    return s;
  }
  function address(s) {
    var p = new URLSearchParams();
    if (s.q.trim()) p.set('q', s.q.trim());
    Object.keys(s.filters).forEach(function (k) { s.filters[k].forEach(function (v) { p.append(k, v); }); });
    if (s.sort) p.set('sort', s.sort);
    if (s.page > 1) p.set('page', s.page);
    var text = p.toString();
    return location.pathname + (text ? '?' + text : '');
  }
  function change(what, replace) {
    state = Object.assign({}, state, { page: 1 }, what);
    history[replace ? 'replaceState' : 'pushState'](null, '', address(state));
    return show();
  }
  function toggle(key, value, on) {
    var filters = Object.assign({}, state.filters), values = (filters[key] || []).filter(function (v) { return v !== value; });
    if (on) values.push(value);
    if (values.length) filters[key] = values; else delete filters[key];
    return change({ filters: filters });
  }

  // every: what was found is searched again, so that the number is exact.
  function show(every) {
    var mine = ++run, asked = state, blank = !taizhangText.terms(asked.q).length && !Object.keys(asked.filters).length;
    var resting = list && blank && !asked.sort && asked.page === 1;
    if (list) list.hidden = !resting;
    finder.classList.toggle('resting', Boolean(resting));
    results.setAttribute('aria-busy', 'true');
    // Only a wait that is noticed is announced.
    var slow = setTimeout(function () { if (mine === run) both(clear(status), word('loading')); }, 400);
    return engine.find(asked.q, asked.filters, asked.sort || (blank ? 'newest' : 'relevance'), every === true).then(function (r) {
      return r.hits.length || !r.terms.length ? r : engine.similar(asked.q, asked.filters).then(function (s) { return Object.assign(s, { asked: r }); });
    }).then(function (r) {
      if (mine !== run) return;
      var from = (asked.page - 1) * perPage, shown = r.hits.slice(from, from + perPage);
      last = r;
      return Promise.all([
        tallied(r),
        resting ? null : Promise.all([engine.docs(r, shown), engine.labels()]).then(function (got) {
          if (mine !== run) return;
          clearTimeout(slow);
          head(r, blank);
          clear(results);
          got[0].filter(Boolean).forEach(function (d) { item(d, r.terms, got[1]); });
          pager(Math.ceil(r.hits.length / perPage));
          help(r);
          named(r.asked || r);
        })
      ]);
    }).catch(function () { if (mine === run) failed(); }).then(function () {
      clearTimeout(slow);
      if (mine === run) results.removeAttribute('aria-busy');
    });
  }

  // Values are counted for readers who see them: what it takes to count grows
  // with the registry.
  function tallied(r) {
    var mine = run;
    return ($('facets').open ? engine.counts(r) : Promise.resolve({})).then(function (counts) { if (mine === run) return facets(counts); });
  }

  function head(r, blank) {
    var n = r.hits.length.toLocaleString('en');
    document.title = (state.q.trim() ? state.q.trim() + ' - ' : '') + title;
    both(clear(status), word(!r.hits.length ? 'none' : r.loose ? 'similar' : blank ? 'all' : r.exact ? 'found' : 'about', { n: n }));
    var few = r.hits.length > 0 && r.hits.length + r.near.length <= mostChecked;
    $('check').hidden = r.exact || !few;
    $('save').hidden = !few;
    $('sort').parentNode.hidden = Boolean(r.loose);
    var select = clear($('sort')), now = state.sort || (blank ? 'newest' : 'relevance');
    (blank ? ['newest', 'amount'] : ['relevance', 'newest', 'amount']).forEach(function (key) {
      var option = add(select, 'option', '', word(key)[document.documentElement.dataset.lang === 'en' ? 1 : 0]);
      option.value = key;
      option.selected = key === now;
    });
  }

  // Units and contractors that are called what was asked for: their own pages
  // and lists say more than the projects that name them.
  function named(r) {
    var box = clear($('named')), t = r.terms[0] || '', found = [];
    if (r.terms.length !== 1 || t.length < 2) return;
    [function (name) { return name.indexOf(t) >= 0 || name.length > 2 && t.indexOf(name) >= 0; }, function (name) {
      var at = -1; // or all its characters in their order, as in a short form
      return t.length > 2 && Array.from(t).every(function (c) { return (at = name.indexOf(c, at + 1)) >= 0; });
    }].forEach(function (fits) {
      if (!found.length) root.facets.forEach(function (f) {
        if (f.key === 'unit' || f.key === 'contractor') f.values.forEach(function (v) {
          if (found.length < mostNamed && fits(taizhangText.fold(v[1] || v[0]).text)) found.push([f, v]);
        });
      });
    });
    found.forEach(function (x, i) {
      var f = x[0], v = x[1], p = i ? box : both(box, [f.zh, f.en]), filters = {};
      if (i && f !== found[i - 1][0]) { box.append('　'); both(box, [f.zh, f.en]); }
      p.append(i && f === found[i - 1][0] ? '、' : '：');
      filters[f.key] = [v[0]];
      add(p, 'a', '', v[1] || v[0]).href = f.key === 'unit' ? finder.dataset.root + 'units/' + v[0] + '/' : address({ q: '', filters: filters, sort: '', page: 1 });
    });
  }

  function item(d, terms, labels) {
    var c = d.card, url = finder.dataset.root + c.url.slice(1), li = add(results, 'li');
    var title = add(add(li, 'h3', 'result-title'), 'a');
    title.href = url;
    mark(title, c.title, terms);
    var meta = add(li, 'p', 'result-meta');
    both(add(meta, 'span', 'chip chip-' + (c.state.tone || 'plan')), [c.state.zh, c.state.en], 'en-x');
    mark(add(meta, 'span'), c.id, terms);
    linked(add(meta, 'span'), c.unit, terms);
    if (c.category) both(add(meta, 'span'), [c.category, c.class].filter(Boolean).reduce(function (a, w) {
      return a ? [a[0] + ' · ' + w.zh, a[1] + ' · ' + w.en] : [w.zh, w.en];
    }, null), 'en-x');
    if (c.amount) both(add(meta, 'span', '', c.amount + ' '), word('wan'), 'en-x');
    if (c.on) {
      var time = add(meta, 'time'), on = c.on.split('-');
      time.dateTime = c.on; // shown to readers who chose English
      add(time, 'span', 'zh', on[0] + '年' + +on[1] + '月' + +on[2] + '日');
    }
    quote.places(d, terms).forEach(function (f) {
      // The names of contractors and units lead to pages of their own.
      var p = add(li, 'p', 'snippet'), field = d.fields[f[0]], unit = c.units[f[0]];
      if (f[1]) {
        both(add(p, 'a'), labels(field[1])).href = unit ? finder.dataset.root + unit.slice(1) : url + (field[0] ? '#' + field[0] : '');
        p.append('：');
      }
      if (f[0] !== c.built) mark(p, f[2], terms);
      else c.makers.forEach(function (m, i) { linked(add(p, 'span', '', i ? '，' : ''), m, terms); });
    });
  }

  // Appends a name with the terms marked; one that holds a term leads to its
  // page, where all that is known of the organisation stands.
  function linked(el, to, terms) {
    var folded = taizhangText.fold(to.name).text;
    if (to.url && terms.some(function (t) { return folded.indexOf(t) >= 0; })) {
      el = add(el, 'a', 'own');
      el.href = finder.dataset.root + to.url.slice(1);
    }
    mark(el, to.name, terms);
  }

  function button(parent, pair, act) {
    var b = both(add(parent, 'button', 'plain-button'), pair, 'en-x');
    b.type = 'button';
    b.addEventListener('click', act);
    return b;
  }

  // What to do when nothing was found.
  function help(r) {
    var box = clear($('help'));
    if (r.hits.length) return;
    var ul = add(box, 'ul', 'help');
    if (r.terms.length > 1) {
      r.terms.forEach(function (t, i) {
        var a = both(add(add(ul, 'li'), 'a'), word('alone', { term: t, n: r.alone[i].toLocaleString('en') }));
        a.href = address({ q: t, filters: {}, sort: '', page: 1 });
      });
    }
    if (Object.keys(state.filters).length) both(add(ul, 'li'), word('fewer'));
    if (r.terms.length) ['less', 'spell'].forEach(function (key) { both(add(ul, 'li'), word(key)); });
    both(box.insertBefore(document.createElement('p'), ul), word('try'));
    var all = both(add(add(ul, 'li'), 'a'), word('browse'));
    all.href = address({ q: '', filters: {}, sort: '', page: 1 });
  }

  function failed() {
    both(clear(status), word('failed'));
    clear(results);
    clear($('found-pages'));
    clear($('named'));
    button(clear($('help')), word('retry'), begin);
  }

  function pager(pages) {
    var nav = clear($('found-pages')), page = state.page;
    nav.hidden = pages < 2;
    [['prev', page - 1], ['', page], ['next', page + 1]].forEach(function (side) {
      var span = add(nav, 'span', side[0] ? 'pager-side' + (side[0] === 'next' ? ' pager-next' : '') : 'pager-here');
      if (!side[0]) both(span, word('page', { page: page, pages: pages }));
      if (!side[0] || side[1] < 1 || side[1] > pages) return;
      var a = both(add(span, 'a'), word(side[0])), to = side[1];
      a.href = address(Object.assign({}, state, { page: to }));
      a.rel = side[0];
      a.addEventListener('click', function (e) {
        if (e.metaKey || e.ctrlKey || e.shiftKey) return;
        e.preventDefault();
        change({ page: to }).then(function () { $('found-title').focus(); });
      });
    });
  }

  // Draws the facets anew, keeping the focus and what is unfolded.
  function facets(counts) {
    return Promise.all(root.facets.map(function (f) {
      var chosen = state.filters[f.key] || [], found = new Map(counts[f.key]);
      // Of few values those that were not found say so, and the list keeps still.
      if (f.sorted && f.values.length <= mostFixed && found.size) f.values.forEach(function (_, i) { if (!found.has(i)) found.set(i, 0); });
      var tally = Array.from(found).sort(function (a, b) { return f.sorted ? a[0] - b[0] : b[1] - a[1] || a[0] - b[0]; });
      return Promise.all(tally.slice(0, 60).map(function (t) { return engine.value(f, t[0]).then(function (v) { return { value: v, n: t[1] }; }); })).then(function (values) {
        chosen.forEach(function (id) {
          if (!values.some(function (v) { return v.value[0] === id; })) values.push({ value: f.values.find(function (v) { return v[0] === id; }) || [id], n: 0 });
        });
        return values;
      });
    })).then(function (all) {
      var focus = document.activeElement && document.activeElement.id, box = clear($('facet-list')), chips = clear($('chosen'));
      root.facets.forEach(function (f, k) { if (all[k].length) facet(box, chips, f, all[k]); });
      if (focus && focus.indexOf('f-') === 0 && $(focus)) $(focus).focus();
      if (chips.firstChild) button(add(chips, 'li'), word('clear'), function () { change({ q: input.value = '', filters: {}, sort: '' }); });
    });
  }

  function facet(box, chips, f, values) {
    var chosen = state.filters[f.key] || [], set = add(box, 'fieldset');
    both(add(set, 'legend'), [f.zh, f.en]);
    values.forEach(function (v, i) {
      var id = v.value[0], name = v.value[1] || id, on = chosen.indexOf(id) >= 0;
      if (on) {
        var chip = button(add(chips, 'li'), [f.zh + '：' + name + ' ×', f.en + ': ' + (v.value[2] || name) + ' ×'], function () { toggle(f.key, id, false).then(function () { $('found-title').focus(); }); });
        chip.setAttribute('aria-label', word('remove', { what: f.zh + '：' + name })[0]);
      }
      if (i >= fewValues && !open[f.key] && !on) return;
      var label = add(set, 'label'), check = add(label, 'input');
      check.type = 'checkbox';
      check.id = 'f-' + f.key + '-' + id;
      check.checked = on;
      check.addEventListener('change', function () { toggle(f.key, id, check.checked); });
      both(add(label, 'span'), [name, v.value[2]]);
      add(label, 'span', 'n', v.n.toLocaleString('en'));
    });
    if (values.length > fewValues) {
      var more = button(set, word(open[f.key] ? 'fewer_values' : 'more'), function () {
        open[f.key] = !open[f.key];
        set.replaceWith(facet(document.createElement('div'), document.createElement('ul'), f, values));
        $(more.id).focus();
      });
      more.id = 'f-more-' + f.key;
      more.setAttribute('aria-expanded', String(Boolean(open[f.key])));
    }
    return set;
  }

  // Filters stand open where there is room for them and counting costs little.
  function unfold() { $('facets').open = wide.matches && root.projects <= mostCounted; }

  function begin() {
    return engine.start(true).then(function (r) {
      root = r;
      unfold();
      state = read();
      input.value = state.q;
      return show();
    }).catch(failed);
  }

  finder.hidden = false;
  if (list) finder.append(list);
  $('share').hidden = !navigator.clipboard; // only where the page is served securely
  $('facets').addEventListener('toggle', function () { if (last && $('facets').open) tallied(last).catch(failed); });
  wide.addEventListener('change', function () { if (root) unfold(); });
  input.form.addEventListener('submit', function (e) {
    if (!root) return; // the address then asks the search page
    e.preventDefault();
    change({ q: input.value });
  });
  // While typing, but not while an input method composes a word.
  var typing;
  input.addEventListener('input', function (e) {
    clearTimeout(typing);
    if (!e.isComposing) typing = setTimeout(function () { if (root) change({ q: input.value }, true); }, 300);
  });
  input.addEventListener('compositionend', function () { input.dispatchEvent(new Event('input')); });
  $('sort').addEventListener('change', function (e) { change({ sort: e.target.value }); });
  $('check').addEventListener('click', function () { show(true).then(function () { $('found-title').focus(); }); });
  $('save').addEventListener('click', function () {
    $('save').disabled = true;
    engine.docs(last, last.hits).then(function (docs) {
      taizhangTable(docs.filter(Boolean), words, new URL(finder.dataset.root, location.href).href);
    }).catch(failed).then(function () { $('save').disabled = false; });
  });
  $('share').addEventListener('click', function () {
    navigator.clipboard.writeText(location.href).then(function () { both(clear($('share')), word('shared'), 'en-x'); });
  });
  window.addEventListener('popstate', function () {
    if (!root) return;
    state = read();
    input.value = state.q;
    show();
  });
  begin();
})();
