// The last screen: what will be filed, and the ways to file it. A request that
// fails changes nothing of what was typed.
import { h, both, button, word, plain, pair, clear, append, say, save, root } from './fill-dom.js';
import { one, size } from './fill-fields.js';
import { judge } from './fill-judge.js';
import { print } from './fill-print.js';
import { work, defs, changed, check, edit, newFile, files, faults, flush, nextID, renumber, reread, sheetOf, formOf, dirOf } from './fill-work.js';

const Submit = () => globalThis.Submit, guide = root + 'guide/upload/';

export async function draw(view, draft, to) {
  const title = h('h2', { id: 'fill-heading', tabindex: '-1' }, word('send_title')), box = h('div');
  view.append(title, box);
  box.append(h('p.hint', null, word('checking')));
  await check();
  clear(box);
  if (judge.state !== 'ready' || !work.checked) return box.append(h('p.aside', null, word('send_no_judge')));
  const outside = defs.contacts !== 'sealed', bad = faults(), soft = work.findings.filter((f) => f.severity !== 'error' && !f.existing && !f.waived);
  const link = (f) => ({ href: '#', onclick: async (e) => {
    e.preventDefault();
    const doc = await edit(f.file, formOf(f.file).name);
    doc.asked = true;
    work.seek = f;
    location.hash = to(draft.docs.indexOf(doc));
  } });
  const broken = draft.docs.filter((d) => d.fault);
  if (bad.length || broken.length) {
    say('faults', { n: bad.length + broken.length });
    const parts = draft.docs.map((d, i) => [h('a', { href: to(i) }, both(pair(sheetOf(d.form).title), 'en-x')), (d.fault ? [h('p.finding', null, pair(d.fault))] : []).concat(bad.filter((f) => f.file === d.path).map((f) => one(null, f, null, link(f))))]);
    const rest = bad.filter((f) => !draft.docs.some((d) => d.path === f.file));
    if (rest.length) parts.push([h('span', null, word('other_files')), rest.map((f) => one(null, f, null, formOf(f.file) && link(f)))]);
    append(box, [h('div.aside.aside-bad', null, h('h3', null, word('faults', { n: bad.length + broken.length })), parts.filter((p) => p[1].length).map((p) => h('div.part', null, h('h4', null, p[0]), p[1]))), h('p', null, word('send_faults'))]);
  } else {
    say('clean');
    box.append(h('div.aside.aside-good', null, h('p', null, h('strong', null, word('clean'))), h('p', null, word('later'))));
  }
  if (soft.length) box.append(h('details.more', null, h('summary', null, h('span', null, word('remarks', { n: soft.length }))), h('ul', null, soft.map((f) => h('li', null, one(null, f))))));
  if (outside && draft.docs.some((d) => (sheetOf(d.form).annex))) box.append(h('p.hint', null, word('contacts_outside')));
  if (!Object.keys(draft.base).length) more(box, draft, to);
  await offer(box, draft, !bad.length && !broken.length);
}

// more offers the other records that a new project may have from the beginning,
// like the contract of a stock project.
function more(box, draft, to) {
  const rest = defs.forms.filter((f) => !draft.docs.some((d) => d.form === f.name));
  box.append(h('details.more', null, h('summary', null, h('span', null, word('more_records'))), h('ul.step-list', null, rest.map((f) => h('li', null, h('p.step-name', null, pair(f.title)), h('p.sub', null, newFile(f.name)), button('add', async () => {
    const doc = await edit(dirOf(draft.project) + newFile(f.name), f.name);
    await flush();
    location.hash = to(draft.docs.indexOf(doc));
  }))))));
}

async function offer(box, draft, clean) {
  const list = await files();
  append(box, [h('h3', null, word('files', { n: list.length })), h('p.hint', null, word('files_text')), h('ul.file-list', null, list.map((f) => fileOf(f)))]);
  if (!list.length) return;
  const actions = box.appendChild(h('div.fill-actions'));
  if (Submit() && Submit().zip) actions.append(button('download_all', async () => save(draft.project + '.zip', await Submit().zip(list))));
  actions.append(button('print', () => print(draft)));
  if (!clean) return;
  const way = Submit() ? await Submit().available() : { how: 'manual' };
  const form = box.appendChild(h('section.send', { 'aria-labelledby': 'send-how' }, h('h3', { id: 'send-how' }, word('how_' + way.how))));
  const note = h('div.send-note', { role: 'status' });
  if (way.how === 'api') api(form, note, draft, list, way);
  else if (way.how === 'prefilled') form.append(h('p', null, word('prefilled_text')), h('ol', null, (await Submit().pages(list)).map((p) => h('li', null, h('a', { href: p.url, target: '_blank', rel: 'noopener' }, p.path), p.filled ? null : [' ', h('span.sub', null, word('paste_text'))]))));
  else form.append(h('p', null, word('manual_text')));
  if (way.how !== 'api') form.append(h('p', null, h('a', { href: guide }, word('guide_upload'))), h('p', null, word('after')));
  form.append(note);
}

function fileOf(f) {
  const form = formOf(f.path), name = f.path.split('/').pop();
  const head = h('p', null, form ? h('strong', null, pair(form.title)) : h('strong', null, name), h('span.sub', null, f.path + (f.bytes ? ' · ' + size(f.bytes.length) : f.was === undefined ? '' : ' · ' + plain(word('changed')))));
  const li = h('li', null, head);
  if (f.bytes) return li;
  const copied = h('span', { role: 'status' });
  li.append(h('details', null, h('summary', null, word('text')), h('pre', { tabindex: '0' }, f.text)), h('p.file-tools', null, navigator.clipboard ? button('copy', async () => { await navigator.clipboard.writeText(f.text); clear(copied).append(both(word('copied'), 'en-x')); }) : null, ' ', button('download', () => save(name, f.text)), ' ', copied));
  return li;
}

function api(form, note, draft, list, way) {
  const tell = (p, cls) => append(clear(note), [h('p' + (cls || ''), null, p)]);
  const fail = (e) => {
    tell([e.zh || plain(word('send_failed')), e.en || word('send_failed')[1]], '.finding-error');
    note.append(h('p', null, word('kept_all')));
    if (e.retry === 'signIn') redraw();
    if (e.retry === 'number') note.append(button('renumber', async () => {
      const [year, unit] = draft.project.split('-');
      await renumber(await nextID({ year: Number(year), unit }));
      dispatchEvent(new Event('hashchange')); // the screen anew, with the new number
    }));
    if (e.retry === 'read' && (e.paths || []).length) note.append(button('reread', async () => {
      try {
        const keys = await reread((p) => Submit().read(p), e.paths);
        tell(word(keys.length ? 'reread_both' : 'reread_done', { keys: keys.join('、') }));
        form.querySelectorAll('.send-do').forEach((x) => x.remove()); // what it would send is of before
      } catch (x) { fail(x); }
    }));
    const b = form.querySelector('.main-button');
    if (b) { b.disabled = false; b.focus(); }
  };
  const redraw = async () => {
    const now = await Submit().available();
    form.querySelectorAll('.send-do').forEach((x) => x.remove());
    form.insertBefore(part(now), note);
  };
  const part = (now) => {
    if (!now.signedIn) {
      const token = now.sign === 'token' && h('input', { id: 'send-token', type: 'password', autocomplete: 'off' });
      const b = button('sign_in', async () => {
        try {
          await flush(); // the forge may take the page's place
          await Submit().signIn(token ? token.value : undefined);
          await redraw();
        } catch (e) { fail(e); }
      }, 'main-button');
      return h('div.send-do', null, h('p', null, word('sign_in_text', { url: now.url || '' })), token && h('p', null, h('label', { for: 'send-token' }, word('token')), ' ', token, ' ', now.tokenPage && h('a', { href: now.tokenPage, target: '_blank', rel: 'noopener' }, word('token_page'))), b);
    }
    const b = button('send', async () => {
      b.disabled = true;
      try {
        const done = await Submit().send({ branch: 'fill/' + draft.project + '-' + (draft.step ? draft.step.id || draft.step.code : 'edit'), title: titleOf(draft), body: bodyOf(draft, list), files: list, deletes: [] }, (p) => tell([p.zh || '', p.en || '']));
        draft.sent = { url: done.url, on: Date.now() };
        changed();
        await flush();
        append(clear(note), [h('div.aside.aside-good', null, h('p', null, h('strong', null, word('sent'))), h('p', null, h('a', { href: done.url }, done.url)), h('p', null, word('sent_text')), h('p', null, word('after')))]);
        say('sent');
      } catch (e) { fail(e); }
    }, 'main-button');
    return h('div.send-do', null, h('p', null, word('send_text', { n: list.length })), b);
  };
  form.append(part(way));
}
const nameOf = (draft) => (draft.docs.find((d) => d.form === 'index') || { values: {} }).values.title || draft.title || '';
const titleOf = (draft) => `${draft.project} ${draft.step ? draft.step.zh : ''}：${nameOf(draft)}`.replace(' ：', '：').slice(0, 120);
const bodyOf = (draft, list) => [draft.step ? `办理步骤：${draft.step.zh}${draft.step.clause ? `（${draft.step.clause}）` : ''}` : '', '', ...list.map((f) => '- ' + f.path.slice(dirOf(draft.project).length))].join('\n').trim() + '\n';
