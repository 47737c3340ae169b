// What just happened, said where it is seen and heard: one message at a time at the window's foot. Whoever has something
// to say dispatches « avis » on the document, with {text, heard, again, label, href, stay}: `heard` says more than is seen,
// `again` is done by a button (« Réessayer », or `label`), `href` is a link that `label` names. A message that nothing can be
// done about leaves after some seconds, never under the pointer, with the focus in it, or in a tab that is not looked at.
(() => {
  "use strict";
  const region = document.getElementById("avis");
  const voice = document.getElementById("annonce") || document.getElementById("avis-dit");
  const SHOWN_MS = 6000;
  const holds = new Set();
  let timer = 0;
  let left = 0; // milliseconds that the message still stands
  let since = 0;
  let before = null; // what had the focus before it came into the message
  let outdated = false; // by a list that came after all

  document.addEventListener("avis", ({ detail }) => show(detail));
  document.addEventListener("resultats", () => outdated && close());

  function show({ text, heard, again, label, href, stay }) {
    close(); // its focus goes back to where it came from
    const toast = document.createElement("div");
    const said = document.createElement("p");
    toast.className = "toast";
    said.textContent = text;
    toast.append(said);
    if (again) toast.append(button(label || region.dataset.retry, "toast-action", () => { close(); again(); }));
    else if (href) toast.append(link(label, href));
    toast.append(closing());
    holds.clear();
    region.replaceChildren(toast);
    say(heard || text);
    outdated = Boolean(stay && again);
    clearTimeout(timer);
    left = stay ? 0 : SHOWN_MS;
    if (document.hidden) holds.add("hidden");
    if (region.matches(":hover")) holds.add("pointer");
    run();
  }

  // Emptied first: the same sentence twice is said twice.
  function say(text) {
    voice.textContent = "";
    setTimeout(() => (voice.textContent = text), 50);
  }

  function run() {
    if (!left || holds.size) return;
    since = performance.now();
    timer = setTimeout(close, left);
  }

  function hold(why) {
    if (!holds.size && left) {
      clearTimeout(timer);
      left = Math.max(1, left - (performance.now() - since));
    }
    holds.add(why);
  }

  function release(why) {
    if (holds.delete(why)) run();
  }

  function close() {
    clearTimeout(timer);
    const within = region.contains(document.activeElement);
    region.replaceChildren();
    holds.clear();
    left = 0;
    outdated = false;
    if (within && before && before.isConnected) before.focus({ preventScroll: true });
    before = null;
  }

  region.addEventListener("pointerenter", () => hold("pointer"));
  region.addEventListener("pointerleave", () => release("pointer"));
  region.addEventListener("focusin", (event) => {
    if (!region.contains(event.relatedTarget)) before = event.relatedTarget;
    hold("focus");
  });
  region.addEventListener("focusout", (event) => {
    if (!region.contains(event.relatedTarget)) release("focus");
  });
  region.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // what the message stands over stays
    close();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? hold("hidden") : release("hidden")));

  function button(text, className, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function link(text, href) {
    const made = document.createElement("a");
    made.className = "toast-action";
    made.href = href;
    made.textContent = text;
    return made;
  }

  function closing() {
    const made = button("", "toast-close", close);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#i-close");
    svg.append(use);
    made.setAttribute("aria-label", region.dataset.close);
    made.append(svg);
    return made;
  }
})();
