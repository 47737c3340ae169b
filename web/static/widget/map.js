// The map of one territory's offers, for a frame: fewer things than map.js of the full site, to which its links lead.
(() => {
  "use strict";
  const box = document.getElementById("carte");
  const L = window.L;
  const maps = window.RibambelleMaps;
  if (!box || !L || !maps) return;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const wanted = read("recherche");
  const texts = read("textes");
  const message = document.getElementById("message");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const HIDDEN = ["zone", "commune"];

  const map = L.map(box, {
    minZoom: 4,
    maxZoom: 18,
    zoomSnap: wanted.tiles || wanted.vector ? 1 : 0.25,
    zoomControl: false,
    scrollWheelZoom: false, // it would catch those who only pass by on the page around
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "bottomleft", zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
  map.setView([wanted.lat, wanted.lon], wanted.zoom);
  const ground = maps.ground(map, () => wanted);
  const offers = L.layerGroup().addTo(map);
  let fetches = new AbortController();
  let later = 0;
  map.on("moveend", refresh);
  refresh();

  async function refresh() {
    fetches.abort();
    clearTimeout(later);
    const { signal } = (fetches = new AbortController());
    const view = map.getBounds();
    const bbox = [Math.max(-180, view.getWest()), Math.max(-90, view.getSouth()), Math.min(180, view.getEast()), Math.min(90, view.getNorth())];
    const asked = new URLSearchParams({ bbox: bbox.map((degrees) => degrees.toFixed(4)).join(","), zoom: Math.round(map.getZoom()) });
    const results = await Promise.allSettled([
      ground.refresh(signal),
      maps.ground.features("/api/v1/map?" + wanted.query + "&" + asked, signal).then(drawOffers),
    ]);
    if (signal.aborted) return;
    const wait = Math.max(0, ...results.map((result) => result.reason?.waitS || 0));
    if (wait) later = setTimeout(refresh, (wait + Math.random()) * 1000);
    const failed = results.some((result) => result.status === "rejected");
    message.textContent = wait ? texts.busy.replace("{seconds}", wait) : failed ? texts.failed : "";
  }

  // An open popup, and the focus in it, outlive the move that brings it into view.
  function drawOffers(found) {
    if (box.querySelector(".leaflet-popup")) return;
    offers.clearLayers();
    const together = new Map();
    for (const { geometry, properties, id } of found) {
      const [lon, lat] = geometry.coordinates;
      if (properties.cluster) cluster([lat, lon], properties.count);
      else {
        const place = lat + "," + lon;
        if (!together.has(place)) together.set(place, { at: [lat, lon], offers: [] });
        together.get(place).offers.push({ id, ...properties });
      }
    }
    for (const group of together.values()) spot(group);
  }

  function cluster(at, count) {
    const marker = mark(at, "many", count, texts.cluster.replace("{count}", count));
    const zoom = () => map.setView(at, Math.min(18, map.getZoom() + 2));
    marker.on("click", zoom);
    marker.on("keypress", (event) => { if (event.originalEvent.key === "Enter") zoom(); });
  }

  function spot({ at, offers: group }) {
    const [first] = group;
    const many = group.length > 1;
    const hidden = group.every((offer) => HIDDEN.includes(offer.precision)) ? " spot-hidden" : "";
    const name = many ? texts.group.replace("{count}", group.length) : first.name + (first.fictitious ? ", " + texts.fictitious : "");
    const marker = mark(at, (many ? "many" : first.availability || "plain") + hidden, many ? group.length : "", name);
    marker.bindPopup(() => list(group), { maxWidth: 240, maxHeight: 200 });
    marker.on("popupopen", ({ popup }) => {
      popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", texts.close);
      if (document.activeElement === marker.getElement()) popup.getElement().querySelector("li a").focus();
    });
    marker.on("popupclose", () => {
      if (box.contains(document.activeElement)) marker.getElement()?.focus();
      setTimeout(refresh);
    });
  }

  function mark(at, state, text, name) {
    const face = element("span", "", text);
    const icon = L.divIcon({ className: "spot spot-" + state, html: face, iconSize: [44, 44] });
    const marker = L.marker(at, { icon, riseOnHover: true }).addTo(offers);
    marker.getElement().setAttribute("aria-label", name);
    marker.getElement().title = name;
    return marker;
  }

  function list(group) {
    const items = document.createElement("ul");
    for (const offer of group) {
      const item = document.createElement("li");
      if (offer.fictitious) item.append(element("span", "fictitious", texts.fictitious));
      item.append(element("div", "kind", wanted.kinds[offer.kind]));
      const link = element("a", "", offer.name + " " + texts.new_tab);
      Object.assign(link, { href: "/offre/" + encodeURIComponent(offer.id), target: "_blank", rel: "noopener" });
      item.append(link);
      if (offer.availability) item.append(element("div", "", wanted.status[offer.availability] || ""));
      if (offer.kind === "assistant_maternel" && texts[offer.precision]) item.append(element("div", "note", texts[offer.precision]));
      items.append(item);
    }
    return items;
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }
})();
