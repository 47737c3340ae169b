"""No private value of the registry stands in the index or in any answer (docs/design.md, never break 1 and 7)."""

import csv
import io
import re
from typing import Any

import openpyxl
import orjson
import pytest
from prometheus_client import generate_latest

from registry.database import connect
from search_api.http import metrics
from tests.loire import Loire, Parameters
from tests.product.privacy import private
from tests.product.privacy.private import Person, Place, Words

NANTES = ("near", "47.2186,-1.5541")
NEED = ("need", "mon-fri@08:00-18:00")
ROUTE = ("route", "47.2186,-1.5541;47.2503,-1.5201;47.2735,-1.6138")
ALL_OF_IT = ("bbox", "-2.7,46.7,-0.8,47.9")

LISTS: list[Parameters] = [
    [("department", "44"), ("sort", "name")],
    [("department", "44"), ("sort", "updated"), ("facets", "kind,subkind,feature,funding,language")],
    [NANTES, ("radius_km", "50"), ("sort", "distance")],
    [NANTES, ("radius_km", "50"), NEED, ("include", "to_ask"), ("sort", "recommended")],
    [("q", "assistante maternelle"), ("sort", "relevance")],
    [("department", "44"), ("sort", "name"), ("format", "geojson")],
    [ROUTE, ("detour_km", "3"), NEED, ("match", "best"), ("include", "unknown"), ("sort", "availability")],
    [("commune", "44109"), ("workplace", "mam"), ("facets", "school,workplace,capacity,commune,epci,department,day")],
    [NANTES, ("hourly_cents_max", "400"), ("up_to_date", "true"), ("view", "-1.6,47.2,-1.5,47.25"), ("zoom", "14")],
]

REFUSED: list[tuple[str, Parameters]] = [
    ("/api/v1/offers", [("near", "47.2")]),
    ("/api/v1/offers", [("sort", "phone"), ("kind", "nounou")]),
    ("/api/v1/offers", [("commune", "99999")]),
    ("/api/v1/offers", [("cursor", "abc")]),
    ("/api/v1/offers", [("mam", "x"), ("last_name", "x"), ("phone", "x"), ("number", "x")]),
    ("/api/v1/offers/000000000000", []),
    ("/api/v1/map", []),
    ("/api/v1/suggest", []),
    ("/api/v1/counts", [("by", "mam")]),
    ("/api/v1/counts", [("by", "postcode")]),
    ("/api/v1/offers", [("route", "47.2,-1.5"), ("detour_km", "99"), ("workplace", "x"), ("capacity", "1")]),
    ("/api/v1/exports/assistants", [("format", "geojson"), ("department", "44")]),
]


@pytest.fixture(scope="module")
def people(loire: Loire) -> list[Person]:
    with connect(loire.settings.database_url) as conn:
        return private.everybody(conn)


@pytest.fixture(scope="module")
def texts(loire: Loire) -> dict[Words, str]:
    with connect(loire.settings.database_url) as conn:
        return private.hidden_texts(conn)


@pytest.fixture(scope="module")
def places(loire: Loire) -> set[Place]:
    with connect(loire.settings.database_url) as conn:
        return private.hidden_places(conn)


@pytest.fixture(scope="module")
def documents(loire: Loire) -> dict[str, Any]:
    return {hit["_id"]: hit["_source"] for hit in loire.documents("offers")}


@pytest.fixture(scope="module")
def lists(loire: Loire) -> list[Any]:
    """Pages of every order and form, whole lists of the department among them."""
    return [page for parameters in LISTS for page in loire.pages("/api/v1/offers", [*parameters, ("limit", "100")])]


@pytest.fixture(scope="module")
def views(loire: Loire) -> list[Any]:
    """Maps from far to near, suggestions, counts."""
    asked: list[tuple[str, Parameters]] = [("/api/v1/map", [ALL_OF_IT, ("zoom", zoom)]) for zoom in ("5", "9", "12")]
    for step in range(12):
        west, south = -1.65 + step % 4 * 0.05, 47.17 + step // 4 * 0.03
        box = f"{west:.4f},{south:.4f},{west + 0.02:.4f},{south + 0.01:.4f}"
        asked.append(("/api/v1/map", [("bbox", box), ("zoom", "16"), ("kind", "assistant_maternel")]))
    for q in [*"abcdefghijklmnopqrstuvwxyz", "mme", "mme l", "nantes", "44", "06", "06 39", "rue", "44-0", "example"]:
        asked.append(("/api/v1/suggest", [("q", q), ("limit", "20")]))
    for by in ("kind", "commune", "epci", "department", "feature", "language", "workplace", "school", "capacity"):
        asked.append(("/api/v1/counts", [("department", "44"), ("by", by)]))
    return [loire.ask(path, parameters) for path, parameters in asked]


@pytest.fixture(scope="module")
def exports(loire: Loire) -> list[Any]:
    """Each whole file, those of the whole country: GeoJSON as it is, of tables the rows."""
    structures = "/api/v1/exports/structures"
    tables = [
        loire.get(structures, [("format", "csv")]),
        loire.get(structures, [("format", "csv"), ("commune", "44109")]),
        loire.get("/api/v1/exports/assistants"),
        loire.get("/api/v1/exports/assistants", [("department", "44")]),
    ]
    rows = [list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=",")) for table in tables]
    assert all(rows)
    book = openpyxl.load_workbook(io.BytesIO(loire.get(structures, [("format", "xlsx")]).content), read_only=True)
    sheet = [[str(value) for value in line] for line in book.worksheets[0].iter_rows(values_only=True)]
    assert len(sheet) == len(rows[0]) + 1
    return [*rows, sheet, loire.ask(structures, [("format", "geojson")])]


@pytest.fixture(scope="module")
def fiches(loire: Loire, people: list[Person]) -> list[Any]:
    """One in six, and all who work in a MAM."""
    return [
        loire.ask(f"/api/v1/offers/{each.id}")
        for number, each in enumerate(people)
        if each.public and (number % 6 == 0 or each.mam)
    ]


@pytest.fixture(scope="module")
def refusals(loire: Loire) -> list[Any]:
    answers = [loire.get(path, parameters) for path, parameters in REFUSED]
    assert {answer.status_code for answer in answers} == {404, 422}
    return [answer.json() for answer in answers]


def test_there_is_something_to_hide(people: list[Person], texts: dict[Words, str], places: set[Place]) -> None:
    assert len(people) > 3_000
    assert set(texts.values()) == {
        "civil name",
        "agrément",
        "birth date",
        "phone",
        "mail",
        "address",
        "offer that is not public",
    }
    assert len(places) > 1_500
    assert sum(each.hides_mam for each in people) > 20


@pytest.mark.parametrize("index", ["offers", "places"])
def test_nothing_private_stands_in_the_index(
    loire: Loire, index: str, texts: dict[Words, str], places: set[Place]
) -> None:
    documents = [hit["_source"] for hit in loire.documents(index)]
    assert len(documents) > 4_000
    search(documents, texts, places)


@pytest.mark.parametrize("kind", ["lists", "views", "fiches", "refusals", "exports"])
def test_nothing_private_stands_in_an_answer(
    request: pytest.FixtureRequest, kind: str, texts: dict[Words, str], places: set[Place]
) -> None:
    answers = request.getfixturevalue(kind)
    assert answers
    search(answers, texts, places)


def search(content: list[Any], texts: dict[Words, str], places: set[Place]) -> None:
    assert private.leaks(content, texts) == []
    assert places.isdisjoint(private.positions(content))


def test_a_document_holds_nothing_of_her_own_that_she_hides(people: list[Person], documents: dict[str, Any]) -> None:
    """Also what somebody else shows, and her name alone."""
    for each in people:
        if not each.public:
            assert each.id not in documents
            continue
        document = documents[each.id]
        text = orjson.dumps(document).decode()
        contact = document.get("contact", {})
        assert contact.get("phone") == (each.phone if each.show_phone else None)
        assert contact.get("mail") == (each.mail if each.show_mail else None)
        assert each.number not in text
        written = f"{document['name']} {document.get('project', '')}"
        if each.last_name not in each.name:
            assert not re.search(rf"(?<!\w){re.escape(each.last_name)}(?!\w)", written), each.id
        if each.home_is_hidden:
            assert each.address not in text
            assert private.rounded(document["position"]["lat"], document["position"]["lon"]) != private.rounded(
                each.lat, each.lon
            )
            assert document["precision"] in ("zone", "commune", "street") or document["mam"]["id"] == each.mam


def test_a_hidden_mam_is_tied_to_her_by_nothing(loire: Loire, people: list[Person], documents: dict[str, Any]) -> None:
    hiding = {each.id: each for each in people if each.hides_mam and each.public}
    assert len(hiding) > 40
    for each in hiding.values():
        assert each.mam_lat is not None
        assert each.mam_lon is not None
        document = documents[each.id]
        assert "mam" not in document
        assert document["workplace"] == "home"
        assert str(each.mam) not in orjson.dumps(document).decode()
        assert str(each.mam_name) not in private.strings(document)
        assert document["position"] != {"lat": each.mam_lat, "lon": each.mam_lon}

    def ids(*parameters: tuple[str, str]) -> set[str]:
        pages = loire.pages("/api/v1/offers", [*parameters, ("limit", "100")])
        return {card["id"] for page in pages for card in page["items"]}

    # The MAM's name, a place at its door, the way past it, all who work in one: none finds her.
    assert hiding.keys().isdisjoint(ids(("workplace", "mam")))
    assert hiding.keys() <= ids(("workplace", "home"))
    for q in ("Lutins", "Farfadets"):  # no project of somebody else's holds these words
        assert hiding.keys().isdisjoint(found := ids(("q", q)))
        assert found
    for name, lat, lon in {(str(each.mam_name), each.mam_lat, each.mam_lon) for each in hiding.values()}:
        assert lat is not None
        assert lon is not None
        assert hiding.keys().isdisjoint(ids(("near", f"{lat},{lon}"), ("radius_km", "0.01")))
        assert hiding.keys().isdisjoint(ids(("route", f"{lat},{lon};{lat},{lon}"), ("detour_km", "0.01")))
        assert hiding.keys().isdisjoint(ids(("bbox", f"{lon - 1e-5},{lat - 1e-5},{lon + 1e-5},{lat + 1e-5}")))
        assert hiding.keys().isdisjoint(ids(("school", name)))
        suggested = loire.ask("/api/v1/suggest", [("q", name), ("limit", "20")])
        assert hiding.keys().isdisjoint(item.get("id") for item in suggested["items"])


def test_exports_hold_no_assistant_maternel(people: list[Person], exports: list[Any]) -> None:
    ids = {each.id for each in people}
    names = {each.name for each in people}
    for export in exports:
        told = set(private.strings(export))
        assert told.isdisjoint(ids)
        assert told.isdisjoint(names - {"Nadia B."} | {"assistant_maternel"})


def test_metrics_hold_nothing_that_was_searched_for(loire: Loire, people: list[Person], lists: list[Any]) -> None:
    """After all these requests, and some for private words, each label is a route, a method or a status."""
    person = next(each for each in people if each.public and each.stands_in_zone)
    for q in (person.last_name, person.address, str(person.phone)):
        loire.ask("/api/v1/offers", [("q", q), ("near", f"{person.lat},{person.lon}")])
    loire.ask(f"/api/v1/offers/{person.id}")
    text = generate_latest(metrics.told(loire.app.state.metrics, loire.settings)).decode()
    labels = set(re.findall(r'="([^"]*)"', text))
    assert "/api/v1/offers/{id}" in labels
    for label in labels:
        assert re.fullmatch(r"/[a-z0-9/_{}.:-]*|[A-Z]+|\dxx|other|\d*\.?\d+|\+Inf|offers|places|[a-z_]+", label), label
    assert (
        private.leaks(labels, {private.words(each): each for each in (person.id, person.last_name, person.name)}) == []
    )


def test_private_values_find_nobody(loire: Loire, people: list[Person]) -> None:
    hidden = [each for each in people if each.public and each.home_is_hidden and not each.show_phone][::40]
    assert len(hidden) > 5
    for each in hidden:
        for q in (each.phone, each.mail, each.number, each.address):
            found = loire.ask("/api/v1/offers", [("q", str(q)), ("limit", "100")])
            assert each.id not in [card["id"] for card in found["items"]], q
            suggested = loire.ask("/api/v1/suggest", [("q", str(q)[:100]), ("limit", "20")])
            assert each.id not in [item.get("id") for item in suggested["items"]], q


def test_a_contact_that_is_shown_stands_on_the_fiche_alone(
    loire: Loire, people: list[Person], lists: list[Any], views: list[Any]
) -> None:
    shown = [each for each in people if each.public and (each.show_phone or each.show_mail)]
    assert len(shown) > 500
    values = {each.phone for each in shown if each.show_phone} | {each.mail for each in shown if each.show_mail}
    for each in shown[::20]:
        contact = loire.ask(f"/api/v1/offers/{each.id}")["contact"]
        assert contact["phone"] == (each.phone if each.show_phone else None)
        assert contact["mail"] == (each.mail if each.show_mail else None)
    for answer in [*lists, *views]:
        told = " ".join(private.strings(answer))
        assert values.isdisjoint(re.findall(r"0\d(?: \d\d){4}|[\w.-]+@[\w.-]+", told))
        assert b'"contact"' not in orjson.dumps(answer)


def test_everything_that_shows_an_offer_says_whether_it_is_fictitious(
    people: list[Person], documents: dict[str, Any], lists: list[Any], views: list[Any], fiches: list[Any]
) -> None:
    def check(shown: dict[str, Any]) -> None:
        assert shown["fictitious"] is documents[shown["id"]]["fictitious"]

    assert {each["fictitious"] for each in documents.values()} == {True, False}
    assert all(documents[each.id]["fictitious"] for each in people if each.public)
    for page in lists:
        for card in page.get("items", []):
            check(card)
        for feature in page.get("features", []):
            check(feature["properties"])
    for view in views:
        for feature in view.get("features", []):
            if not feature["properties"]["cluster"]:
                check(feature["properties"])
        for item in view.get("items", []):
            if item["type"] == "offer":
                check(item)
    for fiche in fiches:
        check(fiche)
