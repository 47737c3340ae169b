// « Voir plus de résultats » adds the next page to the list and says how far one is. Dispatches « ajout » and « echec »; listens
// to « suites », which asks for further pages again: {count, cache, done}.
(() => {
  "use strict";
  const status = document.getElementById("annonce");
  const texts = JSON.parse(document.getElementById("textes").textContent);
  const PATIENCE_MS = 20000;

  document.addEventListener("click", (event) => {
    const more = event.target.closest("#suite");
    if (!more || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (more.getAttribute("aria-disabled") !== "true") append(more);
  });

  async function append(link) {
    const words = [...link.childNodes];
    const list = document.getElementById("liste");
    busy(link, true);
    let page;
    try {
      ({ page } = await read(link.getAttribute("href"), "default"));
    } catch (error) {
      if (!link.isConnected) return; // another search came between
      busy(link, false, words);
      return say(error, () => append(document.getElementById("suite")));
    }
    if (!list.isConnected) return;
    // A page without a list says something else: the reader sees it.
    if (!page.getElementById("liste")) return window.location.assign(link.href);
    const added = add(list, page);
    const first = added.map((item) => item.querySelector("a")).find(Boolean);
    if (first) first.focus();
    const { shown, total } = progress();
    status.textContent = texts.added.replace("{shown}", shown).replace("{total}", total);
  }

  // One after the other, as each page says where the next one is; as many as come, whatever fails after them.
  document.addEventListener("suites", async ({ detail: { count, cache, done } }) => {
    const list = document.getElementById("liste");
    for (let left = count; left > 0 && document.getElementById("suite"); left -= 1) {
      const link = document.getElementById("suite");
      const words = [...link.childNodes];
      busy(link, true);
      try {
        const { page, answer } = await read(link.getAttribute("href"), cache);
        if (!list.isConnected) return;
        if (!page.getElementById("liste")) throw answer;
        add(list, page);
      } catch (error) {
        if (!link.isConnected) return;
        busy(link, false, words);
        say(error, () => append(document.getElementById("suite")));
        break;
      }
    }
    progress();
    done();
  });

  async function read(place, cache) {
    const options = { signal: AbortSignal.timeout(PATIENCE_MS), headers: { Accept: "text/html" }, cache };
    const answer = await fetch(place, options);
    if (answer.status >= 500 || answer.status === 429) throw answer;
    return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
  }

  // Whoever has moved in the order between two pages stands in the list once.
  function add(list, page) {
    const fresh = [...page.querySelectorAll("#liste > li")].filter((item) => !item.id || !document.getElementById(item.id));
    list.append(...fresh.map((item) => document.adoptNode(item)));
    list.dataset.further = Number(list.dataset.further || 0) + 1;
    const link = document.getElementById("suite");
    const next = page.getElementById("suite");
    if (next) link.replaceWith(document.adoptNode(next));
    else link.remove();
    document.dispatchEvent(new CustomEvent("ajout"));
    return fresh;
  }

  // How many are in the list, of how many: « 40 sur 367 ». The sentence of the page, with another number.
  function progress() {
    const told = document.querySelector(".so-far");
    const shown = document.querySelectorAll("#liste > .card").length.toLocaleString("fr-FR");
    if (!told) return { shown, total: "" };
    told.textContent = told.dataset.soFar.replace("{shown}", shown);
    return { shown, total: told.dataset.total };
  }

  function busy(link, runs, words) {
    if (runs) {
      const spinner = document.createElement("span");
      spinner.className = "spinner";
      spinner.setAttribute("aria-hidden", "true");
      link.replaceChildren(spinner, texts.loading);
      link.setAttribute("aria-disabled", "true");
    } else {
      link.replaceChildren(...words);
      link.removeAttribute("aria-disabled");
    }
  }

  function say(error, again) {
    document.dispatchEvent(new CustomEvent("echec", { detail: { error, undone: texts.more_undone, again } }));
  }
})();
