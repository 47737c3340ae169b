"""The headers that tell a browser what it may do with an answer: one table, by the kind of answer.

They stand on every answer, also on those that never reach the application (server/refusals.py). An answer that says
otherwise itself is left as it is: the widget's frame names whom it may be shown by.

Not there, and why:
- `includeSubDomains` and `preload` of HSTS: the site may stand at a town hall's own name, whose other names are not
  ours to close to http.
- Cross-Origin-Embedder-Policy: the tiles of the map come from a host that need not send what it asks for.
- Origin-Agent-Cluster: browsers do by default what it asks for, and no page of ours sets `document.domain`.
- `web-share` in Permissions-Policy: our own pages have it by default, and the browsers without it complain of the word.
"""

from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings import Settings

Kind = Literal["page", "api", "frame", "file"]
"""`page`: what is read on our own site, downloads and probes included. `api`: what any site's program may read.
`frame`: the widget's page within a town hall's. `file`: a style, a script or a picture, the widget's included."""

Line = tuple[bytes, bytes]

STARTS: tuple[tuple[str, Kind], ...] = (
    ("/api/", "api"),
    ("/openapi.json", "api"),
    ("/widget/cadre", "frame"),
    ("/widget/couleur/", "file"),
    ("/widget.js", "file"),
    ("/static/", "file"),
)
"""How an address of each kind begins; any other is a page's, errors and redirects as well."""

HSTS = "max-age=31536000"
"""A year."""

OF_OUR_PAGES = ("geolocation", "publickey-credentials-get", "publickey-credentials-create", "clipboard-write")
"""« Autour de moi », passkeys, and links that are copied."""

OF_NOBODY = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "compute-pressure"),
    *("cross-origin-isolated", "display-capture", "encrypted-media", "fullscreen", "gamepad", "gyroscope", "hid"),
    *("identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts", "magnetometer", "microphone"),
    *("midi", "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access"),
    *("sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
)
"""Features of https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md that Chromium knows as well: of
a word that it does not know a browser complains on each page."""


def table(settings: Settings) -> dict[Kind, dict[str, str]]:
    """The headers of each kind.

    Referrer-Policy keeps a family's search, which stands in the address, from the sites that a fiche links to.
    Cross-Origin-Resource-Policy: other sites may read what is public anyway. So may the frame itself, which is nobody's
    page where a town hall puts it into a sandbox; therefore all files.
    Permissions-Policy is for what runs: of a file opened by itself nothing does (`default-src 'none'`), and its 660
    bytes on each of twenty files were an eighth of the first visit's weight.
    X-Frame-Options repeats `frame-ancestors` for old browsers, but cannot name the sites that may show the frame.
    What does not say that it may be kept is kept by no cache.
    """
    every = {
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if settings.site_url.startswith("https://"):
        every["Strict-Transport-Security"] = HSTS
    framed_by_none = {"X-Frame-Options": "DENY"}
    to_all = {"Cross-Origin-Resource-Policy": "cross-origin"}
    of_none = {"Permissions-Policy": features()}
    bare = {"Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"}
    ours = {"Content-Security-Policy": content_policy(settings)}
    return {
        "page": {
            **every,
            **framed_by_none,
            **ours,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": features(OF_OUR_PAGES),
        },
        "api": {**every, **framed_by_none, **bare, **to_all, **of_none},
        "frame": {**every, **ours, **to_all, **of_none},
        "file": {**every, **framed_by_none, **bare, **to_all},
    }


def content_policy(settings: Settings, frame_ancestors: Sequence[str] = ("'none'",), *, frames: bool = False) -> str:
    """The Content-Security-Policy of a page: only our own files run, and the tiles' host is the only other one that is
    asked for anything. `frame_ancestors`: whom it may be shown by. `frames`: it shows pages of ours itself."""
    tiles = urlsplit(settings.tile_url.replace("{s}", "*"))
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: {tiles.scheme}://{tiles.netloc}" if tiles.netloc else "'self' data:",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": " ".join(frame_ancestors),
        **({"frame-src": "'self'"} if frames else {}),
    }
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def features(own: Sequence[str] = ()) -> str:
    """The Permissions-Policy that leaves these features to a page of ours, and the others of both lists to nobody."""
    others = [name for name in (*OF_OUR_PAGES, *OF_NOBODY) if name not in own]
    return ", ".join([*(f"{name}=(self)" for name in own), *(f"{name}=()" for name in sorted(others))])


def kind(path: str) -> Kind:
    return next((found for start, found in STARTS if path.startswith(start)), "page")


def by_path(settings: Settings) -> Callable[[str], list[Line]]:
    """The table as lines of an answer, for the path of a request."""
    lines = {
        found: [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        for found, headers in table(settings).items()
    }
    return lambda path: lines[kind(path)]


def with_headers(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application, whose answers have the headers of their kind too, where they do not say otherwise."""
    lines_of = by_path(settings)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        added = lines_of(scope["path"])

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in added if each[0] not in present)]
            await send(message)

        await app(scope, receive, send_with)

    return serve
