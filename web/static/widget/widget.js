// Ribambelle's search on a town hall's page, in a frame. No cookie, nothing kept, nothing asked of the page around.
//   <script src="…/widget.js" data-key="…" data-commune="44109" async></script>
//   <ribambelle-widget key="…" commune="44109"></ribambelle-widget>
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script) return; // as a module: the browser does not say which script this is
  const site = new URL(script.src).origin;
  const NAMES = { key: "cle", commune: "commune", epci: "epci", department: "departement", kinds: "types", color: "couleur", view: "vue" };
  const HEIGHTS = { carte: 560, compteur: 280 }; // pixels, until the frame has told its own
  const TITLE = "Trouver un accueil pour son enfant, avec Ribambelle";
  const frames = new Set();

  // Only from our site, and only from a frame that stands here.
  addEventListener("message", (event) => {
    if (event.origin !== site || !event.data) return;
    const height = Number(event.data.ribambelle);
    if (!(height > 0 && height < 20000)) return;
    for (const frame of frames) if (frame.contentWindow === event.source) frame.style.height = Math.ceil(height) + "px";
  });

  // `told` gives the value of a setting by its name, or null.
  function made(told) {
    const asked = new URLSearchParams();
    for (const [name, parameter] of Object.entries(NAMES)) if (told(name)) asked.set(parameter, told(name));
    const frame = document.createElement("iframe");
    frame.src = site + "/widget/cadre?" + asked;
    frame.title = told("title") || TITLE;
    frame.loading = "lazy";
    Object.assign(frame.style, { display: "block", width: "100%", border: "0", height: (HEIGHTS[told("view")] || 720) + "px" });
    frames.add(frame);
    return frame;
  }

  if (script.dataset.key) {
    if (document.body && document.body.contains(script)) script.after(made((name) => script.dataset[name] || null));
    else console.error("Ribambelle : placez ce script dans le corps de la page, là où la recherche doit apparaître.");
  }

  if (customElements.get("ribambelle-widget")) return;
  customElements.define("ribambelle-widget", class extends HTMLElement {
    static observedAttributes = [...Object.keys(NAMES), "title"];

    connectedCallback() {
      this.style.display = "block";
      this.show();
    }

    disconnectedCallback() {
      frames.delete(this.frame);
    }

    attributeChangedCallback() {
      if (this.isConnected && this.frame) this.show();
    }

    show() {
      frames.delete(this.frame);
      this.frame = made((name) => this.getAttribute(name));
      this.replaceChildren(this.frame);
    }
  });
})();
