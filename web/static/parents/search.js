// On the results page a search is fetched from its own address and swapped in; the page works the same without. A filter
// that acts at once takes the place of the search before it in the history; a search that was sent is an entry of its own.
// Dispatches « attente » (a swap begins, ends), « resultats » (the list was swapped; {back: true} by the history) and « echec ».
(() => {
  "use strict";
  const form = document.getElementById("recherche");
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const PATIENCE_MS = 20000;
  const PLACE = ["ou", "lieu", "autour", "vers", "vers-lieu"];
  const OF_ADDRESS = ["vue", "bbox"]; // the view, and the zone that was asked for on the map: not always fields
  let running = null;
  let applied = state(); // the form as the list on the page answers it
  let shown = listOf(window.location);

  // Sent by a button, by Enter or with another place; else a filter that searches by itself.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = address();
    if (hasResults()) visit(place, { sent: event.submitter !== null || isElsewhere(state(), applied) });
    else window.location.assign(place);
  });

  // An order that was chosen stands in the address; the one that comes by itself does not.
  document.addEventListener("change", ({ target }) => {
    if (target.name === "tri") target.dataset.chosen = "yes";
  }, true);

  // Without, there is nothing to swap: the home page, or a search that could not be done.
  function hasResults() {
    return document.querySelector("#resultats[data-map]") !== null;
  }

  // A chip takes its filter out of the list, and out of the form.
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("#actifs a[href^='/?'], .chips a[href^='/?']");
    if (!chip || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    visit(chip.getAttribute("href"), { fill: true });
  });

  document.addEventListener("zone", ({ detail: { west, south, east, north } }) => {
    const bbox = [west, south, east, north].map((degrees) => degrees.toFixed(4)).join(",");
    visit(address({ bbox }), { sent: true });
  });

  // Not for an anchor of the page, nor for another view of the same list.
  window.addEventListener("popstate", () => {
    if (listOf(window.location) !== shown) visit(window.location.pathname + window.location.search, { back: true, fill: true });
  });

  function listOf(place) {
    const pairs = new URLSearchParams(place.search);
    pairs.delete("vue");
    return place.pathname + "?" + pairs;
  }

  // The address says what was asked and nothing else: empty fields and untouched hours stay out.
  function address(more = {}) {
    const data = new FormData(form);
    const before = new URLSearchParams(window.location.search);
    // The zone of the map holds until another place is asked for.
    const elsewhere = isElsewhere(state(), applied);
    const pairs = [...data].filter(([name, value]) => {
      if (value === "" || name in more || (name === "bbox" && elsewhere)) return false;
      const slot = /^(debut|fin|places)([23]?)$/.exec(name);
      if (slot) return data.has("jour" + slot[2]) || (slot[1] !== "places" && value !== form.elements[name].defaultValue);
      if (name === "detour" || name === "vers-lieu") return form.elements.vers.value !== "";
      if (name === "tri") return form.elements.tri.dataset.chosen === "yes" || before.has("tri");
      return true;
    });
    for (const name of OF_ADDRESS) {
      const value = more[name] || (form.elements[name] || (name === "bbox" && elsewhere) ? null : before.get(name));
      if (value) pairs.push([name, value]);
    }
    return "/?" + new URLSearchParams(pairs).toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  }

  // A field that only one of the two has says nothing.
  function isElsewhere(now, before) {
    return PLACE.map((name) => name + "#0").some((key) => now.has(key) && before.has(key) && now.get(key) !== before.get(key));
  }

  // Each field's value, by a name that its successor after a swap has too.
  function state(of = form) {
    const found = new Map();
    for (const field of of.elements) if (field.name) found.set(keyOf(field), isBox(field) ? field.checked : field.value);
    return found;
  }

  function put(wanted) {
    for (const field of form.elements) {
      const value = field.name && wanted.get(keyOf(field));
      if (typeof value === "boolean") field.checked = value;
      else if (typeof value === "string") field.value = value;
    }
  }

  function keyOf(field) {
    if (isBox(field)) return field.name + "=" + field.value;
    const same = field.form.elements[field.name];
    return field.name + "#" + (same instanceof RadioNodeList ? [...same].indexOf(field) : 0);
  }

  function isBox(field) {
    return field.type === "checkbox" || field.type === "radio";
  }

  // `sent`: by a button, or a place that was chosen: an entry of the history. `back`: asked by the history itself.
  // `fill`: the form takes the answer's values, as it was not the form that asked.
  async function visit(place, { sent = false, back = false, fill = false } = {}) {
    const asked = state();
    if (running) running.abort();
    const mine = (running = new AbortController());
    const timer = setTimeout(() => mine.abort(new DOMException("", "TimeoutError")), PATIENCE_MS);
    wait(true);
    let page;
    try {
      const options = { signal: mine.signal, headers: { Accept: "text/html" }, cache: back ? "force-cache" : "default" };
      const answer = await fetch(place, options);
      if (answer.status >= 500 || answer.status === 429) throw answer;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (error) {
      if (running === mine) failed(error, asked, place, { sent, back, fill });
      return;
    } finally {
      clearTimeout(timer);
    }
    if (running !== mine) return;
    running = null;
    wait(false);
    // An error beside a field: the whole page says it, so show the whole page.
    if (!page.querySelector("#resultats[data-map]")) return sent ? window.location.assign(place) : window.location.replace(place);
    const elsewhere = isElsewhere(asked, applied);
    const since = [...state()].filter(([key, value]) => asked.get(key) !== value);
    const answered = state(page.getElementById("recherche"));
    swap(page);
    if (fill) put(answered);
    put(new Map(since)); // what was changed while this was under way
    applied = fill ? state() : asked;
    document.title = page.title;
    if (!back) history[sent && place !== window.location.pathname + window.location.search ? "pushState" : "replaceState"](null, "", place);
    shown = listOf(window.location);
    document.dispatchEvent(new CustomEvent("resultats", { detail: { back } }));
    if (!back) stay(elsewhere);
    announce();
  }

  // The focus stays in the field, or the chip beside, that it was in; the scroll position where it was.
  function swap(page) {
    const focused = document.activeElement;
    const [x, y] = [window.scrollX, window.scrollY];
    const chips = focused.closest("#actifs, .chips");
    const at = chips ? [...chips.querySelectorAll("a")].indexOf(focused) : -1;
    for (const old of document.querySelectorAll("[data-swap]")) {
      const fresh = page.getElementById(old.id);
      if (fresh) old.replaceWith(document.adoptNode(fresh));
    }
    window.scrollTo(x, y);
    if (document.contains(focused)) return;
    const left = chips ? [...document.querySelectorAll("#actifs a, .chips a")] : [];
    const next = left[Math.min(at, left.length - 1)];
    const again = next || sameAs(focused) || document.getElementById("titre-resultats");
    if (again) again.focus({ preventScroll: true });
  }

  function sameAs(field) {
    if (field.id) return document.getElementById(field.id);
    if (!field.name) return null;
    const value = isBox(field) ? `[value="${CSS.escape(field.value)}"]` : "";
    return document.querySelector(`[name="${CSS.escape(field.name)}"]` + value);
  }

  // Where the list is of another place, or ends above what is in view, its beginning comes into view.
  function stay(elsewhere) {
    const results = document.getElementById("resultats");
    const { top, bottom } = results.getBoundingClientRect();
    if (bottom < window.innerHeight / 3 || (elsewhere && top < 0)) results.scrollIntoView({ block: "start" });
  }

  // What was guessed comes first: the results are about it.
  function announce() {
    const sentences = document.querySelectorAll("#resultats .whole, #resultats .nobody");
    const said = [...document.querySelectorAll("#lieux-retenus p"), document.getElementById("titre-resultats"), ...sentences];
    status.textContent = said.map((each) => each.textContent.trim().replace(/\s+/g, " ").replace(/[^.?!]$/, "$&.")).join(" ");
  }

  // The list stays, and says that it is not what was asked for. A filter goes back to what it was; what was typed and
  // sent stays typed. « Réessayer » asks for the same again.
  function failed(error, asked, place, how) {
    running = null;
    wait(false);
    if (!how.sent && !how.fill) put(applied);
    const again = () => {
      if (!how.fill) put(asked);
      visit(place, how);
    };
    const undone = how.sent || how.back ? texts.search_undone : texts.filter_undone;
    document.dispatchEvent(new CustomEvent("echec", { detail: { error, undone, again } }));
  }

  function wait(runs) {
    const results = document.getElementById("resultats");
    if (runs) results.setAttribute("aria-busy", "true");
    else results.removeAttribute("aria-busy");
    document.dispatchEvent(new CustomEvent("attente", { detail: runs }));
  }
})();
