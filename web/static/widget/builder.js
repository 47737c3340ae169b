// The preview follows the settings, and is as high as what it shows. Without this a button does the former.
(() => {
  "use strict";
  const form = document.getElementById("reglages");
  const announced = document.getElementById("annonce");
  let last = 0;

  addEventListener("message", (event) => {
    const frame = document.querySelector(".preview");
    if (!frame || event.origin !== location.origin || event.source !== frame.contentWindow) return;
    const height = Number(event.data && event.data.ribambelle);
    if (height > 0 && height < 20000) frame.style.height = height + "px";
  });

  form.addEventListener("change", async (event) => {
    if (event.target.name === "ou") form.elements.lieu.value = "";
    if (!form.elements.ou.value.trim()) return;
    const asked = ++last;
    const address = form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form));
    const answer = await fetch(address).catch(() => null);
    if (!answer || !answer.ok || asked !== last) return; // the button says what is wrong
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (asked !== last) return;
    document.getElementById("resultat").replaceWith(page.getElementById("resultat"));
    form.elements.lieu.value = page.querySelector("[name=lieu]").value;
    history.replaceState(null, "", address);
    announced.textContent = "";
    announced.textContent = announced.dataset.changed;
  });

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".snippet")) event.target.select();
  });
})();
