"""docs/api.md: each of its requests asked, its tables held to the code, its client typed and run."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import mypy.api
import pytest

from search_api import filter_table, problems
from search_api.http import costs
from search_api.query import facets, tiles
from search_api.request import need, parameter_types
from search_api.request.pair_types import MAX_PAIRS
from settings import Settings
from tests.conftest import ROOT
from tests.search_api.conftest import Client, client

GUIDE = (ROOT / "docs" / "api.md").read_text("utf-8")
SITE = "http://localhost:8000"


class Block(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.M | re.S)]
REQUESTS = [number for number, block in enumerate(BLOCKS) if block.language == "sh"]


@pytest.fixture(scope="module")
def public(settings: Settings) -> Iterator[Client]:
    """The API with the limits that it has when nobody sets others."""
    fields = Settings.model_fields
    limits = {name: fields[name].default for name in ("rate_limit", "rate_window_s", "fiche_limit", "fiche_window_s")}
    with client(
        settings.model_copy(update={**limits, "secret_key": "of this guide as long as one has to be"})
    ) as connected:
        yield connected


@pytest.mark.parametrize("number", REQUESTS, ids=lambda number: BLOCKS[number].text.splitlines()[0][:70])
def test_a_request_is_answered_as_told(public: Client, number: int) -> None:
    answer = curl(public, BLOCKS[number].text)
    assert answer.status_code == 200 or "http" in {block.language for block in answers(number)}, answer.text
    for block in answers(number):
        match block.language:
            case "json":
                assert shortened(answer.json(), told := json.loads(block.text)) == told
            case "csv":
                assert answer.text.splitlines() == block.text.splitlines()
            case "http":
                refuse_other_head(answer, block.text.splitlines())


def test_there_are_enough_of_them() -> None:
    paths = {path for number in REQUESTS for path in re.findall(r"/api/v1/[\w/]+", BLOCKS[number].text)}
    assert paths >= {
        *(f"/api/v1/{name}" for name in ("offers", "map", "suggest", "counts", "nearly", "pairs")),
        *(f"/api/v1/exports/{name}" for name in ("structures", "assistants")),
    }
    assert len(REQUESTS) >= 12


def test_the_table_of_problems_is_the_codes() -> None:
    told = dict(re.findall(r"^\| `/problems/([a-z-]+)` \| (\d+) \|", GUIDE, re.M))
    assert told == {name: str(kind.status) for name, kind in problems.KINDS.items()}


def test_the_table_of_limits_is_the_codes() -> None:
    told = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", GUIDE.partition("## Limits")[2].partition("##")[0], re.M))
    default = {name: field.default for name, field in Settings.model_fields.items()}
    types = parameter_types
    known = {
        "units": (default["rate_limit"], default["rate_window_s"]),
        "pages of assistants maternels": (default["fiche_limit"], default["fiche_window_s"]),
        "query string": (problems.MOST_QUERY_BYTES, problems.MOST_PARAMETERS),
        "`q`": (types.MAX_Q,),
        "`q` of suggestions": (types.MAX_SUGGEST_Q,),
        "`commune`": (types.MAX_COMMUNES,),
        "`need`": (need.MAX_LINES, need.MAX_PLACES),
        "`school`": (filter_table.MAX_SCHOOLS,),
        "`radius_km`": (types.MAX_RADIUS_KM,),
        "`route`": (types.MIN_ROUTE_POINTS, types.MAX_ROUTE_POINTS, types.MAX_ROUTE_KM),
        "`detour_km`": (types.MAX_DETOUR_KM,),
        "`limit`": (types.MAX_LIMIT,),
        "`limit` of suggestions": (types.MAX_SUGGESTIONS,),
        "`limit` of pairs": (MAX_PAIRS,),
        "features of a map": (tiles.MOST_FEATURES,),
        "values of a facet": (facets.MOST_VALUES,),
    }
    assert {name: tuple(numbers(text)) for name, text in told.items()} == known


def test_the_table_of_costs_is_the_codes() -> None:
    section = GUIDE.partition("### What a request costs")[2].partition("##")[0]
    told = {what: float(units) for units, what in re.findall(r"^\| (\d+) \| (.*) \|$", section, re.M)}
    search, export = "/api/v1/offers?near=1,2", "/api/v1/exports/structures"
    edge, short = costs.WIDE_DEGREES, "route=47.2,-1.5;47.28,-1.5"
    assert told == {
        "a suggestion": units("/api/v1/suggest?q=n"),
        "a page of an offer": units("/api/v1/offers/anne"),
        "an answer to a preflight": units(search, "OPTIONS"),
        "a list": units(search),
        "a count": units("/api/v1/counts?by=kind"),
        "the OpenAPI document": units("/openapi.json"),
        "what a little less would find": units("/api/v1/nearly?need=mon@08:00-12:00"),
        "pairs": units("/api/v1/pairs?need=mon@08:00-12:00"),
        "a map": units(f"/api/v1/map?bbox=0,0,{edge},1"),
        f"a map that shows more than {edge:g} degrees of longitude": units(f"/api/v1/map?bbox=0,0,{edge + 0.01},1"),
        "added to these by a `route` of up to 10 km": units(f"/api/v1/offers?{short}") - units(search),
        "added to these by a `route` of 100 km": units("/api/v1/offers?route=46,0;46.899,0") - units(search),
        "added to what a little less would find by a `route` of up to 10 km": units(f"/api/v1/nearly?{short}")
        - units("/api/v1/nearly?need=mon@08:00-12:00"),
        "an export of a territory": units(f"{export}?department=44"),
        "an export of the whole country": units(export),
        "an export of a territory as a workbook": units(f"{export}?department=44&format=xlsx"),
        "an export of the whole country as a workbook": units(f"{export}?format=xlsx"),
    }


def units(address: str, method: str = "GET") -> int:
    path, _, query = address.partition("?")
    return costs.of({"path": path, "method": method, "query_string": query.encode(), "headers": []})


def test_every_parameter_facet_and_sort_is_told(public: Client) -> None:
    paths = public.get("/openapi.json").json()["paths"]
    names = {parameter["name"] for each in paths.values() for parameter in each["get"].get("parameters", [])}
    for name in {*names, *filter_table.facets(), *parameter_types.SORTS} - {"id"}:
        assert re.search(rf"`{name}[`=]|-d {name}=|[?&]{name}=", GUIDE), name


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("guide") / "client.py"
    file.write_text(only("python"), "utf-8")
    return file


def test_the_client_is_typed(script: Path) -> None:
    told, errors, status = mypy.api.run(["--strict", "--config-file=", f"--cache-dir={script.parent}", str(script)])
    assert status == 0, told + errors


def test_the_client_prints_what_is_told(script: Path, site: str) -> None:
    run = subprocess.run([sys.executable, script, site], capture_output=True, text=True, timeout=30, check=False)
    assert (run.stdout, run.stderr) == (only("text"), "")


def test_the_client_knows_no_member_that_the_document_does_not(public: Client) -> None:
    client = ModuleType("client")
    exec(only("python"), client.__dict__)  # noqa: S102 (our own guide)
    schemas = public.get("/openapi.json").json()["components"]["schemas"]
    for name in ("Position", "Coverage", "Availability", "Card", "Offers"):
        assert getattr(client, name).__annotations__.keys() <= schemas[name]["properties"].keys()


def curl(api: Client, command: str) -> httpx.Response:
    """What this command would ask; of curl's options those that the guide uses."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    method, address, data = "GET", "", []
    for word in words:
        match word:
            case "-I":
                method = "HEAD"
            case "-d":
                name, _, value = next(words).partition("=")
                data.append((name, value))
            case "-G" | "-i" | "-O" | "-J":
                pass
            case _:
                assert word.startswith(SITE), word
                address = word.removeprefix(SITE)
    target = f"{address}?{urlencode(data)}" if data else address
    return api.portal.call(lambda: api.http.request(method, target))


def answers(number: int) -> list[Block]:
    """The blocks between a request and the next one that tell what it answers."""
    following = BLOCKS[number + 1 :]
    ends = [at for at, block in enumerate(following) if block.language not in ("json", "csv", "http")]
    return following[: ends[0] if ends else None]


def shortened(answer: Any, told: Any) -> Any:
    """As much of the answer as is told of it."""
    if isinstance(told, dict) and isinstance(answer, dict):
        return {name: shortened(answer.get(name, "is not there"), value) for name, value in told.items()}
    if isinstance(told, list) and isinstance(answer, list) and len(answer) >= len(told) > 0:
        return [shortened(*both) for both in zip(answer, told, strict=False)]
    return answer


def refuse_other_head(answer: httpx.Response, lines: list[str]) -> None:
    assert lines[0] == f"HTTP/1.1 {answer.status_code}"
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        told, shortened, _ = value.partition("…")
        found = answer.headers[name]
        assert found.startswith(told) if shortened else found == told, line


def only(language: str) -> str:
    """The text of the one block in this language."""
    (text,) = (block.text for block in BLOCKS if block.language == language)
    return text


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]
