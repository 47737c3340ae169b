"""What a relais finds while a parent is on the telephone: whom, with which private facts, who is absent and why, and
the trace of it. That it is the parents' own search is `test_same_search`'s."""

import io
import json
import re
import zipfile
from datetime import date, timedelta
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest

from registry.accounts import Account
from registry.database import Connection
from registry.privacy import personal_data
from tests import records
from tests.conftest import TODAY
from tests.rooms import NOW, Browser, Rooms
from tests.web.staff.rpe.conftest import Commit
from tests.web.staff.rpe.reading import MONDAY_TO_NOON, MORNING, REZE, drawn, found, link
from web.staff.rpe.routes import OF_A_SEARCH

PRIVATE = (
    "06 39 98 76 54",
    "06\u00a039\u00a098\u00a076\u00a054",
    "0639987654",
    "secrete@example.org",
    "Bensaïd-Secrète",
)


@pytest.fixture
def nadia(registry: Connection) -> str:
    """Free on Mondays from 8 to 12, for two."""
    return records.assistant(registry, "Nadia B.", periods=[(TODAY, None, MONDAY_TO_NOON)])


def absent(browser: Browser) -> dict[str, list[str]]:
    """Reason → the ids of those who are told to be absent from the search for it."""
    told = re.findall(r'(?s)<details class="panel">(.*?)</details>', browser.html.partition("Absentes de")[2])
    reasons = [re.findall(r'panel-title">([^<]*)<', each)[0] for each in told]
    return dict(zip(reasons, (re.findall(r"/rpe/am/(\w+)", each) for each in told), strict=True))


SURE = "Libre le lundi"
NEEDS = [
    (MORNING, SURE),
    ("jour=lun&debut=09:00&fin=11:30&places=2", SURE),
    (f"{MORNING}&jour2=lun&debut2=08:00&fin2=12:00", SURE),
    ("jour=lun&jour=mar&debut=08:00&fin=12:00", "1\u00a0jour sur 2"),
    ("jour=lun&jour=mar&debut=08:00&fin=12:00&libres=oui", ""),
    (f"{MORNING}&places=3&libres=oui", ""),
    (f"{MORNING}&places=3", "2\u00a0places sur 3"),
    ("jour=lun&debut=08:00&fin=12:15", "il manque 15\u00a0min"),
    (f"{MORNING}&commune=44109", SURE),
    (f"{MORNING}&commune=44143", ""),
    (f"{MORNING}&etat=overdue", ""),
    (f"{MORNING}&etat=up_to_date", SURE),
    ("jour=lun&debut=22:00&fin=06:00", ""),
    (f"{MORNING}&naissance=2025-01-01", SURE),
    (f"{MORNING}&naissance=2019-01-01", ""),
    (f"{MORNING}&des={TODAY - timedelta(days=7)}", f"Libre à partir du {TODAY.day}\u00a0novembre"),
    (f"{MORNING}&ou=Rezé&lieu=commune:44143&rayon=10", "entre 2,5 et 3,5\u00a0km · Nantes"),
    (f"{MORNING}&ou=Rezé&lieu=commune:44143&rayon=1", ""),
]
"""What the desk is asked, and what it tells of her whom `nadia` is; empty where it does not find her."""


def test_a_need_is_answered_as_parents_are_answered(rooms: Rooms, relais: Account, nadia: str, commit: Commit) -> None:
    commit()
    browser = rooms.visit(relais)
    for asked, told in NEEDS:
        assert browser.get(f"/rpe?{asked}").status_code == 200, asked
        assert found(browser) == ([nadia] if told else []), asked
        assert told.replace("\u00a0", " ").lower() in browser.text.replace("\u00a0", " ").lower(), asked


def test_a_week_that_passes_sunday_night(rooms: Rooms, relais: Account, registry: Connection, commit: Commit) -> None:
    nora = records.assistant(registry, "Nora N.", periods=[(TODAY, None, [(6, 1200, 1440 + 480, 1)])])
    commit()
    browser = rooms.visit(relais)
    browser.get("/rpe?jour=dim&debut=22:00&fin=06:00")
    assert found(browser) == [nora]


def test_whoever_answers_is_shown_with_what_a_call_needs(
    rooms: Rooms, relais: Account, nadia: str, commit: Commit, registry: Connection
) -> None:
    silent = {"phone": None, "mail": "muette@example.org"}
    free = [(TODAY, None, MONDAY_TO_NOON)]
    records.assistant(registry, "Sans téléphone", periods=free, contact=silent)
    long_ago = [(date(2026, 1, 1), None, MONDAY_TO_NOON)]
    exempt = records.assistant(registry, "Dispensée", periods=long_ago, confirmed_on=date(2026, 5, 20), employed=True)
    commit()
    browser = rooms.visit(relais)
    browser.get(f"/rpe?{MORNING}")
    assert 'href="tel:0639987654"' in browser.html
    assert "Nadia Bensaïd-Secrète" in browser.text
    assert 'href="mailto:muette@example.org"' in browser.html
    assert f'href="/rpe/am/{nadia}?' in browser.html
    told = drawn(browser)
    assert told[nadia].count("à jour") == 1
    assert "Déclaration" not in told[nadia], "its age and whether it counts are on the card as parents see it"
    assert re.search(r"Déclaration\s:\s<strong>dispensée<", told[exempt])


def test_nothing_private_is_in_the_public_answer_nor_in_an_address(
    rooms: Rooms, relais: Account, nadia: str, commit: Commit
) -> None:
    commit()
    browser = rooms.visit(relais)
    browser.get(f"/rpe?{MORNING}")
    addresses = re.findall(r'(?:href|action)="(/[^"]*)"', browser.html)
    public = browser.get("/api/v1/offers?commune=44109&need=mon@08:00-12:00")
    assert nadia in public.text
    assert not [fact for fact in PRIVATE if fact in public.text or any(fact in each for each in addresses)]


def test_no_parameter_of_the_public_search_names_a_scope(rooms: Rooms) -> None:
    browser = rooms.visit()
    assert {browser.get(f"/api/v1/offers?{name}=44109").status_code for name in ("scope", "ids", "communes")} == {422}


def test_another_relais_s_assistants_are_never_among_them(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection, commit: Commit
) -> None:
    """Not even where the search looks into their commune."""
    records.assistant(registry, "Rose R.", periods=[(TODAY, None, MONDAY_TO_NOON)], **REZE)
    suspended = records.assistant(registry, "Sonia S.", periods=[(TODAY, None, MONDAY_TO_NOON)], **REZE)
    registry.execute("update agrement set status = 'suspended' where offer = %s", [suspended])
    commit()
    browser = rooms.visit(relais)
    for more in ("", "&ou=Rezé&lieu=commune:44143&rayon=20", "&commune=44143", "&tri=nom"):
        browser.get(f"/rpe?{MORNING}{more}")
        assert not {"Rose R.", "Sonia S."} & set(re.findall(r"Rose R\.|Sonia S\.", browser.text)), more
        assert found(browser) == ([] if "44143" in more and "commune=" in more else [nadia]), more


def test_who_works_in_a_mam_that_she_hides_is_called_by_its_relais_alone(
    rooms: Rooms, relais: Account, registry: Connection, commit: Commit
) -> None:
    """Parents find her where she lives, so that the relais there shows of her what they see and no more; the relais of
    the MAM, whose she is, is told that the search does not hold her."""
    mam = records.structure(
        registry, "MAM de Rezé", kind="mam", commune="44143", postcode="44400", at=(47.19, -1.55), members=2
    )
    uma = records.assistant(registry, "Uma F.", mam=mam, show_mam=False, periods=[(TODAY, None, MONDAY_TO_NOON)])
    commit()
    here, there = rooms.visit(relais), rooms.visit(rooms.account("rpe", communes=["44143"]))
    here.get(f"/rpe?{MORNING}")
    assert found(here) == [uma]
    assert not [fact for fact in (*PRIVATE, f"/rpe/am/{uma}", "MAM de Rezé") if fact in here.html]
    there.get(f"/rpe?{MORNING}")
    assert found(there) == []
    assert absent(there) == {"Les parents trouvent leur fiche dans une autre commune": [uma]}


def test_whom_no_search_finds_is_named_with_the_reason(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection, commit: Commit
) -> None:
    free = [(TODAY, None, MONDAY_TO_NOON)]
    word, long_ago = date(2026, 5, 20), [(date(2026, 1, 1), None, MONDAY_TO_NOON)]
    suspended, paused, draft = (records.assistant(registry, name, periods=free) for name in ("Paula", "Pia", "Prune"))
    registry.execute("update agrement set status = 'suspended' where offer = %s", [suspended])
    registry.execute("update offer set publication = 'paused' where id = %s", [paused])
    registry.execute("update offer set publication = 'draft' where id = %s", [draft])
    silent = records.assistant(registry, "Muriel")
    over = records.assistant(registry, "Olga", periods=[(date(2026, 9, 1), TODAY, MONDAY_TO_NOON)])
    lapsed = records.assistant(registry, "Alice", periods=long_ago, confirmed_on=word, employed=True)
    full = records.assistant(registry, "Flora", periods=[(TODAY, None, [])])
    commit()
    browser = rooms.visit(relais)

    browser.get(f"/rpe?{MORNING}&des={TODAY + timedelta(days=1)}")
    assert found(browser) == [nadia, lapsed], "who is to confirm comes after those whose word counts"
    hidden = "Les parents ne voient pas leur fiche"
    undeclared = "Sans disponibilités déclarées à la date demandée"
    assert absent(browser) == {undeclared: [silent, over], hidden: [suspended, paused, draft]}
    assert "agrément suspendu par le département" in browser.text
    assert "profil en pause" in browser.text
    assert full not in browser.html

    browser.get(f"/rpe?{MORNING}&libres=oui")
    assert set(found(browser)) == {nadia, over}
    told = absent(browser)
    assert told["Disponibilités à confirmer, alors que vous cherchez seulement des places libres"] == [lapsed]
    assert (told[undeclared], told[hidden]) == ([silent], [suspended, paused, draft])

    browser.get("/rpe?naissance=2025-01-01")
    assert set(found(browser)) == {nadia, silent, over, lapsed, full}
    assert absent(browser) == {hidden: [suspended, paused, draft]}

    browser.get(f"/rpe?{MORNING}&etat=to_confirm")
    assert found(browser) == [lapsed]
    assert absent(browser) == {undeclared: [silent]}


def test_the_list_without_a_need_still_holds_everybody(
    rooms: Rooms, relais: Account, registry: Connection, commit: Commit
) -> None:
    made = records.assistant(registry, "Paula P.", periods=[(TODAY, None, MONDAY_TO_NOON)])
    registry.execute("update agrement set status = 'suspended' where offer = %s", [made])
    commit()
    browser = rooms.visit(relais)
    unasked = "debut=08:00&fin=18:00&places=1&rayon=5&souplesse=15&debut2=08:00&fin2=18:00&debut3=08:00&places3=2"
    browser.get(f"/rpe?{unasked}&commune=&etat=")
    assert "Paula P." in browser.text
    assert "agrément suspendu" in browser.text


def test_where_nobody_answers_each_way_on_finds_as_many_as_it_says(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection, commit: Commit
) -> None:
    records.assistant(registry, "Rose R.", periods=[(TODAY, None, [(0, 480, 720, 3)])], **REZE)
    commit()
    browser = rooms.visit(relais)
    browser.get(f"/rpe?{MORNING}&places=3&libres=oui&naissance=2025-01-01&etat=up_to_date")
    assert found(browser) == []
    ways = re.findall(r'<li><a href="([^"]*)">([^<]*)</a> <small>([^<]*)</small>', browser.html)
    assert {label for _, label, _ in ways} >= {"Chercher sans préciser les jours et les heures"}
    assert len({href for href, _, _ in ways}) == len(ways)
    assert any(href.startswith("/?") and "Communes voisines" in label for href, label, _ in ways)
    for href, _, count in ways:
        browser.get(href.replace("&amp;", "&"))
        assert len(found(browser)) == int(count.split("\u00a0")[0]), href
    browser.get(f"/rpe?{MORNING}&places=3&libres=oui")
    assert "Voir cette recherche comme les parents" in browser.text


def test_why_nobody_fits_is_told_of_those_whom_parents_find(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection, commit: Commit
) -> None:
    commit()
    browser = rooms.visit(relais)
    browser.get(f"/rpe?{MORNING}&places=6&libres=oui")
    assert found(browser) == []
    assert "La seule assistante maternelle que les parents trouvent sur votre territoire n’a pas autant" in browser.text
    browser.get("/rpe?jour=dim&debut=03:00&fin=04:00&libres=oui&commune=44109")
    assert "que les parents trouvent à Nantes n’a pas de place libre à ces horaires" in browser.text


def test_the_desk_says_what_was_not_had_in_time(
    rooms: Rooms, relais: Account, nadia: str, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit()
    monkeypatch.setattr("web.shared.search.asking.BESIDE_S", 0.0)
    browser = rooms.visit(relais)
    browser.get(f"/rpe?{MORNING}")
    assert found(browser) == [nadia]
    assert "Une partie de nos suggestions manque" in browser.text
    [again] = re.findall(r'<a href="([^"]+)" id="reessayer"', browser.html)
    monkeypatch.setattr("web.shared.search.asking.BESIDE_S", 10.0)
    browser.get(again.replace("&amp;", "&"))
    assert found(browser) == [nadia]
    assert "Une partie de nos suggestions manque" not in browser.text


def test_each_search_is_in_the_log(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection, commit: Commit
) -> None:
    hidden = records.assistant(registry, "Paula P.")
    registry.execute("update offer set publication = 'paused' where id = %s", [hidden])
    commit()
    browser = rooms.visit(relais)
    browser.get(f"/rpe?{MORNING}")
    browser.get("/rpe?jour=lun&debut=25:00")
    noted = registry.execute(
        "select action, fields @> array['contact', 'identity'], detail from audit"
        " where account = %s and action <> 'profile.listed'",
        [relais.id],
    ).fetchall()
    assert noted == [("territory.read", True, {"shown": 1, "aside": 1})]


def test_each_person_shown_is_told_so_in_her_own_record(
    rooms: Rooms, relais: Account, nadia: str, registry: Connection, commit: Commit
) -> None:
    """Once a day for each reader and for what was shown, however often the desk searches."""
    hidden = records.assistant(registry, "Paula P.")
    registry.execute("update offer set publication = 'paused' where id = %s", [hidden])
    elsewhere = records.assistant(registry, "Rose R.", periods=[(TODAY, None, MONDAY_TO_NOON)], **REZE)
    registry.execute(
        "insert into audit (at, account, role, action, offer, fields)"
        " values (now() - interval '1 day', %s, 'rpe', 'profile.listed', %s, %s)",
        [relais.id, nadia, sorted(OF_A_SEARCH)],
    )
    commit()
    first, second = rooms.visit(relais), rooms.visit(rooms.account("rpe", communes=["44109"]))
    for browser in (first, first, second):
        browser.get(f"/rpe?{MORNING}")

    def told(offer: str) -> list[tuple[str, str, bool, bool]]:
        account = Account(uuid4(), "elle@example.org", "am", offer=offer)
        archive = zipfile.ZipFile(io.BytesIO(personal_data.export(registry, account, None, NOW)))
        lines = json.loads(archive.read("donnees.json"))["consultations_par_les_services"]
        return [(each["role"], each["action"], "contact" in each["fields"], "duty" in each["fields"]) for each in lines]

    assert told(nadia) == [("rpe", "profile.listed", True, True)] * 3, "a day before, and today by two"
    assert told(hidden) == [("rpe", "profile.listed", False, True)] * 2
    assert told(elsewhere) == []
    for _ in range(2):
        first.get("/rpe")
    assert told(nadia)[3:] == [("rpe", "profile.listed", False, True)], "the list shows no contact"


def test_the_desk_s_cursor_is_its_own(rooms: Rooms, relais: Account, registry: Connection, commit: Commit) -> None:
    made = [records.assistant(registry, f"N {n:02}", periods=[(TODAY, None, MONDAY_TO_NOON)]) for n in range(25)]
    commit()
    browser = rooms.visit(relais)
    browser.get(f"/rpe?{MORNING}&tri=nom")
    first = found(browser)
    onward = re.findall(r'id="suite" href="([^"]*)"', browser.html)[0].replace("&amp;", "&")
    cursor = dict(parse_qsl(onward.partition("?")[2].partition("#")[0]))["suite"]
    browser.get(onward)
    assert [*first, *found(browser)] == made
    browser.get(link(browser, "/rpe/am/"))
    browser.get(link(browser, r"/rpe\?"))
    assert [*first, *found(browser)] == made, "the way back leads to the page of results that it came from"
    other = rooms.visit(rooms.account("rpe", communes=["44109", "44143"]))
    assert other.get(onward).status_code == 422
    asked = "kind=assistant_maternel&need=mon@08:00-12:00&match=best&include=to_ask&sort=name"
    assert other.get(f"/api/v1/offers?{asked}&cursor={cursor}").status_code == 422
