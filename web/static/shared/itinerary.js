// "Itinéraire": the way to an offer that shows its address. The link of a fiche works without this; on Android, whose
// browsers know geo:, it opens the telephone's own map. No other telephone's browser knows what to do with one.
(() => {
  "use strict";
  const has = /\bAndroid\b/.test(navigator.userAgent);
  for (const link of document.querySelectorAll("a[data-geo]")) if (has) link.href = link.dataset.geo;

  // The link of a popup, or null where the point is no door (web/shared/itinerary.py is the same rule). `offer`: a
  // feature's properties with its lat and lon; `texts`: those of the page's scripts.
  (window.RibambelleMaps ||= {}).wayTo = ({ name, kind, precision, lat, lon }, texts) => {
    if (precision !== "address" && !(precision === "street" && kind !== "assistant_maternel")) return null;
    const link = document.createElement("a");
    link.className = "itinerary";
    link.rel = "noopener";
    link.href = has ? `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(name)})` : `https://www.openstreetmap.org/directions?to=${lat},${lon}`;
    link.textContent = texts.itinerary;
    link.setAttribute("aria-label", texts.itinerary_to.replace("{name}", name));
    return link;
  };
})();
