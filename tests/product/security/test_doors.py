"""What opens one door opens no other, ends when it should, and is written down."""

from datetime import timedelta
from uuid import UUID

import pytest

from registry import accounts, database
from registry.accounts import codes, mail_change
from registry.accounts.codes import Asker, Purpose
from registry.database import Connection
from settings.keys import Keys
from tests.conftest import ROOT
from tests.product.security import mailbox
from tests.product.security.doors import DOORS, MAIL, NEW_MAIL, SAME, Door, World, world
from tests.rooms import NOW, Clock, Rooms

KEYS, BROWSER = Keys(("a key",)), Asker(b"a browser", [b"a client"])


def by_name(door: Door) -> str:
    return door.name


@pytest.mark.parametrize("door", DOORS, ids=by_name)
def test_a_door_opens_to_its_own_alone(rooms: Rooms, door: Door) -> None:
    around = world(rooms)
    others = {name: text for name, text in around.made.items() if name != door.name}
    # Two codes may be the same six digits by chance.
    foreign = {name: text for name, text in others.items() if text != around.made[door.name]}
    apart = next((names for names in SAME if door.name in names), {door.name})
    wrong = ["", " ", "x" * 400, "\0", around.made[door.name][:-2], around.made[door.name] + "A", "é"]
    opened = [name for name, text in foreign.items() if name not in apart and door.opens(around, text)]
    assert opened == []
    assert [text for text in wrong if door.opens(around, text)] == ([""] if door.name == "desk link" else [])
    assert door.opens(around, around.made[door.name])


@pytest.mark.parametrize("door", [door for door in DOORS if door.life], ids=by_name)
def test_it_ends_with_its_life(rooms: Rooms, clock: Clock, door: Door) -> None:
    around = world(rooms)
    assert door.life is not None
    clock.now = NOW + door.life - timedelta(seconds=1)
    if door.name != "proof code":  # its session's proof is asked for again, and the code would be used up
        assert door.opens(around, around.made[door.name]), "a moment before"
    around = _again(rooms, clock)
    clock.now = NOW + door.life + timedelta(seconds=1)
    assert not door.opens(around, around.made[door.name]), "a moment after"


@pytest.mark.parametrize("door", [door for door in DOORS if door.name.endswith("code") and door.name != "desk code"])
def test_a_code_opens_once(rooms: Rooms, door: Door) -> None:
    around = world(rooms)
    assert door.opens(around, around.made[door.name])
    assert not door.opens(around, around.made[door.name])


@pytest.mark.parametrize("door", DOORS, ids=by_name)
def test_what_lies_in_the_old_mailbox_ends_with_a_change_of_address(rooms: Rooms, door: Door) -> None:
    around = world(rooms)
    if door.name.startswith("desk"):
        with database.connect(rooms.settings.database_url) as conn:
            _change(conn, rooms, around.newcomer.id, "accueil.nouvelle@example.org")
    else:
        with database.connect(rooms.settings.database_url) as conn:
            _change(conn, rooms, around.account.id, NEW_MAIL)
    assert door.opens(around, around.made[door.name]) is not door.change


@pytest.mark.parametrize("door", DOORS, ids=by_name)
def test_what_ends_with_sign_out_everywhere(rooms: Rooms, door: Door) -> None:
    around = world(rooms)
    rooms.visit(around.account).post("/compte/deconnecter-partout")
    assert door.opens(around, around.made[door.name]) is not door.everywhere


def test_the_link_to_resume_ends_with_the_submission_and_with_a_sign_out(rooms: Rooms) -> None:
    (door,) = (door for door in DOORS if door.name == "link to resume")
    around = world(rooms)
    browser = rooms.visit(around.account)
    browser.get("/compte")
    browser.post("/deconnexion")
    assert not door.opens(around, around.made[door.name])


def test_the_link_to_resume_signs_nobody_in(rooms: Rooms) -> None:
    around = world(rooms)
    token = around.made["link to resume"]
    browser = rooms.visit()
    browser.get(f"/inscription/reprendre?jeton={token}")
    assert MAIL not in browser.text, "the page tells nothing of whose it is"
    browser.post("/inscription/reprendre", {"jeton": token})
    assert browser.get("/compte", follow=False).status_code == 303
    browser.get("/inscription/code")
    assert browser.post("/inscription/code", {"code": mailbox.codes(rooms, MAIL)[-1]}).url.path.startswith(
        "/inscription"
    )
    assert browser.get("/compte", follow=False).status_code == 200


def test_every_code_is_of_one_purpose_and_one_browser(registry: Connection) -> None:
    accounts.create(registry, MAIL, "am")
    purposes: tuple[Purpose, ...] = ("sign_in", "registration", "oidc", "proof", "second")
    sent: dict[str, str] = {}
    for n, purpose in enumerate(purposes):
        asker = Asker(BROWSER.browser, [b"client %d" % n])
        codes.send(registry, KEYS, MAIL, purpose, asker, NOW, site_url="https://site.example")
        body = registry.execute("select body from mail_outbox order by queued_at desc limit 1").fetchall()[0][0]
        sent[purpose] = next(line.strip() for line in body.splitlines() if line.startswith("    "))
    for purpose in purposes:
        for other in (each for each in purposes if sent[each] != sent[purpose]):
            assert not codes.check(registry, KEYS, MAIL, other, BROWSER.browser, sent[purpose], NOW)
        assert not codes.check(registry, KEYS, MAIL, purpose, b"another browser", sent[purpose], NOW)
        assert not codes.check(registry, KEYS, "autre@example.org", purpose, BROWSER.browser, sent[purpose], NOW)
    registry.execute("update sign_in_code set attempts = 0")
    for purpose in purposes:
        assert codes.check(registry, KEYS, MAIL, purpose, BROWSER.browser, sent[purpose], NOW)


def test_the_page_for_operators_has_every_door() -> None:
    page = (ROOT / "docs" / "accounts.md").read_text("utf-8")
    for door in DOORS:
        life = "as long as what it is of" if door.life is None else _words(door.life)
        answers = ["yes" if answer else "no" for answer in (door.once, door.change, door.everywhere)]
        assert f"| {door.name} | {' | '.join([life, *answers])} |" in page, door.name


def _again(rooms: Rooms, clock: Clock) -> World:
    clock.now = NOW
    return world(rooms)


def _change(conn: Connection, rooms: Rooms, account: UUID, wanted: str) -> None:
    """A change of address whose two links were followed."""
    found = accounts.by_id(conn, account)
    assert found is not None
    keys, site = rooms.settings.keys, rooms.settings.site_url
    mail_change.ask(conn, keys, found, wanted, rooms.clock(), site_url=site)
    for address in (found.mail, wanted):
        rows = conn.execute(
            "select body from mail_outbox where recipient = %s and strpos(body, 'jeton=') > 0"
            " and strpos(body, '/compte/adresse') > 0 order by queued_at desc limit 1",
            [address],
        ).fetchall()
        token = rows[0][0].partition("jeton=")[2].split()[0]
        outcome = mail_change.confirm(conn, keys, token, rooms.clock(), site_url=site)
    assert outcome == "done"


def _words(span: timedelta) -> str:
    if span < timedelta(hours=1):
        return f"{span.seconds // 60} minutes"
    return f"{span.days} day{'s' if span.days > 1 else ''}"
