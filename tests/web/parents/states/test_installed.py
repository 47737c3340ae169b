"""What makes the site a page that can be installed: the manifest, its icons, the worker and its policy."""

import json

from tests.search_api.conftest import Client
from web.core import offline
from web.core.rendering import STATIC, static_version


def files() -> list[str]:
    return offline.files(f"/static/{static_version()}")


def test_the_manifest_names_icons_that_are_there_in_their_sizes(site: Client) -> None:
    answer = site.get("/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = answer.json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert {"any", "maskable"} == {icon["purpose"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        png = site.get(icon["src"])
        assert png.status_code == 200
        width, height = (int.from_bytes(png.content[at : at + 4], "big") for at in (16, 20))
        assert f"{width}x{height}" == icon["sizes"]


def test_the_worker_stands_above_all_pages_under_a_policy_that_lets_it_ask_us_alone(site: Client) -> None:
    answer = site.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    told = json.loads(answer.text.partition("const SITE = ")[2].partition(";\n")[0])
    assert told == {"version": static_version(), "files": files(), "page": offline.PAGE}
    assert answer.text.endswith((STATIC / "core" / "worker.js").read_text("utf-8"))
    for address in [*files(), offline.PAGE]:
        assert site.get(address).status_code == 200, address
    policy = site.get("/").headers["content-security-policy"]
    assert "manifest-src 'self'" in policy
    assert "worker-src 'self'" in policy


def test_no_page_that_is_kept_is_somebodys(site: Client) -> None:
    for address in (offline.PAGE, "/favoris?offre=anne"):
        assert "set-cookie" not in site.get(address).headers
