// The form of the results page, in the room that there is: a sheet over the page, popovers below the bar from 64rem, a
// column beside the list from 100rem. Where the list is in sight a change searches soon after; in a sheet one button
// says how many results there would be. Without this file the form opens in the page and is sent by its buttons.
(() => {
  "use strict";
  const form = document.getElementById("recherche");
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
  // would draw it anew, until it is left.
  const TYPED_MS = 1500;
  const isTyped = (field) => ["time", "date"].includes(field.type);
  const DIALOG = [["role", "dialog"], ["aria-modal", "true"], ["aria-labelledby", "titre-recherche"]];
  const touched = new Set(); // what was changed since the last search
  let timer = 0;
  let counting = null;
  let instant = false; // a search that nobody sent: what stands open stays open
  let lastChip = -1;

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
    if (!panels.querySelector(":scope > .panel[open]")) panels.querySelector(".panel").open = true;
  }

  function closeSheet() {
    if (!inSheet()) return;
    bar.classList.remove("modal");
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

  // All that is not the sheet: the neighbours of each element around it.
  function around() {
    const found = [];
    for (let at = sheet; at !== document.body; at = at.parentElement) {
      for (const other of at.parentElement.children) if (other !== at && !other.matches("script")) found.push(other);
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

  // Who leaves a popover by the keyboard finds what it covered.
  document.addEventListener("focusin", ({ target }) => {
    for (const open of [...popovers(), ...menus()]) if (!holds(open, target)) open.open = false;
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
    if (isSheet() || target.dataset.suggest || !isWhole()) return;
    if (!isTyped(target)) later(search, SOON_MS);
    else if (!target.closest("[data-swap]")) later(search, TYPED_MS);
  });

  form.addEventListener("input", ({ target }) => {
    if (target.dataset.suggest) form.elements.bbox.value = "";
    if (inSheet() && target.matches("input:not([type=checkbox])")) later(count, SOON_MS);
  });

  // A field that was left is typed to its end; one among several, like the births of children, when all are left.
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (isSheet() || !touched.has(target) || !isTyped(target) || !isWhole()) return;
    if (!target.closest("fieldset, .field").contains(relatedTarget)) later(search, SOON_MS);
  });

  function later(act, ms) {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { timer = 0; act(); }, ms);
  }

  // Hours say nothing until a day is ticked, and are refused without one; so are hours that end as they begin.
  function isWhole() {
    const data = new FormData(form);
    return ["", "2", "3"].every((slot) => {
      const [start, end] = ["debut", "fin"].map((name) => form.elements[name + slot]);
      return data.has("jour" + slot) ? start.value !== end.value || start.value === "" : !touched.has(start) && !touched.has(end);
    });
  }

  function search() {
    instant = true;
    form.requestSubmit();
    instant = false;
  }

  // How many results the form would have, as it stands; what the button says where nobody answers is still true.
  async function count() {
    if (counting) counting.abort();
    counting = new AbortController();
    const data = new FormData(form);
    const said = [...data].filter(([name, value]) => {
      const slot = /^(debut|fin|places)([23]?)$/.exec(name);
      return value !== "" && (!slot || data.has("jour" + slot[2]));
    });
    try {
      const answer = await fetch("/nombre?" + new URLSearchParams(said), { signal: counting.signal });
      if (answer.ok) document.querySelector("#montrer .counted").textContent = (await answer.json()).text;
    } catch {
      // A newer count, or no network: the search itself says so.
    }
  }

  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    timer = 0;
    touched.clear();
    if (counting) counting.abort();
    if (instant) return;
    const sent = inSheet();
    closeSheet();
    closeAll();
    if (sent) document.addEventListener("resultats", () => document.getElementById("titre-resultats").focus(), { once: true });
  });

  // What a swap leaves to do -------------------------------------------------------------------------------------

  document.addEventListener("resultats", () => {
    own();
    follow();
    arrows();
  });

  // The fields that no swap renews follow the address: a chip was taken off, or « back » led here. What has been changed
  // since the search was sent is still to be searched.
  function follow() {
    const asked = new URLSearchParams(window.location.search);
    if (timer) return;
    for (const field of form.elements) {
      if (!field.name || touched.has(field) || field.closest("[data-swap]") || field === document.activeElement) continue;
      const given = asked.getAll(field.name);
      if (field.type === "checkbox") field.checked = given.includes(field.value);
      else if (field.matches("select")) field.value = given.at(-1) ?? (field.name === "detour" ? field.value : "");
      else if (field.matches("input")) field.value = given.at(-1) ?? ({ debut: "08:00", fin: "18:00" }[field.name.replace(/[23]$/, "")] || "");
    }
  }

  // The chips are one stop of the keyboard: arrows lead from one to the next.
  function arrows() {
    const active = document.getElementById("actifs");
    const links = [...active.querySelectorAll("a")];
    active.setAttribute("role", "toolbar");
    active.setAttribute("aria-label", active.querySelector("ul").getAttribute("aria-label"));
    const stop = (at) => links.forEach((link, n) => { link.tabIndex = n === at ? 0 : -1; });
    stop(0);
    active.addEventListener("focusin", ({ target }) => stop(links.indexOf(target)));
    active.addEventListener("keydown", (event) => {
      const at = links.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      links.at(to % links.length).focus();
    });
    // A chip that was taken off leaves the focus to the one in its place.
    if (lastChip >= 0 && document.activeElement === document.body && links.length) links[Math.min(lastChip, links.length - 1)].focus();
    lastChip = -1;
  }

  document.addEventListener("click", ({ target }) => {
    const link = target.closest("#actifs a");
    if (link) lastChip = [...document.querySelectorAll("#actifs a")].indexOf(link);
  }, true);

  document.querySelector(".to-filters").addEventListener("click", (event) => {
    event.preventDefault();
    const first = panels.querySelector("input, select");
    (isDocked() && first ? first : beside).focus();
  });

  arrows();
})();
