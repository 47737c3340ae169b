"""A search with `near`, from its address to its page: the way through our modules is straight.

Each module is entered once on the way in and once on the way out (tests/walk.py says what that means). Who must be
entered more often stands here with the reason; a new line in it wants as good a one.
"""

from tests.search_api.conftest import Client
from tests.walk import IN, OUT, Walk

ADDRESS = "/?ou=Nantes&lieu=commune:44109&rayon=5&jour=lun&jour=mar&debut=08:00&fin=17:00"
"""Around Nantes, as a suggestion that was chosen leads to it, with a need."""

ROOMS = ("search_api", "web")

TURN = ("search_api.engine.engine", "complete")
"""The engine has answered the search."""


def test_each_module_is_entered_once_on_the_way_in_and_once_on_the_way_out(site: Client) -> None:
    site.get(ADDRESS)  # what is remembered of places is there, as for most visitors
    walk = Walk(ROOMS, TURN)

    async def walked() -> str:
        with walk.seen():
            return (await site.http.get(ADDRESS)).text

    assert "autour de Nantes" in site.portal.call(walked)
    often = {
        (way, module): walk.callers(way, module)
        for way in (IN, OUT)
        for module, count in walk.stays(way).items()
        if count > 1
    }
    assert often == {}, "\n".join(map(str, walk.order))
