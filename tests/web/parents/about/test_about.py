"""What the site says of itself: reachable from every page, complete, and true where a rule can be held against it."""

import re
from dataclasses import replace
from html import unescape

import pytest

from domain.scales import in_words, shipped
from registry import database, scales
from registry.accounts import RULES
from settings import Settings
from tests.conftest import TODAY
from tests.rooms import Rooms
from tests.web.site.conftest import visitor
from web.parents.about import facts

PAGES = ("/a-propos", "/confidentialite", "/accessibilite", "/mentions-legales")


def words(html: str) -> str:
    bare = re.sub(r"<(script|style|title)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))


@pytest.mark.parametrize("path", PAGES)
def test_each_page_opens_without_a_cookie_and_every_page_leads_to_it(rooms: Rooms, path: str) -> None:
    browser = rooms.visit()
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "{" not in browser.text, "a name in braces was not filled in"
    assert f'href="{path}"' in browser.get("/connexion").text


def test_the_durations_are_those_that_the_product_keeps_to(rooms: Rooms) -> None:
    told = words(rooms.visit().get("/confidentialite").text)
    for name in facts.SCALES:
        assert in_words(shipped().entry(name, TODAY)).replace("\u00a0", " ") in told, name
    assert f"{RULES['am'].idle.days} jours, {RULES['am'].longest.days} au maximum" in told
    for cookie in ("ribambelle-code", "ribambelle-appareil"):
        assert f"« {cookie} »" in told
    assert "« ribambelle »" in told, "the cookie, by its name"


def test_a_duration_that_was_entered_later_is_told(
    rooms: Rooms, registry_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scales, "_read", {})
    with database.connect(registry_url) as operator:
        held = shipped().entry("alert_days", TODAY)
        scales.enter(operator, replace(held, valid_from=TODAY, value=120))
        hours = shipped().entry("agrement_decision_hours", TODAY)
        scales.enter(operator, replace(hours, valid_from=TODAY, value=48))
    assert "120 jours au plus" in words(rooms.visit().get("/confidentialite").text)
    for path in ("/inscription", "/aide/guide"):
        assert "sous 48 heures" in words(rooms.visit().get(path).text), path


def test_who_runs_the_site_is_named_or_said_to_be_missing(room_settings: Settings) -> None:
    named = {"operator_name": "Association <Les Rubans>", "operator_contact": "bonjour@example.org"}
    with visitor(room_settings.model_copy(update={**named, "database_url": ""})) as site:
        for path in ("/confidentialite", "/mentions-legales"):
            told = words(site.get(path).text)
            assert "Association <Les Rubans>" in told
            assert "bonjour@example.org" in told
        assert "n’a pas encore indiqué qui héberge" in words(site.get("/mentions-legales").text)
        assert "Écrire à une assistante" not in words(site.get("/confidentialite").text), "there is no registry here"


def test_robots_may_read_fiches_and_no_one_elses_space(rooms: Rooms) -> None:
    answer = rooms.visit().get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    closed = [line.removeprefix("Disallow: ") for line in answer.text.splitlines()[1:]]
    assert {"/espace", "/api/", "/compte", "/favoris"} <= set(closed)
    # What says « noindex » must be read to be obeyed.
    assert not any("/offre/abc".startswith(path) for path in closed)
    assert not any("/a-propos".startswith(path) for path in closed)
