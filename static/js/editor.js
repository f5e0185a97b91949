/* A part of a section's page that was drawn anew keeps open what stood open in it. */
(() => {
  "use strict";

  let open = [];
  const idOf = (details) => details.id || `${details.parentElement.closest("details, section").id} ${details.className}`;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const moved = /^(up|down|drop):/.test(event.detail.requestConfig.parameters.action ?? "");
    open = moved ? [] : [...document.querySelectorAll(".edit-part details[open]")].map(idOf);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const details of document.querySelectorAll(".edit-part details")) {
      details.open ||= open.includes(idOf(details));
    }
  });
})();
