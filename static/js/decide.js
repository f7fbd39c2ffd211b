// The amounts in the buttons under a table of late changes follow what is ticked. Without script they
// name those ticked at first.
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
    const sumOf = (name) => ticked.reduce((total, box) => total + Number(box.dataset[name]), 0);
    const total = sumOf("minor");
    const moved = sumOf("moved");
    const beside = ticked
      .filter((box) => Number(box.dataset.minor) === 0)
      .reduce((all, box) => all + Number(box.dataset.moved), 0);
    for (const button of form.querySelectorAll("button[name=verdict]")) {
      const byMove = total === 0 && moved > 0;
      const bySum = beside > 0 ? button.dataset.both : button.dataset.sum;
      const words = byMove ? button.dataset.move : bySum;
      const sum = amount(byMove ? moved : total, button.dataset.currency);
      const named = words.replace("{}", sum).replace("{moved}", amount(beside, button.dataset.currency));
      button.textContent = ticked.length === 0 ? button.dataset.none : named;
      button.disabled = ticked.length === 0;
    }
  }

  for (const form of document.querySelectorAll("form[data-decide]")) {
    form.addEventListener("change", () => show(form));
    show(form);
  }
})();
