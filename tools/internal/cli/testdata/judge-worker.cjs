// Runs assets/js/judge-worker.js with a judge that dies when asked to.
const assert = require('node:assert');
const fs = require('node:fs');
const vm = require('node:vm');
const zlib = require('node:zlib');

let started = 0, online = false;
const answers = new Map();
class Go {
  importObject = {};
  run() {
    started++;
    let loaded = false;
    self.judgeReady((op, params) => {
      if (op === 'die') return undefined; // as a program that has ended
      if (op === 'throw') throw new Error('unreachable');
      if (op === 'load') loaded = params === 'definitions';
      return JSON.stringify(loaded ? { result: { op, params } } : { error: { zh: '未载入', en: 'not loaded' } });
    });
    return new Promise(() => {});
  }
}
const self = {
  Go,
  DecompressionStream,
  postMessage: (m) => { if (!('progress' in m)) answers.get(m.id)(m); },
  WebAssembly: { compileStreaming: async (r) => { assert.equal(await r.text(), 'program'); return {}; }, instantiate: async () => ({}) },
};
vm.runInNewContext(fs.readFileSync(process.argv[2], 'utf8'), {
  self, Response, Blob, AbortController, DecompressionStream, Uint8Array, setTimeout, clearTimeout,
  WebAssembly: self.WebAssembly, console: { error() {} },
  fetch: async (url) => {
    if (!online) throw new TypeError('Failed to fetch');
    if (url === 'gone.wasm.gz') return new Response('', { status: 404 });
    return new Response(zlib.gzipSync(url.endsWith('.wasm.gz') ? 'program' : 'definitions'));
  },
});
let last = 0;
const ask = (op, params) => new Promise((resolve) => {
  answers.set(++last, resolve);
  self.onmessage({ data: { id: last, op, ...params } });
});
const refused = (m) => assert.ok(m.error && m.error.zh && m.error.en, JSON.stringify(m));

(async () => {
  const from = { wasm: 'judge.wasm.gz', definitions: 'definitions.json.gz' };
  refused(await ask('check', {}));
  refused(await ask('load', from));
  online = true;
  const gone = await ask('load', { ...from, wasm: 'gone.wasm.gz' });
  refused(gone);
  assert.match(gone.error.zh, /404/);
  assert.equal((await ask('load', from)).result.op, 'load');
  const day = JSON.parse((await ask('check', { head: {} })).result.params);
  assert.match(day.date, /^\d{4}-\d\d-\d\d$/);
  for (const death of ['die', 'throw']) {
    const before = started;
    const both = await Promise.all([ask(death, {}), ask('check', {})]); // one waits behind the other
    refused(both[0]);
    assert.equal(both[1].result.op, 'check');
    assert.equal(started, before + 1);
  }
  const blobs = JSON.parse((await ask('hash', { bytes: new Uint8Array([1, 2]) })).result.params);
  assert.deepEqual(blobs.bytes, { blob: 0 });
})().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
