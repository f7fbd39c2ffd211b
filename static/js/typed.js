// What was typed and sent survives the end of a session: signed in again, its writer finds it in the form again.
// It stays in this tab, without passwords and files, until a page answers that is no interruption.
"use strict";

(() => {
  const KEY = "sharedict.sent";
  const LONGEST_MS = 60 * 60 * 1000;
  const who = document.body.dataset.who || "";
  const here = location.pathname + location.search;
  const forms = () => [...document.querySelectorAll("main form[method=post]")];
  const isTyped = (field) => field.name && !["hidden", "password", "file", "submit", "button", "reset"].includes(field.type);

  function kept() {
    try {
      const sent = JSON.parse(sessionStorage.getItem(KEY));
      return sent && Date.now() - sent.at < LONGEST_MS ? sent : null;
    } catch {
      return null;
    }
  }

  function keep(sent) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(sent));
    } catch {
      // No room, or not allowed: it is as without script.
    }
  }

  function forget() {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Nothing was kept.
    }
  }

  function fieldsOf(form) {
    return [...form.elements].filter(isTyped).map((field) => {
      if (field.type === "checkbox" || field.type === "radio") {
        return [field.name, field.value, field.checked];
      }
      return [field.name, field.multiple ? [...field.selectedOptions].map((one) => one.value) : field.value];
    });
  }

  // Rows of a formset that were added by script come back by its own button.
  function addRows(form, rows) {
    for (const [name, wanted] of rows) {
      const total = form.querySelector(`[name="${CSS.escape(name)}"]`);
      const button = total?.closest("[data-formset]")?.querySelector("[data-add]");
      for (let more = wanted - Number(total?.value ?? wanted); button && more > 0; more -= 1) {
        button.click();
      }
    }
  }

  function fill(form, fields) {
    const left = [...form.elements].filter(isTyped);
    for (const [name, value, checked] of fields) {
      const at = left.findIndex((one) => one.name === name && (checked === undefined || one.value === value));
      if (at < 0) {
        continue;
      }
      const [field] = left.splice(at, 1);
      if (checked !== undefined) {
        field.checked = checked;
      } else if (field.multiple) {
        for (const option of field.options) {
          option.selected = value.includes(option.value);
        }
      } else {
        field.value = value;
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  function restore(sent) {
    const form = forms()[sent.form];
    if (!form) {
      return;
    }
    addRows(form, sent.rows);
    fill(form, sent.fields);
    const told = document.querySelector("[data-restored]");
    told.hidden = false;
    told.focus();
  }

  const sent = kept();
  if (!sent) {
    forget();
  }
  if (sent && "interrupts" in document.body.dataset) {
    keep({ ...sent, isInterrupted: true });
  } else if (sent?.isInterrupted && who === sent.who) {
    if (here === sent.here) {
      restore(sent);
      forget();
    }
  } else if (sent && who) {
    forget();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (who && forms().includes(form) && !event.defaultPrevented) {
      const rows = [...form.querySelectorAll("[name$=-TOTAL_FORMS]")].map((one) => [one.name, Number(one.value)]);
      keep({ who, here, form: forms().indexOf(form), rows, fields: fieldsOf(form), at: Date.now() });
    }
  });
})();
