// One call to the forge. It never sends cookies, never logs, and gives every
// failure as a Trouble.

import * as trouble from "./submit-trouble.js";

export const patience = { seconds: 30 };

// slowest is the upload speed, in bytes a second, that a large attachment is
// waited for.
const slowest = 100000;

// call asks url and returns {status, body} with body as parsed JSON, or null
// when the answer is empty. Statuses listed in `expect` do not throw.
export async function call(url, { method = "GET", token, json, form, expect = [] } = {}) {
  if (navigator.onLine === false) throw trouble.offline();
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = "Bearer " + token;
  if (json) headers["Content-Type"] = "application/json";
  const payload = json ? JSON.stringify(json) : form && new URLSearchParams(form);
  const seconds = patience.seconds + Math.round((json ? payload.length : 0) / slowest);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), seconds * 1000);
  let response, text;
  try {
    response = await fetch(url, {
      method, headers, body: payload, credentials: "omit", cache: "no-store",
      referrerPolicy: "no-referrer", signal: stop.signal,
    });
    text = await response.text();
  } catch (e) {
    if (stop.signal.aborted) throw trouble.late(seconds);
    throw navigator.onLine === false ? trouble.offline() : trouble.unreachable(new URL(url).origin);
  } finally {
    clearTimeout(timer);
  }
  const { status } = response;
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch (e) {
    if (response.ok) throw trouble.garbled(status);
  }
  if (response.ok || expect.includes(status)) return { status, body };
  throw trouble.answered(status, said(body), wait(response), new URL(url).pathname);
}

// said is the message in an answer, in the several ways that forges put it,
// short and on one line.
export function said(body) {
  const m = body && (body.error_description || body.message || body.error);
  const text = typeof m === "string" ? m : m ? JSON.stringify(m) : "";
  const all = [text, ...(Array.isArray(body?.errors) ? body.errors.map((e) => e?.message) : [])];
  return all.filter((s) => typeof s === "string" && s).join("; ").replace(/\s+/g, " ").slice(0, 200);
}

// wait is how many seconds the forge wants to be left alone, 0 for not at all.
function wait(response) {
  const get = (name) => Number(response.headers.get(name)) || 0;
  if (![403, 429, 503].includes(response.status)) return 0;
  if (get("Retry-After") > 0) return Math.ceil(get("Retry-After"));
  if (response.headers.get("X-RateLimit-Remaining") !== "0") return 0;
  return Math.max(1, Math.ceil(get("X-RateLimit-Reset") - Date.now() / 1000));
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
export const encode = (path) => path.split("/").map(encodeURIComponent).join("/");

const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");

// bytesOf gives what a file consists of: its text in UTF-8, or the bytes it is.
export const bytesOf = (data) => (typeof data === "string" ? new TextEncoder().encode(data) : data);

// blobId is Git's id of a file, in the hash that `like` is of.
export async function blobId(data, like = "") {
  const bytes = bytesOf(data);
  const whole = await new Blob([`blob ${bytes.length}\0`, bytes]).arrayBuffer();
  return hex(await crypto.subtle.digest(like.length === 64 ? "SHA-256" : "SHA-1", whole));
}

export function toBase64(data) {
  const bytes = bytesOf(data), raw = [];
  for (let i = 0; i < bytes.length; i += 0x8000) raw.push(String.fromCharCode(...bytes.subarray(i, i + 0x8000)));
  return btoa(raw.join(""));
}

export const fromBase64 = (text) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(atob(text.replace(/\s/g, "")), (c) => c.charCodeAt(0)));
