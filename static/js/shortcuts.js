/* Keys for the officers' pages: `data-key` on a link or button says which one presses it, `data-key-focus` which one goes
   to it. They can be switched off (WCAG 2.1.4), and do nothing while somebody types. */
(() => {
  "use strict";

  const card = document.getElementById("shortcuts");
  const place = card.querySelector("[data-shortcuts-switch]");
  const toggle = place.querySelector("input");
  const TYPED = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]";

  place.hidden = false;
  toggle.checked = window.localStorage.getItem("shortcuts") !== "off";
  toggle.addEventListener("change", () => {
    window.localStorage.setItem("shortcuts", toggle.checked ? "on" : "off");
  });

  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
    if (!toggle.checked || event.defaultPrevented || modified || event.target.closest(TYPED)) {
      return;
    }
    if (event.key === "?" || event.key === "？") {
      event.preventDefault();
      card.togglePopover();
      return;
    }
    const key = CSS.escape(event.key.toLowerCase());
    const found = [...document.querySelectorAll(`[data-key="${key}"], [data-key-focus="${key}"]`)];
    const target = found.find((each) => each.checkVisibility());
    if (!target) {
      return;
    }
    event.preventDefault();
    if (target.dataset.keyFocus) {
      target.focus();
      target.scrollIntoView({ block: "nearest" });
    } else {
      target.click();
    }
  });
})();
