"""What a request to a page takes from its client's budget, in the units of search_api/http/costs.py, by its address and
method, and of a form by its type and length. The API's own stand there.

Measured as there, with the page and its compression. A minute of a family at the map is about 125 units, one of
somebody at work at a relais about 45 (six pages, four forms, twenty fields that their script sends): the default budget
of 3,000 holds twenty such families behind one address, or a house of sixty colleagues, and is a twelfth of what two
cores can do.

The static files are free (web/app.py): a browser asks for each once and keeps it for ever, and without them the pages
of an office behind one address would fall apart after a new version. They are sent as they are kept, compressed.
"""

import math
import re
from typing import NamedTuple

from starlette.types import Scope

from search_api import contours
from search_api.geo import Box
from search_api.http import costs
from search_api.http.costs import BY_HOURS, LEAST, NEARLY, PAIRS, PREFIX, USUAL, WAY
from search_api.http.proxies import Headers
from search_api.parameters import MAX_PLACES

PROBES = ("/healthz", "/readyz")
"""The one does nothing, the other asks the engine once a second at most."""

PAGE, FORM = 2, 3
"""Any page and any form that is not named below: a session, some statements, a template of 10 to 30 KB."""

SEARCH = 5
"""A list is 7 ms, the page around it 8 more: what a map shows its script asks the API for. A widget's list or map takes
as much."""

NEED = NEARLY + PAIRS
"""What a need adds: where few offers cover it, the page also counts what a little less would find and tries two
together."""

BESIDE_A_LIST = tuple(f"{PREFIX}/{name}" for name in ("pairs", "offers", "nearly"))
"""What a search with a need asks; a relais's does not ask for pairs."""

WAYS, WAYS_OF_NEED = 1, 5
"""How many times a search puts its way: for its list; with a need also for who comes nearest, for what a little less
would find (twice), for pairs, and for why nobody fits."""

CONTOURS = 2
"""What is kept is sent for 1 ms or 2. Who asks for what nobody has asked for in ten minutes pays for its making too,
and everybody for much that is sent (web/core/base_map.py)."""


class Making(NamedTuple):
    """What it takes to make contours that are not kept: `least`, and so much for each square degree of the view and the
    `edge` around it, in degrees, from which contours reach into it; `most` for all that a map takes."""

    least: int
    by_square_degree: float
    edge: float
    most: int


MAKINGS = {"commune": Making(2, 35, 0.06, 32), "department": Making(2, 0.4, 1, 44)}
"""By what is drawn. Measured, the engine's time and the site's together: 7 ms for a town, 45 to 90 for 400 communes, 33
for 19 departments, 125 for all. At sea it costs as much, and less was done."""

SENT_FOR_A_UNIT = 100_000
"""Bytes. The whole country's departments are 460 kB, or 1.2 MB for who takes no gzip, to which that adds 3 ms."""

MAILING = 10
"""A form that mails a code, a link or a message to somebody, or tries a code. How often that is done has limits of its
own (registry/accounts/throttle.py)."""

FILE = 100
"""What a form with a file may cause, however small it is: it is read in a process of its own, for up to ten seconds."""

LARGE_BYTES = 100_000
"""No form without a file is as large."""

COSTS = {
    "/": LEAST,
    "/fond-de-carte": CONTOURS,
    "/fond-de-carte/tuiles.pmtiles": LEAST,  # and its length (web/core/vector_tiles.py)
    "/widget.js": LEAST,
    "/widget/cadre": SEARCH,
    "/alertes": 3,
    "/favoris": 3,
    "/comparer": 3,
    "/robots.txt": LEAST,
    "/sw.js": LEAST,
    "/manifest.webmanifest": LEAST,
}

MAILS = (
    "/connexion",
    "/inscription",
    "/compte/",
    "/comptes/",
    "/espace/adresse",
    "/espace/agrement",
    "/espace/profil",
    "/espace/partir",
    "/partir/",
    "/alertes",
    "/ecrire/",
    "/offre/",
    "/moderation/",
    "/signalements/",
    "/demenagements/",
    "/mouvements/",
    "/departement/api/",
    "/rpe/inscription",
    "/espace/messages/",
    "/adresses-perdues/",
)
"""Where forms begin that mail, be it now and then; some with such a beginning never do."""

NUMBER = "/nombre"
"""How many results the form that is being filled in would have: a count, without a list, a map or a page."""

COUNT = 2

DESK = "/rpe"
"""A relais's list, which with a query may be the parents' search: without pairs, with what the registry adds."""

SMALL = ("/champ", "/apercu", ".css", ".ics", ".jpg")
"""What a form's script asks after each field, and what is ready to be sent."""

WITH_DAYS = re.compile(rb"(?:^|&)(?:jour[23]?=[^&]|[^=&]*%)")
"""A search with a need, as above."""

BIRTHS = re.compile(rb"(?:^|&)naissance=[^&]")

SEATS = re.compile(rb"(?:^|&)places[23]?=(?:([1-6])(?:&|$)|[^&])")
"""Or written in a way that does not tell, as the next."""

ESCAPED_NAME = re.compile(rb"(?:^|&)[^=&%]*%[^=&]*=")

TO_A_PLACE = re.compile(rb"(?:^|&)(?:vers=[^&]|[^=&]*%)")
"""A search along a way; a name with an escaped letter may be that one."""


def of(scope: Scope) -> int:
    """Units; 0 for a probe, which must not be refused for what others asked from the same address."""
    path: str = scope["path"]
    if path in PROBES:
        return 0
    if scope["method"] == "POST":
        return of_form(path, scope["headers"])
    if path == DESK and scope["query_string"]:
        query = scope["query_string"]
        return SEARCH + NEARLY * bool(WITH_DAYS.search(query)) + of_hours(query, *BESIDE_A_LIST[1:])
    if path == NUMBER:
        query = scope["query_string"]
        return COUNT + WAY * bool(TO_A_PLACE.search(query)) + of_hours(query, BESIDE_A_LIST[1])
    if path == "/" and scope["query_string"]:
        return of_search(scope["query_string"])
    return COSTS.get(path) or (LEAST if path.endswith(SMALL) else PAGE)


def of_search(query: bytes) -> int:
    """A way is counted as one of up to 10 km: `of_way` says what a longer one takes."""
    needs = bool(WITH_DAYS.search(query))
    way = WAY * ways(needs) * bool(TO_A_PLACE.search(query))
    return SEARCH + NEED * needs + of_hours(query, *BESIDE_A_LIST) + way


def of_hours(query: bytes, *asked: str) -> int:
    """What a need that is larger than usual adds to what is asked of the API with it."""
    return math.ceil(sum(BY_HOURS[path] for path in asked) * max(0, hours(query) - USUAL))


def hours(query: bytes) -> int:
    """As the API counts a need's: the days of all slots, times the children who may be there at once."""
    days = len(WITH_DAYS.findall(query))
    if ESCAPED_NAME.search(query):
        return days * MAX_PLACES
    seats = sum(int(told) if told else MAX_PLACES for told in SEATS.findall(query))
    return days * min(MAX_PLACES, max(1, seats, len(BIRTHS.findall(query))))


def of_way(km: float, *, needs: bool) -> int:
    """What a search takes beside what was counted for its address, along a way of so many kilometres; 0 for a short
    one."""
    return (costs.of_way(km) - WAY) * ways(needs)


def ways(needs: bool) -> int:
    return WAYS + WAYS_OF_NEED * needs


def of_making(bbox: Box, zoom: int) -> int:
    """The contours of a view that are not kept: of what is made, which the grid may have widened a lot."""
    view = contours.widened(bbox, zoom)

    def cost(making: Making) -> int:
        area = (view.east - view.west + making.edge) * (view.north - view.south + making.edge)
        return min(making.most, making.least + math.ceil(making.by_square_degree * area))

    return sum(cost(MAKINGS[each]) for each in contours.types_at(zoom))


def of_sending(length: int) -> int:
    """What an answer of so many bytes takes beside what was counted for its address."""
    return length // SENT_FOR_A_UNIT


def of_form(path: str, headers: Headers) -> int:
    sent = dict(headers)
    length = sent.get(b"content-length", b"")
    # Without a length it comes in pieces, which no browser does.
    if not length.isdigit() or int(length) > LARGE_BYTES:
        return FILE
    if path.endswith(SMALL):
        return LEAST
    if sent.get(b"content-type", b"").lower().startswith(b"multipart/"):
        return FILE
    return MAILING if path.startswith(MAILS) else FORM
