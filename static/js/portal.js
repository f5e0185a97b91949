/* Small improvements. Every page works without them; nothing here computes money. */
(() => {
  "use strict";

  const within = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;

  // Show that a form is on its way. The database refuses a second copy; this only spares the question.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || "noLock" in form.dataset || form.method === "get") {
      return;
    }
    const button = event.submitter;
    form.setAttribute("aria-busy", "true");
    if (button) {
      // After this turn, or the button's own value would not be sent.
      window.setTimeout(() => {
        button.disabled = true;
        button.classList.add("is-sending");
      });
    }
  });

  // The browser's back button brings a locked form back: open it again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) {
      form.removeAttribute("aria-busy");
    }
    for (const button of document.querySelectorAll("button.is-sending")) {
      button.disabled = false;
      button.classList.remove("is-sending");
    }
  });

  // What a form that was sent in place still has to mend is shown like any other answer.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "content" && event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
    }
  });

  // A form that was sent in place: go on from the top of what it was answered with.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "content" && event.detail.requestConfig.verb === "post") {
      (document.querySelector("#content [role=alert][tabindex]") ?? document.getElementById("content")).focus();
    }
    if (event.detail.target.id === "calculator" && event.detail.requestConfig.formData?.has("add")) {
      document.querySelector("#calculator fieldset:last-of-type :is(input, select)")?.focus();
    }
  });

  // Where the address names a place of the page, the browser goes there and not to what has to be mended first.
  window.addEventListener("load", () => document.querySelector("main > [role=alert][autofocus]")?.focus());

  // A table wider than its place is scrolled by the keyboard, too; one that fits is no stop.
  const markScrolled = () => {
    for (const box of document.querySelectorAll(".table-responsive")) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", box.querySelector("caption")?.textContent.trim() || "表格");
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) {
          box.removeAttribute(name);
        }
      }
    }
  };
  markScrolled();
  window.addEventListener("resize", markScrolled);
  document.addEventListener("htmx:afterSettle", markScrolled);

  // What gets the focus comes out from under the bar.
  document.addEventListener("focusin", () => {
    window.requestAnimationFrame(() => {
      const bar = document.querySelector(".action-bar");
      const focused = document.activeElement;
      if (!bar || !focused || bar.contains(focused)) {
        return;
      }
      const place = focused.getBoundingClientRect();
      const covered = place.bottom + 8 - bar.getBoundingClientRect().top;
      if (covered > 0 && place.top - covered > 0) {
        window.scrollBy({ top: covered, behavior: "instant" });
      }
    });
  });

  // What is typed once can be shown.
  for (const secret of document.querySelectorAll("input[type=password][autocomplete=new-password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-link px-0";
    button.textContent = "显示密码";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const isShown = secret.type === "text";
      secret.type = isShown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!isShown));
    });
    secret.after(button);
  }

  // Close a menu on Escape and on a click elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.user-menu[open], details.site-more[open]")) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    }
    if (within(event, "[data-print]")) {
      window.print();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    for (const menu of document.querySelectorAll("details.user-menu[open], details.site-more[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
