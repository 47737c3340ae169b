"""What a browser may do with an answer stands on every answer, as web/core/headers.py has it; and no answer believes
the name that it was asked under. Over the real server, for every route of tests/web/shared/accounts/access.toml."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

import httpx
import pytest
from elasticsearch import Elasticsearch
from starlette.requests import Request

from local.servers import Urls
from registry import database
from registry.accounts import sessions
from settings import Settings
from tests.product.security.serving import Port, connect, in_thread, rest
from tests.rooms import DOCUMENT_KEY, NOW, PROVED
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.shared.accounts.test_access import WHO, World, address, seeded
from tests.web.site.conftest import OFFERS, with_square
from web.app import close, create_app
from web.core import error_pages, headers, session
from web.core.rendering import static_version

EVIL = "evil.example"
ELSEWHERE = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "gopher", "Forwarded": f"host={EVIL}"}
READER = {"Accept": "text/html"}
OF_ITS_OWN = {"/widget": "content-security-policy", "/widget/cadre": "content-security-policy"}
"""Where an answer says otherwise than the table, beside Cache-Control."""


@dataclass(frozen=True)
class Serving:
    """The site on a port of this machine, and a browser without cookies."""

    app: Any
    settings: Settings
    port: Port
    http: httpx.Client


class Answer(NamedTuple):
    route: str
    role: str
    answer: httpx.Response


@pytest.fixture(scope="session")
def indexed(servers: Urls, run_id: str) -> Iterator[str]:
    prefix = f"headers-{run_id}"
    with Elasticsearch(servers.elasticsearch_url) as engine:
        places = [with_square(place) for place in documents.places()]
        names = [load(engine, prefix, "offers", OFFERS), load(engine, prefix, "places", places)]
        yield prefix
        engine.indices.delete(index=names)


def _local(port: Port) -> str:
    return f"http://127.0.0.1:{port}"


@contextmanager
def serving(settings: Settings, change: Callable[[Any], None] = lambda app: None) -> Iterator[Serving]:
    app = create_app(settings, now=lambda: NOW, today=lambda: documents.TODAY)
    change(app)
    once = httpx.Limits(max_keepalive_connections=0)  # after a fault the server ends the connection
    with in_thread(app, settings) as port, httpx.Client(base_url=_local(port), timeout=20, limits=once) as http:
        yield Serving(app, settings, port, http)
    close(app.state.site)


@pytest.fixture
def site(servers: Urls, registry_url: str, indexed: str) -> Iterator[Serving]:
    settings = Settings(
        database_url=registry_url,
        elasticsearch_url=servers.elasticsearch_url,
        redis_url="",
        index_prefix=indexed,
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
        document_keys=DOCUMENT_KEY,
        rate_limit=1_000_000,
        site_url="https://ribambelle.example",
    )
    with serving(settings) as served:
        yield served


@pytest.fixture
def broken() -> Iterator[Serving]:
    """No engine, no registry, a budget of less than an export, and two routes that fail."""
    settings = Settings(
        database_url="",
        elasticsearch_url="http://127.0.0.1:9",
        redis_url="",
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
        rate_limit=60,
        rate_window_s=86_400,
    )

    def fail() -> None:
        raise ZeroDivisionError("as the test wants it")

    def with_faults(app: Any) -> None:
        app.state.limiter.clock = NOW.timestamp  # so that the window does not turn
        app.get("/panne")(fail)
        app.get("/api/v1/panne")(fail)

    with serving(settings, with_faults) as served:
        yield served


def each_answer(site: Serving) -> Iterator[Answer]:
    """Every route to a stranger, and to one of those who may open it."""
    with database.connect(site.settings.database_url) as conn:
        world = seeded(conn)  # one for all: reading comes first, and what a form ends changes no promise of this file
        conn.commit()
        for route, who in sorted(WHO.items()):
            yield Answer(route, "nobody", ask(site, route, world, None))
            if who[0] in world.here:
                token = sessions.open_session(conn, world.here[who[0]], NOW, PROVED)
                conn.commit()
                yield Answer(route, who[0], ask(site, route, world, token))


def ask(site: Serving, route: str, world: World, token: str | None) -> httpx.Response:
    found = site.app.state.site
    path = address(route, world)
    path = re.sub("(?<=/offre/)[^/]+", "anne", path) if route.startswith("GET ") else path
    cookie = {"Cookie": f"{session.cookie_name(found)}={token or 'x'}"}
    if route.startswith("GET "):
        return site.http.get(path, headers={**READER, **ELSEWHERE, **cookie})
    form = {"csrf": session.csrf_token(found, token or "x"), "mail": "quelquun@example.org", "message": "Bonjour"}
    return site.http.post(path, data=form, headers={**READER, **ELSEWHERE, **cookie})


def wrong_headers(site: Serving, answer: httpx.Response) -> list[str]:
    """What an answer has otherwise than the table."""
    path = unquote(answer.request.url.path)
    wanted = {name.lower(): value for name, value in headers.table(site.settings)[headers.kind(path)].items()}
    found = answer.headers
    own = {"cache-control", OF_ITS_OWN.get(path, "")}
    wrong = [name for name, value in wanted.items() if name not in own and found.get(name) != value]
    wrong += [name for name in own if name and name not in found]
    wrong += [f"{name} twice" for name in wanted if len(found.get_list(name)) > 1]
    return wrong + [name for name in ("server", "x-powered-by") if name in found]


def test_every_answer_has_the_headers_of_its_kind_and_believes_nothing_of_the_name_it_was_asked_under(
    site: Serving,
) -> None:
    wrong, kept, believed, led = [], [], [], []
    for route, role, answer in each_answer(site):
        told = (route, role, answer.status_code)
        if found := wrong_headers(site, answer):
            wrong.append((*told, found))
        if role != "nobody" and "everyone" not in WHO[route] and "no-store" not in answer.headers["cache-control"]:
            kept.append((*told, answer.headers["cache-control"]))
        if EVIL in answer.text or EVIL in str(answer.headers):
            believed.append(told)
        if not re.match(r"/(?![/\\])", answer.headers.get("location", "/")):
            led.append((*told, answer.headers["location"]))
    assert wrong == []
    assert kept == [], "a cache may keep what stands behind a sign-in"
    assert believed == []
    assert led == []
    with database.connect(site.settings.database_url) as conn:
        mails = conn.execute("select to_jsonb(mail_outbox)::text from mail_outbox").fetchall()
    assert len(mails) > 3
    assert not [mail for (mail,) in mails if EVIL in mail]


def test_special_answers_have_them_too(site: Serving) -> None:
    http, static = site.http, f"/static/{static_version()}"
    tag = {"If-None-Match": http.get("/widget.js").headers["etag"]}
    offers = {"If-None-Match": http.get("/api/v1/offers").headers["etag"]}
    file = {"If-None-Match": http.get(f"{static}/core/style.css").headers["etag"]}
    answers = {
        "page": (http.get("/", headers=READER), 200),
        "head": (http.head("/"), 200),
        "no page": (http.get("/rien", headers=READER), 404),
        "method of a page": (http.put("/"), 405),
        "slash": (http.get("/aide/", headers=READER), 307),
        "calendar": (http.get("/offre/anne/rappel.ics"), 200),
        "preflight": (http.options("/api/v1/offers", headers={"Origin": f"https://{EVIL}"}), 204),
        "method of the API": (http.post("/api/v1/offers"), 405),
        "parameter": (http.get("/api/v1/offers?inconnu=1"), 422),
        "too long": (http.get("/api/v1/offers?q=" + "x" * 8_001), 414),
        "no offer": (http.get("/api/v1/offers/personne"), 404),
        "export": (http.get("/api/v1/exports/structures"), 200),
        "unchanged": (http.get("/api/v1/offers", headers=offers), 304),
        "file": (http.get(f"{static}/core/style.css"), 200),
        "file of the widget": (http.get(f"{static}/widget/frame.css"), 200),
        "unchanged file": (http.get(f"{static}/core/style.css", headers=file), 304),
        "no file": (http.get(f"{static}/rien.css"), 404),
        "method of a file": (http.post(f"{static}/core/style.css"), 405),
        "script": (http.get("/widget.js"), 200),
        "unchanged script": (http.get("/widget.js", headers=tag), 304),
        "frame": (http.get("/widget/cadre?commune=44109"), 200),
        "frame of no key": (http.get("/widget/cadre?commune=44109&cle=0123456789ab"), 403),
        "compressed": (http.get("/", headers={**READER, "Accept-Encoding": "gzip"}), 200),
    }
    assert {name: answer.status_code for name, (answer, _) in answers.items()} == {
        name: status for name, (_, status) in answers.items()
    }
    assert {name: found for name, (answer, _) in answers.items() if (found := wrong_headers(site, answer))} == {}


def test_faults_and_limits_have_them_too(broken: Serving) -> None:
    http = broken.http
    answers = {
        "fault of a page": (http.get("/panne", headers=READER), 500),
        "fault of a program's page": (http.get("/panne"), 500),
        "fault of the API": (http.get("/api/v1/panne"), 500),
        "no search": (http.get("/?ou=Nantes", headers=READER), 503),
        "not ready": (http.get("/readyz"), 503),
        "no accounts": (http.get("/compte", headers=READER), 404),
        "no widget": (http.get("/widget/cadre"), 404),
        "too many": (http.get("/api/v1/exports/structures"), 429),
    }
    assert {name: answer.status_code for name, (answer, _) in answers.items()} == {
        name: status for name, (_, status) in answers.items()
    }
    assert {name: found for name, (answer, _) in answers.items() if (found := wrong_headers(broken, answer))} == {}
    assert not [name for name, (answer, _) in answers.items() if "strict-transport-security" in answer.headers]


@pytest.mark.parametrize(
    ("path", "request_bytes", "status"),
    [
        ("/", b"GET / HTTP/1.1\r\nHost: a\r\nA: %s\r\n\r\n" % (b"x" * 33_000), 431),
        ("/api/v1/offers", b"GET /api/v1/offers?q=%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * 9_000), 414),
        ("/connexion", b"POST /connexion HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
        ("/widget/cadre", b"GET /widget/cadre HTTP/1.1\r\nA\x01: b\r\n\r\n", 400),
        ("", b"\x16\x03\x01", 400),
    ],
)
def test_what_the_server_refuses_itself_has_them_too(
    broken: Serving, path: str, request_bytes: bytes, status: int
) -> None:
    with connect(broken.port) as connected:
        connected.sendall(request_bytes)
        head, _, _ = rest(connected).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first.split()[1] == str(status)
    found = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
    wanted = headers.table(broken.settings)[headers.kind(path)]
    missing = {name for name, value in wanted.items() if (name.lower(), value) not in found}
    assert missing == {"Content-Security-Policy"}  # it has its own, for its one style
    assert dict(found)["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "server" not in dict(found)
    assert len(found) == len(dict(found))


def test_what_the_table_promises() -> None:
    of_https = headers.table(Settings(site_url="https://garde.example.fr", secret_key=""))
    of_http = headers.table(Settings(site_url="http://127.0.0.1:8000", secret_key=""))
    for kind, row in of_https.items():
        assert row["Strict-Transport-Security"] == "max-age=31536000"  # of this name alone
        assert "Strict-Transport-Security" not in of_http[kind]
        assert ("X-Frame-Options" in row) is (kind != "frame")
        assert ("camera=()" in row.get("Permissions-Policy", "")) is (kind != "file")
    assert {kind: row["Cross-Origin-Resource-Policy"] for kind, row in of_https.items()} == {
        "page": "same-origin",
        "api": "cross-origin",
        "frame": "cross-origin",
        "file": "cross-origin",
    }
    located = "geolocation=(self)"
    assert [kind for kind, row in of_https.items() if located in row.get("Permissions-Policy", "")] == ["page"]


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/aide/", "/aide"),
        ("/aide//?x=1", "/aide?x=1"),
        ("//aide/", "/aide"),
        ("/offre/a%20b%C3%A9/", "/offre/a%20b%C3%A9"),
        ("/offre/a%0d%0ab/", "/offre/a%0D%0Ab"),
        ("/api/v1/offers/?commune=44109", "/api/v1/offers?commune=44109"),
    ],
)
def test_a_slash_too_much_leads_on_within_the_site(broken: Serving, asked: str, location: str) -> None:
    answer = broken.http.get(
        httpx.URL("http://127.0.0.1/", port=broken.port, raw_path=asked.encode()), headers=ELSEWHERE
    )
    if asked.startswith("/api/"):
        assert answer.headers["access-control-allow-origin"] == "*"
    assert (answer.status_code, answer.headers["location"]) == (307, location)


@pytest.mark.parametrize(
    "asked", [f"//{EVIL}/", f"/%2F{EVIL}/", f"/\\{EVIL}/", f"/%5C{EVIL}/", f"/%09/{EVIL}/", "/rien/"]
)
def test_a_slash_too_much_leads_nowhere_where_there_is_nothing(broken: Serving, asked: str) -> None:
    url = httpx.URL("http://127.0.0.1/", port=broken.port, raw_path=asked.encode())
    answer = broken.http.get(url, headers={**ELSEWHERE, **READER})
    assert answer.status_code == 404
    assert "location" not in answer.headers


FOREIGN = (
    f"//{EVIL}",
    f"/\\{EVIL}",
    f"\\/{EVIL}",
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f"\t//{EVIL}",
    f"/{chr(0)}/{EVIL}",
    f"https:{EVIL}",
    f"https://{EVIL}",
    f"///{EVIL}",
    f"javascript:alert('{EVIL}')",
    f"@{EVIL}",
    f"/\u00a0/{EVIL}",
)


@pytest.mark.parametrize("way", ["/connexion", "/connexion/second", "/connexion/preuve"])
def test_a_sign_in_leads_to_no_other_site(site: Serving, way: str) -> None:
    with database.connect(site.settings.database_url) as conn:
        world = seeded(conn)
        token = sessions.open_session(conn, world.here["am"], NOW, PROVED)
    cookie = {"Cookie": f"{session.cookie_name(site.app.state.site)}={token}"}
    form = {"csrf": session.csrf_token(site.app.state.site, token)}
    for wanted in FOREIGN:
        for answer in (
            site.http.get(way, params={"suite": wanted}, headers={**READER, **cookie}),
            site.http.post(way, data={**form, "suite": wanted}, headers={**READER, **cookie}),
            site.http.get(way, params={"suite": wanted}, headers=READER),
        ):
            location = answer.headers.get("location", "/")
            assert re.match(r"/(?![/\\])[\x21-\x7e]*$", location), (wanted, location)
            if answer.status_code == 200:
                assert f'href="{wanted}' not in answer.text, wanted
                assert f'name="suite" value="{wanted}' not in answer.text, wanted


@pytest.mark.parametrize(
    "referer", ["http://[", f"https://{EVIL}/x", f"//{EVIL}", f"http://127.0.0.1//{EVIL}/", "é", "x" * 9_000]
)
def test_a_referer_leads_to_no_other_site(site: Serving, referer: str) -> None:
    """Of a form whose session is over, which leads to the sign-in and back to the page that it stood on."""
    found = site.app.state.site
    cookie = f"{session.cookie_name(found)}=x"
    sent = {**READER, "Referer": referer.encode(), "Host": "127.0.0.1", "Cookie": cookie}
    form = {"csrf": session.csrf_token(found, "x")}
    answer = site.http.post("/espace/pause", data=form, headers=sent)  # type: ignore[arg-type]
    assert answer.status_code == 303
    assert re.match(r"/connexion(\?|$)", answer.headers["location"])
    assert EVIL not in site.http.get(answer.headers["location"], headers=READER).text
    fiche = site.http.get("/offre/anne", headers=sent)  # type: ignore[arg-type]
    assert fiche.status_code == 200
    assert EVIL not in fiche.text


@pytest.mark.parametrize("path", ["//evil.example/x", "/x", "///evil.example"])
def test_a_page_that_is_asked_for_again_is_of_this_site(path: str) -> None:
    """Of two slashes at its beginning a browser makes another host: somebody else's page may lead here by them."""
    asked = Request({"type": "http", "method": "GET", "path": path, "query_string": b"a=%2Fb", "headers": []})
    assert error_pages.address(asked) == f"/{path.lstrip('/')}?a=%2Fb"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *(
            (path, "page")
            for path in ("/", "/offre/a", "/connexion", "/compte", "/api", "/apis/", "/widget", "/staticx")
        ),
        *(
            (path, "page")
            for path in ("/departement/api/v1/mouvements", "/fond-de-carte", "/healthz", "//widget/cadre")
        ),
        *((path, "api") for path in ("/api/v1/offers", "/openapi.json")),
        ("/widget/cadre", "frame"),
        *((path, "file") for path in ("/static/1/core/style.css", "/widget.js", "/widget/couleur/a.css")),
    ],
)
def test_what_kind_of_answer_an_address_has(path: str, kind: str) -> None:
    """Written out here once more: by the table alone a page that counts as a file would pass every other test."""
    assert headers.kind(path) == kind
