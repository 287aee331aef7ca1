/* The forms of a proposal and of its files: shows fields when the choice that asks for them is made, and says how many
   characters are left. Without it all fields are shown, and the server says what is too long. */
"use strict";

const announcer = document.getElementById("announcer");

/* Under this share of the limit nobody needs to be told. */
const NEAR = 0.8;

/* For so long nobody has typed when the number is said aloud. */
const PAUSE = 1000;

/* What is typed in hidden fields stays and is sent. So that nothing is kept unseen, a form that is
   opened shows what holds anything, an error, or what the secretary asks for. */
function isEmpty(part) {
  const isFilled = [...part.querySelectorAll("input")].some(({ value }) => value.trim());
  return !isFilled && !part.querySelector(".field-error, .concerned");
}

const chosen = (part) => new FormData(part.closest("form")).get(part.dataset.askedBy);

function open() {
  for (const part of document.querySelectorAll("[data-asked-by]")) {
    part.hidden = chosen(part) !== part.dataset.when && isEmpty(part);
  }
  document.querySelectorAll("[data-limit]").forEach(count);
}

document.addEventListener("change", ({ target }) => {
  for (const part of document.querySelectorAll("[data-asked-by]")) {
    if (part.dataset.askedBy === target.name) part.hidden = chosen(part) !== part.dataset.when;
  }
});

/* Writes under a text how much may be added, once it is near its limit. */
function count(text) {
  const limit = Number(text.dataset.limit);
  const left = limit - [...text.value].length;
  let line = text.parentElement.querySelector(".characters");
  if (left > limit * (1 - NEAR)) {
    line?.remove();
    return "";
  }
  if (!line) {
    line = document.createElement("p");
    line.className = "characters";
    line.setAttribute("aria-hidden", "true");
    text.after(line);
  }
  const { left: words, over } = text.form.dataset;
  line.classList.toggle("over", left < 0);
  line.textContent = (left < 0 ? over : words).replace("{number}", Math.abs(left));
  return line.textContent;
}

let pause;

document.addEventListener("input", ({ target }) => {
  if (!target.dataset.limit) return;
  const said = count(target);
  clearTimeout(pause);
  if (said) pause = setTimeout(() => (announcer.textContent = said), PAUSE);
});

document.addEventListener("htmx:after:swap", open);
open();
