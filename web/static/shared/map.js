// The map: an aid beside the list. Our own contours lie under the offers, with or without tiles.
(() => {
  "use strict";
  const plan = document.getElementById("plan");
  if (!plan || !window.L) return;
  const L = window.L;
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const MAX_ZOOM = 18;
  const COMMUNE_NAMES_FROM_ZOOM = 11;
  const DEPARTMENT_NAMES_FROM_ZOOM = 7;
  const COMMUNE_CONTOURS_FROM_ZOOM = 9;
  // About here, not up to here: a cell of the grid, while a zone ends at its commune's border or reaches over several cells.
  const ZONE_RADIUS_M = { zone: 800, commune: 2000 };
  const ICON_SIZE = 44;

  const settings = () => JSON.parse((plan.dataset.map ? plan : document.getElementById("resultats")).dataset.map);
  let wanted = settings();

  const map = L.map(plan, {
    maxZoom: MAX_ZOOM,
    minZoom: 4,
    zoomSnap: wanted.tiles ? 1 : 0.25, // tiles blur between two zooms, contours do not
    zoomControl: false,
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
    attributionControl: true,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
  map.createPane("base").style.zIndex = 250;
  map.createPane("names").style.zIndex = 350;
  map.getPane("names").style.pointerEvents = "none";
  if (wanted.tiles) L.tileLayer(wanted.tiles, { attribution: wanted.attribution, maxZoom: MAX_ZOOM }).addTo(map);
  else map.attributionControl.addAttribution(wanted.attribution);

  const base = L.layerGroup().addTo(map);
  const names = L.layerGroup().addTo(map);
  const circle = L.layerGroup().addTo(map);
  const offers = L.layerGroup().addTo(map);
  const drawn = new Map();
  const markers = new Map(); // of the offers that stand on the map by themselves or with their neighbours, by id
  let fetches = new AbortController();
  let later = 0; // the timer of a map that had to wait
  let looking = false;
  let moved = false; // by hand, away from the view whose offers came with the page

  look();
  map.on("moveend", () => {
    if (looking) return;
    moved = true;
    refresh();
  });
  refresh();
  document.addEventListener("resultats", () => {
    const before = where();
    wanted = settings();
    if (where() !== before) look();
    refresh();
  });

  function where() {
    return JSON.stringify([wanted.lat, wanted.lon, wanted.radius_m, wanted.zoom, wanted.corridor]);
  }

  function look() {
    looking = true;
    circle.clearLayers();
    const centre = L.latLng(wanted.lat, wanted.lon);
    if (wanted.route) {
      const corridor = L.polygon(wanted.corridor, { className: "way-corridor", interactive: false }).addTo(circle);
      L.polyline(wanted.route, { className: "way-line", interactive: false }).addTo(circle);
      for (const end of wanted.route) L.circleMarker(end, { radius: 7, className: "way-end", interactive: false }).addTo(circle);
      map.fitBounds(corridor.getBounds(), { animate: false });
    } else if (wanted.radius_m) {
      map.fitBounds(centre.toBounds(wanted.radius_m * 2), { animate: false });
      L.circle(centre, { radius: wanted.radius_m, className: "radius-circle", interactive: false }).addTo(circle);
    } else {
      map.setView(centre, wanted.zoom, { animate: false });
    }
    looking = moved = false;
  }

  // On a telephone the map has no size until it is asked for (parents/views.js).
  document.addEventListener("vue", () => {
    map.invalidateSize({ animate: false, pan: false });
    look();
    refresh();
  });

  async function refresh() {
    if (!plan.clientWidth) return;
    fetches.abort();
    clearTimeout(later);
    fetches = new AbortController();
    const bounds = map.getBounds().pad(0.05);
    const bbox = [
      Math.max(-180, bounds.getWest()),
      Math.max(-90, bounds.getSouth()),
      Math.min(180, bounds.getEast()),
      Math.min(90, bounds.getNorth()),
    ].map((degrees) => degrees.toFixed(4)).join(",");
    const view = new URLSearchParams({ bbox, zoom: Math.round(map.getZoom()) });
    const signal = fetches.signal;
    const known = wanted.features && !(moved && wanted.query);
    const results = await Promise.allSettled([
      features("/fond-de-carte?" + view, signal).then(drawBase),
      known ? drawOffers(wanted.features) : features("/api/v1/map?" + wanted.query + "&" + view, signal).then(drawOffers),
    ]);
    if (signal.aborted) return;
    const failed = results.some((result) => result.status === "rejected");
    const wait = Math.max(0, ...results.map((result) => (result.reason && result.reason.waitS) || 0));
    if (wait) later = setTimeout(refresh, (wait + Math.random()) * 1000);
    say(wait ? texts.map_busy.replace("{seconds}", wait) : failed ? texts.map_failed : "");
  }

  async function features(address, signal) {
    const answer = await fetch(address, { signal });
    if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { waitS: answer.status === 429 ? Number(answer.headers.get("Retry-After")) || 60 : 0 });
    return (await answer.json()).features;
  }

  function drawBase(found) {
    base.clearLayers();
    names.clearLayers();
    const communes = map.getZoom() >= COMMUNE_CONTOURS_FROM_ZOOM;
    const named = map.getZoom() >= (communes ? COMMUNE_NAMES_FROM_ZOOM : DEPARTMENT_NAMES_FROM_ZOOM);
    for (const feature of found) {
      const area = L.geoJSON(feature, { pane: "base", interactive: false, style: { className: "base-area", fillOpacity: wanted.tiles ? 0 : 1 } });
      area.addTo(base);
      if (named && !wanted.tiles && feature.properties.name) name(feature, area);
    }
  }

  function name(feature, area) {
    const label = document.createElement("span");
    label.textContent = feature.properties.name;
    const icon = L.divIcon({ className: "base-name", html: label, iconSize: [0, 0] });
    L.marker(area.getBounds().getCenter(), { icon, pane: "names", interactive: false, keyboard: false }).addTo(names);
  }

  // Markers that stay the same stay where they are, so that an open popup and the focus survive a move.
  function drawOffers(found) {
    const wantedNow = new Map(groups(found).map((group) => [group.key, group]));
    for (const [key, layer] of drawn) {
      if (!wantedNow.has(key)) {
        offers.removeLayer(layer);
        drawn.delete(key);
      }
    }
    markers.clear();
    for (const [key, group] of wantedNow) {
      if (!drawn.has(key)) drawn.set(key, group.cluster ? cluster(group) : spot(group));
      for (const offer of group.offers) markers.set(offer.id, drawn.get(key));
    }
  }

  function groups(found) {
    const together = new Map();
    for (const feature of found) {
      const [lon, lat] = feature.geometry.coordinates;
      const place = lat.toFixed(5) + "," + lon.toFixed(5);
      const { cluster, count, id } = feature.properties;
      const key = cluster ? `cluster ${place} ${count}` : place;
      const group = together.get(key) || { lat, lon, cluster, count, key, offers: [] };
      if (!cluster) group.offers.push({ id, ...feature.properties });
      together.set(key, group);
    }
    for (const group of together.values()) {
      if (!group.cluster) group.key += " " + group.offers.map((offer) => offer.id + offer.availability).join(" ");
    }
    return [...together.values()];
  }

  function cluster(group) {
    const marker = L.marker([group.lat, group.lon], { icon: icon("marker-cluster", shortened(group.count)), riseOnHover: true });
    const zoom = () => map.setView(marker.getLatLng(), Math.min(MAX_ZOOM, map.getZoom() + 2));
    marker.on("click", zoom);
    marker.on("keypress", (event) => { if (event.originalEvent.key === "Enter") zoom(); });
    marker.addTo(offers);
    label(marker, texts.cluster.replace("{count}", group.count));
    return marker;
  }

  function spot(group) {
    const [first] = group.offers;
    const hidden = group.offers.every((offer) => offer.precision in ZONE_RADIUS_M);
    const many = group.offers.length > 1;
    const content = many ? String(group.offers.length) : symbol(first.icon || wanted.icons[first.kind] || wanted.icons.other);
    const state = hidden ? "zone" : many ? "many" : first.availability || "plain";
    const marker = L.marker([group.lat, group.lon], { icon: icon("marker-" + state, content), riseOnHover: true });
    marker.addTo(offers);
    const text = many ? texts.group.replace("{count}", group.offers.length) : first.name + (first.fictitious ? ", " + texts.fictitious : "");
    label(marker, text);
    if (wanted.offer) {
      marker.options.keyboard = false;
      marker.getElement().removeAttribute("tabindex");
    } else {
      marker.bindPopup(() => popup(group.offers), { maxWidth: 280, minWidth: 200 });
      marker.on("popupopen", (event) => {
        showCards(group.offers);
        if (document.activeElement === marker.getElement()) event.popup.getElement().querySelector("a[href^='/']").focus();
        event.popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", texts.close);
      });
      marker.on("popupclose", () => {
        showCards([]);
        if (plan.contains(document.activeElement) && marker.getElement()) marker.getElement().focus();
      });
    }
    if (!hidden) return marker;
    const area = L.circle([group.lat, group.lon], { radius: ZONE_RADIUS_M[first.precision], className: "zone-circle zone-circle-" + first.precision, interactive: false });
    area.addTo(offers);
    marker.on("remove", () => offers.removeLayer(area));
    return marker;
  }

  // Leaflet listens to Escape only while the map itself has the focus, not what is in its popup.
  plan.addEventListener("keydown", (event) => { if (event.key === "Escape") map.closePopup(); });

  // A card under the pointer, or with the focus in it, lights its marker.
  for (const [event, lit] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(event, ({ target, relatedTarget }) => {
      const card = target.closest && target.closest("#liste > .card");
      if (card && !(relatedTarget && card.contains(relatedTarget))) light(card.id.replace("offre-", ""), lit);
    });
  }

  function light(id, lit) {
    const marker = markers.get(id);
    if (!marker || !marker.getElement()) return;
    marker.getElement().classList.toggle("marker-lit", lit);
    marker.setZIndexOffset(lit ? 1000 : 0);
  }

  // A marker that is chosen shows its card, where list and map stand side by side.
  function showCards(group) {
    for (const card of document.querySelectorAll("#liste > .card-lit")) card.classList.remove("card-lit");
    const cards = group.map((offer) => document.getElementById("offre-" + offer.id)).filter(Boolean);
    for (const card of cards) card.classList.add("card-lit");
    const beside = cards.length > 0 && cards[0].getBoundingClientRect().right <= plan.getBoundingClientRect().left;
    if (beside) cards[0].scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }

  function popup(group) {
    const list = document.createElement("ul");
    for (const offer of group) {
      const item = document.createElement("li");
      if (offer.fictitious) item.append(element("span", "badge badge-fictitious", texts.fictitious));
      item.append(element("p", "kind", wanted.kinds[offer.kind]));
      const link = element("a", "", offer.name);
      link.href = "/offre/" + encodeURIComponent(offer.id);
      item.append(link);
      if (offer.availability) item.append(element("p", "", texts.status[offer.availability]));
      if (offer.kind === "assistant_maternel" && texts[offer.precision]) item.append(element("p", "hint", texts[offer.precision]));
      list.append(item);
    }
    return list;
  }

  function icon(className, content) {
    const face = document.createElement("span");
    face.className = "marker " + className;
    face.append(content);
    return L.divIcon({ className: "marker-target", html: face, iconSize: [ICON_SIZE, ICON_SIZE] });
  }

  function symbol(id) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
    svg.firstChild.setAttribute("href", "#i-" + id);
    return svg;
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function label(marker, text) {
    marker.getElement().setAttribute("aria-label", text);
    marker.getElement().title = text;
  }

  function shortened(count) {
    return count < 1000 ? String(count) : Math.floor(count / 1000) + " k";
  }

  function say(text) {
    let message = plan.querySelector(".map-message");
    if (!text) return message && message.remove();
    if (!message) {
      message = element("p", "map-message", "");
      plan.append(message);
    }
    message.textContent = text;
  }
})();
