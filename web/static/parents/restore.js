// Back, and a reload: the list as long as it was, at the place where one was, with the same panels open and the focus on the
// card that one came from. What is kept of the newest lists stays in this tab until it is closed, under a number that their
// entry of the history holds: no address, which would tell a place, a position or a birth; and no cursor of a further page,
// which holds distances from there.
(() => {
  "use strict";
  const KEY = "ribambelle.listes";
  const MOST = 12;
  const OVER = "#barre, .site-menu, .bar #volets > .panel";
  if (!document.querySelector("#resultats[data-map]") || !canKeep()) return;
  let current = entry();
  let moved = false; // by the reader, since a restoring has begun
  let leaving = null; // the card whose link was followed

  history.scrollRestoration = "manual";
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    window.addEventListener(event, () => (moved = true), { passive: true });
  }

  const [navigation] = performance.getEntriesByType("navigation");
  if (navigation && ["back_forward", "reload"].includes(navigation.type)) restore(navigation.type === "reload" ? "default" : "force-cache");

  document.addEventListener("click", (event) => {
    const card = event.target.closest("#liste > .card a");
    leaving = card ? card.closest(".card").id : null;
  });
  document.addEventListener("attente", ({ detail: runs }) => runs && save());
  document.addEventListener("resultats", ({ detail }) => {
    current = entry();
    leaving = null;
    if (detail && detail.back) restore("force-cache");
  });
  window.addEventListener("popstate", save);
  window.addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  window.addEventListener("hashchange", () => entry(current)); // an anchor is another entry of the same list

  function canKeep() {
    try {
      window.sessionStorage.setItem(KEY + ".essai", "1");
      window.sessionStorage.removeItem(KEY + ".essai");
      return true;
    } catch {
      return false;
    }
  }

  // The number of the entry that one is at; one that has none yet is given `id`.
  function entry(id = Math.random().toString(36).slice(2)) {
    const { state } = window.history;
    if (state && state.liste) return state.liste;
    window.history.replaceState({ ...state, liste: id }, "");
    return id;
  }

  function read() {
    try {
      return new Map(JSON.parse(window.sessionStorage.getItem(KEY)) || []);
    } catch {
      return new Map();
    }
  }

  function save() {
    const list = document.getElementById("liste");
    const kept = read();
    kept.delete(current);
    kept.set(current, {
      further: Number((list && list.dataset.further) || 0),
      card: inView(list),
      y: window.scrollY,
      aside: list ? list.scrollLeft : 0,
      panels: [...panels()].map(([key, panel]) => [key, panel.open]),
      leaving,
    });
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify([...kept].slice(-MOST)));
    } catch {
      // No room: then Back begins at the top.
    }
  }

  // The first card that is in view, and where: more exact than a height, which what stands above the list may change.
  function inView(list) {
    const cards = list ? [...list.children].filter((item) => item.id) : [];
    const first = cards.find((card) => card.getBoundingClientRect().bottom > 0);
    if (!first || window.scrollY === 0) return null;
    const top = first.getBoundingClientRect().top;
    return top < window.innerHeight ? { id: first.id, top } : null;
  }

  // By their own name, or their number within what has one. Not what stands over the page until one has done with it: the
  // sheet of the form, popovers, menus.
  function panels() {
    const found = new Map();
    const counts = new Map();
    for (const panel of document.querySelectorAll("details")) {
      const around = panel.parentElement.closest("[id]");
      const name = around ? around.id : "";
      const number = counts.get(name) || 0;
      counts.set(name, number + 1);
      if (!panel.matches(OVER)) found.set(panel.id || name + ":" + number, panel);
    }
    return found;
  }

  function restore(cache) {
    const kept = read().get(current);
    if (!kept) return;
    const known = panels();
    for (const [key, open] of kept.panels) if (known.has(key)) known.get(key).open = open;
    moved = false;
    scroll(kept);
    if (!kept.further) return focus(kept);
    const detail = { count: kept.further, cache, done: () => { scroll(kept); focus(kept); } };
    document.dispatchEvent(new CustomEvent("suites", { detail }));
  }

  // Unless the reader has gone somewhere meanwhile.
  function scroll({ card, y, aside }) {
    if (moved) return;
    const found = card && document.getElementById(card.id);
    if (found) window.scrollBy(0, found.getBoundingClientRect().top - card.top);
    else window.scrollTo(0, y);
    const list = document.getElementById("liste");
    if (list) list.scrollLeft = aside;
  }

  function focus({ leaving: id }) {
    const link = id && document.querySelector(`#${CSS.escape(id)} a`);
    if (link && !moved && document.activeElement === document.body) link.focus({ preventScroll: true });
  }
})();
