// The form of the results page, in the room that there is: a sheet over the page, popovers below the bar from 64rem, a
// column beside the list from 100rem. Where the list is in sight a change searches soon after; in a sheet one button
// says how many results there would be. Without this file the form opens in the page and is sent by its buttons.
(() => {
  "use strict";
  const form = document.getElementById("recherche");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const bar = document.getElementById("barre");
  const pill = bar.querySelector("summary");
  const sheet = document.getElementById("feuille");
  const panels = document.getElementById("volets");
  const beside = document.getElementById("cote");
  const closing = document.getElementById("fermer");
  const wide = window.matchMedia("(min-width: 64rem)");
  const widest = window.matchMedia("(min-width: 100rem)");
  // As search.css asks it: whether a closed <details> can show what it holds.
  const shows = CSS.supports("selector(::details-content)");
  const SOON_MS = 400;
  // A browser tells a change of a time or a date with each figure: such a field waits longer, and, where the answer
  // would draw it anew, until it is left. Which change is complete in itself, the templates say, of filters their table.
  const TYPED_MS = 1500;
  const isTyped = (field) => !field.closest("[data-instant]");
  const SAID = "script, #annonce, #avis, #avis-dit";
  const DIALOG = [["role", "dialog"], ["aria-modal", "true"], ["aria-labelledby", "titre-recherche"]];
  const touched = new Set(); // what was changed since the last search
  let timer = 0;
  let next = null; // what is done then
  let after = null; // what waits for a search that came between
  let counting = null;
  let watcher = null;
  let instant = false; // a search that nobody sent: what stands open stays open

  const isSheet = () => !(wide.matches && shows);
  const isDocked = () => widest.matches && shows;
  const inSheet = () => bar.classList.contains("modal");

  // The room -----------------------------------------------------------------------------------------------------

  const home = document.createComment("");
  panels.before(home);
  wide.addEventListener("change", arrange);
  widest.addEventListener("change", arrange);
  arrange();

  function arrange() {
    if (!isSheet() && inSheet()) closeSheet();
    const docked = panels.parentElement === beside;
    if (isDocked() && !docked) beside.append(panels);
    if (!isDocked() && docked) home.after(panels);
    if (isDocked() !== docked) for (const panel of panels.querySelectorAll(":scope > .panel")) panel.open = isDocked();
    own();
  }

  // Outside of the form a field has to say whose it is; those of a swap come without.
  function own() {
    for (const field of panels.querySelectorAll("input, select, button")) {
      if (isDocked()) field.setAttribute("form", form.id);
      else field.removeAttribute("form");
    }
  }

  // The sheet ----------------------------------------------------------------------------------------------------

  document.addEventListener("toggle", ({ target }) => {
    if (target === bar && isSheet()) return bar.open ? openSheet() : closeSheet();
    if (!target.open || isSheet()) return;
    if (target === bar) closeAll(bar);
    else if (!isDocked() && target.parentElement === panels) closeAll(target);
  }, true);

  closing.addEventListener("click", () => { bar.open = false; });

  function openSheet() {
    bar.classList.add("modal");
    document.documentElement.classList.add("sheet-open");
    for (const [name, value] of DIALOG) sheet.setAttribute(name, value);
    for (const other of around()) other.inert = true;
    closing.hidden = false;
    closing.focus();
    // The telephone's own way back closes the sheet first, where the browser says that it was asked for.
    if (window.CloseWatcher) (watcher = new CloseWatcher()).onclose = closeSheet;
    if (!panels.querySelector(":scope > .panel[open]")) panels.querySelector(".panel").open = true;
  }

  function closeSheet() {
    if (!inSheet()) return;
    bar.classList.remove("modal");
    if (watcher) watcher.destroy();
    watcher = null;
    document.documentElement.classList.remove("sheet-open");
    for (const [name] of DIALOG) sheet.removeAttribute(name);
    for (const other of around()) other.inert = false;
    closing.hidden = true;
    bar.open = false;
    pill.focus({ preventScroll: true });
  }

  // « Affiner avec mon adresse » leads to the field of the place, which stands in the bar.
  document.addEventListener("click", (event) => {
    if (!event.target.closest('#resultats a[href="#ou"]')) return;
    event.preventDefault();
    const place = form.elements.ou;
    const focus = () => { place.focus(); place.select(); };
    if (bar.open) return focus();
    bar.addEventListener("toggle", focus, { once: true });
    bar.open = true;
  });

  // All that is not the sheet: the neighbours of each element around it. But what is said is heard over the sheet, too,
  // and a message can be closed.
  function around() {
    const found = [];
    for (let at = sheet; at !== document.body; at = at.parentElement) {
      for (const other of at.parentElement.children) if (other !== at && !other.matches(SAID)) found.push(other);
    }
    return found;
  }

  // Popovers -----------------------------------------------------------------------------------------------------

  function popovers() {
    return isSheet() ? [] : [bar, ...(isDocked() ? [] : panels.querySelectorAll(":scope > .panel"))].filter((each) => each.open);
  }

  const menus = () => document.querySelectorAll(".site-menu[open]");

  function closeAll(but) {
    for (const each of [...popovers(), ...menus()]) if (each !== but) each.open = false;
  }

  const holds = (open, node) => (open === bar ? pill.contains(node) || form.querySelector(".part-where").contains(node) : open.contains(node));

  document.addEventListener("pointerdown", ({ target }) => {
    closeAll([...popovers(), ...menus()].find((open) => holds(open, target)));
  });

  // Who leaves a popover by the keyboard finds what it covered. A press on its text gives the focus to what holds all of
  // the page: to close it then would take it from under the pointer.
  document.addEventListener("focusin", ({ target }) => {
    if (!target.contains(bar)) for (const open of [...popovers(), ...menus()]) if (!holds(open, target)) open.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (inSheet()) return closeSheet();
    if (isDocked() && beside.contains(document.activeElement)) return document.querySelector(".to-filters").focus();
    const [open] = [...popovers(), ...menus()];
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // What a change does -------------------------------------------------------------------------------------------

  document.addEventListener("change", ({ target }) => {
    if (target.form !== form) return;
    touched.add(target);
    // The zone of the map is no longer meant by who says where.
    if (["rayon", "detour"].includes(target.name)) form.elements.bbox.value = "";
    if (inSheet()) return later(count, SOON_MS);
    if (isSheet() || target.dataset.suggest || waitsForDay(target)) return;
    if (!isWhole()) return never();
    if (!isTyped(target)) later(search, SOON_MS);
    else if (!target.closest("[data-swap]")) later(search, TYPED_MS);
  });

  form.addEventListener("input", ({ target }) => {
    if (target.dataset.suggest) {
      form.elements.bbox.value = "";
      return inSheet() && uncounted(); // half a name may be another place's
    }
    if (inSheet() && target.matches("input:not([type=checkbox])")) later(count, SOON_MS);
  });

  // A place that was chosen is sent; in a sheet only the button sends.
  form.addEventListener("choix", (event) => {
    if (!inSheet()) return;
    event.preventDefault();
    form.elements.bbox.value = "";
    later(count, 0);
  });

  // A field that was left is typed to its end; one among several, like the births of children, when all are left.
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (isSheet() || target.dataset.suggest || !touched.has(target) || !isTyped(target) || !isWhole() || waitsForDay(target)) return;
    if (!target.closest("fieldset, .field").contains(relatedTarget)) later(search, SOON_MS);
  });

  function later(act, ms) {
    window.clearTimeout(timer);
    next = act;
    timer = window.setTimeout(() => { timer = 0; act(); }, ms);
  }

  function never() {
    window.clearTimeout(timer);
    timer = 0;
    after = null;
  }

  // Another search has begun (a chip, the history) before a change was searched: that waits for its end, or would put an
  // end to it.
  document.addEventListener("attente", ({ detail: runs }) => {
    if (!runs || !timer) return;
    window.clearTimeout(timer);
    timer = 0;
    after = next;
  });
  document.addEventListener("echec", ({ detail: { search } }) => search && resume());

  function resume() {
    if (after) later(after, SOON_MS);
    after = null;
  }

  // Hours that end as they begin are refused.
  function isWhole() {
    return ["", "2", "3"].every((slot) => {
      const [start, end] = ["debut", "fin"].map((name) => form.elements[name + slot]);
      return waitsForDay(start) || start.value !== end.value || start.value === "";
    });
  }

  // Hours and places say nothing until a day is ticked (search.js).
  function waitsForDay(field) {
    const slot = /^(?:debut|fin|places)([23]?)$/.exec(field.name);
    return slot !== null && !new FormData(form).has("jour" + slot[1]);
  }

  // Back, where a browser does not say that the sheet is asked to close (CloseWatcher): it stands over another list.
  window.addEventListener("popstate", () => {
    if (!inSheet()) return;
    touched.clear();
    closeSheet();
  });

  function search() {
    instant = true;
    form.requestSubmit();
    instant = false;
  }

  // How many results the form would have, as it stands; where nobody answers, the button says no number: that of the form
  // before would be wrong.
  function uncounted() {
    never();
    if (counting) counting.abort();
    document.querySelector("#montrer .counted").textContent = texts.show;
  }

  async function count() {
    if (counting) counting.abort();
    counting = new AbortController();
    const { signal } = counting;
    const said = [...new FormData(form)].filter(([, value]) => value !== "");
    let [text, folded, wrong] = [texts.show, {}, ""];
    try {
      const answer = await fetch("/nombre?" + new URLSearchParams(said), { signal });
      if (answer.ok) ({ text, folded, wrong } = await answer.json());
    } catch {
      // No network: the search itself says so.
    }
    if (signal.aborted) return;
    document.querySelector("#montrer .counted").textContent = text;
    document.querySelector("#pied .wrong").textContent = wrong;
    for (const [id, words] of Object.entries(folded)) document.getElementById(id).textContent = words;
  }

  // A zone is asked for with all that the form says, as if it were sent.
  document.addEventListener("zone", asked);

  // Hours that wait for their day are still to be asked.
  function asked() {
    never();
    for (const field of touched) if (!waitsForDay(field)) touched.delete(field);
    if (counting) counting.abort();
  }

  form.addEventListener("submit", () => {
    asked();
    if (instant) return;
    const sent = inSheet();
    closeSheet();
    closeAll();
    if (sent) document.addEventListener("resultats", () => document.getElementById("titre-resultats").focus(), { once: true });
  });

  // What a swap leaves to do -------------------------------------------------------------------------------------

  document.addEventListener("resultats", ({ detail: { back } }) => {
    if (back) after = null; // changed in the list that one has left
    if (counting) counting.abort();
    own();
    follow();
    resume();
    if (inSheet() && touched.size) later(count, 0); // the button of the list that came knows nothing of them
  });

  // The fields that no swap renews follow the address: a chip was taken off, or « back » led here. What has been changed
  // since the search was sent is still to be searched.
  function follow() {
    const asked = new URLSearchParams(window.location.search);
    for (const field of form.elements) {
      if (!field.name || touched.has(field) || field.closest("[data-swap]") || field === document.activeElement) continue;
      const given = asked.getAll(field.name);
      if (field.type === "checkbox") field.checked = given.includes(field.value);
      else if (field.matches("select")) field.value = given.at(-1) ?? (field.name === "detour" ? field.value : "");
      else if (field.matches("input")) field.value = given.at(-1) ?? (field.dataset.usual || "");
    }
  }

  document.querySelector(".to-filters").addEventListener("click", (event) => {
    event.preventDefault();
    const first = panels.querySelector("input, select");
    (isDocked() && first ? first : beside).focus();
  });
})();
