// What is recorded where there is no connection: kept on the phone, sent once when it is back.
//
// A form marked data-kept is put into a store of this browser under a key of its own, and sent from there. The server
// takes one key once, for ever, so that sending again after a lost answer is safe. Without this script, or where the
// browser keeps nothing (no https), the form is an ordinary form. The words stand in the page.
"use strict";

(() => {
  const NAME = "hearth-outbox";
  const RECORDS = "records";
  const PAGES = "hearth-kept";
  const HOURS_MAX = 24;
  const AGAIN_MS = 30000;
  const ANSWER_MS = 60000;
  const PHOTO_SIDE = 1600;

  const frame = document.querySelector('form[action="/sign-out"][data-me]');
  if (!frame || !window.isSecureContext || !window.indexedDB || !navigator.locks) return;
  const me = frame.dataset.me;
  const box = document.getElementById("outbox");
  let again;

  // ── the store ──────────────────────────────────────────────────────────────────────────────────────────────────

  const opened = new Promise((yes, no) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(RECORDS, { keyPath: "key" });
    asked.onsuccess = () => yes(asked.result);
    asked.onerror = () => no(asked.error);
  });
  opened.catch(() => undefined);

  async function store(mode, act) {
    const database = await opened;
    return new Promise((yes, no) => {
      const deal = database.transaction(RECORDS, mode);
      const asked = act(deal.objectStore(RECORDS));
      deal.oncomplete = () => yes(asked.result);
      deal.onabort = () => no(deal.error);
    });
  }

  const records = async () =>
    (await store("readonly", (kept) => kept.getAll())).sort((one, other) => one.at - other.at);
  const put = (record) => store("readwrite", (kept) => kept.put(record));
  const drop = (key) => store("readwrite", (kept) => kept.delete(key));

  // ── keeping ────────────────────────────────────────────────────────────────────────────────────────────────────

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-kept]")) {
      event.preventDefault();
      if (!form.inert) keep(form);
    } else if (form.getAttribute("action") === "/sign-out") {
      event.preventDefault();
      leave(form);
    }
  });

  async function keep(form) {
    const row = form.closest("[data-row]");
    form.inert = true; // a second press while a photo is made smaller
    try {
      const key = crypto.randomUUID();
      const fields = [];
      for (const [name, value] of new FormData(form)) {
        if (name === "idempotency_key") fields.push([name, key]);
        else if (typeof value === "string") fields.push([name, value]);
        else if (value.size) fields.push([name, await lighter(value)]);
      }
      await put({
        key, fields, who: me, at: Date.now(), action: form.getAttribute("action"),
        label: form.dataset.kept, row: row ? row.dataset.row : "", state: "waiting", detail: "",
      });
    } catch {
      form.inert = false;
      form.submit(); // this browser keeps nothing: as it was without this script
      return;
    }
    form.reset();
    form.inert = false;
    for (const part of row?.querySelectorAll("details[open]") ?? []) part.open = false;
    await draw();
    row?.scrollIntoView({ block: "center" }); // where it now says what became of it
    await send();
  }

  // A camera's photo has megabytes that nobody sees; over a village's network they take minutes.
  async function lighter(file) {
    if (!file.type.startsWith("image/") || file.size < 300000) return file;
    try {
      const picture = await createImageBitmap(file);
      const part = Math.min(1, PHOTO_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * part);
      canvas.height = Math.round(picture.height * part);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const drawn = await new Promise((yes) => canvas.toBlob(yes, "image/jpeg", 0.85));
      return drawn ? new File([drawn], "photo.jpg", { type: "image/jpeg" }) : file;
    } catch {
      return file; // the server says what it thinks of it
    }
  }

  // ── sending ────────────────────────────────────────────────────────────────────────────────────────────────────

  async function send() {
    clearTimeout(again);
    await navigator.locks.request(NAME, async () => {
      for (const record of await records()) {
        if (record.who !== me || record.state === "refused") continue;
        const after = await answered(record);
        if (after === null) {
          await drop(record.key);
          mark(record, "sent");
        } else {
          await put({ ...record, ...after });
          if (after.state !== "refused") break; // the next one would fare the same
        }
      }
    });
    const left = await draw();
    if (left.some((record) => record.state === "waiting")) again = setTimeout(send, AGAIN_MS);
  }

  // null: it is on record. Otherwise what became of it, in the server's words.
  async function answered(record) {
    const body = new FormData();
    for (const [name, value] of record.fields) body.append(name, value);
    let answer, told;
    try {
      const headers = { accept: "application/json", "accept-language": document.documentElement.lang };
      const signal = AbortSignal.timeout(ANSWER_MS);
      answer = await fetch(record.action, { method: "POST", body, headers, signal, redirect: "manual" });
      told = await answer.json();
    } catch {
      return { state: "waiting" };
    }
    document.documentElement.removeAttribute("data-kept"); // there is a connection again
    if (answer.ok) return Array.isArray(told.facts) ? null : { state: "waiting" }; // a hotel's page is no answer
    if (answer.status === 401) return { state: "signed-out" };
    if (answer.status === 429 || answer.status >= 500) return { state: "waiting" };
    const wrong = (told.errors ?? []).flatMap((each) => [each.message, each.todo]);
    const said = [told.detail, ...wrong, wrong.length ? "" : told.todo];
    return { state: "refused", detail: said.filter(Boolean).join(" ") };
  }

  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());

  // ── showing ────────────────────────────────────────────────────────────────────────────────────────────────────

  async function draw() {
    const all = await records();
    for (const record of all) mark(record, record.state);
    if (box) {
      box.hidden = all.length === 0;
      box.querySelector("ul").replaceChildren(...all.map(line));
    }
    return all.filter((record) => record.who === me);
  }

  function say(part, name, word) {
    for (const each of part.querySelectorAll(`[data-${name}]`)) each.hidden = each.dataset[name] !== word;
  }

  function mark(record, state) {
    const row = [...document.querySelectorAll("[data-row]")].find((each) => each.dataset.row === record.row);
    if (row && record.row) say(row, "mark", state);
  }

  function line(record) {
    const mine = record.who === me;
    const part = box.querySelector("template").content.cloneNode(true);
    const at = new Date(record.at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
    part.querySelector("[data-label]").textContent = record.label;
    part.querySelector("[data-at]").textContent = at;
    say(part, "say", mine ? record.state : "other");
    part.querySelector("[data-detail]").textContent = record.detail;
    const shown = box.dataset.words.split(" ");
    const words = record.fields.filter(([name, value]) => mine && value && shown.includes(name));
    part.querySelector("[data-said]").textContent = words.map(([, value]) => value).join(" · ");
    part.querySelector("[data-again]").addEventListener("click", async () => {
      await put({ ...record, state: "waiting", detail: "" });
      await send();
    });
    part.querySelector("[data-drop]").addEventListener("click", async () => {
      if (!confirm(box.dataset.ask)) return;
      await drop(record.key);
      mark(record, "");
      await draw();
    });
    part.querySelector("[data-again]").hidden = !mine;
    return part;
  }

  // ── the page that is kept ──────────────────────────────────────────────────────────────────────────────────────

  async function keepPage() {
    const keeper = navigator.serviceWorker;
    if (!box || !keeper || location.pathname !== box.dataset.page || location.search) return;
    keeper.addEventListener("message", (event) => {
      for (const each of document.querySelectorAll("[data-when-kept]")) each.hidden = !event.data.kept;
    });
    await keeper.register(box.dataset.keeper, { scope: box.dataset.page });
    (await keeper.ready).active.postMessage("keep");
  }

  async function dropOldPage() {
    if (!window.caches || !(await caches.has(PAGES))) return;
    const kept = await (await caches.open(PAGES)).matchAll();
    const at = kept.map((each) => Number(each.headers.get("x-kept-at"))).find(Boolean);
    if (at && Date.now() - at > HOURS_MAX * 3600 * 1000) await caches.delete(PAGES);
  }

  // ── signing out ────────────────────────────────────────────────────────────────────────────────────────────────

  // Nothing stays on the phone; what could not be sent is not thrown away unasked.
  async function leave(form) {
    try {
      await send();
      const left = (await records()).length;
      if (left && !confirm(frame.dataset.unsent)) return;
      clearTimeout(again);
      (await opened).close();
      indexedDB.deleteDatabase(NAME);
      await caches.delete(PAGES);
      for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
    } catch {
      // the answer to signing out clears the same once more
    }
    form.submit();
  }

  dropOldPage().catch(() => undefined);
  keepPage().catch(() => undefined); // no worker: the page needs a connection, as every other does
  draw().then(send, () => undefined);
})();
