// The judge: the registry's own validator in a worker. Everything that is known
// of right and wrong comes from there.
import { box } from './fill-dom.js';

let worker, ready, last = 0;
const waiting = new Map();
const watchers = [];
export const judge = { state: 'idle', progress: 0 };

function become(state, progress) {
  judge.state = state;
  judge.progress = progress || 0;
  watchers.forEach((f) => f(judge));
}
export function watch(f) { watchers.push(f); }

// start loads the judge; what is asked meanwhile waits for it.
export function start() {
  if (ready && judge.state !== 'failed') return ready;
  const { worker: script, wasm, definitions } = box.dataset;
  ready = new Promise((resolve, reject) => {
    const fail = (e) => {
      if (worker) worker.terminate();
      waiting.forEach((w) => w.reject(e));
      waiting.clear();
      become('failed');
      reject(e);
    };
    if (!script || !wasm || !window.Worker) return fail(new Error('no judge'));
    become('loading');
    try { worker = new Worker(script); } catch (e) { return fail(e); }
    worker.onerror = (e) => { e.preventDefault(); fail(new Error(e.message || 'worker')); };
    worker.onmessage = ({ data }) => {
      const w = waiting.get(data.id);
      if (!w) return;
      if ('progress' in data) return become('loading', data.progress);
      waiting.delete(data.id);
      if (data.error) w.reject(Object.assign(new Error(data.error.zh), data.error)); else w.resolve(data.result);
    };
    send('load', { wasm: new URL(wasm, location).href, definitions: new URL(definitions, location).href }).then(() => { become('ready'); resolve(); }, fail);
  });
  ready.catch(() => {});
  return ready;
}
function send(op, args) {
  return new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    worker.postMessage({ id: last, op, ...args });
  });
}
export const ask = (op, args) => start().then(() => send(op, args));
