// Long lists of choices under headings: what is looked for by name is shown, and what is ticked stays in view.
// Without script each heading opens its own.
"use strict";

(() => {
  const plain = (text) => text.toLocaleLowerCase().trim();

  function narrow(list, wanted) {
    let found = 0;
    for (const group of list.querySelectorAll("[data-group]")) {
      let shown = 0;
      for (const choice of group.querySelectorAll("[data-choice]")) {
        const name = plain(choice.textContent);
        const fits = wanted.some((part) => ` ${name}`.includes(` ${part}`));
        const isTicked = choice.querySelector("input").checked;
        found += fits ? 1 : 0;
        choice.hidden = wanted.length > 0 && !fits && !isTicked;
        shown += (wanted.length > 0 && fits) || isTicked ? 1 : 0;
      }
      group.open = shown > 0;
      group.hidden = wanted.length > 0 && shown === 0;
    }
    const said = list.querySelector("[data-nothing]");
    said.textContent = wanted.length > 0 && found === 0 ? said.dataset.nothing : "";
  }

  for (const list of document.querySelectorAll("[data-choices]")) {
    const find = list.querySelector("[data-find]");
    const field = find.querySelector("input");
    find.hidden = false;
    field.addEventListener("input", () => {
      narrow(list, field.value.split(",").map(plain).filter(Boolean));
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
      }
    });
  }
})();
