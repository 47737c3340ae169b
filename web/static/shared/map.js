// The map: an aid beside the list, or the one of a fiche. Where it looks, what it asks for, and who draws it.
(() => {
  "use strict";
  const plan = document.getElementById("plan");
  if (!plan || !window.L) return;
  const L = window.L;
  const maps = window.RibambelleMaps;
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const MAX_ZOOM = 18;
  const CLOSEST = 14; // where a search of a small part of the map looks, unless one was closer
  const PATIENCE_MS = 200;
  const SETTLED_MS = 150;

  const settings = () => JSON.parse((plan.dataset.map ? plan : document.getElementById("resultats")).dataset.map);
  let wanted = settings();

  const map = L.map(plan, {
    maxZoom: MAX_ZOOM,
    minZoom: 4,
    zoomSnap: wanted.tiles || wanted.vector ? 1 : 0.25, // tiles blur between two zooms, contours do not
    zoomControl: false,
    keyboard: false, // no stop of the Tab key until it is asked for
    scrollWheelZoom: false,
    trackResize: false, // it would pass for a move by hand: the observer below does it
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
    attributionControl: true,
  });
  plan.tabIndex = -1;
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
  const isSearch = maps.isOfSearch(wanted);
  const ground = maps.ground(map, () => wanted);
  const circle = L.layerGroup().addTo(map);
  let fetches = new AbortController();
  let later = 0; // the timer of a map that had to wait
  let looking = false;
  let looked = false; // a map that is not shown has no size to look with
  let hasView = false;
  let moved = false; // since it last looked
  let size = "";
  let resized = 0; // the timer of a map whose size changes
  let again = isSearch ? kept() : null; // the view that it had when the page was left
  let failed = false;
  let known = null; // all of the search's results, where its first view has them and none are counted

  const offers = maps.offers(map, texts, () => wanted, (box) => ofBox(box, MAX_ZOOM));
  maps.gestures(map);
  const corner = isSearch ? maps.corner(map, texts, () => wanted) : null;
  if (isSearch) {
    maps.zone(map, texts, () => looking);
    maps.browsing(map, offers);
  }

  map.on("moveend", () => {
    if (looking || !looked) return;
    moved = true;
    refresh();
    keepView();
  });
  document.addEventListener("resultats", ({ detail }) => {
    const before = where();
    wanted = settings();
    const back = Boolean(detail && detail.back);
    again = back ? kept() : null;
    if (where() !== before || (back && !again)) looked = moved = false;
    fetches.abort(); // what a map that was put away still waits for is of the search before
    clearTimeout(later);
    known = null;
    show();
    keepView();
  });
  new ResizeObserver(() => {
    clearTimeout(resized);
    if (sizeOf() !== size) resized = setTimeout(show, looked ? SETTLED_MS : 0);
  }).observe(plan);
  show();

  // Look, once there is anything to look with, and see what is there; again with another size, unless it was moved.
  function show() {
    size = plan.clientWidth && plan.clientHeight ? sizeOf() : "";
    if (!size) return; // put away: it looks again once it is there, at what was searched meanwhile
    looking = true;
    map.invalidateSize({ pan: looked, animate: false });
    if (!looked || !moved) {
      look();
      moved = false;
    }
    if (again) {
      const [lat, lon, zoom] = again;
      map.setView([lat, lon], zoom, { animate: false });
      moved = true;
      again = null;
    }
    looking = false;
    looked = hasView = true;
    refresh();
  }

  // What a hand made of the view is kept in the page's entry of the history, so that Back and a reload show it again; until
  // another place is searched in the same entry.
  function keepView() {
    if (!isSearch || again || !(moved || kept())) return;
    const { lat, lng } = map.getCenter();
    history.replaceState({ ...history.state, map: moved ? [lat, lng, map.getZoom()] : null }, "");
  }

  function kept() {
    const view = history.state && history.state.map;
    return Array.isArray(view) && view.length === 3 && view.every(Number.isFinite) ? view : null;
  }

  function sizeOf() {
    return plan.clientWidth + "x" + plan.clientHeight;
  }

  function where() {
    return JSON.stringify([wanted.lat, wanted.lon, wanted.radius_m, wanted.zoom, wanted.corridor, wanted.box]);
  }

  function look() {
    circle.clearLayers();
    const centre = L.latLng(wanted.lat, wanted.lon);
    if (wanted.box) {
      const [west, south, east, north] = wanted.box;
      const box = L.latLngBounds([south, west], [north, east]);
      if (!(hasView && isInView(box))) map.fitBounds(box, { animate: false, maxZoom: Math.max(CLOSEST, hasView ? map.getZoom() : 0) });
      L.rectangle(box, { className: "zone-searched", interactive: false }).addTo(circle);
    } else if (wanted.route) {
      const corridor = L.polygon(wanted.corridor, { className: "way-corridor", interactive: false });
      map.fitBounds(corridor.getBounds(), { animate: false });
      corridor.addTo(circle);
      L.polyline(wanted.route, { className: "way-line", interactive: false }).addTo(circle);
      for (const end of wanted.route) L.circleMarker(end, { radius: 7, className: "way-end", interactive: false }).addTo(circle);
    } else if (wanted.radius_m) {
      map.fitBounds(centre.toBounds(wanted.radius_m * 2), { animate: false });
      L.circle(centre, { radius: wanted.radius_m, className: "radius-circle", interactive: false }).addTo(circle);
    } else {
      map.setView(centre, wanted.zoom, { animate: false });
    }
  }

  // Whether the map shows about this box: it was asked for here, and nothing need move.
  function isInView(box) {
    const view = map.getBounds();
    const [shown, asked] = [view, box].map((each) => each.getEast() - each.getWest());
    return view.pad(0.05).contains(box) && asked > shown * 0.7;
  }

  // What is known is drawn as it is, after a move too: the map of a fiche, and a search around a point or along a way of
  // which the first view has everything. Else the view is asked for.
  async function refresh() {
    fetches.abort();
    clearTimeout(later);
    fetches = new AbortController();
    const signal = fetches.signal;
    const brought = wanted.features || known;
    const timer = setTimeout(() => plan.classList.add("map-waits"), PATIENCE_MS);
    if (brought) draw(brought);
    const results = await Promise.allSettled([ground.refresh(signal), brought ? null : ofView(signal).then((each) => !signal.aborted && keep(each))]);
    clearTimeout(timer);
    if (signal.aborted) return;
    plan.classList.remove("map-waits");
    failed = results.some((result) => result.status === "rejected");
    const wait = Math.max(0, ...results.map((result) => (result.reason && result.reason.waitS) || 0));
    if (wait) later = setTimeout(refresh, (wait + Math.random()) * 1000);
    say(wait ? texts.map_busy.replace("{seconds}", wait) : failed ? texts.map_failed : "");
  }

  function keep(features) {
    const isWhole = !moved && !wanted.box && (wanted.radius_m || wanted.route) && !features.some((feature) => feature.properties.cluster);
    if (isWhole) known = features;
    draw(features);
  }

  function draw(features) {
    offers.draw(features);
    if (corner) corner.unlocated(offers.unlocated());
  }

  function ofView(signal) {
    const { bbox, zoom } = maps.view(map);
    return ofBox(bbox.split(",").map(Number), zoom, signal);
  }

  function ofBox(box, zoom, signal) {
    const view = new URLSearchParams({ bbox: maps.written(box), zoom });
    return maps.ground.features("/api/v1/map?" + [wanted.query, view].filter(Boolean).join("&"), signal);
  }

  window.addEventListener("online", () => failed && refresh());

  // What has failed can be asked for again; of a pause the end is known.
  function say(text) {
    const before = plan.querySelector(".map-message");
    const held = before && before.contains(document.activeElement);
    if (before) before.remove();
    if (!text) return held && plan.focus({ preventScroll: true });
    const message = maps.element("p", "map-message", text + " ");
    if (text === texts.map_failed) {
      const retry = maps.element("button", "button button-quiet", document.getElementById("avis").dataset.retry);
      retry.type = "button";
      retry.addEventListener("click", refresh);
      message.append(retry);
      L.DomEvent.disableClickPropagation(message);
    }
    plan.append(message);
    if (held) (message.querySelector("button") || plan).focus({ preventScroll: true });
  }
})();
