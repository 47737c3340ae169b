// The contours that lie under the offers of a map, with or without tiles.
(() => {
  "use strict";
  if (window.ground) return;
  const COMMUNE_NAMES_FROM_ZOOM = 11;
  const DEPARTMENT_NAMES_FROM_ZOOM = 7;
  const COMMUNE_CONTOURS_FROM_ZOOM = 9;

  // `wanted`: gives what the page says of its map (web/shared/maps.py).
  window.ground = (map, wanted) => {
    const L = window.L;
    const { tiles, attribution } = wanted();
    map.createPane("base").style.zIndex = 250;
    map.createPane("names").style.zIndex = 350;
    map.getPane("names").style.pointerEvents = "none";
    if (tiles) L.tileLayer(tiles, { attribution, maxZoom: map.getMaxZoom() }).addTo(map);
    else map.attributionControl.addAttribution(attribution);
    const base = L.layerGroup().addTo(map);
    const names = L.layerGroup().addTo(map);

    return { refresh, tiled: Boolean(tiles) };

    async function refresh(signal) {
      const answer = await fetch("/fond-de-carte?" + new URLSearchParams(window.RibambelleMaps.view(map)), { signal });
      if (!answer.ok) throw window.RibambelleMaps.refusal(answer);
      draw((await answer.json()).features);
    }

    function draw(found) {
      base.clearLayers();
      names.clearLayers();
      const communes = map.getZoom() >= COMMUNE_CONTOURS_FROM_ZOOM;
      const named = map.getZoom() >= (communes ? COMMUNE_NAMES_FROM_ZOOM : DEPARTMENT_NAMES_FROM_ZOOM);
      for (const feature of found) {
        const area = L.geoJSON(feature, { pane: "base", interactive: false, style: { className: "base-area", fillOpacity: tiles ? 0 : 1 } });
        area.addTo(base);
        if (named && !tiles && feature.properties.name) name(feature, area);
      }
    }

    function name(feature, area) {
      const label = document.createElement("span");
      label.textContent = feature.properties.name;
      const icon = L.divIcon({ className: "base-name", html: label, iconSize: [0, 0] });
      L.marker(area.getBounds().getCenter(), { icon, pane: "names", interactive: false, keyboard: false }).addTo(names);
    }
  };
})();
