"""What is logged when something goes wrong with a private fact."""

import psycopg
import pytest

from registry.database import Connection
from tests.conftest import LOCAL, wait_for
from tests.records import assistant


def test_the_databases_log_tells_the_error_but_not_the_row(registry: Connection, run_id: str) -> None:
    offer = assistant(registry)
    with pytest.raises(psycopg.errors.CheckViolation), registry.transaction():
        registry.execute("update am_home set address = '8 impasse du Secret', lat = 99 where offer = %s", [offer])
    with pytest.raises(psycopg.errors.UniqueViolation), registry.transaction():
        registry.execute("insert into am_contact (offer, phone) values (%s, '06 39 98 11 11')", [offer])

    def logged() -> str:
        return (LOCAL / f"test-{run_id}" / "postgresql" / "postgresql.log").read_text("utf-8")

    wait_for(lambda: "am_home_lat_check" in logged() and "am_contact_pkey" in logged(), what="both errors in the log")
    for private in ("impasse du Secret", "06 39 98 11 11", offer):
        assert private not in logged()
