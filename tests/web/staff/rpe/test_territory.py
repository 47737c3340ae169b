"""Who a relais sees of its territory, and the trace of each look. What it finds for a need is `test_search`'s."""

from datetime import date

import pytest

from registry.accounts import Account
from registry.database import Connection
from tests import records
from tests.conftest import TODAY
from tests.rooms import Rooms

MONDAY_TO_NOON = [(0, 480, 720, 2)]


@pytest.fixture
def nadia(registry: Connection) -> str:
    """Free on Mondays from 8 to 12, for two."""
    made = records.assistant(registry, "Nadia B.", periods=[(TODAY, None, MONDAY_TO_NOON)], confirmed_on=TODAY)
    registry.commit()
    return made


def test_only_its_own_territory(rooms: Rooms, relais: Account, nadia: str, registry: Connection) -> None:
    other = records.assistant(registry, "Rose R.", commune="44143", postcode="44400", home=(47.19, -1.55))
    registry.commit()
    browser = rooms.visit(relais)
    browser.get("/rpe")
    assert "Nadia B." in browser.text
    assert "Rose R." not in browser.text
    assert browser.get(f"/rpe/am/{other}").status_code == 403
    assert browser.get(f"/rpe/am/{nadia}").status_code == 200
    assert "06 39 98 76 54" in browser.text


def test_the_list_tells_who_is_to_confirm(rooms: Rooms, relais: Account, registry: Connection) -> None:
    """By its own word of long ago, though the period is open and the duty is not hers."""
    word, periods = date(2026, 5, 20), [(date(2026, 1, 1), None, MONDAY_TO_NOON)]
    records.assistant(registry, "Alice A.", periods=periods, confirmed_on=word, employed=True)  # six months
    records.assistant(registry, "Zoé Z.", periods=periods, confirmed_on=word)  # to 30 November
    registry.commit()
    browser = rooms.visit(relais)
    browser.get("/rpe")
    assert "à confirmer, dispensée" in browser.text
    browser.get("/rpe?etat=to_confirm")
    assert "Alice A." in browser.text
    assert "Zoé Z." not in browser.text
    browser.get("/rpe?etat=up_to_date")
    assert "Zoé Z." in browser.text
    assert "Alice A." not in browser.text


def test_a_line_says_what_is_free_and_when_it_was_declared(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection
) -> None:
    over = [(date(2026, 9, 1), date(2026, 9, 30), MONDAY_TO_NOON)]
    records.assistant(registry, "Olga O.", periods=over, confirmed_on=date(2026, 7, 10))
    registry.commit()
    browser = rooms.visit(relais)
    browser.get("/rpe")
    assert "Jusqu’à 2 places libres · dernière déclaration le 23 novembre 2026" in browser.text
    assert "Disponibilités inconnues · dernière déclaration le 10 juillet 2026" in browser.text
    browser.get(f"/rpe/am/{nadia}")
    assert browser.text.partition("Déclaration")[2].count("à jour") == 1
    assert "Votre consultation est enregistrée." in browser.text


def test_hours_that_are_none_are_said(rooms: Rooms, relais: Account) -> None:
    browser = rooms.visit(relais)
    assert browser.get("/rpe?jour=lun&debut=25:00&fin=12:00").status_code == 422
    assert "Cette heure n’est pas comprise" in browser.text
    assert "Résultats" in browser.text


def test_each_look_is_in_the_log(rooms: Rooms, relais: Account, nadia: str, registry: Connection) -> None:
    browser = rooms.visit(relais)
    browser.get("/rpe")
    browser.get(f"/rpe/am/{nadia}")
    noted = registry.execute(
        "select action, offer, 'contact' = any (fields), detail from audit where account = %s order by id", [relais.id]
    ).fetchall()
    assert noted[0][:2] == ("territory.read", None)
    assert noted[1][:3] == ("profile.listed", nadia, False)
    assert noted[2][:3] == ("profile.read", nadia, True)


@pytest.mark.parametrize("role", ["am", "employer", "moderator", "administrator"])
def test_other_roles_stay_outside(role: str, rooms: Rooms, nadia: str) -> None:
    browser = rooms.visit(rooms.account(role))  # type: ignore[arg-type]
    assert [browser.get(path).status_code for path in ("/rpe", "/rpe/inscription", f"/rpe/am/{nadia}")] == [403] * 3
