/* Keeps readers signed in while they type, says five minutes before their sign-in ends that it
   does, and lets them stay (WCAG 2.2, 2.2.1). #session says for how many seconds it lasts, and in
   which words to speak. */
"use strict";

const OFTEN = 5 * 60_000;
const EARLY = 5 * 60_000;
const LOOK = 10_000;

const notice = document.getElementById("session");
const parts = document.importNode(document.getElementById("stay-signed-in").content, true);
const [stayForm, signInLink] = parts.children;
const unused = notice.dataset.unused * 1000;

/* When the service was last asked for something, and when it was last asked to let one stay. */
let usedAt = Date.now();
let askedAt = usedAt;
let endsAtMost = usedAt + notice.dataset.atMost * 1000;
let hasTyped = false;
let shown = "";
let focusBefore;

/* All tabs of a browser have one session: what one of them does is use of it in all. */
const tabs = new BroadcastChannel("session");
const person = notice.dataset.person;

function isUsed() {
  usedAt = Date.now();
  tabs.postMessage({ person, endsAtMost });
  look();
}

tabs.addEventListener("message", ({ data }) => {
  if (data.person !== person) return;
  usedAt = Date.now();
  ({ endsAtMost } = data);
  look();
});

const endsAt = () => Math.min(usedAt + unused, endsAtMost);

function look() {
  const now = Date.now();
  if (endsAt() <= now) show("over");
  else if (endsAt() - now > EARLY) show("");
  else show(endsAt() === endsAtMost ? "forGood" : "soon");
  if (hasTyped && shown !== "over" && now - Math.max(usedAt, askedAt) >= OFTEN) stay();
}

function show(state) {
  if (state === shown) return;
  shown = state;
  const hadFocus = notice.contains(document.activeElement);
  notice.replaceChildren();
  if (state) {
    const end = new Date(endsAt());
    const time = `${end.getHours()}.${String(end.getMinutes()).padStart(2, "0")}`;
    const text = document.createElement("p");
    text.textContent = notice.dataset[state].replace("{time}", time);
    notice.append(text);
    if (state === "soon") notice.append(stayForm);
    if (state === "over") notice.append(signInLink);
  }
  if (hadFocus) focusBefore?.focus({ preventScroll: true });
}

/* Asks to stay, and tells whether it was answered; not when the service cannot be reached. */
async function stay() {
  askedAt = Date.now();
  const body = new URLSearchParams(new FormData(stayForm));
  const asked = fetch(stayForm.action, { method: "POST", body, redirect: "manual" });
  const answer = await asked.catch(() => undefined);
  if (!answer || answer.status >= 500) return false;
  hasTyped = false;
  if (answer.status !== 204) endsAtMost = 0;
  isUsed();
  return true;
}

stayForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { failed, stays } = notice.dataset;
  if (!(await stay())) document.getElementById("alerts").textContent = failed;
  else if (shown !== "over") document.getElementById("announcer").textContent = stays;
});

notice.addEventListener("focusin", ({ relatedTarget }) => {
  if (relatedTarget && !notice.contains(relatedTarget)) focusBefore = relatedTarget;
});

document.addEventListener("input", () => {
  hasTyped = true;
  look();
});

document.addEventListener("htmx:after:request", ({ detail }) => {
  const status = detail.ctx.response?.status;
  if (status && status !== 401 && shown !== "over") isUsed();
});

/* What autosave.js has left in this browser is not for whoever sits down here next. The screen of a
   meeting room has no button to sign out. */
document.querySelector("form.person")?.addEventListener("submit", () => {
  const left = Object.keys(localStorage).filter((name) => name.startsWith(`unsent:${person}:`));
  for (const name of left) localStorage.removeItem(name);
});

document.addEventListener("visibilitychange", look);
setInterval(look, LOOK);
isUsed();
