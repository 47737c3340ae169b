"""What surrounds every answer: ASGI functions around the application, from the outside in as app.py applies them.

Functions, as each costs a few microseconds: all of them with the measure take 0.01 ms of a request, one middleware of
the framework's `@app.middleware` kind takes 0.15.
"""

import re
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response
from starlette.routing import Match, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api import problems
from search_api.http import costs, limits
from search_api.http.limits import Counted, Limiter
from search_api.http.responses import GZIPPED

API = "/api/"
READABLE = (API, "/openapi.json")

GZIP_FROM_BYTES = 1_000
GZIP_LEVEL = 5
"""7 % larger than at the library's 9, in less than half of the time."""

PMTILES = "application/vnd.pmtiles"
"""Large, and compressed in all of its parts."""

ASKED_BY_HEAD = "ribambelle.head"
"""Of a request's scope, where its answer is sent without its body."""

READ_BY_ANY_SITE = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"ETag, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After",
    ),
]
"""The API is public and knows no session. On every answer of it, as nothing in it depends on who asks: no `Vary`."""

PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class _HeadersSent(Exception):
    """Ends the making of a streamed answer of which only the headers are wanted."""


def answering_head(app: ASGIApp) -> ASGIApp:
    """The application, whose GET routes answer HEAD as well: the same headers, no body."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        async def send_headers(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
                return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            if message.get("more_body"):
                raise _HeadersSent

        asked = {**scope, "method": "GET", ASKED_BY_HEAD: True}
        try:
            await app(asked, receive, send_headers)
        except _HeadersSent:
            pass
        finally:
            if "route" in asked:  # the measure outside reads it
                scope["route"] = asked["route"]

    return serve


def compressing(app: ASGIApp) -> ASGIApp:
    """The application, whose answers are compressed for those who ask for it, under an ETag of their own."""
    as_they_are = (*DEFAULT_EXCLUDED_CONTENT_TYPES, PMTILES)
    gzip = GZipMiddleware(
        app, minimum_size=GZIP_FROM_BYTES, compresslevel=GZIP_LEVEL, exclude_content_types=as_they_are
    )

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"vary", b"Accept-Encoding")]
            await send(message)

        async def send_tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-encoding") != "gzip":
                    await send_varied(message)
                    return
                # A file's own tag is compared by the library, which knows nothing of ours.
                if scope["path"].startswith(API) and (tag := headers.get("etag")):
                    headers["etag"] = f'{tag[:-1]}{GZIPPED}"'
            await send(message)

        # A workbook is compressed already.
        if accepts_gzip(scope) and b"format=xlsx" not in scope["query_string"]:
            await gzip(scope, receive, send_tagged)
        else:
            await app(scope, receive, send_varied)

    return serve


def accepts_gzip(scope: Scope) -> bool:
    """The library's own look finds it in `gzip;q=0` too."""
    return any(
        name == b"accept-encoding" and re.search(rb"gzip(?!\s*;\s*q=0(\.0*)?\s*(,|$))", value)
        for name, value in scope["headers"]
    )


def without_last_slash(router: Router) -> ASGIApp:
    """What the router does with an address that it does not know: where only a last slash is too much, lead on.

    The framework's own way on names the host that was asked for, which is whatever the visitor says. All slashes at the
    beginning become one, as two would lead to another host.
    """
    unknown = router.default

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path = "/" + scope["path"].strip("/")
        if scope["type"] == "http" and scope["path"].endswith("/"):
            known = {**scope, "path": path}
            if any(route.matches(known)[0] is not Match.NONE for route in router.routes):
                query = scope["query_string"].decode("latin-1")
                location = quote(path) + (f"?{query}" if query else "")
                await Response(status_code=307, headers={"Location": location})(scope, receive, send)
                return
        await unknown(scope, receive, send)

    return serve


def open_to_all(app: ASGIApp, limiter: Limiter) -> ASGIApp:
    """The application, whose API (and its description) any site may read, as much as the limiter allows, and with
    requests that are not too long. Counts every request there by its cost, answers OPTIONS, and makes a fault of ours a
    problem here, so that each answer tells the client's limit."""
    limit = str(limiter.settings.rate_limit).encode()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(READABLE):
            await app(scope, receive, send)
            return
        counted = limits.count_request(limiter, scope, costs.of(scope))
        headers = [
            *READ_BY_ANY_SITE,
            (b"ratelimit-limit", limit),
            (b"ratelimit-remaining", b"%d" % counted.left),
            (b"ratelimit-reset", b"%d" % counted.reset_s),
        ]
        started = False

        async def send_all(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        if refused := refusal(scope, counted):
            await refused(scope, receive, send_all)
            return
        try:
            await app(scope, receive, send_all)
        except Exception:
            if not started:
                await problems.http_error(500)(scope, receive, send_all)
            raise  # the server logs it

    return serve


def refusal(scope: Scope, counted: Counted) -> Response | None:
    """The answer to what need not go further."""
    if not counted.allowed:
        return problems.too_many_requests(counted.reset_s)
    query = scope["query_string"]
    if len(query) > problems.MOST_QUERY_BYTES or query.count(b"&") >= problems.MOST_PARAMETERS:
        return problems.too_long()
    if scope["method"] == "OPTIONS":
        return Response(status_code=204, headers=PREFLIGHT)
    return None
