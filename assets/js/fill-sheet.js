// One form of the draft on the page.
import { h, both, button, word, pair, clear, append, say, save } from './fill-dom.js';
import { field, show, one, focus, at } from './fill-fields.js';
import { ask, judge } from './fill-judge.js';
import { work, defs, changed, check, faults, attach, stateOf, text, bodyLine } from './fill-work.js';

let sheet;
// draw builds the page of document n; done is called when the person goes on.
export async function draw(view, doc, go) {
  const def = await defs.form(doc.form);
  const touched = new Set();
  const el = h('div.sheet-fields');
  sheet = {
    doc, el, values: doc.values, units: defs.units,
    changed(ptr) { touched.add(ptr); changed(); },
    touched(ptr) { if (!touched.has(ptr)) { touched.add(ptr); judged(); } },
    // What is merely missing is not blamed before one was there, or asks. A value that
    // is wrong is, also where another field has made it so.
    wanted: (f, ptr) => {
      const v = at(doc.values, path(f.field));
      if (doc.asked || !f.rule || v !== undefined && typeof v !== 'object') return true;
      return v === undefined ? touched.has(ptr) : [...touched].some((t) => t === ptr || t.startsWith(ptr + '/') || ptr.startsWith(t + '/'));
    },
    amount: (t) => ask('amount', { text: t }),
    attach,
    redraw: judged,
  };
  const [near, far] = split(def, doc);
  near.forEach((f) => el.append(fieldOf(f)));
  if (far.length) {
    el.append(h('details.more', null, h('summary', null, h('span', null, word('more', { n: far.length }))), far.map(fieldOf)));
  }
  el.append(body(doc, def));
  const kept = (doc.unknown || []).filter((k) => k in doc.values);
  append(view, [
    h('div.sheet-head', null, h('h2', { id: 'fill-heading', tabindex: '-1' }, pair(def.title), def.annex && h('span.annex', null, def.annex)),
      h('p.hint', null, both(pair(def.help), 'en-x'), def.clause && h('span.clause', null, both(word('clause', { clause: def.clause }), 'en-x')))),
    h('div.summary', { id: 'fill-summary', tabindex: '-1', hidden: true, role: 'group', 'aria-labelledby': 'fill-summary-title' }),
    el,
    kept.length ? h('div.aside.kept', null, h('h3', null, word('kept')), h('p', null, word('kept_text')), h('ul', null, kept.map((k) => h('li', null, h('code', null, k + ': ' + JSON.stringify(doc.values[k])))))) : null,
    h('p.hint', null, word('later')),
    h('div.fill-actions', null, button('check_next', () => next(go), 'main-button'), button('download', async () => {
      try { save(doc.path.split('/').pop(), await text(doc)); } catch (e) { say('no_judge'); }
    }))]);
  judged();
  if (judge.state === 'ready' && !work.checked) check();

  function fieldOf(f) {
    if (doc.form === 'index' && f.key === 'state') return state(doc, f);
    return field(sheet, f, [f.key]);
  }
}
const path = (ptr) => (ptr || '').split('/').slice(1).map((p) => (/^\d+$/.test(p) ? Number(p) : p.replace(/~1/g, '/').replace(/~0/g, '~')));

// split takes apart what a person sees at once (what is asked, on the paper form,
// or filled in) and what only some need.
function split(def, doc) {
  const hasFinding = new Set(work.findings.filter((f) => f.file === doc.path).map((f) => (f.field || '').split('/')[1]));
  const near = def.fields.filter((f) => f.required || f.cells || doc.values[f.key] !== undefined || hasFinding.has(f.key));
  return [near, def.fields.filter((f) => !near.includes(f))];
}
// The state follows from the step; it is shown, not typed.
function state(doc, f) {
  const s = stateOf(doc.values.state), el = h('div.ff.ff-state', { 'data-ptr': '/state' }, h('span.ff-label', null, pair(f.label)), h('p', null, s ? [h('span.chip.chip-work', null, pair(s)), ' '] : doc.values.state, both(word('by_step'), 'en-x')));
  el.errors = el.appendChild(h('div.ff-error'));
  return el;
}
const inBody = '#'; // where a finding about the body points: compose.Body
function body(doc, def) {
  const id = 'fill-body', area = h('textarea', { id, rows: doc.form === 'index' ? 6 : 4, value: doc.body || '', 'aria-describedby': 'fill-body-help', oninput: () => { doc.body = area.value; sheet.changed(inBody); } });
  const key = doc.form === 'index' ? 'body_index' : 'body';
  const el = h('div.ff', { 'data-ptr': inBody }, h('label.ff-label', { for: id }, word(key)), h('p.ff-help', { id: 'fill-body-help' }, both(word(key + '_help'), 'en-x')), area);
  el.errors = el.appendChild(h('div.ff-error'));
  return doc.body || doc.form === 'index' || (def.headings || []).length ? el : h('details.more', null, h('summary', null, h('span', null, word(key))), el);
}

// judged shows what the judge last said about this form.
export function judged() {
  if (!sheet || !sheet.el.isConnected) return;
  const { doc } = sheet, mine = work.findings.filter((f) => f.file === doc.path && !f.waived);
  mine.forEach((f) => { if (f.line >= bodyLine(doc)) f.field = inBody; });
  const fault = doc.fault && (doc.asked || !doc.fault.empty) && { severity: 'error', rule: '', field: doc.fault.key === inBody ? inBody : doc.fault.key ? '/' + doc.fault.key : '', message: doc.fault };
  if (fault) mine.unshift(fault);
  const rest = show(sheet, mine);
  const box = clear(document.getElementById('fill-summary')), bad = mine.filter((f) => f.severity === 'error' && !f.existing);
  box.hidden = !doc.asked && !rest.includes(fault) || !bad.length && !rest.length;
  if (box.hidden) return;
  append(box, [h('h3', { id: 'fill-summary-title' }, word(bad.length ? 'faults' : 'remarks', { n: bad.length || rest.length })), h('ul', null, bad.filter((f) => f.el).sort((a, b) => a.el.compareDocumentPosition(b.el) & 2 ? 1 : -1).map((f) => h('li', null, h('a', { href: '#', onclick: (e) => { e.preventDefault(); focus(f.el); } }, both(pair(f.message), 'en-x')))), rest.map((f) => h('li', null, one(sheet, f))))]);
}
// seek goes to what the last screen was asked about.
export function seek() {
  const f = work.seek;
  work.seek = null;
  if (f && f.el && f.el.isConnected) focus(f.el);
}
async function next(go) {
  const { doc } = sheet;
  doc.asked = true;
  await check();
  if (judge.state !== 'ready' || !work.checked) return say('no_judge');
  judged();
  const n = faults(doc.path).length + (doc.fault ? 1 : 0);
  if (n) {
    say('faults', { n });
    document.getElementById('fill-summary').focus();
  } else go();
}
