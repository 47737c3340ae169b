// A telephone shows the list or the map. One link changes between them, in place; below the map the cards stand in a row,
// and the card in sight and the marker are one. Without this file the link loads the page anew, with the other view.
(() => {
  "use strict";
  const link = document.getElementById("bascule");
  const form = document.getElementById("recherche");
  const narrow = window.matchMedia("(max-width: 47.99rem)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const SETTLED_MS = 120;
  const PATIENCE_MS = 20000;
  const isMap = () => document.body.classList.contains("view-map");
  let before = 0; // how far down the list was when the map came
  let shown = null; // the id of the offer whose card is in sight
  let led = null; // that of one which the map asked for: the row that scrolls to it tells nothing new
  let timer = 0;
  let running = null; // what fetches the cards of a marker that was chosen

  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (isMap()) toList();
    else toMap();
  });

  // A link of the map into the list is an entry of its own: « back » shows the map again.
  document.addEventListener("click", (event) => {
    const way = event.target.closest("a[data-to-list][href^='#']");
    if (!way || event.defaultPrevented || !isMap() || !narrow.matches) return;
    event.preventDefault();
    window.history.pushState(window.history.state, "", way.hash);
    toList();
    document.querySelector(way.hash).scrollIntoView();
  });

  // The history shows what its entry shows; of another list once that is there.
  window.addEventListener("popstate", () => {
    if (!document.querySelector("#resultats[aria-busy]")) follow();
  });

  function follow() {
    const map = new URLSearchParams(window.location.search).get("vue") === "carte";
    if (map !== isMap()) (map ? toMap : toList)();
  }

  function toMap() {
    before = window.scrollY;
    const top = document.getElementById("liste") && visible();
    change(true);
    if (top) top.scrollIntoView({ block: "nearest", inline: "start" });
    window.scrollTo(0, 0); // to the map, where a low window has the row below it
    settle();
  }

  function toList() {
    const card = shown && cardOf(shown);
    change(false);
    takeAway();
    window.scrollTo(0, before);
    if (card) card.scrollIntoView({ block: "nearest" });
    tell(null);
  }

  function change(map) {
    document.body.classList.toggle("view-map", map);
    address();
  }

  // The address says what is seen, so that a reload shows it again; « back » leads to the page before all the same.
  function address() {
    const pairs = window.location.search.slice(1).split("&").filter((pair) => pair && !pair.startsWith("vue="));
    const [list, map] = [pairs, [...pairs, "vue=carte"]].map((each) => "/?" + each.join("&"));
    window.history.replaceState(window.history.state, "", (isMap() ? map : list) + window.location.hash);
    link.href = isMap() ? list : map;
    form.elements.vue.value = isMap() ? "carte" : "";
  }

  // Of too many in one place the map leads to their list, once it is there: until then its entry is that of the map, and only
  // the address that is asked for is another view's.
  let toTitle = false;
  document.addEventListener("zone", ({ detail }) => {
    if (!detail.list || !isMap() || !narrow.matches) return;
    form.elements.vue.value = "";
    toTitle = true;
  }, true);
  document.addEventListener("echec", ({ detail }) => {
    const { again, search } = detail;
    if (!toTitle || !search) return;
    detail.again = () => { toTitle = true; again(); };
    toTitle = false;
    address();
  }, true);

  // Where list and map stand side by side with little room, the map can be put away.
  const pane = document.getElementById("volet-carte");
  pane.addEventListener("click", () => {
    const away = document.body.classList.toggle("map-away");
    pane.setAttribute("aria-expanded", String(!away));
  });

  // The row ------------------------------------------------------------------------------------------------------

  const cards = () => [...document.querySelectorAll("#liste > .card")];
  const cardOf = (id) => document.getElementById("offre-" + id);

  // The first card below the bar.
  function visible() {
    const top = document.querySelector(".bar").getBoundingClientRect().bottom;
    return cards().find((card) => card.getBoundingClientRect().bottom > top + 40);
  }

  document.addEventListener("scroll", ({ target }) => {
    if (target.id !== "liste" || !isMap() || !narrow.matches) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(settle, SETTLED_MS);
  }, true);

  function settle() {
    const row = document.getElementById("liste");
    if (!row || !narrow.matches) return;
    const left = row.getBoundingClientRect().left;
    const distance = (card) => Math.abs(card.getBoundingClientRect().left - left);
    const [first] = [...cards(), ...row.querySelectorAll(".card-several")].sort((one, other) => distance(one) - distance(other));
    if (!first || !first.id) return;
    const id = idOf(first);
    const told = id === shown || id === led;
    led = null;
    shown = id;
    if (!told) tell(id);
  }

  function tell(id) {
    if (id === null) shown = null;
    document.dispatchEvent(new CustomEvent("offre", { detail: id && { ids: [id], from: "liste" } }));
  }

  function idOf(card) {
    return card.id.replace("offre-", "");
  }

  // A marker under the pointer brings its card into sight; one that was chosen brings it into the row, too.
  document.addEventListener("offre", ({ detail }) => {
    if (!detail || detail.from !== "carte" || !isMap() || !narrow.matches) return;
    if (detail.chosen) return choose(detail.ids, detail.chosen);
    const card = detail.ids.map(cardOf).find(Boolean);
    if (!card) return;
    led = idOf(card);
    bring(card);
  });

  function bring(card) {
    card.scrollIntoView({ block: "nearest", inline: "start", behavior: still.matches ? "auto" : "smooth" });
  }

  // The page has the first results of many: a further one is fetched, as the page's search of just its place shows it. Too
  // many in one place are one card, which leads to the list of them.
  async function choose(ids, chosen) {
    if (running) running.abort();
    const mine = (running = new AbortController());
    const here = ids.map(cardOf).filter(Boolean);
    takeAway(here);
    if (chosen.several) return show([several(chosen.several)], chosen.keys);
    if (here.length >= chosen.count) return show(here, chosen.keys);
    const timer = window.setTimeout(() => mine.abort(new DOMException("", "TimeoutError")), PATIENCE_MS);
    let page;
    try {
      const answer = await fetch(chosen.href, { signal: mine.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) throw answer;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (error) {
      if (running !== mine) return;
      const again = () => choose(ids, chosen);
      return document.dispatchEvent(new CustomEvent("echec", { detail: { error, undone: texts.card_undone, again } }));
    } finally {
      window.clearTimeout(timer);
    }
    if (running !== mine || !isMap()) return;
    const asked = [...page.querySelectorAll("#liste > .card[data-at]")].filter((card) => ids.length < chosen.count || ids.includes(idOf(card)));
    const found = asked.slice(0, chosen.count).map((card) => cardOf(idOf(card)) || apart(document.adoptNode(card)));
    if (found.length) show(found, chosen.keys);
    else chosen.toList(); // gone since, or far down a list of one place
  }

  // Beside those of the same place, or the card in sight, so that the row goes one card further.
  function show(found, keys) {
    const row = document.getElementById("liste");
    const fresh = found.filter((card) => !card.isConnected);
    const beside = found.find((card) => card.isConnected) || (shown && cardOf(shown));
    if (beside) beside.after(...fresh);
    else row.prepend(...fresh);
    if (fresh.length) document.dispatchEvent(new CustomEvent("ajout"));
    const [first] = found;
    bring(first);
    const link = first.querySelector("a");
    if (keys) link.focus({ preventScroll: true });
    else status.textContent = link.closest(".card-several") ? first.querySelector("p").textContent : link.textContent.trim();
    if (first.id) {
      shown = idOf(first);
      tell(shown);
    }
  }

  function several(content) {
    const item = document.createElement("li");
    item.className = "card-several";
    item.append(content);
    return apart(item);
  }

  // In the row alone: the list has its own order, in which they may come later.
  function apart(item) {
    item.dataset.apart = "";
    return item;
  }

  function takeAway(but = []) {
    for (const item of document.querySelectorAll("#liste > [data-apart]")) if (!but.includes(item)) item.remove();
  }

  narrow.addEventListener("change", () => takeAway());

  // A search that came by a link of the page knows nothing of the view.
  document.addEventListener("resultats", ({ detail: { back } }) => {
    shown = led = null;
    if (running) running.abort();
    running = null;
    if (back) follow();
    else if (toTitle) toList();
    address();
    if (isMap()) settle();
    if (toTitle) document.getElementById("titre-resultats").focus();
    toTitle = false;
  });

  window.addEventListener("pageshow", address);
})();
