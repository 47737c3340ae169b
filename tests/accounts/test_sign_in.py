"""Sign-in by mailed code: what opens an account, what does not, and what a stranger learns of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from registry import accounts, database
from registry.accounts import codes, sessions
from registry.accounts.throttle import TooMany
from registry.database import Connection
from tests.rooms import NOW, Clock, Rooms
from web.accounts.entering import local_path

SECRET, SITE, MAIL = "a key", "https://site.example", "nadia@example.org"


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


def test_a_code_is_good_once_for_ten_minutes_and_five_tries(registry: Connection) -> None:
    accounts.create(registry, MAIL, "am")

    def new() -> str:
        registry.execute("delete from sign_in_code")
        codes.send(registry, SECRET, MAIL, NOW, site_url=SITE)
        return sent_code(registry)

    def good(code: str, minutes: float = 1, secret: str = SECRET) -> bool:
        return codes.check(registry, secret, MAIL, code, NOW + timedelta(minutes=minutes))

    code = new()
    assert good(code)
    assert not good(code)
    assert not good(new(), minutes=10)
    code = new()
    assert not any(good(other_than(code)) for _ in range(4))
    assert good(code)
    code = new()
    assert not any(good(other_than(code)) for _ in range(5))
    assert not good(code)
    older = new()
    codes.send(registry, SECRET, MAIL, NOW + timedelta(seconds=1), site_url=SITE)
    newer = sent_code(registry)
    assert older == newer or not good(older)
    assert good(newer)


def test_of_many_tries_at_once_only_five_count(registry: Connection, registry_url: str) -> None:
    accounts.create(registry, MAIL, "am")
    codes.send(registry, SECRET, MAIL, NOW, site_url=SITE)
    code = sent_code(registry)
    registry.commit()

    def guess(_: int) -> None:
        with database.connect(registry_url) as conn:
            codes.check(conn, SECRET, MAIL, other_than(code), NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(12)))
    assert registry.execute("select attempts from sign_in_code").fetchall() == [(5,)]


def test_codes_are_limited_by_mail(registry: Connection) -> None:
    for minute in range(5):
        codes.send(registry, SECRET, MAIL, NOW + timedelta(minutes=minute), site_url=SITE)
    with pytest.raises(TooMany) as refused:
        codes.send(registry, SECRET, MAIL.upper(), NOW + timedelta(minutes=10), site_url=SITE)
    assert refused.value.wait == timedelta(minutes=50)
    codes.send(registry, SECRET, "other@example.org", NOW + timedelta(minutes=10), site_url=SITE)
    codes.send(registry, SECRET, MAIL, NOW + timedelta(minutes=60), site_url=SITE)


def test_a_day_of_guessing_ends_after_twenty_tries(registry: Connection) -> None:
    accounts.create(registry, MAIL, "am")
    tries = 0
    for hour in range(6):
        now = NOW + timedelta(hours=hour)
        codes.send(registry, SECRET, MAIL, now, site_url=SITE)
        code = sent_code(registry)
        for _ in range(5):
            codes.check(registry, SECRET, MAIL, other_than(code), now)
    tries = registry.execute("select sum(attempts) from sign_in_code").fetchall()[0][0]
    assert tries == 20
    assert not codes.check(registry, SECRET, MAIL, code, now)
    assert codes.forget(registry, NOW + timedelta(hours=30)) == 6


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
    codes.send(registry, SECRET, MAIL, NOW, site_url=SITE)
    code = sent_code(registry)
    assert code not in str(registry.execute("select * from sign_in_code").fetchall())
    assert not codes.check(registry, "another key", MAIL, code, NOW)


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


def test_a_session_ends_when_it_is_not_used(registry: Connection) -> None:
    account = accounts.create(registry, MAIL, "am")
    token = sessions.open_session(registry, account.id, NOW, days=30)
    assert sessions.find(registry, token, NOW + timedelta(days=29), 30) == account
    assert sessions.find(registry, token, NOW + timedelta(days=58), 30) == account
    assert sessions.find(registry, token, NOW + timedelta(days=89), 30) is None
