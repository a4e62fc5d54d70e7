// The fields of a form as elements. What is typed goes into the values of a
// record at once; what is found wrong is shown beside its field.
//
// A sheet is what one form on the page shares: { values, units, changed(pointer),
// attach(path, file), amount(text), findings }.
import { h, both, button, word, plain, pair, uid, say, clear, root } from './fill-dom.js';

const longText = 500; // characters from which a text gets several lines
const fewChoices = 4; // that stand beside each other

export const pointer = (path) => path.map((p) => '/' + String(p).replace(/~/g, '~0').replace(/\//g, '~1')).join('');
export function at(values, path) {
  return path.reduce((v, k) => (v === undefined || v === null ? undefined : v[k]), values);
}
export function put(values, path, v) {
  let o = values;
  path.slice(0, -1).forEach((k, i) => {
    if (typeof o[k] !== 'object' || o[k] === null) o[k] = typeof path[i + 1] === 'number' ? [] : {};
    o = o[k];
  });
  const key = path[path.length - 1];
  if (v === undefined && !Array.isArray(o)) delete o[key]; else o[key] = v;
}
// filled drops what is empty, so that an untouched part is not in the record. A
// row between others stays, since faults are told by its number.
export function filled(v) {
  if (Array.isArray(v)) {
    const out = v.map(filled);
    return out.some((x) => x !== undefined) ? out.map((x, i) => (x !== undefined ? x : typeof v[i] === 'object' && v[i] ? {} : '')) : undefined;
  }
  if (v && typeof v === 'object') {
    const out = {};
    for (const [k, x] of Object.entries(v)) {
      const f = filled(x);
      if (f !== undefined) out[k] = f;
    }
    return Object.keys(out).length ? out : undefined;
  }
  return v === '' || v === null ? undefined : v;
}
// A number as it can be stored without loss; anything else stays as it was typed,
// for the judge to say what is wrong with it.
export function number(text) {
  const t = text.trim();
  return /^-?(0|[1-9]\d{0,11})(\.\d{1,9})?$/.test(t) && t.replace(/\D/g, '').length < 16 ? Number(t) : t || undefined;
}
const shown = (v) => (v === undefined || v === null ? '' : typeof v === 'object' ? JSON.stringify(v) : String(v));

function label(f, forId) {
  return [h(forId ? 'label.ff-label' : 'span.ff-label', forId ? { for: forId } : null, pair(f.label), f.required ? h('span.ff-need', null, both(word('needed'), 'en-x')) : h('span.ff-may', null, both(word('optional'), 'en-x')))];
}
function help(f) {
  if (!f.help) return null;
  const cells = (f.cells || []).map((c) => c.split('/').pop()).join('、');
  return h('p.ff-help', { id: uid() }, both(pair(f.help), 'en-x'), f.visibility === 'internal' ? h('span.ff-inside', { title: cells || null }, both(word('inside'), 'en-x')) : null);
}

// field gives one field; path is where its value stands.
export function field(sheet, f, path) {
  const ptr = pointer(path), error = h('div.ff-error', { id: uid() });
  const el = render(sheet, f, path, error);
  el.dataset.ptr = ptr;
  el.errors = error;
  el.help = f.help && f.help.zh;
  el.addEventListener('focusout', (e) => {
    if (e.target.closest('[data-ptr]') === el) sheet.touched(ptr);
  });
  return el;
}
function render(sheet, f, path, error) {
  if (f.type === 'object') return f.required || at(sheet.values, path) !== undefined || path.length && typeof path[path.length - 1] === 'number' ? group(sheet, f, path, error) : closed(sheet, f, path, error, {});
  if (f.type === 'list' && f.item.choices) return many(sheet, f, path, error);
  if (f.type === 'list') return f.required || (at(sheet.values, path) || []).length ? list(sheet, f, path, error) : closed(sheet, f, path, error, []);
  if (f.type === 'bool') return few(sheet, f, path, error, [[true, word('yes')], [false, word('no')]]);
  if (f.choices) {
    const choices = f.choices.map((c) => [c.value, [c.zh || c.value, c.en || '']]);
    return f.required && choices.length <= fewChoices ? few(sheet, f, path, error, choices) : select(sheet, f, path, error, choices);
  }
  return line(sheet, f, path, error);
}
// replace draws a field anew after its shape has changed.
function replace(sheet, f, path, focus) {
  const old = sheet.el.querySelector(`[data-ptr="${CSS.escape(pointer(path))}"]`);
  const next = field(sheet, f, path);
  old.replaceWith(next);
  sheet.changed(pointer(path));
  sheet.redraw();
  const to = focus && focus(next);
  if (to) to.focus();
  return next;
}
const controls = (el) => el.querySelector('input,select,textarea');

function line(sheet, f, path, error) {
  const id = uid(), value = at(sheet.values, path), text = shown(value);
  const long = f.type === 'text' && !f.format && (!f.limits || !(f.limits.maxLength < longText));
  const tip = help(f), echo = h('p.ff-echo', { id: uid() });
  const described = [error.id, tip && tip.id, echo.id].filter(Boolean).join(' ');
  const common = { id, 'aria-describedby': described, 'aria-required': f.required ? 'true' : null, autocomplete: 'off' };
  let input;
  const set = (v) => { put(sheet.values, path, v); sheet.changed(pointer(path)); };
  if (f.format === 'unit-code') return unit(sheet, f, path, error, tip, id, common, set);
  if (long) {
    input = h('textarea', { ...common, rows: text.length > 200 ? 8 : 4, value: text });
  } else if (f.type === 'date' && (!text || /^\d{4}-\d\d-\d\d$/.test(text))) {
    input = h('input', { ...common, type: 'date', value: text });
  } else {
    const mode = { int: 'numeric', number: 'decimal', amount: 'decimal' }[f.type] || { landline: 'tel', 'https-url': 'url' }[f.format];
    input = h('input' + (mode && mode !== 'url' && mode !== 'tel' ? '.ff-number' : ''), { ...common, type: 'text', inputmode: mode, value: text, spellcheck: 'false' });
  }
  const counts = long && f.limits && f.limits.maxLength;
  const tell = () => {
    const t = input.value;
    if (counts) echo.textContent = [...t].length + ' / ' + f.limits.maxLength;
    if (f.type === 'amount') {
      clear(echo);
      if (t.trim()) sheet.amount(t.trim()).then((a) => { if (input.value === t && a) clear(echo).append(both(word('amount', a), 'en-x')); }, () => {});
    }
  };
  input.addEventListener('input', (e) => {
    if (e.isComposing) return;
    set(['int', 'number', 'amount'].includes(f.type) ? number(input.value) : input.value || undefined);
    tell();
  });
  input.addEventListener('compositionend', () => input.dispatchEvent(new Event('input')));
  tell();
  const unitMark = f.unit && h('span.ff-unit', null, f.unit);
  return h('div.ff', null, label(f, id), tip, error, unitMark ? h('div.ff-row', null, input, unitMark) : input, echo);
}

// unit is a combobox (ARIA 1.2): one types any name that a unit goes by, or its code.
function unit(sheet, f, path, error, tip, id, common, set) {
  const units = sheet.units, of = (code) => units.find((u) => u.code === code);
  const name = (u) => (u.short || u.name) + '（' + u.code + '）';
  const now = at(sheet.values, path), box = h('ul.ff-options', { id: uid(), role: 'listbox', hidden: true, 'aria-label': plain(pair(f.label)) });
  const input = h('input', { ...common, type: 'text', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': box.id, 'aria-autocomplete': 'list', spellcheck: 'false', value: of(now) ? name(of(now)) : shown(now) });
  const full = h('p.ff-echo', null, of(now) ? of(now).name : '');
  let hits = [], on = -1;
  const fold = (t) => t.toLowerCase().replace(/[\s（）()]/g, '');
  const open = (yes) => {
    box.hidden = !yes || !hits.length;
    input.setAttribute('aria-expanded', String(!box.hidden));
    if (box.hidden) { on = -1; input.removeAttribute('aria-activedescendant'); }
  };
  const mark = (i) => {
    on = i;
    [...box.children].forEach((li, k) => li.setAttribute('aria-selected', String(k === i)));
    if (i >= 0) { input.setAttribute('aria-activedescendant', box.children[i].id); box.children[i].scrollIntoView({ block: 'nearest' }); }
  };
  const choose = (u) => { input.value = name(u); full.textContent = u.name; set(u.code); open(false); };
  const find = () => {
    const q = fold(input.value);
    hits = units.filter((u) => [u.code, u.name, u.short || '', ...(u.also || []), name(u)].some((t) => fold(t).includes(q))).slice(0, 50);
    clear(box);
    hits.forEach((u) => box.append(h('li', { id: uid(), role: 'option', 'aria-selected': 'false', onmousedown: (e) => { e.preventDefault(); choose(u); } }, h('span', null, u.short || u.name), ' ', h('span.sub', null, u.name + ' · ' + u.code))));
    open(true);
  };
  const settle = () => {
    const q = fold(input.value);
    const same = units.filter((u) => [u.code, u.name, u.short || '', ...(u.also || []), name(u)].some((t) => t && fold(t) === q));
    const one = same.length === 1 ? same[0] : q && hits.length === 1 && hits[0];
    if (one) choose(one);
    else { full.textContent = ''; set(input.value.trim() || undefined); }
    open(false);
  };
  input.addEventListener('input', (e) => { if (!e.isComposing) { find(); set(input.value.trim() || undefined); full.textContent = ''; } });
  input.addEventListener('compositionend', find);
  input.addEventListener('focusout', settle);
  input.addEventListener('keydown', (e) => {
    if (e.isComposing) return;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (box.hidden) find();
      if (hits.length) mark((on + (e.key === 'ArrowDown' ? 1 : hits.length + (on < 0 ? 0 : -1))) % hits.length);
    } else if (e.key === 'Enter' && !box.hidden && (on >= 0 || hits.length === 1)) { e.preventDefault(); choose(hits[Math.max(on, 0)]); } else if (e.key === 'Escape') open(false);
  });
  return h('div.ff', null, label(f, id), tip, error, h('div.ff-combo', null, input, box), full);
}

function select(sheet, f, path, error, choices) {
  const id = uid(), tip = help(f), now = at(sheet.values, path);
  const el = h('select', { id, 'aria-describedby': [error.id, tip && tip.id].filter(Boolean).join(' '), 'aria-required': f.required ? 'true' : null });
  el.append(h('option', { value: '' }, plain(word(f.required ? 'choose' : 'nothing'))));
  choices.forEach(([v, words]) => el.append(h('option', { value: v }, plain(words))));
  if (now !== undefined && !choices.some(([v]) => v === now)) el.append(h('option', { value: shown(now) }, shown(now))); // kept as it is
  el.value = shown(now);
  el.addEventListener('change', () => { put(sheet.values, path, el.value || undefined); sheet.changed(pointer(path)); sheet.touched(pointer(path)); });
  return h('div.ff', null, label(f, id), tip, error, el);
}

function few(sheet, f, path, error, choices) {
  const tip = help(f), name = uid(), now = at(sheet.values, path);
  const set = h('fieldset.ff.ff-few', { 'aria-describedby': [error.id, tip && tip.id].filter(Boolean).join(' ') }, h('legend', null, label(f)), tip, error);
  const all = f.required ? choices : choices.concat([[undefined, word('nothing')]]);
  const row = set.appendChild(h('div.ff-choices'));
  all.forEach(([v, words]) => row.append(h('label.ff-choice', null, h('input', { type: 'radio', name, checked: now === v, onchange: () => { put(sheet.values, path, v); sheet.changed(pointer(path)); sheet.touched(pointer(path)); } }), h('span', null, words))));
  return set;
}

function many(sheet, f, path, error) {
  const tip = help(f), now = at(sheet.values, path) || [];
  const set = h('fieldset.ff.ff-few', { 'aria-describedby': [error.id, tip && tip.id].filter(Boolean).join(' ') }, h('legend', null, label(f)), tip, error);
  const row = set.appendChild(h('div.ff-choices'));
  const boxes = f.item.choices.map((c) => {
    const input = h('input', { type: 'checkbox', value: c.value, checked: now.includes(c.value), onchange: () => {
      const other = (at(sheet.values, path) || []).filter((v) => !f.item.choices.some((x) => x.value === v));
      put(sheet.values, path, other.concat(boxes.filter((b) => b.checked).map((b) => b.value)));
      sheet.changed(pointer(path));
    } });
    row.append(h('label.ff-choice', null, input, h('span', null, [c.zh || c.value, c.en || ''])));
    return input;
  });
  return set;
}

// closed is an optional part that is not there yet.
function closed(sheet, f, path, error, empty) {
  const tip = help(f);
  return h('div.ff.ff-closed', null, h('div.ff-head', null, label(f), button('add', () => {
    put(sheet.values, path, Array.isArray(empty) ? [blank(f.item)] : {});
    replace(sheet, f, path, controls);
    say('added', { what: plain(pair(f.label)) });
  })), tip, error);
}
const blank = (f) => (f.type === 'object' ? {} : f.type === 'list' ? [] : '');

function group(sheet, f, path, error) {
  const tip = help(f), key = path[path.length - 1], row = typeof key === 'number';
  const el = h('fieldset.ff.ff-group', { 'aria-describedby': [error.id, tip && tip.id].filter(Boolean).join(' ') });
  el.append(h('legend', null, row ? h('span.ff-label', null, word('row', { n: key + 1 })) : label(f)));
  if (tip && !row) el.append(tip);
  el.append(error);
  if (f.document) el.append(attachment(sheet, f, path));
  f.fields.forEach((c) => el.append(field(sheet, c, path.concat(c.key))));
  if (!row && !f.required) el.append(button('drop_part', () => {
    put(sheet.values, path, undefined);
    replace(sheet, f, path, (n) => n.querySelector('button'));
    say('dropped', { what: plain(pair(f.label)) });
  }));
  return el;
}

function list(sheet, f, path, error) {
  const tip = help(f), rows = at(sheet.values, path) || [];
  const el = h('fieldset.ff.ff-list', { 'aria-describedby': [error.id, tip && tip.id].filter(Boolean).join(' ') }, h('legend', null, label(f)), tip, error);
  if (!rows.length && f.required) put(sheet.values, path, [blank(f.item)]);
  const items = at(sheet.values, path) || [], ol = el.appendChild(h('ol.ff-rows'));
  const redraw = (focus) => replace(sheet, f, path, focus);
  const buttonIn = (n, i, cls) => { const li = n.querySelector('.ff-rows').children[i]; return li && li.querySelector(':scope > .ff-tools .' + cls); };
  items.forEach((_, i) => {
    const item = { ...f.item, required: false, label: f.item.label.zh ? f.item.label : f.label };
    const li = ol.appendChild(h('li', null, field(sheet, item, path.concat(i))));
    if (item.type !== 'object') li.querySelector('.ff-label').replaceChildren(both(word('row', { n: i + 1 })));
    const move = (by) => {
      const [it] = items.splice(i, 1);
      items.splice(i + by, 0, it);
      redraw((n) => { const b = buttonIn(n, i + by, by < 0 ? 'up' : 'down'); return b && !b.disabled ? b : buttonIn(n, i + by, by < 0 ? 'down' : 'up'); });
      say('moved', { n: i + by + 1 });
    };
    const tool = (key, act, off) => {
      const b = button(key, act, 'ff-tool.' + key);
      b.disabled = off;
      b.setAttribute('aria-label', plain(word(key + '_row', { n: i + 1 })));
      return b;
    };
    li.append(h('div.ff-tools', null, tool('up', () => move(-1), i === 0), tool('down', () => move(1), i === items.length - 1), tool('remove', () => {
      items.splice(i, 1);
      if (!items.length) put(sheet.values, path, undefined);
      redraw((n) => { const ol = n.querySelector('.ff-rows'); return ol && ol.children.length ? buttonIn(n, Math.min(i, items.length - 1), 'remove') : n.querySelector('button'); });
      say('removed', { n: i + 1 });
    }, false)));
  });
  el.append(button('add_row', () => {
    items.push(blank(f.item));
    put(sheet.values, path, items);
    redraw((n) => controls(n.querySelector('.ff-rows').lastElementChild));
  }));
  return el;
}

// attachment takes a file as the document that it is: its name, its hash.
function attachment(sheet, f, path) {
  const id = uid(), note = h('p.ff-echo', { role: 'status' });
  const input = h('input', { id, type: 'file', onchange: async () => {
    const file = input.files[0];
    if (!file) return;
    clear(note).append(both(word('reading')));
    try {
      const got = await sheet.attach(file);
      put(sheet.values, path, { ...at(sheet.values, path), file: got.path, sha256: got.sha256, title: (at(sheet.values, path) || {}).title || file.name.replace(/\.[^.]*$/, '') });
      const next = replace(sheet, f, path, (n) => controls(n));
      next.querySelector('.ff-echo').append(both(word('attached', { name: got.path, size: size(file.size) })));
    } catch (e) { clear(note).append(both([e.zh || word('no_file')[0], e.en || word('no_file')[1]])); }
  } });
  return h('div.ff-attach', null, h('label', { for: id }, word('attach')), input, note);
}
export const size = (n) => (n < 1 << 20 ? Math.max(1, Math.round(n / 1024)) + ' KB' : (n / (1 << 20)).toFixed(1) + ' MB');

// show puts the findings beside their fields. Those of a field that is not on the
// page stand with the part around it; those of none are returned.
export function show(sheet, findings) {
  const fields = new Map([...sheet.el.querySelectorAll('[data-ptr]')].map((el) => [el.dataset.ptr, el]));
  const rest = [], found = new Map([...fields.values()].map((el) => [el, []]));
  findings.forEach((f) => {
    let ptr = f.field || '';
    while (ptr && !fields.has(ptr)) ptr = ptr.slice(0, ptr.lastIndexOf('/'));
    const el = fields.get(ptr);
    if (!el) return rest.push(f);
    f.el = el;
    if (!sheet.wanted(f, el.dataset.ptr)) return;
    found.get(el).push(f);
  });
  found.forEach((fs, el) => {
    const now = JSON.stringify(fs.map((f) => [f.rule, f.message, f.suggest]));
    if (el.told === now || !el.told && !fs.length) return; // a button in it may be being pressed
    el.told = now;
    clear(el.errors).append(...fs.map((f) => one(sheet, f, el)));
    mark(el, fs.some((f) => f.severity === 'error'));
    if (fs.length) for (let d = el.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  });
  return rest;
}
function mark(el, bad) {
  el.classList.toggle('ff-bad', bad);
  const c = el.matches('fieldset') ? el : controls(el);
  if (c && !el.matches('fieldset')) { if (bad) c.setAttribute('aria-invalid', 'true'); else c.removeAttribute('aria-invalid'); }
}
// one words a finding; to is where a link of it leads.
export function one(sheet, f, el, to) {
  const p = h('p.finding.finding-' + f.severity, null, h('strong', null, both(word('is_' + f.severity), 'en-x')), ' ', to ? h('a', to, both(pair(f.message), 'en-x')) : both(pair(f.message), 'en-x'));
  const hidden = el && /U\+([0-9A-F]{4})/.exec(f.rule ? '' : f.message.en);
  if (hidden) p.append(' ', button('strip', () => strip(el, String.fromCharCode(parseInt(hidden[1], 16))), 'link-button'));
  if (f.help && f.help.zh && !(el && el.help === f.help.zh)) p.append(h('span.finding-help', null, both(pair(f.help), 'en-x')));
  const c = el && !el.matches('fieldset,.ff-closed') && controls(el);
  if (f.suggest && c && c.matches('input,textarea')) p.append(' ', button('use', () => { c.value = f.suggest; c.dispatchEvent(new Event('input')); c.focus(); }, 'link-button', { value: f.suggest }));
  if (f.clause || f.rule.startsWith('R-')) p.append(' ', h('a.finding-rule', { href: root + 'rules/' + f.rule + '/', target: '_blank', rel: 'noopener' }, both(word('rule', { clause: f.clause || f.rule }), 'en-x')));
  return p;
}
// strip takes characters that nobody sees out of a field. Those that break lines
// in other programs become line ends.
function strip(el, ch) {
  el.querySelectorAll('input[type=text],textarea').forEach((c) => {
    if (!c.value.includes(ch)) return;
    c.value = c.value.replaceAll(ch, '\v\f\u0085\u2028\u2029'.includes(ch) && c.matches('textarea') ? '\n' : '');
    c.dispatchEvent(new Event('input'));
    c.focus();
  });
}
// focus goes to the field of a finding.
export function focus(el) {
  for (let d = el.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  const c = el.matches('.ff-closed') ? el.querySelector('button') : controls(el) || el.querySelector('button');
  if (c) c.focus();
  el.scrollIntoView({ block: 'center' });
}
