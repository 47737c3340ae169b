"""A page that counts what waits for its reader, while no connection of the registry is free."""

from contextlib import ExitStack

from registry import database
from tests.records import assistant
from tests.rooms import Rooms
from web.core import pages


def test_a_page_does_not_wait_for_a_connection_that_another_page_may_hold(rooms: Rooms) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        hers = rooms.account("am", offer=assistant(conn))
    site = rooms.app.state.site
    with ExitStack() as held:
        for _ in range(site.pool.max_size):
            held.enter_context(site.pool.connection())
        for account in (hers, rooms.account("administrator"), rooms.account("rpe", communes=["44109"])):
            assert pages._waiting(site, account) == {"unread": 0, "to_confirm": 0}
    assert pages._waiting(site, None) == {"unread": 0, "to_confirm": 0}
