// Where there is room the panels stand open. The style sheet shows them so from the start, and this makes it true:
// nothing moves on the way.
if (window.matchMedia("(min-width: 75rem)").matches) {
  const open = (panels) => { for (const panel of panels) panel.open = true; };
  open(document.querySelectorAll("[data-wide-open]"));
  // Those of results that were fetched; what was folded of the form stays so.
  document.addEventListener("resultats", () => open(document.querySelectorAll("#resultats [data-wide-open]")));
}
document.documentElement.classList.add("ready");
