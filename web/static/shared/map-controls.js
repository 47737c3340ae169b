// What stands in a map's corners, and how fingers, wheel and keyboard move it without holding who only passes by.
(() => {
  "use strict";
  const maps = (window.RibambelleMaps ||= {});
  const { element } = maps;
  const LAST = "adresse-non-situee";

  // The legend, and how many results have no place on the map: they are in the list, and would else be one pile.
  maps.corner = (map, texts, wanted) => {
    const L = window.L;
    const legend = folded("map-legend", "list", texts.legend, maps.legend(texts, wanted()));
    const [word, more] = texts.unlocated.split("{count}");
    const unlocated = element("div", "");
    unlocated.append(element("p", "", texts.unlocated_hint), toList(texts));
    const chip = folded("map-unlocated", "pin", word, unlocated);
    const number = element("span", "");
    chip.querySelector("summary").append(number);
    chip.hidden = true;
    const corner = L.control({ position: "topright" });
    corner.onAdd = () => {
      const made = element("div", "map-corner");
      made.append(legend, chip);
      L.DomEvent.disableClickPropagation(made);
      L.DomEvent.disableScrollPropagation(made);
      return made;
    };
    corner.addTo(map);
    map.getContainer().addEventListener("keydown", (event) => {
      const open = event.key === "Escape" && event.target.closest && event.target.closest(".map-corner details[open]");
      if (!open) return;
      open.open = false;
      open.querySelector("summary").focus();
    });
    return {
      unlocated(count) {
        chip.hidden = count === 0;
        number.textContent = count.toLocaleString("fr-FR") + more;
      },
    };
  };

  // On a low or narrow map the sign is seen and the word only heard (map.css).
  function folded(className, sign, word, content) {
    const made = element("details", className);
    const summary = element("summary", "");
    made.name = "map-corner"; // one at a time: there is little room
    summary.title = word.trim();
    summary.append(maps.symbol(sign), element("span", "map-corner-word", word));
    made.append(summary, content);
    return made;
  }

  // To where the list says the same of them: they stand last by distance, under a heading of their own. A telephone shows the
  // list for it (parents/views.js). Where there is no such order, to the list's beginning.
  function toList(texts) {
    const link = element("a", "", texts.to_list);
    link.dataset.toList = "";
    link.href = "#titre-resultats";
    link.addEventListener("pointerdown", lead);
    link.addEventListener("click", lead);
    function lead() {
      const order = document.getElementById("tri");
      const other = order && order.value !== "distance" && order.querySelector("[value=distance]");
      const asked = new URLSearchParams(location.search);
      for (const name of ["suite", "vue"]) asked.delete(name);
      asked.set("tri", "distance");
      link.href = document.getElementById(LAST) ? "#" + LAST : other ? `/?${asked}#${LAST}` : "#titre-resultats";
    }
    return link;
  }

  // « Parcourir la carte »: until then no marker is a stop of the Tab key, of which there may be a hundred.
  maps.browsing = (map, offers) => {
    const button = document.getElementById("parcourir-carte");
    if (!button) return;
    const plan = map.getContainer();
    const turn = (on) => {
      button.setAttribute("aria-pressed", String(on));
      map.keyboard[on ? "enable" : "disable"]();
      plan.tabIndex = on ? 0 : -1;
      offers.browse(on);
    };
    button.hidden = false;
    button.addEventListener("click", () => turn(button.getAttribute("aria-pressed") !== "true"));
    plan.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !event.target.matches(".leaflet-marker-icon, .leaflet-container")) return;
      if (button.getAttribute("aria-pressed") !== "true") return;
      turn(false);
      button.focus();
    });
  };

  // A finger that scrolls the page past a map must not get stuck in it: one finger moves the map where it stands beside
  // the list, or is the view that was chosen; elsewhere two do. The wheel zooms with Ctrl or ⌘, or once the map was
  // pressed.
  maps.gestures = (map) => {
    const plan = map.getContainer();
    const touch = window.matchMedia("(pointer: coarse)");
    const beside = window.matchMedia("(min-width: 48rem)");
    const pane = document.getElementById("carte");
    const isChosen = () => document.body.classList.contains("view-map");
    const setDrag = () => {
      const free = !touch.matches || (pane && (beside.matches || isChosen()));
      map.dragging[free ? "enable" : "disable"]();
    };
    setDrag();
    for (const media of [touch, beside]) media.addEventListener("change", setDrag);
    // Whether the view was changed since is known when a finger comes down, before the map hears of it.
    plan.addEventListener("pointerdown", setDrag, true);
    new ResizeObserver(setDrag).observe(plan);

    let pressed = false;
    plan.addEventListener("pointerdown", () => { pressed = true; });
    plan.addEventListener("pointerleave", () => { pressed = false; });
    plan.addEventListener(
      "wheel",
      (event) => {
        const zooms = pressed || event.ctrlKey || event.metaKey;
        map.scrollWheelZoom[zooms ? "enable" : "disable"]();
      },
      { capture: true, passive: true },
    );
  };
})();
