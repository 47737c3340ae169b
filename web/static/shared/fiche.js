// Sharing and printing a fiche, where the browser can, and the way back to the list as it was left; without scripts its own
// menus and the link do.
(() => {
  "use strict";
  const said = document.getElementById("partage");

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  // As many steps back as anchors of this page have been followed, and one: each entry of them holds how many. In another
  // tab there is nothing to go back to.
  const back = document.querySelector(".back a");
  const steps = () => (window.history.state && window.history.state.back) || 0;
  let last = steps() || 1;
  const mark = () => window.history.replaceState({ ...window.history.state, back: last }, "");
  if (back && back.href === document.referrer) {
    mark();
    window.addEventListener("hashchange", () => {
      last = steps() || last + 1;
      mark();
    });
    back.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || window.history.length <= last) return;
      event.preventDefault();
      window.history.go(-last);
    });
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
