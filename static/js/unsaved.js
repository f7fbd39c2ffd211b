// What was sent by somebody who was signed out meanwhile is not lost: this tab keeps it, by page and person, until
// it stands in the form again. Passwords, files and hidden fields are never kept, but for those that belong to what
// was typed (data-typed).
"use strict";

(() => {
  const KEPT = "unsaved ";
  const NEVER = ["password", "file", "submit", "button", "reset", "image"];
  const person = document.body.dataset.person;
  const refused = document.querySelector("[data-unsaved]");
  const link = document.querySelector("a[data-again]");
  const next = document.querySelector("main form [name=next]");
  const here = location.pathname + location.search;

  const fieldsOf = (form) => [...form.elements].filter((each) => each.matches("input, select, textarea"));
  const isKept = (field) =>
    field.name && !NEVER.includes(field.type) && (field.type !== "hidden" || "typed" in field.dataset);
  const isTicked = (field) => ["checkbox", "radio"].includes(field.type);
  const isChosen = (field) => isTicked(field) || field.matches("select");

  function valuesOf(field) {
    if (isTicked(field)) {
      return field.checked ? [field.value] : [];
    }
    return field.matches("select") ? [...field.selectedOptions].map((option) => option.value) : [field.value];
  }

  // Values by name, how many rows each formset has, and texts as they are called on the page.
  function read(form) {
    const all = fieldsOf(form);
    const kept = all.filter(isKept);
    const values = {};
    for (const field of kept) {
      values[field.name] = [...(values[field.name] ?? []), ...valuesOf(field)];
    }
    return {
      person,
      form: form.getAttribute("id"),
      values,
      rows: Object.fromEntries(
        all.filter((field) => field.name.endsWith("-TOTAL_FORMS")).map((field) => [field.name, field.value]),
      ),
      labels: Object.fromEntries(
        kept
          .filter((field) => !isChosen(field) && field.type !== "hidden")
          .map((field) => [field.name, field.labels[0]?.textContent.trim() ?? ""]),
      ),
      isTyped: kept.some((field) => field.type !== "hidden"),
      isSecret: all.some((field) => ["password", "file"].includes(field.type) && field.value !== ""),
    };
  }

  function drafts() {
    return Object.keys(sessionStorage)
      .filter((key) => key.startsWith(KEPT))
      .map((key) => [key, JSON.parse(sessionStorage.getItem(key))])
      .sort(([, one], [, other]) => Boolean(other.words) - Boolean(one.words)); // the one just sent comes last
  }

  const keep = (key, draft) => sessionStorage.setItem(key, JSON.stringify(draft));

  function forget() {
    for (const [key] of drafts()) {
      sessionStorage.removeItem(key);
    }
  }

  function addRows(form, rows) {
    for (const [name, total] of Object.entries(rows)) {
      const count = form.elements[name];
      const button = count?.closest("[data-formset]")?.querySelector("[data-add]");
      for (let missing = button ? Number(total) - Number(count.value) : 0; missing > 0; missing -= 1) {
        button.click();
      }
    }
  }

  // Puts as many of the values into the field as it takes, and leaves the others.
  function put(field, values) {
    const was = JSON.stringify(valuesOf(field));
    if (isTicked(field)) {
      field.checked = values.includes(field.value);
    } else if (field.matches("select")) {
      const found = [...field.options].filter((option) => values.includes(option.value));
      if (found.length || field.multiple) {
        for (const option of field.options) {
          option.selected = found.includes(option);
        }
      }
    } else if (values.length) {
      field.value = values[0];
    }
    for (const value of valuesOf(field)) {
      if (values.includes(value)) {
        values.splice(values.indexOf(value), 1);
      }
    }
    if (JSON.stringify(valuesOf(field)) !== was) {
      field.closest("details")?.setAttribute("open", "");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  // Fills the form as it was sent, and leaves what has no place in it any more.
  function fill(form, draft) {
    addRows(form, draft.rows);
    for (const field of fieldsOf(form).filter(isKept)) {
      put(field, draft.values[field.name] ?? []);
    }
  }

  function tell(draft, form) {
    const left = Object.entries(draft.values).filter(([, values]) => values.some((value) => value !== ""));
    const { nothing, again, secret, gone } = draft.words;
    const sentences = [
      nothing,
      form && draft.isTyped && again,
      draft.isSecret && secret,
      left.length > 0 && gone,
    ];
    const message = document.createElement("div");
    message.className = "sd-message sd-message-warning";
    message.setAttribute("role", "alert");
    message.tabIndex = -1;
    const body = message.appendChild(document.createElement("div"));
    body.appendChild(document.createElement("div")).textContent = sentences.filter(Boolean).join(" ");
    for (const [name, values] of left.filter(([name]) => name in draft.labels)) {
      body.appendChild(document.createElement("div")).textContent = `${draft.labels[name]}: ${values.join(", ")}`;
    }
    document.querySelector("main").prepend(message);
    message.focus();
  }

  function restore(key, draft) {
    const forms = [...document.querySelectorAll("main form[method=post]")];
    const form = forms.find((each) => each.getAttribute("id") === draft.form);
    if (form) {
      fill(form, draft);
    }
    tell(draft, form);
    sessionStorage.removeItem(key);
  }

  // On a page that says that nothing was saved: that it is kept, and where it goes on.
  function offer(page) {
    for (const element of document.querySelectorAll("[data-kept], [data-lost]")) {
      element.hidden = "lost" in element.dataset;
    }
    link?.setAttribute("href", page);
    next?.setAttribute("value", page);
  }

  for (const [key, draft] of drafts()) {
    const page = key.slice(KEPT.length);
    const isNew = !draft.words;
    if ((person && draft.person !== person) || (isNew && !refused)) {
      sessionStorage.removeItem(key); // somebody else's, or answered
    } else if (isNew) {
      keep(key, { ...draft, words: { ...refused.dataset } });
      offer(page);
    } else if (link || next?.value === page) {
      offer(page);
    }
  }

  // Rows are added by a script that is loaded later.
  document.addEventListener("DOMContentLoaded", () => {
    const draft = person && !refused && JSON.parse(sessionStorage.getItem(KEPT + here));
    if (draft?.words) {
      restore(KEPT + here, draft);
    }
  });

  document.addEventListener("submit", ({ target: form }) => {
    if ("signsOut" in form.dataset) {
      forget();
    } else if (person && form.matches("main form[method=post]")) {
      keep(KEPT + here, read(form));
    }
  });
})();
