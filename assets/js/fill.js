// The form page: a new project, the next step of one, or a draft. Views follow
// the address after #, so that going back and reloading work as everywhere.
import { h, both, button, word, plain, pair, clear, say, save, english } from './fill-dom.js';
import { start, watch, ask, judge } from './fill-judge.js';
import * as drafts from './fill-drafts.js';
import * as sheet from './fill-sheet.js';
import * as send from './fill-send.js';
import * as work from './fill-work.js';
import { field } from './fill-fields.js';

const view = document.getElementById('fill-view'), notes = document.getElementById('fill-notes');
const { defs } = work;
const today = () => { const d = new Date(); return [d.getFullYear(), d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, '0')).join('-'); };
const to = (id, part) => '#/d/' + id + (part === undefined ? '' : '/' + part);
const go = (hash) => { if (location.hash === hash) show(); else location.hash = hash; };

let turn = 0;
async function show() {
  const mine = ++turn, [, what, id, part] = location.hash.split('/');
  const next = document.createElement('div');
  dropped = null;
  if (what !== 'd') await work.close();
  try {
    if (what === 'new') newProject(next);
    else if (what === 'open') openProject(next);
    else if (what === 'drafts') await draftList(next, true);
    else if (what === 'd') await draftView(next, id, part);
    else await home(next);
  } catch (e) {
    next.append(h('p.aside.aside-bad', { id: 'fill-heading', tabindex: '-1' }, [e.zh || word('trouble')[0], e.en || word('trouble')[1]]), h('p', null, String(e.message || '')));
  }
  if (mine !== turn) return;
  clear(view).append(next);
  judgeNote();
  const heading = document.getElementById('fill-heading');
  if (heading && loaded) heading.focus();
  loaded = true;
  window.scrollTo(0, heading && what ? Math.max(0, heading.getBoundingClientRect().top + scrollY - 24) : 0);
  if (what === 'd') { sheet.judged(); sheet.seek(); }
}
let loaded = false;

// home: three choices.
async function home(el) {
  const choice = (hash, key, n) => h('li', null, h('a.choice', { href: hash }, h('span.choice-n', { 'aria-hidden': 'true' }, n), h('span.choice-what', null, word(key)), h('span.choice-text', null, both(word(key + '_text'), 'en-x'))));
  el.append(h('h2.vh', { id: 'fill-heading', tabindex: '-1' }, word('what')), h('ul.choices', null, choice('#/new', 'new', '1'), choice('#/open', 'next', '2'), choice('#/drafts', 'drafts', '3')), h('p.hint', null, word('safe')));
  await draftList(el, false);
  picker(true); // shown once files are dropped
}

async function draftList(el, whole) {
  const list = await drafts.all();
  if (whole) {
    el.append(h('h2', { id: 'fill-heading', tabindex: '-1' }, word('drafts')), h('p.hint', null, word('drafts_text')));
    el.append(picker(false));
  }
  if (!list.length) { if (whole) el.append(h('p.empty', null, word('no_drafts'))); return; }
  if (!whole) el.append(h('h2', null, word('your_drafts')));
  const ul = el.appendChild(h('ul.drafts'));
  list.forEach((d) => {
    const li = ul.appendChild(h('li', null, h('p.draft-name', null, h('a', { href: to(d.id) }, nameOf(d))), h('p.sub', null, d.project + ' · ', age(d.saved).map((t, i) => word(d.sent ? 'draft_sent' : 'draft_age', { age: t })[i]), d.copy ? [' · ', word('copy_of')] : null)));
    let sure = false;
    const b = button('delete', async () => {
      if (!sure) { sure = true; clear(b).append(both(word('delete_sure'), 'en-x')); return; }
      await drafts.remove(d.id);
      li.remove();
      say('deleted');
      (document.querySelector('.drafts a') || document.getElementById('fill-heading')).focus();
    }, 'plain-button.remove');
    b.setAttribute('aria-label', plain(word('delete')) + ' ' + nameOf(d));
    b.addEventListener('blur', () => { sure = false; clear(b).append(both(word('delete'), 'en-x')); });
    li.append(h('p.draft-tools', null, button('download_draft', () => download(d)), b));
  });
}
const download = (d) => save(d.project + '.json', drafts.packed(d), 'application/json');
function nameOf(d) {
  const index = d.docs.find((x) => x.form === 'index');
  return (index && index.values.title) || d.title || plain(word('unnamed'));
}
function age(then) {
  const m = Math.round((Date.now() - then) / 60000);
  return m < 1 ? word('now') : m < 60 ? word('minutes', { n: m }) : m < 1440 ? word('hours', { n: Math.round(m / 60) }) : word('days', { n: Math.round(m / 1440) });
}

// newProject asks what decides which forms there are.
function newProject(el) {
  const yearOf = (origin) => Number(today().slice(0, 4)) + (startOf(origin).step.ahead || 0);
  const values = { origin: defs.origins[0].value, year: yearOf(defs.origins[0].value) };
  let proposed = values.year;
  const form = h('form.sheet-fields', { novalidate: true, onsubmit: begin });
  const ask_ = { el: form, values, units: defs.units, changed(ptr) {
    if (ptr !== '/origin' || values.year !== proposed) return;
    values.year = proposed = yearOf(values.origin);
    form.querySelector('[data-ptr="/year"] input').value = proposed;
  }, touched() {}, redraw() {} };
  const label = (key) => ({ zh: word(key)[0], en: word(key)[1] });
  const def = (key, more) => field(ask_, { key, label: label('ask_' + key), help: label('ask_' + key + '_help'), required: true, type: 'text', ...more }, [key]);
  const error = h('p.finding-error', { role: 'alert' });
  form.append(def('origin', { choices: defs.origins.filter((o) => startOf(o.value)) }), def('unit', { format: 'unit-code' }), def('year', { type: 'int' }), def('number', { type: 'int', required: false }), error, h('div.fill-actions', null, h('button.main-button', { type: 'submit' }, both(word('begin'), 'en-x'))));
  el.append(h('h2', { id: 'fill-heading', tabindex: '-1' }, word('new')), form);
  let begun = false; // pressed twice, one project begins
  async function begin(e) {
    e.preventDefault();
    if (begun) return;
    if (!defs.units.some((u) => u.code === values.unit) || !/^20\d\d$/.test(values.year) || !/^[1-9]?\d$|^$/.test(values.number || '')) {
      error.replaceChildren(both(word('begin_bad'), 'en-x'));
      return form.querySelector('[role=combobox]').focus();
    }
    begun = true;
    try {
      const start = startOf(values.origin), project = values.number ? [values.year, values.unit, String(values.number).padStart(2, '0')].join('-') : await work.nextID(values), dir = work.dirOf(project);
      const draft = work.begin({ project, step: { id: start.step.id, zh: start.step.zh, en: start.step.en, clause: start.step.clause } });
      await work.open(draft);
      const known = { planYear: values.year, proposedBy: values.unit, submittedOn: today(), year: Number(today().slice(0, 4)), filedOn: today(), appliedOn: today() };
      await work.edit(dir + 'index.md', 'index', { implementingUnit: values.unit, origin: values.origin, state: start.move.to });
      for (const name of start.step.forms || []) {
        const keys = (await defs.form(name)).fields.map((f) => f.key), file = work.newFile(name);
        await work.edit(dir + file, name, Object.fromEntries(Object.entries(known).filter(([k]) => keys.includes(k))));
      }
      await work.flush();
      go(to(draft.id, 0));
    } catch (x) {
      begun = false;
      error.replaceChildren(both([x.zh || word('no_forms')[0], x.en || word('no_forms')[1]], 'en-x'));
    }
  }
}
// startOf finds the step that begins a project of an origin.
function startOf(origin) {
  for (const step of defs.steps) {
    for (const move of step.moves) {
      if (move.from.includes(defs.draft) && (!move.origin || move.origin.includes(origin))) return { step, move };
    }
  }
  return null;
}

// openProject takes the files of a project that is there.
function openProject(el) {
  el.append(h('h2', { id: 'fill-heading', tabindex: '-1' }, word('next')), h('p', null, word('open_text')), picker(true));
}
// picker takes files, chosen or dropped anywhere on the page.
let dropped = null;
function picker(project) {
  const wanted = new URLSearchParams(location.search).get('p') || '';
  const error = h('p.finding-error', { role: 'alert' }), fail = (e) => { error.replaceChildren(both([e.zh || word('open_bad')[0], e.en || word('open_bad')[1]], 'en-x')); };
  const id = h('input', { id: 'open-id', type: 'text', value: wanted, placeholder: '2027-jyj-01', autocomplete: 'off', spellcheck: 'false' });
  const input = (key, more) => h('p.pick', null, h('label', { for: 'pick-' + key }, word('pick_' + key)), h('input', { id: 'pick-' + key, type: 'file', multiple: true, ...more, onchange: (e) => take([...e.target.files].map((f) => [f.webkitRelativePath || f.name, f])) }));
  dropped = async ({ items, files }) => {
    if (!box.isConnected) view.append(box);
    const found = [];
    const walk = async (entry, path) => {
      if (entry.isFile) found.push([path + entry.name, await new Promise((ok, no) => entry.file(ok, no))]);
      else {
        const reader = entry.createReader();
        for (;;) {
          const some = await new Promise((ok, no) => reader.readEntries(ok, no));
          if (!some.length) break;
          for (const x of some) await walk(x, path + entry.name + '/');
        }
      }
    };
    try {
      const entries = [...items].map((i) => i.webkitGetAsEntry()).filter(Boolean), plain = [...files].map((f) => [f.name, f]);
      for (const entry of entries) await walk(entry, '');
      await take(entries.length ? found : plain);
    } catch (x) { fail(x); }
  };
  const drop = h('div.drop', null, h('p', null, word('drop')), input('folder', { webkitdirectory: true }), input('files', { accept: '.md,.pdf,.txt,.age,.json' }));
  const box = h('div.open', null, h('p', null, h('label', { for: 'open-id' }, word('open_id')), ' ', id), drop, error);
  const S = globalThis.Submit;
  if (project && S) Promise.resolve(S.available()).then((way) => {
    if (way.how !== 'api') return;
    const token = way.sign === 'token' && !way.signedIn && h('input', { id: 'open-token', type: 'password', autocomplete: 'off' });
    box.insertBefore(h('p', null, token && [h('label', { for: 'open-token' }, word('token')), ' ', token, ' '], button(way.signedIn ? 'fetch' : 'sign_in_fetch', async () => {
      try {
        if (!way.signedIn) await S.signIn(token ? token.value : undefined);
        if (!/^20\d\d-[a-z][a-z0-9]*-\d\d+$/.test(id.value.trim())) throw { zh: word('id_bad')[0], en: word('id_bad')[1] };
        const dir = work.dirOf(id.value.trim()), base = {};
        for (const p of await S.list(dir)) if (/\.(md|age)$/.test(p)) base[p] = await S.read(p);
        await opened(id.value.trim(), base);
      } catch (e) { fail(e); }
    })), drop);
  });
  return box;

  async function take(list) {
    error.textContent = '';
    try {
      if (list.length === 1 && list[0][0].endsWith('.json')) {
        const draft = work.begin(drafts.unpacked(await list[0][1].text(), work.formOf, work.dirOf));
        await work.open(draft);
        work.changed();
        await work.flush();
        return go(to(draft.id, Object.keys(draft.base).length ? undefined : 0));
      }
      const texts = list.filter(([p]) => /(^|\/)([a-z]+(-\d+)?\.md|contacts\.age|files\/[^/]+)$/.test(p));
      if (!texts.length) throw {};
      let name = id.value.trim();
      const inPath = /(?:^|\/)(20\d\d)\/([a-z][a-z0-9]*)\/(\d\d+)\/[^/]+\.md$/.exec(texts.map(([p]) => p).find((p) => /\/\d\d+\/[^/]+\.md$/.test(p)) || '');
      if (!name && inPath) name = inPath.slice(1, 4).join('-');
      const base = {};
      for (const [p, f] of texts) {
        const tail = /(files\/[^/]+|[^/]+)$/.exec(p)[0];
        if (tail.startsWith('files/')) base[tail] = new Uint8Array(await f.arrayBuffer());
        else if (f.size > defs.recordLimit) throw { zh: tail + '：文件太大，不是台账的表单', en: tail + ': too large for a record' };
        else base[tail] = await f.text();
      }
      if (!name) name = guess(base);
      if (!/^20\d\d-[a-z][a-z0-9]*-\d\d+$/.test(name)) { id.focus(); throw { zh: word('id_needed')[0], en: word('id_needed')[1] }; }
      const dir = work.dirOf(name);
      await opened(name, Object.fromEntries(Object.entries(base).map(([k, v]) => [dir + k, v])));
    } catch (e) { fail(e); }
  }
}
// guess reads the id from what the records say, where one opened single files.
function guess(base) {
  const all = Object.values(base).filter((v) => typeof v === 'string').join('\n');
  const unit = /^(?:implementingUnit|proposedBy): ([a-z][a-z0-9]*)\s*$/m.exec(all), year = /^planYear: (20\d\d)\s*$/m.exec(all);
  return unit && year ? year[1] + '-' + unit[1] + '-01' : '';
}
async function opened(project, base) {
  const draft = work.begin({ project, base });
  await work.open(draft);
  const index = base[work.dirOf(project) + 'index.md'];
  if (typeof index === 'string') {
    const m = /^title: *["']?(.*?)["']?\s*$/m.exec(index);
    if (m) draft.title = m[1];
  }
  // Forms without their project's folder are opened as they are.
  if (!index) for (const p of Object.keys(base)) if (work.formOf(p)) await work.edit(p, work.formOf(p).name);
  work.changed();
  await work.flush();
  go(to(draft.id));
}

// draftView shows a draft: its overview, one of its forms, or the last screen.
async function draftView(el, id, part) {
  let draft = work.work.draft && work.work.draft.id === id ? work.work.draft : await drafts.get(id);
  if (!draft || !draft.docs.length && !Object.keys(draft.base).length) return el.append(h('p.aside', { id: 'fill-heading', tabindex: '-1' }, word('no_draft')), h('p', null, h('a', { href: '#/' }, word('to_start'))));
  if (!(work.work.draft && work.work.draft.id === id) && await work.open(draft) === 'held') return elsewhere(el, draft);
  draft = work.work.draft;
  const known = Object.keys(draft.base).length > 0;
  if (part === undefined && !known) return go(to(id, 0));
  el.append(bar(draft, part, known));
  if (draft.version !== defs.version) el.append(h('p.aside', null, word('other_version')));
  if (part === undefined) return overview(el, draft);
  if (part === 'send') return send.draw(el, draft, (n) => to(id, n));
  if (part === 'contacts') return contacts(el, draft);
  const n = Number(part), doc = draft.docs[n];
  if (!doc) return go(to(id));
  await sheet.draw(el, doc, () => go(to(id, n + 1 < draft.docs.length ? n + 1 : defs.contacts === 'sealed' ? 'contacts' : 'send')));
}
function bar(draft, part, known) {
  const item = (p, words) => h('li', null, h('a', { href: to(draft.id, p), 'aria-current': p === part ? 'step' : null }, words));
  return h('div', null, h('p.draft-bar', null, h('a', { href: '#/' }, both(word('to_start'), 'en-x')), h('span.id', null, draft.project), draft.step && h('span.draft-step', null, pair(draft.step)), h('span.saved', { id: 'fill-saved', role: 'status' })),
    h('nav.draft-nav', { 'aria-label': plain(word('parts')) }, h('ol', null, known ? item(undefined, both(word('overview'), 'en-x')) : null, draft.docs.map((d, i) => item(String(i), both(pair(work.sheetOf(d.form).title), 'en-x'))), defs.contacts === 'sealed' ? item('contacts', both(word('contacts'), 'en-x')) : null, item('send', both(word('send_title'), 'en-x')))));
}
function elsewhere(el, draft) {
  el.append(h('div.aside', null, h('h2', { id: 'fill-heading', tabindex: '-1' }, word('elsewhere')), h('p', null, word('elsewhere_text')), h('div.fill-actions', null, button('take_over', async () => { await work.open(draft, true); show(); }, 'main-button'), h('a.plain-button', { href: '#/' }, both(word('to_start'), 'en-x')))));
}

// overview of a project that is there: its state and the next steps.
async function overview(el, draft) {
  const box = h('div', null, h('h2', { id: 'fill-heading', tabindex: '-1' }, nameOf(draft)), h('p.hint', null, word('asking')));
  el.append(box);
  const dir = work.dirOf(draft.project), texts = Object.fromEntries(Object.entries(draft.base).filter(([, v]) => typeof v === 'string'));
  ask('steps', { files: texts }).then(({ state, steps, known }) => {
    box.querySelector('.hint').remove();
    const s = work.stateOf(typeof state === 'string' ? state : (state || {}).code);
    if (s) box.append(h('p', null, word('state_now'), ' ', h('span.chip.chip-work', null, pair(s))));
    if (known === false) box.append(h('p.aside', null, word('unclear')));
    box.append(h('h3', null, word('next_steps')), steps.some((t) => t.code) ? h('ul.step-list', null, steps.filter((t) => t.code).map(stepItem)) : h('p', null, word('no_steps')));
    const loose = steps.filter((t) => !t.code).flatMap((t) => t.forms).filter((f) => f.form !== 'index' && !f.exists && work.sheetOf(f.form));
    if (loose.length) box.append(h('h3', null, word('more_records')), h('ul.step-list', null, loose.map((f) => h('li', null, h('p.step-name', null, pair(work.sheetOf(f.form).title)), h('p.sub', null, f.file), stepButton({ code: '', forms: [f], zh: work.sheetOf(f.form).title.zh, en: work.sheetOf(f.form).title.en })))));
    box.append(h('h3', null, word('records')), h('ul.step-list', null, defs.forms.flatMap((f) => Object.keys(draft.base).filter((p) => work.formOf(p) === f)).map((p) => h('li', null, h('p.step-name', null, pair(work.formOf(p).title)), h('p.sub', null, p.slice(dir.length)), button('change', async () => { const doc = await work.edit(p, work.formOf(p).name); go(to(draft.id, draft.docs.indexOf(doc))); })))));
  }, (e) => box.querySelector('.hint').replaceWith(h('p.finding-error', null, [e.zh || word('no_judge')[0], e.en || word('no_judge')[1]])));

  function stepItem(t) {
    const units = (t.approvers || []).map((a) => (a.units || []).map((c) => { const u = defs.units.find((x) => x.code === c); return u ? u.short || u.name : c; }).join('、') || a.role);
    const forms = t.forms || [], here = forms.every((f) => work.sheetOf(f.form));
    return h('li', null, h('p.step-name', null, h('strong', null, pair(t))),
      h('p.sub', null, t.clause && [h('span', null, both(word('clause', { clause: t.clause }), 'en-x')), ' '], units.length ? [h('span', null, both(word('approvers', { who: [...new Set(units)].join('、') }), 'en-x')), ' '] : null, h('span', null, both(here ? [forms.map((f) => work.sheetOf(f.form).title.zh).join('、'), forms.map((f) => work.sheetOf(f.form).title.en).join(', ')] : word('not_here', { where: forms.map((f) => f.file).join('、') }), 'en-x'))),
      here ? stepButton(t) : null);
  }
  function stepButton(t) {
    const b = button('do', async () => {
      b.disabled = true;
      try {
        draft.step = { id: t.code || t.forms[0].file.replace('.md', ''), zh: t.zh, en: t.en, clause: t.clause };
        let first;
        for (const f of t.forms || []) {
          const doc = await work.edit(dir + f.file, f.form);
          first = first || doc;
        }
        const index = await work.edit(dir + 'index.md', 'index', t.to && t.to !== '=' ? { state: t.to } : {});
        await work.flush();
        go(to(draft.id, draft.docs.indexOf(first || index)));
      } catch (e) { b.disabled = false; b.after(h('p.finding-error', null, [e.zh || word('trouble')[0], e.en || word('trouble')[1]])); }
    });
    return b;
  }
}

// contacts live in this page alone until they are sealed.
function contacts(el, draft) {
  const people = work.work.contacts.length ? work.work.contacts : (work.work.contacts = [{}]);
  const values = { people };
  const form = h('div.sheet-fields'), note = h('div', { role: 'status' });
  const label = (key) => ({ zh: word(key)[0], en: word(key)[1] });
  const mem = { el: form, values, units: [], changed() {}, touched() {}, redraw() {} };
  form.append(field(mem, { key: 'people', label: label('contacts'), type: 'list', required: true, visibility: 'internal', item: { type: 'object', label: label('contacts'), fields: ['name', 'dept', 'post', 'mobile'].map((k) => ({ key: k, label: label('contact_' + k), type: 'text', format: k === 'mobile' ? 'landline' : 'line', required: true })) } }, ['people']));
  const b = button('seal', async () => {
    b.disabled = true;
    try {
      const { text } = await ask('seal', { contacts: values.people.map((p) => ({ name: '', dept: '', post: '', mobile: '', ...p })) });
      draft.sealed = text;
      work.work.contacts = [];
      work.changed();
      await work.flush();
      form.remove();
      b.remove();
      clear(note).append(h('p.aside.aside-good', null, word('sealed')));
    } catch (e) { b.disabled = false; clear(note).append(h('p.finding-error', null, [e.zh || word('trouble')[0], e.en || word('trouble')[1]])); }
  }, 'main-button');
  el.append(h('h2', { id: 'fill-heading', tabindex: '-1' }, word('contacts')), h('p', null, word('contacts_text')), draft.sealed ? h('p.aside.aside-good', null, word('sealed')) : null, form, h('div.fill-actions', null, b, h('a.plain-button', { href: to(draft.id, 'send') }, both(word('go_on'), 'en-x'))), note);
}

// Notes above the page: the judge, the store, the other tab.
function note(id, ...what) {
  const old = document.getElementById(id);
  const el = what.length && h('div.fill-note', { id, role: 'status' }, ...what);
  if (old && el) old.replaceWith(el); else if (old) old.remove(); else if (el) notes.append(el);
}
function judgeNote() {
  if (judge.state === 'loading') {
    const bar = document.querySelector('#note-judge progress');
    if (bar) bar.value = judge.progress;
    else note('note-judge', h('label', { for: 'judge-progress' }, word('judge_loading')), ' ', h('progress', { id: 'judge-progress', max: 1, value: judge.progress }));
  } else if (judge.state === 'failed') {
    note('note-judge', h('p', null, word('no_judge')), button('retry', () => { start().then(work.check, () => {}); }));
  } else note('note-judge');
}
watch(judgeNote);
work.on({
  saved(draft, why) {
    const el = document.getElementById('fill-saved');
    if (el) clear(el).append(both(word(why ? 'unsaved' : drafts.store.lasting ? 'saved' : 'saved_here'), 'en-x'));
    const key = why ? (why === 'full' ? 'store_full' : 'store_failed') : drafts.store.lasting ? '' : 'store_none', told = document.getElementById('note-store');
    if (told && told.dataset.key === key + draft.id) return; // its button may be being pressed
    if (!key) return note('note-store');
    note('note-store', h('p', null, word(key)), button('download_draft', () => download(draft)));
    document.getElementById('note-store').dataset.key = key + draft.id;
  },
  lost(copy) {
    view.querySelectorAll('input,textarea,select,button').forEach((c) => { c.disabled = true; });
    note('note-tab', h('p', null, h('strong', null, word('lost'))), h('p', null, word(copy ? 'lost_copy' : 'lost_text')), copy ? h('a', { href: to(copy.id) }, word('open_copy')) : button('take_back', () => { note('note-tab'); const d = work.work.draft; work.close().then(() => elsewhereAgain(d)); }));
    const heading = document.getElementById('note-tab');
    heading.setAttribute('tabindex', '-1');
    heading.focus();
  },
  judged(e) {
    if (e && judge.state === 'ready') note('note-check', h('p', null, [e.zh || word('trouble')[0], e.en || word('trouble')[1]])); else note('note-check');
    sheet.judged();
    counts();
  },
});
async function elsewhereAgain(d) {
  await work.open(d, true);
  show();
}
// counts says in the list of parts how many faults each has.
function counts() {
  const d = work.work.draft;
  if (!d) return;
  d.docs.forEach((doc, i) => {
    const a = document.querySelector(`.draft-nav a[href="${to(d.id, i)}"]`);
    if (!a) return;
    const n = work.faults(doc.path).length + (doc.fault ? 1 : 0);
    let s = a.querySelector('.count');
    if (!s) s = a.appendChild(h('span.count'));
    clear(s).append(n ? both(word('to_do', { n }), 'en-x') : both(word('done'), 'en-x'));
    s.classList.toggle('count-done', !n);
  });
}

addEventListener('hashchange', show);
// A file that falls beside a field must not take the page's place.
for (const name of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(name, (e) => {
    if (![...e.dataTransfer.types].includes('Files') || e.target.matches('input[type=file]')) return;
    e.preventDefault();
    if (!dropped) e.dataTransfer.dropEffect = 'none';
    const zone = document.querySelector('.drop');
    if (zone) zone.classList.toggle('drop-on', name === 'dragover');
    if (name === 'drop' && dropped) dropped(e.dataTransfer);
  });
}
// Leaving a field or a screen saves at once: a page that goes has no time for it.
for (const leave of ['change', 'hashchange', 'pagehide']) addEventListener(leave, () => { work.flush(); });
document.addEventListener('visibilitychange', () => { if (document.hidden) work.flush(); });
addEventListener('beforeunload', (e) => { if (drafts.atRisk()) e.preventDefault(); });
// Choices and attributes hold one language: they are drawn anew for another.
let lang = english();
new MutationObserver(() => { if (lang !== english()) { lang = english(); show(); } }).observe(document.documentElement, { attributes: true, attributeFilter: ['data-lang'] });

view.append(h('p.hint', null, word('loading')));
work.load().then(() => {
  start().then(work.check, () => {});
  const S = globalThis.Submit;
  if (S && S.ready) S.ready.catch((e) => note('note-sign', h('p.finding-error', null, [e.zh || word('trouble')[0], e.en || word('trouble')[1]])));
  if (new URLSearchParams(location.search).get('p') && !location.hash) location.replace('#/open');
  return show();
}).catch(() => {
  clear(view).append(h('p.aside.aside-bad', null, word('no_forms')), button('retry', () => location.reload()));
});
