// The amounts in the buttons under a table of late changes follow what is ticked. Without script they name all.
"use strict";

(() => {
  const language = document.documentElement.lang;
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  function amount(minor, currency) {
    const sign = minor < 0 ? "\u2212" : "";
    return `${sign}${format.format(Math.abs(minor) / 100)}\u00a0${currency}`;
  }

  function show(form) {
    const ticked = [...form.querySelectorAll("input[name=change]:checked")];
    const sum = (name) => ticked.reduce((total, box) => total + Number(box.dataset[name]), 0);
    const total = sum("minor");
    const moved = sum("moved");
    for (const button of form.querySelectorAll("button[name=verdict]")) {
      const byMove = total === 0 && moved > 0;
      const words = byMove ? button.dataset.move : button.dataset.sum;
      button.textContent = words.replace("{}", amount(byMove ? moved : total, button.dataset.currency));
      button.disabled = ticked.length === 0;
    }
  }

  for (const form of document.querySelectorAll("form[data-decide]")) {
    form.addEventListener("change", () => show(form));
  }
})();
