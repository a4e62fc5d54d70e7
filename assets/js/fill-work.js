// The work on one project: which of its files are open, what they say, how they
// are judged, and that nothing of it is lost.
import { ask, judge } from './fill-judge.js';
import * as drafts from './fill-drafts.js';
import { filled } from './fill-fields.js';
import { box, root } from './fill-dom.js';

export const defs = {};
const loaded = {}; // forms by name
export async function load() {
  const get = async (url) => {
    const r = await fetch(url);
    if (!r.ok) throw new Error(url + ': ' + r.status);
    return r.json();
  };
  Object.assign(defs, await get(box.dataset.forms));
  defs.form = async (name) => (loaded[name] = loaded[name] || await get(root + 'fill/forms/' + name + '.json'));
}
export const sheetOf = (name) => defs.forms.find((f) => f.name === name);
export const stateOf = (code) => defs.states.find((s) => s.code === code);
export const dirOf = (project) => 'content/projects/' + project.replace(/-/g, '/') + '/';
// newFile names the first file of a form.
export const newFile = (name) => name + ({ year: '-' + new Date().getFullYear(), round: '-1', number: '-01' }[sheetOf(name).repeated] || '') + '.md';
// formOf names the form of a file: contract-02.md is a contract.
export function formOf(file) {
  const m = /^([a-z]+)(-\d+)?\.md$/.exec(file.split('/').pop());
  const f = m && sheetOf(m[1]);
  return f && Boolean(f.repeated) === Boolean(m[2]) ? f : null;
}

let saving, dirty, hooks = {};
export const work = { draft: null, findings: [], checked: 0, lost: '' };
export function on(h) { hooks = h; }

export function begin(fields) {
  return { id: Date.now().toString(36) + Math.random().toString(36).slice(2, 6), rev: 0, created: Date.now(), saved: Date.now(), version: defs.version, base: {}, docs: [], attachments: {}, ...fields };
}
// open makes a draft the one that is worked on; 'held' when another tab has it.
export async function open(draft, takeOver) {
  if (work.draft && work.draft.id === draft.id) return 'free';
  await flush();
  if (takeOver) await drafts.take(draft.id, taken);
  else if (await drafts.hold(draft.id, taken) === 'held') return 'held';
  const fresh = await drafts.get(draft.id);
  work.draft = fresh || draft;
  work.findings = [];
  work.checked = 0;
  work.lost = '';
  work.contacts = [];
  return 'free';
}
async function taken() {
  await flush();
  work.lost = 'taken';
  hooks.lost();
}
export function close() {
  const done = flush();
  drafts.release();
  work.draft = null;
  return done;
}

// changed notes that something was typed: it is saved and judged after a moment.
let toSave, toCheck;
export function changed() {
  dirty = true;
  clearTimeout(toSave);
  toSave = setTimeout(flush, 400);
  clearTimeout(toCheck);
  toCheck = setTimeout(check, 450);
}
export function flush() {
  clearTimeout(toSave);
  if (!dirty || !work.draft || work.lost) return saving || Promise.resolve();
  dirty = false;
  const draft = work.draft;
  saving = (saving || Promise.resolve()).then(() => drafts.put(draft)).then(() => hooks.saved(draft), async (e) => {
    if (e.message !== 'overtaken') { dirty = true; return hooks.saved(draft, e.message); }
    // Another tab has saved meanwhile: both are kept.
    const copy = { ...draft, id: draft.id + '-' + Date.now().toString(36).slice(-3), rev: 0, copy: true };
    await drafts.put(copy);
    if (work.draft === draft) { work.lost = 'overtaken'; hooks.lost(copy); }
  });
  return saving;
}

// text gives a file as it will be written.
const written = new WeakMap(); // document → what it was written from, and the text
export async function text(doc) {
  const values = filled(doc.values) || {};
  for (const k of doc.had || []) if (!(k in values)) values[k] = null; // taken out
  const from = JSON.stringify([values, doc.body]), last = written.get(doc);
  if (last && last.from === from) return last.text;
  const { text: t } = await ask('write', { path: doc.path, original: doc.original === undefined ? null : doc.original, values, body: doc.body });
  written.set(doc, { from, text: t });
  return t;
}
// head gives all files of the project as they would be. A form that cannot be
// written has its fault and is left out; with last, it is there as it last could.
export async function head(last) {
  const d = work.draft, out = { ...d.base };
  for (const doc of d.docs) {
    doc.fault = null;
    try { out[doc.path] = await text(doc); } catch (e) {
      doc.fault = { zh: e.zh || e.message, en: e.en || e.message, key: e.key, empty: !filled(doc.values) };
      if (judge.state === 'failed') throw e;
      if (last && written.has(doc)) out[doc.path] = written.get(doc).text;
    }
  }
  for (const [path, bytes] of Object.entries(d.attachments)) out[path] = bytes;
  if (d.sealed) out[dirOf(d.project) + 'contacts.age'] = d.sealed;
  return out;
}
// bodyLine is the line of a form's file with which its body begins.
export function bodyLine(doc) {
  const { text: t } = written.get(doc) || { text: '' };
  return t.slice(0, t.indexOf('\n---', 3) + 1).split('\n').length + 1;
}
// files gives what the request changes: each file that is new or other than it was.
export async function files() {
  const d = work.draft, h = await head();
  return Object.keys(h).filter((p) => h[p] !== d.base[p]).map((path) => (typeof h[path] === 'string' ? { path, text: h[path], was: d.base[path] } : { path, bytes: h[path] }));
}

// check judges what is there now; asked again meanwhile, it judges once more.
let checking, again = false;
export function check() {
  again = true;
  clearTimeout(toCheck);
  return checking = checking || judgeAll().finally(() => { checking = undefined; });
}
async function judgeAll() {
  do {
    again = false;
    const draft = work.draft;
    if (!draft) return;
    try {
      const { findings } = await ask('check', { base: draft.base, head: await head(true) });
      if (work.draft !== draft) again = true; // another is open by now, and waits for its own answer
      else {
        work.findings = findings;
        work.checked++;
        hooks.judged();
      }
    } catch (e) {
      if (work.draft === draft) {
        work.checked = 0;
        return hooks.judged(e);
      }
      again = true;
    }
  } while (again);
}
// faults are what a form, or all of them, must have mended.
export const faults = (path) => work.findings.filter((f) => (!path || f.file === path) && f.severity === 'error' && !f.existing && !f.waived);

// edit opens a file of the project as a document of the draft.
export async function edit(path, form, fill) {
  const d = work.draft;
  let doc = d.docs.find((x) => x.path === path);
  if (!doc) {
    doc = { path, form, values: {}, body: '' };
    if (d.base[path] !== undefined) {
      const r = await ask('read', { path, text: d.base[path] });
      Object.assign(doc, { original: d.base[path], values: r.values || {}, body: r.body || '', unknown: r.unknown || [], had: Object.keys(r.values || {}), asked: true });
    } else {
      const f = await defs.form(form);
      doc.body = (f.headings || []).map((t) => '## ' + t + '\n\n').join('');
    }
    d.docs.push(doc);
  }
  if (fill) Object.assign(doc.values, fill);
  changed();
  return doc;
}

// reread takes in what others have filed since: where only they changed something
// it is theirs, where the person did it stays. It returns the labels of what both
// changed.
export async function reread(read, paths) {
  const d = work.draft, same = (a, b) => JSON.stringify(a) === JSON.stringify(b), both = [];
  for (const path of paths) {
    const t = await read(path), doc = d.docs.find((x) => x.path === path);
    d.base[path] = t;
    if (!doc) continue;
    const none = { values: {}, body: '' };
    const was = doc.original === undefined ? none : await ask('read', { path, text: doc.original }), now = await ask('read', { path, text: t });
    for (const k of new Set([...Object.keys(was.values), ...Object.keys(now.values)])) {
      if (same(was.values[k], now.values[k])) continue;
      if (!same(filled(doc.values[k]), was.values[k]) && !same(filled(doc.values[k]), now.values[k])) both.push(((await defs.form(doc.form)).fields.find((f) => f.key === k) || { label: { zh: k } }).label.zh);
      else if (k in now.values) doc.values[k] = now.values[k];
      else delete doc.values[k];
    }
    if ((doc.body || '') === (was.body || '')) doc.body = now.body || '';
    Object.assign(doc, { original: t, had: Object.keys(now.values), unknown: now.unknown || [] });
  }
  changed();
  await flush();
  return both;
}

// nextID numbers a project after those that are published, that the forge, if one
// is signed in, and the drafts hold.
export async function nextID({ year, unit }) {
  const ids = (await drafts.all()).map((d) => d.project), last = defs.last[`${year}-${unit}`], S = globalThis.Submit;
  if (last) ids.push(last);
  try {
    if (S && (await S.available()).signedIn) {
      for (const p of await S.list(`content/projects/${year}/${unit}/`)) ids.push(p.split('/').slice(2, 5).join('-'));
    }
  } catch (e) { /* the request will tell when it is taken */ }
  const of = `${year}-${unit}-`, taken = ids.filter((id) => id && id.startsWith(of)).map((id) => Number(id.slice(of.length)));
  return of + String(1 + Math.max(0, ...taken)).padStart(2, '0');
}
// renumber moves a project that nobody knows yet to another number.
export function renumber(project) {
  const d = work.draft, from = dirOf(d.project), to = dirOf(project), move = (p) => (p.startsWith(from) ? to + p.slice(from.length) : p);
  d.project = project;
  d.docs.forEach((doc) => { doc.path = move(doc.path); });
  d.attachments = Object.fromEntries(Object.entries(d.attachments).map(([p, v]) => [move(p), v]));
  changed();
  return flush();
}

// attach keeps a file that a record refers to, under a name that a path may have.
export async function attach(file) {
  const d = work.draft, limit = defs.attachmentLimit;
  if (file.size > limit) throw { zh: `文件超过 ${limit >> 20} MB，不能放进台账`, en: `the file is over ${limit >> 20} MB` };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const sha256 = await hash(bytes), dot = file.name.lastIndexOf('.');
  const stem = (dot > 0 ? file.name.slice(0, dot) : file.name).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'file-' + sha256.slice(0, 8);
  const ext = dot > 0 ? file.name.slice(dot + 1).toLowerCase().replace(/[^a-z0-9]/g, '') : '';
  const name = (n) => 'files/' + stem + (n ? '-' + n : '') + (ext ? '.' + ext : '');
  const dir = dirOf(d.project), same = (p) => d.attachments[dir + p] && d.attachments[dir + p].length === bytes.length && d.attachments[dir + p].every((b, i) => b === bytes[i]);
  let n = 0;
  while ((dir + name(n) in d.attachments || dir + name(n) in d.base) && !same(name(n))) n = n ? n + 1 : 2;
  d.attachments[dir + name(n)] = bytes;
  return { path: name(n), sha256 };
}
async function hash(bytes) {
  if (window.crypto && crypto.subtle) return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((b) => b.toString(16).padStart(2, '0')).join('');
  return (await ask('hash', { bytes })).sha256; // a page without https has no SubtleCrypto
}
