// Forms with a file work without this. With it, a file that is too large is refused as soon as it is chosen, and a form
// that is on its way is not sent again by a second tap.
(() => {
  "use strict";
  for (const field of document.querySelectorAll("input[type=file][data-most-mb]")) {
    const form = field.form;
    const place = document.getElementById("erreur-" + field.name);
    const labels = new Map();
    const isTooLarge = () => [...field.files].some((file) => file.size > field.dataset.mostMb * 1024 * 1024);

    field.addEventListener("change", () => {
      const sentence = isTooLarge() ? field.dataset.tooLarge : "";
      place.hidden = !sentence;
      place.querySelector("span").textContent = sentence;
      if (sentence) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });

    form.addEventListener("submit", (event) => {
      if (form.dataset.sending) {
        event.preventDefault();
        return;
      }
      if (isTooLarge()) {
        if (event.submitter?.value !== "retour") {
          event.preventDefault();
          field.focus();
          return;
        }
        field.value = "";
      }
      if (!field.files.length) return;
      form.dataset.sending = "yes";
      const button = event.submitter;
      if (!button || button.classList.contains("visually-hidden")) return;
      labels.set(button, button.textContent);
      button.textContent = field.dataset.sending;
    });

    // Back from the next page, or a stop: the form may be sent again.
    addEventListener("pageshow", () => {
      delete form.dataset.sending;
      for (const [button, label] of labels) button.textContent = label;
    });
  }
})();
