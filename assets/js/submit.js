// From the form to a pull request, with no server between this page and the
// forge. This module knows nothing of the form: it gets files as text and gives
// back the address of the request, or throws a Trouble that says in words what
// to do. Trying again goes on where it stopped: what is there already is found
// by its content, so nothing is made twice and nothing has to be remembered.

import * as trouble from "./submit-trouble.js";
import { blobId, encode, said } from "./submit-http.js";
import { Gitea, GitHub } from "./submit-rest.js";
import { GitLab } from "./submit-gitlab.js";
import * as sign from "./submit-sign.js";
import { zip } from "./submit-zip.js";

export { zip };
export { challenge, signOut } from "./submit-sign.js";

const kinds = { gitea: Gitea, forgejo: Gitea, github: GitHub, gitlab: GitLab };

// Addresses longer than this are cut off or refused by servers on the way.
const longest = 7000;

const settings = (() => {
  const block = document.getElementById("forge");
  return block ? JSON.parse(block.textContent) : null;
})();

// ready is settled once an answer of the forge in the address is dealt with; a
// failed sign-in rejects it.
export const ready = settings ? sign.comeBack(settings) : Promise.resolve();
ready.catch(() => {});

// available tells, once ready, how this page can submit: "api" speaks to the
// forge, "prefilled" opens its new-file page with the text in it, "manual"
// copies and downloads. `sign` is "oauth", or "token" where the person pastes
// one.
export const available = () => ready.catch(() => {}).then(means);

function means() {
  const f = settings;
  if (!f) return { how: "manual", kind: "", sign: "", signedIn: false, url: "", repository: "", tokenPage: "" };
  const oauth = f.clientId && ["gitea", "forgejo", "gitlab"].includes(f.kind);
  const method = !globalThis.isSecureContext ? "" : f.kind === "github" ? "token" : oauth ? "oauth" : "";
  return {
    how: method ? "api" : f.kind in kinds ? "prefilled" : "manual",
    kind: f.kind, sign: method, signedIn: Boolean(method && sign.token(f)),
    url: f.url, repository: f.repository, tokenPage: method === "token" ? f.url + "/settings/personal-access-tokens/new" : "",
  };
}

// signIn signs in; call it straight from a click. A token that the person
// pasted is tried at once.
export async function signIn(token) {
  const { sign: method } = means();
  if (!method) throw trouble.notFinished();
  if (method === "oauth") return sign.signIn(settings);
  const pasted = String(token || "").trim();
  if (!/^[A-Za-z0-9_]{20,255}$/.test(pasted)) throw trouble.notFinished("token");
  await new kinds[settings.kind](settings, pasted).user();
  sign.keepToken(settings, pasted);
}

// speaking runs work with the forge; a refused token is thrown away.
async function speaking(work) {
  await ready.catch(() => {});
  const token = settings && sign.token(settings);
  if (!token || means().how !== "api") throw trouble.signedOut(0);
  try {
    return await work(new kinds[settings.kind](settings, token));
  } catch (e) {
    if (e.status === 401) sign.signOut();
    throw e;
  }
}

async function mainTip(api) {
  const tip = await api.tip(api.base, settings.branch);
  if (!tip) throw trouble.answered(404, "", 0, `${settings.repository} (${settings.branch})`);
  return tip;
}

// list gives the paths of all files below a folder of the registry as it is now.
export const list = (folder) => speaking(async (api) => api.paths((await mainTip(api)).id, folder.replace(/\/+$/, "")));

// read gives the text of a file as it is now, null when there is none.
export const read = (path) => speaking(async (api) => api.text((await mainTip(api)).id, path));

const steps = [
  ["正在读取台账", "Reading the registry"],
  ["正在准备您的副本", "Preparing your copy"],
  ["正在保存文件", "Saving the files"],
  ["正在提出请求", "Opening the request"],
  ["已提交", "Submitted"],
];

// send puts files on a branch of their own, in one commit, and opens a request:
// {branch, title, body, files: [{path, text, was}], deletes: [path]}. A file
// has `bytes` in place of text if it is no text; `was` is the text that the
// person began with, absent for a new file. It gives {url, number, updated};
// updated when an open request was added to.
export const send = (change, onProgress = () => {}) => speaking(async (api) => {
  const step = (n) => onProgress({ step: n + 1, of: steps.length, zh: steps[n][0], en: steps[n][1] });
  const wanted = new Map(change.files.map(({ path, text, bytes, was }) => [path, { path, data: bytes || text, was }]));
  for (const path of change.deletes || []) wanted.set(path, { path, data: null });

  step(0);
  const user = await api.user();
  const direct = await api.mayPush();
  const tip = await mainTip(api);
  const now = await idsOf(api, api.base, tip.id, wanted);
  await nobodyElseChanged(now, wanted);
  const changes = await differing(now, wanted);
  if (!changes.length) throw trouble.same();

  step(1);
  const repo = direct ? api.base : await api.fork(user, tip);

  step(2);
  const { branch, request } = await onBranch(api, repo, user, tip, change, wanted, changes).catch(async (e) => {
    if (refused.includes(e.status)) await nobodyElseChanged(await idsOf(api, api.base, (await mainTip(api)).id, wanted), wanted);
    throw e;
  });

  step(3);
  const made = request || (await openRequest(api, repo, branch, change));
  sign.kept("half", null);
  step(4);
  return { url: /^https?:/.test(made.url) ? made.url : settings.url, number: made.number, updated: Boolean(request) };
});

// idsOf gives the blob id of each wanted path at a commit, "" where there is none.
async function idsOf(api, repo, commit, wanted) {
  const ids = new Map();
  const folders = new Set([...wanted.keys()].map((p) => p.slice(0, Math.max(0, p.lastIndexOf("/")))));
  for (const folder of folders) {
    for (const e of await api.entries(repo, commit, folder)) if (!e.folder) ids.set(e.path, e.id);
  }
  return new Map([...wanted.keys()].map((p) => [p, ids.get(p) || ""]));
}

async function nobodyElseChanged(now, wanted) {
  const changed = [], occupied = [];
  for (const { path, data, was } of wanted.values()) {
    const id = now.get(path);
    if (data === null || id === (await blobId(data, id))) continue;
    if (was == null && id) occupied.push(path);
    else if (was != null && id !== (await blobId(was, id))) changed.push(path);
  }
  if (occupied.length) throw trouble.occupied(occupied);
  if (changed.length) throw trouble.moved(changed);
}

// differing gives what has to be written so that ids become what is wanted.
async function differing(ids, wanted) {
  const changes = [];
  for (const { path, data } of wanted.values()) {
    const id = ids.get(path);
    if (data === null ? id : id !== (await blobId(data, id))) changes.push({ path, data, id });
  }
  return changes;
}

// onBranch sees to it that a branch holds what is wanted. A branch that holds it
// already is an earlier attempt. One with an open request of this person, or one
// that this tab left half done, is added to. Any other belongs to somebody
// else, and the next name is tried.
async function onBranch(api, repo, user, tip, change, wanted, changes) {
  for (let n = 1; n <= 9; n++) {
    const branch = n === 1 ? change.branch : `${change.branch}-${n}`;
    let there = await api.tip(repo, branch);
    if (!there) {
      if (await commit(api, repo, branch, changes, change.title, { ...tip, isNew: true })) return { branch, request: null };
      there = await api.tip(repo, branch);
    }
    const request = await api.openRequest(repo, branch);
    const missing = await differing(await idsOf(api, repo, there.id, wanted), wanted);
    if (!missing.length) return { branch, request };
    if (request ? request.author === user : sign.kept("half") === branch) {
      await commit(api, repo, branch, missing, change.title, there);
      return { branch, request };
    }
  }
  throw trouble.taken(change.branch);
}

// commit reports false when a new branch came into being meanwhile. While no
// request is open for it, the tab remembers that the branch is its own.
async function commit(api, repo, branch, changes, message, tip) {
  sign.kept("half", branch);
  try {
    await api.commit(repo, branch, changes, message, tip);
    return true;
  } catch (e) {
    if (e.status >= 400 && e.status < 500) sign.kept("half", null);
    if (tip.isNew && refused.includes(e.status) && (await api.tip(repo, branch))) return false;
    throw e;
  }
}

// refused are the statuses by which forges say that things are not as assumed.
const refused = [400, 409, 422];

async function openRequest(api, repo, branch, change) {
  const made = await api.makeRequest(repo, branch, change.title, change.body || "");
  if (!made.refused) return made;
  const other = await api.openRequest(repo, branch);
  if (other) return other;
  throw trouble.answered(422, said(made.refused));
}

// pages gives, for each file, the page of the forge where it is made or
// edited; `filled` when the address brings the text along.
export function pages(files) {
  const f = settings;
  if (!f) return files.map(({ path }) => ({ path, url: "", filled: false }));
  const root = `${f.url}/${f.repository}`, b = encode(f.branch);
  const fresh = {
    github: [`${root}/new/${b}`, "filename", "value"],
    gitea: [`${root}/_new/${b}/`, "filename", "value"],
    gitlab: [`${root}/-/new/${b}`, "file_name", "content"],
  };
  const edit = { github: `${root}/edit/${b}/`, gitea: `${root}/_edit/${b}/`, gitlab: `${root}/-/edit/${b}/` };
  const kind = f.kind === "forgejo" ? "gitea" : f.kind;
  return files.map(({ path, text, bytes, was }) => {
    if (!fresh[kind] || bytes) return { path, url: root, filled: false };
    if (was != null) return { path, url: edit[kind] + encode(path), filled: false };
    const [url, name, value] = fresh[kind];
    const bare = `${url}?${name}=${encodeURIComponent(path)}`;
    const full = `${bare}&${value}=${encodeURIComponent(text)}`;
    return full.length <= longest ? { path, url: full, filled: true } : { path, url: bare, filled: false };
  });
}
