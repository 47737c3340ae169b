// The markers of a map: drawn in groups that never cover each other, opened, and lit by what the list shows.
(() => {
  "use strict";
  const maps = (window.RibambelleMaps ||= {});

  const COMMUNE_M = 2000;
  const CLOSEST = 17; // where a group is opened wide

  // `wanted`: what the page says of its map; `load` asks for the results of a box.
  maps.offers = (map, texts, wanted, load) => {
    const L = window.L;
    const plan = map.getContainer();
    const alone = !maps.isOfSearch(wanted()); // the map of one fiche
    const layer = L.layerGroup().addTo(map);
    const cells = L.layerGroup().addTo(map);
    const drawn = new Map(); // by key
    let seen = [];
    let unlocated = 0;
    let opened = null; // the group whose popup is open, with it
    let lit = [];
    let browsed = false;
    let home = null; // where the map was before a popup moved it; nowhere once somebody moved it since
    let byItself = false;

    const around = maps.aroundPopups(map);

    map.on("autopanstart", () => { byItself = true; });
    map.on("movestart", () => {
      if (!byItself) home = null;
      byItself = false;
    });
    map.on("zoomend", regroup);
    map.on("moveend", () => around.clear(opened && opened.popup));
    // Leaflet listens to Escape only while the map itself has the focus, not what is in its popup.
    plan.addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });
    document.addEventListener("offre", ({ detail }) => {
      if (!detail || detail.from === "liste") light(detail ? detail.ids : []);
    });

    return { draw, browse, unlocated: () => unlocated };

    function draw(features) {
      seen = features;
      regroup();
    }

    // Markers that stay the same stay where they are, so that an open popup and the focus survive a move.
    function regroup() {
      const found = maps.items(seen, alone);
      unlocated = found.unlocated;
      const zoom = map.getZoom();
      const project = (lat, lon) => map.project([lat, lon], zoom);
      const back = (x, y) => {
        const { lat, lng } = map.unproject([x, y], zoom);
        return { lat, lon: lng };
      };
      const groups = new Map(maps.grouped(found.items, project, back, maps.LEAST * maps.scale()).map((group) => [group.key, group]));
      let left = null;
      for (const [key, { marker }] of drawn) {
        if (groups.has(key)) continue;
        if (marker.getElement() === document.activeElement) left = marker.getLatLng();
        layer.removeLayer(marker);
        drawn.delete(key);
      }
      for (const [key, group] of groups) if (!drawn.has(key)) drawn.set(key, { group, marker: mark(group) });
      if (opened && !drawn.has(opened.group.key)) map.closePopup(opened.popup);
      if (left) focusNear(left);
      light(lit);
    }

    function mark(group) {
      const marker = L.marker([group.lat, group.lon], { icon: maps.icon(group, wanted()), keyboard: false, autoPanOnFocus: false, riseOnHover: true, interactive: !alone });
      marker.addTo(layer);
      if (alone) return outlined(group, marker);
      const button = marker.getElement();
      const name = maps.named(group, texts);
      button.setAttribute("role", "button");
      button.setAttribute("aria-label", name);
      button.title = name;
      button.tabIndex = browsed ? 0 : -1;
      marker.on("click", () => open(group, marker));
      for (const [event, ids] of [["mouseenter", true], ["mouseleave", false], ["focus", true], ["blur", false]]) {
        button.addEventListener(event, () => point(ids ? group : null));
      }
      button.addEventListener("focus", () => follow(marker));
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault(); // Space would scroll the page
        open(group, marker);
      });
      return marker;
    }

    // The one offer of a fiche, with what is known of where it is.
    function outlined(group, marker) {
      const [offer] = group.offers;
      if (offer.precision === "zone") cell(offer);
      if (offer.precision === "commune") L.circle([offer.lat, offer.lon], { radius: COMMUNE_M, className: "zone-commune", interactive: false }).addTo(cells);
      return marker;
    }

    // Of the grid of zones. A zone may end at its commune's border before, or reach over several cells: the outline tells
    // about where, never up to where.
    function cell({ lat, lon }) {
      const [high, wide] = wanted().half_cell;
      const corners = [[lat - high, lon - wide], [lat + high, lon + wide]];
      L.rectangle(corners, { className: "zone-cell", interactive: false }).addTo(cells);
    }

    // Opening ------------------------------------------------------------------------------------------------------

    function open(group, marker) {
      if (canPart(group)) return widen(group);
      if (opened && opened.group === group) return map.closePopup(opened.popup);
      const fromKeys = document.activeElement === marker.getElement();
      if (maps.hasRow()) return say({ ids: idsOf(group), from: "carte", chosen: maps.chosen(group, texts, fromKeys) });
      const content = maps.popup(group, texts, wanted(), load);
      const popup = L.popup({ maxWidth: 280, minWidth: 200, offset: [0, -8], ...around.padding() }).setLatLng(marker.getLatLng()).setContent(content);
      const first = () => { if (fromKeys && !content.contains(document.activeElement)) content.querySelector("a")?.focus(); };
      content.addEventListener("loaded", () => {
        popup.update();
        around.clear(popup);
        first();
      });
      popup.on("remove", () => closed(group, popup, marker));
      const from = home || map.getCenter();
      opened = { group, popup }; // also for the one that closes for it
      popup.openOn(map);
      home = from;
      around.clear(popup);
      popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", texts.close);
      first();
      outline();
      say({ ids: idsOf(group), from: "carte", open: true });
    }

    function closed(group, popup, marker) {
      const active = document.activeElement;
      const held = active === document.body || (popup.getElement() && popup.getElement().contains(active));
      if (opened && opened.popup === popup) opened = null;
      if (!opened && home && !home.equals(map.getCenter())) map.fire("autopanstart").panTo(home, { animate: map.options.zoomAnimation });
      if (!opened) home = null;
      around.clear(opened && opened.popup);
      outline();
      say({ ids: [], from: "carte", open: true });
      const button = marker.getElement();
      if (held && button && button.isConnected) button.focus({ preventScroll: true });
    }

    // Whether a closer look would part the group.
    function canPart({ box: [west, south, east, north] }) {
      const closest = map.getMaxZoom();
      const [low, high] = [map.project([south, west], closest), map.project([north, east], closest)];
      return map.getZoom() < closest && Math.max(high.x - low.x, low.y - high.y) >= maps.LEAST * maps.scale();
    }

    function widen({ box: [west, south, east, north] }) {
      const bounds = L.latLngBounds([south, west], [north, east]);
      const side = 2 * maps.LEAST * maps.scale();
      const fitting = Math.min(CLOSEST, map.getBoundsZoom(bounds, false, L.point(side, side)));
      map.setView(bounds.getCenter(), Math.min(map.getMaxZoom(), Math.max(fitting, map.getZoom() + 1)));
    }

    // Lighting -----------------------------------------------------------------------------------------------------

    // Of what the engine only counted, the cards of the list that are in it.
    function idsOf(group) {
      if (!group.unknown) return group.offers.map((offer) => offer.id);
      const cards = [...document.querySelectorAll("#liste > .card[data-at]")];
      return cards.filter((card) => maps.holds(group, ...placeOf(card))).map((card) => card.id.replace("offre-", ""));
    }

    function placeOf(card) {
      return card.dataset.at.split(",").map(Number);
    }

    // A marker under the pointer or with the focus.
    function point(group) {
      outline(group ? group.offers : []);
      say(group ? { ids: idsOf(group), from: "carte" } : null);
    }

    function light(ids) {
      lit = ids;
      const wantedNow = new Set(ids.map(holding).filter(Boolean));
      for (const each of drawn.values()) {
        const element = each.marker.getElement();
        if (!element) continue;
        element.classList.toggle("marker-lit", wantedNow.has(each));
        each.marker.setZIndexOffset(wantedNow.has(each) ? 1000 : 0);
      }
      const known = [...wantedNow].flatMap(({ group }) => group.offers.filter((offer) => ids.includes(offer.id)));
      outline(known);
      const chip = plan.querySelector(".map-unlocated");
      if (chip) chip.classList.toggle("map-unlocated-lit", ids.some((id) => isUnlocated(id)));
    }

    // The marker that stands for an offer: the one that holds it, or the nearest group of the engine's around its place.
    function holding(id) {
      const all = [...drawn.values()];
      const known = all.find(({ group }) => group.offers.some((offer) => offer.id === id));
      if (known) return known;
      const card = document.getElementById("offre-" + id);
      if (!card || !card.dataset.at) return null;
      const [lat, lon] = placeOf(card);
      const around = all.filter(({ group }) => group.unknown && maps.holds(group, lat, lon));
      const away = ({ group }) => map.distance([lat, lon], [group.lat, group.lon]);
      return around.reduce((best, each) => (!best || away(each) < away(best) ? each : best), null);
    }

    function isUnlocated(id) {
      const card = document.getElementById("offre-" + id);
      return card !== null && !card.dataset.at;
    }

    // The cells of hidden homes, of those that are pointed at and of the open one alone: all at once would be fog.
    function outline(offers = []) {
      if (alone) return;
      cells.clearLayers();
      const shown = [...offers, ...(opened ? opened.group.offers : [])].filter((offer) => offer.precision === "zone");
      for (const offer of new Map(shown.map((each) => [`${each.lat},${each.lon}`, each])).values()) cell(offer);
    }

    function say(detail) {
      document.dispatchEvent(new CustomEvent("offre", { detail }));
    }

    // The keyboard -------------------------------------------------------------------------------------------------

    // Whether the markers are stops of the Tab key; the first of them, from the north down, takes the focus.
    function browse(yes) {
      browsed = yes;
      for (const { marker } of drawn.values()) marker.getElement().tabIndex = yes ? 0 : -1;
      if (!yes) return;
      const inView = [...drawn.values()].filter(({ marker }) => map.getBounds().contains(marker.getLatLng()));
      const [first] = inView.sort((one, other) => other.group.lat - one.group.lat);
      if (first) first.marker.getElement().focus({ preventScroll: true });
    }

    // The keyboard's focus stays in view: the map moves by itself. A pointer is there already.
    function follow(marker) {
      if (!marker.getElement().matches(":focus-visible")) return;
      const padding = L.point(maps.LEAST, maps.LEAST);
      const room = L.bounds(padding, map.getSize().subtract(padding));
      if (room.contains(map.latLngToContainerPoint(marker.getLatLng()))) return;
      map.fire("autopanstart").panInside(marker.getLatLng(), { padding });
    }

    function focusNear(at) {
      const all = [...drawn.values()];
      const away = ({ marker }) => map.distance(at, marker.getLatLng());
      const nearest = all.reduce((best, each) => (!best || away(each) < away(best) ? each : best), null);
      if (nearest) nearest.marker.getElement().focus({ preventScroll: true });
    }
  };
})();
