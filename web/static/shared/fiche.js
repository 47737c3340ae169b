// Sharing and printing a fiche, where the browser can; without scripts its own menus do.
(() => {
  "use strict";
  const said = document.getElementById("partage");

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const share = document.querySelector("[data-share]");
  if (!share || !(navigator.share || navigator.clipboard)) return;
  share.hidden = false;
  share.addEventListener("click", async () => {
    const url = share.dataset.share;
    try {
      if (navigator.share) {
        await navigator.share({ title: document.title, url });
        return;
      }
      await navigator.clipboard.writeText(url);
      said.textContent = share.dataset.shared;
    } catch (error) {
      // Whoever closes the browser's own dialogue wanted nothing more.
      if (error.name !== "AbortError") said.textContent = share.dataset.notShared;
    }
  });
})();
