// The worker that answers without a connection (core/worker.js), and a word when the connection goes or comes back.
(() => {
  "use strict";
  const region = document.getElementById("avis");
  let away = document.documentElement.hasAttribute("data-offline");

  // The site is what does not answer: the reader's connection is in order.
  if (away && navigator.onLine) {
    away = false;
    const offline = document.querySelector("h1").textContent;
    for (const each of document.querySelectorAll("[data-unreachable]")) each.textContent = each.dataset.unreachable;
    document.title = document.title.replace(offline, document.querySelector("h1").textContent);
  }

  // Once the page itself is there: it needs none of it.
  window.addEventListener("load", () => {
    if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js", { updateViaCache: "all" }).catch(() => {});
  });

  window.addEventListener("offline", () => {
    away = true;
    say(region.dataset.offline, true);
  });
  window.addEventListener("online", () => {
    if (away) say(region.dataset.online, false);
    away = false;
  });

  // A message that something can be done about says more: it stays.
  function say(text, stay) {
    if (region.querySelector(".toast-action")) return;
    document.dispatchEvent(new CustomEvent("avis", { detail: { text, stay } }));
  }
})();
