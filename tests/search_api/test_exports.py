"""Exports: whole or broken off, structures only, in the memory of one page."""

import csv
import io
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import openpyxl
import pytest
import uvicorn
from elasticsearch import Elasticsearch

from mappings.documents import Hours, Range, Source
from search_api.http import exports, workbook
from search_api.http.app import create_app
from search_api.http.export_schemas import StructureFeatures
from settings import Settings
from tests.conftest import wait_for
from tests.search_api.conftest import Client, client, load
from tests.search_api.documents import OFFERS, offer, places

STRUCTURES, ASSISTANTS = "/api/v1/exports/structures", "/api/v1/exports/assistants"

MANY = 1_250

ODD = [
    offer(
        "odd",
        "eaje",
        '=HYPERLINK("http://example.org";"Crèche")',
        47.2,
        -1.5,
        subkind="micro_creche",
        address='3, rue des "Œillets"\nbâtiment B',
        manager={"name": "-Association", "type": "association"},
        ages=Range(gte=3, lt=36),
        features=["meals", "garden"],
        opening_hours=[Hours(day="mon", start="07:30", end="12:00"), Hours(day="fri", start="20:00", end="06:00")],
        contact={"phone": "+33 2 40 00 00 00", "mail": "@odd", "site": "https://example.org"},
        source=Source(label="Monenfant.fr", licence="Licence Ouverte 2.0", published="2026-10-01"),
    )
]


@pytest.fixture(scope="module")
def api(settings: Settings, engine: Elasticsearch) -> Iterator[Client]:
    """The hand-written offers and an odd one."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-exports"})
    names = [
        load(engine, own.index_prefix, "offers", [*OFFERS, *ODD]),
        load(engine, own.index_prefix, "places", places()),
    ]
    with client(own) as connected:
        yield connected
    engine.indices.delete(index=names)


@pytest.fixture(scope="module")
def many(settings: Settings, engine: Elasticsearch) -> Iterator[Settings]:
    """More structures than two pages hold, and as many assistants maternels between them."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-many"})
    found = [
        offer(f"{number:05}", kind, "Crèche", 47.2, -1.5, address="x" * 200)
        for number in range(0, MANY * 2, 2)
        for number, kind in ((number, "eaje"), (number + 1, "assistant_maternel"))
    ]
    names = [load(engine, own.index_prefix, "offers", found), load(engine, own.index_prefix, "places", places()[:3])]
    yield own
    engine.indices.delete(index=names)


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def test_structures_as_csv(api: Client) -> None:
    response = api.get(STRUCTURES)
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["content-disposition"] == 'attachment; filename="ribambelle-structures-france.csv"'
    found = rows(response)
    assert [row["id"] for row in found] == sorted(
        each.id for each in [*OFFERS, *ODD] if each.kind != "assistant_maternel"
    )
    assert {row["id"]: row["fictitious"] for row in found}.items() >= {"lutins": "false", "loups": "true"}.items()
    [odd] = [row for row in found if row["id"] == "odd"]
    assert odd == dict.fromkeys(exports.COLUMNS, "") | {
        "id": "odd",
        "kind": "eaje",
        "kind_label": "Crèche",
        "subkind": "micro_creche",
        "subkind_label": "Micro-crèche",
        "name": '\'=HYPERLINK("http://example.org";"Crèche")',
        "address": '3, rue des "Œillets"\nbâtiment B',
        "commune.code": "44109",
        "commune.name": "Nantes",
        "commune.postcode": "44000",
        "epci": "244400404",
        "department": "44",
        "position.lat": "47.2",
        "position.lon": "-1.5",
        "position.precision": "address",
        "manager.name": "'-Association",
        "manager.type": "association",
        "ages.from_months": "3",
        "ages.to_months": "36",
        "features": "meals|garden",
        "opening_hours": "mon@07:30-12:00|fri@20:00-06:00",
        "contact.phone": "'+33 2 40 00 00 00",
        "contact.mail": "'@odd",
        "contact.site": "https://example.org",
        "fictitious": "true",
        "source.label": "Monenfant.fr",
        "source.licence": "Licence Ouverte 2.0",
        "source.published": "2026-10-01",
    }


EXCEL = {
    "name": '\'=HYPERLINK("http://example.org";"Crèche")',
    "address": '3, rue des "Œillets"\nbâtiment B',
    "commune.code": "44109",
    "manager.name": "'-Association",
    "contact.mail": "'@odd",
    "opening_hours": "lundi 07:30–12:00, vendredi 20:00–06:00",
    "position.precision": "adresse exacte",
    "manager.type": "Association",
    "features": "Repas fournis, Jardin",
    "fictitious": "oui",
}
"""Of the odd one, what both forms for spreadsheets write alike."""


def test_structures_as_csv_for_excel(api: Client) -> None:
    """A double click in a French Excel: a byte order mark, semicolons, decimal commas, titles that people read."""
    response = api.get(STRUCTURES, {"format": "csv-excel"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["content-disposition"].endswith('structures-france.csv"')
    assert response.content.startswith("\ufeffIdentifiant;".encode())
    found = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    plain = rows(api.get(STRUCTURES))
    assert [row["Identifiant"] for row in found] == [row["id"] for row in plain]
    [odd] = [row for row in found if row["Identifiant"] == "odd"]
    assert {column: odd[exports.LABELS[column]] for column in EXCEL} == EXCEL
    assert (odd["Latitude"], odd["Longitude"]) == ("47,2", "-1,5")
    assert odd["Téléphone"] == "'+33 2 40 00 00 00"
    assert {row["Donnée fictive"] for row in found} == {"oui", "non"}


def sheet(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == workbook.MEDIA_TYPE
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.active is not None
    headings, *lines = book.active.iter_rows(values_only=True)
    return [dict(zip(map(str, headings), line, strict=True)) for line in lines]


def test_structures_as_a_workbook(api: Client) -> None:
    response = api.get(STRUCTURES, {"format": "xlsx"})
    assert response.headers["content-disposition"].endswith('structures-france.xlsx"')
    assert "content-encoding" not in response.headers, "it is compressed already"
    found, plain = sheet(response), rows(api.get(STRUCTURES))
    assert [row["Identifiant"] for row in found] == [row["id"] for row in plain]
    [odd] = [row for row in found if row["Identifiant"] == "odd"]
    assert {column: odd[exports.LABELS[column]] for column in EXCEL} == EXCEL
    assert (odd["Latitude"], odd["Longitude"], odd["Âge minimal, en mois"]) == (47.2, -1.5, 3)
    assert odd["Téléphone"] == "+33 2 40 00 00 00", "a text of a workbook is not run"
    assert odd["Publication de la source"] == datetime(2026, 10, 1)  # noqa: DTZ001
    for told, row in zip(plain, found, strict=True):
        assert row["Donnée fictive"] == ("oui" if told["fictitious"] == "true" else "non")
        assert row["Code postal"] == told["commune.postcode"], "a code is a text, with its zero"
    assert sheet(api.get(STRUCTURES, {"format": "xlsx", "department": "75"})) == []


def test_no_cell_of_a_workbook_is_a_formula(api: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(api.get(STRUCTURES, {"format": "xlsx"}).content))
    assert book.active is not None
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    texts = [str(cell.value) for cell in cells if cell.data_type == "s"]
    assert [text for text in texts if text.startswith(tuple("=+-@\t"))] == ["+33 2 40 00 00 00"]


def test_every_column_has_its_french_title() -> None:
    assert set(exports.LABELS) == {*exports.COLUMNS, *exports.ASSISTANT_COLUMNS}
    for columns in (exports.COLUMNS, exports.ASSISTANT_COLUMNS):
        assert len({exports.LABELS[column] for column in columns}) == len(columns)


def test_structures_as_geojson(api: Client) -> None:
    response = api.get(STRUCTURES, {"format": "geojson"})
    assert response.headers["content-type"] == "application/geo+json"
    assert response.headers["content-disposition"].endswith('structures-france.geojson"')
    found = StructureFeatures.model_validate_json(response.content).features
    assert [each.id for each in found] == [row["id"] for row in rows(api.get(STRUCTURES))]
    assert all(each.id == each.properties.id for each in found)
    coordinates = {each.id: each.geometry.coordinates for each in found}
    assert coordinates["meridian"] == (0.0, 44.84)
    [odd] = [each.properties for each in found if each.id == "odd"]
    assert odd.name.startswith("=HYPERLINK")  # the guard is for spreadsheets
    assert odd.contact.phone == "+33 2 40 00 00 00"


@pytest.mark.parametrize(
    ("parameters", "ids", "name"),
    [
        ({"commune": "69123"}, {"lyon"}, "commune-69123"),
        ({"commune": ["44143", "44198"]}, {"mam", "rpe", "sorinieres"}, "communes"),
        ({"epci": "243300316"}, {"meridian"}, "epci-243300316"),
        ({"department": "69"}, {"lyon"}, "departement-69"),
        ({"department": "44", "kind": ["mam", "rpe"]}, {"mam", "rpe"}, "departement-44"),
        ({"department": "75"}, set(), "departement-75"),
    ],
)
def test_a_territory_alone(api: Client, parameters: dict[str, Any], ids: set[str], name: str) -> None:
    response = api.get(STRUCTURES, parameters)
    assert {row["id"] for row in rows(response)} == ids
    assert f'structures-{name}.csv"' in response.headers["content-disposition"]
    features = StructureFeatures.model_validate_json(api.get(STRUCTURES, {**parameters, "format": "geojson"}).content)
    assert {each.id for each in features.features} == ids


def test_assistants_as_counts_by_commune(api: Client) -> None:
    theirs = [each for each in OFFERS if each.kind == "assistant_maternel"]
    communes = {each.commune.code: each.commune.name for each in theirs}
    assert len(communes) > 1
    found = rows(api.get(ASSISTANTS))
    assert found == [
        {
            "commune.code": code,
            "commune.name": communes[code],
            "department": code[:2],
            "assistants": str(len([each for each in theirs if each.commune.code == code])),
            "capacity": str(sum(each.capacity or 0 for each in theirs if each.commune.code == code)),
            "fictitious_assistants": str(
                len([each for each in theirs if each.commune.code == code and each.fictitious])
            ),
        }
        for code in sorted(communes)
    ]
    assert [row["commune.name"] for row in rows(api.get(ASSISTANTS, {"commune": "44143"}))] == ["Rezé"]
    counted = [[row[column] for column in exports.ASSISTANT_COLUMNS] for row in found]
    as_sheet = sheet(api.get(ASSISTANTS, {"format": "xlsx"}))
    assert [[str(value) for value in row.values()] for row in as_sheet] == counted
    for_excel = api.get(ASSISTANTS, {"format": "csv-excel"}).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(for_excel, newline=""), delimiter=";"))[1:] == counted
    assert rows(api.get(ASSISTANTS, {"department": "75"})) == []
    assert api.get(ASSISTANTS, {"department": "75"}).text.startswith("commune.code,commune.name,department,")


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        (STRUCTURES, "kind=assistant_maternel", {"kind"}),
        (STRUCTURES, "kind=eaje&format=ods", {"format"}),
        (STRUCTURES, "near=47,-1", {"near"}),
        (STRUCTURES, "q=lutins&colour=red", {"q", "colour"}),
        (STRUCTURES, "format=csv&format=csv", {"format"}),
        (STRUCTURES, "commune=44109&department=44", {"commune", "department"}),
        (STRUCTURES, "commune=44109&commune=00000", {"commune"}),
        (STRUCTURES, "epci=1", {"epci"}),
        (STRUCTURES, "department=", {"department"}),
        (STRUCTURES, "commune=44109&" * 51, {"commune"}),
        (ASSISTANTS, "kind=eaje", {"kind"}),
        (ASSISTANTS, "format=geojson", {"format"}),
        (ASSISTANTS, "epci=244400404&department=44", {"epci", "department"}),
        (ASSISTANTS, "department=4", {"department"}),
    ],
)
def test_what_is_refused_is_named(api: Client, path: str, query: str, names: set[str]) -> None:
    response = api.get(f"{path}?{query}")
    assert response.status_code == 422, response.text
    assert {error["parameter"] for error in response.json()["errors"]} == names
    assert all(error["allowed"] for error in response.json()["errors"])


@dataclass
class Line:
    """A line to Elasticsearch on which only so many searches come through; `searches` counts them all."""

    url: str = ""
    allowed: int = 1_000
    searches: int = 0


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    behind = urlsplit(url)
    line = Line()

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((behind.hostname, behind.port)) as engine:
                while True:
                    for source in select.select([self.request, engine], [], [])[0]:
                        data = source.recv(65_536)
                        if source is self.request:
                            line.searches += data.count(b"/_search")
                        if not data or line.searches > line.allowed:
                            return
                        (engine if source is self.request else self.request).sendall(data)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as server:
        server.daemon_threads = True
        line.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield line
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("format", ["csv", "geojson", "xlsx"])
def test_pages_are_read_as_they_are_sent(many: Settings, format: str) -> None:
    """An answer holds one page: the second is not asked for before the first is gone."""
    with (
        line_to(many.elasticsearch_url) as line,
        client(many.model_copy(update={"elasticsearch_url": line.url})) as api,
    ):
        engine = api.app.state.engine

        async def read() -> tuple[list[int], bytes]:
            pages = exports.structures(engine, [])
            listed = (list(map(exports.structure, page)) async for page in pages)
            if format == "geojson":
                pieces = exports.geojson(pages)
            elif format == "xlsx":
                pieces = workbook.workbook("ids", ["id"], ([[each["id"]] for each in page] async for page in listed))
            else:
                pieces = exports.table(["id"], listed)
            asked, whole = [], b""
            async for piece in pieces:
                asked.append(line.searches)
                whole += piece
            return asked, whole

        asked, whole = api.portal.call(read)
        # What deflate holds back of so short a page goes with the next one.
        assert asked[:3] == ([1, 3] if format == "xlsx" else [1, 2, 3])
        wanted = [f"{number:05}" for number in range(0, MANY * 2, 2)]
        if format == "csv":
            assert whole.decode().split() == ["id", *wanted]
            assert [row["id"] for row in rows(api.get(STRUCTURES))] == wanted
        elif format == "xlsx":
            assert [row["Identifiant"] for row in sheet(api.get(STRUCTURES, {"format": "xlsx"}))] == wanted
        else:
            assert [each.id for each in StructureFeatures.model_validate_json(whole).features] == wanted


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The application behind a real server: what a broken answer looks like is the server's doing."""
    app = create_app(settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the server")
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.mark.parametrize("parameters", [{}, {"format": "geojson"}, {"format": "xlsx"}])
def test_an_engine_that_goes_away_breaks_the_answer_off(many: Settings, parameters: dict[str, str]) -> None:
    with line_to(many.elasticsearch_url) as line:
        own = many.model_copy(update={"elasticsearch_url": line.url})
        with served(own) as url, httpx.Client(base_url=url) as http:
            line.allowed = 1
            with http.stream("GET", STRUCTURES, params=parameters) as response:
                assert response.status_code == 200
                with pytest.raises(httpx.RemoteProtocolError):
                    response.read()
            # Before the first byte there is still time to say so.
            for path in (STRUCTURES, ASSISTANTS):
                away = http.get(path)
                assert (away.status_code, away.json()["type"]) == (503, "/problems/search-unavailable")
                assert int(away.headers["retry-after"]) > 0
            line.allowed = 1_000
            assert len(rows(http.get(STRUCTURES))) == MANY
