"""Her room: what she changes, sees and takes with her, and that nothing of hers stays when she leaves."""

import io
import json
import zipfile
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image

from registry import database
from registry.accounts import Account, audit, devices, links, recovery
from registry.casework import cases
from registry.casework.history import Line
from registry.casework.kinds import FICHE_REPORT, LOST_MAILBOX, MESSAGE_REPORT
from registry.database import Connection
from registry.offers import timetables, views
from registry.privacy import leaving, personal_data
from settings.keys import Keys
from tests.conftest import TODAY
from tests.records import assistant
from tests.rooms import NOW, Rooms

AGREMENT = {
    **{"departement": "44", "numero": "44-2026-777", "debut": "01/09/2026", "fin": "31/08/2031"},
    **{"capacite": "4", "age_de": "3", "age_a": "72", "conditions": ""},
}


def minder(rooms: Rooms, **more: Any) -> Account:
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn, **more)
        conn.execute("update agrement set ends_on = '2028-12-31' where offer = %s", [offer])
    return rooms.account("am", offer=offer)


@pytest.fixture
def nadia(rooms: Rooms) -> Account:
    return minder(rooms)


def one(rooms: Rooms, sql: str, *values: Any) -> Any:
    with database.connect(rooms.settings.database_url) as conn:
        row = conn.execute(sql, values).fetchone()
    return row[0] if row else None


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (800, 1100), "white").save(made, "JPEG")
    return made.getvalue()


def test_the_room_tells_where_she_stands(rooms: Rooms, nadia: Account) -> None:
    assert nadia.offer
    with database.connect(rooms.settings.database_url) as conn:
        views.add(conn, Counter({(nadia.offer, TODAY): 3, (nadia.offer, TODAY - timedelta(days=20)): 4}))
        views.add(conn, Counter({(nadia.offer, TODAY): 1}))
    browser = rooms.visit(nadia)
    browser.get("/espace")
    assert "Les parents voient votre profil." in browser.text
    assert "ces 7 derniers jours 4 fois" in browser.text
    assert "ces 30 derniers jours 8 fois" in browser.text
    assert "En retard" in browser.text


def test_one_without_a_profile_yet_goes_on_with_her_registration(rooms: Rooms) -> None:
    browser = rooms.visit(rooms.account("am"))
    assert browser.get("/espace", follow=False).headers["location"] == "/inscription"
    assert browser.get("/espace/disponibilites").status_code == 403


def test_her_profile_is_changed_and_free_text_is_judged(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/profil")
    typed = {
        "nom_affiche": "Nadia et les lutins",
        "accueil": "domicile",
        "projet": "Jardin et lecture.",
        "langues": "fr",
    }
    answer = browser.post("/espace/profil", typed | {"projet": "Appelez le 06 39 98 76 54"})
    assert answer.status_code == 422
    assert 'id="erreur-projet"' in browser.html
    browser.post("/espace/profil", typed)
    assert one(rooms, "select name from offer where id = %s", nadia.offer) == "Nadia et les lutins"
    browser.get("/espace/apercu")
    assert "Jardin et lecture." in browser.text


def test_what_is_hidden_of_her_home_is_hidden_in_the_preview_too(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/apercu")
    assert "27 rue Introuvable" not in browser.html
    assert "06 39 98 76 54" not in browser.html
    typed = {"adresse": "27 rue Introuvable", "code_postal": "44000", "commune": "Nantes", "montrer": "zone"}
    browser.post("/espace/adresse", typed | {"telephone": "06 39 98 76 54", "montrer_telephone": "oui"})
    browser.get("/espace/apercu")
    assert "27 rue Introuvable" not in browser.html
    assert "0639987654" in browser.html.replace(" ", "").replace("\u00a0", "")


@pytest.mark.parametrize("takes", [True, False])
def test_previews_say_whether_parents_can_write_to_her_as_her_page_does(
    rooms: Rooms, nadia: Account, takes: bool
) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/messages")
    browser.post("/espace/messages", {"recevoir": "oui" if takes else ""})
    typed = {"adresse": "27 rue Introuvable", "code_postal": "44000", "commune": "Nantes", "montrer": "zone"}
    browser.get("/espace/adresse")
    browser.post("/espace/adresse", typed)
    browser.get("/espace/adresse")
    assert ("ne peuvent pas vous joindre" in browser.text) is not takes
    assert ("sans voir votre adresse mail" in browser.text) is takes
    browser.get("/espace/apercu")
    assert ("Lui écrire" in browser.text) is takes
    browser.get(f"/offre/{nadia.offer}/ecrire")
    assert ("Votre message" in browser.text) is takes


def test_a_new_agrement_goes_to_the_moderators_while_the_last_valid_one_stays_up(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/agrement")
    answer = browser.post("/espace/agrement", AGREMENT)
    assert answer.status_code == 422
    assert 'id="erreur-copie"' in browser.html
    browser.post("/espace/agrement", AGREMENT, files={"copie": ("decision.jpg", photo(), "image/jpeg")})
    assert "chez les modérateurs" in browser.text
    assert (
        one(
            rooms,
            "select r.kind || ' ' || k.state || ' ' || r.capacity from agrement_request r join case_file k using (id)",
        )
        == "renewal waiting 4"
    )
    assert one(rooms, "select capacity from agrement where offer = %s", nadia.offer) == 3
    assert one(rooms, "select is_public(o) from offer o where id = %s", nadia.offer)
    again = browser.post("/espace/agrement", AGREMENT, files={"copie": ("decision.jpg", photo(), "image/jpeg")})
    assert again.status_code == 422  # it is before a moderator


def test_a_pause_hides_and_keeps_everything(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    public = "select is_public(o) from offer o where id = %s"
    browser.post("/espace/pause")
    assert not one(rooms, public, nadia.offer)
    browser.post("/espace/reprendre")
    assert one(rooms, public, nadia.offer)


def test_no_pause_opens_what_an_agrement_closed(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post("/espace/pause")
    with database.connect(rooms.settings.database_url) as conn:
        conn.execute("update agrement set status = 'withdrawn'")
    browser.post("/espace/reprendre")
    assert not one(rooms, "select is_public(o) from offer o where id = %s", nadia.offer)


def test_she_chooses_her_employer_and_is_exempt(rooms: Rooms, nadia: Account) -> None:
    employer = rooms.account("employer", name="Crèche familiale du Port")
    other = rooms.account("rpe", name="Relais")
    browser = rooms.visit(nadia)
    browser.get("/espace/employeur")
    assert browser.post("/espace/employeur", {"employee": "oui", "employeur": str(other.id)}).status_code == 422
    browser.post("/espace/employeur", {"employee": "oui", "employeur": str(employer.id)})
    assert "Mon employeur : Crèche familiale du Port" in browser.text.replace("\u00a0", " ")
    assert "vous n’avez pas d’échéance" in browser.text
    browser.post("/espace/employeur", {"employee": "non", "employeur": str(employer.id)})
    assert one(rooms, "select count(*) from employment") == 0
    assert one(rooms, "select employed from offer where id = %s", nadia.offer) is False


# Her data ---------------------------------------------------------------------------------------------------

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
    browser.post("/espace/partir", {"certain": "oui"})
    assert "Votre compte est fermé" in browser.text
    assert scan(rooms, HERS) == {}
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


def test_views_are_counted_in_the_process_and_written_at_the_end(rooms: Rooms, nadia: Account) -> None:
    assert nadia.offer
    counter = views.Views(rooms.app.state.site.registry, every_s=3600)
    for _ in range(3):
        counter.seen(nadia.offer, TODAY)
    counter.seen("0000000000zz", TODAY)  # no such offer
    with database.connect(rooms.settings.database_url) as conn:
        assert views.between(conn, nadia.offer, TODAY, TODAY) == 0
        counter.close()
        assert views.between(conn, nadia.offer, TODAY, TODAY) == 3
        assert timetables.periods(conn, nadia.offer) == []
