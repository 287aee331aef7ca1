/* Keeps what is typed into the form of a proposal, for its writer alone, until they save it.

   form[data-autosave] says where to send it; #autosave, below its buttons, in which words to speak
   of it. While the service cannot be reached, or the sign-in is over, the text lies in this browser
   and is sent as soon as that works again. */
"use strict";

const WAIT = 2_000;
const AGAIN = 15_000;
const PATIENCE = 20_000;
const FORGOTTEN = 7 * 24 * 3_600_000;

const announcer = document.getElementById("announcer");
const { person } = document.getElementById("session").dataset;
const stored = `unsent:${person}:`;

/* What was kept last; "", "saved", "over", "unreachable", "refused" or "nowhere". */
let kept;
let state = "";
let timer;
let sending;
let isLeaving = false;
let isSigningOut = false;

const theForm = () => document.querySelector("form[data-autosave]");
const keyOf = (text) => new URLSearchParams(text).get("key");

function typed() {
  const fields = new URLSearchParams(new FormData(theForm()));
  fields.delete("csrf_token");
  return fields.toString();
}

const isKept = () => typed() === kept;
const fails = () => state === "over" || state === "unreachable";

function schedule() {
  clearTimeout(timer);
  timer = setTimeout(save, WAIT);
}

/* Sends what was typed since it was kept last; never two at once. */
async function save() {
  clearTimeout(timer);
  if (sending || isLeaving || !theForm() || isKept()) return;
  const text = typed();
  sending = send(theForm().dataset.autosave, text);
  const answer = await sending;
  sending = undefined;
  // The form may have been sent, or have come back with errors, in the meantime.
  if (isLeaving || !theForm()) return;
  if (answer.status === 200) keptAs(text, answer);
  else if (answer.status === 409) say("refused", answer);
  else if (answer.status === 401) say(store(text) ? "over" : "nowhere");
  else if (!answer.status) say(store(text) ? "unreachable" : "nowhere");
  else say("nowhere");
  if (!fails() && state !== "refused" && !isKept() && typed() !== text) schedule();
}

function keptAs(text, { time, address, others, lang }) {
  kept = text;
  forget(text);
  say("saved", { time });
  const writers = document.getElementById("writers");
  writers.textContent = others;
  writers.lang = lang;
  if (address === location.pathname + location.search) return;
  // The address of the copy, so that the page that is opened again has the text.
  history.replaceState(history.state, "", address);
  const copy = new URLSearchParams(location.search).get("copy");
  for (const link of document.querySelectorAll(".languages a")) {
    const to = new URL(link.href);
    to.searchParams.set("copy", copy);
    link.href = to;
  }
}

/* Sends a text; the status is 0 when nothing can be said of the text, as nobody answered. */
async function send(address, text, mayRenew = true) {
  const body = new URLSearchParams(text);
  body.set("csrf_token", theForm().elements.csrf_token.value);
  try {
    const response = await fetch(address, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      // So it arrives although the page is closed; browsers take no more than 64 KB so.
      keepalive: body.toString().length < 60_000,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    const { status } = response;
    if (status === 200 || status === 409) return { status, ...(await response.json()) };
    // The token is of a session that ended by signing out; its owner may have signed in again.
    if (status === 400) return mayRenew && (await renew()) ? send(address, text, false) : { status: 401 };
    return { status: status >= 500 || status === 429 ? 0 : status };
  } catch {
    return { status: 0 };
  }
}

/* Takes the token of the session that this browser has now, if it is the same person's. */
async function renew() {
  const response = await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE) });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (page.getElementById("session")?.dataset.person !== person) return false;
  const { value } = page.querySelector("[name=csrf_token]");
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = value;
  return true;
}

/* Writes under the buttons how things are, and says aloud when that is other than before. */
function say(next, { said, address, time, lang } = {}) {
  const line = document.getElementById("autosave");
  const text = write(line, said ?? line.dataset[next].replace("{time}", time));
  // The page may be in another language than what its reader has chosen since.
  if (lang) text.lang = lang;
  if (address) text.append(" ", linkTo(address, line.dataset.open));
  if (next === "over") {
    text.append(" ", document.getElementById("autosave-sign-in").content.cloneNode(true));
  }
  line.classList.toggle("failing", next !== "saved");
  if (next !== state) announcer.textContent = text.textContent;
  state = next;
}

function write(line, words) {
  const text = document.createElement("p");
  text.textContent = words;
  line.replaceChildren(text);
  return text;
}

/* A form that has just come says nothing of itself yet but that it keeps what is typed. */
function greet() {
  const line = document.getElementById("autosave");
  if (line && !line.hasChildNodes()) write(line, line.dataset.ready);
}

function linkTo(address, words) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  return link;
}

/* The text in this browser, under its writer and its form. Tells whether it could be put there. */
function store(text) {
  const entry = { address: theForm().dataset.autosave, text, at: Date.now() };
  try {
    localStorage.setItem(stored + keyOf(text), JSON.stringify(entry));
    return true;
  } catch {
    return false;
  }
}

function forget(text) {
  localStorage.removeItem(stored + keyOf(text));
}

/* Sends what an earlier page could not, and shows it where nothing else has been typed. */
async function sendStored() {
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(stored))) {
    const { address, text, at } = JSON.parse(localStorage.getItem(name));
    const answer = await send(address, text);
    const isDone = answer.status === 200 || answer.status === 409;
    if (isDone || Date.now() - at > FORGOTTEN) localStorage.removeItem(name);
    if (answer.status === 200 && address === theForm().dataset.autosave && isKept()) {
      isLeaving = true;
      location.replace(answer.address);
      return;
    }
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.form !== theForm()) return;
  // Whoever goes on writing their own text wants to keep it.
  const mine = target.form.elements[`take_${target.name}`];
  if (mine) mine.value = "yours";
  schedule();
});

document.addEventListener("focusout", ({ target }) => {
  if (target.form && target.form === theForm() && !fails()) save();
});

document.addEventListener("visibilitychange", () => save());

window.addEventListener("pagehide", () => {
  if (isLeaving || !theForm() || isKept()) return;
  if (!fails()) save();
  else if (!isSigningOut) store(typed());
});

window.addEventListener("beforeunload", (event) => {
  const isLost = state === "nowhere" || state === "refused" || (fails() && isSigningOut);
  if (isLost && !isLeaving && theForm() && !isKept()) event.preventDefault();
});

window.addEventListener("online", () => save());

setInterval(() => {
  if (fails()) save();
}, AGAIN);

/* Signing in in another tab is told of there. */
new BroadcastChannel("session").addEventListener("message", ({ data }) => {
  if (data.person === person && fails()) save();
});

/* The form itself is sent: whatever comes of that, it comes first. */
document.addEventListener("htmx:before:request", ({ detail }) => {
  if (detail.ctx.sourceElement !== theForm()) return;
  clearTimeout(timer);
  isLeaving = true;
});

document.addEventListener("htmx:after:request", ({ detail }) => {
  if (!isLeaving || detail.ctx.sourceElement?.dataset.autosave === undefined) return;
  const status = detail.ctx.response?.status;
  if (status === 204) forget(typed());
  isLeaving = status === 204 || status === 401;
});

document.addEventListener("htmx:error", () => {
  isLeaving = false;
  if (theForm()) schedule();
});

document.addEventListener("htmx:after:swap", () => {
  greet();
  if (theForm()) schedule();
});

/* Throwing away what was kept waits for what is being kept, or it would come back. */
document.addEventListener("submit", async (event) => {
  const { target } = event;
  // session.js then takes out of this browser what lies in it.
  isSigningOut = target.matches("form.person");
  if (!target.matches("[data-discards]")) return;
  clearTimeout(timer);
  isLeaving = true;
  forget(typed());
  if (!sending) return;
  event.preventDefault();
  await sending;
  target.submit();
});

kept = typed();
greet();
sendStored();
