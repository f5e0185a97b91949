/* Leads from the first place of each term to its explanation below the page, which also shows on hovering. */
(() => {
  "use strict";

  const list = document.querySelector("[data-terms]");
  const content = document.getElementById("content");
  if (!list || !content) {
    return;
  }

  // A link in a link, a button or a heading is in the way of what these are for; phones hide heads of tables and steps.
  const closed = `a, button, label, option, textarea, summary, h1, h2, h3, legend, thead, .stepper, .visually-hidden,
    [data-terms], [aria-live], [contenteditable]`;
  const wanted = [...list.querySelectorAll("dl > div")].map((place) => ({
    id: place.id,
    forms: place.dataset.forms.split("|"),
    means: place.querySelector("dd").textContent,
  }));

  const mark = (node, at, form, term) => {
    const word = node.splitText(at);
    word.splitText(form.length);
    const link = document.createElement("a");
    link.className = "term";
    link.href = `#${term.id}`;
    link.title = term.means;
    word.replaceWith(link);
    link.append(word);
  };

  const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(closed) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const texts = [];
  while (walker.nextNode()) {
    texts.push(walker.currentNode);
  }
  for (const node of texts) {
    const found = wanted
      .map((term) => ({ term, form: term.forms.find((form) => node.data.includes(form)) }))
      .filter(({ form }) => form)
      .map((place) => ({ ...place, at: node.data.indexOf(place.form) }))
      .sort((one, other) => other.at - one.at);
    let end = Infinity;
    // From the end, so that the places before stay where they are; of two that overlap the later is left.
    for (const { term, form, at } of found) {
      if (at + form.length <= end) {
        mark(node, at, form, term);
        wanted.splice(wanted.indexOf(term), 1);
        end = at;
      }
    }
  }

  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a.term")) {
      list.open = true;
    }
  });
})();
