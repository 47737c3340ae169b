"""What the page of results asks beside its list, and what becomes of it where the engine is slow or away."""

import asyncio
import logging
import re
from html import unescape

import pytest

from search_api.engine import engine
from search_api.problems import EngineUnavailable
from tests.search_api.conftest import Client
from tests.web.site.reading import LONG, above, cards, links, offered, search
from web.shared.search import parameters


def test_a_page_that_is_answered_by_plenty_asks_for_nothing_more(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = engine.asked

    async def noted(*given: object, **more: object) -> object:
        asked.append(str(given[2]))
        return await ask(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "asked", noted)

    def rounds(*pairs: tuple[str, str]) -> int:
        """Of searches; what is remembered of places is asked once."""
        search(site, *pairs)
        asked.clear()
        search(site, *pairs)
        return sum("search" in path for path in asked)

    simple = rounds(("type", "assistant_maternel"))
    free = [("jour", "lun"), ("debut", "08:00"), ("fin", "12:00")]
    monkeypatch.setattr("web.shared.search.nearly.PLENTY", 1)
    assert rounds(*free) == simple
    monkeypatch.setattr("web.shared.search.nearly.PLENTY", 10)
    assert rounds(*free) == simple + 1, "what a little less would find; nobody is proposed by two"
    assert rounds(*LONG) == simple + 3, "who comes nearest and two together as well"
    assert rounds(*LONG, ("type", "eaje")) == simple, "crèches declare nothing"


MISSING = "Une partie de nos suggestions manque"


def test_a_list_does_not_wait_for_what_stands_beside_it(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = search(site, *LONG)
    assert "Personne ne couvre" in above(told)
    assert MISSING not in above(told)
    assert told.headers["cache-control"] == "private, max-age=60"
    with monkeypatch.context() as hurried:
        hurried.setattr("web.shared.search.asking.BESIDE_S", 0.0)
        response = search(site, *LONG)
    assert cards(response) == cards(told)
    assert "Personne ne couvre" not in above(response)
    assert offered(response) == {}
    assert MISSING in above(response)
    assert response.headers["cache-control"] == "no-store"
    [again] = re.findall(r'<a href="([^"]+)" id="reessayer"', response.text)
    assert "#" not in again, "a browser would stay on the page that it has"
    assert above(site.get(unescape(again))) == above(told)


def test_what_is_missing_leaves_a_line_and_a_count_without_what_was_searched_for(
    site: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def counted() -> dict[str, float]:
        name, figures = "ribambelle_search_beside_missing_total", site.app.state.metrics
        return {part: figures.get_sample_value(name, {"part": part}) or 0 for part in ("less", "pairs", "reason")}

    def said() -> list[tuple[int, str]]:
        """Of what is missing; on a machine that is busy a search may be slow as well."""
        found = [(record.levelno, record.getMessage()) for record in caplog.records if record.name.endswith(".search")]
        return [each for each in found if not each[1].startswith("slow")]

    caplog.set_level(logging.INFO, "ribambelle.search")
    search(site, *LONG)
    before = counted()
    assert said() == []
    monkeypatch.setattr("web.shared.search.asking.BESIDE_S", 0.0)
    search(site, *LONG)
    assert said() == [(logging.INFO, "missing beside=less,pairs")]
    assert counted() == {**before, "less": before["less"] + 1, "pairs": before["pairs"] + 1}


OF_PAIRS = (b'"size":200', b'"track_total_hits":false')
"""What the search of the offers that are tried for pairs has, and no other."""


def test_one_slow_question_leaves_the_others(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The offers that are tried for pairs never come."""
    told = search(site, *LONG)
    ask = engine.asked

    async def one_slow(*given: object, **more: object) -> object:
        bodies = [each for each in given if isinstance(each, bytes)]
        if any(all(part in each for part in OF_PAIRS) for each in bodies):
            await asyncio.Event().wait()
        return await ask(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "asked", one_slow)
    monkeypatch.setattr("web.shared.search.asking.BESIDE_S", 4.0)
    response = search(site, *LONG)
    assert "Personne ne couvre toute votre recherche" in above(response)
    assert offered(response) == offered(told)
    assert MISSING in above(response)
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("away", "others"), [((b'"counted"',), False), (OF_PAIRS, True)])
def test_each_group_beside_a_list_is_whole_or_is_not_there(
    site: Client, monkeypatch: pytest.MonkeyPatch, away: tuple[bytes, ...], others: bool
) -> None:
    """The engine does not answer one of the searches: the counts, or the offers that are tried for pairs; the list
    is there."""
    told = search(site, *LONG)
    ask = engine.asked
    refused: list[object] = []

    async def one_away(*given: object, **more: object) -> object:
        if any(isinstance(each, bytes) and all(part in each for part in away) for each in given):
            refused.append(given)
            raise EngineUnavailable
        return await ask(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "asked", one_away)
    response = search(site, *LONG)
    assert refused
    assert cards(response) == cards(told)
    assert ("Personne ne couvre" in above(response)) == others
    assert offered(response) == (offered(told) if others else {})
    assert MISSING in above(response)


def test_the_next_page_of_a_list_has_the_list_alone(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parameters.PAGE, "limit", "1")
    first = search(site, *LONG)
    assert "Personne ne couvre" in above(first)
    following = {link for link in links(first.text) if "suite=" in link}
    assert following
    for link in following:
        following_page = site.get(link)
        assert cards(following_page)
        assert "Personne ne couvre" not in following_page.text
        assert offered(following_page) == {}
