// Signing in: OAuth 2.0 authorization code with PKCE (RFC 6749, RFC 7636 S256)
// as a public client. What is kept, the token above all, is kept in the tab's
// session storage and nowhere else.

import * as trouble from "./submit-trouble.js";
import { call } from "./submit-http.js";

const ways = {
  gitea: { authorize: "/login/oauth/authorize", token: "/login/oauth/access_token", scope: "read:user write:repository" },
  gitlab: { authorize: "/oauth/authorize", token: "/oauth/token", scope: "api" },
};
ways.forgejo = ways.gitea;

const memory = {};

// kept reads and writes one value of this tab; without session storage it
// lasts as long as the page.
export function kept(name, value) {
  const key = "taizhang-submit-" + name;
  try {
    if (value === undefined) return JSON.parse(sessionStorage.getItem(key));
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch (e) {
    if (value === undefined) return memory[key] ?? null;
    memory[key] = value;
  }
  return value;
}

export function token(forge) {
  const t = kept("token");
  return t && t.api === forge.api && !(t.until < Date.now()) ? t.token : "";
}

export const keepToken = (forge, token, seconds) => kept("token", { api: forge.api, token, until: seconds > 0 ? Date.now() + seconds * 1000 : undefined });
export const signOut = () => kept("token", null);

const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

// challenge is the S256 code challenge of a verifier.
export const challenge = async (verifier) => base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));

const here = () => location.origin + location.pathname;

// signIn opens the forge in a small window, so that this page stays as it is.
// Where windows are blocked it leaves the page, which then never resolves; the
// page that comes back finishes in comeBack.
export async function signIn(forge) {
  const popup = window.open("about:blank", "_blank", "popup,width=640,height=760");
  const state = (popup ? "w." : "p.") + random(), verifier = random();
  const way = ways[forge.kind];
  const url = forge.url + way.authorize + "?" + new URLSearchParams({
    client_id: forge.clientId, redirect_uri: here(), response_type: "code", scope: way.scope, state,
    code_challenge: await challenge(verifier), code_challenge_method: "S256",
  });
  if (!popup) {
    kept("pending", { state, verifier, back: location.search + location.hash });
    location.assign(url);
    return new Promise(() => {});
  }
  const answer = answerOf(state);
  popup.location.replace(url);
  await exchange(forge, await answer, verifier);
}

let stopWaiting = () => {};

// answerOf waits for the page that the forge sends the small window to. A
// second sign-in takes the place of the first, which then never resolves.
function answerOf(state) {
  stopWaiting();
  return new Promise((resolve) => {
    const channel = new BroadcastChannel("taizhang-submit");
    stopWaiting = () => channel.close();
    channel.onmessage = ({ data }) => {
      if (data?.state !== state) return;
      channel.close();
      resolve(data);
    };
  });
}

async function exchange(forge, { code, error, description }, code_verifier) {
  if (error === "access_denied") throw trouble.refusedByPerson();
  if (!code) throw trouble.notFinished(description || error);
  const { status, body } = await call(forge.url + ways[forge.kind].token, {
    method: "POST", expect: [400, 401, 403],
    form: { grant_type: "authorization_code", client_id: forge.clientId, redirect_uri: here(), code, code_verifier },
  });
  if (status !== 200 || !body?.access_token) throw trouble.notFinished(String(body?.error_description || body?.error || status).slice(0, 200));
  keepToken(forge, body.access_token, body.expires_in);
}

// comeBack takes the forge's answer out of the address, first of all, and
// finishes the sign-in that it belongs to. A small window hands it to the page
// that opened it and closes.
export async function comeBack(forge) {
  const q = new URLSearchParams(location.search);
  const state = q.get("state");
  if (!state || !(q.has("code") || q.has("error"))) return;
  const answer = { state, code: q.get("code"), error: q.get("error"), description: q.get("error_description") };
  const pending = kept("pending");
  const ours = pending && pending.state === state;
  history.replaceState(null, "", location.pathname + (ours ? pending.back : ""));
  if (state.startsWith("w.")) {
    const channel = new BroadcastChannel("taizhang-submit");
    channel.postMessage(answer);
    setTimeout(() => window.close(), 200); // the message has to leave first
    return;
  }
  kept("pending", null);
  if (!ours) throw trouble.wrongState();
  await exchange(forge, answer, pending.verifier);
}
