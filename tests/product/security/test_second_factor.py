"""The second factor of the staff, the fresh proof, the end of sessions, and what two people do when it is lost."""

import base64
import re
from datetime import timedelta

import pytest
from anyio.from_thread import start_blocking_portal

from registry import accounts, database
from registry.accounts import RULES, STAFF, Account, Role, devices, recovery, second, sessions
from registry.accounts.sessions import Proof
from search_api.http.app import close
from settings import Settings
from settings.keys import Keys
from tests.conftest import ROOT
from tests.product.security.mailbox import codes, links, mails
from tests.records import assistant
from tests.rooms import Browser, Clock, Rooms
from web.app import close as close_site
from web.app import create_app

SECRET = b"01234567890123456789"


def shown_by_the_application(clock: Clock, secret: bytes = SECRET) -> str:
    return second._totp(secret).generate(int(clock.now.timestamp())).decode()


def staff(rooms: Rooms, role: Role = "moderator", mail: str = "agent@example.org", *, enrolled: bool = True) -> Account:
    """An account of the staff, with an application of codes where it is `enrolled`."""
    more = {"department": "44"} if RULES[role].scope == "department" else {}
    account = rooms.account(role, mail, name="Agent", **more)
    if enrolled:
        with database.connect(rooms.settings.database_url) as conn:
            box = rooms.settings.keys.box("second factor")
            conn.execute(
                "update account set totp_secret = %s, totp_step = 0 where id = %s", [box.encrypt(SECRET), account.id]
            )
            found = accounts.by_id(conn, account.id)
            assert found is not None
            return found
    return account


def first_half(rooms: Rooms, mail: str) -> Browser:
    browser = rooms.visit()
    browser.post("/connexion?suite=/compte", {"mail": mail, "suite": "/compte"})
    browser.post("/connexion/code", {"code": codes(rooms, mail)[-1]})
    return browser


def with_session(rooms: Rooms, account: Account, proofs: tuple[Proof, ...], age: timedelta) -> Browser:
    """A browser whose session has shown these proofs so long ago."""
    with database.connect(rooms.settings.database_url) as conn:
        token = sessions.open_session(conn, account, rooms.clock() - age, proofs)
    browser = rooms.visit()
    browser.keep_session(token)
    return browser


@pytest.mark.parametrize("role", STAFF)
def test_a_mailed_code_opens_nothing_of_the_staffs(rooms: Rooms, clock: Clock, role: Role) -> None:
    staff(rooms, role)
    browser = first_half(rooms, "agent@example.org")
    assert "Le code de votre application d’authentification" in browser.text
    assert browser.get("/compte").url.path == "/connexion/second"
    assert browser.post("/connexion/second", {"code": "000000", "suite": "/compte"}).status_code == 422
    code = shown_by_the_application(clock)
    assert browser.post("/connexion/second", {"code": code, "suite": "/compte"}).url.path == "/compte"
    assert "agent@example.org" in browser.text


def test_a_code_of_the_application_is_good_once_and_for_a_minute(rooms: Rooms, clock: Clock) -> None:
    staff(rooms)
    code = shown_by_the_application(clock)
    first = first_half(rooms, "agent@example.org")
    assert first.post("/connexion/second", {"code": code}).url.path != "/connexion/second"
    again = first_half(rooms, "agent@example.org")
    assert again.post("/connexion/second", {"code": code}).status_code == 422, "it was used"
    clock.now += timedelta(minutes=2)
    assert again.post("/connexion/second", {"code": code}).status_code == 422
    late = shown_by_the_application(clock)
    clock.now += timedelta(minutes=2)
    assert again.post("/connexion/second", {"code": late}).status_code == 422, "too old"


def test_guessing_the_second_code_ends_after_ten_tries_an_hour(rooms: Rooms, clock: Clock) -> None:
    staff(rooms)
    browser = first_half(rooms, "agent@example.org")
    right = shown_by_the_application(clock)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answers = [browser.post("/connexion/second", {"code": wrong}).status_code for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert browser.post("/connexion/second", {"code": right}).status_code == 429


def test_the_first_second_factor_is_set_on_the_way_in_but_not_for_ever(rooms: Rooms, clock: Clock) -> None:
    staff(rooms, enrolled=False)
    browser = first_half(rooms, "agent@example.org")
    assert "Choisissez un second moyen de connexion" in browser.text
    browser.get("/compte/application")
    (secret,) = re.findall(r'name="secret" value="([^"]+)"', browser.html)
    (text,) = re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', browser.html)
    assert browser.post("/compte/application", {"secret": secret, "code": "000000"}).status_code == 422
    shared = _decoded(text)
    code = shown_by_the_application(clock, shared)
    assert browser.post("/compte/application", {"secret": secret, "code": code}).url.path == "/moderation"
    assert any("application d’authentification vient" in mail for mail in mails(rooms, "agent@example.org"))
    # The form's secret is of no use to another account.
    other = staff(rooms, mail="autre@example.org", enrolled=False)
    stolen = first_half(rooms, "autre@example.org")
    stolen.post("/compte/application", {"secret": secret, "code": shown_by_the_application(clock, shared)})
    with database.connect(rooms.settings.database_url) as conn:
        assert not second.has_any(conn, other.id)
    clock.now += accounts.ENROL
    late = first_half(rooms, "autre@example.org")
    assert "Le délai pour choisir" in late.text
    assert late.get("/compte/application").url.path == "/connexion/second"


def test_whoever_wants_a_second_factor_has_one(rooms: Rooms, clock: Clock) -> None:
    """An assistant maternel may; from then on a mailed code is half of her sign-in too."""
    am = rooms.account("am", "nadia@example.org")
    browser = rooms.visit(am)
    browser.get("/compte/application")
    (secret,) = re.findall(r'name="secret" value="([^"]+)"', browser.html)
    shared = _decoded(re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', browser.html)[0])
    browser.post("/compte/application", {"secret": secret, "code": shown_by_the_application(clock, shared)})
    half = first_half(rooms, "nadia@example.org")
    assert half.get("/compte").url.path == "/connexion/second"
    clock.now += timedelta(minutes=1)
    half.post("/connexion/second", {"code": shown_by_the_application(clock, shared)})
    assert half.get("/compte").url.path == "/compte"
    half.post("/compte/application/retirer")
    assert first_half(rooms, "nadia@example.org").get("/compte").url.path == "/compte"


def test_who_needs_a_second_factor_keeps_one(rooms: Rooms) -> None:
    account = staff(rooms)
    browser = rooms.visit(account)
    assert browser.post("/compte/application/retirer").status_code == 409
    with database.connect(rooms.settings.database_url) as conn:
        assert second.has_any(conn, account.id)


def test_a_fresh_proof_is_asked_for_and_leads_back(rooms: Rooms, clock: Clock) -> None:
    account = staff(rooms, "department")
    browser = with_session(rooms, account, ("mail", "second"), timedelta(minutes=16))
    assert browser.get("/departement").status_code == 200
    assert browser.get("/departement/retards.csv").url.path == "/connexion/preuve"
    # A code to the mailbox is no proof where a second factor is needed.
    browser.post("/connexion/preuve/mail", {"suite": "/departement"})
    mailed = codes(rooms, "agent@example.org")[-1]
    assert browser.post("/connexion/preuve", {"code": mailed, "suite": "/departement"}).status_code == 422
    code = shown_by_the_application(clock)
    assert browser.post("/connexion/preuve", {"code": code, "suite": "/departement"}).url.path == "/departement"
    assert "C’est confirmé" in browser.text
    assert browser.get("/departement/retards.csv").headers["content-type"].startswith("text/csv")


def test_an_assistant_maternel_proves_herself_by_mail(rooms: Rooms, clock: Clock) -> None:
    am = rooms.account("am", "nadia@example.org")
    browser = with_session(rooms, am, ("mail",), timedelta(days=3))
    browser.get("/compte")
    assert "Nouvelle adresse mail" not in browser.text
    browser.get("/connexion/preuve?suite=/compte")
    browser.post("/connexion/preuve/mail", {"suite": "/compte"})
    assert browser.post("/connexion/preuve", {"code": "", "suite": "/compte"}).status_code == 422
    code = codes(rooms, "nadia@example.org")[-1]
    assert browser.post("/connexion/preuve", {"code": code, "suite": "/compte"}).url.path == "/compte"
    assert "Nouvelle adresse mail" in browser.text
    clock.now += sessions.FRESH
    browser.get("/compte")
    assert "Nouvelle adresse mail" not in browser.text


def test_what_goes_by_a_mail_address_is_given_to_who_proved_it_in_this_session(rooms: Rooms) -> None:
    """Another provider's word, or a passkey, opens the account: it does not open a parent's needs at the same mail."""
    am = rooms.account("am", "nadia@example.org")
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn)
        conn.execute("update account set offer = %s where id = %s", [offer, am.id])
        found = accounts.by_id(conn, am.id)
    assert found is not None
    for proofs in ((), ("passkey",)):
        browser = with_session(rooms, found, proofs, timedelta())
        assert browser.get("/espace/donnees/mes-donnees.zip").url.path == "/connexion/preuve"
        assert "un code envoyé à cette adresse est nécessaire" in browser.text.replace("\u00a0", " ")
    assert (
        with_session(rooms, found, ("mail",), timedelta()).get("/espace/donnees/mes-donnees.zip").content[:2] == b"PK"
    )


def test_a_lost_second_factor_takes_two_people(rooms: Rooms, clock: Clock) -> None:
    lost = staff(rooms, mail="perdu@example.org")
    admins = [staff(rooms, "administrator", mail) for mail in ("un@example.org", "deux@example.org")]
    clock.now += timedelta(days=8)
    first, second_person = (rooms.visit(admin) for admin in admins)
    inside = rooms.visit(lost)
    path = f"/comptes/{lost.id}/reinitialiser"
    first.get(f"/comptes/{lost.id}")
    first.post(path)
    first.post(path)
    with database.connect(rooms.settings.database_url) as conn:
        assert second.has_any(conn, lost.id), "one person alone"
    assert inside.get("/compte").status_code == 200
    assert "Vous n’avez rien perdu" in inside.text
    inside.post("/compte/reinitialisation/annuler")
    assert second_person.post(f"{path}/confirmer").status_code == 409
    with database.connect(rooms.settings.database_url) as conn:
        assert second.has_any(conn, lost.id), "her word that nothing is lost counts"
    clock.now += timedelta(days=4)
    first = rooms.visit(first_account(rooms, "un@example.org"))
    first.post(path)
    with database.connect(rooms.settings.database_url) as conn:
        assert second.has_any(conn, lost.id), "what was asked four days ago has ended"
    path += "/confirmer"
    assert rooms.visit(first_account(rooms, "un@example.org")).post(path).status_code == 409, "not by who asked"
    new = rooms.visit(staff(rooms, "administrator", "complice@example.org"))
    assert new.post(path).status_code == 409, "nor by somebody who was let in on the way"
    answer = rooms.visit(first_account(rooms, "deux@example.org")).post(path)
    assert answer.url.path == "/comptes"
    with database.connect(rooms.settings.database_url) as conn:
        assert not second.has_any(conn, lost.id)
    assert inside.get("/compte").url.path == "/connexion"
    assert sum("second moyen" in mail for mail in mails(rooms, "perdu@example.org")) == 3
    assert "Choisissez un second moyen" in first_half(rooms, "perdu@example.org").text


def first_account(rooms: Rooms, mail: str) -> Account:
    with database.connect(rooms.settings.database_url) as conn:
        found = accounts.by_mail(conn, mail)
    assert found is not None
    return found


def test_a_secret_that_no_key_opens_any_more_is_reset_and_locks_nobody_out(rooms: Rooms) -> None:
    account = staff(rooms)
    stolen = Keys(("a newer secret that is long enough to be one",))
    with database.connect(rooms.settings.database_url) as conn:
        assert not second.check(conn, stolen, account, "000000", rooms.clock())
        assert recovery.reset_unreadable(conn, rooms.settings.keys, rooms.clock(), site_url="https://s.example") == 0
        assert recovery.reset_unreadable(conn, stolen, rooms.clock(), site_url="https://s.example") == 1
    assert "Choisissez un second moyen" in first_half(rooms, "agent@example.org").text


def test_what_ended_is_not_continued_by_a_late_proof(rooms: Rooms, clock: Clock) -> None:
    account = staff(rooms, "am", "nadia@example.org")
    with database.connect(rooms.settings.database_url) as conn:
        old = sessions.open_session(conn, account, clock.now, ("mail", "second"))
        later = clock.now + timedelta(days=31)
        kept = sessions.open_session(conn, account, later, ("mail",), before=old)
        found = sessions.find(conn, kept, later)
        assert found is not None
        assert not found[1].opens(account), "a session that ended by disuse hands nothing on"
        token = sessions.open_session(conn, account, clock.now, ("mail",))
        sessions.end_all(conn, account.id)
        with pytest.raises(sessions.SessionOver):
            sessions.open_session(conn, account, clock.now, ("second",), before=token, only_continued=True)
    browser = with_session(rooms, account, ("mail",), timedelta())
    browser.get("/connexion/second")
    with database.connect(rooms.settings.database_url) as conn:
        sessions.end_all(conn, account.id)
    answer = browser.post("/connexion/second", {"code": shown_by_the_application(clock)}, follow=False)
    assert answer.headers["location"].startswith("/connexion")
    assert browser.get("/compte").url.path == "/connexion"


def test_who_reads_the_mailbox_does_not_use_up_the_owners_tries(rooms: Rooms, clock: Clock) -> None:
    account = staff(rooms)
    his = first_half(rooms, "agent@example.org")
    for _ in range(11):
        his.post("/connexion/second", {"code": "000000"})
    hers = first_half(rooms, "agent@example.org")
    with database.connect(rooms.settings.database_url) as conn:
        known = devices.remember(conn, account.id, "", clock.now)
    hers.http.cookies.set("ribambelle-appareil", known)
    assert hers.post("/connexion/second", {"code": shown_by_the_application(clock)}).url.path == "/moderation"


def test_in_the_demo_the_second_code_comes_to_the_mailbox(room_settings: Settings, clock: Clock) -> None:
    with start_blocking_portal() as portal:
        settings = room_settings.model_copy(update={"demo": True})
        app = portal.call(lambda: create_app(settings, now=clock))
        demo = Rooms(app, portal, settings, clock)
        try:
            staff(demo, enrolled=False)
            half = first_half(demo, "agent@example.org")
            mailed = codes(demo, "agent@example.org")
            assert len(mailed) == 2
            if mailed[0] != mailed[1]:
                assert half.post("/connexion/second", {"code": mailed[0]}).status_code == 422
            assert half.post("/connexion/second", {"code": mailed[1]}).url.path == "/moderation"
            half.get("/connexion/preuve?suite=/compte")
            half.post("/connexion/preuve/mail", {"suite": "/compte"})
            assert half.post("/connexion/preuve", {"code": codes(demo, "agent@example.org")[-1]}).url.path == "/compte"
        finally:
            for browser in demo.opened:
                portal.call(browser.http.aclose)
            close_site(app.state.site)
            portal.call(close, app)


def test_nobody_resets_her_own_and_no_keeper_that_of_another_scope(rooms: Rooms) -> None:
    admin = staff(rooms, "administrator", "un@example.org")
    assert rooms.visit(admin).post(f"/comptes/{admin.id}/reinitialiser").status_code == 409
    caf = rooms.visit(staff(rooms, "caf", "caf@example.org"))
    assert caf.post(f"/comptes/{admin.id}/reinitialiser").status_code == 404
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select count(*) from factor_reset").fetchall() == [(0,)]


def test_an_assistant_maternel_who_lost_hers_is_found_by_her_whole_address_alone(rooms: Rooms) -> None:
    am = staff(rooms, "am", "nadia@example.org")
    admin = rooms.visit(staff(rooms, "administrator", "un@example.org"))
    for part, found in (("nadia", False), ("nadia@example.org", True)):
        admin.get(f"/comptes?q={part}")
        assert ("nadia@example.org, " in admin.text or f"/comptes/{am.id}" in admin.html) is found
    assert admin.post(f"/comptes/{am.id}/fermer").status_code == 404
    assert admin.post(f"/comptes/{am.id}", {"name": "X"}).status_code == 404
    plain = rooms.account("am", "simple@example.org")
    assert admin.get(f"/comptes/{plain.id}").status_code == 404


def test_a_change_of_address_ends_what_lies_in_the_old_mailbox_and_asks_about_the_rest(rooms: Rooms) -> None:
    old, new = "ancienne@example.org", "nouvelle@example.org"
    account = staff(rooms, "am", old)
    browser = rooms.visit(account)
    half = rooms.visit()
    half.post("/connexion", {"mail": old})
    waiting = codes(rooms, old)[-1]
    browser.post("/compte/adresse", {"mail": new})
    for mailbox in (old, new):
        path = links(rooms, mailbox, "/compte/adresse/confirmer")[-1]
        browser.get(path)
        browser.post("/compte/adresse/confirmer", {"jeton": path.partition("jeton=")[2]})
    assert half.post("/connexion/code", {"code": waiting}).status_code == 422
    assert any("L’adresse mail de votre compte Ribambelle a été changée" in mail for mail in mails(rooms, old))
    assert any("d’autres moyens de connexion" in mail for mail in mails(rooms, new))
    back = rooms.visit(account)
    back.get("/compte")
    assert "Ces autres moyens de connexion fonctionnent encore" in back.text
    back.post("/compte/moyens", {"choix": "retirer"})
    with database.connect(rooms.settings.database_url) as conn:
        assert not second.has_any(conn, account.id)
    assert back.get("/compte").url.path == "/connexion"


def test_the_table_of_roles_is_the_documents(room_settings: Settings) -> None:
    """docs/accounts.md, "Who may enter": as roles.RULES has it."""
    page = (ROOT / "docs" / "accounts.md").read_text("utf-8")
    for role, rule in RULES.items():
        (line,) = re.findall(rf"^\| `{role}` \|(.*)\|$", page, re.MULTILINE)
        opened, scope, factor, idle, longest = (cell.strip() for cell in line.split("|"))
        assert opened == (f"`{rule.opened_by}`" if rule.opened_by else "its owner")
        assert scope == {"own": "its own", "communes": "listed communes", "department": "a département"}.get(
            rule.scope, "the country"
        )
        assert factor == ("required" if rule.second else "if wanted")
        assert (idle, longest) == (_words(rule.idle), _words(rule.longest))


def _words(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds // 3600} hours"


def _decoded(text: str) -> bytes:
    return base64.b32decode(text.replace(" ", ""))
