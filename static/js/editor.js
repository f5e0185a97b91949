/* A part of a section's page that was drawn anew keeps open what stood open in it. */
(() => {
  "use strict";

  // By the request whose answer they are to stand open in: the preview's answer may come before a part has settled.
  const open = new WeakMap();
  const idOf = (details) => details.id || `${details.parentElement.closest("details, section").id} ${details.className}`;

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const moved = /^(up|down|drop):/.test(detail.requestConfig.parameters.action ?? "");
    if (!moved && detail.target.matches(".edit-part")) {
      open.set(detail.xhr, [...document.querySelectorAll(".edit-part details[open]")].map(idOf));
    }
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const ids = open.get(detail.xhr) ?? [];
    for (const details of document.querySelectorAll(".edit-part details")) {
      details.open ||= ids.includes(idOf(details));
    }
  });
})();
