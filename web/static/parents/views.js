// A telephone shows the list or the map. One link changes between them, in place; below the map the cards stand in a row,
// and the card in sight and the marker are one. Without this file the link loads the page anew, with the other view.
(() => {
  "use strict";
  const link = document.getElementById("bascule");
  const form = document.getElementById("recherche");
  const narrow = window.matchMedia("(max-width: 47.99rem)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const SETTLED_MS = 120;
  const isMap = () => document.body.classList.contains("view-map");
  let before = 0; // how far down the list was when the map came
  let shown = null; // the id of the offer whose card is in sight
  let led = null; // that of one which the map asked for: the row that scrolls to it tells nothing new
  let timer = 0;

  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (isMap()) toList();
    else toMap();
  });

  function toMap() {
    before = window.scrollY;
    const top = document.getElementById("liste") && visible();
    change(true);
    if (top) top.scrollIntoView({ block: "nearest", inline: "start" });
    settle();
  }

  function toList() {
    const card = shown && document.getElementById("offre-" + shown);
    change(false);
    window.scrollTo(0, before);
    if (card) card.scrollIntoView({ block: "nearest" });
    tell(null);
  }

  function change(map) {
    document.body.classList.toggle("view-map", map);
    form.elements.vue.value = map ? "carte" : "";
    address();
  }

  // The address says what is seen, so that a reload shows it again; « back » leads to the page before all the same.
  function address() {
    const pairs = window.location.search.slice(1).split("&").filter((pair) => pair && !pair.startsWith("vue="));
    const [list, map] = [pairs, [...pairs, "vue=carte"]].map((each) => "/?" + each.join("&"));
    window.history.replaceState(window.history.state, "", (isMap() ? map : list) + window.location.hash);
    link.href = isMap() ? list : map;
  }

  // Of too many in one place the map leads to their list, once it is there. Before the search is asked for, whose address
  // holds the view.
  let toTitle = false;
  document.addEventListener("zone", ({ detail }) => {
    if (!detail.list || !isMap() || !narrow.matches) return;
    toList();
    toTitle = true;
  }, true);
  document.addEventListener("echec", () => { toTitle = false; });

  // Where list and map stand side by side with little room, the map can be put away.
  const pane = document.getElementById("volet-carte");
  pane.addEventListener("click", () => {
    const away = document.body.classList.toggle("map-away");
    pane.setAttribute("aria-expanded", String(!away));
  });

  // The row ------------------------------------------------------------------------------------------------------

  const cards = () => [...document.querySelectorAll("#liste > .card")];

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
    const [first] = cards().sort((one, other) => distance(one) - distance(other));
    if (!first) return;
    const id = first.id.replace("offre-", "");
    const told = id === shown || id === led;
    led = null;
    shown = id;
    if (!told) tell(id);
  }

  function tell(id) {
    if (id === null) shown = null;
    document.dispatchEvent(new CustomEvent("offre", { detail: id && { ids: [id], from: "liste" } }));
  }

  // A marker that was chosen brings its card into sight.
  document.addEventListener("offre", ({ detail }) => {
    if (!detail || detail.from !== "carte" || !isMap() || !narrow.matches) return;
    const card = detail.ids.map((id) => document.getElementById("offre-" + id)).find(Boolean);
    if (!card) return;
    led = card.id.replace("offre-", "");
    card.scrollIntoView({ block: "nearest", inline: "start", behavior: still.matches ? "auto" : "smooth" });
  });

  // A search that came by a link of the page knows nothing of the view.
  document.addEventListener("resultats", () => {
    shown = led = null;
    address();
    if (isMap()) settle();
    if (toTitle) document.getElementById("titre-resultats").focus();
    toTitle = false;
  });

  window.addEventListener("pageshow", address);
})();
