// Suggestions under the fields that ask for a place: the ARIA combobox pattern with a listbox, focus stays in the field.
(() => {
  "use strict";
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const DELAY_MS = 120;
  const SLOW_MS = 600;
  const TERRITORIES = ["epci", "department"];
  const ICONS = { former: "later", epci: "map", department: "map", postcode: "map", address: "locate", offer: "homes" };
  // A phone's keyboard leaves room for no more.
  const NARROW = window.matchMedia("(max-width: 48rem)");
  const LONG = new Map([["st", "saint"], ["ste", "sainte"], ["s", "sur"], ["ss", "sous"]]);
  const MOST = 8, MOST_NARROW = 6, LEAST_PX = 140;

  for (const input of document.querySelectorAll("input[data-suggest]")) combobox(input, input.id === "ou");

  // `start`: where the search begins. The other place is where one goes: no offer, and no whole territory.
  function combobox(input, start) {
    const form = input.form;
    const list = document.getElementById(input.dataset.suggest);
    const place = form.elements[input.dataset.place];
    let items = [];
    let active = -1;
    let timer = 0;
    let running = null;
    // Beside the list, which may hold options alone; under the row, so that it covers no button.
    const none = document.createElement("p");
    none.className = "no-suggestion";
    none.hidden = true;
    (input.closest(".where-row") || list).after(none);

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    input.addEventListener("input", () => {
      place.value = "";
      if (start) form.elements.autour.value = "";
      clearTimeout(timer);
      timer = setTimeout(suggest, DELAY_MS);
    });

    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) return suggest();
        const step = event.key === "ArrowDown" ? 1 : -1;
        highlight((active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(items[active]);
      } else if (event.key === "Escape" && !(list.hidden && none.hidden)) {
        event.preventDefault();
        close();
      } else if (event.key === "Tab") {
        close();
      }
    });

    input.addEventListener("blur", () => close());
    form.addEventListener("submit", () => close());

    // mousedown, not click: the field would lose the focus first and the list would be gone.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) choose(items[Number(option.dataset.index)]);
    });

    async function suggest() {
      const text = input.value.trim();
      if (running) running.abort();
      if (text.length < 2) return close();
      running = new AbortController();
      const slow = setTimeout(() => tellWait(), SLOW_MS);
      const limit = NARROW.matches ? MOST_NARROW : MOST;
      try {
        const answer = await fetch("/api/v1/suggest?" + new URLSearchParams({ q: text, limit }), { signal: running.signal });
        if (!answer.ok) return show([], text, texts.no_answer);
        const found = (await answer.json()).items;
        const fitting = start ? found : found.filter((item) => item.type !== "offer" && !TERRITORIES.includes(item.type));
        const wide = found.some((item) => TERRITORIES.includes(item.type));
        show(fitting, text, wide ? texts.too_wide : /^[\d\s]+$/.test(text) ? texts.no_postcode : texts.no_suggestion);
      } catch (error) {
        if (error.name !== "AbortError") show([], text, texts.no_answer);
      } finally {
        clearTimeout(slow);
      }
    }

    // Where suggestions of before stand in the box, they stay.
    function tellWait() {
      if (document.activeElement !== input || !list.hidden) return;
      none.textContent = status.textContent = texts.suggesting;
      none.hidden = false;
    }

    // `nothing`: the sentence where there is no suggestion.
    function show(found, text, nothing) {
      if (document.activeElement !== input) return;
      const kept = active < 0 ? -1 : found.findIndex((item) => isSame(item, items[active]));
      items = found;
      active = -1;
      list.replaceChildren(...items.map((item, index) => option(item, index, text)));
      input.removeAttribute("aria-activedescendant");
      list.hidden = items.length === 0;
      none.textContent = nothing;
      none.hidden = !list.hidden;
      if (NARROW.matches && !list.hidden) above(list);
      input.setAttribute("aria-expanded", String(!list.hidden));
      // A key that came before this answer has marked an option already.
      if (kept >= 0) highlight(kept);
      const said = items.length === 0 ? nothing : items.length === 1 ? texts.suggestion : texts.suggestions;
      status.textContent = said.replace("{count}", items.length);
    }

    // Above the keyboard: what it leaves of the page is the visual viewport.
    function above(list) {
      const view = window.visualViewport;
      const room = () => view.height - input.getBoundingClientRect().bottom - 12;
      if (room() < LEAST_PX) input.scrollIntoView({ block: "start" });
      list.style.maxHeight = Math.max(room(), LEAST_PX) + "px";
    }

    function option(item, index, text) {
      const element = document.createElement("li");
      element.id = list.id + "-" + index;
      element.dataset.index = index;
      element.setAttribute("role", "option");
      element.setAttribute("aria-selected", "false");
      const label = document.createElement("span");
      label.append(...marked(item.label, text));
      const detail = document.createElement("small");
      detail.textContent = item.detail;
      element.append(icon(ICONS[item.type] || "pin"), label, " ", detail);
      return element;
    }

    function highlight(index) {
      active = index;
      [...list.children].forEach((element, i) => element.setAttribute("aria-selected", String(i === index)));
      input.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    }

    // What is under way is given up, too: its answer would open over what was asked for since.
    function close() {
      clearTimeout(timer);
      if (running) running.abort();
      list.hidden = none.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(item) {
      close();
      if (item.type === "offer") {
        window.location.assign("/offre/" + encodeURIComponent(item.id));
        return;
      }
      input.value = item.label;
      // An address or a postcode is no place of ours: the page looks its text up.
      place.value = ["address", "postcode"].includes(item.type) ? "" : item.id;
      if (start) form.elements.autour.value = "";
      // Someone who has opened the way goes on to its other end.
      const asked = [...form.querySelectorAll("input[data-suggest]")].find((other) => other.value === "" && other.checkVisibility());
      // Who holds the form may wait for its button (parents/sheet.js).
      const goes = input.dispatchEvent(new Event("choix", { bubbles: true, cancelable: true }));
      if (asked) asked.focus();
      else if (goes) form.requestSubmit();
    }
  }

  function isSame(one, other) {
    return one.type === other.type && one.id === other.id && one.label === other.label;
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#i-" + name);
    svg.append(use);
    return svg;
  }

  // The label, with the part in <mark> that begins a word as the text does, whatever its accents, signs, blanks and
  // abbreviations (« St », « s/ »).
  function marked(label, text) {
    const typed = letters(text).map(([letter]) => letter).join("");
    const known = letters(label);
    const name = known.map(([letter]) => letter).join("");
    const starts = known.map(([, , first], at) => (first ? at : -1)).filter((at) => at >= 0);
    const at = typed === "" ? undefined : starts.find((start) => name.startsWith(typed, start));
    if (at === undefined) return [label];
    const [from, to] = [known[at][1], known[at + typed.length - 1][1] + 1];
    const mark = document.createElement("mark");
    mark.textContent = label.slice(from, to);
    return [label.slice(0, from), mark, label.slice(to)];
  }

  // Each letter and figure of a text as names are compared, with its place in the text, and whether it begins a word.
  function letters(text) {
    const found = [];
    for (const word of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
      const written = LONG.get(plain(word[0]));
      const end = word.index + word[0].length;
      if (written && /[\p{L}\p{N}]/u.test(text.slice(end))) {
        [...written].forEach((letter, at) => found.push([letter, at < 1 ? word.index : end - 1, at === 0]));
        continue;
      }
      let at = word.index;
      for (const sign of word[0]) {
        [...plain(sign)].forEach((letter, n) => found.push([letter, at, at === word.index && n === 0]));
        at += sign.length;
      }
    }
    return found;
  }

  function plain(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replaceAll("œ", "oe").replaceAll("æ", "ae");
  }
})();
