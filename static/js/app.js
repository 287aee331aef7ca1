/* Says aloud and in writing when a request in the background fails, and moves the focus after one
   that replaced the link it was on. The words are data attributes of #alerts, so that the server
   translates them. */
"use strict";

const alerts = document.getElementById("alerts");

const SAID = {
  401: alerts.dataset.signedOut,
  403: alerts.dataset.forbidden,
  404: alerts.dataset.missing,
  409: alerts.dataset.changed,
  429: alerts.dataset.tooMany,
};

/* What goes on beside what somebody does, such as looking for similar measures, says nothing when it
   fails, and takes nothing away that is said. */
const isQuiet = ({ detail }) => detail.ctx?.sourceElement?.dataset.quiet !== undefined;

document.addEventListener("htmx:response:error", (event) => {
  if (isQuiet(event)) return;
  const { response, sourceElement } = event.detail.ctx;
  // A form that takes such an answer in shows its errors, or the conflict, itself.
  if (sourceElement?.hasAttribute(`hx-status:${response.status}`)) return;
  alerts.textContent = SAID[response.status] ?? alerts.dataset.failed;
});

document.addEventListener("htmx:error", (event) => {
  if (!isQuiet(event)) alerts.textContent = alerts.dataset.offline;
});

document.addEventListener("htmx:before:request", (event) => {
  if (!isQuiet(event)) alerts.textContent = "";
});

/* A link inside what it replaces says by data-focus which element takes the focus afterwards. */
let focusNext;

document.addEventListener("htmx:before:request", (event) => {
  focusNext = event.detail.ctx.sourceElement?.dataset.focus;
});

document.addEventListener("htmx:after:swap", () => {
  if (focusNext) document.getElementById(focusNext)?.focus({ preventScroll: true });
  focusNext = undefined;
});
