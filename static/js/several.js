// What is written into a field of several rows is meant to be set: its box is ticked. Without script one ticks it.
"use strict";

(() => {
  for (const part of document.querySelectorAll("[data-set]")) {
    const box = part.querySelector("input[name=set]");
    part.addEventListener("input", (event) => {
      if (event.target !== box) {
        box.checked = true;
      }
    });
  }
})();
