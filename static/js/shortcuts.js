/* Keys for the officers' pages: `data-key` on a link or button says which one presses it, `data-key-focus` which one goes
   to it. They can be switched off (WCAG 2.1.4), and do nothing while somebody types. It stands in the page's head: a
   practised officer presses a key as soon as the page is drawn. */
(() => {
  "use strict";

  const SWITCH = "[data-shortcuts-switch] input";
  const TYPED = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]";
  const isOn = () => window.localStorage.getItem("shortcuts") !== "off";

  const press = (name) => {
    if (name === "?" || name === "？") {
      document.getElementById("shortcuts").togglePopover();
      return true;
    }
    const key = CSS.escape(name.toLowerCase());
    const found = [...document.querySelectorAll(`[data-key="${key}"], [data-key-focus="${key}"]`)];
    const target = found.find((each) => each.checkVisibility());
    if (target?.dataset.keyFocus) {
      target.focus();
      target.scrollIntoView({ block: "nearest" });
    } else {
      target?.click();
    }
    return Boolean(target);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const toggle = document.querySelector(SWITCH);
    toggle.checked = isOn();
    toggle.closest("[data-shortcuts-switch]").hidden = false;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(SWITCH)) {
      window.localStorage.setItem("shortcuts", event.target.checked ? "on" : "off");
    }
  });
  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
    if (!isOn() || event.defaultPrevented || modified || event.target.closest(TYPED)) {
      return;
    }
    if (document.readyState === "loading") {
      // What the key presses may still be on its way.
      document.addEventListener("DOMContentLoaded", () => press(event.key), { once: true });
    } else if (press(event.key)) {
      event.preventDefault();
    }
  });
})();
