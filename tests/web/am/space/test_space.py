"""Her room: what she changes, sees and takes with her, and that nothing of hers stays when she leaves."""

import io
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from registry import database
from registry.accounts import Account
from registry.offers import timetables, views
from registry.parents import contact
from tests.conftest import TODAY
from tests.records import assistant
from tests.rooms import Rooms

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


# What parents see --------------------------------------------------------------------------------------------


def test_what_she_reads_of_parents_is_what_her_fiche_offers_them(rooms: Rooms, nadia: Account) -> None:
    assert nadia.offer
    browser = rooms.visit(nadia)
    unreachable = "les parents ne peuvent pas vous joindre depuis votre fiche"

    def told() -> list[bool]:
        """Whether each of her pages says that parents cannot reach her; and her fiche as they see it."""
        pages = []
        for path in ("/espace/messages", "/espace/adresse"):
            browser.get(path)
            pages.append(unreachable in browser.text)
        browser.get("/espace/apercu")
        pages.append("Aucune coordonnée n’est publiée" in browser.text)
        return pages

    with database.connect(rooms.settings.database_url) as conn:
        assert contact.reach(conn, nadia.offer) == contact.Reach(messages=True, phone=False, mail=False)
    assert told() == [False, False, False]
    browser.post("/espace/messages", {})
    assert told() == [True, True, True]
    with database.connect(rooms.settings.database_url) as conn:
        conn.execute("update am_contact set show_phone = true where offer = %s", [nadia.offer])
        assert contact.reach(conn, nadia.offer) == contact.Reach(messages=False, phone=True, mail=False)
    assert told() == [False, False, False]


def test_whoever_is_not_found_is_not_told_that_parents_see_her_word(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/disponibilites")
    browser.post("/espace/disponibilites/complete")
    assert "Les parents voient qu’il n’y a pas de place" in browser.text
    browser.post("/espace/pause")
    browser.get("/espace/disponibilites")
    browser.post("/espace/disponibilites/complete")
    assert "Les parents voient" not in browser.text
    assert "tant que la fiche n’est pas visible" in browser.text
    browser.get("/espace")
    assert "Les parents voient votre profil" not in browser.text


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
