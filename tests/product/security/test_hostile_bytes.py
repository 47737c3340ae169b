"""Every route with hostile bytes in path, query, form, cookies and headers: an answer, and never a fault of ours.

Each route gets a third of the hostile values as they come round; with BYTES=long all of them, and more mixtures: ten
minutes.
"""

import json
import os
import random
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote, urlencode, urlsplit

import anyio
import pytest
from elasticsearch import Elasticsearch

from local.servers import Urls
from registry import database
from registry.accounts import Account, sessions
from settings import Settings
from tests.rooms import PROVED, Rooms
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.shared.accounts.test_access import WHO, World, address, each_route, seeded
from tests.web.site.conftest import OFFERS
from web.core import session

WEB = Path(__file__).parents[3] / "web"

HOSTILE: dict[str, bytes] = {
    "NUL": b"\0",
    "NUL in a word": b"a\0b",
    "half a letter": b"\xc3",
    "no letter": b"\xff\xfe\xfd",
    "a surrogate": b"\xed\xa0\x80",
    "accents": "é".encode(),
    "line breaks": b"a\r\nSet-Cookie: a=b\r\n\r\n<script>",
    "right to left": "\u202egnp.\u200bé\ufeff".encode(),
    "other digits": "١٢٣٤٥٦".encode(),
    "a square that is a digit": "²".encode(),
    "wide digits": "９９９".encode(),
    "a long number": b"9" * 5_000,
    "a number without end": b"1e999",
    "not a number": b"nan",
    "a small number": b"-1",
    "a number beyond 64 bits": b"99999999999999999999",
    "a first day": b"0001-01-01",
    "a last day": b"9999-12-31",
    "no day": b"2026-02-30",
    "two points": b"nan,inf",
    "points beyond the globe": b"1e308,-1e308",
    "a format": b"%s %(a)s {0} {a.b} ${x} %n",
    "quotes": b"'\"\\`;--",
    "a list": b"a,b;c|d\te",
    "marks on one letter": ("a" + "\u0301" * 500).encode(),
    "a path": b"../../../etc/passwd\\..",
    "no id": b"00000000-0000-0000-0000-000000000000",
    "an address": b"//evil.example/\\evil.example",
    "a long word": b"a" * 3_000,
    "an object": b'{"a": [[[[1]]]]}',
}

PLAUSIBLE = (
    b"",
    b"1",
    b"on",
    b"2026-12-01",
    b"44109",
    b"Nantes",
    b"08:30",
    b"47.2,-1.5",
    b"a@example.org",
    b"0639980001",
)

LONG = os.environ.get("BYTES") == "long"
MIXTURES = 40 if LONG else 4

NAMED = re.compile(r"""(?:texts?\((?:form|fields|values), |\.get\(|\bname=)["']([a-z][a-z_0-9]{1,30})["']""")


@pytest.fixture(scope="module")
def names() -> list[str]:
    """What a page's form or query may be asked for, as far as the code and the templates name it."""
    found: set[str] = set()
    for path in [*WEB.rglob("*.py"), *WEB.rglob("*.html")]:
        found |= set(NAMED.findall(path.read_text("utf-8")))
    assert len(found) > 100
    return sorted(found - {"csrf"})


CONTOURS = "/fond-de-carte"


def queries(rooms: Rooms, path: str, names: list[str], value: bytes) -> list[str]:
    """Of what refuses unknown parameters each of its own by itself; of a page all of them, in parts that are no longer
    than an address may be."""
    quoted = quote_from_bytes(value, safe="")
    described = rooms.app.openapi()["paths"].get(path)
    if described or path == CONTOURS:
        asked = described["get"].get("parameters", []) if described else []
        known = [each["name"] for each in asked if each["in"] == "query"] if described else ["bbox", "zoom"]
        return [f"{name}={quoted}" for name in known] or [""]
    fitting = max(1, 6_000 // (len(quoted) + 30))
    return ["&".join(f"{name}={quoted}" for name in names[at : at + fitting]) for at in range(0, len(names), fitting)]


@pytest.fixture(scope="module")
def prefix(servers: Urls, run_id: str) -> Iterator[str]:
    made = f"bytes-{run_id}"
    with Elasticsearch(servers.elasticsearch_url) as engine:
        loaded = [load(engine, made, "offers", OFFERS), load(engine, made, "places", documents.places())]
        yield made
        engine.indices.delete(index=loaded)


@pytest.fixture
def room_settings(servers: Urls, registry_url: str, prefix: str, room_settings: Settings) -> Settings:
    return room_settings.model_copy(update={"index_prefix": prefix})


def some(turn: int) -> list[tuple[str, bytes]]:
    """The hostile values of the route whose turn this is."""
    every = 1 if LONG else 3
    return [each for at, each in enumerate(HOSTILE.items()) if at % every == turn % every]


def asked(
    rooms: Rooms, method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes = b""
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """A request as the server hands it on: bytes, which no HTTP library has looked at. Status, headers and body."""
    raw_path, _, query = target.partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(raw_path.decode("latin-1")), "raw_path": raw_path, "query_string": query, "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    sent: list[Any] = []

    waiting = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        if first := next(waiting, None):
            return first
        await anyio.sleep_forever()

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        try:
            await rooms.app(scope, receive, send)
        except Exception as error:  # as the server does: it logs it
            sent.append({"type": "failed", "status": 599, "headers": [(b"error", repr(error).encode())]})

    rooms.portal.call(run)
    answered = next(each for each in sent if "status" in each)
    failed = next((each for each in sent if each["type"] == "failed"), answered)
    content = b"".join(each.get("body", b"") for each in sent)
    return failed["status"], failed["headers"], content


class Visitor:
    """A signed-in person's cookie and form token, or somebody's without an account."""

    def __init__(self, rooms: Rooms, account: Account | None) -> None:
        site = rooms.app.state.site
        with database.connect(rooms.settings.database_url) as conn:
            token = (
                sessions.open_session(conn, account, rooms.clock(), PROVED, "tests")
                if account is not None
                else secrets.token_urlsafe(32)
            )
        self.csrf = session.csrf_token(site, token)
        self.cookie = f"{session.cookie_name(site)}={token}".encode()

    def headers(self, *more: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        host = b"127.0.0.1:8000"
        return [(b"host", host), (b"accept", b"text/html"), (b"cookie", self.cookie), *more]


def who_may(who: list[str], world: World) -> Account | None:
    return None if who[0] in ("everyone", "token") else world.here[who[0]]


def wrong(route: str, what: str, answer: tuple[int, list[tuple[bytes, bytes]], bytes]) -> list[str]:
    status, headers, _ = answer
    if status < 500 and not any(b"\n" in value or b"\r" in value for _, value in headers):
        return []
    return [f"{route}, {what}: {status} {dict(headers).get(b'error', b'').decode()}"]


def test_no_path_or_query_or_header_is_a_fault(rooms: Rooms, names: list[str]) -> None:
    faults: list[str] = []
    for turn, (route, who, world) in enumerate(each_route(rooms)):
        method, path = route.split(" ")[0], address(route, world)
        if method != "GET" or path == "/readyz":  # which says with a 503 that no indexer runs here
            continue
        visitor = Visitor(rooms, who_may(who, world))
        parts = re.split(r"\{[^}]*\}", route.split(" ")[1])
        for name, value in some(turn):
            quoted = quote_from_bytes(value, safe="").encode()
            for query in queries(rooms, route.split(" ")[1], names, value[:1_500]):
                answer = asked(rooms, method, f"{path}?{query}".encode(), visitor.headers())
                faults += wrong(route, f"query {name}", answer)
                assert "paramètre inconnu".encode() not in answer[2], "what was sent never reached its reader"
            if len(parts) > 1:
                hostile = quoted.join(part.encode() for part in parts)
                faults += wrong(route, f"path {name}", asked(rooms, method, hostile, visitor.headers()))
        for more in hostile_headers(visitor):
            faults += wrong(route, f"header {more[-1]!r}", asked(rooms, method, path.encode(), more))
    assert not faults, "\n".join(faults)


def hostile_headers(visitor: Visitor) -> Iterator[list[tuple[bytes, bytes]]]:
    """Those that the site reads, with values that no browser sends, where a server lets them through."""
    cookie = visitor.cookie.partition(b"=")[0]
    read = (b"referer", b"origin", b"if-none-match", b"accept-language", b"user-agent", b"content-type")
    for value in (b"\xff\xfe", "é".encode(), b"a" * 4_000, b'"', b"=;=;", b"\x7f", b"%00", b"[", b"http://[", b"2026"):
        yield visitor.headers(*((name, value) for name in read))
        yield [(b"host", b"127.0.0.1:8000"), (b"accept", value), (b"cookie", cookie + b"=" + value)]
    for value in (b"", b"[::", b"a:b:c", b"\xff", b"evil.example:99999999"):
        yield [(b"host", value), (b"accept", b"text/html"), (b"cookie", visitor.cookie)]
    yield visitor.headers((b"x-forwarded-for", b"\xff, ,,,::1%0"), (b"x-forwarded-proto", b"\xff"))
    yield visitor.headers((b"range", b"bytes=9999999999999999999999-1"), (b"if-modified-since", b"\xff"))
    yield [(b"cookie", visitor.cookie)]


def test_no_form_is_a_fault(rooms: Rooms, names: list[str]) -> None:
    """Every field that any form has, all with the same hostile value; then at random, among plausible ones."""
    faults: list[str] = []
    chance = random.Random(7)
    values = list(HOSTILE.values())
    for turn, (route, who, world) in enumerate(each_route(rooms)):
        method, path = route.split(" ")[0], address(route, world)
        if method != "POST" or "token" in who:
            continue
        forms = [(name, dict.fromkeys(names, value[:1000])) for name, value in some(turn)]
        for number in range(MIXTURES):
            share = chance.choice((0.05, 0.2))
            mixed = {
                each: chance.choice(values)[:1_000] if chance.random() < share else chance.choice(PLAUSIBLE)
                for each in chance.sample(names, chance.randrange(len(names)))
            }
            forms.append((f"mixture {number}", mixed))
        for name, fields in forms:
            visitor = Visitor(rooms, who_may(who, world))  # the form before may have ended a session
            body = urlencode({**fields, "csrf": visitor.csrf}).encode()
            head = visitor.headers((b"content-type", b"application/x-www-form-urlencoded"))
            faults += wrong(route, f"form {name}", asked(rooms, method, path.encode(), head, body))
    assert not faults, "\n".join(faults)


def test_a_forms_token_that_is_none_is_refused(rooms: Rooms) -> None:
    faults: list[str] = []
    world = one_world(rooms)
    for route, who in sorted(WHO.items()):
        if not route.startswith("POST ") or "token" in who:
            continue
        for csrf in (b"", b"\0", "é".encode(), b"\xff", b"a" * 5_000, b"%ed%a0%80"):
            visitor = Visitor(rooms, who_may(who, world))
            head = visitor.headers((b"content-type", b"application/x-www-form-urlencoded"))
            status, _, _ = asked(rooms, "POST", address(route, world).encode(), head, b"csrf=" + csrf)
            if not 300 <= status < 500:
                faults.append(f"{route}, {csrf[:20]!r}: {status}")
    assert not faults, "\n".join(faults)


def one_world(rooms: Rooms) -> World:
    """For all routes: what is refused changes nothing."""
    with database.connect(rooms.settings.database_url) as conn:
        return seeded(conn)


BODIES: dict[str, tuple[bytes, bytes]] = {
    "an unknown charset": (b"application/x-www-form-urlencoded; charset=utf-99", b"csrf=a"),
    "another charset": (b"application/x-www-form-urlencoded; charset=utf-7", b"csrf=+AOk-"),
    "parts without a boundary": (b"multipart/form-data", b"--a\r\n\r\n--a--"),
    "parts that do not end": (
        b"multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="csrf"\r\n',
    ),
    "a boundary of bytes": (b'multipart/form-data; boundary="\xff\0"', b"--\xff\0\r\n\r\n"),
    "a part's own charset": (
        b"multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="csrf"\r\nContent-Type: text/plain; charset=idna\r\n\r\na\r\n'
        b"--a--\r\n",
    ),
    "many parts": (
        b"multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n' * 5_000 + b"--a--\r\n",
    ),
    "many fields": (b"application/x-www-form-urlencoded", b"a=b&" * 100_000),
    "a long name": (b"application/x-www-form-urlencoded", b"a" * 200_000),
    "a file with a name of bytes": (
        b"multipart/form-data; boundary=a",
        b'--a\r\nContent-Disposition: form-data; name="copie"; filename="\xff\0\r\nx"\r\n\r\n%PDF-\r\n--a--\r\n',
    ),
    "an object": (b"application/json", b"[" * 100_000),
    "nothing": (b"", b""),
    "a type of bytes": (b"\xff\xfe;\0", b"\xff"),
}


def test_no_body_is_a_fault(rooms: Rooms) -> None:
    faults: list[str] = []
    world = one_world(rooms)
    for route, who in sorted(WHO.items()):
        if not route.startswith("POST "):
            continue
        for name, (kind, body) in BODIES.items():
            visitor = Visitor(rooms, who_may(who, world))
            more = [(b"authorization", f"Bearer {world.token}".encode())] if "token" in who else []
            head = visitor.headers((b"content-type", kind), *more)
            status, _, content = asked(rooms, "POST", address(route, world).encode(), head, body)
            if not 300 <= status < 500:
                faults.append(f"{route}, {name}: {status}")
            elif status >= 400 and "token" not in who and not re.search(rb'<a [^>]*href="/', content):
                faults.append(f"{route}, {name}: {status}, and nothing leads on: {content[:200]!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "authorization", [b"", b"Bearer", b"Bearer \xff", b"Bearer " + b"a" * 5_000, "Bearer é".encode(), b"Basic YTpi"]
)
def test_a_programs_token_that_is_none_is_refused(rooms: Rooms, authorization: bytes) -> None:
    for route in (route for route, who in WHO.items() if "token" in who):
        headers = [(b"host", b"a"), (b"content-type", b"application/json"), (b"authorization", authorization)]
        assert asked(rooms, "POST", route.split(" ")[1].encode(), headers, b"[]")[0] == 401


def test_movements_of_a_program_that_are_none_are_refused(rooms: Rooms) -> None:
    for route, who, world in each_route(rooms):
        if "token" not in who:
            continue
        values: tuple[Any, ...] = (
            "²",
            "\ud800",
            "9" * 5_000,
            "a\0b",
            "0001-01-01",
            "9999-12-31",
            [],
            {},
            None,
            1e400,
            True,
        )
        for value in values:
            row = dict.fromkeys(("numero", "nom", "prenom", "date_naissance", "mouvement", "date_effet"), value)
            for body in ([row], {"mouvements": [row]}, [value], value):
                headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {world.token}".encode())]
                status, _, _ = asked(
                    rooms, "POST", urlsplit(route.split(" ")[1]).path.encode(), headers, json.dumps(body).encode()
                )
                assert 400 <= status < 500, (value, body)
