/* Drafts that a person keeps on the own device: they open without a line, and are listed on the page that says so. */
(() => {
  "use strict";

  const KEPT_MS = 14 * 24 * 3600 * 1000;
  const SETTLED_MS = 5000;
  const DRAFTS = "drafts";
  const owner = document.body.dataset.owner;
  const own = `offline:${owner}`;
  const here = window.location.pathname + window.location.search;

  const read = (key) => JSON.parse(window.localStorage.getItem(key) || "{}");
  const write = (key, drafts) => {
    if (Object.keys(drafts).length) {
      window.localStorage.setItem(key, JSON.stringify(drafts));
    } else {
      window.localStorage.removeItem(key);
    }
  };
  const lists = () => Object.keys(window.localStorage).filter((key) => key.startsWith("offline:"));

  const drop = async (key, path) => {
    const { [path]: _gone, ...others } = read(key);
    write(key, others);
    await (await caches.open(DRAFTS)).delete(path);
  };
  for (const key of lists()) {
    for (const [path, draft] of Object.entries(read(key))) {
      if (Date.now() - draft.at > KEPT_MS) {
        drop(key, path);
      }
    }
  }

  // ---- the draft's page --------------------------------------------------------------------------------
  const resources = () =>
    [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((one) => one.href || one.src);
  const renew = async () => {
    const drafts = await caches.open(DRAFTS);
    await drafts.addAll([...new Set([here, ...resources()])]);
  };
  const startDraft = (place) => {
    const button = place.querySelector("button");
    const said = place.querySelector("[role=status]");
    const show = () => {
      button.textContent = here in read(own) ? "不再在本机保留" : "在本机保留，断网也能填写";
    };
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        if (here in read(own)) {
          await drop(own, here);
          said.textContent = "已从本机移除。";
        } else {
          await navigator.serviceWorker.register(place.dataset.worker, { scope: "/" });
          await navigator.serviceWorker.ready;
          await renew();
          write(own, { ...read(own), [here]: { title: place.dataset.title, at: Date.now() } });
          said.textContent = "已保留。断网时打开本页照常填写，联网后自动保存。";
        }
      } catch {
        said.textContent = "没有保留：网络不通，或者浏览器不允许。请联网后再试。";
      }
      button.disabled = false;
      show();
    });
    // What was saved since must be on the copy too.
    let timer = 0;
    document.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful && event.detail.requestConfig.verb === "post" && here in read(own)) {
        window.clearTimeout(timer);
        timer = window.setTimeout(() => renew().catch(() => {}), SETTLED_MS);
      }
    });
    show();
    place.hidden = false;
  };

  // ---- the page that is shown without a line -----------------------------------------------------------
  const startList = (list) => {
    for (const key of lists()) {
      for (const [path, draft] of Object.entries(read(key))) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = path;
        link.textContent = draft.title;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-sm btn-outline-danger";
        button.textContent = "从本机移除";
        button.setAttribute("aria-label", `从本机移除${draft.title}`);
        button.addEventListener("click", async () => {
          await drop(key, path);
          item.remove();
        });
        item.append(link, button);
        list.append(item);
      }
    }
    list.hidden = !list.children.length;
    document.querySelector("[data-offline-none]").hidden = Boolean(list.children.length);
  };

  if (!window.caches || !("serviceWorker" in navigator)) {
    return;
  }
  const place = document.querySelector("[data-offline]");
  if (place && owner) {
    startDraft(place);
  }
  const list = document.querySelector("[data-offline-list]");
  if (list) {
    startList(list);
  }
})();
