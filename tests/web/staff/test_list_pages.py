"""Lists by pages, whatever stands in the address."""

import pytest

from registry import database
from tests.records import assistant
from tests.rooms import Rooms


@pytest.mark.parametrize("page", ["9" * 5_000, "999999999", "-1", "deux", "²", ""])
def test_a_list_opens_whatever_page_is_asked_for(rooms: Rooms, page: str) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        hers = rooms.account("am", offer=assistant(conn))
    moderator = rooms.account("moderator")
    for account, path in (
        (hers, "/espace/messages"),
        (moderator, "/signalements"),
        (moderator, "/messages/signales"),
        (moderator, "/demenagements"),
    ):
        assert rooms.visit(account).get(f"{path}?page={page}").status_code == 200, path
