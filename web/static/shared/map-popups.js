// What a marker opens: up to three results, or the way to a list of all of them. In a popup over it; on a telephone, which
// has the cards in a row below the map, in that row.
(() => {
  "use strict";
  const maps = (window.RibambelleMaps ||= {});
  const { element } = maps;
  const MOST = 3;
  const MARGIN_PX = 6;
  const LEAST_REM = 18; // of height, for a popup as high as it gets (core/style.css) to stand below the map's buttons
  const narrow = window.matchMedia("(max-width: 47.99rem)");

  maps.hasRow = () => narrow.matches && document.body.classList.contains("view-map") && document.getElementById("liste") !== null;

  // For that row (parents/views.js): how many results, the address of a list of just them, and what stands for those that
  // are too many. `keys`: the focus is to follow.
  maps.chosen = (group, texts, keys) => {
    const box = maps.around(group.box);
    return {
      count: group.count,
      href: maps.addressOf(box),
      toList: () => maps.askForZone(box, { list: true }),
      several: group.count > MOST ? several(group, texts) : null,
      keys,
    };
  };

  // Popups and the buttons in the map's corners. Where there is room, the map moves until a popup stands below them; where
  // there is not, those that would lie over it go away until it is closed.
  maps.aroundPopups = (map) => {
    const plan = map.getContainer();
    const buttons = (where = "") => [...plan.querySelectorAll(`${where} .leaflet-control, .map-zone`)];
    let moves = 0; // for a popup, not ended yet
    map.on("autopanstart", () => { moves += 1; });
    map.on("moveend", () => { moves = Math.max(0, moves - 1); });

    function padding() {
      const { top, bottom, height } = plan.getBoundingClientRect();
      const low = Math.max(top, ...buttons(".leaflet-top").map((button) => button.getBoundingClientRect().bottom));
      const foot = Math.min(bottom, ...buttons(".leaflet-bottom").map((button) => button.getBoundingClientRect().top));
      const above = bottom - low >= LEAST_REM * 16 * maps.scale() ? low - top : 0;
      const below = height > above ? bottom - foot : 0;
      return { autoPanPaddingTopLeft: [MARGIN_PX, above + MARGIN_PX], autoPanPaddingBottomRight: [MARGIN_PX, below + MARGIN_PX] };
    }

    function clear(popup) {
      if (moves && popup) return;
      const shown = popup && popup.getElement();
      const over = shown && shown.getBoundingClientRect();
      for (const button of buttons()) {
        const { left, right, top, bottom } = button.getBoundingClientRect();
        const covers = over && left < over.right && right > over.left && top < over.bottom && bottom > over.top;
        button.classList.toggle("map-under", Boolean(covers));
      }
    }

    return { padding, clear };
  };

  // `load` asks for the results of a box, which the engine has only counted.
  maps.popup = (group, texts, wanted, load) => {
    if (group.count > MOST) return several(group, texts);
    const content = element("div", "map-popup");
    if (!group.unknown) content.append(list(group.offers, texts, wanted));
    else {
      content.append(element("p", "", texts.opening));
      const shown = (...parts) => {
        content.replaceChildren(...parts);
        content.dispatchEvent(new Event("loaded"));
      };
      load(maps.around(group.box))
        .then((features) => {
          const offers = maps.items(features).items.flatMap((item) => item.offers);
          const few = offers.length > 0 && offers.length <= MOST;
          shown(few ? list(offers, texts, wanted) : toList(group, texts));
        })
        .catch(() => shown(element("p", "", texts.not_opened), toList(group, texts)));
    }
    return content;
  };

  function several(group, texts) {
    const content = element("div", "map-popup");
    content.append(element("p", "map-popup-title", maps.together(group, texts)), toList(group, texts));
    return content;
  }

  function toList(group, texts) {
    const box = maps.around(group.box);
    const link = element("a", "button map-popup-list", texts.to_list);
    link.href = maps.addressOf(box);
    link.rel = "nofollow";
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      maps.askForZone(box, { list: true });
    });
    return link;
  }

  function list(offers, texts, wanted) {
    const items = element("ul", "map-popup-offers");
    for (const offer of offers) {
      const item = element("li", "");
      const status = offer.availability;
      const link = element("a", "", offer.name);
      link.href = "/offre/" + encodeURIComponent(offer.id);
      item.append(element("p", "kind", wanted.kinds[offer.kind]), link);
      if (offer.fictitious) item.append(element("span", "badge badge-fictitious", texts.fictitious));
      if (status) {
        const line = element("p", "availability status-" + status);
        line.append(maps.symbol(status), element("span", "", texts.status[status]));
        item.append(line);
      }
      if (offer.kind === "assistant_maternel" && texts[offer.precision]) item.append(element("p", "hint", texts[offer.precision]));
      const way = maps.wayTo(offer, texts);
      if (way) item.append(way);
      items.append(item);
    }
    return items;
  }
})();
