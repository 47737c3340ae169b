// Runs while the page is read, before it is painted: where there is room the panels stand open, without a jump.
if (window.matchMedia("(min-width: 75rem)").matches) {
  for (const panel of document.querySelectorAll("[data-wide-open]")) panel.open = true;
}
