/* Says under a text how many characters may be added, once it is near its limit. Without it the
   server says what is too long. The words are data attributes around the texts, so that the server
   translates them. */
"use strict";

const announcer = document.getElementById("announcer");

/* Under this share of the limit nobody needs to be told. */
const NEAR = 0.8;

/* For so long nobody has typed when the number is said aloud. */
const PAUSE = 1000;

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
  const { left: words, over } = text.closest("[data-left]").dataset;
  line.classList.toggle("over", left < 0);
  line.textContent = (left < 0 ? over : words).replace("{number}", Math.abs(left));
  return line.textContent;
}

const countAll = () => document.querySelectorAll("[data-limit]").forEach(count);

let pause;

document.addEventListener("input", ({ target }) => {
  if (!target.dataset.limit) return;
  const said = count(target);
  clearTimeout(pause);
  if (said) pause = setTimeout(() => (announcer.textContent = said), PAUSE);
});

document.addEventListener("htmx:after:swap", countAll);
countAll();
