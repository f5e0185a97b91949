/* What must work before the other scripts of a page are there, and their loading once its styles are: before, they would
   share a poor line with what draws it. What was pressed or typed meanwhile is told to them. */
(() => {
  "use strict";

  const within = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  // Ask before what cannot be undone.
  const ask = (event, element) => {
    if (element?.dataset.confirm && !window.confirm(element.dataset.confirm)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  document.addEventListener("click", (event) => ask(event, within(event, "button[data-confirm], a[data-confirm]")), true);
  document.addEventListener("submit", (event) => ask(event, event.target), true);

  // ---- until the scripts are there -------------------------------------------------------------------------
  const late = new AbortController();
  const pressed = new Set();
  const changed = new Map();
  const listen = (kind, heard) => document.addEventListener(kind, heard, { capture: true, signal: late.signal });
  // Only a script answers these buttons; what the browser does by itself is done.
  listen("click", (event) => {
    const button = within(event, "button[type=button]:not([popovertarget])");
    if (button) {
      pressed.add(button);
    }
  });
  for (const kind of ["input", "change"]) {
    listen(kind, (event) => changed.set(event.target, (changed.get(event.target) ?? new Set()).add(kind)));
  }
  const tell = () => {
    late.abort();
    for (const [field, kinds] of changed) {
      kinds.forEach((kind) => field.dispatchEvent(new Event(kind, { bubbles: true })));
    }
    pressed.forEach((button) => button.click());
  };

  // ---- the scripts --------------------------------------------------------------------------------------------
  const scripts = [...document.querySelectorAll("script[type='text/later']")].map((later) => {
    const script = document.createElement("script");
    script.src = later.src;
    script.async = false;
    later.replaceWith(script);
    return script;
  });
  // htmx begins at this event, which may be over by now.
  const last = scripts.at(-1);
  for (const end of ["load", "error"]) {
    last?.addEventListener(end, () => {
      document.dispatchEvent(new Event("DOMContentLoaded"));
      tell();
    });
  }
})();
