"""Sign-in by mailed code: what opens an account, what does not, and what a stranger learns of it."""

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import cast

import pytest

from registry import accounts, database
from registry.accounts import STAFF, Role, codes, sessions
from registry.accounts.codes import Asker, Purpose
from registry.accounts.sessions import Shown
from registry.accounts.throttle import TooMany
from registry.database import Connection
from settings.keys import Keys
from tests.rooms import NOW, PROVED, Clock, Rooms
from web.core.entering import local_path

KEYS, SITE, MAIL = Keys(("a key",)), "https://site.example", "nadia@example.org"
HERS, THEIRS = Asker(b"her browser", [b"her client"]), Asker(b"another browser", [b"another client"])


def mails(rooms: Rooms) -> list[tuple[str, str, str]]:
    with database.connect(rooms.settings.database_url) as conn:
        return conn.execute("select recipient, subject, body from mail_outbox order by queued_at").fetchall()


def code_of(body: str) -> str:
    return str(re.findall(r"\b\d{6}\b", body)[0])


def sent_code(conn: Connection) -> str:
    return code_of(conn.execute("select body from mail_outbox order by queued_at desc limit 1").fetchall()[0][0])


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_sign_in_by_code_then_out(rooms: Rooms) -> None:
    rooms.account("am", MAIL)
    browser = rooms.visit()
    browser.get("/connexion?suite=/compte")
    before = browser.http.cookies["ribambelle"]
    answer = browser.post("/connexion", {"mail": " Nadia@Example.org ", "suite": "/compte"})
    assert MAIL not in str(answer.url)
    assert 'autocomplete="one-time-code"' in browser.html
    assert 'inputmode="numeric"' in browser.html
    ((recipient, subject, body),) = mails(rooms)
    assert recipient == MAIL
    code = code_of(body)
    assert code not in subject
    assert browser.post("/connexion/code", {"code": other_than(code)}).status_code == 422
    answer = browser.post("/connexion/code", {"code": f"{code[:3]} {code[3:]}"})
    assert answer.url.path == "/compte"
    assert browser.http.cookies["ribambelle"] != before
    token = browser.http.cookies["ribambelle"]
    browser.post("/deconnexion")
    assert "La session est fermée" in browser.text
    browser.http.cookies.set("ribambelle", token)
    assert browser.get("/compte", follow=False).headers["location"].startswith("/connexion")


def test_known_and_unknown_mails_get_the_same_answer(rooms: Rooms) -> None:
    rooms.account("moderator", MAIL)
    seen = []
    for mail in (MAIL, "nobody@example.org"):
        browser = rooms.visit()
        answer = browser.post("/connexion", {"mail": mail})
        page = (answer.status_code, answer.url.path, browser.text.replace(mail, "…"))
        wrong = browser.post("/connexion/code", {"code": "12"})
        seen.append((page, wrong.status_code, browser.text.replace(mail, "…")))
    assert seen[0] == seen[1]
    known, unknown = mails(rooms)
    assert re.search(r"\b\d{6}\b", known[2])
    assert not re.search(r"\b\d{6}\b", unknown[2])
    assert "/inscription" in unknown[2]


def test_no_code_opens_what_has_no_account(rooms: Rooms) -> None:
    browser = rooms.visit()
    browser.post("/connexion", {"mail": "nobody@example.org"})
    assert browser.post("/connexion/code", {"code": ""}).status_code == 422


def ask(
    conn: Connection, now: datetime = NOW, asker: Asker = HERS, mail: str = MAIL, purpose: Purpose = "sign_in"
) -> None:
    codes.send(conn, KEYS, mail, purpose, asker, now, site_url=SITE)


def good(
    conn: Connection,
    code: str,
    now: datetime = NOW,
    asker: Asker = HERS,
    *,
    mail: str = MAIL,
    purpose: Purpose = "sign_in",
    keys: Keys = KEYS,
) -> bool:
    return codes.check(conn, keys, mail, purpose, asker.browser, code, now)


def test_a_code_is_good_once_for_ten_minutes_and_five_tries(registry: Connection) -> None:
    accounts.create(registry, MAIL, "am")

    def new() -> str:
        registry.execute("delete from sign_in_code")
        ask(registry)
        return sent_code(registry)

    code = new()
    assert good(registry, code)
    assert not good(registry, code)
    assert not good(registry, new(), NOW + timedelta(minutes=10))
    code = new()
    assert not any(good(registry, other_than(code)) for _ in range(4))
    assert good(registry, code)
    code = new()
    assert not any(good(registry, other_than(code)) for _ in range(5))
    assert not good(registry, code)
    older = new()
    ask(registry, NOW + timedelta(seconds=1))
    newer = sent_code(registry)
    assert older == newer or not good(registry, older)
    assert good(registry, newer)


def test_of_many_tries_at_once_only_five_count(registry: Connection, registry_url: str) -> None:
    accounts.create(registry, MAIL, "am")
    ask(registry)
    code = sent_code(registry)
    registry.commit()

    def guess(_: int) -> None:
        with database.connect(registry_url) as conn:
            good(conn, other_than(code))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(12)))
    assert registry.execute("select attempts from sign_in_code").fetchall() == [(5,)]


def test_codes_are_limited_by_mailbox_and_client(registry: Connection) -> None:
    for minute in range(5):
        ask(registry, NOW + timedelta(minutes=minute), mail=f"nadia+{minute}@example.org")
    with pytest.raises(TooMany) as refused:
        ask(registry, NOW + timedelta(minutes=10), mail=MAIL.upper())
    assert refused.value.wait == timedelta(minutes=50)
    ask(registry, NOW + timedelta(minutes=10), mail="other@example.org")
    ask(registry, NOW + timedelta(minutes=10), THEIRS)
    ask(registry, NOW + timedelta(minutes=60))


def test_a_few_who_ask_all_day_keep_nobody_out_of_a_new_browser(registry: Connection) -> None:
    accounts.create(registry, MAIL, "am", now=NOW)
    refused = 0
    for minute in range(24 * 60):
        now = NOW + timedelta(minutes=minute)
        for n in range(3):
            with contextlib.suppress(TooMany):
                ask(registry, now, Asker(b"browser", [b"client %d" % n]))
        if minute % 240 == 239:  # she, each time at a browser and a connection of somebody else
            asker = Asker(b"new %d" % minute, [b"network %d" % minute])
            try:
                ask(registry, now, asker)
            except TooMany:
                refused += 1
            else:
                assert good(registry, sent_code(registry), now, asker)
    assert refused == 0


def test_all_strangers_together_fill_no_mailbox_and_guess_little(registry: Connection) -> None:
    accounts.create(registry, MAIL, "am")
    mailed = guessed = 0
    for n in range(24 * 60):
        now, asker = NOW + timedelta(minutes=n), Asker(b"browser %d" % n, [b"client %d" % n])
        try:
            ask(registry, now, asker)
        except TooMany:
            continue
        mailed += 1
        code = sent_code(registry)
        guessed += sum(not good(registry, other_than(code), now, asker) for _ in range(9))
    assert mailed == 60
    assert registry.execute("select sum(attempts) from sign_in_code").fetchall() == [(300,)]
    # She is not locked out meanwhile, where she has been before.
    known = Asker(HERS.browser, HERS.clients, known=True)
    ask(registry, NOW + timedelta(hours=23), known)
    assert good(registry, sent_code(registry), NOW + timedelta(hours=23), known)
    assert codes.forget(registry, NOW + timedelta(days=3)) == 61


def test_codes_are_limited_by_address(rooms: Rooms, clock: Clock) -> None:
    browser = rooms.visit()
    browser.get("/connexion")
    for n in range(60):
        assert browser.post("/connexion", {"mail": f"n{n}@example.org"}, follow=False).status_code == 303
    refused = browser.post("/connexion", {"mail": "n60@example.org"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 3600
    with database.connect(rooms.settings.database_url) as conn:
        assert "127.0.0.1" not in str(conn.execute("select key from throttle").fetchall())
    clock.now += timedelta(minutes=61)
    assert browser.post("/connexion", {"mail": "n60@example.org"}, follow=False).status_code == 303


def test_neither_the_key_less_reader_of_the_table_nor_another_key_has_a_code(registry: Connection) -> None:
    accounts.create(registry, MAIL, "am")
    ask(registry)
    code = sent_code(registry)
    assert code not in str(registry.execute("select * from sign_in_code").fetchall())
    assert not good(registry, code, keys=Keys(("another key",)))
    assert good(registry, code, keys=Keys(("a newer key", *KEYS.secrets)))


@pytest.mark.parametrize("mail", ["", "nadia", "nadia@", "a@b", "a@example.org\nBcc: b@example.org", "é@example.org"])
def test_what_is_no_address_is_told_beside_the_field(rooms: Rooms, mail: str) -> None:
    browser = rooms.visit()
    answer = browser.post("/connexion", {"mail": mail})
    assert answer.status_code == 422
    assert "adresse mail complète" in browser.text
    assert mails(rooms) == []


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/espace?a=1", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/a\\b", False),
        ("/a\nb", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_a_sign_in_leads_to_pages_of_ours_only(wanted: str, kept: bool) -> None:
    assert local_path(wanted) == (wanted if kept else "")


def test_a_form_from_elsewhere_does_nothing(rooms: Rooms) -> None:
    browser = rooms.visit()
    browser.get("/connexion")
    assert browser.post("/connexion", {"mail": MAIL}, csrf="0" * 64).status_code == 403
    assert mails(rooms) == []


def test_a_session_ends_when_it_is_not_used_and_at_an_end_that_does_not_move(registry: Connection) -> None:
    for role, idle, longest in (("am", 30, 180), ("manager", 30, 90), ("employer", 30, 90)):
        account = accounts.create(registry, f"{role}@example.org", cast(Role, role))
        token = sessions.open_session(registry, account, NOW, PROVED)
        at = NOW
        while (at := at + timedelta(days=idle - 1)) < NOW + timedelta(days=longest):
            assert sessions.find(registry, token, at) == (account, Shown(NOW, NOW, NOW))
        assert sessions.find(registry, token, NOW + timedelta(days=longest)) is None
        unused = sessions.open_session(registry, account, NOW, PROVED)
        assert sessions.find(registry, unused, NOW + timedelta(days=idle)) is None
    for role in STAFF:
        account = accounts.create(registry, f"{role}@example.org", role, department="44")
        token = sessions.open_session(registry, account, NOW, PROVED)
        for hour in range(12):
            assert sessions.find(registry, token, NOW + timedelta(hours=hour)) is not None
        # Another proof on the way makes the day no longer.
        again = sessions.open_session(registry, account, NOW + timedelta(hours=11), ("second",), before=token)
        assert sessions.find(registry, token, NOW + timedelta(hours=11)) is None
        assert sessions.find(registry, again, NOW + timedelta(hours=11, minutes=59)) is not None
        assert sessions.find(registry, again, NOW + timedelta(hours=12)) is None
