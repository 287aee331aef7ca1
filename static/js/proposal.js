/* The forms of a proposal and of its files: shows fields when the choice that asks for them is made.
   Without it all fields are shown. */
"use strict";

/* What is typed in hidden fields stays and is sent. So that nothing is kept unseen, a form that is
   opened shows what holds anything, an error, or what the secretary asks for. */
function isEmpty(part) {
  const fields = part.querySelectorAll("input:not([type=radio]), :checked, textarea");
  const isFilled = [...fields].some(({ value }) => value.trim());
  return !isFilled && !part.querySelector(".field-error, .concerned");
}

function isAsked(part) {
  const chosen = new FormData(part.closest("form")).get(part.dataset.askedBy);
  return Boolean(chosen) && part.dataset.when.split(" ").includes(chosen);
}

function open() {
  for (const part of document.querySelectorAll("[data-asked-by]")) {
    part.hidden = !isAsked(part) && isEmpty(part);
  }
}

document.addEventListener("change", ({ target }) => {
  for (const part of document.querySelectorAll("[data-asked-by]")) {
    if (part.dataset.askedBy === target.name) part.hidden = !isAsked(part);
  }
});

document.addEventListener("htmx:after:swap", open);
open();
