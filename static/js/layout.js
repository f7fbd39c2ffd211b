// What the frame of a page does a little better with script. Everything works without.
"use strict";

(() => {
  const phone = window.matchMedia("(max-width: 47.99rem)");

  // Filters start folded on a phone, unless one is set.
  if (phone.matches) {
    for (const fold of document.querySelectorAll("details[data-fold]:not([data-keep])")) {
      fold.open = false;
    }
  }

  // What scrolls sideways can be scrolled with the keyboard.
  for (const region of document.querySelectorAll(".sd-table-scroll:not([tabindex])")) {
    if (region.scrollWidth > region.clientWidth) {
      region.tabIndex = 0;
    }
  }

  // The tab of this page is seen, where its line goes on to the side.
  const line = document.querySelector(".sd-tabs ul");
  const tab = line?.querySelector("[aria-current]");
  if (tab && line.scrollWidth > line.clientWidth) {
    line.scrollLeft = tab.offsetLeft - (line.clientWidth - tab.offsetWidth) / 2;
  }

  // A menu closes on Escape and on a click beside it.
  const openMenus = () => document.querySelectorAll("details.sd-menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of openMenus()) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // A key that leads to a field, such as "/" to the search, unless something is being written.
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, select, textarea, [contenteditable]");
    if (writing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const field = [...document.querySelectorAll("[data-shortcut]")].find(
      (one) => one.dataset.shortcut === event.key && one.offsetParent !== null,
    );
    if (field) {
      event.preventDefault();
      field.focus();
    }
  });

  // The list of errors is where reading goes on after a form was refused.
  document.querySelector("[data-focus]")?.focus();
})();
