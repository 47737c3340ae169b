// A search that takes its time is seen: a thin bar after 200 ms, cards without words after 600 ms. Quick ones show neither.
// One that failed is a message that stays: why (« echec »: {error, undone, again}), what was not done, and « Réessayer ».
(() => {
  "use strict";
  const BAR_AFTER_MS = 200;
  const CARDS_AFTER_MS = 600;
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const bar = document.createElement("div");
  let timers = [];
  bar.className = "progress";
  bar.hidden = true;
  bar.setAttribute("aria-hidden", "true");
  document.body.append(bar);

  document.addEventListener("attente", ({ detail: runs }) => {
    if (!runs) return end();
    if (timers.length) return; // one search follows another: the reader has waited since the first
    timers = [setTimeout(showBar, BAR_AFTER_MS), setTimeout(showCards, CARDS_AFTER_MS)];
  });

  // Under the bar that says the search, where it sticks; not at the foot of a sheet that fills the window.
  function showBar() {
    const above = [...document.querySelectorAll("#barre, #actifs")].map((part) => part.getBoundingClientRect().bottom);
    const bottom = Math.max(0, ...above);
    bar.style.top = (bottom > 0 && bottom < window.innerHeight / 2 ? bottom : 0) + "px";
    bar.hidden = false;
  }

  function showCards() {
    document.getElementById("resultats").dataset.waiting = "";
    status.textContent = texts.loading;
  }

  function end() {
    timers.forEach(clearTimeout);
    timers = [];
    bar.hidden = true;
    delete document.getElementById("resultats").dataset.waiting;
    if (status.textContent === texts.loading) status.textContent = "";
  }

  document.addEventListener("echec", ({ detail: { error, undone, again } }) => {
    const text = (why(error) + " " + undone).trim();
    document.dispatchEvent(new CustomEvent("avis", { detail: { text, again, stay: true } }));
  });

  // `error`: what fetch threw, or the answer that was none; why the site refused what was asked, its own page says.
  function why(error) {
    if (!navigator.onLine) return texts.offline;
    if (error.status >= 400 && error.status < 500 && error.status !== 429) return "";
    if (error.status !== 429) return texts.unreachable;
    return texts.too_many.replace("{seconds}", error.headers.get("Retry-After") || "60");
  }
})();
