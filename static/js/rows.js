/* Tables of a form: more rows at once, and cells pasted from a sheet fill the rows from there on, added as needed. */
(() => {
  "use strict";

  const MORE_ROWS = 3;
  const MOST_ROWS = 240;
  const DAY = /^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?$/;

  const put = (control, text) => {
    const day = DAY.exec(text);
    if (control.type === "date") {
      if (!day) {
        // A date control would swallow what it cannot read.
        control.type = "text";
      }
      control.value = day ? `${day[1]}-${day[2].padStart(2, "0")}-${day[3].padStart(2, "0")}` : text;
    } else if (control.tagName === "SELECT") {
      control.value = [...control.options].find((option) => [option.text, option.value].includes(text))?.value ?? "";
    } else {
      control.value = text;
    }
  };

  const addRow = (body, counter) => {
    const index = body.rows.length;
    const row = body.rows[index - 1].cloneNode(true);
    for (const control of row.querySelectorAll("input, select")) {
      for (const name of ["name", "id"]) {
        control.setAttribute(name, control.getAttribute(name).replace(/-\d+-(\w+)$/, `-${index}-$1`));
      }
      control.setAttribute("aria-label", control.getAttribute("aria-label").replace(/第\d+行/, `第${index + 1}行`));
      control.value = "";
    }
    row.cells[0].textContent = index + 1;
    body.append(row);
    counter.value = index + 1;
    return row;
  };

  const counterOf = (place) => place.closest("fieldset").querySelector("input[type=hidden][name$='-rows']");

  // More rows without asking the server.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".fact-rows button[value^='rows:']") : null;
    const body = button?.closest("fieldset").querySelector("tbody");
    if (!body?.rows.length || body.rows.length + MORE_ROWS > MOST_ROWS) {
      return;
    }
    event.preventDefault();
    const fresh = Array.from({ length: MORE_ROWS }, () => addRow(body, counterOf(button)));
    fresh[0].querySelector("input, select").focus();
  });

  document.addEventListener("paste", (event) => {
    const start = event.target instanceof Element ? event.target.closest(".fact-rows-table td") : null;
    const text = event.clipboardData?.getData("text/plain").replace(/[\r\n]+$/, "") ?? "";
    if (!start || !/[\t\n]/.test(text)) {
      return;
    }
    event.preventDefault();
    const body = start.closest("tbody");
    const counter = counterOf(start);
    const first = start.parentElement.rowIndex - body.rows[0].rowIndex;
    text.split(/\r?\n/).slice(0, MOST_ROWS).forEach((line, down) => {
      const row = body.rows[first + down] ?? addRow(body, counter);
      line.split("\t").forEach((cell, across) => {
        const control = row.cells[start.cellIndex + across]?.querySelector("input, select");
        if (control) {
          put(control, cell.trim());
        }
      });
    });
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
