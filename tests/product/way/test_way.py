"""From a registration to a parent's search, and what comes after, in a real browser over the whole product."""

import io
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from domain.scales import shipped
from jobs.app import create
from registry import database
from registry.offers import duties
from settings import PARIS
from tests.conftest import wait_for
from tests.product.way.conftest import DESK, PHONE, Open, Way, code_in, link_in, only

pytestmark = pytest.mark.browser

SOON_S = 2.0
"""What parents see follows the registry within this."""


def photo() -> dict[str, Any]:
    """A picture as a phone takes it, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (47.0, 13.0, 2.28), 3: "W", 4: (1.0, 33.0, 12.24)}
    file = io.BytesIO()
    Image.new("RGB", (900, 1200), (240, 235, 225)).save(file, "JPEG", exif=exif)
    return {"name": "agrement.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def signed_in(way: Way, open_at: Open, mail: str, path: str, width: int = DESK) -> Page:
    page = open_at("/connexion", width)
    known = way.mails_to(mail)
    page.get_by_label("adresse mail").fill(mail)
    page.get_by_role("button", name="Recevoir").click()
    page.get_by_label("code").fill(code_in(way.mail_to(mail, after=known)))
    page.get_by_role("button", name="Me connecter").click()
    page.wait_for_url(re.compile(r"^(?!.*/connexion/code).*$"))
    if "/connexion/second" in page.url:  # in a demo the second code is mailed too
        page.get_by_label("code").fill(code_in(way.mail_to(mail, after=known + 1)))
        page.get_by_role("button", name="Terminer la connexion").click()
    expect(page.get_by_role("link", name="Mon compte")).to_be_visible()
    page.goto(way.site + path)
    return page


def registers(way: Way, open_at: Open, mail: str, person: dict[str, str], number: str) -> Page:
    """All of it, from the first page to the last one."""
    today = datetime.now(PARIS).date()
    page = open_at("/inscription")
    page.get_by_label("Votre adresse mail").fill(mail)
    page.get_by_role("button", name="Recevoir mon code").click()
    page.get_by_label("code").fill(code_in(way.mail_to(mail)))
    page.get_by_role("button", name="Continuer").click()

    for name, value in person.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Continuer").click()

    page.wait_for_url("**/2a")
    page.locator("[name=departement]").select_option("44")
    page.locator("[name=numero]").fill(number)
    page.locator("[name=debut]").fill(f"{today - timedelta(days=400):%d/%m/%Y}")
    page.locator("[name=fin]").fill(f"{today + timedelta(days=1400):%d/%m/%Y}")
    page.locator("[name=capacite]").select_option("3")
    page.locator("[name=age_de]").select_option(index=1)
    page.locator("[name=age_a]").select_option(index=1)
    page.locator("[name=copie]").set_input_files(photo())  # type: ignore[arg-type]
    page.get_by_role("button", name="Continuer").click()

    page.wait_for_url("**/2b")
    page.locator("[name=nom_affiche]").fill(f"{person['prenom']} F.")
    page.get_by_label("À mon domicile").check()
    page.locator("[name=projet]").fill("Des journées calmes, un jardin, beaucoup de livres.")
    page.locator("[name=tarif_horaire]").fill("4,20")
    page.get_by_role("button", name="Continuer").click()

    page.wait_for_url("**/2c")
    page.locator("[name=adresse]").fill("12 rue des Lilas")
    page.locator("[name=code_postal]").fill("44000")
    page.locator("[name=commune]").fill("Nantes")
    page.locator("[name=telephone]").fill("06 39 98 12 34")
    page.get_by_role("button", name="Continuer").click()

    page.wait_for_url("**/3")
    page.locator("[name=certifie]").check()
    page.get_by_role("button", name="Envoyer mon inscription").click()
    page.wait_for_url("**/4")
    return page


NADIA = {
    "prenom": "Nadia",
    "nom": "Fictive",
    "naissance": "02/11/1985",
    "lieu_naissance": "Saint-Nazaire (44)",
    "nir": "2 85 11 44 184 981 56".replace(" ", ""),
}


def asks_for_more_then_validates(way: Way, open_at: Open, mail: str, hers: Page) -> None:
    """A moderator misses something, she gives it, and the moderator agrees."""
    way.account("moderator", "moderation@example.org", name="Camille")
    theirs = signed_in(way, open_at, "moderation@example.org", "/moderation")
    theirs.locator("main a[href^='/moderation/']").filter(has_not_text="Chiffres").first.click()
    theirs.get_by_role("button", name="Prendre cette demande").click()
    expect(theirs.get_by_alt_text("Copie de l’agrément, page 1")).to_be_visible()
    known = way.mails_to(mail)
    theirs.get_by_text("Demander un complément").first.click()
    theirs.locator("form[action$='/completer'] input[type=checkbox]").first.check()
    theirs.locator("form[action$='/completer'] button").click()
    asked = way.mail_to(mail, after=known)
    hers.goto(way.site + link_in(asked, "/espace"))
    answer_complement(hers)
    theirs.goto(way.site + "/moderation")
    theirs.locator("main a[href^='/moderation/']").filter(has_not_text="Chiffres").first.click()
    theirs.get_by_role("button", name="Prendre cette demande").click()
    theirs.get_by_role("button", name="Valider", exact=True).click()


def test_from_her_registration_to_a_parents_search_and_through_movements(way: Way, open_at: Open) -> None:
    mail, number = "nadia@example.org", "44-2025-0001"
    NADIA["nir"] = known_nir("Fictive")
    hers = registers(way, open_at, mail, NADIA, number)
    expect(hers.locator("main")).to_contain_text("72 heures")
    assert hers.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert way.found(kind="assistant_maternel", commune="44109") == [], "nobody has looked at it yet"

    asks_for_more_then_validates(way, open_at, mail, hers)
    (card,) = soon(way, lambda: way.found(kind="assistant_maternel", commune="44109"))
    assert card["name"] == "Nadia F."
    assert card["fictitious"] is True
    assert card["position"]["precision"] == "zone"
    offer = card["id"]
    way.mail_to(mail, "demande acceptée")
    assert "12 34" not in httpx.get(f"{way.site}/offre/{offer}").text, "she did not show her telephone"

    # The département's movements: suspended, back as it was, withdrawn for good.
    way.account("caf", "caf@example.org", department="44", name="Caf 44")
    before = httpx.get(f"{way.site}/api/v1/offers/{offer}").json()
    caf = signed_in(way, open_at, "caf@example.org", "/mouvements")
    moves(way, caf, number, "suspension")
    assert soon(way, lambda: httpx.get(f"{way.site}/api/v1/offers/{offer}").status_code == 404)
    way.mail_to(mail, "suspen")
    moves(way, caf, number, "levée de suspension")
    assert soon(way, lambda: httpx.get(f"{way.site}/api/v1/offers/{offer}").status_code == 200)
    after = httpx.get(f"{way.site}/api/v1/offers/{offer}").json()
    assert {**before, "data": 0} == {**after, "data": 0}

    # A reminder, one tap, and parents see it.
    way.registry.execute("update offer set confirmed_on = current_date - 200 where id = %s", [offer])
    soon(way, lambda: confirmed(way, offer) not in (None, today().isoformat()))
    deadline = duties.term(today(), shipped()).next
    eve = datetime(deadline.year, deadline.month, deadline.day, 9, tzinfo=UTC) - timedelta(days=7)
    add_week(way, offer)
    with database.connect(way.settings.database_url) as conn:
        assert duties.remind(conn, way.settings, eve) == 1
    reminder = way.mail_to(mail, "disponibilités")
    tapped = open_at(link_in(reminder, "/d/"))
    tapped.get_by_role("button", name="Confirmer").click()  # a browser in which she never signed in
    expect(tapped.locator("main").get_by_role("status")).to_contain_text("La semaine reste la même")
    assert soon(way, lambda: confirmed(way, offer) == today().isoformat())

    moves(way, caf, number, "retrait")
    assert soon(way, lambda: way.found(kind="assistant_maternel", commune="44109") == [])


def test_when_the_identity_service_is_away_she_goes_on_and_is_written_to(way: Way, open_at: Open) -> None:
    mail = "anne-sophie@example.org"
    httpx.post(f"{way.identity}/_away", json={"away": True})
    try:
        page = registers(
            way,
            open_at,
            mail,
            {
                "prenom": "Anne-Sophie",
                "nom": "D’Épreuve",
                "naissance": "30/06/1990",
                "lieu_naissance": "Rennes",
                "nir": known_nir("D’Épreuve"),
            },
            "44-2025-0002",
        )
        expect(page.locator("main")).to_contain_text("écrirons")
        assert state_of(way, mail) == "pending"
    finally:
        httpx.post(f"{way.identity}/_away", json={"away": False})

    def settled() -> bool:
        # The circuit breaker lets the service rest for a while; the schedule asks each minute.
        create(way.settings).send_task("check_identities")
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and state_of(way, mail) == "pending":
            time.sleep(0.05)
        return bool(state_of(way, mail) == "waiting")

    wait_for(settled, seconds=120, what="the identity to be checked")
    way.mail_to(mail, "identité")


def known_nir(last_name: str) -> str:
    """That of a fictitious person of the reference service."""
    from local.reference.identity import people

    return next(person.nir for person in people() if person.last_name == last_name)


def answer_complement(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(photo())  # type: ignore[arg-type]
    page.get_by_role("button", name="Envoyer aux modérateurs").click()
    expect(page.locator("main")).to_contain_text("modérateur")


def moves(way: Way, caf: Page, number: str, action: str) -> None:
    """A file of one line, looked at and applied."""
    text = (
        "Numéro d’agrément;Nom;Prénom;Date de naissance;Mouvement;Date d’effet\r\n"
        f"{number};FICTIVE;Nadia;02/11/1985;{action};{effect_day(action):%d/%m/%Y}\r\n"
    )
    caf.goto(way.site + "/mouvements")
    caf.locator("input[type=file]").set_input_files(
        {"name": f"{action}.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    caf.get_by_role("button", name="Voir l’aperçu").click()
    caf.get_by_role("button", name="Appliquer les mouvements").click()
    expect(caf.locator("main")).to_contain_text("Appliqué")


def effect_day(action: str) -> date:
    """Three days, one after the other: two movements of one day would contradict each other."""
    return today() - timedelta(days=("retrait", "levée de suspension", "suspension").index(action))


def today() -> date:
    return datetime.now(PARIS).date()


def soon(way: Way, look: Callable[[], Any]) -> Any:
    """What a look gives as soon as it gives something, which takes two seconds at most."""
    found: list[Any] = []

    def looked() -> bool:
        found[:] = [look()]
        return bool(found[0])

    wait_for(looked, seconds=SOON_S, what="what parents see")
    return found[0]


def confirmed(way: Way, offer: str) -> str | None:
    shown: str | None = httpx.get(f"{way.site}/api/v1/offers/{offer}").json().get("confirmed_on")
    return shown


def add_week(way: Way, offer: str) -> None:
    from tests.records import add_period

    add_period(way.registry, offer, today() - timedelta(days=100), None, [(0, 480, 1080, 2)])


def state_of(way: Way, mail: str) -> str:
    return str(
        only(
            way.registry.execute(
                "select coalesce(k.outcome, k.state) from agrement_request r join case_file k on k.id = r.id"
                " join account a on a.offer = r.offer where a.mail = %s",
                [mail],
            )
        )
    )
