"""Exports for a territory: its structures one by one, its assistants maternels as counts by commune.

Assistants maternels are never listed: a list of them would be a gift to those who canvass and phish. What is exported
is read page by page from the alias and sent at once, so that the whole country takes the memory of one page. A rebuild
that switches the alias on the way does not matter, as pages go on from an id; an offer that changes on the way is told
as it stands when its page is read.
"""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, Field

from domain import french
from domain.spreadsheets import as_text
from domain.vocabulary import STRUCTURE_KINDS, Kind
from search_api.answer import cards
from search_api.engine.engine import Engine, search
from search_api.http import export_schemas, french_cells, refusals, workbook
from search_api.http.api_route import ApiRoute
from search_api.http.openapi import GeoJson
from search_api.http.responses import CACHE_CONTROL
from search_api.parameters import Parameters, refuse_together
from search_api.places import by_ids, named
from search_api.query import filters, sources
from search_api.query.filters import Clause
from search_api.request.filter_types import choice
from search_api.request.lists import without_repeats
from search_api.request.parameter_types import Communes, Department, Epci, described, one_of

Pages = AsyncIterator[list[dict[str, Any]]]

PAGE = 500
"""Offers, or communes, that are read, held and written at once: half a megabyte. While a page is written the process
answers no one else."""

AM = Kind.ASSISTANT_MATERNEL.value

CSV, GEOJSON = "text/csv; charset=utf-8; header=present", "application/geo+json"

FIELDS = [*sources.FACTS, "epci", "department", "opening_hours", "contact", "source"]

COLUMNS = [
    "id",
    "kind",
    "kind_label",
    "subkind",
    "subkind_label",
    "name",
    "address",
    "commune.code",
    "commune.name",
    "commune.postcode",
    "epci",
    "department",
    "position.lat",
    "position.lon",
    "position.precision",
    "manager.name",
    "manager.type",
    "capacity",
    "members",
    "ages.from_months",
    "ages.to_months",
    "funding",
    "features",
    "languages",
    "opening_hours",
    "contact.phone",
    "contact.mail",
    "contact.site",
    "confirmed_on",
    "fresh_until",
    "fictitious",
    "source.label",
    "source.licence",
    "source.published",
]
"""Of the CSV: the names of the API, with a dot for what lies within."""

LABELS = {
    "id": "Identifiant",
    "kind": "Code du type",
    "kind_label": "Type",
    "subkind": "Code de la catégorie",
    "subkind_label": "Catégorie",
    "name": "Nom",
    "address": "Adresse",
    "commune.code": "Code INSEE de la commune",
    "commune.name": "Commune",
    "commune.postcode": "Code postal",
    "epci": "EPCI",
    "department": "Département",
    "position.lat": "Latitude",
    "position.lon": "Longitude",
    "position.precision": "Précision de la position",
    "manager.name": "Gestionnaire",
    "manager.type": "Type de gestionnaire",
    "capacity": "Capacité",
    "members": "Assistants maternels de la MAM",
    "ages.from_months": "Âge minimal, en mois",
    "ages.to_months": "Âge maximal, en mois",
    "funding": "Financement",
    "features": "Services",
    "languages": "Langues",
    "opening_hours": "Horaires",
    "contact.phone": "Téléphone",
    "contact.mail": "Mail",
    "contact.site": "Site",
    "confirmed_on": "Informations confirmées le",
    "fresh_until": "À jour jusqu’au",
    "fictitious": "Donnée fictive",
    "source.label": "Source",
    "source.licence": "Licence",
    "source.published": "Publication de la source",
    "assistants": "Assistants maternels",
    "fictitious_assistants": "Assistants maternels fictifs",
}
"""Of the files for spreadsheets, whose readers know no API; a test holds them to the columns."""

ASSISTANT_COLUMNS = ["commune.code", "commune.name", "department", "assistants", "capacity", "fictitious_assistants"]

Kinds = Annotated[
    list[Annotated[str, one_of(STRUCTURE_KINDS)]],
    AfterValidator(without_repeats),
    choice(STRUCTURE_KINDS, "Le genre de la structure.", "eaje"),
]
TABLES = ("csv", "csv-excel", "xlsx")
Table = Annotated[str, one_of(TABLES), described("La forme du fichier.", ", ".join(TABLES), "xlsx")]
Format = Annotated[
    str,
    one_of((*TABLES, "geojson")),
    described("La forme du fichier.", ", ".join((*TABLES, "geojson")), "xlsx"),
]


class ExportParameters(Parameters):
    """The place of an export."""

    commune: Communes = Field(default_factory=list)
    epci: Epci = None
    department: Department = None


class AssistantExportParameters(ExportParameters):
    """`GET /api/v1/exports/assistants`."""

    format: Table = "csv"


class StructureExportParameters(ExportParameters):
    """`GET /api/v1/exports/structures`."""

    kind: Kinds = Field(default_factory=list)
    format: Format = "csv"


AS_WORKBOOK: dict[str, Any] = {workbook.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}


class Csv(StreamingResponse):
    media_type = "text/csv"


router = APIRouter(prefix="/api/v1/exports", tags=["exports"], route_class=ApiRoute)


@router.get(
    "/structures",
    summary="Exporter les structures d’un territoire",
    response_class=GeoJson,
    response_model=export_schemas.StructureFeatures,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}, **AS_WORKBOOK}},
        **refusals.problem_answers(414, 422, 429, 500, 503),
    },
)
async def export_structures(request: Request, parameters: Annotated[StructureExportParameters, Query()]) -> Response:
    """Toute la France sans lieu\u202f; au plus un lieu parmi commune, epci et department. Le CSV (csv\u00a0: RFC 4180,
    UTF-8) a les noms de l’API pour colonnes\u202f; pour un tableur, csv-excel (points-virgules, virgule décimale) et
    xlsx ont les mêmes colonnes avec des titres et des mots français. Une cellule de texte qui commence comme une
    formule de tableur (=, +, -, @) est précédée d’une apostrophe, sauf un téléphone dans xlsx. Un fichier interrompu
    se voit\u00a0: la connexion est rompue. Les assistants maternels n’y sont jamais.
    """
    engine: Engine = request.app.state.engine
    where = await territory(engine, parameters)
    pages = structures(engine, [*where, *({"terms": {"kind": kinds}} for kinds in [parameters.kind] if kinds)])
    if parameters.format == "geojson":
        return await streamed(geojson(pages), GEOJSON, file_name("structures", parameters, "geojson"))
    exported = (list(map(structure, page)) async for page in pages)
    return await tabular(parameters.format, COLUMNS, exported, "structures", parameters)


@router.get(
    "/assistants",
    summary="Exporter le nombre d’assistants maternels par commune",
    response_class=Csv,
    responses={200: {"content": AS_WORKBOOK}, **refusals.problem_answers(414, 422, 429, 500, 503)},
)
async def export_assistants(request: Request, parameters: Annotated[AssistantExportParameters, Query()]) -> Response:
    """Un tableau, une ligne par commune ou arrondissement qui en compte\u00a0: leur nombre, la somme des capacités
    connues, et le nombre de ceux qui sont fictifs. Pour leur liste, cherchez dans /api/v1/offers.
    """
    engine: Engine = request.app.state.engine
    where = await territory(engine, parameters)
    return await tabular(parameters.format, ASSISTANT_COLUMNS, assistants(engine, where), "assistants", parameters)


async def territory(engine: Engine, parameters: ExportParameters) -> list[Clause]:
    """The clause of the one place asked for, or none for the country. Raises ParameterError, EngineUnavailable."""
    places = {
        "commune": parameters.commune,
        "epci": [parameters.epci] if parameters.epci is not None else [],
        "department": [parameters.department] if parameters.department is not None else [],
    }
    refuse_together({name: ",".join(values) if values else None for name, values in places.items()})
    return [
        {"terms": {filters.FIELDS[name]: [each["code"] for each in (await named(engine, name, values)).values()]}}
        for name, values in places.items()
        if values
    ]


async def structures(engine: Engine, where: list[Clause]) -> AsyncIterator[list[dict[str, Any]]]:
    """The documents, page after page in the order of their ids. Raises EngineUnavailable."""
    body: dict[str, Any] = {
        "query": {"bool": {"filter": where, "must_not": [{"term": {"kind": AM}}]}},
        "sort": [{"id": "asc"}],
        "size": PAGE,
        "track_total_hits": False,
        "_source": FIELDS,
    }
    while True:
        found = await search(engine, engine.offers, body)
        hits = found["hits"]["hits"]
        if hits:
            yield [hit["_source"] for hit in hits]
        if len(hits) < PAGE:
            return
        body["search_after"] = hits[-1]["sort"]


async def assistants(engine: Engine, where: list[Clause]) -> AsyncIterator[list[dict[str, Any]]]:
    """The counts, a page of communes after the other by their codes. Raises EngineUnavailable."""
    communes: dict[str, Any] = {"size": PAGE, "sources": [{"code": {"terms": {"field": "commune.code"}}}]}
    figures = {"capacity": {"sum": {"field": "capacity"}}, "fictitious": {"filter": {"term": {"fictitious": True}}}}
    body = {
        "query": {"bool": {"filter": [*where, {"term": {"kind": AM}}]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {"communes": {"composite": communes, "aggs": figures}},
    }
    while True:
        found = (await search(engine, engine.offers, body))["aggregations"]["communes"]
        buckets = found["buckets"]
        if buckets:
            places = await by_ids(engine, [f"commune:{bucket['key']['code']}" for bucket in buckets])
            yield [counted(bucket, place or {}) for bucket, place in zip(buckets, places, strict=True)]
        if "after_key" not in found:
            return
        communes["after"] = found["after_key"]


def counted(bucket: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    return {
        "commune": {"code": bucket["key"]["code"], "name": place.get("name")},
        "department": place.get("department"),
        "assistants": bucket["doc_count"],
        "capacity": int(bucket["capacity"]["value"]),
        "fictitious_assistants": bucket["fictitious"]["doc_count"],
    }


def structure(offer: dict[str, Any]) -> dict[str, Any]:
    """A document as it is exported: `export_schemas.Structure`."""
    return {
        **cards.facts(offer),
        "epci": offer.get("epci"),
        "department": offer["department"],
        "opening_hours": offer.get("opening_hours") or [],
        "contact": cards.contact(offer),
        "source": offer.get("source"),
    }


def values(exported: dict[str, Any], columns: list[list[str]]) -> Iterator[Any]:
    """What stands in these columns, each the way to its value."""
    for way in columns:
        value: Any = exported
        for key in way:
            value = value and value.get(key)
        yield value


def plain_cell(column: str, value: Any) -> Any:
    """Lists as « a|b », hours as a need is written. Text that a spreadsheet would run begins with an apostrophe, which
    spreadsheets show as the text it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return as_text("|".join(each if isinstance(each, str) else hours(each) for each in value))
    return as_text(value) if isinstance(value, str) else value


def french_cell(column: str, value: Any) -> Any:
    """Of a CSV for people: words for codes, decimal commas."""
    value = french_cells.french(column, value)
    if isinstance(value, float):
        return french.written(str(value))
    return as_text(value) if isinstance(value, str) else value


def workbook_cell(column: str, value: Any) -> Any:
    """The same in a workbook, whose days are days, and whose telephone numbers no apostrophe need guard."""
    if told := french_cells.day(column, value):
        return told
    value = french_cells.french(column, value)
    return as_text(value) if isinstance(value, str) and not french_cells.TELEPHONE.fullmatch(value) else value


def hours(range: dict[str, str]) -> str:
    return f"{range['day']}@{range['start']}-{range['end']}"


async def tabular(format: str, columns: list[str], pages: Pages, what: str, parameters: ExportParameters) -> Response:
    """The pages as a table of this form, to be saved."""
    if format != "xlsx":
        return await streamed(table(columns, pages, for_excel=format != "csv"), CSV, file_name(what, parameters, "csv"))
    ways = [column.split(".") for column in columns]
    rows = ([list(map(workbook_cell, columns, values(each, ways))) for each in page] async for page in pages)
    pieces = workbook.workbook(what.capitalize(), [LABELS[column] for column in columns], rows)
    return await streamed(pieces, workbook.MEDIA_TYPE, file_name(what, parameters, "xlsx"))


async def table(columns: list[str], pages: Pages, *, for_excel: bool = False) -> AsyncIterator[bytes]:
    """CSV: the header, with the first page where there is one, and then page after page. RFC 4180, or what a French
    spreadsheet opens at a double click."""
    ways = [column.split(".") for column in columns]
    rows: list[list[Any]] = [[LABELS[column] for column in columns] if for_excel else columns]
    before, separator = ("\ufeff", ";") if for_excel else ("", ",")
    one = french_cell if for_excel else plain_cell
    async for page in pages:
        written = (list(map(one, columns, values(each, ways))) for each in page)
        yield before.encode() + lines([*rows, *written], separator)
        rows, before = [], ""
    if rows:
        yield before.encode() + lines(rows, separator)


def lines(rows: Iterable[list[Any]], separator: str) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=separator).writerows(rows)  # its default is RFC 4180: doubled quotes, CRLF
    return written.getvalue().encode()


async def geojson(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[bytes]:
    """A FeatureCollection in pieces, a page each; written by hand, as no whole of it is ever held."""
    before = b'{"type":"FeatureCollection","features":['
    async for page in pages:
        yield before + b",\n".join(orjson.dumps(feature(structure(offer))) for offer in page)
        before = b",\n"
    yield b"]}" if before == b",\n" else before + b"]}"


def feature(exported: dict[str, Any]) -> dict[str, Any]:
    position = exported["position"]
    geometry = {"type": "Point", "coordinates": [position["lon"], position["lat"]]}
    return {"type": "Feature", "id": exported["id"], "geometry": geometry, "properties": exported}


async def streamed(pieces: AsyncIterator[bytes], media_type: str, name: str) -> Response:
    """The first piece is read before the answer begins, so that an engine that is away is a 503. A failure later on
    goes up to the server, which breaks the connection off: no one can take a part for the whole."""
    first = await anext(pieces)

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": CACHE_CONTROL}
    return StreamingResponse(all_of_them(), headers=headers, media_type=media_type)


def file_name(what: str, parameters: ExportParameters, extension: str) -> str:
    """« ribambelle-structures-departement-44.csv »; only of codes that are known."""
    place = "france"
    if parameters.commune:
        place = f"commune-{parameters.commune[0]}" if len(parameters.commune) == 1 else "communes"
    elif parameters.epci is not None:
        place = f"epci-{parameters.epci}"
    elif parameters.department is not None:
        place = f"departement-{parameters.department}"
    return f"ribambelle-{what}-{place}.{extension}"
