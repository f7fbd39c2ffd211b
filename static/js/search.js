// Through what was found with the arrows: down from the box to the first, up from there back to it; Escape leaves.
"use strict";

(() => {
  const box = document.querySelector("[data-finds]");
  const found = [...document.querySelectorAll("[data-found]")];

  function step(event, by) {
    const place = found.indexOf(document.activeElement);
    const isHere = place >= 0 || document.activeElement === box || document.activeElement === document.body;
    const next = place + by;
    if (!isHere || next >= found.length || (place < 0 && by < 0)) {
      return;
    }
    event.preventDefault();
    (next < 0 ? box : found[next]).focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      return;
    }
    if (event.key === "ArrowDown") {
      step(event, 1);
    } else if (event.key === "ArrowUp") {
      step(event, -1);
    } else if (event.key === "Escape" && found.includes(document.activeElement)) {
      box.focus();
      box.select();
    } else if (event.key === "Escape" && document.activeElement === box && box.value === "") {
      box.blur();
    }
  });
})();
