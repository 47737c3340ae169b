// Where there is room the panels stand open. The style sheet shows them so from the start, and this makes it true:
// nothing moves on the way.
if (window.matchMedia("(min-width: 75rem)").matches) {
  for (const panel of document.querySelectorAll("[data-wide-open]")) panel.open = true;
}
document.documentElement.classList.add("ready");
