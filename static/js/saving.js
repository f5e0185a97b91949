/* Whether what was typed has been saved, said truly; tried again when the line or the session is back. */
(() => {
  "use strict";

  const FRESH_MS = 20000;
  const SLOWEST_MS = 60000;
  const stateUrl = document.body.dataset.sessionState;
  const owner = document.body.dataset.owner;
  const mark = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["x-page-mark"] || "";
  // What has to be sent again: the element that sent it, and how.
  const waiting = new Map();
  let lastContact = Date.now();
  let pause = 3000;
  let timer = 0;
  let lost = null;

  // ---- words ------------------------------------------------------------------------------------
  const say = (element, words, state) => {
    for (const place of document.querySelectorAll("[data-autosave-status]")) {
      const form = element.closest("form");
      if (element.contains(place) || form?.contains(place) || (form?.id && form.id === place.dataset.autosaveStatus)) {
        place.textContent = words;
        place.dataset.state = state;
      }
    }
  };

  const banner = (title, text, signIn) => {
    let box = document.getElementById("session-banner");
    if (!title) {
      box?.remove();
      return;
    }
    if (!box) {
      box = document.createElement("div");
      box.id = "session-banner";
      box.setAttribute("role", "alert");
      document.body.append(box);
    }
    const heading = document.createElement("strong");
    heading.textContent = title;
    const words = document.createElement("span");
    const files = window.portalTyped?.chosenFiles() ?? [];
    words.textContent = `${text}您填写的内容仍在本页。${files.length ? `已选择、还没有上传的文件：${files.join("、")}。` : ""}`;
    box.replaceChildren(heading, words);
    if (signIn) {
      const link = document.createElement("a");
      link.className = "btn btn-sm btn-primary";
      link.href = signIn;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "在新窗口登录";
      box.append(link);
    }
  };

  // ---- the session --------------------------------------------------------------------------------
  const renew = (token) => {
    const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
    document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "x-csrftoken": token }));
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      input.value = token;
    }
  };

  const lose = (said) => {
    lost = said;
    banner(said.title, said.text, said.sign_in);
    wait(3000);
  };

  // Ask whether the person of this page is signed in: true, false, or null where nobody answers.
  const ask = async () => {
    try {
      const answer = await fetch(stateUrl, {
        headers: { Accept: "application/json", "X-Page-Mark": mark() },
        cache: "no-store",
        credentials: "same-origin",
      });
      if (!answer.ok) {
        return null;
      }
      const said = await answer.json();
      lastContact = Date.now();
      if (said.reason) {
        lose(said);
        return false;
      }
      renew(said.token);
      lost = null;
      banner("");
      return true;
    } catch {
      return null;
    }
  };

  // ---- sending again --------------------------------------------------------------------------------
  const wait = (after) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(resume, after);
  };

  const resume = async () => {
    if (!waiting.size && !lost) {
      return;
    }
    if ((await ask()) !== true) {
      pause = Math.min(pause * 2, SLOWEST_MS);
      wait(lost ? 5000 : pause);
      return;
    }
    pause = 3000;
    const again = [...waiting];
    waiting.clear();
    for (const [element, request] of again) {
      if (element.isConnected) {
        window.htmx.ajax(request.verb, request.path, { source: element });
      }
    }
  };

  window.addEventListener("online", resume);
  window.addEventListener("focus", resume);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      resume();
    }
  });

  const later = (event, words) => {
    const { elt, requestConfig } = event.detail;
    waiting.set(elt, requestConfig);
    say(elt, words, "failed");
    wait(pause);
  };

  document.addEventListener("htmx:beforeRequest", (event) => say(event.detail.elt, "正在保存…", "busy"));
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) =>
      later(event, "未保存：网络不通。内容仍在本页，恢复后自动再存"));
  }
  document.addEventListener("htmx:responseError", (event) => {
    const { elt, xhr } = event.detail;
    if (xhr.getResponseHeader("HX-Trigger")?.includes("portal:session-lost")) {
      later(event, `未保存：${lost?.title ?? "登录已失效"}。内容仍在本页`);
    } else if (xhr.status >= 500 || xhr.status === 429) {
      later(event, "未保存：系统繁忙。内容仍在本页，稍后自动再存");
    } else {
      say(elt, "未保存：系统没有接受。内容仍在本页，请刷新前先复制", "failed");
    }
  });
  document.addEventListener("portal:session-lost", (event) => lose(event.detail));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) {
      lastContact = Date.now();
      waiting.delete(event.detail.elt);
    }
  });

  // ---- a form sent as a page: ask first, so that nothing, and no chosen file, is lost ------------------
  const asked = new WeakSet();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const byHtmx = form.hasAttribute("hx-post");
    if (!owner || byHtmx || form.method !== "post" || asked.has(form) || Date.now() - lastContact < FRESH_MS) {
      asked.delete(form);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.asking) {
      return;
    }
    form.dataset.asking = "yes";
    const { submitter } = event;
    const answer = await ask();
    delete form.dataset.asking;
    if (answer) {
      asked.add(form);
      form.requestSubmit(submitter);
    } else if (answer === null) {
      banner("网络不通", "没有提交。恢复后请再按一次。", "");
    }
  }, true);
})();
