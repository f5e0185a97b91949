/* Many files at once, each in chunks that go on where a bad line stopped them. Without script the form sends them. */
(() => {
  "use strict";

  const AT_ONCE = 2;
  const LONGEST_PAUSE_MS = 30000;
  const MOST_TRIES = 8;

  const start = (form) => {
    const begin = form.dataset.drop;
    const chunkBytes = Number(form.dataset.chunk);
    const picker = form.querySelector("input[type=file]");
    const zone = form.querySelector(".drop-zone");
    const list = form.querySelector("[data-drop-list]");
    const said = form.querySelector("[data-drop-said]");
    const queue = [];
    let active = 0;
    let done = 0;
    let failed = 0;

    picker.classList.add("visually-hidden");
    form.querySelector("[data-without-script]").hidden = true;

    const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "HX-Request": "true" });
    const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));

    /* What stops a file for good: the portal's own words. */
    class Refused extends Error {}

    // Ask until somebody answers: a bad line and a busy server are tried again, a refusal is not.
    const send = async (url, options, row) => {
      for (let tries = 0; ; tries += 1) {
        let answer = null;
        try {
          answer = await fetch(url, { credentials: "same-origin", ...options, headers: headers() });
        } catch {
          // No line.
        }
        const isJson = answer?.headers.get("Content-Type")?.includes("application/json");
        if (isJson && (answer.ok || answer.status === 409)) {
          return { status: answer.status, ...(await answer.json()) };
        }
        if (isJson && answer.status === 422) {
          throw new Refused((await answer.json()).error);
        }
        if (answer && answer.status < 500 && answer.status !== 401 && answer.status !== 429) {
          throw new Refused("系统没有接受这个文件，请刷新页面后再上传。");
        }
        if (tries >= MOST_TRIES) {
          throw new Error("网络不通，没有传完。");
        }
        row.tell(answer?.status === 401 ? "登录已失效，请在新窗口登录后自动继续" : "网络不通，稍后自动继续");
        await pause(Math.min(1000 * 2 ** tries, LONGEST_PAUSE_MS));
      }
    };

    const digest = async (file) => {
      const bytes = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    };

    const upload = async ({ file, path }, row) => {
      row.tell("正在读取");
      const about = new FormData();
      about.set("name", path);
      about.set("size", String(file.size));
      about.set("sha256", file.size ? await digest(file) : "0".repeat(64));
      const begun = await send(begin, { method: "POST", body: about }, row);
      if (!begun.upload) {
        return begun.told;
      }
      const url = `${begin}${begun.upload}/`;
      let { received } = begun;
      while (received < file.size) {
        const body = file.slice(received, received + chunkBytes);
        ({ received } = await send(`${url}?offset=${received}`, { method: "PUT", body }, row));
        row.progress(received / file.size);
      }
      row.tell("正在检查");
      return (await send(`${url}finish/`, { method: "POST" }, row)).told;
    };

    const makeRow = (one) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.className = "drop-name";
      name.textContent = one.path;
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", `${one.path}的上传进度`);
      const words = document.createElement("span");
      words.className = "drop-words";
      item.append(name, bar, words);
      list.append(item);
      return {
        tell: (text) => {
          words.textContent = text;
        },
        progress: (share) => {
          bar.value = share;
          words.textContent = `${Math.floor(share * 100)}%`;
        },
        finish: (text) => {
          item.dataset.state = "done";
          bar.remove();
          words.textContent = text;
        },
        fail: (text, again) => {
          item.dataset.state = "failed";
          words.textContent = text;
          if (again) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "btn btn-sm btn-outline-primary";
            button.textContent = "重试";
            button.setAttribute("aria-label", `重试${one.path}`);
            button.addEventListener("click", () => {
              item.remove();
              failed -= 1;
              add([one]);
            });
            item.append(button);
          } else {
            bar.remove();
          }
        },
      };
    };

    const rest = () => {
      said.textContent = `上传完毕：${done} 个文件${failed ? `，${failed} 个没有上传` : ""}。`;
      for (const item of list.querySelectorAll("li[data-state=done]")) {
        item.hidden = done > 5;
      }
      window.htmx.ajax("GET", form.dataset.files, {
        target: "#files-state",
        select: "#files-state",
        swap: "outerHTML",
      });
    };

    const work = async () => {
      if (active >= AT_ONCE || !queue.length) {
        return;
      }
      active += 1;
      const [one, row] = queue.shift();
      try {
        row.finish(await upload(one, row));
        done += 1;
      } catch (error) {
        failed += 1;
        row.fail(error.message, !(error instanceof Refused));
      }
      active -= 1;
      if (!active && !queue.length) {
        rest();
      } else {
        work();
      }
    };

    const add = (files) => {
      for (const one of files) {
        const row = makeRow(one);
        row.tell("等待上传");
        queue.push([one, row]);
      }
      said.textContent = `开始上传 ${files.length} 个文件。`;
      for (let workers = 0; workers < AT_ONCE; workers += 1) {
        work();
      }
    };

    const take = () => {
      if (picker.files.length) {
        add([...picker.files].map((file) => ({ file, path: file.name })));
        picker.value = "";
      }
    };
    picker.addEventListener("change", take);
    for (const [name, isOver] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle("is-over", isOver);
      });
    }
    // Every file with its path, those in folders too; a folder gives its entries in parts. What cannot be read is named.
    const filesIn = async (entries) => {
      const found = [];
      for (const entry of entries) {
        try {
          if (entry.isDirectory) {
            const reader = entry.createReader();
            for (let part; !part || part.length;) {
              part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
              found.push(...(await filesIn(part)));
            }
          } else if (!entry.name.startsWith(".")) {
            const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
            found.push({ file, path: entry.fullPath.slice(1) });
          }
        } catch {
          failed += 1;
          makeRow({ path: entry.name }).fail("没有读取，请改为选择其中的文件，或压缩为 ZIP 后上传。", false);
        }
      }
      return found;
    };
    form.addEventListener("drop", async (event) => {
      // What was dropped can be asked for at once only.
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
      const found = await filesIn(entries);
      if (found.length) {
        add(found);
      } else {
        said.textContent = "拖入的内容里没有可以上传的文件，请拖入文件或文件夹，或点选文件。";
      }
    });
    window.addEventListener("beforeunload", (event) => {
      if (active) {
        event.preventDefault();
      }
    });
    // What was chosen before this script came, on a slow line.
    take();
  };

  // The part comes with its page, or by itself into the page of the claim.
  const startAll = () => {
    for (const form of document.querySelectorAll("form[data-drop]:not([data-started])")) {
      if (window.crypto?.subtle) {
        form.dataset.started = "yes";
        start(form);
      }
    }
  };
  startAll();
  document.addEventListener("htmx:afterSettle", startAll);
})();
