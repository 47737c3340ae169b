"""What stands around the desk's results: what was asked, and the ways on from them and back to them."""

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from registry.accounts import Account
from registry.database import Connection
from tests import records
from tests.conftest import TODAY
from tests.rooms import Rooms
from tests.web.staff.rpe.conftest import Commit
from tests.web.staff.rpe.reading import MONDAY_TO_NOON, MORNING, REZE, SAINT_HERBLAIN, found, link


@pytest.fixture
def nadia(registry: Connection) -> str:
    """Free on Mondays from 8 to 12, for two."""
    return records.assistant(registry, "Nadia B.", periods=[(TODAY, None, MONDAY_TO_NOON)])


def test_the_head_repeats_what_was_asked(rooms: Rooms, relais: Account, nadia: str, commit: Commit) -> None:
    commit()
    browser = rooms.visit(relais)
    browser.get("/rpe")
    assert "Modifier la recherche" not in browser.text
    browser.get(
        "/rpe?jour=lun&jour=jeu&debut=07:15&fin=17:30&des=2026-12-07&naissance=2025-01-01&naissance=2025-03-02"
        "&ou=Rezé&lieu=commune:44143&rayon=10&commune=44109&etat=up_to_date&libres=oui&option=garden"
    )
    [head] = re.findall(r'class="rpe-asked">([^<]*)<', browser.html)
    head = " ".join(unescape(head).split())
    for said in (
        *("lundi", "jeudi", "7 h 15 – 17 h 30", "à partir du 7 décembre 2026"),
        *("2 enfants nés ou attendus le 1er janvier 2025 et le 2 mars 2025", "autour de Rezé", "10 km"),
        *("à Nantes", "déclaration à jour", "seulement les places libres", "ardin"),
    ):
        assert said in head, said
    assert "Modifier la recherche" in browser.text, "the form is folded"
    browser.get(f"/rpe?{MORNING}&places=2")
    [head] = re.findall(r'class="rpe-asked">([^<]*)<', browser.html)
    assert "2 enfants" in " ".join(unescape(head).split())
    assert "sur tout votre territoire" in head
    browser.get("/rpe?etat=overdue")
    assert 'class="rpe-asked">déclaration en retard' in browser.html


def test_from_somebody_s_page_the_way_goes_back_to_the_same_results(
    rooms: Rooms, relais: Account, nadia: str, commit: Commit
) -> None:
    commit()
    browser = rooms.visit(relais)
    asked = f"{MORNING}&jour2=lun&debut2=08:00&fin2=12:00&tri=nom&commune=44109&etat=up_to_date"
    browser.get(f"/rpe?{asked}")
    before = found(browser)
    assert before == [nadia]
    browser.get(link(browser, f"/rpe/am/{nadia}"))
    assert "06 39 98 76 54" in browser.text
    back = link(browser, r"/rpe\?")
    assert set(parse_qsl(asked)) == set(parse_qsl(back.partition("?")[2].partition("#")[0]))
    browser.get(back)
    assert found(browser) == before
    browser.get(f"/rpe/am/{nadia}")
    assert "Retour aux résultats" not in browser.text
    browser.get("/rpe")
    assert f'href="/rpe/am/{nadia}"' in browser.html


def test_the_parents_page_holds_the_whole_territory(
    rooms: Rooms, nadia: str, registry: Connection, commit: Commit
) -> None:
    free = [(TODAY, None, MONDAY_TO_NOON)]
    sarah = records.assistant(registry, "Sarah S.", periods=free, **SAINT_HERBLAIN)
    rose = records.assistant(registry, "Rose R.", periods=free, **REZE)
    commit()
    browser = rooms.visit(rooms.account("rpe", communes=["44109", "44162"]))
    for narrowed in ("", "&commune=44109"):
        browser.get(f"/rpe?{MORNING}{narrowed}")
        assert set(found(browser)) == ({nadia} if narrowed else {nadia, sarah})
        assert "Voir cette recherche comme les parents : Nantes Métropole" in browser.text
        browser.get(link(browser, r"/\?[^\"]*lieu=epci"))
        assert set(found(browser)) == {nadia, sarah, rose}
    browser = rooms.visit(rooms.account("rpe", communes=["44109", "49007"]))
    browser.get(f"/rpe?{MORNING}")
    assert "comme les parents, autour d’Angers" in browser.text, "they share no territory: it says where it looks"
    browser.get(link(browser, r"/\?[^\"]*lieu=commune:49007"))
    assert found(browser) == []


def test_where_nobody_covers_a_need_the_nearest_and_less_are_of_the_territory(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection, commit: Commit
) -> None:
    records.assistant(registry, "Rose R.", periods=[(TODAY, None, [(0, 480, 735, 1)])], **REZE)
    commit()
    browser = rooms.visit(relais)
    browser.get("/rpe?jour=lun&debut=08:00&fin=12:15")
    assert "Personne ne couvre" in browser.text, "Rose does, who is of another relais"
    for asked in ("", "&libres=oui"):
        browser.get(f"/rpe?jour=lun&debut=08:00&fin=12:15{asked}")
        assert found(browser) == ([] if asked else [nadia])
        [(href, more)] = re.findall(
            r'<li><a href="([^"]*)" rel="nofollow">[^<]*</a> <small>([^<]*)</small>', browser.html
        )
        assert re.sub(r"\D", "", more) == "1", "Rose would be one more"
        browser.get(unescape(href).replace("#", "&libres=oui#"))
        assert found(browser) == [nadia]
    browser.get(f"/rpe?{MORNING}")
    assert "Personne ne couvre" not in browser.text
