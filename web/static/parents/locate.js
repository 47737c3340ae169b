// « Autour de moi »: while the browser looks for the position, the button turns and stops it.
(() => {
  "use strict";
  const form = document.getElementById("recherche");
  const button = document.getElementById("autour-de-moi");
  const refused = document.getElementById("position-refusee");
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  if (!button) return;
  const idle = [...button.childNodes];
  let looking = 0; // which try is under way; the browser itself cannot be stopped

  button.addEventListener("click", () => (looking ? stop(texts.location_cancelled) : locate()));
  button.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && looking) stop(texts.location_cancelled);
  });

  function locate() {
    const mine = (looking = performance.now());
    refused.hidden = true;
    status.textContent = texts.locating;
    busy();
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude } }) => {
        if (looking !== mine) return;
        stop("");
        // Three decimals are about a hundred metres: near enough, and the shared address tells no door.
        form.elements.ou.value = texts.my_position;
        form.elements.lieu.value = "";
        form.elements.autour.value = latitude.toFixed(3) + "," + longitude.toFixed(3);
        if (form.elements.bbox) form.elements.bbox.value = "";
        if (button.dispatchEvent(new Event("choix", { bubbles: true, cancelable: true }))) form.requestSubmit();
      },
      () => {
        if (looking !== mine) return;
        stop(texts.not_located);
        refused.textContent = texts.not_located;
        refused.hidden = false;
      },
      { timeout: 10000, maximumAge: 300000 },
    );
  }

  function stop(said) {
    looking = 0;
    status.textContent = said;
    button.replaceChildren(...idle);
    button.style.minWidth = "";
  }

  // As wide as it was, so that nothing beside it moves.
  function busy() {
    const spinner = document.createElement("span");
    spinner.className = "spinner";
    spinner.setAttribute("aria-hidden", "true");
    const hint = document.createElement("span");
    hint.className = "visually-hidden";
    hint.textContent = " (" + texts.locating + ")";
    button.style.minWidth = button.offsetWidth + "px";
    button.replaceChildren(spinner, texts.cancel, hint);
  }
})();
