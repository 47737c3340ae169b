// Tells the page around how high the frame is. That is no secret, and the page around is one that may show us.
(() => {
  "use strict";
  if (parent === window) return;
  const tell = () => parent.postMessage({ ribambelle: Math.ceil(document.documentElement.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
})();
