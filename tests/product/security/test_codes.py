"""Mailed codes: six digits, one purpose, one browser. An empty one opened any account before."""

from datetime import timedelta

import pytest

from registry import accounts, database
from registry.accounts import Role
from tests.product.security.mailbox import codes, mails
from tests.rooms import Browser, Clock, Rooms

VICTIM, ATTACKER = "victime@example.org", "attaquant@example.org"


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/compte", follow=False).status_code == 200


@pytest.mark.parametrize("code", ["", " ", "0", "00000", "0000000", "000000\n1", "٠٠٠٠٠٠", "abcdef", "000000"])
def test_no_text_that_is_not_the_code_opens_an_account_for_a_mail_that_has_none(rooms: Rooms, code: str) -> None:
    attacker = rooms.visit()
    attacker.post("/inscription", {"mail": VICTIM})
    attacker.post("/connexion", {"mail": VICTIM})
    for path in ("/inscription/code", "/connexion/code"):
        attacker.post(path, {"code": code}, follow=False)
        assert not is_signed_in(attacker)
    with database.connect(rooms.settings.database_url) as conn:
        assert accounts.by_mail(conn, VICTIM) is None


def test_an_account_that_is_opened_within_ten_minutes_is_not_opened_by_a_code_of_before(rooms: Rooms) -> None:
    attacker = rooms.visit()
    attacker.post("/inscription", {"mail": VICTIM})
    attacker.post("/connexion", {"mail": VICTIM})
    rooms.account("moderator", VICTIM)
    for code in ("", "000000"):
        attacker.post("/connexion/code", {"code": code}, follow=False)
        attacker.post("/inscription/code", {"code": code}, follow=False)
        assert attacker.get("/connexion/second", follow=False).headers.get("location") == "/connexion"
        assert not is_signed_in(attacker)


@pytest.mark.parametrize(("asked", "elsewhere"), [("/connexion", "/inscription"), ("/inscription", "/connexion")])
def test_a_code_is_of_its_purpose(rooms: Rooms, asked: str, elsewhere: str) -> None:
    rooms.account("am", VICTIM)
    hers = rooms.visit()
    hers.post(elsewhere, {"mail": VICTIM})
    hers.post(asked, {"mail": VICTIM})
    other, code = codes(rooms, VICTIM)[-2:]
    if code != other:
        hers.post(f"{elsewhere}/code", {"code": code}, follow=False)
        assert not is_signed_in(hers)
    hers.post(asked, {"mail": VICTIM})
    hers.post(f"{asked}/code", {"code": codes(rooms, VICTIM)[-1]}, follow=False)
    assert is_signed_in(hers)


@pytest.mark.parametrize("way", ["/connexion", "/inscription"])
def test_a_code_is_of_the_browser_that_asked(rooms: Rooms, way: str) -> None:
    rooms.account("am", VICTIM)
    hers, his = rooms.visit(), rooms.visit()
    his.post(way, {"mail": VICTIM})
    hers.post(way, {"mail": VICTIM})
    for_him, for_her = codes(rooms, VICTIM)
    if for_him != for_her:
        # Read over her shoulder, or told on the telephone.
        his.post(f"{way}/code", {"code": for_her}, follow=False)
        hers.post(f"{way}/code", {"code": for_him}, follow=False)
        assert not is_signed_in(his)
        assert not is_signed_in(hers)
    hers.post(f"{way}/code", {"code": for_her}, follow=False)
    assert is_signed_in(hers)


@pytest.mark.parametrize("way", ["/connexion", "/inscription"])
def test_whoever_asks_and_guesses_all_day_does_not_lock_her_out(rooms: Rooms, clock: Clock, way: str) -> None:
    rooms.account("am", VICTIM)
    hers = rooms.visit()
    hers.post(way, {"mail": VICTIM})
    (code,) = codes(rooms, VICTIM)
    for _ in range(4):
        his = rooms.visit()
        his.post(way, {"mail": VICTIM})
        for guess in range(6):
            his.post(f"{way}/code", {"code": f"{(int(code) + 1 + guess) % 10**6:06d}"})
    clock.now += timedelta(minutes=5)
    hers.post(f"{way}/code", {"code": code}, follow=False)
    assert is_signed_in(hers)
    # And again in the browser where she has been before, when its session is over.
    hers.http.cookies.delete("ribambelle")
    hers.get("/connexion")
    hers.post("/connexion", {"mail": VICTIM})
    hers.post("/connexion/code", {"code": codes(rooms, VICTIM)[-1]}, follow=False)
    assert is_signed_in(hers)


def test_a_mailbox_is_not_filled_by_its_tags_nor_by_all_flows(rooms: Rooms) -> None:
    """Everything that somebody without an account can have sent to an address that is not proved."""
    refused = 0
    for n in range(80):
        way = ("/connexion", "/inscription")[n % 2]
        refused += rooms.visit().post(way, {"mail": f"victime+{n}@example.org"}).status_code == 429
    total = sum(len(mails(rooms, f"victime+{n}@example.org")) for n in range(80))
    assert total == 5
    assert refused == 75


def test_the_owner_of_a_tag_is_not_the_owner_of_the_plain_address(rooms: Rooms) -> None:
    """For limits they are one mailbox; for reading and opening they are two."""
    account = rooms.account("am", VICTIM)
    attacker = rooms.visit()
    attacker.post("/inscription", {"mail": "victime+x@example.org"})
    attacker.post("/inscription/code", {"code": codes(rooms, "victime+x@example.org")[-1]})
    assert is_signed_in(attacker)
    assert VICTIM not in attacker.text
    with database.connect(rooms.settings.database_url) as conn:
        made = accounts.by_mail(conn, "victime+x@example.org")
        assert made is not None
        assert made.id != account.id


def test_a_signed_in_person_has_no_mailbox_filled_by_her_own_link(rooms: Rooms) -> None:
    browser = rooms.visit()
    browser.post("/inscription", {"mail": ATTACKER})
    browser.post("/inscription/code", {"code": codes(rooms, ATTACKER)[-1]})
    before = len(mails(rooms, ATTACKER))
    answers = [browser.post("/inscription/1", {"vers": "lien"}, follow=False).status_code for _ in range(9)]
    assert answers == [303] * 5 + [429] * 4
    assert len(mails(rooms, ATTACKER)) == before + 5


@pytest.mark.parametrize("role", ["am", "moderator", "caf"])
def test_a_change_of_mail_fills_no_mailbox_of_a_stranger(rooms: Rooms, role: Role) -> None:
    for n in range(4):
        browser = rooms.visit(rooms.account(role, f"n{n}@example.org", department="44"))
        for tag in range(3):
            browser.post("/compte/adresse", {"mail": f"victime+{tag}@example.org"})
    assert sum(len(mails(rooms, f"victime+{tag}@example.org")) for tag in range(3)) == 5
