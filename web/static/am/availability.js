// The table of the week without round trips, and the one tap of a mailed link. All of it works without this file too.
(() => {
  "use strict";
  const tap = document.getElementById("une-touche");
  if (tap) {
    // This script comes only to a browser that she has used here before; and only once the page is seen.
    const press = () => {
      if (document.visibilityState !== "visible") return;
      document.removeEventListener("visibilitychange", press);
      tap.requestSubmit();
    };
    document.addEventListener("visibilitychange", press);
    press();
    return;
  }

  const form = document.getElementById("semaine");
  const texts = JSON.parse(document.getElementById("semaines").textContent);
  const said = document.getElementById("dit");
  const WORKDAYS = [0, 1, 2, 3, 4];
  const ALL = [0, 1, 2, 3, 4, 5, 6];
  const PARTS = ["de", "a", "places"];

  const field = (day, slot, part) => form.elements[`j${day}c${slot}_${part}`];

  const write = (day, slot, values) => {
    PARTS.forEach((part) => {
      const input = field(day, slot, part);
      input.value = values[part] || (part === "places" ? "1" : "");
      input.removeAttribute("aria-invalid");
    });
  };

  const show = (day) => {
    const card = form.querySelector(`[data-day="${day}"]`);
    card.querySelectorAll(".error").forEach((each) => each.remove());
    card.querySelector("details").open = Boolean(field(day, 2, "de").value || field(day, 2, "a").value);
  };

  const read = (day, slot) => Object.fromEntries(PARTS.map((part) => [part, field(day, slot, part).value]));

  const copy = (source, targets) => {
    targets.filter((day) => day !== source).forEach((day) => {
      [1, 2].forEach((slot) => write(day, slot, read(source, slot)));
      show(day);
    });
    return texts.copied;
  };

  const fill = (code, places) => {
    const week = texts.presets[code];
    ALL.forEach((day) => {
      [1, 2].forEach((slot) => {
        const start = week[`j${day}c${slot}_de`];
        write(day, slot, start ? { de: start, a: week[`j${day}c${slot}_a`], places } : {});
      });
      show(day);
    });
    return texts.filled;
  };

  const clear = (day) => {
    [1, 2].forEach((slot) => write(day, slot, {}));
    show(day);
    return texts.cleared;
  };

  form.addEventListener("submit", (event) => {
    const action = event.submitter ? event.submitter.value : "enregistrer";
    const [verb, ...rest] = action.split("-");
    const of = rest.join("-");
    if (verb === "enregistrer") return;
    event.preventDefault();
    if (verb === "type") said.textContent = fill(of, form.elements.type_places.value);
    if (verb === "effacer") said.textContent = clear(Number(of));
    if (verb === "copier" && of) said.textContent = copy(Number(of), WORKDAYS);
    if (verb === "copier" && !of) {
      const chosen = [...form.querySelectorAll("[name=copier_vers]:checked")].map((each) => Number(each.value));
      said.textContent = copy(Number(form.elements.copier_de.value), chosen);
    }
    said.hidden = false;
  });
})();
