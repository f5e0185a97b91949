/* A preview that follows the typing: the button `data-preview` is pressed when nothing was typed for a second. On narrow
   screens, where a paper would be downloaded, it is left to the person. */
(() => {
  "use strict";

  const button = document.querySelector("[data-preview]");
  let waiting;

  button.form.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (window.matchMedia("(min-width: 62em)").matches) {
        // A fresh frame, so that the back button leaves the page and not a preview.
        const frame = document.querySelector(`iframe[name="${button.formTarget}"]`);
        frame.replaceWith(frame.cloneNode());
        button.form.requestSubmit(button);
      }
    }, 1000);
  });
})();
