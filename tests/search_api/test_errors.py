"""Bad input is named at the door; an engine that is away is a 503, never an empty list."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from mappings import indexes
from search_api.http.app import create_app
from settings import Settings
from tests.search_api.conftest import Client, client, load
from tests.search_api.documents import OFFERS, places

OFFERS_URL, MAP, SUGGEST, COUNTS = "/api/v1/offers", "/api/v1/map", "/api/v1/suggest", "/api/v1/counts"


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        (OFFERS_URL, "colour=red", {"colour"}),
        (OFFERS_URL, "colour=red&size=2", {"colour", "size"}),
        (OFFERS_URL, "kind=creche", {"kind"}),
        (OFFERS_URL, "kind=eaje&kind=", {"kind"}),
        (OFFERS_URL, "kind=eaje,mam", {"kind"}),
        (OFFERS_URL, "subkind=x", {"subkind"}),
        (OFFERS_URL, "feature=x", {"feature"}),
        (OFFERS_URL, "funding=x", {"funding"}),
        (OFFERS_URL, "language=xx", {"language"}),
        (OFFERS_URL, "near=47.2", {"near"}),
        (OFFERS_URL, "near=47.2,-1.5,3", {"near"}),
        (OFFERS_URL, "near=147.2,-1.5541", {"near"}),
        (OFFERS_URL, "near=91,0", {"near"}),
        (OFFERS_URL, "near=0,180.1", {"near"}),
        (OFFERS_URL, "near=nan,0", {"near"}),
        (OFFERS_URL, "near=inf,0", {"near"}),
        (OFFERS_URL, "near=1e999,0", {"near"}),
        (OFFERS_URL, "near=", {"near"}),
        (OFFERS_URL, "near=1,2&near=1,2", {"near"}),
        (OFFERS_URL, "near=1,2&commune=44109", {"near", "commune"}),
        (OFFERS_URL, "near=0,0&bbox=0,0,1,1", {"near", "bbox"}),
        (OFFERS_URL, "epci=244400404&department=44", {"epci", "department"}),
        (OFFERS_URL, "radius_km=5", {"radius_km"}),
        (OFFERS_URL, "detour_km=2", {"detour_km"}),
        (OFFERS_URL, "route=47.2,-1.5", {"route"}),
        (OFFERS_URL, "route=47.2,-1.5;47.3,-1.6&detour_km=10.1", {"detour_km"}),
        (OFFERS_URL, "route=47.2,-1.5;47.3,-1.6&epci=244400404", {"route", "epci"}),
        (OFFERS_URL, "near=1,2&radius_km=0", {"radius_km"}),
        (OFFERS_URL, "near=1,2&radius_km=-1", {"radius_km"}),
        (OFFERS_URL, "near=1,2&radius_km=50.1", {"radius_km"}),
        (OFFERS_URL, "near=1,2&radius_km=nan", {"radius_km"}),
        (OFFERS_URL, "near=1,2&radius_km=any&sort=name", {"radius_km"}),
        (OFFERS_URL, "commune=44999", {"commune"}),
        (OFFERS_URL, "commune=" + "9" * 11, {"commune"}),
        (OFFERS_URL, "commune=44109&" * 51, {"commune"}),
        (OFFERS_URL, "epci=1", {"epci"}),
        (OFFERS_URL, "department=4", {"department"}),
        (OFFERS_URL, "bbox=1,2,3", {"bbox"}),
        (OFFERS_URL, "bbox=1,2,0,3", {"bbox"}),
        (OFFERS_URL, "bbox=179,2,-179,3", {"bbox"}),
        (OFFERS_URL, "bbox=0,3,1,2", {"bbox"}),
        (OFFERS_URL, "bbox=0,0,181,2", {"bbox"}),
        (OFFERS_URL, "q=" + "x" * 201, {"q"}),
        (OFFERS_URL, "need=mon", {"need"}),
        (OFFERS_URL, "need=mon@8:00-18:00", {"need"}),
        (OFFERS_URL, "need=lun@08:00-18:00", {"need"}),
        (OFFERS_URL, "need=mon@08:00-08:00", {"need"}),
        (OFFERS_URL, "need=mon@08:60-09:00", {"need"}),
        (OFFERS_URL, "need=mon@24:00-09:00", {"need"}),
        (OFFERS_URL, "need=mon@08:00-24:01", {"need"}),
        (OFFERS_URL, "need=mon@08:00-18:00*0", {"need"}),
        (OFFERS_URL, "need=mon@08:00-18:00*7", {"need"}),
        (OFFERS_URL, "need=mon@08:00-18:00&" * 15, {"need"}),
        (OFFERS_URL, "leniency=15", {"leniency"}),
        (OFFERS_URL, "need=mon@08:00-18:00&leniency=20", {"leniency"}),
        (OFFERS_URL, "need=mon@08:00-18:00&leniency=-15", {"leniency"}),
        (OFFERS_URL, "from=2026-02-30", {"from"}),
        (OFFERS_URL, "from=1700000000", {"from"}),
        (OFFERS_URL, "from=demain", {"from"}),
        (OFFERS_URL, "from=2026-11-23T00:00:00", {"from"}),
        (OFFERS_URL, "places=0", {"places"}),
        (OFFERS_URL, "places=7", {"places"}),
        (OFFERS_URL, "places=1.5", {"places"}),
        (OFFERS_URL, "child_birthdate=hier", {"child_birthdate"}),
        (OFFERS_URL, "child_birthdate=1980-01-01", {"child_birthdate"}),
        (OFFERS_URL, "child_birthdate=2026-01-01&child_birthdate=1980-01-01", {"child_birthdate"}),
        (OFFERS_URL, "child_birthdate=2026-01-01&" * 10, {"child_birthdate"}),
        (OFFERS_URL, "child_birthdate=9999-01-01", {"child_birthdate"}),
        (OFFERS_URL, "child_birthdate=2026-01-01&child_birthdate=9999-01-01", {"child_birthdate"}),
        (OFFERS_URL, "child_birthdate=2026-01-01&" * 3 + "places=2", {"child_birthdate", "places"}),
        (OFFERS_URL, "include=all", {"include"}),
        (OFFERS_URL, "match=most", {"match"}),
        (OFFERS_URL, "sort=availability", {"sort"}),
        (OFFERS_URL, "zoom=5", {"view"}),
        (OFFERS_URL, "view=0,0,1,1", {"zoom"}),
        (OFFERS_URL, "sort=price", {"sort"}),
        (OFFERS_URL, "sort=distance", {"sort"}),
        (OFFERS_URL, "sort=relevance", {"sort"}),
        (OFFERS_URL, "limit=0", {"limit"}),
        (OFFERS_URL, "limit=101", {"limit"}),
        (OFFERS_URL, "limit=ten", {"limit"}),
        (OFFERS_URL, "cursor=x", {"cursor"}),
        (OFFERS_URL, "cursor=", {"cursor"}),
        (OFFERS_URL, "facets=kind,colour", {"facets"}),
        (OFFERS_URL, "format=xml", {"format"}),
        (OFFERS_URL, "kind=creche&limit=0", {"kind", "limit"}),
        (OFFERS_URL, "from=2027-01-04&from=2027-01-05", {"from"}),
        ("/api/v1/offers/anne", "near=1,2", {"near"}),
        (MAP, "zoom=3", {"bbox"}),
        (MAP, "bbox=0,0,1,1", {"zoom"}),
        (MAP, "bbox=0,0,1,1&zoom=21", {"zoom"}),
        (MAP, "bbox=0,0,1,1&zoom=5&limit=3", {"limit"}),
        (MAP, "bbox=0,0,1,1&zoom=5&near=1,2&commune=44109", {"near", "commune"}),
        (SUGGEST, "", {"q"}),
        (SUGGEST, "q=", {"q"}),
        (SUGGEST, "q=" + "x" * 101, {"q"}),
        (SUGGEST, "q=x&limit=21", {"limit"}),
        (COUNTS, "", {"by"}),
        (COUNTS, "by=colour", {"by"}),
        (COUNTS, "by=kind&sort=name", {"sort"}),
    ],
)
def test_what_is_refused_is_named(api: Client, path: str, query: str, names: set[str]) -> None:
    response = api.get(f"{path}?{query}" if query else path)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["type"], problem["status"]) == ("/problems/parameter-invalid", 422)
    assert {error["parameter"] for error in problem["errors"]} == names
    assert all(error["allowed"] and error["message"] for error in problem["errors"])
    assert all(name in problem["detail"] for name in names)


def test_two_places_are_named_with_their_values(api: Client) -> None:
    errors = api.get(f"{OFFERS_URL}?near=0,0&commune=44109").json()["errors"]
    assert {error["parameter"]: error["value"] for error in errors} == {"near": "0.0,0.0", "commune": "44109"}


@pytest.mark.parametrize(
    ("name", "value", "count", "most"),
    [("child_birthdate", "2026-01-01", 7, 6), ("need", "mon@08:00-18:00", 15, 14), ("commune", "44109", 51, 50)],
)
def test_too_many_values_are_quoted_as_they_were_typed(
    api: Client, name: str, value: str, count: int, most: int
) -> None:
    problem = api.get(OFFERS_URL, {name: [value] * count}).json()
    [error] = problem["errors"]
    assert error["parameter"] == name
    assert error["value"].startswith(f"{value}, {value}")
    assert error["message"] == f"{count} valeurs, c’est trop\u00a0: au plus {most}"
    assert not set("[]'") & set(error["value"]), "no list of a programming language"
    assert "[" not in problem["detail"]


@pytest.mark.parametrize(
    ("start", "born", "accepted"),
    [
        ("2027-01-31", "2028-01-31", True),
        ("2027-01-31", "2028-02-01", False),
        ("2027-02-01", "2028-02-02", False),
        ("2027-02-01", "9999-12-31", False),
    ],
)
def test_a_child_is_expected_within_the_year_after_from(api: Client, start: str, born: str, accepted: bool) -> None:
    answer = api.get(OFFERS_URL, {"from": start, "child_birthdate": born})
    if accepted:
        assert answer.json()["query"]["age_months"] == [0]
        return
    [error] = answer.json()["errors"]
    assert (error["parameter"], error["value"]) == ("child_birthdate", born)
    assert error["message"] == "cette naissance est prévue plus d’un an après la date de début demandée"


def test_of_many_refusals_the_first_are_named_and_the_others_counted(api: Client) -> None:
    response = api.get(f"{OFFERS_URL}?" + "&".join(f"x{number}=1" for number in range(199)))
    problem = response.json()
    assert [error["parameter"] for error in problem["errors"]] == [f"x{number}" for number in range(10)]
    assert problem["detail"].endswith(" Et 189\u00a0autres refus.")
    assert len(response.content) < 16_000, "an answer is not a hundred times its question"
    assert "autre" not in api.get(f"{OFFERS_URL}?colour=red").json()["detail"]


def test_what_is_allowed_in_place_of_an_unknown_code_is_said_in_french(api: Client) -> None:
    answers = [api.get(f"{OFFERS_URL}?{name}=x").json() for name in ("commune", "epci", "department")]
    assert [answer["errors"][0]["allowed"] for answer in answers] == [
        "un code de commune qui existe",
        "un code d’intercommunalité qui existe",
        "un code de département qui existe",
    ]


def test_every_unknown_code_is_named(api: Client) -> None:
    errors = api.get(f"{OFFERS_URL}?commune=44109&commune=00000&commune=99999").json()["errors"]
    assert [(error["parameter"], error["value"]) for error in errors] == [("commune", "00000"), ("commune", "99999")]


def test_an_unknown_page_is_a_problem_document_too(api: Client) -> None:
    response = api.get("/api/v1/nothing")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


def without_engine(settings: Settings) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return settings.model_copy(update={"elasticsearch_url": f"http://127.0.0.1:{probe.getsockname()[1]}"})


EVERY_SEARCH: list[tuple[str, dict[str, Any]]] = [
    (OFFERS_URL, {"near": "47.2,-1.5"}),
    (OFFERS_URL, {"commune": "44109"}),
    (f"{OFFERS_URL}/anne", {}),
    (MAP, {"bbox": "-2,47,-1,48", "zoom": 9}),
    (SUGGEST, {"q": "nantes"}),
    (COUNTS, {"by": "kind"}),
]


@pytest.mark.parametrize(("path", "parameters"), EVERY_SEARCH)
@pytest.mark.parametrize("cause", ["no engine", "no index"])
def test_no_answer_is_a_503_and_never_an_empty_list(
    settings: Settings, path: str, parameters: dict[str, Any], cause: str
) -> None:
    broken = without_engine(settings) if cause == "no engine" else settings.model_copy(update={"index_prefix": "none"})
    with client(broken) as api:
        response = api.get(path, parameters)
        ready, alive = api.get("/readyz"), api.get("/healthz")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0
    assert ready.status_code == 503
    assert alive.status_code == 200


def test_an_engine_that_is_too_slow_is_a_503(settings: Settings) -> None:
    """A server that accepts connections and never answers."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        slow = settings.model_copy(update={"elasticsearch_url": url, "request_timeout_s": 0.2})
        with client(slow) as api:
            assert api.get(OFFERS_URL).status_code == 503


def test_ready_only_when_the_data_are_there_and_fresh(engine: Elasticsearch, settings: Settings) -> None:
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-ready"})
    alias = indexes.alias(own.index_prefix, "offers")

    def reason(indexed_at: datetime | None) -> str | None:
        """Why it is not ready; each application starts without a memory of the moment before."""
        if indexed_at:
            engine.indices.put_mapping(index=alias, meta={"indexed_at": indexed_at.isoformat()})
        with client(own) as api:
            response = api.get("/readyz")
        assert response.status_code in (200, 503)
        return None if response.status_code == 200 else str(response.json()["detail"])

    now = datetime.now(UTC)
    names = [load(engine, own.index_prefix, "offers", [])]
    assert "n’existent pas" in str(reason(now))  # no places yet
    names.append(load(engine, own.index_prefix, "places", places()[:3]))
    assert "vide" in str(reason(now))
    names.append(load(engine, own.index_prefix, "offers", OFFERS[:1]))
    assert "retard" in str(reason(now - timedelta(seconds=own.ready_max_lag_s + 5)))
    assert reason(now) is None
    engine.indices.delete(index=names)


def test_an_application_without_a_key_does_not_start(settings: Settings) -> None:
    with pytest.raises(ValueError, match="SECRET_KEY"):
        create_app(settings.model_copy(update={"secret_key": ""}))


def test_probes_ask_the_engine_once_a_second(engine: Elasticsearch, settings: Settings) -> None:
    """They are the one thing that nobody's budget limits."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-probed"})
    now = 0.0
    with client(own) as api:
        for kept in (api.app.state.engine.known_unready, api.app.state.engine.known_moments):
            kept.clock = lambda: now
        assert api.get("/readyz").status_code == 503
        names = [load(engine, own.index_prefix, "offers", OFFERS[:1])]
        names.append(load(engine, own.index_prefix, "places", places()[:3]))
        fresh = {"indexed_at": datetime.now(UTC).isoformat()}
        engine.indices.put_mapping(index=indexes.alias(own.index_prefix, "offers"), meta=fresh)
        assert api.get("/readyz").status_code == 503
        now += 1.1
        assert api.get("/readyz").status_code == 200
    engine.indices.delete(index=names)
