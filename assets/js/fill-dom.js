// Small helpers to build the form page: elements, words in two languages, and
// what is said to a screen reader.
export const box = document.getElementById('fill');
export const words = JSON.parse(box.dataset.words);
export const root = box.dataset.root;
export const english = () => document.documentElement.dataset.lang === 'en';

// A pair [Chinese, English] by its key, with {values} put in.
export function word(key, values) {
  return (words[key] || [key, key]).map((t) => t.replace(/\{(\w+)\}/g, (all, k) => (values && k in values ? values[k] : all)));
}
// The pair in the one language that an attribute or option can hold.
export const plain = (pair) => (english() && pair[1] ? pair[1] : pair[0]);
export const pair = (o) => [o.zh || '', o.en || ''];

// h('div.card', {id, onclick, …}, children…): a child is a node, a text, a pair
// (shown in both languages) or nothing.
export function h(what, attrs, ...children) {
  const [tag, ...classes] = what.split('.');
  const el = document.createElement(tag);
  if (classes.length) el.className = classes.join(' ');
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith('on')) el.addEventListener(k.slice(2), v);
    else if (k === 'value' || k === 'checked' || k === 'disabled') el[k] = v;
    else el.setAttribute(k, v === true ? '' : v);
  }
  append(el, children);
  return el;
}
export function append(el, children) {
  for (const c of children) {
    if (c === undefined || c === null || c === false) continue;
    if (Array.isArray(c) && typeof c[0] === 'string') el.append(both(c));
    else if (Array.isArray(c)) append(el, c);
    else el.append(c);
  }
  return el;
}
// Chinese with its English beside it; cls 'en-x': instead of it, for readers who
// chose English.
export function both(texts, cls) {
  const f = document.createDocumentFragment();
  if (!texts[1] || texts[1] === texts[0]) {
    f.append(texts[0]);
    return f;
  }
  const zh = f.appendChild(document.createElement('span'));
  zh.className = 'zh';
  zh.textContent = texts[0];
  f.append(' ');
  const en = f.appendChild(document.createElement('span'));
  en.className = cls || 'en';
  en.lang = 'en';
  en.textContent = texts[1];
  return f;
}
export function button(key, act, cls, values) {
  return h('button.' + (cls || 'plain-button'), { type: 'button', onclick: act }, both(word(key, values), 'en-x'));
}
export function clear(el) {
  el.textContent = '';
  return el;
}
// Politely, in the reader's language; the same words twice are said twice.
export function say(key, values) {
  const status = document.getElementById('fill-status');
  status.textContent = '';
  setTimeout(() => { status.textContent = plain(word(key, values)); }, 50);
}
let last = 0;
export const uid = () => 'f' + ++last;
export function save(name, data, type) {
  const url = URL.createObjectURL(data instanceof Blob ? data : new Blob([data], { type: type || 'text/markdown;charset=utf-8' }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
