// « Chercher dans cette zone », and whoever else asks for the results of a part of the map.
(() => {
  "use strict";
  const maps = (window.RibambelleMaps ||= {});

  // The page's search within a box, from its first result on.
  maps.addressOf = (box) => {
    const asked = new URLSearchParams(location.search);
    for (const name of ["suite", "page"]) asked.delete(name);
    asked.set("bbox", maps.written(box));
    return "/?" + asked.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  };

  // Says « zone ». Whoever swaps the results begins at once, which « attente » tells; if nobody does, the page is left
  // for the one of that address.
  maps.askForZone = (box, { list = false } = {}) => {
    const [west, south, east, north] = box;
    let heard = false;
    const hear = () => { heard = true; };
    document.addEventListener("attente", hear);
    document.dispatchEvent(new CustomEvent("zone", { detail: { west, south, east, north, list } }));
    document.removeEventListener("attente", hear);
    if (!heard) location.assign(maps.addressOf(box));
  };

  // The button over a map that was moved by hand. A map that moves by itself (to show a popup, a new search, in another
  // window) offers nothing.
  maps.zone = (map, texts, isLooking) => {
    const button = maps.element("button", "map-zone", "");
    button.type = "button";
    button.hidden = true;
    button.append(maps.symbol("search"), maps.element("span", "", texts.search_zone));
    map.getContainer().append(button);
    window.L.DomEvent.disableClickPropagation(button);
    let asked = false; // by this button, and not answered yet
    let byItself = 0; // moves that were begun and have not ended: one that another cuts short ends, too

    map.on("autopanstart", () => { byItself += 1; });
    map.on("moveend", () => {
      button.hidden = button.hidden && (byItself > 0 || isLooking());
      byItself = Math.max(0, byItself - 1);
    });
    button.addEventListener("click", () => {
      const bounds = map.getBounds();
      const held = map.getContainer();
      button.hidden = asked = true;
      held.focus({ preventScroll: true });
      maps.askForZone(maps.around([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]));
    });
    document.addEventListener("resultats", () => {
      button.hidden = true;
      asked = false;
    });
    document.addEventListener("echec", ({ detail: { search } }) => { button.hidden = button.hidden && !(search && asked); });
  };
})();
