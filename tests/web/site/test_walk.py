"""A search with `near`, from its address to its page: the way through our modules is straight.

Each module is entered once on the way in and once on the way out (tests/walk.py says what that means). Who is entered
by several stands here with the reason; a new line in it wants as good a one.
"""

import pytest

from tests.search_api.conftest import Client
from tests.walk import IN, OUT, Walk

NEED = "jour=lun&jour=mar&debut=08:00&fin=17:00"
CHOSEN = f"/?ou=Nantes&lieu=commune:44109&rayon=5&{NEED}"
"""Around Nantes, as a suggestion that was chosen leads to it."""

LESS = "/?ou=Nantes&lieu=commune:44109&rayon=5&jour=mar&jour=jeu&debut=07:15&fin=19:15"
"""The same of hours that nobody covers: the page offers a little less, and who comes nearest."""

HERE = f"/?ou=Ma position&autour=47.2186,-1.5541&rayon=5&{NEED}"

ROOMS = ("search_api", "web")

TURN = ("search_api.engine.engine", "complete")
"""The engine has answered the search."""

SEVERAL = {
    (IN, "web.app"): (
        ["web.core.headers", "search_api.http.wrappers"],
        "the site's middlewares stand around the API's and, where a page costs something, within them",
    ),
    (IN, "web.shared.search.need"): (
        ["web.shared.search.forms", "web.shared.search.parameters"],
        "what is wrong with the hours that were typed is one question, the lines that they ask for another",
    ),
    (IN, "web.shared.search.filters"): (
        ["web.shared.search.forms", "web.shared.search.parameters"],
        "likewise: what is wrong with the panel's fields, and what they ask for",
    ),
    (IN, "search_api.places"): (
        ["web.shared.search.places", "search_api.offers"],
        "the place that the form names by its id, then the names of the territories of any query",
    ),
    (IN, "search_api.query.filters"): (
        ["search_api.query.queries", "search_api.query.sorts", "search_api.query.facets"],
        "the words of which every part of a body is made: conditions, scores and facets",
    ),
    (OUT, "web.shared.search.nearly"): (
        ["web.shared.search.asking", "web.parents.search.routes"],
        "whether enough offers cover the need is one question, what is said of them another",
    ),
    (OUT, "web.shared.search.summary"): (
        ["web.parents.search.results", "web.parents.search.bar", "web.parents.search.results"],
        "where the list looks, how the bar names the children, and in a few words the need that the form folds away",
    ),
    (OUT, "web.shared.search.filters"): (
        ["web.parents.search.results", "web.parents.search.bar"],
        "the fields with their counts, then the chips of what is set",
    ),
    (OUT, "web.shared.search.forms"): (
        ["web.parents.search.bar", "web.parents.search.results"],
        "the addresses of the bar, then those of the list",
    ),
    (OUT, "search_api.answer.availability"): (
        ["search_api.answer.cards", "search_api.offers"],
        "what a card says of an offer; whether that suffices is asked of the card",
    ),
    (OUT, "search_api.answer.coverage"): (
        ["search_api.answer.availability", "search_api.answer.availability"],
        "what a week holds is looked up, then what the best match lacks is put in words",
    ),
    (OUT, "search_api.request.need"): (
        ["search_api.answer.availability", "search_api.answer.availability"],
        "the shortenings that a day admits, then the share that a match has of the need",
    ),
    (OUT, "web.shared.cards"): (
        ["web.parents.search.results", "web.core.rendering"],
        "the form's own template shows the icon of each kind",
    ),
}
"""(way, module): who enters it, in their order, and why."""


def walked(site: Client, address: str) -> Walk:
    site.get(address)  # what is remembered of places is there, as for most visitors
    walk = Walk(ROOMS, TURN)

    async def look() -> str:
        with walk.seen():
            return (await site.http.get(address)).text

    assert "résultat" in site.portal.call(look)
    return walk


def test_each_module_is_entered_once_on_the_way_in_and_once_on_the_way_out(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the list alone: what a page asks beside it are searches of their own, each with its way in, within the list's
    way out (below)."""
    monkeypatch.setattr("web.shared.search.nearly.PLENTY", 0)
    walk = walked(site, CHOSEN)
    several = {
        (way, module): walk.callers(way, module)
        for way in (IN, OUT)
        for module, count in walk.stays(way).items()
        if count > 1
    }
    assert several == {entered: callers for entered, (callers, _) in SEVERAL.items()}


@pytest.mark.parametrize("address", [CHOSEN, HERE])
def test_the_address_is_read_before_the_places_and_these_before_the_parameters(site: Client, address: str) -> None:
    """And the form is not looked into again before there are results."""
    walk = walked(site, address)
    from_page = [callee for way, caller, callee in walk.order if (way, caller) == (IN, "web.parents.search.routes")]
    assert from_page == [
        "web.shared.search.forms",
        "web.shared.search.places",
        "web.shared.search.parameters",
        "search_api.parameters",
        "search_api.query_log",
    ]
    assert walk.callers(IN, "web.shared.search.forms") == ["web.parents.search.routes"]


def test_what_less_would_find_goes_from_the_form_to_what_it_means(site: Client) -> None:
    """A change becomes a form, the form a search, and that is compared with what was counted."""
    walk = walked(site, LESS)
    from_nearly = [callee for way, caller, callee in walk.order if (way, caller) == (OUT, "web.shared.search.nearly")]
    assert from_nearly == [
        "search_api.offers",  # whether an offer covers the need
        "web.shared.search.parameters",  # how far it is now
        "web.shared.cards",  # who comes nearest
        "web.shared.search.forms",
        "web.shared.search.parameters",
        "search_api.parameters",
        "search_api.request.asking_less",
        "web.shared.search.forms",  # the link
    ]
    asking = [callee for way, caller, callee in walk.order if (way, caller) == (OUT, "web.shared.search.asking")]
    assert {callee for callee in asking if callee.startswith("search_api.")} == {"search_api.pairs"}, "by its face"
    route = [callee for way, caller, callee in walk.order if (way, caller) == (OUT, "web.parents.search.routes")]
    assert not [callee for callee in route if callee.startswith("search_api.")], "the route leaves it to that module"
    # The counts and who comes nearest are tasks of their own, which nobody is seen to call.
    assert {"search_api.nearly", "search_api.offers"} <= {caller for way, caller, _ in walk.order if way == OUT}


def test_the_engine_is_asked_once_for_the_list(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """And besides only where few offers cover the need."""

    def asking() -> set[str]:
        walk = walked(site, CHOSEN)
        assert walk.callers(IN, "search_api.engine.engine") == ["search_api.offers"]
        # How fresh the data are is remembered for two seconds.
        return set(walk.callers(OUT, "search_api.engine.engine")) - {"search_api.engine.status"}

    assert asking() == {"search_api.offers"}, "what a little less would find"
    monkeypatch.setattr("web.shared.search.nearly.PLENTY", 1)
    assert asking() == set()
