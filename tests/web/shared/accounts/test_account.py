"""One's own account: a change of mail that needs both addresses, and where the account is open."""

import re
from datetime import timedelta

from registry import accounts, database
from registry.accounts import housekeeping
from tests.rooms import Browser, Clock, Rooms

OLD, NEW = "ancienne@example.org", "nouvelle@example.org"


def links(rooms: Rooms) -> dict[str, str]:
    """The confirming path in the last mail to each address."""
    with database.connect(rooms.settings.database_url) as conn:
        rows = conn.execute("select recipient, body from mail_outbox order by queued_at").fetchall()
    found = {who: re.search(r"/compte/adresse/confirmer\?jeton=\S+", body) for who, body in rows}
    return {who: match[0] for who, match in found.items() if match}


def confirm(browser: Browser, path: str) -> int:
    answer = browser.get(path)
    if answer.status_code != 200:
        return answer.status_code
    return browser.post("/compte/adresse/confirmer", {"jeton": path.partition("jeton=")[2]}).status_code


def mail_of(rooms: Rooms, mail: str) -> bool:
    with database.connect(rooms.settings.database_url) as conn:
        return accounts.by_mail(conn, mail) is not None


def test_a_mail_changes_when_both_addresses_have_confirmed(rooms: Rooms) -> None:
    browser = rooms.visit(rooms.account("am", OLD))
    browser.get("/compte")
    browser.post("/compte/adresse", {"mail": NEW})
    assert NEW in browser.text
    mailed = links(rooms)
    elsewhere = rooms.visit()
    elsewhere.get(mailed[NEW])
    assert confirm(elsewhere, mailed[NEW]) == 200
    assert mail_of(rooms, OLD)
    assert confirm(elsewhere, mailed[NEW]) == 410
    assert confirm(elsewhere, mailed[OLD]) == 200
    assert not mail_of(rooms, OLD)
    assert mail_of(rooms, NEW)
    assert browser.get("/compte").url.path == "/connexion"


def test_to_open_a_link_changes_nothing(rooms: Rooms) -> None:
    browser = rooms.visit(rooms.account("am", OLD))
    browser.post("/compte/adresse", {"mail": NEW})
    for path in links(rooms).values():
        assert browser.get(path).status_code == 200
    assert mail_of(rooms, OLD)


def test_a_later_demand_or_two_days_put_an_end_to_a_link(rooms: Rooms, clock: Clock) -> None:
    browser = rooms.visit(rooms.account("am", OLD))
    browser.post("/compte/adresse", {"mail": "faute@example.org"})
    first = links(rooms)
    browser.post("/compte/adresse", {"mail": NEW})
    second = links(rooms)
    assert confirm(browser, first["faute@example.org"]) == 410
    clock.now += timedelta(days=3)
    assert confirm(browser, second[NEW]) == 410
    assert mail_of(rooms, OLD)


def test_an_address_that_is_taken_is_told_to_its_owner_alone(rooms: Rooms) -> None:
    rooms.account("am", NEW)
    browser = rooms.visit(rooms.account("am", OLD))
    browser.post("/compte/adresse", {"mail": NEW})
    taken = browser.text
    assert NEW not in links(rooms)
    assert confirm(browser, links(rooms)[OLD]) == 200
    assert mail_of(rooms, OLD)
    browser.post("/compte/adresse", {"mail": "libre@example.org"})
    assert browser.text == taken.replace(NEW, "libre@example.org")


def test_writing_to_strangers_is_limited(rooms: Rooms) -> None:
    browser = rooms.visit(rooms.account("am", OLD))
    answers = [browser.post("/compte/adresse", {"mail": f"n{n}@example.org"}).status_code for n in range(6)]
    assert answers == [200] * 5 + [429]


def test_sessions_are_listed_and_ended_one_by_one_or_all(rooms: Rooms) -> None:
    account = rooms.account("moderator", OLD)
    here, there, third = rooms.visit(account), rooms.visit(account), rooms.visit(account)
    stranger = rooms.visit(rooms.account("moderator"))
    here.get("/compte")
    (other, *_) = re.findall(r'name="appareil" value="(\w+)"', here.html)
    assert len(re.findall(r'name="appareil"', here.html)) == 2
    stranger.post("/compte/appareils/deconnecter", {"appareil": other})
    assert there.get("/compte").url.path == "/compte"
    here.post("/compte/appareils/deconnecter", {"appareil": other})
    assert {there.get("/compte").url.path, third.get("/compte").url.path} == {"/compte", "/connexion"}
    here.post("/compte/deconnecter-partout")
    assert [each.get("/compte").url.path for each in (here, there, third)] == ["/connexion"] * 3
    assert stranger.get("/compte").url.path == "/compte"


def test_the_night_forgets_what_had_its_time(rooms: Rooms, clock: Clock) -> None:
    browser = rooms.visit(rooms.account("am", OLD))
    browser.post("/compte/adresse", {"mail": NEW})
    rooms.visit().post("/connexion", {"mail": OLD})
    with database.connect(rooms.settings.database_url) as conn:
        assert housekeeping.forget(conn, clock.now) == 0
        assert housekeeping.forget(conn, clock.now + timedelta(days=40)) == 8
        for table in ("session", "sign_in_code", "throttle", "link", "mail_change", "challenge"):
            assert conn.execute(f"select count(*) from {table}").fetchall() == [(0,)]


def test_a_closed_account_leaves_its_mail_and_its_links_behind(rooms: Rooms) -> None:
    account = rooms.account("am", OLD)
    with database.connect(rooms.settings.database_url) as conn:
        accounts.close(conn, account.id)
        assert OLD not in str(conn.execute("select * from account").fetchall())
        assert accounts.sign_up(conn, OLD).id != account.id
