// Asks the judge in WebAssembly, as the worker of the form page does.
// node judge.cjs RUNTIME WASM CASES: CASES is {bundles, trees, cases}; a case is
// laid over a tree and judged by the definitions of a bundle. What it finds goes to standard output, one line a case.
const fs = require('node:fs');
const zlib = require('node:zlib');
const [runtime, wasm, cases] = process.argv.slice(2);
require(runtime);
const { bundles, trees, cases: all } = JSON.parse(fs.readFileSync(cases));

const bytes = (v) => (typeof v === 'string' ? v : new Uint8Array(Buffer.from(v.base64, 'base64')));
const over = (tree, edits) => {
  const out = { ...tree };
  for (const [path, v] of Object.entries(edits)) if (v === null) delete out[path]; else out[path] = v;
  return Object.fromEntries(Object.entries(out).map(([path, v]) => [path, bytes(v)]));
};

globalThis.judgeReady = (answer) => {
  const ask = (op, params) => {
    const blobs = [];
    const json = JSON.stringify(params, (_, v) => (v instanceof Uint8Array ? { blob: blobs.push(v) - 1 } : v));
    const { result, error } = JSON.parse(answer(op, json, blobs));
    if (error) throw new Error(op + ': ' + error.en);
    return result;
  };
  let loaded;
  for (const c of all) {
    if (loaded !== c.bundle) ask('load', { version: 1, files: bundles[(loaded = c.bundle)] });
    const tree = trees[c.tree];
    const { findings } = ask('check', { base: c.change ? over(tree, {}) : undefined, head: over(tree, c.edits), only: c.only, today: c.today, date: c.date });
    fs.writeSync(1, JSON.stringify({ name: c.name, findings }) + '\n');
  }
  process.exit(0);
};
const go = new Go();
WebAssembly.instantiate(zlib.gunzipSync(fs.readFileSync(wasm)), go.importObject).then(({ instance }) => go.run(instance));
