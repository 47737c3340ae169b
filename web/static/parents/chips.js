// The chips above the list are one stop of the keyboard: arrows lead from one to the next.
(() => {
  "use strict";

  function arrows() {
    const active = document.getElementById("actifs");
    const links = [...active.querySelectorAll("a")];
    active.setAttribute("role", "toolbar");
    active.setAttribute("aria-label", active.querySelector("ul").getAttribute("aria-label"));
    const stop = (at) => links.forEach((link, n) => { link.tabIndex = n === at ? 0 : -1; });
    // That which has the focus from the list before (search.js).
    stop(Math.max(0, links.indexOf(document.activeElement)));
    active.addEventListener("focusin", ({ target }) => stop(links.indexOf(target)));
    active.addEventListener("keydown", (event) => {
      const at = links.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      links.at(to % links.length).focus();
    });
  }

  document.addEventListener("resultats", arrows);
  arrows();
})();
