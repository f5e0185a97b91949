/* Opens kept drafts where there is no line (offline.js keeps them), and says so of other pages. All else is the network's. */
"use strict";

const DRAFTS = "drafts";
const SHELL = "shell";
const OFFLINE_PAGE = "/display/offline/";
const RESOURCE = /(?:href|src)="(\/static\/[^"]+)"/g;

// The page for strangers: nothing in it is anybody's.
const makeReady = async () => {
  const shell = await caches.open(SHELL);
  const answer = await fetch(OFFLINE_PAGE, { credentials: "omit" });
  const resources = [...(await answer.clone().text()).matchAll(RESOURCE)].map((found) => found[1]);
  await shell.addAll([...new Set(resources)]);
  await shell.put(OFFLINE_PAGE, answer);
  await self.skipWaiting();
};
self.addEventListener("install", (event) => event.waitUntil(makeReady()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const navigate = async (request) => {
  const drafts = await caches.open(DRAFTS);
  const kept = await drafts.match(request.url);
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return kept ?? (await caches.match(OFFLINE_PAGE)) ?? Response.error();
  }
  if (kept && answer.ok) {
    await drafts.put(request.url, answer.clone());
  } else if (answer.status === 404) {
    await drafts.delete(request.url);
  }
  return answer;
};

const resource = async (request) => (await caches.match(request)) ?? fetch(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) {
    return;
  }
  if (request.mode === "navigate") {
    event.respondWith(navigate(request));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(resource(request));
  }
});
