"""What comes with the pages: the policy of scripts, static files, the base map, the page of the API."""

import re
from html import unescape
from pathlib import Path

import pytest

from settings import Settings
from tests.search_api.conftest import Client
from tests.web.site.conftest import NOON, visitor
from tests.web.site.reading import search, shown_on_map, text
from web.core import costs
from web.core.rendering import STATIC


def test_only_our_own_files_run_and_nobody_learns_the_search(site: Client) -> None:
    response = site.get("/")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', response.text)
    assert not re.findall(r"<[^>]+ (?:style|on\w+)=", response.text)


def test_tiles_are_the_one_other_host(settings: Settings) -> None:
    tiles = {"tile_url": "https://tiles.example.org/{z}/{x}/{y}.png", "tile_attribution": "© tuiles"}
    with visitor(settings.model_copy(update=tiles)) as site:
        response = search(site)
    assert "img-src 'self' data: https://tiles.example.org;" in response.headers["content-security-policy"]
    assert shown_on_map(response.text)["attribution"] == "© tuiles"


def test_scripts_and_styles_of_ours_come_without_their_comments(site: Client) -> None:
    static = re.findall(r"(/static/[0-9a-f]{12})/core/style\.css", site.get("/").text)[0]
    for name in ("shared/ground.js", "core/style.css"):
        source = (STATIC / name).read_text(encoding="utf-8")
        sent = site.get(f"{static}/{name}", headers={"Accept-Encoding": "gzip"}).text
        assert "\n  //" in source or "/*" in source
        assert "\n  //" not in sent
        assert "/*" not in sent
        assert site.get(f"{static}/{name}", headers={"Accept-Encoding": "identity"}).text == source
    vendored = "vendor/leaflet/leaflet.js"
    sent = site.get(f"{static}/{vendored}", headers={"Accept-Encoding": "gzip"}).text
    assert sent == (STATIC / vendored).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts], ids=str)
def test_no_script_has_what_the_minifier_cannot_read(path: Path) -> None:
    """A template within a template: it takes the inner one's first backtick for the end of the outer."""
    within = r"`[^`]*\$\{[^}`]*`"
    assert not re.search(within, path.read_text(encoding="utf-8"))


def test_static_files_are_kept_for_ever_under_an_address_of_their_content(site: Client) -> None:
    home = site.get("/").text
    found = re.search(r'href="(/static/[0-9a-f]{12}/core/style\.css)"', home)
    assert found
    assert "immutable" in site.get(found[1]).headers["cache-control"]
    assert site.get("/static/000000000000/core/style.css").status_code == 404


def test_the_base_map_is_geojson(site: Client) -> None:
    response = site.get("/fond-de-carte", {"bbox": "-1.65,47.16,-1.45,47.28", "zoom": "12"})
    assert response.status_code == 200
    assert "Nantes" in [feature["properties"]["name"] for feature in response.json()["features"]]
    assert "max-age" in response.headers["cache-control"]


def test_the_base_map_is_sent_as_it_is_kept_and_not_again_to_who_has_it(site: Client) -> None:
    view = {"bbox": "-1.65,47.16,-1.45,47.28", "zoom": "12"}
    compressed, plain = (
        site.get("/fond-de-carte", view, headers={"Accept-Encoding": coding}) for coding in ("gzip", "identity")
    )
    assert compressed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert compressed.content == plain.content
    for each in (compressed, plain):
        assert each.headers["vary"] == "Accept-Encoding"
        again = site.get("/fond-de-carte", view, headers={"If-None-Match": each.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == each.headers["etag"]


def test_who_asks_for_contours_that_nobody_has_seen_pays_for_the_making(settings: Settings) -> None:
    with visitor(settings) as site:
        requests = site.app.state.limiter.requests
        site.app.state.limiter.clock = NOON.timestamp
        site.get("/robots.txt")  # a window has begun

        def cost(bbox: str, zoom: int) -> int:
            before = sum(requests.own.values())
            assert site.get("/fond-de-carte", {"bbox": bbox, "zoom": zoom}).status_code == 200
            return int(sum(requests.own.values()) - before)

        first, again, beside = cost("-5,42,8,51", 6), cost("-5,42,8,51", 6), cost("-5.1,42.1,8,51", 6)
        assert first > 10 * again
        assert again == beside
        town = cost("-1.65,47.16,-1.45,47.28", 12)
        assert again < town < first / 4
        # Not the box that is asked for but what is made: all the communes from the north to the south, or every
        # department as the grid of so low a zoom has but one step.
        for bbox, zoom in (
            ("-4.1,42,-3.13,50.9", 9),
            ("-4.1,42,-3.13,50.9", 12),
            ("2.301,42,2.302,50.9", 12),
            ("-4,47.301,8,47.302", 12),
            ("-3,42,-2.1,43", 0),
        ):
            assert cost(bbox, zoom) > first / 2, (bbox, zoom)
    with visitor(settings.model_copy(update={"rate_limit": 20})) as site:
        site.app.state.limiter.clock = NOON.timestamp
        assert site.get("/fond-de-carte", {"bbox": "-1.65,47.16,-1.45,47.28", "zoom": 12}).status_code == 200
        assert site.get("/fond-de-carte", {"bbox": "-5,42,8,51", "zoom": 6}).status_code == 429


def test_who_takes_much_pays_for_the_sending(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    view = {"bbox": "-1.65,47.16,-1.45,47.28", "zoom": 12}
    monkeypatch.setattr("web.core.costs.SENT_FOR_A_UNIT", 100)  # there are few communes here
    with visitor(settings) as site:
        site.app.state.limiter.clock = NOON.timestamp

        def spent(**headers: str) -> tuple[int, int]:
            before = sum(site.app.state.limiter.requests.own.values())
            answer = site.get("/fond-de-carte", view, headers=headers)
            sent = int(answer.headers.get("content-length", 0))
            return sum(site.app.state.limiter.requests.own.values()) - before, sent

        site.get("/fond-de-carte", view)
        tag = site.get("/fond-de-carte", view).headers["etag"]
        kept, _ = spent(**{"If-None-Match": tag})
        for coding in ("gzip", "identity"):
            units, length = spent(**{"Accept-Encoding": coding})
            assert units == kept + length // 100 > kept


def test_who_searches_along_a_long_way_pays_for_each_time_that_it_is_put(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = {"ou": "Nantes", "lieu": "commune:44109", "vers": "Rezé", "vers-lieu": "commune:44143"}
    need = {"jour": "mar", "debut": "07:15", "fin": "19:15"}

    def spent(site: Client, asked: dict[str, str]) -> int:
        before = sum(site.app.state.limiter.requests.own.values())
        assert site.get("/", asked).status_code == 200
        return int(sum(site.app.state.limiter.requests.own.values()) - before)

    with visitor(settings) as site:
        site.app.state.limiter.clock = NOON.timestamp
        spent(site, way)  # a window has begun
        short, short_with_need = spent(site, way), spent(site, way | need)
        monkeypatch.setattr("search_api.http.costs.WAY_BY_KM", 10)  # there are no far places here
        long, long_with_need = spent(site, way), spent(site, way | need)
        more = (long - short) / costs.WAYS
        assert more >= 10
        assert long_with_need - short_with_need == more * (costs.WAYS + costs.WAYS_OF_NEED)
    with visitor(settings.model_copy(update={"rate_limit": 30})) as site:
        site.app.state.limiter.clock = NOON.timestamp
        refused = site.get("/", way)
        assert refused.status_code == 429
        assert "text/html" in refused.headers["content-type"]
        assert "vers=Rez" in refused.text, "the way on is the same page, a little later"


@pytest.mark.parametrize(
    "query",
    ["bbox=1,2,3&zoom=9", "bbox=-1,47,-2,48&zoom=9", "zoom=9", "bbox=-2,47,-1,48&zoom=99"],
)
def test_a_bad_view_of_the_base_map_is_a_problem(site: Client, query: str) -> None:
    response = site.get(f"/fond-de-carte?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] in ("bbox", "zoom")


def test_the_api_is_documented_on_a_page_of_ours(site: Client) -> None:
    response = site.get("/docs")
    read = text(response.text)
    for route in ("offers", "offers/{id}", "map", "suggest", "counts", "exports/structures", "exports/assistants"):
        assert f"GET /api/v1/{route}" in read
    assert "true ou false. Exemple : true" in read.replace("\u00a0", " ")
    assert "https://" not in response.text
    addresses = re.findall(r'<a href="(/api/v1/[^"]+)"', response.text)
    for address in addresses:
        assert site.get(unescape(address)).status_code == 200
    assert len(addresses) > 5
    for format in ("xlsx", "csv-excel", "csv", "geojson"):
        assert any(address.startswith("/api/v1/exports/") and f"format={format}" in address for address in addresses)
