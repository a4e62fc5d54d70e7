// What Gitea, Forgejo and GitHub have in common. A repository is its
// "owner/name"; a tip is {id, tree} of a branch's last commit.

import * as trouble from "./submit-trouble.js";
import { call, encode, fromBase64, pause, toBase64 } from "./submit-http.js";

export const forkPatience = { tries: 20, ms: 1500 };

class Rest {
  constructor(forge, token) {
    this.forge = forge;
    this.token = token;
    this.base = forge.repository;
  }

  async ask(path, options = {}) {
    return (await call(this.forge.api + path, { token: this.token, ...options })).body;
  }

  // find is ask where 404 means that there is no such thing: null.
  async find(path) {
    const { status, body } = await call(this.forge.api + path, { token: this.token, expect: [404] });
    return status === 404 ? null : body;
  }

  async user() {
    return (await this.ask("/user")).login;
  }

  // mayPush tells whether the account may write to the registry itself.
  async mayPush() {
    const r = await this.ask(`/repos/${this.base}`);
    if (r.archived) throw trouble.archived();
    return Boolean(r.permissions?.push);
  }

  async tip(repo, branch) {
    const b = await this.find(`/repos/${repo}/branches/${encode(branch)}`);
    return b && { id: b.commit.sha || b.commit.id, tree: b.commit.commit?.tree?.sha };
  }

  // entries lists a folder as [{path, id, folder}], empty when there is none.
  async entries(repo, ref, folder) {
    const all = await this.find(`/repos/${repo}/contents/${encode(folder)}?ref=${encodeURIComponent(ref)}`);
    return Array.isArray(all) ? all.map((e) => ({ path: e.path, id: e.sha, folder: e.type === "dir" })) : [];
  }

  // paths lists all files below a folder.
  async paths(ref, folder) {
    const above = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    const self = (await this.entries(this.base, ref, above)).find((e) => e.folder && e.path === folder);
    const all = [];
    for (let page = 1, more = Boolean(self); more && page <= 100; page++) {
      const t = await this.ask(`/repos/${this.base}/git/trees/${self.id}?recursive=1&per_page=1000&page=${page}`);
      const files = t.tree.filter((e) => e.type === "blob");
      all.push(...files.map((e) => `${folder}/${e.path}`));
      more = Boolean(t.truncated) && t.tree.length > 0 && this.forge.kind !== "github";
    }
    return all;
  }

  async text(ref, path) {
    const f = await this.find(`/repos/${this.base}/contents/${encode(path)}?ref=${encodeURIComponent(ref)}`);
    return f && typeof f.content === "string" ? fromBase64(f.content) : null;
  }

  // fork gives the account's own copy of the registry, making it if need be,
  // ready to take a branch that begins at tip.
  async fork(user, tip) {
    const repo = (await this.findFork(user)) || (await this.makeFork(user));
    for (let i = 0; !(await this.tip(repo, this.forge.branch)); i++) {
      if (i === forkPatience.tries) throw trouble.forkLate();
      await pause(forkPatience.ms);
    }
    await this.bringUpToDate(repo, tip);
    return repo;
  }

  async findFork(user) {
    const of = (r) => r?.fork && [r.parent?.full_name, r.source?.full_name].some((n) => n?.toLowerCase() === this.base.toLowerCase());
    const namesake = await this.find(`/repos/${user}/${this.base.split("/")[1]}`);
    if (of(namesake)) return namesake.full_name;
    this.nameTaken = Boolean(namesake);
    for (let page = 1; page <= 10; page++) {
      const forks = await this.ask(`/repos/${this.base}/forks?limit=50&per_page=50&page=${page}`);
      const mine = forks.find((r) => r.owner.login.toLowerCase() === user.toLowerCase());
      if (mine) return mine.full_name;
      if (forks.length < 50) break;
    }
    return null;
  }

  async makeFork() {
    const name = this.nameTaken ? this.base.replace("/", "-") : undefined;
    return (await this.ask(`/repos/${this.base}/forks`, { method: "POST", json: { name } })).full_name;
  }

  // head names a branch of repo as the source of a request.
  head(repo, branch) {
    return repo === this.base ? branch : `${repo.split("/")[0]}:${branch}`;
  }

  isFrom(pull, repo, branch) {
    return pull.state === "open" && pull.head?.ref === branch && pull.head.repo?.full_name === repo && pull.base?.ref === this.forge.branch;
  }

  async makeRequest(repo, branch, title, body) {
    const { status, body: pull } = await call(`${this.forge.api}/repos/${this.base}/pulls`, {
      token: this.token, method: "POST", json: { base: this.forge.branch, head: this.head(repo, branch), title, body }, expect: this.exists,
    });
    return this.exists.includes(status) ? { refused: pull } : result(pull);
  }
}

const result = (pull) => ({ url: pull.html_url, number: pull.number, author: pull.user?.login });

export class Gitea extends Rest {
  exists = [409];

  async bringUpToDate(repo, tip) {
    const { branch } = this.forge;
    const behind = async () => (await this.tip(repo, branch))?.id !== tip.id;
    if (!(await behind())) return;
    // Gitea has the one, Forgejo the other. A copy that cannot be moved
    // forward is found by looking again.
    const { status } = await call(`${this.forge.api}/repos/${repo}/merge-upstream`, {
      token: this.token, method: "POST", json: { branch, ff_only: true }, expect: [400, 404, 405, 409, 500] });
    if (status === 404 || status === 405) {
      await call(`${this.forge.api}/repos/${repo}/sync_fork/${encode(branch)}`, { token: this.token, method: "POST", expect: [400, 404, 405, 409, 500] });
    }
    if (await behind()) throw trouble.forkApart(repo);
  }

  head(repo, branch) {
    const [owner, name] = repo.split("/");
    return repo === this.base ? branch : name === this.base.split("/")[1] ? `${owner}:${branch}` : `${repo}:${branch}`;
  }

  // commit writes changes, [{path, data, id}], in one commit on top of a tip of
  // the branch, or of the registry if the branch is to be new. data is a text,
  // bytes, or null to delete; id is that of the file at the tip, "" for none.
  commit(repo, branch, changes, message, tip) {
    return this.ask(`/repos/${repo}/contents`, { method: "POST", json: {
      branch: tip.isNew ? this.forge.branch : branch, new_branch: tip.isNew ? branch : undefined, message,
      files: changes.map(({ path, data, id }) => ({ path, sha: id || undefined,
        operation: data === null ? "delete" : id ? "update" : "create", content: data === null ? undefined : toBase64(data) })),
    } });
  }

  async openRequest(repo, branch) {
    for (let page = 1; page <= 4; page++) {
      const pulls = await this.ask(`/repos/${this.base}/pulls?state=open&sort=recentupdate&limit=50&page=${page}`);
      const ours = pulls.find((p) => this.isFrom(p, repo, branch));
      if (ours) return result(ours);
      if (pulls.length < 50) break;
    }
    return null;
  }
}

export class GitHub extends Rest {
  exists = [422];

  // Copies share their objects with the registry: a branch of a copy may begin
  // at any commit of it.
  async bringUpToDate() {}

  async commit(repo, branch, changes, message, tip) {
    const post = async (what, json, method = "POST") => (await this.ask(`/repos/${repo}/git/${what}`, { method, json })).sha;
    const entries = [];
    for (const { path, data } of changes) {
      const entry = { path, mode: "100644", type: "blob" };
      if (typeof data === "string") entry.content = data;
      else entry.sha = data && (await post("blobs", { encoding: "base64", content: toBase64(data) }));
      entries.push(entry);
    }
    const tree = await post("trees", { base_tree: tip.tree, tree: entries });
    const sha = await post("commits", { message, tree, parents: [tip.id] });
    if (tip.isNew) await post("refs", { ref: "refs/heads/" + branch, sha });
    else await post("refs/heads/" + encode(branch), { sha, force: false }, "PATCH");
  }

  async openRequest(repo, branch) {
    const head = encodeURIComponent(`${repo.split("/")[0]}:${branch}`);
    const pulls = await this.ask(`/repos/${this.base}/pulls?state=open&head=${head}&base=${encodeURIComponent(this.forge.branch)}`);
    const ours = pulls.find((p) => this.isFrom(p, repo, branch));
    return ours ? result(ours) : null;
  }
}
