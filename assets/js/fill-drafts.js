// Drafts, kept in this browser alone (IndexedDB). A draft is open in one tab at
// a time; a save that another tab has overtaken is refused, never mixed.
const memory = new Map(); // what the browser does not keep, as long as the page lives
export const atRisk = () => memory.size > 0;
export const store = { lasting: true };

function database() {
  return new Promise((resolve, reject) => {
    const r = indexedDB.open('taizhang-fill', 1);
    r.onupgradeneeded = () => r.result.createObjectStore('drafts', { keyPath: 'id' });
    r.onsuccess = () => resolve(r.result);
    r.onerror = r.onblocked = () => reject(r.error || new Error('blocked'));
  });
}
// run does one transaction; without a database the drafts live as long as the page.
async function run(mode, work) {
  let db;
  try { db = await database(); } catch (e) { store.lasting = false; return undefined; }
  try {
    return await new Promise((resolve, reject) => {
      const t = db.transaction('drafts', mode);
      let result;
      t.oncomplete = () => resolve(result);
      t.onerror = t.onabort = () => reject(t.error || new Error('aborted'));
      work(t.objectStore('drafts'), (v) => { result = v; }, t);
    });
  } finally { db.close(); }
}

export async function all() {
  const list = await run('readonly', (s, done) => { s.getAll().onsuccess = (e) => done(e.target.result); });
  return (list || []).filter((d) => !memory.has(d.id)).concat([...memory.values()]).sort((a, b) => b.saved - a.saved);
}
export async function get(id) {
  return memory.get(id) || run('readonly', (s, done) => { s.get(id).onsuccess = (e) => done(e.target.result); });
}
export async function remove(id) {
  memory.delete(id);
  await run('readwrite', (s) => { s.delete(id); });
}
// put saves a draft over the version it was read from. It throws 'overtaken'
// when there is a newer one, and 'full' when there is no room.
export async function put(draft) {
  const next = { ...draft, rev: (draft.rev || 0) + 1, saved: Date.now() };
  let overtaken = false;
  try {
    await run('readwrite', (s, done, t) => {
      s.get(draft.id).onsuccess = (e) => {
        const there = e.target.result;
        if (there ? there.rev !== draft.rev : draft.rev) { overtaken = true; t.abort(); } else s.put(next);
      };
    });
  } catch (e) {
    if (overtaken) throw new Error('overtaken');
    memory.set(draft.id, { ...draft, saved: Date.now() });
    throw new Error(e && e.name === 'QuotaExceededError' ? 'full' : 'failed');
  }
  if (store.lasting) memory.delete(draft.id); else memory.set(draft.id, next);
  draft.rev = next.rev;
  draft.saved = next.saved;
}

// hold asks the other tabs for a draft: 'free', or 'held' when one of them has it
// open. take makes them save it and let go.
const channel = window.BroadcastChannel && new BroadcastChannel('taizhang-fill');
let mine = '', letGo = async () => {};
const tab = Math.random().toString(36).slice(2);
if (channel) {
  channel.addEventListener('message', async ({ data }) => {
    if (data.draft !== mine || data.to && data.to !== tab) return;
    if (data.ask) channel.postMessage({ draft: mine, held: true, to: data.from });
    if (data.take) {
      const id = mine;
      mine = '';
      await letGo();
      channel.postMessage({ draft: id, given: true, to: data.from });
    }
  });
}
function answer(message, key, patience) {
  return new Promise((resolve) => {
    if (!channel) return resolve(false);
    const end = (v) => { channel.removeEventListener('message', hear); clearTimeout(timer); resolve(v); };
    const hear = ({ data }) => { if (data.draft === message.draft && data.to === tab && data[key]) end(true); };
    const timer = setTimeout(() => end(false), patience);
    channel.addEventListener('message', hear);
    channel.postMessage({ ...message, from: tab });
  });
}
export async function hold(id, onTaken) {
  const held = id !== mine && await answer({ draft: id, ask: true }, 'held', 250);
  if (!held) { mine = id; letGo = onTaken; }
  return held ? 'held' : 'free';
}
export async function take(id, onTaken) {
  await answer({ draft: id, take: true }, 'given', 3000);
  mine = id;
  letGo = onTaken;
}
export function release() { mine = ''; }

// A draft as a file, for another computer or where the browser keeps nothing:
// all of it, also what is not finished.
export function packed(d) {
  const { id, rev, created, saved, sent, copy, ...what } = d;
  return JSON.stringify({ taizhang: 'draft', ...what }, (_, v) => (v instanceof Uint8Array ? { $bytes: btoa(Array.from(v, (b) => String.fromCharCode(b)).join('')) } : v));
}
// unpacked takes such a file apart, or throws; formOf says which form a path is of,
// dirOf where a project lies.
export function unpacked(text, formOf, dirOf) {
  const { taizhang, project, version, title, step, base, docs, attachments, sealed } = JSON.parse(text, (_, v) => (v && typeof v.$bytes === 'string' ? Uint8Array.from(atob(v.$bytes), (c) => c.charCodeAt(0)) : v));
  if (taizhang !== 'draft' || !/^20\d\d-[a-z][a-z0-9]*-\d\d+$/.test(project)) throw {};
  const dir = dirOf(project), own = (o, ok) => Object.fromEntries(Object.entries(o || {}).filter(([p, v]) => p.startsWith(dir) && !p.includes('..') && ok(v)));
  const content = (v) => typeof v === 'string' || v instanceof Uint8Array;
  const out = { project, version, base: own(base, content), attachments: own(attachments, content),
    ...(typeof title === 'string' && { title }), ...(step && typeof step.zh === 'string' && { step: { id: String(step.id || ''), zh: step.zh, en: String(step.en || ''), clause: String(step.clause || '') } }), ...(typeof sealed === 'string' && { sealed }),
    docs: docs.filter((d) => d.path.startsWith(dir) && formOf(d.path) && formOf(d.path).name === d.form && d.values && typeof d.values === 'object')
      .map(({ path, form, values, body, original, unknown, had, asked }) => ({ path, form, values, body: String(body || ''), ...(typeof original === 'string' && { original }), unknown: [].concat(unknown || []), had: [].concat(had || []), asked: Boolean(asked) })) };
  if (!out.docs.length && !Object.keys(out.base).length) throw {};
  return out;
}
