// On the results page a search is fetched from its own address and swapped in; the page works the same without.
(() => {
  "use strict";
  const form = document.getElementById("recherche");
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  let running = null;

  const around = document.getElementById("autour-de-moi");
  const refused = document.getElementById("position-refusee");
  around.addEventListener("click", locate);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = address();
    // Without results there is nothing to swap: the home page, or a search that could not be done.
    if (document.getElementById("liste") || document.querySelector(".empty")) visit(place);
    else window.location.assign(place);
  });

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.form === form && field.closest("[data-at-once]") && document.getElementById("resultats")) form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const more = event.target.closest("#suite, #reessayer");
    if (!more || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (more.id === "suite") append(more);
    else visit(more.href).then(() => document.getElementById("titre-resultats").focus());
  });

  // The fields belong to the address, too: going back draws the whole page again, but not for an anchor of it.
  let shown = window.location.pathname + window.location.search;
  window.addEventListener("popstate", () => {
    if (window.location.pathname + window.location.search !== shown) window.location.replace(window.location.href);
  });

  // The address says what was asked and nothing else: empty fields and untouched hours stay out.
  function address() {
    const data = new FormData(form);
    const pairs = [...data].filter(([name, value]) => {
      if (value === "") return false;
      const slot = /^(debut|fin|places)([23]?)$/.exec(name);
      if (slot) return data.has("jour" + slot[2]) || (slot[1] !== "places" && value !== form.elements[name].defaultValue);
      if (name === "detour" || name === "vers-lieu") return form.elements.vers.value !== "";
      if (name === "tri") return form.elements.tri.dataset.chosen === "yes" || new URLSearchParams(location.search).has("tri");
      return true;
    });
    return "/?" + new URLSearchParams(pairs).toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  }

  document.addEventListener("change", (event) => {
    if (event.target.name === "tri") event.target.dataset.chosen = "yes";
  }, true);

  async function read(place) {
    if (running) running.abort();
    running = new AbortController();
    const answer = await fetch(place, { signal: running.signal, headers: { Accept: "text/html" } });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  async function visit(place) {
    const results = document.getElementById("resultats");
    results.setAttribute("aria-busy", "true");
    let page;
    try {
      page = await read(place);
    } catch (error) {
      if (error.name === "AbortError") return;
      results.removeAttribute("aria-busy");
      status.textContent = texts.failed;
      return;
    }
    // An error beside a field, or a search engine that is down: the whole page says it, so show the whole page.
    if (!page.querySelector("#resultats[data-map]")) return window.location.assign(place);
    const focused = document.activeElement;
    const same = focused && focused.name ? `[name="${CSS.escape(focused.name)}"]` + (focused.type === "checkbox" ? `[value="${CSS.escape(focused.value)}"]` : "") : null;
    for (const old of document.querySelectorAll("[data-swap]")) {
      const fresh = page.getElementById(old.id);
      if (fresh) old.replaceWith(document.adoptNode(fresh));
    }
    if (same && !document.contains(focused)) {
      const again = document.querySelector(same);
      if (again) again.focus({ preventScroll: true });
    }
    document.title = page.title;
    if (new URL(place, location.href).search !== location.search) history.pushState(null, "", place);
    shown = window.location.pathname + window.location.search;
    // What was guessed comes first: the results are about it.
    const sentences = document.querySelectorAll("#resultats .whole, #resultats .missing, #resultats .nobody");
    const said = [...document.querySelectorAll("#lieux-retenus p"), document.getElementById("titre-resultats"), ...sentences];
    status.textContent = said.map((each) => each.textContent.trim().replace(/\s+/g, " ").replace(/[^.?!]$/, "$&.")).join(" ");
    document.dispatchEvent(new CustomEvent("resultats"));
  }

  async function append(link) {
    link.setAttribute("aria-busy", "true");
    let page;
    try {
      page = await read(link.href);
    } catch (error) {
      link.removeAttribute("aria-busy");
      if (error.name !== "AbortError") status.textContent = texts.failed;
      return;
    }
    const list = document.getElementById("liste");
    const fresh = page.querySelectorAll("#liste > li");
    if (fresh.length === 0) return window.location.assign(link.href);
    const paragraph = link.closest("p");
    const next = page.getElementById("suite");
    list.append(...fresh);
    fresh[0].querySelector("a").focus();
    if (next) link.replaceWith(next);
    else paragraph.remove();
  }

  function locate() {
    status.textContent = texts.locating;
    refused.hidden = true;
    navigator.geolocation.getCurrentPosition(
      (found) => {
        // Three decimals are about a hundred metres: near enough, and the shared address tells no door.
        const { latitude, longitude } = found.coords;
        form.elements.ou.value = texts.my_position;
        form.elements.lieu.value = "";
        form.elements.autour.value = latitude.toFixed(3) + "," + longitude.toFixed(3);
        form.requestSubmit();
      },
      () => {
        status.textContent = refused.textContent = texts.not_located;
        refused.hidden = false;
      },
      { timeout: 10000, maximumAge: 300000 },
    );
  }
})();
