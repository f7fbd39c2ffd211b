// "Add a row" under a formset. Without script the empty rows that came with the page are all there is.
"use strict";

(() => {
  function addRow(formset) {
    const total = formset.querySelector(`[name="${formset.dataset.formset}-TOTAL_FORMS"]`);
    const row = formset.querySelector("template").content.cloneNode(true);
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of element.attributes) {
        attribute.value = attribute.value.replaceAll("__prefix__", total.value);
      }
    }
    total.value = String(Number(total.value) + 1);
    const rows = formset.querySelector("[data-rows]");
    rows.append(row);
    rows.lastElementChild.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  for (const formset of document.querySelectorAll("[data-formset]")) {
    const button = formset.querySelector("[data-add]");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => addRow(formset));
    }
  }
})();
