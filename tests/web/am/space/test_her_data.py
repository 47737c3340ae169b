"""Her data: what she takes with her, what stays when she leaves, and how she does."""

import io
import json
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from registry import database
from registry.accounts import Account, audit, devices, links, recovery
from registry.agrements import moves
from registry.casework import cases
from registry.casework.history import Line
from registry.casework.kinds import FICHE_REPORT, LOST_MAILBOX, MESSAGE_REPORT
from registry.database import Connection
from registry.offers import views
from registry.privacy import leaving, personal_data
from settings.keys import Keys
from tests.conftest import TODAY
from tests.rooms import NOW, Browser, Rooms
from tests.web.am.space.test_space import AGREMENT, minder, nadia, one, photo

__all__ = ["nadia"]

HERS = "Zoulika"
OTHERS = "Ondine"


def _know_her(conn: Connection, account: Account, offer: str, mark: str) -> None:
    """Her account, profile, duty and employer."""
    conn.execute("update account set mail = %s where id = %s", [f"compte-{mark.lower()}@example.org", account.id])
    conn.execute(
        "update am_identity set first_name = %s, last_name = %s, birth_date = '1979-04-17', birth_place = %s"
        " where offer = %s",
        [f"Prénom {mark}", f"Famille {mark}", f"Lieu {mark}", offer],
    )
    conn.execute("update agrement set number = %s, conditions = %s where offer = %s", [f"N {mark}", mark, offer])
    conn.execute(
        "insert into registration (account, answers) values (%s, jsonb_build_object('nom', %s::text))",
        [account.id, f"Réponse {mark}"],
    )
    conn.execute("insert into breach (offer, deadline) values (%s, '2026-06-01')", [offer])
    views.add(conn, Counter({(offer, TODAY): 2}))
    employer = conn.execute(
        "insert into account (mail, role, name) values (%s, 'employer', 'Structure') returning id",
        [f"structure-{offer}@example.org"],
    ).fetchall()[0][0]
    conn.execute("insert into employment (offer, employer) values (%s, %s)", [offer, employer])
    moves.declare(conn, offer, {"home": {"commune": "49007", "address": f"2 rue {mark}"}}, TODAY, TODAY, NOW)


def _staff_work_on_her(conn: Connection, account: Account, offer: str, mark: str) -> None:
    """A file of movements, what staff read, and what lets her in again."""
    file = conn.execute(
        "insert into intake_run (kind, scope, name, sha256, via, state, applied_at)"
        " values ('movements', '44', 'fichier', %s, 'file', 'applied', now()) returning id",
        [mark.encode()],
    ).fetchall()[0][0]
    conn.execute(
        "insert into movement (file, line, department, number, last_name, first_name, birth_date, action,"
        " effective_on, row_hash, offer, matched_key, state, applied_at) values (%s, 1, '44', 'N', %s, %s,"
        " '1979-04-17', 'levee_suspension', '2026-01-01', %s, %s, 'N', 'applied', now())",
        [file, f"Famille {mark}", f"Prénom {mark}", mark.encode(), offer],
    )
    audit.note(conn, None, "request.read", offer, ["agrement"])
    devices.remember(conn, account.id, f"appareil {mark}", NOW)
    recovery.ask(conn, account, account, NOW, site_url="https://site.example")
    case, new_mail = cases.begin(conn, LOST_MAILBOX, Line("opened"), NOW), f"retrouvee-{mark.lower()}@example.org"
    conn.execute("insert into lost_mailbox values (%s, %s, '', %s, 'passport', now())", [case, account.id, new_mail])
    links.create(conn, Keys(("k",)), "full", NOW, account=account.id, offer=offer, payload={"mot": f"Lien {mark}"})


def _parents_write_about_her(conn: Connection, account: Account, offer: str, mark: str) -> None:
    """Messages, what became of them, and what a reader reported."""
    thread = conn.execute(
        "insert into contact_thread (offer, parent_name, parent_mail, sender, opened_at, ends_at)"
        " values (%s, %s, 'parent@example.org', '', now(), now()) returning id",
        [offer, f"Parent {mark}"],
    ).fetchall()[0][0]
    conn.execute(
        "insert into contact_message (thread, side, at, text) values (%s, 'am', now(), %s)",
        [thread, f"Message {mark}"],
    )
    conn.execute(
        "insert into contact_report (id, offer, thread, side, name, text) values (%s, %s, %s, 'parent', %s, '…')",
        [cases.begin(conn, MESSAGE_REPORT, Line("reported"), NOW), offer, thread, f"Signalé {mark}"],
    )
    conn.execute(
        "insert into contact_block (offer, sender, name, at) values (%s, '', %s, now())", [offer, f"Bloqué {mark}"]
    )
    conn.execute("insert into contact_off (offer) values (%s)", [offer])
    conn.execute(
        "insert into fiche_report (id, number, offer, about, text, mail)"
        " values (%s, %s, %s, 'hours', %s, 'lecteur@example.org')",
        [
            cases.begin(conn, FICHE_REPORT, Line("reported"), NOW),
            "222-222" if mark == HERS else "333-333",
            offer,
            f"Lu par un autre {mark}",
        ],
    )


def _mail_goes_to_her(conn: Connection, account: Account, offer: str, mark: str) -> None:
    """What hangs from her address."""
    conn.execute(
        "insert into passkey (id, account, public_key, name) values (%s, %s, '', %s)",
        [mark.encode(), account.id, f"Clé {mark}"],
    )
    conn.execute(
        "insert into mail_change (account, new_mail, expires_at) values (%s, %s, now())",
        [account.id, f"nouveau-{mark.lower()}@example.org"],
    )
    conn.execute(
        "insert into alert (mail, recipient, parameters, search, title, rhythm, starts_on, week, territory,"
        " created_at, ends_at, due_at)"
        " values (%s, '', '{}', '/?', %s, 'weekly', now(), '{}', '{a}', now(), now(), now())",
        [f"compte-{mark.lower()}@example.org", f"Alerte {mark}"],
    )
    conn.execute(
        "insert into mail_outbox (recipient, subject, body) values (%s, 'Sujet', %s)",
        [f"compte-{mark.lower()}@example.org", f"Corps {mark}"],
    )


def with_everything(rooms: Rooms, mark: str) -> Account:
    """One of whom every table knows something, all of it marked."""
    account = minder(
        rooms,
        name=f"Nom {mark}",
        project=f"Projet {mark}",
        address=f"27 rue {mark}",
        contact={"phone": f"06 {mark}", "mail": f"contact-{mark}@example.org"},
        confirmed_on=date(2026, 5, 2),
    )
    offer = account.offer
    assert offer
    browser = rooms.visit(account)
    browser.post(
        "/espace/agrement",
        AGREMENT | {"numero": f"44-{mark}-1", "conditions": f"Sauf {mark}"},
        files={"copie": ("decision.jpg", photo(), "image/jpeg")},
    )
    browser.post("/espace/disponibilites/conges", {"conge_du": "2026-12-21"})
    browser.post("/espace/disponibilites/complete")
    with database.connect(rooms.settings.database_url) as conn:
        for fill in (_know_her, _staff_work_on_her, _parents_write_about_her, _mail_goes_to_her):
            fill(conn, account, offer, mark)
    return Account(account.id, f"compte-{mark.lower()}@example.org", "am", offer=offer)


def test_the_export_has_everything_of_hers_and_nothing_of_others(rooms: Rooms) -> None:
    account = with_everything(rooms, HERS)
    with_everything(rooms, OTHERS)
    answer = rooms.visit(account).get("/espace/donnees/mes-donnees.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    text = archive.read("donnees.json").decode()
    given = json.loads(text)
    for fact in (
        *("Nom", "Projet", "Famille", "Prénom", "Lieu", "27 rue", "06", "Réponse", "Clé", "N", "Sauf"),
        *("contact-", "compte-", "nouveau-", "retrouvee-", "Parent", "Message", "Signalé", "Bloqué", "Alerte"),
    ):
        assert any(f"{fact}{gap}{HERS}".lower() in text.lower() for gap in (" ", "")), fact
    assert [part.title for part in personal_data.PARTS if not given[part.title]] == ["mam"]
    assert OTHERS.lower() not in text.lower()
    pages = [name for name in archive.namelist() if name.startswith("copies/")]
    assert len(pages) == 1
    assert archive.read(pages[0])[:2] == b"\xff\xd8"


def test_every_table_that_knows_of_an_am_is_told_or_left_out_with_a_reason(registry: Connection) -> None:
    known = {table for part in personal_data.PARTS for table in part.tables} | personal_data.NOT_TOLD.keys()
    about = registry.execute(
        "select distinct table_name from information_schema.columns where table_schema = 'public'"
        " and (column_name in ('offer', 'account', 'document', 'request') or column_name like '%mail')"
        " and table_name not in ('am_public')"
    ).fetchall()
    assert {table for (table,) in about} - known == set()


def test_leaving_erases_every_private_row_and_closes_her_account_and_her_profile(rooms: Rooms) -> None:
    account, other = with_everything(rooms, HERS), with_everything(rooms, OTHERS)
    before = scan(rooms, OTHERS)
    browser = rooms.visit(account)
    assert browser.post("/espace/partir").status_code == 422
    assert scan(rooms, HERS)
    browser.post(link_to_leave(rooms, browser))
    assert "Votre compte est fermé" in browser.text
    # What the département sent is its own (CASF L421-6), and the mail that tells her has her address until it had its
    # time: nothing else is left.
    assert scan(rooms, HERS) == {"movement": 1, "mail_outbox": 1}
    assert HERS not in one(rooms, "select subject || body from mail_outbox where recipient ilike %s", f"%{HERS}%")
    with database.connect(rooms.settings.database_url) as conn:
        kept = conn.execute("select last_name, action, offer from movement where last_name ilike %s", [f"%{HERS}"])
        assert kept.fetchall() == [(f"Famille {HERS}", "levee_suspension", None)]
    assert scan(rooms, OTHERS) == before
    assert one(rooms, "select publication from offer where id = %s", account.offer) == "closed"
    assert one(rooms, "select closed_at is not null from account where id = %s", account.id)
    assert browser.get("/espace", follow=False).headers["location"].startswith("/connexion")
    with database.connect(rooms.settings.database_url) as conn:
        for part in personal_data.PARTS:
            for table in part.tables:
                columns = {
                    name
                    for (name,) in conn.execute(
                        "select column_name from information_schema.columns where table_name = %s", [table]
                    )
                }
                for column, value in (("offer", account.offer), ("account", account.id)):
                    if column in columns and table != "audit":
                        left = conn.execute(f"select count(*) from {table} where {column} = %s", [value])
                        assert left.fetchall() == [(0,)], table
        assert conn.execute("select count(*) from document where account = %s", [other.id]).fetchall() == [(1,)]


def link_to_leave(rooms: Rooms, browser: Browser) -> str:
    """She asks to leave, on the page that stands there; the path of the link that is mailed to her."""
    browser.post("/espace/partir", {"certain": "oui"})
    assert "Un mail vous attend" in browser.text
    body = one(rooms, "select body from mail_outbox where strpos(body, '/partir/') > 0 order by queued_at desc limit 1")
    return f"/partir/{body.partition('/partir/')[2].split()[0]}"


def test_nothing_is_erased_before_the_mail_was_followed_and_its_button_pressed(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/partir")
    first = link_to_leave(rooms, browser)
    second = link_to_leave(rooms, browser)
    stranger = rooms.visit()
    assert stranger.get(first).status_code == 410, "the last one that was asked for is good, and no other"
    for _ in range(2):
        assert stranger.get(second).status_code == 200
    assert one(rooms, "select publication from offer where id = %s", nadia.offer) == "published"
    answer = stranger.post(second, follow=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/compte-ferme")
    assert one(rooms, "select publication from offer where id = %s", nadia.offer) == "closed"
    assert stranger.get(second).status_code == 410
    assert stranger.post(second).status_code == 410


def test_she_and_the_relais_of_her_commune_are_told_that_she_left(rooms: Rooms, nadia: Account) -> None:
    rooms.account("rpe", "rpe@example.org", communes=["44109"])
    rooms.account("rpe", "ailleurs@example.org", communes=["49007"])
    with database.connect(rooms.settings.database_url) as conn:
        leaving.leave(conn, nadia, NOW)
        mails: dict[str, str] = dict(conn.execute("select recipient, body from mail_outbox").fetchall())
    assert set(mails) == {nadia.mail, "rpe@example.org"}
    assert "Votre compte est fermé" in mails[nadia.mail]
    assert "Nadia B." in mails["rpe@example.org"]
    assert "Nantes" in mails["rpe@example.org"]
    assert "Bensaïd" not in mails["rpe@example.org"]


def test_of_two_who_follow_the_link_at_once_one_leaves(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/partir")
    token = link_to_leave(rooms, browser).rpartition("/")[2]
    keys = rooms.settings.keys
    with ThreadPoolExecutor(4) as workers:
        done = [
            workers.submit(
                database.retried, rooms.settings.database_url, lambda conn: leaving.confirm(conn, keys, token, NOW)
            )
            for _ in range(4)
        ]
        assert sorted(each.result() for each in done) == [False, False, False, True]


def test_a_name_leaves_the_movements_that_hold_no_more_after_their_time(rooms: Rooms) -> None:
    account = with_everything(rooms, HERS)
    with database.connect(rooms.settings.database_url) as conn:
        leaving.leave(conn, account, NOW)
        conn.execute("update movement set applied_at = %s", [NOW])
        assert leaving.forget_names(conn, NOW + timedelta(days=1_820)) == 0
        conn.execute("update movement set action = 'retrait'")
        assert leaving.forget_names(conn, NOW + timedelta(days=1_830)) == 0, "what holds keeps its name"
        conn.execute("update movement set action = 'levee_suspension'")
        assert leaving.forget_names(conn, NOW + timedelta(days=1_830)) == 1
        assert conn.execute("select last_name, birth_date from movement").fetchall() == [("", None)]


def scan(rooms: Rooms, mark: str) -> dict[str, int]:
    """How many rows of each table hold this text, whatever their columns."""
    found = {}
    with database.connect(rooms.settings.database_url) as conn:
        tables = conn.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            if table in ("commune", "zone_anchor", "epci"):
                continue
            ((count,),) = conn.execute(
                f"select count(*) from {table} t where t::text ilike %s", [f"%{mark}%"]
            ).fetchall()
            if count:
                found[table] = count
    return found


def test_a_withdrawal_outlives_her_leaving(rooms: Rooms) -> None:
    account = with_everything(rooms, HERS)
    with database.connect(rooms.settings.database_url) as conn:
        conn.execute("update agrement set status = 'withdrawn' where offer = %s", [account.offer])
        leaving.leave(conn, account, NOW)
        kept = conn.execute("select last_name, offer, state from movement").fetchall()
    assert kept == [(f"Famille {HERS}", None, "applied")]
