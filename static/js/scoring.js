/* Scores by keyboard: 1-5 rate the criterion that has the focus and go on to the next, 0 leaves an
   optional one unrated. Arrows, Tab and Enter are the browser's own. A key counts only while one of
   the choices has the focus, and alone (WCAG 2.1.4). Leaving with what was not saved asks first. */
"use strict";

const wide = matchMedia("(width >= 64rem)");

let isLeaving = false;

const theForm = () => document.querySelector("form[data-review]");
const groups = () => [...theForm().querySelectorAll("fieldset:has([data-key])")];

/* The choice of a group that Tab comes to. */
const entry = (group) => group.querySelector(":checked") ?? group.querySelector("[data-key]");

/* After the last group the key that saves, so that Enter does. */
function goOn(group) {
  const every = groups();
  const next = every[every.indexOf(group) + 1];
  const target = next ? entry(next) : theForm().querySelector("button[value=next]");
  target.focus();
  (next ?? target).scrollIntoView({ block: "nearest" });
}

const wordsOf = (element) => element.textContent.replace(/\s+/g, " ").trim();

function announce(group, choice) {
  const said = theForm().dataset.said;
  document.getElementById("announcer").textContent = said
    .replace("{criterion}", wordsOf(group.querySelector("legend")))
    .replace("{rating}", [...choice.labels[0].querySelectorAll("b, small, span")].map(wordsOf).join(" "));
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing) return;
  if (target.dataset?.key === undefined || !/^[0-9]$/.test(key)) return;
  const group = target.closest("fieldset");
  const choice = group.querySelector(`[data-key="${key}"]`);
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  choice.dispatchEvent(new Event("input", { bubbles: true }));
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  announce(group, choice);
  goOn(group);
});

/* What differs from what the page came with, and all of a form that came back. */
function isUnsaved() {
  const form = theForm();
  if (!form) return false;
  if (form.dataset.unsaved !== undefined) return true;
  return [...form.elements].some((each) =>
    each.type === "radio" ? each.checked !== each.defaultChecked : each.matches("textarea") && each.value !== each.defaultValue,
  );
}

window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && isUnsaved()) event.preventDefault();
});

document.addEventListener("submit", ({ target }) => {
  if (target === theForm()) isLeaving = true;
});

/* What was sent after the sign-in had ended is kept there, and sent on. */
document.addEventListener("htmx:after:request", ({ detail }) => {
  isLeaving = [204, 401].includes(detail.ctx.response?.status);
});

document.addEventListener("htmx:error", () => {
  isLeaving = false;
});

function show() {
  for (const each of document.querySelectorAll("[data-keys-legend]")) each.hidden = false;
}

document.addEventListener("htmx:after:swap", show);

/* The focus begins where the member works, if nothing else has it; the text stays where it is. */
function begin() {
  show();
  if (!theForm() || !wide.matches || location.hash || document.activeElement !== document.body) return;
  const open = groups().find((group) => !group.querySelector(":checked"));
  entry(open ?? groups()[0]).focus({ preventScroll: true });
}

document.querySelector("a[href='#disqualification']")?.addEventListener("click", () => {
  document.getElementById("disqualification").open = true;
});

/* A browser that comes back to the page keeps what was chosen there. */
window.addEventListener("pageshow", () => {
  isLeaving = false;
});

begin();
