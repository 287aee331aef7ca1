/* Lets the secretary change the matter on the screen by arrow keys, or with a presenter, which
   sends PageUp and PageDown, and lets the screen be filled. Without it the buttons and the
   browser's own key do. */
"use strict";

const KEYS = { PageUp: "ArrowLeft", PageDown: "ArrowRight" };

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const button = document.querySelector(`[data-key="${KEYS[event.key] ?? event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

const full = document.querySelector("[data-full-screen]");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => document.documentElement.requestFullscreen());
