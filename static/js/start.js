/* Loads the scripts of a page once its styles are there: before, they would share a poor line with what draws it. */
(() => {
  "use strict";

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
    last?.addEventListener(end, () => document.dispatchEvent(new Event("DOMContentLoaded")));
  }
})();
