"""What five tasks of a parent take on the page of results: actions, and pixels to scroll, on a telephone and a desktop.

    python -m docs.tasks SITE

SITE is a running demo. An action is a tap, a choice in a list, or a text that is typed; a scroll is no action, its
pixels are counted. Whatever is folded away is opened first, which are actions too; a search that does not begin by
itself is sent with the button nearest to the field. So the same script measures the page before and after a change of
its layout. It measures the shortest way of somebody who knows the page, not a person.
"""

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

from docs import camera

SIZES = {"360 × 780": (360, 780), "1280 × 800": (1280, 800)}
NANTES = "/?ou=Nantes&lieu=commune:44109"
NEED = f"{NANTES}&type=assistant_maternel&jour=lun&jour=mar&jour=jeu&jour=ven&debut=08:00&fin=18:00"
STATION = "Gare de Nantes"

AT_ONCE_MS = 2_500
"""A search that begins by itself has changed the address by then, on a machine that has other things to do."""

FAR_CARD = 44
"""Counted from 0: of a list that was made longer twice."""

FIRST_FOLD = """field => {
  if (field.checkVisibility()) return null
  const handles = []
  for (let at = field.parentElement; at; at = at.parentElement) {
    if (at.matches("details:not([open])")) handles.push(at.querySelector("summary"))
  }
  return handles.find((handle) => handle.checkVisibility()) || null
}"""
"""The handle that can be seen of the innermost fold that hides an element: on wider screens an outer one that is closed
may show what it holds."""

INTO_VIEW = """element => {
  const scrolled = () => {
    let sum = 0
    for (let at = element; at; at = at.parentElement) sum += at.scrollTop
    return sum
  }
  const before = scrolled(), box = element.getBoundingClientRect()
  // Also what a sticky button lies over has to be scrolled to.
  const foot = element.form && element.form.querySelector(".sheet-foot")
  const covers = foot && !foot.contains(element) && getComputedStyle(foot).position === "sticky"
  const low = covers ? foot.getBoundingClientRect().top : innerHeight
  const inside = box.top >= 0 && box.bottom <= low
  if (!inside) element.scrollIntoView({block: box.height > innerHeight ? "start" : "center", behavior: "instant"})
  return Math.abs(scrolled() - before)
}"""


@dataclass
class Effort:
    """What a task took so far on a page."""

    page: Page
    actions: int = 0
    pixels: int = 0

    def see(self, what: Locator) -> None:
        """Open what hides it, and scroll to it."""
        what.wait_for(state="attached")
        while (fold := what.evaluate_handle(FIRST_FOLD).as_element()) is not None:
            self.pixels += round(fold.evaluate(INTO_VIEW))
            fold.click()
            self.actions += 1
        self.pixels += round(what.evaluate(INTO_VIEW))

    def tap(self, what: Locator) -> None:
        self.see(what)
        # A tick of a day is drawn by the text beside it, which lies over it.
        what.click(force=True)
        self.actions += 1

    def choose(self, field: Locator, value: str) -> None:
        self.see(field)
        field.select_option(value)
        self.actions += 1

    def type(self, field: Locator, text: str) -> None:
        self.see(field)
        field.fill("")
        field.press_sequentially(text, delay=20)
        self.actions += 1

    def search(self, last: Locator, asked: set[tuple[str, str]]) -> None:
        """Until the address holds what is asked for: by itself, or by the button that follows the field."""
        self.send(last, lambda url: asked <= set(parse_qsl(urlsplit(url).query)))

    def send(self, last: Locator, holds: Callable[[str], bool]) -> None:
        if self.until(holds):
            return
        # The button of the panel of the field, or else the next one on the page that can be seen.
        nearest = last.locator("xpath=ancestor::details[1]").locator("button[type=submit]:visible")
        self.tap(nearest.first if nearest.count() else self.page.locator("#recherche button[type=submit]:visible").last)
        if not self.until(holds):
            raise SystemExit(f"The search was not done: {self.page.url}")

    def until(self, holds: Callable[[str], bool]) -> bool:
        try:
            self.page.wait_for_url(holds, timeout=AT_ONCE_MS, wait_until="commit")
        except TookTooLong:
            return False
        ready(self.page)
        return True

    def first_card(self) -> None:
        self.see(self.page.locator("#liste > .card").first)


def ready(page: Page) -> None:
    """The list stands, and the scripts have taken the page."""
    page.wait_for_load_state("load")
    page.locator("#resultats:not([aria-busy=true])").wait_for()
    page.locator("#liste > .card").first.wait_for(state="attached")


def free_for_four_days(effort: Effort) -> None:
    """From all that is around Nantes to assistantes maternelles who are free on four days."""
    page = effort.page
    effort.tap(page.locator("#recherche input[name=type][value=assistant_maternel]"))
    effort.until(lambda url: "type=assistant_maternel" in url)
    for day in ("lun", "mar", "jeu", "ven"):
        effort.tap(page.locator(f"#recherche input[name=jour][value={day}]"))
    only_free = page.locator("#recherche input[name=libres]")
    effort.tap(only_free)
    effort.search(only_free, {("jour", "ven"), ("type", "assistant_maternel"), ("libres", "oui")})
    effort.first_card()


def another_day(effort: Effort) -> None:
    """From four days with Thursday to four with Wednesday."""
    thursday, wednesday = (effort.page.locator(f"#recherche input[name=jour][value={day}]") for day in ("jeu", "mer"))
    effort.tap(thursday)
    effort.tap(wednesday)
    effort.search(wednesday, {("jour", "mer")})
    effort.first_card()


def near_the_station(effort: Effort) -> None:
    """From around Nantes to around its station, by what is proposed for its name."""
    where = effort.page.locator("#ou")
    effort.type(where, STATION)
    option = effort.page.get_by_role("option").filter(has_text=re.compile("gare", re.IGNORECASE)).first
    option.wait_for()
    effort.tap(option)
    effort.send(where, lambda url: "gare" in url.lower())
    effort.first_card()


def half_an_hour(effort: Effort) -> None:
    """From exact hours to hours that may be half an hour shorter at both ends."""
    lenience = effort.page.locator("#recherche [name=souplesse]")
    effort.choose(lenience, "30")
    effort.search(lenience, {("souplesse", "30")})
    effort.first_card()


def back_to_the_list(effort: Effort) -> None:
    """From the fiche of the 45th offer back to it in the list, which is as long as before. What led there is not
    counted."""
    page, cards = effort.page, effort.page.locator("#liste > .card")
    longer(page, cards)
    href = str(cards.nth(FAR_CARD).locator("h3 a").get_attribute("href"))
    cards.nth(FAR_CARD).locator("h3 a").click()
    page.wait_for_url(lambda url: "/offre/" in url)
    page.go_back()
    effort.actions += 1
    ready(page)
    page.wait_for_timeout(AT_ONCE_MS)
    wanted = page.locator(f'#liste h3 a[href="{href}"]')
    while not wanted.count():
        more = cards.count()
        effort.tap(page.locator("#suite"))
        page.wait_for_function("count => document.querySelectorAll('#liste > .card').length > count", arg=more)
    effort.see(wanted.locator("xpath=ancestor::li[1]"))


def longer(page: Page, cards: Locator) -> None:
    while (count := cards.count()) <= FAR_CARD:
        page.locator("#suite").click()
        page.wait_for_function("count => document.querySelectorAll('#liste > .card').length > count", arg=count)


TASKS: dict[str, tuple[str, Callable[[Effort], None]]] = {
    "a free assistante maternelle for four days": (NANTES, free_for_four_days),
    "change one day": (NEED, another_day),
    "who is near the station": (NEED, near_the_station),
    "widen by half an hour": (NEED, half_an_hour),
    "back to the list": (NANTES, back_to_the_list),
}


def measured(browser: Browser, site: str) -> Iterator[tuple[str, str]]:
    """Each task, with its actions and pixels at each size."""
    for name, (begins, done) in TASKS.items():
        told = []
        for width, height in SIZES.values():
            context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR")
            context.set_default_timeout(camera.PATIENCE_S * 1_000)
            page = context.new_page()
            page.goto(site + begins)
            ready(page)
            effort = Effort(page)
            done(effort)
            told.append(f"{effort.actions} / {effort.pixels:,} px")
            context.close()
        yield name, " | ".join(told)


def main() -> None:
    parser = argparse.ArgumentParser(prog="docs.tasks", description="What five tasks take on the page of results.")
    parser.add_argument("site", help="the address of a running demo")
    site = parser.parse_args().site.rstrip("/")
    print(f"| actions / pixels scrolled | {' | '.join(SIZES)} |")
    print(f"| --- {'| ---: ' * len(SIZES)}|")
    with sync_playwright() as playwright:
        browser = camera.launch(playwright)
        for name, told in measured(browser, site):
            print(f"| {name} | {told} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
