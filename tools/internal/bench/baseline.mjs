// Reads the front matter of every record below DIR/content with js-yaml and
// validates it with ajv against the schemas of DIR, one file after the other:
// what a plain script for the same job costs. Rules, lifecycle, bodies, places
// and messages are left out, so it does far less than taizhang check.
//
// run.sh installs js-yaml and ajv next to a copy of this file and runs that.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import yaml from "js-yaml";
import Ajv from "ajv/dist/2020.js";

const dir = process.argv[2];
if (!dir) {
  console.error("usage: node baseline.mjs DIR");
  process.exit(2);
}
const start = process.hrtime.bigint();

const date = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    date,
    amount: { type: "number", validate: (x) => Math.abs(x) <= 1e7 && Math.abs(x * 1e6 - Math.round(x * 1e6)) < 1e-3 },
    "doc-no": /^\p{Script=Han}{2,20}〔(19|20)\d\d〕[1-9]\d{0,4}号$/u,
    uscc: /^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/,
    "unit-code": /^[a-z][a-z0-9]{1,15}$/,
    "project-id": /^\d{4}-[a-z][a-z0-9]{1,15}-\d{2,3}$/,
    landline: /^0\d{2,3}-\d{7,8}(-\d{1,6})?$/,
    "https-url": /^https:\/\/[^/\s]+/,
    sha256: /^[0-9a-f]{64}$/,
    "file-path": /^files\/[a-z0-9._-]+$/,
  },
});
const ids = {};
for (const folder of ["forms", "data"]) {
  for (const name of readdirSync(join(dir, "schemas", folder))) {
    if (!name.endsWith(".schema.json")) continue;
    const schema = JSON.parse(readFileSync(join(dir, "schemas", folder, name), "utf8"));
    ajv.addSchema(schema);
    ids[name.replace(".schema.json", "")] = schema.$id;
  }
}

// Dates stay text, as our reader keeps them.
const types = yaml.CORE_SCHEMA;
let files = 0;
let bytes = 0;
let bad = 0;
for (const entry of readdirSync(join(dir, "content"), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith(".md")) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const text = readFileSync(path, "utf8");
  const end = text.indexOf("\n---", 3);
  if (!text.startsWith("---\n") || end < 0) continue; // a guide page
  const form = path.includes("/content/plans/") ? "plan" : basename(path, ".md").replace(/-\d+$/, "");
  const validate = ajv.getSchema(ids[form]);
  const data = yaml.load(text.slice(4, end + 1), { schema: types });
  if (!validate(data)) {
    bad++;
    if (bad <= 5) console.error(path, validate.errors.slice(0, 3));
  }
  files++;
  bytes += text.length;
}
const wall = Number(process.hrtime.bigint() - start) / 1e9;
const used = process.cpuUsage();
const cpu = (used.user + used.system) / 1e6;
const rss = process.resourceUsage().maxRSS / 1024;
console.log(`wall ${wall.toFixed(3)} cpu ${cpu.toFixed(3)} rss ${rss.toFixed(0)} files ${files} characters ${bytes} invalid ${bad}`);
