// Forms with a file work without this. With it, a photograph is made smaller before it is sent, what is chosen one after
// the other is sent together, a file that is too large is refused as soon as it is chosen, and a form that is on its way
// is not sent again by a second tap. Nothing is kept here: pictures go to our own server only.
(() => {
  "use strict";
  const MIB = 1024 * 1024;
  const LONGEST_SIDE = 2400; // pixels: what the server keeps of a page
  const SMALL_ENOUGH = 1.5 * MIB;

  for (const field of document.querySelectorAll("input[type=file][data-most-mb]")) {
    const form = field.form;
    const place = document.getElementById("erreur-" + field.name);
    const list = document.getElementById("choisis-" + field.name);
    const most = field.dataset.mostMb * MIB;
    const labels = new Map();
    let kept = [];
    let refused = false;
    let preparing = null;

    function say(sentence) {
      refused = Boolean(sentence);
      place.hidden = !sentence;
      place.querySelector("span").textContent = sentence;
      if (sentence) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }

    // What the field holds: a browser keeps only the last choice, which on a telephone is one photograph.
    function hold(files) {
      kept = files;
      const held = new DataTransfer();
      for (const file of files) held.items.add(file);
      field.files = held.files;
      list.hidden = !files.length;
      list.replaceChildren(...files.map((file, at) => {
        const line = document.createElement("li");
        const name = document.createElement("span");
        name.textContent = file.name;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "link";
        button.textContent = field.dataset.remove;
        button.setAttribute("aria-label", `${field.dataset.remove} ${file.name}`);
        button.addEventListener("click", () => {
          hold(kept.filter((_, other) => other !== at));
          say("");
          field.focus();
        });
        line.append(name, button);
        return line;
      }));
    }

    async function chosen() {
      const added = [];
      let sentence = "";
      const before = field.multiple ? kept : [];
      let bytes = before.reduce((sum, file) => sum + file.size, 0);
      for (const each of field.files) {
        const file = await reduced(each);
        bytes += file.size;
        if (bytes <= most) added.push(file);
        else {
          bytes -= file.size;
          sentence = field.dataset.tooLarge;
        }
      }
      // A field without a list keeps its one file, whose name stands beside the sentence.
      if (list) hold([...before, ...added]);
      say(sentence);
    }

    field.addEventListener("change", () => {
      if (list) {
        list.hidden = false;
        list.textContent = field.dataset.preparing;
      }
      preparing = chosen()
        .catch(() => { if (list) list.hidden = true; }) // a browser that lets no script choose sends what it has
        .finally(() => { preparing = null; });
    });

    form.addEventListener("submit", (event) => {
      if (form.dataset.sending) {
        event.preventDefault();
        return;
      }
      const button = event.submitter;
      if (preparing) {
        event.preventDefault();
        preparing.then(() => form.requestSubmit(button));
        return;
      }
      if (refused) {
        if (button?.value !== "retour") {
          event.preventDefault();
          field.focus();
          return;
        }
        if (!list) field.value = "";
      }
      if (!field.files.length) return;
      form.dataset.sending = "yes";
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

  // A photograph as large as the server keeps it; any other file, and a picture that this browser cannot open, as it is.
  async function reduced(file) {
    if (!file.type.startsWith("image/") || file.size <= SMALL_ENOUGH) return file;
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.width * scale));
      canvas.height = Math.max(1, Math.round(image.height * scale));
      const sheet = canvas.getContext("2d");
      sheet.fillStyle = "#fff"; // where a picture lets light through
      sheet.fillRect(0, 0, canvas.width, canvas.height);
      sheet.drawImage(image, 0, 0, canvas.width, canvas.height);
      image.close();
      const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (!drawn || drawn.size >= file.size) return file;
      return new File([drawn], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
    } catch {
      return file;
    }
  }
})();
