// The chat page: sends what the patient writes, once each and in order, and shows what comes.

import { confirm, isKnown, now, refuse, setState, show, showOwn, toEndIfThere, welcomeIfEmpty, whenPressed } from "./log.js";

const form = document.getElementById("composer");
const input = document.getElementById("text");
const files = document.getElementById("file");
const typing = document.getElementById("typing");
const preparing = document.getElementById("preparing");
const offline = document.getElementById("offline");
const log = document.getElementById("log");
const words = log.dataset;

const KEPT = "xinqiao.unsent.";
const MAX_FILE = 10 * 1024 * 1024;
const POST_TIMEOUT = 20_000;
const UPLOAD_TIMEOUT = 180_000;
const SILENT = 40_000; // the server is heard of every 15 seconds

class Refused extends Error {}
class Later extends Error {}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function uuid() {
  // crypto.randomUUID is missing on plain http, as inside a hospital.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// --- Sending: kept in the browser until the server has it, repeated under the same id ---

const queue = [];
let pumping = false;
let wake = () => {};
let inFlight = 0;

function send(content) {
  const item = { id: uuid(), at: now().toISOString(), ...content };
  try {
    localStorage.setItem(KEPT + item.id, JSON.stringify(item));
  } catch {
    // No room or not allowed: then it is kept for as long as the page is open.
  }
  enqueue(item);
}

function forget(item) {
  try {
    localStorage.removeItem(KEPT + item.id);
  } catch {
    // Not allowed: nothing was kept either.
  }
}

function enqueue(item) {
  queue.push({ ...item, shown: showOwn({ text: item.text ?? item.title, at: item.at }) });
  pump();
}

function takeUpUnsent() {
  let kept = [];
  try {
    kept = Object.keys(localStorage).filter((key) => key.startsWith(KEPT)).map((key) => JSON.parse(localStorage.getItem(key)));
  } catch {
    return;
  }
  kept.sort((one, other) => (one.at < other.at ? -1 : 1)).forEach(enqueue);
}

async function pump() {
  if (pumping) return;
  pumping = true;
  let pause = 1000;
  while (queue.length > 0) {
    const { id, text, press, shown } = queue[0];
    const slow = setTimeout(() => setState(shown, words.sending), 1500);
    try {
      const body = JSON.stringify(press ? { id, press } : { id, text });
      const inbound = await post("/chat/messages", body, POST_TIMEOUT, { "content-type": "application/json" });
      confirm(shown, inbound);
      forget(queue.shift());
      pause = 1000;
    } catch (error) {
      if (error instanceof Refused) {
        refuse(shown, error.message || words.refused);
        forget(queue.shift());
      } else {
        setState(shown, error.message || words.waiting);
        await Promise.race([sleep(pause), new Promise((resolve) => { wake = resolve; })]);
        pause = Math.min(pause * 2, 15_000);
      }
    } finally {
      clearTimeout(slow);
    }
  }
  pumping = false;
}

/** The server's id of what was posted. Throws Refused (never again) or Later (try again). */
async function post(url, body, timeout, headers = {}, again = true) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  inFlight += 1;
  let response;
  let answer;
  try {
    response = await fetch(url, { method: "POST", body, headers, signal: abort.signal });
    answer = await response.json().catch(() => ({}));
  } catch {
    throw new Later();
  } finally {
    clearTimeout(timer);
    inFlight -= 1;
  }
  if (response.ok && answer.inbound) return answer.inbound;
  if (response.status === 401 && again) {
    // The cookie is gone: the page's own address gives a new one, and a new chat to listen to.
    await fetch("/").catch(() => {});
    if (source) connect();
    return post(url, body, timeout, headers, false);
  }
  // 503 is the hospital's own answer: what to do until it can be sent.
  if (response.ok || response.status >= 500 || response.status === 429) throw new Later(response.status === 503 ? answer.detail : "");
  throw new Refused(answer.detail);
}

async function sendFile(file, id = uuid(), shown = showOwn({ file, at: now().toISOString() })) {
  if (file.size > MAX_FILE) {
    refuse(shown, words.large);
    return;
  }
  setState(shown, words.sending);
  const body = new FormData();
  body.append("id", id);
  body.append("file", file);
  try {
    confirm(shown, await post("/chat/files", body, UPLOAD_TIMEOUT));
  } catch (error) {
    if (error instanceof Refused) refuse(shown, error.message || words.refused);
    else setState(shown, words.again, () => sendFile(file, id, shown));
  }
}

// --- Receiving: history first, then the stream of what is new ---

let last = 0;
let heard = Date.now();
let source;
let order = Promise.resolve();

async function take(message) {
  // What this page is just sending comes back in the stream, perhaps before its own answer does.
  const own = message.inbound !== null;
  for (let tries = 0; own && inFlight > 0 && !isKnown(message.inbound) && tries < 30; tries += 1) await sleep(50);
  add(message);
  if (!own) typing.hidden = true;
}

function add(message) {
  last = Math.max(last, message.id);
  show(message);
}

async function readHistory() {
  for (;;) {
    try {
      const response = await fetch("/chat/history");
      if (response.ok) return await response.json();
      if (response.status === 401) await fetch("/");
    } catch {
      // Shown as being offline; tried again below.
    }
    offline.hidden = false;
    await sleep(3000);
  }
}

function connect() {
  source?.close();
  heard = Date.now();
  source = new EventSource(`/chat/events?after=${last}`);
  const on = (name, handler) => source.addEventListener(name, (event) => {
    heard = Date.now();
    order = order.then(() => handler(JSON.parse(event.data))).catch(console.error);
  });
  on("message", take);
  on("typing", (data) => { typing.hidden = !data.typing; toEndIfThere(); });
  on("ready", () => { preparing.hidden = true; });
  on("preparing", () => { preparing.hidden = false; });
  on("ping", () => {});
  source.onopen = () => { heard = Date.now(); showConnection(); wake(); };
  source.onerror = () => setTimeout(showConnection, 2500);
}

function showConnection() {
  offline.hidden = navigator.onLine && source?.readyState === EventSource.OPEN;
}

setInterval(() => {
  // The browser gives up for good on some failures, and does not notice a line gone dead.
  if (source && (source.readyState === EventSource.CLOSED || Date.now() - heard > SILENT)) connect();
}, 3000);
addEventListener("online", () => { wake(); if (source) connect(); });
addEventListener("offline", showConnection);

// --- Writing ---

function fit() {
  if (CSS.supports("field-sizing", "content")) return;
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + 3}px`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text) send({ text });
  input.value = "";
  fit();
  input.focus();
});

input.addEventListener("input", fit);
input.addEventListener("keydown", (event) => {
  // While an input method composes, Enter chooses a word (229: Safari says so only here).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
input.addEventListener("paste", (event) => {
  const pasted = [...event.clipboardData.files];
  if (pasted.length === 0) return;
  event.preventDefault();
  pasted.forEach((file) => sendFile(file));
});
files.addEventListener("change", () => {
  [...files.files].forEach((file) => sendFile(file));
  files.value = "";
});

function backToWriting() {
  // On a phone this would open the keyboard over the answer.
  if (matchMedia("(hover: hover)").matches) input.focus();
}

for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => { send({ text: button.dataset.say }); backToWriting(); });
}
whenPressed((title, press) => { send({ press, title }); backToWriting(); });

const earlier = await readHistory();
log.setAttribute("aria-busy", "true");
earlier.forEach(add);
log.removeAttribute("aria-busy");
takeUpUnsent();
welcomeIfEmpty();
connect();
