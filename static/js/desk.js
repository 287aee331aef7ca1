/* Ticks all rows of the desk at once, and counts what is ticked aloud and in writing. Without it
   the link that ticks asks the server for the page with its rows ticked. The words are data
   attributes, so that the server translates them. */
"use strict";

const form = document.querySelector("form[data-bulk]");
const count = form?.querySelector("[data-ticked]");
const boxes = [...(form?.querySelectorAll("input[name=id]") ?? [])];

function show() {
  const number = boxes.filter((box) => box.checked).length;
  const { none, one, many } = count.dataset;
  count.textContent = [none, one][number] ?? many.replace("{n}", number);
}

if (count) {
  const link = form.querySelector("[data-tick]");
  form.addEventListener("change", show);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
    show();
  });
  /* A browser that comes back to the page keeps its ticks. */
  window.addEventListener("pageshow", show);
}
