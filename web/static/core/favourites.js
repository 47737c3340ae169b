// The offers that a family keeps: a list of ids in this browser, shown by /favoris?offre=… Nothing of it is sent until
// that page is opened. Where the browser keeps nothing, the buttons stay hidden.
(() => {
  "use strict";
  const KEY = "ribambelle.favoris";
  const COPY = "ribambelle.favoris"; // the worker's name for it (core/worker.js)
  const MOST = 50;
  let dropped = null; // until the copy is away
  const header = document.querySelector("[data-kept-full]");
  const page = document.querySelector("[data-kept-page]");
  const texts = document.getElementById("avis").dataset;
  const mine = new URLSearchParams(window.location.search).getAll("offre");

  try {
    window.localStorage.setItem(`${KEY}.essai`, "1");
    window.localStorage.removeItem(`${KEY}.essai`);
  } catch {
    for (const note of document.querySelectorAll("[data-kept-blocked]")) note.hidden = false;
    showCopy();
    return;
  }

  if (page && "keptOpen" in page.dataset && read().length) {
    window.location.replace(address(read()));
    return;
  }

  function read() {
    let kept;
    try {
      kept = JSON.parse(window.localStorage.getItem(KEY));
    } catch {
      kept = [];
    }
    if (!Array.isArray(kept)) return [];
    return [...new Set(kept.filter((id) => typeof id === "string" && /^[\w-]{1,64}$/.test(id)))].slice(0, MOST);
  }

  // False when the browser has no room left: then nothing has changed. What is taken off stays in no copy.
  function write(kept) {
    const gone = read().some((id) => !kept.includes(id));
    try {
      window.localStorage.setItem(KEY, JSON.stringify(kept));
      if (gone && window.caches) dropped = window.caches.delete(COPY).catch(() => {});
      return true;
    } catch {
      return false;
    }
  }

  function address(ids) {
    return ids.length ? "/favoris?" + ids.map((id) => "offre=" + encodeURIComponent(id)).join("&") : "/favoris";
  }

  function show() {
    const kept = read();
    for (const button of document.querySelectorAll("[data-keep]")) {
      button.setAttribute("aria-pressed", String(kept.includes(button.dataset.keep)));
      button.hidden = false;
    }
    for (const link of document.querySelectorAll("[data-kept-link]")) link.href = kept.length ? address(kept) : link.href;
    if (header) {
      header.href = address(kept);
      header.querySelector("[data-kept-count]").textContent = kept.length ? `(${kept.length})` : "";
    }
    const all = document.querySelector("[data-kept-all]");
    if (all) all.hidden = shown().every((id) => kept.includes(id));
  }

  function shown() {
    return [...document.querySelectorAll("#liste [data-keep]")].map((button) => button.dataset.keep);
  }

  function say(text, more = {}) {
    document.dispatchEvent(new CustomEvent("avis", { detail: { text, ...more } }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep], [data-kept-all], [data-kept-forget]");
    if (!button) return;
    const kept = read();
    if (button.dataset.keep) toggle(kept, button.dataset.keep);
    else if (button.dataset.keptForget) forget(kept, button);
    else keepAll(kept, button);
    show();
  });

  function toggle(kept, id) {
    if (kept.includes(id)) {
      write(kept.filter((other) => other !== id));
      say(texts.removed, { label: texts.removedUndo, again: () => putBack(kept, id) });
    } else if (kept.length >= MOST) {
      say(header.dataset.keptFull);
    } else if (write([...kept, id])) {
      say(texts.kept, page ? {} : { label: texts.keptSee, href: address(read()) });
    } else {
      return;
    }
    if (page) follow(read());
  }

  // Where it stood, among what is kept now: another tab may have changed the list since.
  function putBack(before, id) {
    const now = read();
    if (now.includes(id) || now.length >= MOST) return;
    const at = before.slice(before.indexOf(id) + 1).map((next) => now.indexOf(next)).find((found) => found >= 0);
    now.splice(at === undefined ? now.length : at, 0, id);
    write(now);
    if (page) follow(read());
    show();
  }

  // On the page of one's own list the address, and the mail's link with it, follow what is taken out or put back.
  function follow(kept) {
    const now = mine.filter((id) => kept.includes(id) || !wasKept.has(id));
    if (now.length === 0) return;
    window.history.replaceState(null, "", address(now));
    layDown();
    const mail = document.querySelector("[data-kept-mail]");
    if (!mail) return;
    const start = mail.href.indexOf(encodeURIComponent("/favoris?"));
    if (start > 0) mail.href = mail.href.slice(0, start) + encodeURIComponent(address(now));
  }

  function keepAll(kept, button) {
    const all = [...new Set([...kept, ...shown()])];
    if (all.length > MOST) say(header.dataset.keptFull);
    if (write(all.slice(0, MOST))) {
      for (const id of shown()) wasKept.add(id);
      if (all.length <= MOST) say(button.dataset.done);
    }
  }

  function forget(kept, button) {
    const gone = button.dataset.keptForget.split(" ");
    write(kept.filter((id) => !gone.includes(id)));
    window.location.replace(address(mine.filter((id) => !gone.includes(id))));
  }

  function showCopy() {
    const copy = document.querySelector("[data-kept-copy]");
    if (!copy || !navigator.clipboard) return;
    copy.hidden = false;
    copy.addEventListener("click", () => {
      navigator.clipboard.writeText(window.location.href).then(
        () => say(copy.dataset.done),
        () => say(copy.dataset.failed),
      );
    });
  }

  // This very list, where it is one's own, for a moment without a connection. The browser has just received it: nothing is
  // sent for it, unless one was taken off or put back since.
  async function layDown() {
    const kept = read();
    const { href, search } = window.location;
    const here = new URLSearchParams(search).getAll("offre");
    const own = kept.length > 0 && kept.length === here.length && kept.every((id) => here.includes(id));
    if (!page || !own || !window.caches || document.documentElement.hasAttribute("data-offline")) return;
    try {
      const answer = await fetch(href, { cache: "force-cache" });
      await dropped;
      // Another one may have been taken off meanwhile.
      if (answer.ok && href === window.location.href) await (await window.caches.open(COPY)).put("/favoris", answer);
    } catch {
      // Then there is no copy: the page says so where it is missed.
    }
  }

  const wasKept = new Set(read());
  const drop = document.querySelector("[data-kept-forget]");
  if (drop) drop.hidden = !drop.dataset.keptForget.split(" ").some((id) => wasKept.has(id));
  show();
  showCopy();
  layDown();
  document.addEventListener("resultats", show);
  // Also what is added by « voir plus de résultats », and by the map.
  new MutationObserver(() => {
    if (document.querySelector("[data-keep][hidden]")) show();
  }).observe(document.getElementById("contenu"), { childList: true, subtree: true });
  // Another tab has changed the list; a page that « back » brings out of the browser's memory.
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) show();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) show();
  });
})();
