"""What a request to a page takes from its client's budget, in the units of search_api/costs.py, told by its address and
method alone. The API's own are told there.

Measured as there, with the page and its compression. A minute of a family at the map is about 125 units, one of
somebody at work at a relais about 45 (six pages, four forms, twenty fields that their script sends): the default budget
of 3,000 holds ten such families behind one address, or a house of sixty colleagues, and is a twelfth of what two cores
can do.

The static files are free (web/app.py): a browser asks for each once and keeps it for ever, and without them the pages
of an office behind one address would fall apart after a new version. They are sent as they are kept, compressed.
"""

import re

from starlette.types import Scope

from search_api.costs import LEAST, WAY
from search_api.geo import Box
from search_api.proxies import Headers

PROBES = ("/healthz", "/readyz")
"""The one does nothing, the other asks the engine once a second at most."""

PAGE, FORM = 2, 3
"""Any page and any form that is not named below: a session, some statements, a template of 10 to 30 KB."""

SEARCH = 8
"""A list with its map is 14 ms, the page around them 8 more."""

CONTOURS = 2
MAKING, MAKING_WIDE = 2, 30
"""What is kept is sent for 1 ms or 2. To make what is not takes 5 ms for a town, and 100 to 150 for 400 communes or the
whole country: who asks for what nobody has asked for in ten minutes pays for that too (web/search/routes.py)."""

WIDGET = 5
"""The same without the map, or a map without the list."""

MAILING = 10
"""A form that mails a code, a link or a message to somebody, or tries a code. How often that is done has limits of its
own (registry/accounts/throttle.py)."""

FILE = 100
"""What a form with a file may cause: a copy of 10 MB is drawn in a process of its own, for up to some seconds."""

FILE_BYTES = 100_000
"""A larger body has a file in it, or wants to be taken for one."""

COSTS = {
    "/": LEAST,
    "/fond-de-carte": CONTOURS,
    "/widget.js": LEAST,
    "/widget/cadre": WIDGET,
    "/alertes": 3,
    "/favoris": 3,
    "/comparer": 3,
    "/robots.txt": LEAST,
}

MAILS = ("/connexion", "/alertes", "/ecrire/", "/offre/", "/inscription/code", "/inscription/lien", "/compte/adresse")
"""Where forms begin that mail."""

SMALL = ("/champ", "/apercu", ".css", ".ics", ".jpg")
"""What a form's script asks after each field, and what is ready to be sent."""

TO_A_PLACE = re.compile(rb"(?:^|&)(?:vers=[^&]|[^=&]*%)")
"""A search along a way; a name with an escaped letter may be that one."""


def of(scope: Scope) -> int:
    """Units; 0 for a probe, which must not be refused for what others asked from the same address."""
    path: str = scope["path"]
    if path in PROBES:
        return 0
    if scope["method"] == "POST":
        return of_form(path, scope["headers"])
    if path == "/" and scope["query_string"]:
        return SEARCH + WAY if TO_A_PLACE.search(scope["query_string"]) else SEARCH
    return COSTS.get(path) or (LEAST if path.endswith(SMALL) else PAGE)


def of_making(view: Box) -> int:
    """The contours of a view that are not kept; it is wide from a degree on."""
    return MAKING_WIDE if view.east - view.west > 1 else MAKING


def of_form(path: str, headers: Headers) -> int:
    length = next((value for name, value in headers if name == b"content-length"), b"")
    # Without a length it comes in pieces, which no browser does.
    if not length.isdigit() or int(length) > FILE_BYTES:
        return FILE
    if path.endswith(SMALL):
        return LEAST
    return MAILING if path.startswith(MAILS) else FORM
