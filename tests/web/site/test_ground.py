"""What lies under the offers of a map: our contours, tiles of another host, or vector tiles that we serve."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from registry import territory
from search_api import contours
from search_api.geo import Box
from settings import Settings
from tests.search_api.conftest import Client
from tests.web import tiles
from tests.web.site.conftest import NOON, visitor
from tests.web.site.reading import search, shown_on_map
from web.app import create_app
from web.core import vector_tiles
from web.shared import itinerary

NANTES = tiles.commune("Nantes", 300_000, shapely.box(-1.65, 47.16, -1.45, 47.28))
ADDRESS = "/fond-de-carte/tuiles.pmtiles"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiles") / "france.pmtiles"
    tiles.write(path, NANTES, most_zoom=9)
    return path


@pytest.fixture(scope="module")
def tiled(settings: Settings, file: Path) -> Settings:
    # The other host's tiles stay unasked for.
    return settings.model_copy(
        update={"pmtiles_path": str(file), "tile_url": "https://tiles.example.org/{z}/{x}/{y}.png"}
    )


def test_the_file_is_sent_in_parts(tiled: Settings, file: Path) -> None:
    whole = file.read_bytes()
    with visitor(tiled) as site:
        part = site.get(ADDRESS, headers={"Range": "bytes=0-126", "Accept-Encoding": "gzip"})
        assert part.status_code == 206
        assert part.content == whole[:127]
        assert part.headers["content-range"] == f"bytes 0-126/{len(whole)}"
        assert "content-encoding" not in part.headers
        last = site.get(ADDRESS, headers={"Range": f"bytes={len(whole) - 10}-{len(whole) + 90}"})
        assert last.content == whole[-10:]
        beyond = site.get(ADDRESS, headers={"Range": f"bytes={len(whole)}-{len(whole) + 9}"})
        assert beyond.status_code == 416
        assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
        everything = site.get(ADDRESS, headers={"Accept-Encoding": "gzip"})
        assert everything.status_code == 200
        assert everything.content == whole
        assert "content-encoding" not in everything.headers, "what is compressed is not compressed again"
        assert everything.headers["accept-ranges"] == "bytes"
        assert everything.headers["content-type"] == "application/vnd.pmtiles"
        assert everything.headers["etag"] == part.headers["etag"]
        assert not everything.headers["etag"].startswith("W/"), "maps tell by it that the file is another one"


def test_who_has_a_part_hears_so_and_who_asks_for_the_head_gets_no_body(tiled: Settings, file: Path) -> None:
    with visitor(tiled) as site:
        tag = site.get(ADDRESS, headers={"Range": "bytes=0-9"}).headers["etag"]
        kept = site.get(ADDRESS, headers={"Range": "bytes=0-9", "If-None-Match": tag})
        assert kept.status_code == 304
        assert kept.headers["etag"] == tag
        other = site.get(ADDRESS, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
        assert other.status_code == 200
        head = site.portal.call(lambda: site.http.head(ADDRESS))
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == str(file.stat().st_size)


def test_no_address_leads_to_another_file(tiled: Settings, file: Path) -> None:
    (file.parent / "secret.pmtiles").write_text("a secret")
    with visitor(tiled) as site:
        for path in (
            "/fond-de-carte/secret.pmtiles",
            f"{ADDRESS}/../secret.pmtiles",
            "/fond-de-carte/..%2Fsecret.pmtiles",
        ):
            answer = site.get(path)
            assert answer.status_code == 404
            assert "a secret" not in answer.text


def test_a_site_without_the_file_has_no_such_address(site: Client) -> None:
    assert site.get(ADDRESS).status_code == 404


def test_a_file_that_is_taken_away_is_missed_and_not_a_fault(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "away.pmtiles"
    tiles.write(path, NANTES, most_zoom=5)
    with visitor(settings.model_copy(update={"pmtiles_path": str(path)})) as site:
        path.unlink()
        assert site.get(ADDRESS, headers={"Range": "bytes=0-9"}).status_code == 404
        assert search(site).status_code == 200


def test_a_part_costs_by_its_length(tiled: Settings, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = file.stat().st_size
    monkeypatch.setattr("web.core.costs.SENT_FOR_A_UNIT", 100)
    with visitor(tiled) as site:
        site.app.state.limiter.clock = NOON.timestamp

        def spent(**headers: str) -> int:
            before = sum(site.app.state.limiter.requests.own.values())
            site.get(ADDRESS, headers=headers)
            return int(sum(site.app.state.limiter.requests.own.values()) - before)

        site.get("/robots.txt")  # a window has begun
        assert spent(Range="bytes=0-9") == 1
        assert spent(Range="bytes=0-499") == 6
        for dearest in ("", "bytes=0-", "bytes=-9999999", "bytes=0-1,2-3", "nothing"):
            assert spent(Range=dearest) == 1 + size // 100, dearest
        tag = site.portal.call(lambda: site.http.head(ADDRESS)).headers["etag"]
        assert spent(**{"Range": "bytes=0-9", "If-Range": tag}) == 1
        for other in ('"another"', f"W/{tag}", "x", "", "Tue, 01 Dec 2026 00:00:00 GMT"):
            assert spent(**{"Range": "bytes=0-9", "If-Range": other}) == 1 + size // 100, other
    with visitor(tiled.model_copy(update={"rate_limit": 5})) as site:
        site.app.state.limiter.clock = NOON.timestamp
        assert site.portal.call(lambda: site.http.head(ADDRESS)).status_code == 200, "which takes nothing of it"
        assert site.get(ADDRESS).status_code == 429


def test_pages_load_the_library_only_where_there_is_something_to_draw(site: Client, tiled: Settings) -> None:
    vector = ("vendor/protomaps-leaflet/protomaps-leaflet.js", "shared/vector.js")
    for page in ("/?ou=Nantes&lieu=commune:44109", "/offre/horaires"):
        plain = site.get(page)
        with visitor(tiled) as other:
            drawn = other.get(page)
        for script in vector:
            assert script not in plain.text
            assert script in drawn.text
        assert drawn.headers["content-security-policy"] == plain.headers["content-security-policy"], "and nothing more"
        assert shown_on_map(plain.text)["vector"] is None


def test_a_map_says_whose_tiles_they_are(tiled: Settings) -> None:
    with visitor(tiled) as site:
        look = shown_on_map(search(site).text)
    assert (look["vector"]["least_zoom"], look["vector"]["zoom"]) == (5, 9)
    assert look["vector"]["box"] == pytest.approx([-1.65, 47.16, -1.45, 47.28])
    assert look["vector"]["url"].startswith(f"{ADDRESS}?v=")
    assert look["tiles"] == ""
    assert look["attribution"] == '<a href="https://geoservices.ign.fr/" rel="noopener">IGN &amp; Etalab</a> 2026'
    with visitor(tiled.model_copy(update={"tile_attribution": "© nous"})) as site:
        assert shown_on_map(search(site).text)["attribution"] == "© nous"


def test_another_file_has_another_address(tiled: Settings, file: Path, tmp_path: Path) -> None:
    """A browser's cache that holds parts of the old one asks for the rest, and would be sent all of the new."""
    renewed = tmp_path / "renewed.pmtiles"
    tiles.write(renewed, NANTES, most_zoom=8)
    addresses = []
    for path in (file, renewed):
        with visitor(tiled.model_copy(update={"pmtiles_path": str(path)})) as site:
            addresses.append(shown_on_map(search(site).text)["vector"]["url"])
            assert site.get(addresses[-1], headers={"Range": "bytes=0-9"}).status_code == 206
    assert len(set(addresses)) == 2


def test_nothing_names_a_host_that_no_page_asks(tiled: Settings, settings: Settings) -> None:
    with visitor(tiled) as site:
        assert "tiles.example.org" not in site.get("/confidentialite").text
    with visitor(settings.model_copy(update={"tile_url": tiled.tile_url})) as site:
        assert "tiles.example.org" in site.get("/confidentialite").text


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("© OpenStreetMap", "© OpenStreetMap"),
        ('<a href="javascript:x">a</a>', "a"),
        ('<a href=https://x.fr/?a=1&b="2">a', '<a href="https://x.fr/?a=1&amp;b=&quot;2&quot;" rel="noopener">a</a>'),
        ("a < b &lt;script&gt;", "a &lt; b &lt;script&gt;"),
        ('<a href="https://a.fr">a<a href="https://b.fr">b</a></a>', '<a href="https://a.fr" rel="noopener">ab</a>'),
    ],
)
def test_of_an_attribution_words_and_links_remain(html: str, read: str) -> None:
    assert vector_tiles.plain(html) == read


def changed(file: Path, to: Path, at: int, value: bytes) -> str:
    content = bytearray(file.read_bytes())
    content[at : at + len(value)] = value
    to.write_bytes(content)
    return str(to)


def beginning(file: Path, to: Path) -> str:
    """As a copy that was broken off leaves it: all is there but the last of the tiles."""
    to.write_bytes(file.read_bytes()[:-1])
    return str(to)


def deep(file: Path, to: Path) -> str:
    """Metadata that no reader of JSON goes to the bottom of."""
    written, content = b"[" * 500_000, bytearray(file.read_bytes())
    content[24:40] = len(content).to_bytes(8, "little") + len(written).to_bytes(8, "little")
    content[97] = 1
    to.write_bytes(bytes(content) + written)
    return str(to)


def test_a_file_that_cannot_be_drawn_keeps_the_site_from_starting(
    settings: Settings, file: Path, tmp_path: Path
) -> None:
    metadata = int.from_bytes(file.read_bytes()[24:32], "little")
    (tmp_path / "short").write_bytes(b"PMTiles\3")
    for path, reason in (
        (str(tmp_path / "none"), "ne se lit pas\u00a0: il n’y a pas de tel fichier"),
        (str(tmp_path), "ne se lit pas\u00a0: c’est un dossier"),
        (str(file / "under"), "ne se lit pas\u00a0: un dossier de ce chemin"),
        (str(tmp_path / "short"), "n’est pas un fichier PMTiles de version 3"),
        (changed(file, tmp_path / "2", 7, b"\2"), "n’est pas un fichier PMTiles de version 3"),
        (changed(file, tmp_path / "png", 99, b"\2"), "ne contient pas de tuiles vectorielles"),
        (changed(file, tmp_path / "brotli", 98, b"\3"), "ne contient pas de tuiles vectorielles"),
        (changed(file, tmp_path / "broken", metadata, b"\0\0"), "les informations"),
        (changed(file, tmp_path / "cut", 32, b"\x0c"), "les informations"),
        (beginning(file, tmp_path / "begun"), "est incomplet"),
        (changed(file, tmp_path / "far", 24, b"\xff" * 8), "son en-tête"),
        (changed(file, tmp_path / "long", 32, b"\xff" * 8), "son en-tête"),
        (changed(file, tmp_path / "longer", 32, (2**40).to_bytes(8, "little")), "son en-tête"),
        (deep(file, tmp_path / "deep"), "les informations"),
    ):
        with pytest.raises(vector_tiles.BadTiles, match=reason):
            create_app(settings.model_copy(update={"pmtiles_path": path}))


def test_metadata_may_be_plain_and_without_an_attribution(file: Path, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    written = json.dumps({"attribution": 3}).encode()
    content[24:32] = len(content).to_bytes(8, "little")
    content[32:40] = len(written).to_bytes(8, "little")
    content[97] = 1
    (tmp_path / "plain").write_bytes(bytes(content) + written)
    read = vector_tiles.described(str(tmp_path / "plain"))
    assert (read.attribution, read.zoom) == ("", 9)


# Our own contours.


def types(site: Client, bbox: str, zoom: int) -> list[str]:
    answer = site.get("/fond-de-carte", {"bbox": bbox, "zoom": zoom})
    return [feature["properties"]["type"] for feature in answer.json()["features"]]


def test_departments_lie_under_communes_that_do_not_all_come(site: Client) -> None:
    # The department's contour is here a square around its first commune.
    abbaretz = "-1.55,47.53,-1.5,47.57"
    assert set(types(site, abbaretz, 8)) == {"department"}
    between = types(site, abbaretz, 10)
    assert set(between) == {"department", "commune"}
    assert between == sorted(between, reverse=True), "the lower first"
    assert set(types(site, abbaretz, 12)) == {"commune"}


def covering(lon: float, lat: float) -> bool:
    return any(
        shapely.Polygon(outline).contains(shapely.Point(lon, lat))
        for box, outline in contours.LAND
        if box.west <= lon <= box.east and box.south <= lat <= box.north
    )


def test_what_is_land_is_no_water_though_no_commune_covers_it(site: Client) -> None:
    for lon, lat in (
        *((4.35, 50.85), (8.4, 49.0), (7.45, 46.95), (7.7, 45.07), (1.5, 42.5), (-2.0, 43.1), (-3.7, 50.7)),
        *((-1.2, 47.31), (2.39, 44.585)),  # Orée d’Anjou and Conques-en-Rouergue have no contour
        (-55.2, 5.5),
    ):
        assert covering(lon, lat), (lon, lat)
    for lon, lat in ((-3, 46.5), (4.5, 43), (0, 49.8), (-52, 5.5), (9, 43.2)):
        assert not covering(lon, lat), (lon, lat)
    assert types(site, "3.1,50.7,3.3,50.8", 12)[0] == "land"


def test_departments_and_other_land_leave_no_sea_between_them() -> None:
    """All that stays open in the mainland is the Léman, and slivers that no map shows."""
    features = json.loads((territory.GEO / "departments.geojson").read_text("utf-8"))["features"]
    mainland = [shape(each["geometry"]) for each in features if len(each["properties"]["code"]) == 2]
    land = [shapely.Polygon(outline) for _, outline in contours.LAND]
    whole = shapely.union_all(shapely.make_valid([*mainland, *land]))
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    (lake,) = [hole for hole in holes if hole.area > 1e-4]
    assert lake.contains(shapely.Point(6.5, 46.42))


def test_land_is_sent_where_it_is_seen() -> None:
    made, _ = contours.written(Box(west=-1.7, south=47.1, east=-1.5, north=47.2), [])
    assert json.loads(gzip.decompress(made))["features"] == []


def test_the_commune_that_is_searched_stands_out(site: Client) -> None:
    assert shown_on_map(search(site).text)["own"] == "44109"
    assert shown_on_map(site.get("/offre/horaires").text)["own"] == "44109"


# The way to an offer.


def at(kind: str, precision: str) -> dict[str, Any]:
    return {"kind": kind, "name": "Crèche & (co)", "position": {"lat": 47.2, "lon": -1.5, "precision": precision}}


@pytest.mark.parametrize(
    ("kind", "precision", "leads"),
    [
        ("eaje", "address", True),
        ("eaje", "street", True),
        ("eaje", "commune", False),
        ("assistant_maternel", "address", True),
        ("assistant_maternel", "street", False),
        ("assistant_maternel", "zone", False),
        ("assistant_maternel", "commune", False),
    ],
)
def test_only_a_door_that_is_shown_has_a_way(kind: str, precision: str, leads: bool) -> None:
    assert (itinerary.way_to(at(kind, precision)) is not None) == leads


def test_a_way_names_the_point_and_nothing_else() -> None:
    assert itinerary.way_to(at("eaje", "address")) == {
        "href": "https://www.openstreetmap.org/directions?to=47.2,-1.5",
        "geo": "geo:47.2,-1.5?q=47.2,-1.5(Cr%C3%A8che%20%26%20%28co%29)",
    }


def test_a_fiche_has_a_way_to_its_door_and_none_to_a_hidden_home(site: Client) -> None:
    shown = site.get("/offre/horaires").text
    assert 'href="https://www.openstreetmap.org/directions?to=47.211,-1.56"' in shown
    assert "data-geo=" in shown
    for hidden in ("anne", "gisele"):
        page = site.get(f"/offre/{hidden}").text
        assert "openstreetmap.org" not in page
        assert "geo:" not in page
