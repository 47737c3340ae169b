// The registration's pages work without this. With it, each field is checked when it is left, the preview follows what is
// typed, and a pin can be set on a map. What is typed goes to our own server only, and nothing of it is kept here.
(() => {
  "use strict";
  const form = document.querySelector("form.registration");
  if (!form) return;
  document.documentElement.classList.add("ready");
  const { page, base } = form.dataset;
  const running = new Map();
  const PREVIEW_MS = 400;

  function body(extra) {
    const data = new FormData(form);
    for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
    for (const [name, value] of Object.entries(extra)) data.set(name, value);
    return data;
  }

  async function check(field) {
    const name = field.name;
    const place = document.getElementById("erreur-" + name);
    if (!place || field.type === "file" || field.type === "hidden") return;
    running.get(name)?.abort();
    const control = new AbortController();
    running.set(name, control);
    try {
      const answer = await fetch(base + "/champ", { method: "POST", body: body({ champ: name, page }), signal: control.signal });
      if (!answer.ok) return; // the server checks again when the page is sent
      const { sentence, understood } = await answer.json();
      say(field, place, sentence);
      const line = document.getElementById("compris-" + name);
      if (line) line.textContent = sentence ? "" : understood;
    } catch { /* away, or asked anew */ }
  }

  function say(field, place, sentence) {
    place.hidden = !sentence;
    place.querySelector("span").textContent = sentence || "";
    const marked = field.type === "radio" || field.type === "checkbox" ? field.closest("fieldset") : field;
    if (!marked) return;
    if (sentence) marked.setAttribute("aria-invalid", "true");
    else marked.removeAttribute("aria-invalid");
  }

  // A field that was left empty is not scolded before the page is sent.
  form.addEventListener("change", (event) => {
    if (event.target.name) check(event.target);
  });
  form.addEventListener("input", (event) => {
    if (event.target.getAttribute("aria-invalid")) later("check " + event.target.name, () => check(event.target));
    if (page === "2c") later("preview", refresh);
  });

  const timers = new Map();
  function later(name, work) {
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(work, PREVIEW_MS));
  }

  // An answer that comes late must not stand over a newer one: it may show what she has hidden since.
  let asking = new AbortController();
  async function refresh() {
    const shown = document.getElementById("apercu");
    asking.abort();
    const { signal } = asking = new AbortController();
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(base + "/apercu", { method: "POST", body: body({}), signal });
      const text = await answer.text();
      if (answer.ok && !signal.aborted) shown.innerHTML = text;
    } catch { /* the next change asks again */ }
    if (!signal.aborted) shown.removeAttribute("aria-busy");
  }

  const plan = document.getElementById("plan-repere");
  if (!plan || !window.L || !window.RibambelleMaps) return;
  const L = window.L;
  const wanted = JSON.parse(plan.dataset.map);
  const [lat, lon, pinned] = ["lat", "lon", "repere"].map((name) => form.elements[name]);
  plan.hidden = false;
  document.querySelector(".pin-actions").hidden = false;
  const start = lat.value ? [Number(lat.value), Number(lon.value)] : [wanted.lat, wanted.lon];
  const map = L.map(plan, { zoomAnimation: false, minZoom: 6, maxZoom: 18 });
  map.attributionControl.setPrefix(false);
  map.setView(start, wanted.tiles || wanted.vector ? 16 : 13, { animate: false });
  const ground = window.RibambelleMaps.ground(map, () => wanted);
  const icon = L.divIcon({ className: "", html: '<span class="pin-dot"></span>', iconSize: [32, 32], iconAnchor: [16, 38] });
  let pin = null;
  const told = document.getElementById("repere-dit");

  function set(at, moved) {
    if (!pin) {
      pin = L.marker(at, { icon, draggable: true, keyboard: false, alt: "Votre logement" }).addTo(map);
      pin.on("dragend", () => set(pin.getLatLng(), true));
    }
    pin.setLatLng(at);
    if (!moved) return;
    lat.value = pin.getLatLng().lat.toFixed(6);
    lon.value = pin.getLatLng().lng.toFixed(6);
    pinned.value = "oui";
    told.textContent = "Repère posé. Il sera enregistré avec la page.";
    later("preview", refresh);
  }

  const draw = () => ground.refresh().catch(() => {}); // the pin works without a background
  map.on("moveend", draw);
  draw();
  if (wanted.pin) set(start, false);
  map.on("click", (event) => set(event.latlng, true));
  document.getElementById("poser").addEventListener("click", () => set(map.getCenter(), true));
  document.getElementById("effacer").addEventListener("click", () => {
    if (pin) map.removeLayer(pin);
    pin = null;
    lat.value = lon.value = "";
    pinned.value = "effacer";
    told.textContent = "Repère effacé.";
    later("preview", refresh);
  });
})();
