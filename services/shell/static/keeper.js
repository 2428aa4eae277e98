// Keeps one page, the one it was registered for, and the static files that this page is made of, so that they open where
// there is no connection. Nothing else is kept: every other request goes past it. The copy is a day old at most, and it
// is gone as soon as the server does not show the page any more (signed out, another post).
"use strict";

const PAGE = new URL(self.registration.scope).pathname;
const STORE = "hearth-kept";
const HOURS_MAX = 24;
const PATIENCE_MS = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  event.waitUntil(ready().then((is) => event.source.postMessage({ kept: is })));
});

self.addEventListener("fetch", (event) => {
  const asked = new URL(event.request.url);
  if (event.request.method !== "GET" || asked.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && asked.pathname === PAGE && !asked.search) {
    event.respondWith(shown(event));
  } else if (asked.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(event.request, { cacheName: STORE }).then((found) => found || fetch(event.request)));
  }
});

// The page as it is; as it was kept, if the server cannot be reached or takes longer than anybody waits at a door.
async function shown(event) {
  const asking = fetch(event.request).then((answer) => {
    event.waitUntil(looked(answer.clone()));
    return answer;
  });
  event.waitUntil(asking.catch(() => undefined));
  const waited = new Promise((_, give) => setTimeout(give, PATIENCE_MS));
  try {
    const answer = await Promise.race([asking, waited]);
    if (answer.status < 500) return answer;
    return (await kept()) || answer;
  } catch {
    return (await kept()) || asking.catch(() => Response.error());
  }
}

async function looked(answer) {
  if (answer.ok && !answer.redirected) await keep(answer);
  else if (answer.status < 500) await caches.delete(STORE); // led to sign-in, or not for this post
}

async function keep(answer) {
  const text = await answer.text();
  const headers = new Headers(answer.headers); // the policy on scripts stays with the copy
  headers.delete("content-encoding");
  headers.set("x-kept-at", String(Date.now()));
  const store = await caches.open(STORE);
  const used = new Set(text.match(/\/static\/[\w.-]+/g));
  for (const old of await store.keys()) {
    const path = new URL(old.url).pathname;
    if (path.startsWith("/static/") && !used.delete(path)) await store.delete(old);
  }
  await store.addAll([...used]);
  await store.put(PAGE, new Response(text, { headers }));
}

async function kept() {
  const store = await caches.open(STORE);
  const found = await store.match(PAGE);
  if (!found) return undefined;
  if (Date.now() - Number(found.headers.get("x-kept-at")) > HOURS_MAX * 3600 * 1000) {
    await caches.delete(STORE);
    return undefined;
  }
  const text = (await found.text()).replace("<html ", '<html data-kept ');
  return new Response(text, { headers: found.headers });
}

// At the first visit the page came before this worker did: it is asked for once more.
async function ready() {
  const store = await caches.open(STORE);
  if (await store.match(PAGE)) return true;
  try {
    const answer = await fetch(PAGE, { headers: { accept: "text/html" }, redirect: "manual" });
    if (answer.ok) await keep(answer);
    return answer.ok;
  } catch {
    return false;
  }
}
