// The ground of a map: the contours that we serve, or an operator's tiles (docs/map.md). Every map of the site lays it:
// `const ground = RibambelleMaps.ground(map, () => wanted)`, then `await ground.refresh(signal)` after a move.
(() => {
  "use strict";
  const L = window.L;
  const maps = (window.RibambelleMaps ||= {});
  if (!L) return;

  const COMMUNES_FROM_ZOOM = 9; // as the server does, which lays departments under them below the next
  const COMMUNES_ALONE_FROM_ZOOM = 12;
  const COMMUNE_NAMES_FROM_ZOOM = 11;
  const DEPARTMENT_NAMES_FROM_ZOOM = 7;
  // Of the map's width, beyond each edge: so that no drag shows an end; and below 12, where departments reach further
  // anyway, or while nobody has come near.
  const AROUND = 1;
  const AROUND_LESS = 0.25;
  const PATIENCE_MS = 8_000; // with a host that sends no tile
  const LETTER_PX = 7.5;
  const LINE_PX = 20;
  const MARGIN_PX = 8;
  const LEAST_PX = 60; // of a commune in view, for its name to stand there

  // `wanted`: gives what the page says of its map (web/shared/maps.py, `base`), which changes with the results.
  maps.ground = (map, wanted) => {
    const { tiles, vector: file, attribution, contours } = wanted();
    const vector = maps.vectorGround ? file : null;
    const held = vector && L.latLngBounds([[vector.box[1], vector.box[0]], [vector.box[3], vector.box[2]]]);
    let pictured = Boolean(tiles); // by another host, in place of our contours
    const lowest = vector ? "under" : "base"; // the pane of the contours
    // One world: beyond, the same places would have longitudes that no server knows.
    map.options.maxBoundsViscosity = 1;
    map.setMaxBounds([[-85, -180], [85, 180]]);
    map.createPane("under").style.zIndex = 150; // under the tiles: a file of a département's holds none of the next
    map.createPane("base").style.zIndex = 250;
    map.createPane("names").style.zIndex = 350;
    map.getPane("names").style.pointerEvents = "none";
    map.getContainer().classList.add("ground", ...(pictured || vector ? ["ground-tiled"] : []));
    const renderers = Object.fromEntries(["under", "base"].map((pane) => [pane, L.svg({ pane, padding: AROUND })]));
    const names = L.layerGroup().addTo(map);
    const areas = new Map(); // what is drawn, by type and code
    let known = null; // the view that was answered: its bounds, and for which zooms its contours do
    let near = false; // whether somebody may be about to drag it
    let turn = 0; // of the newest fetch: what an older one brings is thrown away

    if (vector) maps.vectorGround(map, vector, attribution);
    else if (tiles) pictures();
    if (!tiles) map.attributionControl.addAttribution(contours);
    map.on("moveend", write);
    for (const event of ["pointerenter", "touchstart", "focusin"]) map.getContainer().addEventListener(event, come, { passive: true });

    return { refresh };

    // Of another host. One that sends nothing for a whole first view, or for a while, leaves the ground to our contours.
    function pictures() {
      const layer = L.tileLayer(tiles, { attribution, maxZoom: map.getMaxZoom(), className: "ground-raster" });
      let came = false;
      let late = 0; // from the first tile that is asked for: a map that is out of sight asks for none
      layer.once("tileloadstart", () => { late = setTimeout(giveUp, PATIENCE_MS); });
      layer.once("tileload", () => {
        came = true;
        clearTimeout(late);
      });
      // After the event, in which the layer still works on its tiles.
      layer.once("load", () => setTimeout(giveUp));
      layer.addTo(map);

      function giveUp() {
        if (came || !pictured) return;
        clearTimeout(late);
        layer.remove();
        pictured = false;
        map.getContainer().classList.remove("ground-tiled");
        map.attributionControl.addAttribution(contours);
        refresh().catch(() => {}); // the next move says so
      }
    }

    function come() {
      if (near) return;
      near = true;
      refresh().catch(() => {}); // the next move says so
    }

    // Fetch and draw the contours in view, unless they are there; the old ones stay until then.
    async function refresh(signal) {
      if (pictured && !wanted().own) return draw([]);
      const zoom = Math.floor(map.getZoom());
      const level = Math.min(zoom, COMMUNES_ALONE_FROM_ZOOM);
      const around = near && level === COMMUNES_ALONE_FROM_ZOOM ? AROUND : AROUND_LESS;
      if (known && known.level === level && known.bounds.contains(map.getBounds().pad(around / 2))) return draw(known.features);
      const mine = ++turn;
      const bounds = map.getBounds().pad(around);
      const bbox = [
        Math.max(-180, bounds.getWest()),
        Math.max(-90, bounds.getSouth()),
        Math.min(180, bounds.getEast()),
        Math.min(90, bounds.getNorth()),
      ].map((degrees) => degrees.toFixed(4)).join(",");
      const features = await maps.ground.features("/fond-de-carte?" + new URLSearchParams({ bbox, zoom }), signal);
      if (mine !== turn) return;
      known = { bounds, level, features };
      draw(features);
    }

    // What stays the same stays where it is.
    function draw(features) {
      const now = new Map(features.filter(hasOutline).flatMap((feature) => panesOf(feature).map((pane) => [key(pane, feature), { pane, feature }])));
      for (const [each, area] of areas) {
        if (now.has(each)) continue;
        area.remove();
        areas.delete(each);
      }
      for (const [each, { pane, feature }] of now) {
        if (!areas.has(each)) areas.set(each, contour(pane, feature));
      }
      map.getContainer().classList.toggle("ground-drawn", !pictured && areas.size > 0);
      mark();
      write();
    }

    // What is known by its point alone has none, and no room for its name.
    function hasOutline({ geometry: { type } }) {
      return ["Polygon", "MultiPolygon"].includes(type);
    }

    // Vector tiles lie on the contours, and the outline of the own on both. On pictures of another host, which come or do
    // not come as a whole, there is that outline alone.
    function panesOf(feature) {
      const own = isOwn(feature) ? ["base"] : [];
      if (pictured) return own;
      return vector ? [lowest, ...own] : [lowest];
    }

    // A department only from afar: from near its communes lie on it.
    function isOwn({ properties: { type, code } }) {
      return code === wanted().own && (type === "commune" || map.getZoom() < COMMUNES_FROM_ZOOM);
    }

    function key(pane, { properties: { type, code } }) {
      return [pane, type, code].join(" ");
    }

    // As exact as they are served: simplified further, each by itself, neighbours would part.
    function contour(pane, feature) {
      const options = { renderer: renderers[pane], pane, interactive: false, smoothFactor: 0, style: { className: "base-area base-" + feature.properties.type } };
      const area = L.geoJSON(feature, options).addTo(map);
      area.feature = feature;
      area.pane = pane;
      return area;
    }

    // The commune of the search stands out, its whole outline above its neighbours'.
    function mark() {
      const near = map.getZoom() >= COMMUNES_FROM_ZOOM;
      for (const area of areas.values()) {
        const own = area.pane === "base" && isOwn(area.feature);
        area.eachLayer((part) => {
          const element = part.getElement();
          if (!element) return;
          element.classList.toggle("base-own", own);
          element.classList.toggle("base-under", near && !own && area.feature.properties.type === "department");
        });
        if (own) area.bringToFront();
      }
      for (const type of ["department", "land"]) {
        for (const area of areas.values()) if (area.feature.properties.type === type && !isOwn(area.feature)) area.bringToBack();
      }
    }

    // Free of each other and of the controls: that of the search first, then large places, as the server sends them. One
    // that would reach over the edge stands within it. Tiles bring names of their own, as far as they reach.
    function write() {
      names.clearLayers();
      const zoom = map.getZoom();
      if (pictured || zoom < DEPARTMENT_NAMES_FROM_ZOOM) return;
      const type = zoom >= COMMUNE_NAMES_FROM_ZOOM ? "commune" : "department";
      const view = inView();
      const taken = controls();
      const order = [...areas.values()].filter(({ pane, feature }) => pane === lowest && feature.properties.name && (feature.properties.type === type || isOwn(feature)));
      order.sort((one, other) => isOwn(other.feature) - isOwn(one.feature));
      for (const { feature } of order) {
        const { name } = feature.properties;
        const at = middle(feature.geometry, view);
        if (!at) continue;
        if (vector && zoom > vector.least_zoom && held.contains(map.layerPointToLatLng(at))) continue;
        const half = L.point((name.length * LETTER_PX) / 2 + MARGIN_PX, LINE_PX / 2);
        if (view.contains(at)) at.x = Math.max(view.min.x + half.x, Math.min(view.max.x - half.x, at.x));
        const box = L.bounds(at.subtract(half), at.add(half));
        if (taken.some((other) => box.overlaps(other))) continue;
        taken.push(box);
        label(name, map.layerPointToLatLng(at));
      }
    }

    function inView() {
      const low = map.containerPointToLayerPoint([0, 0]);
      return L.bounds(low, low.add(map.getSize()));
    }

    function controls() {
      const { left, top } = map.getContainer().getBoundingClientRect();
      return [...map.getContainer().querySelectorAll(".leaflet-control")].map((control) => {
        const box = control.getBoundingClientRect();
        const corners = [[box.left - left, box.top - top], [box.right - left, box.bottom - top]];
        return L.bounds(corners.map((corner) => map.containerPointToLayerPoint(corner)));
      });
    }

    function label(name, at) {
      const text = document.createElement("span");
      text.textContent = name;
      text.setAttribute("aria-hidden", "true"); // the map's own name and the list say where one is
      const icon = L.divIcon({ className: "base-name", html: text, iconSize: [0, 0] });
      L.marker(at, { icon, pane: "names", interactive: false, keyboard: false }).addTo(names);
    }

    // In pixels: the middle of the largest part; of what is seen of it, where that middle is out of view. Null where
    // hardly anything of it is.
    function middle({ type, coordinates }, view) {
      const parts = (type === "Polygon" ? [coordinates] : coordinates).map(([ring]) => ring.map(([lon, lat]) => map.latLngToLayerPoint([lat, lon])));
      const whole = parts.map(centroid).reduce((largest, each) => (each.area > largest.area ? each : largest));
      if (view.contains(whole.at) || !parts.some((part) => view.intersects(L.bounds(part)))) return whole.at;
      const seen = parts.map((part) => L.PolyUtil.clipPolygon(part, view)).filter((part) => part.length > 2).map(centroid);
      const largest = seen.reduce((found, each) => (each.area > found.area ? each : found), { area: 0 });
      return largest.area > LEAST_PX * LEAST_PX ? largest.at : null;
    }
  };

  // Rejects as fetch does, or with an Error whose `waitS` says how many seconds the server asks to wait, 0 for none.
  maps.ground.features = async (address, signal) => {
    const answer = await fetch(address, { signal });
    if (answer.ok) return (await answer.json()).features;
    throw Object.assign(new Error(String(answer.status)), { waitS: answer.status === 429 ? Number(answer.headers.get("Retry-After")) || 60 : 0 });
  };

  function centroid(ring) {
    let area = 0;
    let x = 0;
    let y = 0;
    ring.forEach((point, index) => {
      const next = ring[(index + 1) % ring.length];
      const cross = point.x * next.y - next.x * point.y;
      area += cross;
      x += (point.x + next.x) * cross;
      y += (point.y + next.y) * cross;
    });
    const at = area ? L.point(x / (3 * area), y / (3 * area)) : ring[0];
    return { area: Math.abs(area / 2), at };
  }
})();
