// What opens over a marker: up to three results, or the way to a list of all of them.
(() => {
  "use strict";
  const maps = (window.RibambelleMaps ||= {});
  const { element } = maps;
  const MOST = 3;

  // `load` asks for the results of a box, which the engine has only counted.
  maps.popup = (group, texts, wanted, load) => {
    const content = element("div", "map-popup");
    if (group.count > MOST) content.append(element("p", "map-popup-title", maps.together(group, texts)), toList(group, texts));
    else if (!group.unknown) content.append(list(group.offers, texts, wanted));
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
      const way = window.wayTo && window.wayTo(offer, texts);
      if (way) item.append(way);
      items.append(item);
    }
    return items;
  }
})();
