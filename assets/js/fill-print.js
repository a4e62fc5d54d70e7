// What was filled in, on paper: the forms of a draft as tables, in the order of
// their fields. The official sheet is printed from the registry.
import { h, append, english } from './fill-dom.js';
import { defs, stateOf } from './fill-work.js';
import { filled } from './fill-fields.js';

const text = (o) => (english() && o.en ? o.en : o.zh || '');
function shown(f, v) {
  if (f.type === 'list') return h('ol', null, [].concat(v).map((x) => h('li', null, shown(f.item, x))));
  if (f.type === 'object') return (f.fields || []).filter((c) => v[c.key] !== undefined).map((c) => h('div', null, text(c.label) + '：', shown(c, v[c.key])));
  if (f.type === 'bool') return text(v ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' });
  const unit = f.format === 'unit-code' && defs.units.find((u) => u.code === v), choice = (f.choices || []).find((c) => c.value === v);
  return unit ? unit.name : choice ? text({ zh: choice.zh || choice.value, en: choice.en }) : String(v) + (f.unit ? ' ' + f.unit : '');
}
// The state is a code that has its name in the lifecycle.
const state = (doc, f, values) => doc.form === 'index' && f.key === 'state' && stateOf(values.state) ? `${values.state} ${text(stateOf(values.state))}` : '';
export async function print(draft) {
  const paper = h('div.paper', { 'aria-hidden': 'true' });
  for (const doc of draft.docs) {
    const def = await defs.form(doc.form), values = filled(doc.values) || {};
    append(paper, [h('section', null, h('p', null, [def.annex, draft.project].filter(Boolean).join(' · ')), h('h2', null, text(def.title)),
      h('table', null, def.fields.filter((f) => values[f.key] !== undefined).map((f) => h('tr', null, h('th', null, text(f.label)), h('td', null, state(doc, f, values) || shown(f, values[f.key]))))), (doc.body || '').split(/\n{2,}/).map((t) => h('p', null, t)))]);
  }
  document.body.append(paper);
  window.print();
  paper.remove();
}
