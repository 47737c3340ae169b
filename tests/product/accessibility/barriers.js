// What a browser can tell of barriers on the page that it shows; each function gives what it found, as text.
"use strict";

window.barriers = (() => {
  const SIDE = 44; // CSS pixels of a target
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const STOPS = `a[href], button, summary, ${FIELDS}, [tabindex="0"]`;
  const start = (element) => element.outerHTML.slice(0, 160);
  const stops = () =>
    [...document.querySelectorAll(STOPS)].filter(
      (e) => e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0 && !e.disabled,
    );
  const isBox = (e) => e.matches("[type=checkbox], [type=radio]");

  // Markers of near neighbours may overlap: the list has the same offers (the exception "Equivalent" of WCAG 2.5.8).
  const counts = (rule, html) => rule !== "target-size" || !html.includes("leaflet-marker");

  async function violations(options) {
    const found = await axe.run(options);
    return found.violations
      .map(({ id, nodes }) => [id, nodes.map(({ html }) => html).filter((html) => counts(id, html))])
      .filter(([, nodes]) => nodes.length > 0)
      .map(([id, nodes]) => [id, nodes.slice(0, 4).map((html) => html.slice(0, 160))]);
  }

  // Every rule, and the contrast of level AAA.
  const known = () =>
    violations({
      runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
      rules: { "color-contrast-enhanced": { enabled: true } },
    });

  const contrast = () => violations({ runOnly: { type: "rule", values: ["color-contrast", "color-contrast-enhanced"] } });

  // 44 px each way, of the box or of where a touch still means it: a label, a link that covers its card. A link within
  // a sentence is as high as its line, as WCAG 2.2 has it; one that stands alone in its block is none of these.
  function small() {
    const least = SIDE - 0.2;
    const alone = (e) => {
      if (e.tagName !== "A" || getComputedStyle(e).display !== "inline") return true;
      let block = e.parentElement;
      while (getComputedStyle(block).display === "inline") block = block.parentElement;
      return block.textContent.trim() === e.textContent.trim();
    };
    const covers = (e) => {
      e.scrollIntoView({ block: "center", inline: "center" });
      const box = e.getBoundingClientRect();
      const [x, y, half] = [box.left + box.width / 2, box.top + box.height / 2, SIDE / 2 - 0.6];
      return [[x - half, y], [x + half, y], [x, y - half], [x, y + half]].every(([x, y]) => {
        const hit = document.elementFromPoint(x, y);
        return hit && (hit === e || e.contains(hit) || hit.closest("label")?.control === e);
      });
    };
    return stops()
      .filter((e) => !e.closest("[aria-hidden=true], .skip") && alone(e))
      .map((e) => [e, ((isBox(e) && e.closest("label")) || e).getBoundingClientRect()])
      .filter(([e, { width, height }]) => (width < least || height < least) && !covers(e))
      .map(([e, { width, height }]) => `${width.toFixed()}x${height.toFixed()} ${start(e)}`);
  }

  // Each stop of the keyboard has a ring of its own, of its card, or of the sign that stands for a hidden box, and
  // nothing that sticks to the window's edge lies over it.
  function unseen() {
    const found = [];
    for (const e of stops()) {
      e.focus();
      if (document.activeElement !== e) continue;
      const box = e.getBoundingClientRect();
      const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
      const hit = document.elementFromPoint(x, box.top + Math.min(box.height / 2, 20));
      const covered = !hit || !(e.contains(hit) || hit.contains(e) || e.getClientRects().length > 1);
      if (covered || !ring(e)) found.push((covered ? "covered: " : "no ring: ") + start(e));
    }
    document.activeElement.blur();
    return found.slice(0, 6);
  }

  function ring(e) {
    const bearers = [[e, null], [e, "::after"]];
    if (isBox(e) && e.nextElementSibling) bearers.push([e.nextElementSibling, null]);
    return bearers.some(([one, part]) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(one, part);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
  }

  function wide() {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const past = (e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1;
    return [...document.querySelectorAll("body *")].filter(past).slice(0, 4).map(start);
  }

  // Of a page that is asked to keep still: whatever has a duration that an eye sees.
  function moving() {
    const lasts = (durations) => durations.split(",").some((each) => parseFloat(each) > 0.01);
    return [...document.querySelectorAll("*")]
      .filter((e) => {
        const { transitionDuration, animationDuration } = getComputedStyle(e);
        return lasts(transitionDuration) || lasts(animationDuration);
      })
      .slice(0, 4)
      .map(start);
  }

  // What French writes with a space that no line breaks at: guillemets, double signs, units.
  function broken() {
    const found = document.body.innerText.matchAll(/\S*(?:« | [»:;!?%€](?=[\s.,)]|$)|\d (?:h|km)(?=[\s.,)]|$))\S*/g);
    return [...found].slice(0, 6).map(([words]) => words);
  }

  function unnamed() {
    return [...document.querySelectorAll("fieldset")].filter((e) => e.checkVisibility() && !e.querySelector(":scope > legend")?.innerText.trim()).map(start);
  }

  async function all() {
    // The search's sheet would lie over all the rest: tests/web/site/test_layout.py opens it.
    for (const panel of document.querySelectorAll("details:not(#barre)")) panel.open = true;
    return {
      axe: await known(),
      wide: wide(),
      small: small(),
      unseen: unseen(),
      moving: moving(),
      broken: broken(),
      unnamed: unnamed(),
    };
  }

  // Unset what is ticked or typed in the page's first form, and send it past the browser's own checks.
  function sendEmpty() {
    const forms = [...document.querySelectorAll("main form[method=post]")];
    const form = forms.find((each) => each.querySelector(FIELDS));
    for (const field of form.querySelectorAll(FIELDS)) {
      if (isBox(field)) field.checked = false;
      else if (!field.closest("[aria-hidden=true]")) field.value = "";
    }
    form.noValidate = true;
    form.requestSubmit();
  }

  return { all, contrast, ring, sendEmpty, wide };
})();
