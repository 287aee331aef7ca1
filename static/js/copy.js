/* Copies a text with its headings, lists and tables, to be pasted where somebody else writes. Where
   the browser does not let a page write to the clipboard, the text is selected instead. */
"use strict";

const select = (element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
};

const copy = async (element) => {
  const item = new ClipboardItem({
    "text/html": new Blob([new XMLSerializer().serializeToString(element)], { type: "text/html" }),
    "text/plain": new Blob([element.innerText], { type: "text/plain" }),
  });
  await navigator.clipboard.write([item]);
};

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const element = document.getElementById(button.dataset.copy);
    const said = document.getElementById(button.dataset.says);
    try {
      await copy(element);
      said.textContent = button.dataset.copied;
    } catch {
      select(element);
      said.textContent = button.dataset.chosen;
    }
  });
}
