"""Asking for an alert, and what its links do: confirmed once, stopped by one click, ended by itself."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from registry import database
from registry.parents.alerts import asking, tokens
from settings.keys import Keys
from tests.conftest import TODAY
from tests.registry.parents.alerts.conftest import FULL_WEEK, PARENT, WANTED, World, address


def test_an_alert_begins_when_its_button_is_pressed_and_not_when_its_link_is_looked_at(world: World) -> None:
    browser = world.rooms.visit()
    assert world.fill(browser, WANTED) == 200
    assert "Ouvrez votre boîte mail" in browser.text
    (letter,) = world.letters()
    assert "autour de Nantes (5 km), lundi et mardi, 8 h 30 – 17 h" in letter.body.replace("\u00a0", " ")
    link = letter.path("/alertes/confirmer/")
    for _ in range(2):
        assert "Commencer cette alerte" in browser.get(link).text
    assert world.sql("select confirmed_at from alert") == [(None,)]
    assert "L’alerte a commencé" in browser.post(link).text
    assert "L’alerte a commencé" in browser.get(link).text, "pressed again it says the same"
    assert len(world.sql("select 1 from alert where confirmed_at is not null")) == 1


def test_the_page_says_what_is_asked_and_what_answers_now(world: World) -> None:
    world.assistant("Libre D.", *FULL_WEEK)
    world.index()
    browser = world.rooms.visit()
    browser.get(address({**WANTED, "libres": "1", "tri": "nom", "des": "2027-01-04"}))
    text = browser.text.replace("\u00a0", " ")
    assert "lundi et mardi, 8 h 30 – 17 h, à partir du 4 janvier 2027" in text
    assert "1 assistant maternel y répond en ce moment" in text
    assert "tri=" not in browser.html
    assert PARENT not in browser.html


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ({}, "Une alerte garde une recherche"),
        ({"mots": "jardin"}, "Dites où vous cherchez"),
        ({**WANTED, "type": ["eaje"]}, "ne porte que sur des structures"),
        (
            {**WANTED, "sous-type": ["micro_creche"]},
            "Avec « Micro-crèche », votre recherche ne porte que sur des structures",
        ),
        (
            {**WANTED, "type": ["assistant_maternel"], "ouvre": "07:30"},
            "Avec « Ouvre au plus tard à 7 h 30 », votre recherche ne porte que sur des structures",
        ),
        (
            {**WANTED, "financement": ["psu"], "ferme": "24:00"},
            "Avec « Ferme au plus tôt à minuit » et « Tarif selon vos revenus (PSU) », votre recherche",
        ),
        ({**WANTED, "ouvre": "7h"}, "est à revoir"),
        ({**WANTED, "des": "demain"}, "est à revoir"),
        ({"ou": "Atlantis"}, "est à revoir"),
        ({"ou": "naantes"}, "Aucun lieu ne s’appelle exactement « naantes ». Faites d’abord la recherche"),
        ({"ou": "Saint-Denis"}, "Plusieurs lieux s’appellent « Saint-Denis »"),
        ({"ou": "44370"}, "Plusieurs communes ont le code postal 44370"),
        ({"ou": "Nantes", "vers": "44370"}, "Plusieurs communes ont le code postal 44370"),
        ({**WANTED, "option": ["piscine"]}, "est à revoir"),
    ],
)
def test_a_search_that_no_alert_can_follow_is_told_why(world: World, search: dict[str, Any], sentence: str) -> None:
    browser = world.rooms.visit()
    browser.get(address(search))
    assert sentence in browser.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("search", "place"),
    [
        ({"ou": "75015"}, "de Paris 15e Arrondissement"),
        ({"ou": "Paris"}, "de Paris"),
        ({"ou": "Mans"}, "du Mans"),
        ({"ou": "varades"}, "de Varades (Loireauxence)"),
        ({"ou": "Varades (Loireauxence)", "lieu": "former:44213:varades"}, "de Varades (Loireauxence)"),
        ({"lieu": "commune:93059"}, "de Saint-Denis"),
    ],
)
def test_a_place_that_is_known_for_sure_is_enough(world: World, search: dict[str, Any], place: str) -> None:
    browser = world.rooms.visit()
    assert browser.get(address(search)).status_code == 200
    assert f"autour {place}" in browser.text


def test_an_alert_of_a_name_of_before_is_for_the_commune_of_today(world: World) -> None:
    """Of a retired code too, which once led elsewhere without a word."""
    world.ask({"ou": "varades", "rayon": "0"})
    world.ask({"lieu": "commune:93059", "rayon": "0"}, mail="autre@example.org")
    assert world.sql("select territory from alert order by territory") == [(["commune:44213"],), (["commune:93066"],)]


def test_a_guess_that_finds_nothing_invites_to_no_alert_there(world: World) -> None:
    browser = world.rooms.visit()
    assert "/alertes?" in browser.get("/?ou=Nantes&mots=zzqxkwv").text
    guessed = browser.get("/?ou=naantes&mots=zzqxkwv").text
    assert "Aucun lieu ne s’appelle exactement" in guessed
    assert "/alertes?" not in guessed


def test_a_search_with_too_many_answers_is_no_alert(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.parents.alerts.asked.MOST_NOW", 0)
    world.assistant("Libre D.", *FULL_WEEK)
    world.index()
    browser = world.rooms.visit()
    assert browser.get(address(WANTED)).status_code == 422
    assert "Précisez les jours" in browser.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("mail", "camille", "Saisissez une adresse mail complète"),
        ("rythme", "hourly", "Choisissez quand"),
        ("site", "https://exemple.com", "Un champ caché a été rempli"),
        ("ouvert", "forged", "a été envoyé très vite"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(world: World, field: str, value: str, sentence: str) -> None:
    browser = world.rooms.visit()
    assert world.fill(browser, WANTED, **{field: value}) == 422
    assert sentence in browser.text
    assert world.letters() == []
    assert world.sql("select 1 from alert") == []


def test_one_click_ends_it_without_a_session_and_forgets_the_address(world: World) -> None:
    offer = world.assistant("Nadia B.")
    world.live()
    world.free(offer)
    world.follow()
    (mail,) = world.letters(subject="libère")
    assert mail.unsubscribe is not None
    assert mail.unsubscribe.endswith(mail.path("/alertes/arreter/"))
    path = mail.path("/alertes/arreter/")
    assert "Arrêter cette alerte" in world.rooms.visit().get(path).text
    assert len(world.sql("select 1 from alert")) == 1, "to look at the link stops nothing"

    def one_click() -> httpx.Response:
        http = world.rooms.visit().http
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return world.rooms.portal.call(
            lambda: http.post(path, content="List-Unsubscribe=One-Click", headers=headers, follow_redirects=False)
        )

    for _ in range(2):
        answer = one_click()
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert world.sql("select 1 from alert") == []
    assert world.sql("select 1 from alert_match") == []
    assert world.told() == [], "a mail that still waited is not sent"
    world.full(offer)
    world.free(offer)
    world.follow()
    assert world.told() == []


def test_tokens_open_nothing_but_their_own(world: World) -> None:
    letter = world.ask()
    own = letter.path("/alertes/confirmer/").rpartition("/")[2]
    browser = world.rooms.visit()
    for path in ("arreter", "prolonger", "confirmer"):
        for token in ("x", own + "x", *([own] if path != "confirmer" else [])):
            assert browser.get(f"/alertes/{path}/{token}").status_code == 410
            assert browser.post(f"/alertes/{path}/{token}").status_code == 410
    assert world.sql("select confirmed_at from alert") == [(None,)]


def test_one_that_nobody_confirms_is_forgotten_after_two_days(world: World) -> None:
    letter = world.ask()
    world.rooms.clock.now += timedelta(hours=49)
    browser = world.rooms.visit()
    assert browser.get(letter.path("/alertes/confirmer/")).status_code == 410
    assert browser.post(letter.path("/alertes/confirmer/")).status_code == 410
    world.nightly()
    assert world.sql("select 1 from alert") == []


def test_it_ends_by_itself_after_a_warning_and_can_be_prolonged(world: World) -> None:
    world.live({**WANTED, "des": (TODAY + timedelta(days=10)).isoformat()})
    for days, mails in ((33, 0), (2, 1), (1, 1)):
        world.rooms.clock.now += timedelta(days=days)
        world.nightly()
        assert len(world.letters(subject="prend bientôt fin")) == mails
    (warning,) = world.letters(subject="prend bientôt fin")
    assert "le 3 janvier 2027" in warning.body.replace("\u00a0", " ")
    browser = world.rooms.visit()
    path = warning.path("/alertes/prolonger/")
    browser.get(path)
    assert len(world.letters(subject="prend bientôt fin")) == 1
    assert "jusqu’au 30 juin 2027" in browser.post(path).text.replace("\u00a0", " ")
    world.rooms.clock.now += timedelta(days=30)
    world.nightly()
    assert len(world.sql("select 1 from alert")) == 1
    world.rooms.clock.now += timedelta(days=160)
    world.nightly()
    assert world.sql("select 1 from alert") == []
    assert browser.post(path).status_code == 410


def test_an_address_has_five_alerts_under_whatever_variant_of_it(world: World) -> None:
    searches = [{**WANTED, "debut": f"{hour:02}:00"} for hour in range(8, 14)]
    for number, search in enumerate(searches[:5]):
        world.live(search, mail=PARENT.replace("@", f"+{number}@") if number else PARENT)
    letter = world.ask(searches[5])
    browser = world.rooms.visit()
    browser.get(letter.path("/alertes/confirmer/"))
    assert browser.post(letter.path("/alertes/confirmer/")).status_code == 409
    assert "Vous avez déjà cinq alertes" in browser.text
    stops = [part.split('"')[0] for part in browser.html.split('href="')[1:] if part.startswith("/alertes/arreter/")]
    assert len(stops) == 1, "to the plain address those of the plain address are shown, and not those of its variants"
    assert "autre variante de cette adresse" in browser.text
    browser.get(stops[0])
    browser.post(stops[0])
    browser.get(letter.path("/alertes/confirmer/"))
    assert browser.post(letter.path("/alertes/confirmer/")).status_code == 200


def test_the_same_search_asked_again_replaces_the_first(world: World) -> None:
    world.live()
    world.live(rhythm="weekly")
    assert world.sql("select rhythm from alert") == [("weekly",)]


def test_nobody_s_mailbox_is_filled_with_requests_to_confirm(world: World) -> None:
    for _ in range(asking.ASKED_BY_MAIL_AND_CLIENT.most):
        assert world.fill(world.rooms.visit(), WANTED) == 200
    browser = world.rooms.visit()
    assert world.fill(browser, WANTED) == 429
    assert "réessayez dans" in browser.text
    assert PARENT in browser.html, "nothing is lost"
    assert len(world.letters()) == asking.ASKED_BY_MAIL_AND_CLIENT.most


def test_a_token_tells_nothing_and_an_address_is_kept_once(world: World) -> None:
    world.live()
    (id,) = world.sql("select id from alert")[0]
    token = tokens.token(world.settings.keys, "stop", id)
    assert tokens.read(world.settings.keys, "stop", token) == id
    assert tokens.read(Keys(("another key",)), "stop", token) is None
    with database.connect(world.settings.database_url) as conn:
        kept = conn.execute("select count(*) from alert where mail = %s", [PARENT]).fetchall()
    assert kept == [(1,)]
