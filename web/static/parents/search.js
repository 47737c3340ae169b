// On the results page a search is fetched from its own address and swapped in; the page works the same without. A filter
// that acts at once takes the place of the search before it in the history; a search that was sent is an entry of its own,
// and so is « Tout effacer », which would lose a whole need.
// Dispatches « attente » (a swap begins, ends), « resultats » (the list was swapped; {back: true} by the history) and « echec »
// ({search: true}, as others say it too).
(() => {
  "use strict";
  const form = document.getElementById("recherche");
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const PATIENCE_MS = 20000;
  const PLACE = ["ou", "lieu", "autour", "vers", "vers-lieu"];
  let running = null;
  let asking = ""; // the address that it fetches
  let applied = state(); // the form as the list on the page answers it
  let shown = listOf(window.location);

  // Sent by a button, by Enter or with another place; else a filter that searches by itself.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = address();
    if (hasResults()) visit(place, { sent: event.submitter !== null || isElsewhere(state(), applied) });
    else window.location.assign(place);
  });

  // What the form says, for all who read it (also sheet.js, which counts): hours and places count with a day only. Where
  // no list is yet, hours that were changed go along all the same: the answer asks for their day.
  form.addEventListener("formdata", ({ formData }) => {
    for (const slot of ["", "2", "3"]) {
      if (formData.has("jour" + slot)) continue;
      const said = ["debut", "fin"].map((name) => form.elements[name + slot]).some((field) => field && field.value !== field.dataset.usual);
      for (const name of ["debut", "fin", "places"]) if (name === "places" || !said || hasResults()) formData.delete(name + slot);
    }
  });

  // Beside the list nobody sends the form: hours that search nothing say why, where they stand. A sheet says it at its foot.
  document.addEventListener("change", ({ target }) => {
    if (target.form === form && hasResults() && !form.closest(".modal")) sayHours(true);
  });

  function sayHours(heard) {
    for (const slot of ["", "2", "3"]) {
      const fields = ["debut", "fin"].map((name) => form.elements[name + slot]);
      const [start, end] = fields.map((field) => field.value);
      const waits = fields.some((field) => field.value !== field.dataset.usual) && ![...form.elements["jour" + slot]].some((day) => day.checked);
      const text = start && start === end ? texts.same_times : waits ? texts.without_days : "";
      let word = document.getElementById("mot-heures" + slot);
      if (!word) {
        word = document.createElement("p");
        word.id = "mot-heures" + slot;
        fields[0].closest("fieldset").append(word);
        for (const field of fields) field.setAttribute("aria-describedby", word.id);
      }
      const isNew = word.textContent !== text;
      word.className = text === texts.same_times ? "error" : "hint";
      word.hidden = !text;
      word.textContent = text;
      if (!heard || !text) continue;
      if (isNew) status.textContent = text;
      // It holds back every other change, too: also where it is folded away.
      else if (word.className === "error" && !word.checkVisibility()) document.dispatchEvent(new CustomEvent("avis", { detail: { text } }));
    }
  }

  // Without, there is nothing to swap: the home page, or a search that could not be done.
  function hasResults() {
    return document.querySelector("#resultats[data-map]") !== null;
  }

  // A chip takes its filter out of the list, and out of the form; « Réessayer » asks for what is missing beside the list.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#reessayer, #actifs a[href^='/?']");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.focus({ preventScroll: true }); // a press gives it the focus in some browsers only
    const all = link.matches(".reset");
    const chip = !all && link.id !== "reessayer";
    const href = link.getAttribute("href");
    const taken = chip ? state() : null;
    if (chip) take(href);
    visit(running && chip ? added(href) : href, { sent: all, fill: chip || all, bare: all, taken });
  });

  // At once, so that what is changed in the form meanwhile is asked for with it.
  function take(href) {
    const [before, after] = [window.location.search, href.slice(1)].map((query) => new URLSearchParams(query));
    for (const field of form.elements) {
      const given = after.getAll(field.name);
      if (!field.name || given.join() === before.getAll(field.name).join()) continue;
      if (isBox(field)) field.checked = given.includes(field.value);
      else if (given.length || field.matches(":not(select), :has([value=''])")) field.value = given.at(-1) ?? (field.dataset.usual || "");
    }
  }

  // What a chip would change of the list on the page, changed in the one that is under way: it would undo that.
  function added(href) {
    const parts = (query) => [...new URLSearchParams(query)].map((pair) => new URLSearchParams([pair]).toString());
    const [before, after, wanted] = [window.location.search, href.slice(1), asking.slice(1)].map(parts);
    const kept = wanted.filter((part) => after.includes(part) || !before.includes(part));
    const fresh = after.filter((part) => !before.includes(part) && !kept.includes(part));
    return written([...kept, ...fresh].join("&"));
  }

  function written(query) {
    return "/?" + query.replaceAll("%3A", ":").replaceAll("%2C", ",");
  }

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

  // The address says what was asked and nothing else: empty fields stay out, and an order that nobody has chosen.
  function address(more = {}) {
    const data = new FormData(form);
    const before = new URLSearchParams(window.location.search);
    // The zone of the map holds until another place is asked for.
    const elsewhere = isElsewhere(state(), applied);
    const pairs = [...data].filter(([name, value]) => {
      if (value === "" || name in more || (name === "bbox" && elsewhere)) return false;
      if (name === "detour" || name === "vers-lieu") return form.elements.vers.value !== "";
      if (name === "tri") return before.has("tri") || !form.elements.tri.selectedOptions[0]?.defaultSelected;
      return true;
    });
    pairs.push(...Object.entries(more));
    if (!form.elements.vue && before.get("vue")) pairs.push(["vue", before.get("vue")]); // the view is not always a field
    return written(new URLSearchParams(pairs).toString());
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

  function differing(before) {
    return new Map([...state()].filter(([key, value]) => before.has(key) && before.get(key) !== value));
  }

  function put(wanted, isMeant = () => true) {
    for (const field of form.elements) {
      const key = field.name && keyOf(field);
      if (!key || !wanted.has(key) || !isMeant(key)) continue;
      if (isBox(field)) field.checked = wanted.get(key);
      else field.value = wanted.get(key);
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
  // `taken`: the form as it was before a chip changed it. `fill`: the form takes the answer's values, as it was not the form
  // that asked; but, unless `bare`, not where it holds what has not been searched yet.
  async function visit(place, { sent = false, back = false, fill = false, bare = false, taken = null } = {}) {
    const asked = state();
    const before = window.location.pathname + window.location.search;
    if (running) running.abort();
    const mine = (running = new AbortController());
    asking = place;
    const timer = setTimeout(() => mine.abort(new DOMException("", "TimeoutError")), PATIENCE_MS);
    wait(true);
    let page;
    try {
      const options = { signal: mine.signal, headers: { Accept: "text/html" }, cache: back ? "force-cache" : "default" };
      const answer = await fetch(place, options);
      if (answer.status >= 500 || answer.status === 429) throw answer;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch (error) {
      if (running === mine) failed(error, asked, place, { sent, back, fill, bare, taken });
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
    // What was changed while this was under way; beside a chip also what was before, and was not asked for yet.
    const since = differing(fill && !back && !bare ? applied : asked);
    const answer = fill ? state(page.getElementById("recherche")) : asked;
    swap(page);
    if (fill) put(answer, (key) => !since.has(key));
    document.title = page.title;
    if (!back && sent && place !== before) history.pushState(null, "", place);
    else if (!back) history.replaceState(history.state, "", place);
    shown = listOf(window.location);
    document.dispatchEvent(new CustomEvent("resultats", { detail: { back } }));
    // As the fields stand now that they follow the address (sheet.js).
    applied = new Map([...state()].map(([key, value]) => [key, since.has(key) ? (answer.get(key) ?? value) : value]));
    put(since);
    if (!back) stay(elsewhere);
    sayHours();
    announce();
    if (bare && place !== before) cleared(before);
  }

  // What was cleared comes back as the history has it, or, where another list is shown by now, as one more search.
  function cleared(before) {
    const empty = shown;
    const again = () => (shown === empty && !window.location.hash ? history.back() : visit(before, { sent: true, fill: true }));
    const detail = { text: texts.cleared, heard: texts.cleared + " " + status.textContent, again, label: texts.cancel };
    document.dispatchEvent(new CustomEvent("avis", { detail }));
  }

  // The focus stays in the field, or the chip beside, that it was in; the scroll position where it was.
  function swap(page) {
    const focused = document.activeElement;
    const [x, y] = [window.scrollX, window.scrollY];
    const at = [...document.querySelectorAll("#actifs a")].indexOf(focused);
    for (const old of document.querySelectorAll("[data-swap]")) {
      const fresh = page.getElementById(old.id);
      if (fresh) old.replaceWith(document.adoptNode(fresh));
    }
    window.scrollTo(x, y);
    if (document.contains(focused)) return;
    const left = [...document.querySelectorAll("#actifs a")];
    const next = at < 0 ? null : left[Math.min(at, left.length - 1)];
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
    const sentences = document.querySelectorAll("#resultats .whole, #resultats .missing, #resultats .nobody");
    const said = [...document.querySelectorAll("#lieux-retenus p"), document.getElementById("titre-resultats"), ...sentences];
    status.textContent = said.map((each) => each.textContent.trim().replace(/\s+/g, " ").replace(/[^.?!]$/, "$&.")).join(" ");
  }

  // The list stays, and says that it is not what was asked for. A filter goes back to what it was; what was typed and
  // sent stays typed. « Réessayer » asks for the same again.
  function failed(error, asked, place, how) {
    running = null;
    wait(false);
    const former = how.taken || (how.sent || how.fill ? asked : applied);
    put(former, (key) => former.get(key) !== asked.get(key) && state().get(key) === asked.get(key));
    const again = () => {
      if (!how.fill || how.taken) put(asked);
      visit(place, how);
    };
    const undone = how.sent || how.back ? texts.search_undone : texts.filter_undone;
    document.dispatchEvent(new CustomEvent("echec", { detail: { error, undone, again, search: true } }));
  }

  function wait(runs) {
    const results = document.getElementById("resultats");
    if (runs) results.setAttribute("aria-busy", "true");
    else results.removeAttribute("aria-busy");
    document.dispatchEvent(new CustomEvent("attente", { detail: runs }));
  }
})();
