// The worker in which the registry's own judge runs: WebAssembly, compiled from
// tools/judge. A message {id, op, …} is answered by {id, result} or
// {id, error: {zh, en}}; while load fetches, {id, progress: 0…1} come before.
(function () {
  'use strict';

  const STALLED = 30000; // ms without a byte

  let module, definitions, answer; // answer is null when the judge is not running

  const fault = (zh, en) => Object.assign(new Error(en), { zh, en });

  // get fetches all bytes of an address and tells how far it is.
  async function get(url, seen) {
    const stop = new AbortController();
    let timer;
    const alive = () => { clearTimeout(timer); timer = setTimeout(() => stop.abort(), STALLED); };
    try {
      alive();
      const res = await fetch(url, { signal: stop.signal, credentials: 'same-origin' });
      if (!res.ok) throw fault('取不到 ' + url + '（' + res.status + '）', url + ' cannot be fetched (' + res.status + ')');
      const total = +res.headers.get('Content-Length') || 0;
      const chunks = [];
      let size = 0;
      for (const reader = res.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        alive();
        chunks.push(value);
        size += value.length;
        if (total) seen(Math.min(1, size / total));
      }
      return new Blob(chunks);
    } catch (e) {
      if (e.zh) throw e;
      throw fault('网络不通，检查程序没有取全；请再试一次', 'the network failed before the checker was there whole: try again');
    } finally {
      clearTimeout(timer);
    }
  }

  // unpacked gives the bytes behind gzip. A server that declares the encoding
  // has had them unpacked already.
  async function unpacked(blob) {
    const [a, b] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
    if (a !== 0x1f || b !== 0x8b) return blob.stream();
    if (!self.DecompressionStream) throw fault('浏览器太旧，不能在网页上检查；请更新，或在提交后看检查结果', 'this browser is too old to check in the page: update it, or see the result after submitting');
    return blob.stream().pipeThrough(new DecompressionStream('gzip'));
  }

  // load fetches the judge and what it judges by. Called again, it does so anew.
  async function load({ wasm, definitions: bundle }, progress) {
    if (!self.WebAssembly) throw fault('浏览器不支持 WebAssembly，不能在网页上检查', 'this browser has no WebAssembly and cannot check in the page');
    const part = [0, 0];
    const seen = (i, of) => (p) => { part[i] = p * of; progress(part[0] + part[1]); };
    const [code, words] = await Promise.all([get(wasm, seen(0, 0.7)), get(bundle, seen(1, 0.1))]);
    if (!self.Go) importScripts(wasm.replace(/\.wasm\.gz$/, '.js'));
    definitions = await new Response(await unpacked(words)).text();
    module = await WebAssembly.compileStreaming(new Response(await unpacked(code), { headers: { 'Content-Type': 'application/wasm' } }));
    progress(0.9);
    return start();
  }

  // start runs the judge afresh; after a crash nothing has to be fetched again.
  async function start() {
    answer = null;
    const go = new self.Go();
    const ready = new Promise((resolve) => { self.judgeReady = resolve; });
    const instance = await WebAssembly.instantiate(module, go.importObject);
    const ended = go.run(instance).then(() => { throw fault('检查程序没有运行起来', 'the checker did not start'); });
    ended.catch(() => {});
    answer = await Promise.race([ready, ended]);
    return ask('load', definitions, []);
  }

  // ask puts one question. A judge that dies of it is given up: the next
  // question starts another.
  function ask(op, params, blobs) {
    let text;
    try { text = answer(op, params, blobs); } catch (e) { console.error(e); }
    if (typeof text !== 'string') {
      answer = null;
      throw fault('检查程序出了错，已重新启动；填写的内容没有丢失', 'the checker failed and was started again; nothing that was filled in is lost');
    }
    const out = JSON.parse(text);
    if (out.error) throw Object.assign(fault(out.error.zh, out.error.en), { key: out.error.key });
    return out.result;
  }

  // today is the date in Shanghai, which has had no summer time since 1991.
  const today = () => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);

  async function handle({ id, op, ...params }) {
    if (op === 'load') return load(params, (progress) => self.postMessage({ id, progress }));
    if (!module) throw fault('检查程序还没有载入', 'the checker is not loaded yet');
    if (!answer) await start();
    const blobs = [];
    const json = JSON.stringify({ date: today(), ...params }, (_, v) => (v instanceof Uint8Array ? { blob: blobs.push(v) - 1 } : v));
    return ask(op, json, blobs);
  }

  let turn = Promise.resolve();
  self.onmessage = ({ data }) => {
    turn = turn.then(() => handle(data)).then(
      (result) => self.postMessage({ id: data.id, result }),
      (e) => self.postMessage({ id: data.id, error: e.zh ? { zh: e.zh, en: e.en, key: e.key } : { zh: '检查程序出了错：' + e.message, en: 'the checker failed: ' + e.message } }),
    );
  };
})();
