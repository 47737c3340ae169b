"""Documents of hand-written records, exactly; and every document of the generated data against its model."""

import math
from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from indexer.documents import all_documents, some_documents
from mappings.documents import Offer, Place, RetiredPlace
from registry import accounts
from registry.database import Connection, connect
from registry.parents.contact import stopping
from tests.loire import Loire
from tests.records import Range, add_period, assistant, structure

MON, TUE, FRI, SUN = 0, 1, 4, 6
WEEK = 10_080

IN_NANTES = {
    "commune": {"code": "44109", "codes": ["44109"], "name": "Nantes", "postcode": "44000"},
    "epci": "244400404",
    "department": "44",
}


def document(conn: Connection, offer: str) -> Any:
    return orjson.loads(some_documents(conn, "offers", [offer])[offer])


def available(conn: Connection, ranges: list[Range]) -> Any:
    """The one period of somebody with these ranges."""
    offer = assistant(conn, capacity=6, periods=[(date(2026, 9, 1), None, ranges)])
    (found,) = document(conn, offer)["availability"]
    return found


def level(places: int, start: int, end: int) -> dict[str, int]:
    return {"gte": places * WEEK + start, "lt": places * WEEK + end}


OPENED = {
    "opening": [
        {"gte": 0, "lt": 360},
        {"gte": 450, "lt": 1_110},
        {"gte": 4 * 1_440 + 450, "lt": 5 * 1_440},
        {"gte": 6 * 1_440 + 1_200, "lt": WEEK},
    ],
    "opening_hours": [
        {"day": "mon", "start": "07:30", "end": "12:00"},
        {"day": "mon", "start": "12:00", "end": "18:30"},
        {"day": "fri", "start": "07:30", "end": "24:00"},
        {"day": "sun", "start": "20:00", "end": "06:00"},
    ],
}
"""Monday in two halves that touch, Friday to midnight, Sunday night into Monday."""


def test_a_full_structure(registry: Connection) -> None:
    registry.execute("insert into source values ('essai', 'Ville de Nantes', 'ODbL', '2026-05')")
    offer = structure(
        registry,
        "Les Lutins",
        subkind="micro_creche",
        project="Jardin et éveil musical.",
        manager_name="Association Les Lutins",
        manager_type="association",
        address="10 rue des Namnètes",
        capacity=12,
        age_from_months=3,
        age_to_months=48,
        funding="paje",
        phone="02 40 00 00 00",
        mail="lutins@example.org",
        site="https://lutins.example.org",
        features=["meals", "garden"],
        languages=["fr", "br"],
        confirmed_on=date(2026, 10, 1),
        source="essai",
    )
    registry.execute(
        "insert into opening (offer, weekday, start_minute, end_minute)"
        " values (%(id)s, 0, 450, 720), (%(id)s, 0, 720, 1110), (%(id)s, 4, 450, 1440), (%(id)s, 6, 1200, 1800)",
        {"id": offer},
    )
    assert document(registry, offer) == {
        "id": offer,
        "kind": "eaje",
        "subkind": "micro_creche",
        "name": "Les Lutins",
        "what": "Crèche Micro-crèche",
        "project": "Jardin et éveil musical.",
        "manager": {"name": "Association Les Lutins", "type": "association"},
        "position": {"lat": 47.2173, "lon": -1.5534},
        "precision": "address",
        "located": True,
        "address": "10 rue des Namnètes",
        **IN_NANTES,
        "capacity": 12,
        "ages": {"gte": 3, "lt": 48},
        "funding": "paje",
        "features": ["meals", "garden"],
        "languages": ["fr", "br"],
        **OPENED,
        "contact": {"phone": "02 40 00 00 00", "mail": "lutins@example.org", "site": "https://lutins.example.org"},
        "reachable": True,
        "confirmed_on": "2026-10-01",
        "fresh_until": "2027-04-01",
        "fictitious": False,
        "source": {"label": "Ville de Nantes", "licence": "ODbL", "published": "2026-05"},
    }


def test_a_bare_structure_has_no_empty_fields(registry: Connection) -> None:
    offer = structure(registry, "Relais", kind="rpe", commune="75118", postcode="75018", at=(48.892, 0.0))
    assert document(registry, offer) == {
        "id": offer,
        "kind": "rpe",
        "name": "Relais",
        "what": "Relais petite enfance",
        "position": {"lat": 48.892, "lon": 0.0},
        "precision": "address",
        "located": True,
        "reachable": False,
        "commune": {
            "code": "75118",
            "codes": ["75118", "75056"],
            "name": "Paris 18e Arrondissement",
            "postcode": "75018",
        },
        "epci": "200054781",
        "department": "75",
        "fictitious": False,
    }


def test_an_assistant_with_two_periods(registry: Connection) -> None:
    offer = assistant(
        registry,
        periods=[
            (date(2026, 9, 1), date(2026, 12, 31), [(MON, 480, 720, 2), (MON, 720, 1_080, 1), (SUN, 1_200, 1_860, 1)]),
            (date(2027, 1, 1), None, []),
        ],
        project="Au calme.",
        features=["garden"],
        schools=["École Jules-Ferry", "École du Bourg"],
        hourly_cents=400,
        confirmed_on=date(2026, 11, 1),
    )
    registry.execute("insert into leave values (%(id)s, '2026-12-24'), (%(id)s, '2026-12-23')", {"id": offer})
    assert document(registry, offer) == {
        "id": offer,
        "kind": "assistant_maternel",
        "name": "Nadia B.",
        "what": "Assistant maternel",
        "project": "Au calme.",
        "position": {"lat": 47.215, "lon": -1.5525},
        "precision": "zone",
        "located": True,
        "reachable": False,
        **IN_NANTES,
        "capacity": 3,
        "ages": {"gte": 0, "lt": 72},
        "workplace": "home",
        "features": ["garden"],
        "schools": ["École Jules-Ferry", "École du Bourg"],
        "tariff": {"hourly_cents": 400},
        "availability": [
            {
                "period": {"gte": "2026-09-01", "lte": "2026-12-31"},
                "week": [
                    level(1, 0, 420),
                    level(1, 480, 1_080),
                    level(1, SUN * 1_440 + 1_200, WEEK),
                    level(2, 480, 720),
                ],
                "ranges": [
                    {"day": "mon", "start": "08:00", "end": "12:00", "places": 2},
                    {"day": "mon", "start": "12:00", "end": "18:00", "places": 1},
                    {"day": "sun", "start": "20:00", "end": "07:00", "places": 1},
                ],
            },
            {"period": {"gte": "2027-01-01"}, "week": [], "ranges": []},
        ],
        "leave": ["2026-12-23", "2026-12-24"],
        "confirmed_on": "2026-11-01",
        "fresh_until": "2027-05-31",
        "fictitious": True,
    }


@pytest.mark.parametrize(
    ("ranges", "week"),
    [
        ([(MON, 480, 720, 1), (MON, 780, 1_080, 1)], [level(1, 480, 720), level(1, 780, 1_080)]),
        (
            [(MON, 480, 720, 1), (MON, 720, 1_080, 3)],
            [level(1, 480, 1_080), *(level(each, 720, 1_080) for each in (2, 3))],
        ),
        ([(MON, 1_200, 1_860, 1), (TUE, 420, 600, 1)], [level(1, 1_200, 2_040)]),
        ([(SUN, 0, 1_440, 1)], [level(1, SUN * 1_440, WEEK)]),
        ([(SUN, 1_320, 1_800, 1), (MON, 360, 600, 1)], [level(1, 0, 600), level(1, SUN * 1_440 + 1_320, WEEK)]),
        ([(day, 0, 1_440, 1) for day in range(7)], [level(1, 0, WEEK)]),
        ([(FRI, 480, 481, 6)], [level(places, 4 * 1_440 + 480, 4 * 1_440 + 481) for places in range(1, 7)]),
    ],
    ids=["apart", "touching", "at midnight", "until midnight", "past sunday", "always", "six places"],
)
def test_a_week_holds_the_union_of_each_number_of_places(
    registry: Connection, ranges: list[Range], week: list[dict[str, int]]
) -> None:
    assert available(registry, ranges)["week"] == week


def test_in_a_mam_she_is_where_the_mam_is_and_tied_to_it(registry: Connection) -> None:
    mam = structure(
        registry, "Les Farfadets", kind="mam", at=(47.23, -1.56), address="1 place du Commerce", capacity=8, members=2
    )
    found = document(registry, assistant(registry, mam=mam, contact={"show_phone": True, "show_mail": True}))
    assert found["mam"] == {"id": mam, "name": "Les Farfadets"}
    assert (found["position"], found["precision"]) == ({"lat": 47.23, "lon": -1.56}, "address")
    assert found["address"] == "1 place du Commerce"
    assert found["contact"] == {"phone": "06 39 98 76 54", "mail": "secrete@example.org"}
    assert found["workplace"] == "mam"
    assert (document(registry, mam)["members"], document(registry, mam)["workplace"]) == (2, "mam")


def test_who_hides_everything_leaves_no_trace_of_it(registry: Connection) -> None:
    mam = structure(registry, "Les Farfadets", kind="mam", at=(47.23, -1.56))
    alone, in_mam = assistant(registry), assistant(registry, mam=mam, show_mam=False)
    expected = {
        "kind": "assistant_maternel",
        "name": "Nadia B.",
        "what": "Assistant maternel",
        "position": {"lat": 47.215, "lon": -1.5525},
        "precision": "zone",
        "located": True,
        "reachable": False,
        **IN_NANTES,
        "capacity": 3,
        "ages": {"gte": 0, "lt": 72},
        "workplace": "home",
        "fictitious": True,
    }
    assert document(registry, alone) == {"id": alone, **expected}
    assert document(registry, in_mam) == {"id": in_mam, **expected}


def test_who_is_known_by_the_commune_alone_may_be_anywhere_in_it(registry: Connection) -> None:
    found = document(registry, assistant(registry, commune="01002", home=(46.0123, 5.4391)))
    ((area,),) = registry.execute("select area_km2 from commune where code = '01002'").fetchall()
    assert (found["precision"], found["located"]) == ("commune", False)
    assert found["spread_km"] == pytest.approx(math.sqrt(area / math.pi), abs=0.01)
    registry.execute("update commune set area_km2 = null where code = '01002'")
    assert document(registry, found["id"])["spread_km"] == pytest.approx(2.19, abs=0.01)


WAYS = {"phone": "02 40 00 00 00", "mail": "lutins@example.org", "site": "https://lutins.example.org"}


@pytest.mark.parametrize("shown", [*WAYS, None])
def test_a_structure_can_be_reached_by_what_its_fiche_shows(registry: Connection, shown: str | None) -> None:
    way: dict[str, Any] = {shown: WAYS[shown]} if shown else {}
    offer = structure(registry, "Les Lutins", **way)
    assert document(registry, offer)["reachable"] is (shown is not None)


def test_she_can_be_reached_by_what_she_shows_or_by_messages_that_arrive(registry: Connection) -> None:
    hidden, shown, written = assistant(registry), assistant(registry, contact={"show_phone": True}), assistant(registry)
    account = accounts.create(registry, "nadia@example.org", "am", offer=written)
    accounts.create(registry, "relais@example.org", "rpe", offer=hidden)

    def reached() -> list[bool]:
        return [document(registry, each)["reachable"] for each in (hidden, shown, written)]

    assert reached() == [False, True, True]
    stopping.switch(registry, written, False)
    stopping.switch(registry, shown, False)
    assert reached() == [False, True, False]
    stopping.switch(registry, written, True)
    registry.execute("update account set mail = 'autre@example.org' where id = %s", [account.id])
    assert reached() == [False, True, True]
    registry.execute("update account set closed_at = now() where id = %s", [account.id])
    assert reached() == [False, True, False]


@pytest.mark.parametrize("publication", ["draft", "paused", "closed"])
def test_what_is_not_published_has_no_document(registry: Connection, publication: str) -> None:
    structure(registry, "Pas publique", publication=publication)
    offer = assistant(registry)
    add_period(registry, offer, date(2026, 9, 1), None, [(MON, 480, 720, 1)])
    registry.execute("update offer set publication = %s where id = %s", [publication, offer])
    assert list(all_documents(registry, "offers")) == []


@pytest.mark.parametrize("status", ["suspended", "withdrawn", "ceased", "expired"])
def test_without_an_agrement_in_force_there_is_no_document(registry: Connection, status: str) -> None:
    offer = assistant(registry)
    assert some_documents(registry, "offers", [offer])
    registry.execute("update agrement set status = %s", [status])
    assert some_documents(registry, "offers", [offer]) == {}


def test_a_place_that_is_a_city_and_one_of_its_arrondissements(registry: Connection) -> None:
    found = some_documents(registry, "places", ["commune:75056", "commune:75118", "department:75", "epci:200054781"])
    city, part, department, epci = (orjson.loads(found[each]) for each in sorted(found))
    assert (city["type"], city["name"], "parent" in city) == ("commune", "Paris", False)
    assert (part["type"], part["parent"], part["postcodes"]) == ("arrondissement", "75056", ["75018"])
    assert (department["type"], department["position"]) == ("department", city["position"])
    assert department["population"] == city["population"], "arrondissements are not counted twice"
    assert epci["population"] > city["population"]


def test_a_former_name_and_a_retired_code(registry: Connection) -> None:
    ids = ["commune:44213", "former:44213:varades", "former:51108:chalons-sur-marne", "commune:93059"]
    found = {id: orjson.loads(each) for id, each in some_documents(registry, "places", ids).items()}
    assert set(found) == set(ids)
    today, varades = found["commune:44213"], found["former:44213:varades"]
    kept = ("code", "postcodes", "department", "epci", "population", "position")
    assert varades == {
        "id": "former:44213:varades",
        "type": "former",
        "name": "Varades",
        "current": "Loireauxence",
        **{name: today[name] for name in kept},
    }
    assert found["former:51108:chalons-sur-marne"]["renamed"] is True
    assert found["commune:93059"] == {"id": "commune:93059", "type": "retired", "code": "93066"}


def test_every_former_name_and_retired_code_of_the_files_is_a_document(registry: Connection) -> None:
    ids = [id for (id,) in registry.execute("select 'former:' || id from former_name where was <> 'moved'").fetchall()]
    assert "former:14011:anctoville" in ids
    ids += [id for (id,) in registry.execute("select 'commune:' || code from retired_commune").fetchall()]
    assert len(ids) > 10_000
    for id, document in some_documents(registry, "places", ids).items():
        keep_to(RetiredPlace if id.startswith("commune:") else Place, document)
        ids.remove(id)
    assert ids == []


def test_a_name_that_stood_under_several_codes_is_one_document(registry: Connection) -> None:
    ids = ["former:75059:pierrefitte-sur-seine", "former:93059:pierrefitte-sur-seine", "former:75050:nanterre"]
    known = registry.execute("select count(*) from former_name where 'former:' || id = any (%s)", [ids])
    assert known.fetchone() == (3,)
    assert set(some_documents(registry, "places", ids)) == {"former:93059:pierrefitte-sur-seine"}
    twice = registry.execute(
        "select place_key(name), current_code from former_name where was <> 'moved' group by 1, 2 having count(*) > 1"
    )
    assert twice.fetchall() == []


def test_every_document_keeps_to_its_model(loire: Loire) -> None:
    with connect(loire.settings.database_url) as conn:
        offers = dict(all_documents(conn, "offers"))
        # All of the places would be seconds of contours.
        codes = conn.execute(
            "select 'commune:' || code from commune where department = '75'"
            " union all select 'epci:' || code from epci union all select 'department:' || code from department"
        )
        places = some_documents(conn, "places", [row[0] for row in codes])
    kinds: Counter[str] = Counter()
    for document in offers.values():
        # Checking all 3,000 AM would only take time.
        if kinds[orjson.loads(document)["kind"]] < 400:
            kinds[keep_to(Offer, document)["kind"]] += 1
    types = {keep_to(Place, document)["type"] for document in places.values()}
    assert (len(kinds), len(types)) == (15, 4)


def keep_to(model: type[BaseModel], document: bytes) -> Any:
    """The document, checked: strictly, without unknown fields, and without nulls, which would mean nothing."""
    content = orjson.loads(document)
    assert model.model_validate_json(document, strict=True).model_dump(mode="json", exclude_unset=True) == content
    assert b'":null' not in document  # « former:52359:nully-tremilly » is an id
    return content


def test_the_index_holds_those_documents_and_no_others(loire: Loire) -> None:
    with connect(loire.settings.database_url) as conn:
        built = {identifier: orjson.loads(document) for identifier, document in all_documents(conn, "offers")}
    assert {hit["_id"]: hit["_source"] for hit in loire.documents("offers")} == built
