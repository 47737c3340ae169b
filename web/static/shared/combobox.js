// Suggestions under the fields that ask for a place: the ARIA combobox pattern with a listbox, focus stays in the field.
(() => {
  "use strict";
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const DELAY_MS = 120;
  const TERRITORIES = ["epci", "department"];

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
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "Tab") {
        close();
      }
    });

    input.addEventListener("blur", () => close());

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
      try {
        const answer = await fetch("/api/v1/suggest?" + new URLSearchParams({ q: text }), { signal: running.signal });
        if (!answer.ok) return close();
        const found = (await answer.json()).items;
        show(start ? found : found.filter((item) => item.type !== "offer" && !TERRITORIES.includes(item.type)));
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }

    function show(found) {
      if (document.activeElement !== input) return;
      items = found;
      active = -1;
      list.replaceChildren(...items.map(option));
      input.removeAttribute("aria-activedescendant");
      list.hidden = items.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
      const text = items.length === 0 ? texts.no_suggestion : items.length === 1 ? texts.suggestion : texts.suggestions;
      status.textContent = text.replace("{count}", items.length);
    }

    function option(item, index) {
      const element = document.createElement("li");
      element.id = list.id + "-" + index;
      element.dataset.index = index;
      element.setAttribute("role", "option");
      element.setAttribute("aria-selected", "false");
      element.textContent = item.label;
      const detail = document.createElement("small");
      detail.textContent = item.detail;
      element.append(" ", detail);
      return element;
    }

    function highlight(index) {
      active = index;
      [...list.children].forEach((element, i) => element.setAttribute("aria-selected", String(i === index)));
      input.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    }

    function close() {
      clearTimeout(timer);
      list.hidden = true;
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
      if (asked) asked.focus();
      else form.requestSubmit();
    }
  }
})();
