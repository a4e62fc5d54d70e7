// GitLab's interface, in the same shape as submit-rest.js. A repository is the
// number of its project.

import * as trouble from "./submit-trouble.js";
import { call, fromBase64, pause, toBase64 } from "./submit-http.js";
import { forkPatience } from "./submit-rest.js";

const developer = 30; // the least role that may push a branch

export class GitLab {
  exists = [409];

  constructor(forge, token) {
    this.forge = forge;
    this.token = token;
    this.base = encodeURIComponent(forge.repository);
  }

  async ask(path, options = {}) {
    return (await call(this.forge.api + path, { token: this.token, ...options })).body;
  }

  async find(path) {
    const { status, body } = await call(this.forge.api + path, { token: this.token, expect: [404] });
    return status === 404 ? null : body;
  }

  async user() {
    return (await this.ask("/user")).username;
  }

  async mayPush() {
    const p = await this.ask(`/projects/${this.base}`);
    if (p.archived) throw trouble.archived();
    this.base = p.id;
    return Math.max(0, ...Object.values(p.permissions || {}).map((a) => a?.access_level || 0)) >= developer;
  }

  async tip(repo, branch) {
    const b = await this.find(`/projects/${repo}/repository/branches/${encodeURIComponent(branch)}`);
    return b && { id: b.commit.id };
  }

  async pages(path) {
    const all = [];
    for (let page = 1; page <= 100; page++) {
      const some = await this.find(`${path}&per_page=100&page=${page}`);
      all.push(...(some || []));
      if (!some || some.length < 100) break;
    }
    return all;
  }

  async entries(repo, ref, folder, recursive = false) {
    const all = await this.pages(`/projects/${repo}/repository/tree?path=${encodeURIComponent(folder)}&ref=${encodeURIComponent(ref)}&recursive=${recursive}`);
    return all.map((e) => ({ path: e.path, id: e.id, folder: e.type === "tree" }));
  }

  async paths(ref, folder) {
    return (await this.entries(this.base, ref, folder, true)).filter((e) => !e.folder).map((e) => e.path);
  }

  async text(ref, path) {
    const f = await this.find(`/projects/${this.base}/repository/files/${encodeURIComponent(path)}?ref=${encodeURIComponent(ref)}`);
    return f && fromBase64(f.content);
  }

  async fork(user) {
    const mine = (p) => p.owner?.username === user || p.namespace?.path === user;
    let project = (await this.pages(`/projects/${this.base}/forks?owned=true`)).find(mine);
    project ||= await this.ask(`/projects/${this.base}/fork`, { method: "POST", json: {} });
    for (let i = 0; project.import_status && !["finished", "none"].includes(project.import_status); i++) {
      if (i === forkPatience.tries || project.import_status === "failed") throw trouble.forkLate();
      await pause(forkPatience.ms);
      project = await this.ask(`/projects/${project.id}`);
    }
    return project.id;
  }

  // A new branch of a copy may begin at a commit of the registry itself.
  commit(repo, branch, changes, message, tip) {
    return this.ask(`/projects/${repo}/repository/commits`, { method: "POST", json: {
      branch, commit_message: message, ...(tip.isNew && { start_sha: tip.id, ...(repo !== this.base && { start_project: this.base }) }),
      actions: changes.map(({ path, data, id }) => ({ file_path: path, action: data === null ? "delete" : id ? "update" : "create",
        ...(typeof data === "string" ? { content: data } : data && { content: toBase64(data), encoding: "base64" }) })),
    } });
  }

  async openRequest(repo, branch) {
    const all = await this.ask(`/projects/${this.base}/merge_requests?state=opened&source_branch=${encodeURIComponent(branch)}&target_branch=${encodeURIComponent(this.forge.branch)}&per_page=100`);
    const ours = all.find((m) => m.source_project_id === repo);
    return ours ? result(ours) : null;
  }

  async makeRequest(repo, branch, title, body) {
    const { status, body: m } = await call(`${this.forge.api}/projects/${repo}/merge_requests`, { token: this.token, method: "POST", expect: this.exists,
      json: { source_branch: branch, target_branch: this.forge.branch, target_project_id: this.base, title, description: body } });
    return this.exists.includes(status) ? { refused: m } : result(m);
  }
}

const result = (m) => ({ url: m.web_url, number: m.iid, author: m.author?.username });
