// Chips that find no room in the bar: a mouse, which cannot draw the strip as a finger does, has two buttons for it. The
// keyboard needs none, which brings each chip into sight (so they are no stops of it, and nothing for those who hear).
(() => {
  "use strict";
  const SHARE = 0.75; // of what is in sight, for one press: so that a chip of before stays in it

  function build() {
    const active = document.getElementById("actifs");
    const strip = active.querySelector(".chips");
    if (active.querySelector(".strip-way")) return;
    const [back, on] = [-1, 1].map((way) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "strip-way " + (way < 0 ? "strip-back" : "strip-on");
      button.tabIndex = -1;
      button.setAttribute("aria-hidden", "true");
      button.append(document.querySelector("#volets summary .icon, .docked summary .icon").cloneNode(true));
      button.addEventListener("click", () => strip.scrollBy({ left: way * strip.clientWidth * SHARE }));
      return button;
    });
    strip.before(back);
    strip.after(on);
    const update = () => {
      const more = strip.scrollWidth - strip.clientWidth;
      // Whether all would find room without the two.
      const theirs = back.hidden ? 0 : back.offsetWidth + on.offsetWidth;
      back.hidden = on.hidden = more <= theirs + 1;
      back.disabled = strip.scrollLeft <= 1;
      on.disabled = strip.scrollLeft >= more - 1;
    };
    strip.addEventListener("scroll", update, { passive: true });
    new ResizeObserver(update).observe(active);
    update();
  }

  document.addEventListener("resultats", build);
  build();
})();
