// The cards beside a map: one under the pointer, or with the focus in it, lights its marker, and a marker lights its
// card. Both ways by the event « offre », which the map hears and says (map-offers.js).
(() => {
  "use strict";
  const CARDS = "#liste > .card";
  const idOf = (card) => card.id.replace("offre-", "");
  const cardOf = (id) => document.getElementById("offre-" + id);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  for (const [event, lit] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(event, ({ target, relatedTarget }) => {
      const card = target.closest && target.closest(CARDS);
      if (!card || (relatedTarget && card.contains(relatedTarget))) return;
      const detail = lit ? { ids: [idOf(card)], from: "liste" } : null;
      document.dispatchEvent(new CustomEvent("offre", { detail }));
    });
  }

  // `open`: the marker was chosen, so that its card comes into view, and stays lit until its popup is closed.
  let opened = [];
  document.addEventListener("offre", ({ detail }) => {
    if (detail && detail.from !== "carte") return;
    const ids = detail ? detail.ids : [];
    if (detail && detail.open) opened = ids;
    const lit = new Set([...opened, ...ids].map(cardOf).filter(Boolean));
    for (const card of document.querySelectorAll(CARDS + ".card-lit")) card.classList.toggle("card-lit", lit.has(card));
    for (const card of lit) card.classList.add("card-lit");
    const [first] = detail && detail.open ? opened.map(cardOf).filter(Boolean) : [];
    if (first && isBeside(first)) first.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  });

  // Where the list does not stand beside the map, to scroll to the card would lose the map; a row of cards under it is
  // parents/views.js's own.
  function isBeside(card) {
    return card.getBoundingClientRect().right <= document.getElementById("plan").getBoundingClientRect().left;
  }
})();
