// The chat's log: messages in their order, with their buttons. What people wrote is only ever set
// as text, never as HTML.

const log = document.getElementById("log");
const scroll = document.getElementById("scroll");
const newer = document.getElementById("newer");
const welcome = document.getElementById("welcome");
const words = log.dataset;
const zone = document.body.dataset.zone;
// The hospital's clock counts, not the phone's; a rehearsal moves it.
const clockOffset = Date.parse(document.body.dataset.now) - Date.now();

const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, month: "long", day: "numeric", weekday: "short" });
const NUMBERS = /(\d[\d-]{6,}|打 ?(?:120|110|12356)(?!\d))/;
const PHONE = /^0\d{2,3}-\d{7,8}$|^打/;
const DAY = 24 * 3600 * 1000;

const byId = new Map(); // the server's id of a message -> its element
const byInbound = new Map(); // the server's id of what a patient sent -> its element
let atEnd = true;
let onPress = () => {};

export const now = () => new Date(Date.now() + clockOffset);
export const isKnown = (inbound) => byInbound.has(inbound);
export const whenPressed = (handler) => { onPress = handler; };

/** Put a message of the server into its place; what this page sent itself is recognised. */
export function show(message) {
  if (byId.has(message.id)) return;
  const own = message.inbound === null ? undefined : byInbound.get(message.inbound);
  const item = own ?? build(message);
  byId.set(message.id, item);
  if (message.inbound !== null) byInbound.set(message.inbound, item);
  item.dataset.id = message.id;
  place(item);
  settle(own !== undefined);
}

/** Show what is being sent, below everything. Returns its element. */
export function showOwn({ text = "", file = null, at }) {
  const item = build({ direction: "in", author: "patient", kind: file ? "file" : "text", text, file, buttons: [], at });
  item.classList.add("unsent");
  log.append(item);
  markDay(item);
  settle(true);
  return item;
}

/** The server has it: under this id it comes back in the stream, or came already. */
export function confirm(item, inbound) {
  item.classList.remove("unsent");
  setState(item, "");
  const shown = byInbound.get(inbound);
  byInbound.set(inbound, item);
  if (shown === undefined || shown === item) return;
  // It came in the stream before we were told its id; ours knows the picture.
  item.dataset.id = shown.dataset.id;
  byId.set(Number(item.dataset.id), item);
  shown.replaceWith(item);
}

/** Say under a message how it stands: with an action, as a button. */
export function setState(item, text, action) {
  const state = item.querySelector(".state");
  state.replaceChildren();
  item.classList.toggle("failed", Boolean(action));
  if (!action) {
    state.textContent = text;
    toEndIfThere();
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", action, { once: true });
  state.append(button);
  toEndIfThere();
}

/** It will never be sent: it stays where it is, what comes later goes below it. */
export function refuse(item, text) {
  setState(item, text);
  item.classList.remove("unsent");
  item.classList.add("failed", "refused");
}

function build({ direction, author, kind, text, file, buttons, at }) {
  const item = document.getElementById("message").content.firstElementChild.cloneNode(true);
  const mine = direction === "in";
  item.classList.add(mine ? "patient" : author);
  item.querySelector(".who").hidden = mine || author === "bot";
  const bubble = item.querySelector(".bubble");
  if (kind === "file") bubble.append(...attachment(file));
  else if (mine) bubble.textContent = text || words.press;
  else bubble.append(...withPhones(text));
  const time = item.querySelector("time");
  time.dateTime = at;
  time.textContent = clock.format(new Date(at));
  item.querySelector(".chips").append(...buttons.map(chip));
  return item;
}

function attachment(file) {
  const label = document.getElementById("attachment").content.firstElementChild.cloneNode(true);
  label.querySelector(".name").textContent = file?.name || words.file;
  if (!file?.type.startsWith("image/")) return [label];
  const picture = document.createElement("img");
  picture.alt = "";
  picture.src = URL.createObjectURL(file);
  picture.addEventListener("load", toEndIfThere);
  return [picture, label];
}

/** The hospital's words, in which phone numbers can be dialled. */
function withPhones(text) {
  return text.split(NUMBERS).map((part, index) => {
    if (index % 2 === 0 || !PHONE.test(part)) return document.createTextNode(part);
    const link = document.createElement("a");
    link.href = `tel:${part.replace(/[^\d-]/g, "")}`;
    link.textContent = part;
    return link;
  });
}

function chip({ title, payload, aside }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = aside ? "chip aside" : "chip";
  button.textContent = title;
  button.addEventListener("click", () => onPress(title, payload));
  return button;
}

/** After the last message that is earlier; what is not sent yet stays last. */
function place(item) {
  const id = Number(item.dataset.id);
  const earlier = messages().reverse().find((one) => one !== item && Number(one.dataset.id) < id) ?? null;
  if (!item.isConnected || previousMessage(item, ".message:not(.refused)") !== earlier) {
    let spot = earlier;
    while (spot?.nextElementSibling?.matches(".refused")) spot = spot.nextElementSibling;
    if (spot) spot.after(item);
    else log.prepend(item);
  }
  markDay(item);
  const next = item.nextElementSibling;
  if (next?.matches(".day") && next.textContent === dayOf(item)) next.remove();
}

const messages = () => [...log.querySelectorAll(".message")];

function previousMessage(item, kind = ".message") {
  let previous = item.previousElementSibling;
  while (previous && !previous.matches(kind)) previous = previous.previousElementSibling;
  return previous;
}

function markDay(item) {
  const day = dayOf(item);
  const previous = previousMessage(item);
  if (item.previousElementSibling?.matches(".day") || (previous && dayOf(previous) === day)) return;
  const line = document.createElement("li");
  line.className = "day";
  line.textContent = day;
  item.before(line);
}

function dayOf(item) {
  const day = date.format(new Date(item.querySelector("time").dateTime));
  if (day === date.format(now())) return words.today;
  return day === date.format(now().getTime() - DAY) ? words.yesterday : day;
}

/** After a change: buttons only below the patient's last message, one time of day for messages
 *  that belong together, the end in sight. */
function settle(own) {
  let open = true;
  let below = "";
  for (const item of messages().reverse()) {
    if (item.classList.contains("patient")) open = false;
    item.querySelector(".chips").hidden = !open;
    const time = item.querySelector("time");
    const group = `${item.classList.contains("patient")} ${dayOf(item)} ${time.textContent}`;
    time.hidden = group === below;
    below = group;
  }
  welcome.hidden = true;
  if (own || atEnd) toEnd();
  else newer.hidden = false;
}

export function welcomeIfEmpty() {
  welcome.hidden = messages().length > 0;
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  atEnd = true;
  newer.hidden = true;
}

export function toEndIfThere() {
  if (atEnd) toEnd();
}

scroll.addEventListener("scroll", () => {
  atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  if (atEnd) newer.hidden = true;
}, { passive: true });
newer.addEventListener("click", toEnd);
// The keyboard of a phone takes away half of the height.
new ResizeObserver(toEndIfThere).observe(scroll);
