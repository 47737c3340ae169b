"""The département's list: its own territory, audited, and no formula in the file."""

import csv
import io
from datetime import UTC, date, datetime

from registry import database
from tests.records import assistant
from tests.rooms import Rooms


def test_the_list_and_its_file_are_the_departements_own_and_audited(rooms: Rooms) -> None:
    rooms.clock.now = datetime(2026, 6, 2, 9, tzinfo=UTC)
    with database.connect(rooms.settings.database_url) as conn:
        late = assistant(conn, confirmed_on=date(2025, 11, 30))
        conn.execute("update am_identity set last_name = '=HYPERLINK(\"http://x\")' where offer = %s", [late])
        conn.execute("update agrement set number = '@SUM(1)' where offer = %s", [late])
    account = rooms.account("department", department="44")
    browser = rooms.visit(account)
    browser.get("/departement")
    assert "HYPERLINK" in browser.text
    answer = browser.get("/departement/retards.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[1] == ['\'=HYPERLINK("http://x")', "Nadia", "'@SUM(1)", "Nantes", "2025-11-30", "0", ""]
    elsewhere = rooms.visit(rooms.account("department", department="75"))
    assert "HYPERLINK" not in elsewhere.get("/departement/retards.csv").text
    assert rooms.visit(rooms.account("rpe")).get("/departement/retards.csv").status_code == 403
    with database.connect(rooms.settings.database_url) as conn:
        noted = conn.execute(
            "select action, detail ->> 'rows', fields from audit where account = %s order by id", [account.id]
        ).fetchall()
    assert [(action, rows) for action, rows, _ in noted] == [("duties.read", "1"), ("duties.export", "1")]
    assert "last_name" in noted[0][2]
