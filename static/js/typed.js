/* What was typed and not sent: kept in this window for the same person, brought back, and spoken of before leaving.

   On a draft that is kept for days without a line (offline.js) it is kept on the device, until somebody else comes. */
(() => {
  "use strict";

  const owner = document.body.dataset.owner;
  const prefix = `typed:${owner}:`;
  const dirty = new Map();
  const isText = (field) =>
    field.name && !field.disabled && !["hidden", "password", "file", "submit", "button"].includes(field.type) &&
    !field.autocomplete?.includes("one-time-code");
  const isKept = (form) =>
    owner && form instanceof HTMLFormElement && form.method === "post" && !("notKept" in form.dataset);
  const formKey = (form) => {
    const action = new URL(form.getAttribute("action") || "", window.location.href).pathname;
    const alike = [...document.forms].filter((other) => other.getAttribute("action") === form.getAttribute("action"));
    return `${prefix}${window.location.pathname}${window.location.search}|${action}|${alike.indexOf(form)}`;
  };
  const valueOf = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);
  const initialOf = (field) => {
    if (field.type === "checkbox" || field.type === "radio") {
      return field.defaultChecked;
    }
    if (field.tagName === "SELECT") {
      const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
      return chosen?.value ?? "";
    }
    return field.defaultValue;
  };
  const nameOf = (field) =>
    field.type === "checkbox" || field.type === "radio" ? `${field.name}=${field.value}` : field.name;
  const filesOf = (form) =>
    [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files].map((file) => file.name));

  const stores = () => {
    try {
      return [window.sessionStorage, window.localStorage];
    } catch {
      return [];
    }
  };
  const read = (key) => {
    try {
      return JSON.parse(stores().map((store) => store.getItem(key)).find(Boolean) ?? null);
    } catch {
      return null;
    }
  };
  const remove = (key) => stores().forEach((store) => store.removeItem(key));
  const isOffline = () => {
    const kept = JSON.parse(stores()[1]?.getItem(`offline:${owner}`) || "{}");
    return window.location.pathname + window.location.search in kept;
  };
  const write = (key, entry) => {
    try {
      stores()[isOffline() ? 1 : 0].setItem(key, JSON.stringify(entry));
    } catch {
      // A browser that keeps nothing: the warning before leaving remains.
    }
  };
  const entries = () =>
    [...new Set(stores().flatMap((store) => Object.keys(store)))]
      .filter((key) => key.startsWith(prefix))
      .map((key) => [key, read(key)]);
  const forgetDevice = () => {
    const device = stores()[1];
    Object.keys(device ?? {}).filter((key) => /^(offline|typed):/.test(key)).forEach((key) => device.removeItem(key));
    window.caches?.delete("drafts");
  };
  // Somebody else's drafts are not left for the next person.
  if (owner && Object.keys(stores()[1] ?? {}).some((key) => key.startsWith("offline:") && key !== `offline:${owner}`)) {
    forgetDevice();
  }

  window.portalTyped = { chosenFiles: () => [...document.forms].flatMap(filesOf) };

  // ---- what earlier pages sent ------------------------------------------------------------------------
  const isLost = document.querySelector("[data-session-lost]");
  for (const [key, entry] of entries()) {
    if (entry?.sent && isLost) {
      write(key, { ...entry, sent: false });
    } else if (!entry || entry.sent) {
      remove(key);
    }
  }

  // ---- keep -------------------------------------------------------------------------------------------
  const keep = (form) => {
    const fields = [...form.elements].filter((field) => isText(field) && valueOf(field) !== initialOf(field));
    const files = filesOf(form);
    if (!fields.length && !files.length) {
      forget(form);
      return;
    }
    write(formKey(form), {
      at: Date.now(),
      fields: fields.map((field) => [nameOf(field), valueOf(field), initialOf(field)]),
      files,
    });
  };
  const forget = (form) => {
    dirty.delete(form);
    remove(formKey(form));
  };
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.form;
      if (isKept(form)) {
        dirty.set(form, Date.now());
        keep(form);
      }
    });
  }

  // A form that is sent part by part is clean once its last change has arrived.
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.requestConfig.sentAt = Date.now();
    if (isKept(event.detail.elt) && !("autosave" in event.detail.elt.dataset)) {
      event.detail.requestConfig.keptAs = formKey(event.detail.elt);
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful, requestConfig, xhr } = event.detail;
    if (successful && requestConfig.keptAs) {
      // Sent as a whole: its place in the page may be gone by now.
      dirty.delete(elt);
      remove(requestConfig.keptAs);
    }
    // A button that its answer replaced has sent its whole form; the event comes from where it stood.
    const isButton = elt instanceof HTMLButtonElement && elt.closest("[data-autosave-buttons]");
    const sender = isButton ? event.target.closest("form") : elt;
    const form = sender?.closest("form");
    const saves = isButton || "autosave" in elt.dataset;
    if (!successful || !saves || xhr.responseText.includes('data-state="failed"')) {
      return;
    }
    if (form && dirty.has(form) && requestConfig.sentAt >= dirty.get(form)) {
      [...form.elements].filter((field) => isText(field) && sender.contains(field)).forEach(settle);
    }
    // An uploaded file's control is replaced by then, and its form not found from it.
    [...dirty.keys()].forEach(keep);
  });
  const settle = (field) => {
    if (field.type === "checkbox" || field.type === "radio") {
      field.defaultChecked = field.checked;
    } else if (field.tagName === "SELECT") {
      for (const option of field.options) {
        option.defaultSelected = option.selected;
      }
    } else {
      field.defaultValue = field.value;
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) {
      return;
    }
    if (new URL(form.action, window.location.href).pathname.endsWith("/logout/")) {
      entries().forEach(([key]) => remove(key));
      forgetDevice();
      dirty.clear();
      return;
    }
    dirty.delete(form);
    const action = new URL(form.getAttribute("action") || "", window.location.href).pathname;
    for (const [key, entry] of entries()) {
      if (key === formKey(form) || ("resend" in form.dataset && key.split("|")[1] === action)) {
        write(key, { ...entry, sent: true });
      }
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (dirty.size) {
      event.preventDefault();
    }
  });

  // ---- bring back -------------------------------------------------------------------------------------
  const restore = (form, entry) => {
    const changed = [];
    const kept = new Map(entry.fields.map(([name, value, initial]) => [name, { value, initial }]));
    for (const field of form.elements) {
      const typed = isText(field) ? kept.get(nameOf(field)) : undefined;
      // What was saved elsewhere since then stays; the page on which both differ asks.
      if (typed && valueOf(field) === typed.initial) {
        if (typeof typed.value === "boolean") {
          field.checked = typed.value;
        } else {
          field.value = typed.value;
        }
        changed.push(field);
      }
    }
    const words = [];
    if (changed.length) {
      const at = new Date(entry.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
      words.push(`已恢复您 ${at} 填写、还没有保存的内容，请核对后保存。`);
    }
    if (entry.files.length) {
      words.push(`选好而没有上传的文件请重新选择：${entry.files.join("、")}。`);
    }
    if (words.length) {
      const note = document.createElement("p");
      note.className = "typed-note";
      note.setAttribute("role", "status");
      note.textContent = words.join("");
      form.prepend(note);
    }
    for (const field of changed) {
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (!changed.length) {
      forget(form);
    }
  };
  const restoreAll = () => {
    for (const form of document.forms) {
      const entry = isKept(form) ? read(formKey(form)) : null;
      if (entry && !entry.sent) {
        restore(form, entry);
      }
    }
  };
  if (!isLost) {
    window.addEventListener("load", restoreAll);
  }
})();
