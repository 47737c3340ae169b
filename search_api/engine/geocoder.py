"""Street addresses from a geocoder that speaks the Base Adresse Nationale's API; optional, and never in the way.

The answer's format: https://geoservices.ign.fr/documentation/services/services-geoplateforme/geocodage. What is typed
goes to the geocoder that the operator chose, and into no log: of errors the kind alone is told, as their text holds it.
"""

import asyncio
import logging
import re
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec

from domain.spelling import plain
from search_api.engine.expiring import Expiring
from settings import Settings

LOG = logging.getLogger("ribambelle.geocoder")

ASKED = 5
PLAUSIBLE = 0.4
"""Of the geocoder's own score, from 0 to 1: what is below shares a word or two with what was typed."""

PRECISIONS = {"housenumber": "address", "street": "street", "locality": "street"}
"""Its communes are left out: they are ours to suggest. A lieu-dit stands for its street."""

KINDS = {"housenumber": "Adresse", "street": "Rue ou place", "locality": "Lieu-dit"}
STATIONS = re.compile("gare|station|arret|metro|tramway")

PLACES = re.compile(r"gare|station|arret|aerogare|metro|tramway|lieu-dit|hameau|quartier")
"""Of the categories of its points of interest (« gare voyageurs uniquement », « lieu-dit habité »), those of places
where one may look from; not its communes, nor shops."""

LARGEST_ANSWER = 64 * 1024
"""Bytes, unpacked; five addresses take 3 KB."""

FAILURES_IN_A_ROW, REST_S = 3, 30
REMEMBERED_S, REMEMBERED = 300, 2_000

SHORTEST = 5
STREET_WORDS = re.compile(
    r"(?<![\w-])(?:rue|avenue|av|boulevard|bd|bld|allees?|chemin|che|impasse|imp|place|pl|quai|route|rte|square|sq|cours"
    r"|passage|sentier|esplanade|faubourg|fbg|promenade|rond-point|residence|lotissement|lieu-dit|hameau|venelle|mail"
    r"|gare|station|arret|metro|tram|tramway)"
    r"(?![\w-])"
)
POINT_WORDS = re.compile(r"(?<![\w-])(?:gare|station|arret|metro|tram|tramway|lieu-dit|hameau|quartier)(?![\w-])")
"""What is no address: the geocoder of the Géoplateforme has such places in an index of its own (`poi`)."""
NUMBERED = re.compile(r"(?<!\w)\d{1,4} ?(?:bis|ter|quater|[a-d])?[ ,]+[a-z][a-z']+")
"""« 12 rue », « 3 bis, quai »; neither « paris 18 » nor « 44000 nantes »."""


@dataclass
class Geocoder:
    """`resting_until` is a moment of time.monotonic() before which it is left alone."""

    url: str
    timeout_s: float
    session: aiohttp.ClientSession | None = None
    failures: int = 0
    resting_until: float = 0
    known: Expiring[list[dict[str, Any]]] = field(default_factory=lambda: Expiring(REMEMBERED_S, REMEMBERED))


class Properties(msgspec.Struct):
    """Of an address; or of a point of interest, which has a `toponym`, categories and lists of communes."""

    score: float
    id: str = ""
    label: str = ""
    type: str = ""
    toponym: str = ""
    category: list[str] = []
    postcode: str | list[str] = ""
    city: str | list[str] = ""


class Geometry(msgspec.Struct):
    coordinates: tuple[float, float]


class Feature(msgspec.Struct):
    properties: Properties
    geometry: Geometry


class Answer(msgspec.Struct):
    features: list[Feature]


class Refused(Exception):
    """The geocoder's answer is none that can be used."""


def connect(settings: Settings) -> Geocoder | None:
    """None where no geocoder is set. Opens no connection yet; the caller calls `close`."""
    return Geocoder(settings.geocoder_url, settings.geocoder_timeout_s) if settings.geocoder_url else None


async def close(geocoder: Geocoder | None) -> None:
    if geocoder is not None and geocoder.session is not None:
        await geocoder.session.close()


async def addresses(geocoder: Geocoder | None, q: str) -> list[dict[str, Any]] | None:
    """Suggestions of addresses, stations and lieux-dits, best first; None where the geocoder did not answer, whatever
    went wrong. None is suggested without a geocoder, nor for a text too short to be one.

    Takes `timeout_s` at most. After three failures in a row the geocoder is left alone for half a minute.
    """
    if geocoder is None or len(plain(q).strip()) < SHORTEST:
        return []
    typed = " ".join(q.split())
    key = plain(typed)
    known = geocoder.known.get(key)
    if known is not None:
        return known
    if time.monotonic() < geocoder.resting_until:
        return None
    try:
        async with asyncio.timeout(geocoder.timeout_s):
            answer = await ask(geocoder, typed)
        found = [suggested(feature) for feature in answer.features if plausible(feature)]
    except (aiohttp.ClientError, msgspec.MsgspecError, OSError, Refused, TimeoutError, ValueError) as error:
        failed(geocoder, type(error).__name__)
        return None
    geocoder.failures = 0
    geocoder.known.put(key, found)
    return found


def failed(geocoder: Geocoder, why: str) -> None:
    geocoder.failures += 1
    if geocoder.failures >= FAILURES_IN_A_ROW:
        geocoder.resting_until = time.monotonic() + REST_S
        LOG.warning("%d failures in a row, the last %s: left alone for %d s", geocoder.failures, why, REST_S)


def looks_like_an_address(q: str) -> bool:
    """Whether it is worth asking at once: a house number before a word, or a word for a street or a station; and not
    too short."""
    folded = plain(q)
    if len(folded.strip()) < SHORTEST:
        return False
    return bool(NUMBERED.search(folded) or STREET_WORDS.search(folded))


async def ask(geocoder: Geocoder, q: str) -> Answer:
    if geocoder.session is None:  # opened here: it belongs to the running loop
        geocoder.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    asked = {"q": q, "limit": str(ASKED), "autocomplete": "1"}
    if POINT_WORDS.search(plain(q)) or not looks_like_an_address(q):
        asked["index"] = "address,poi"
    # Redirects are not followed: the operator chose one address, not wherever it may send us.
    async with geocoder.session.get(geocoder.url, params=asked, allow_redirects=False) as response:
        if response.status == 400:  # it takes no such text, which says nothing of its health
            return Answer([])
        if response.status != 200:
            raise Refused
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise Refused
    return msgspec.json.decode(body, type=Answer)


def plausible(feature: Feature) -> bool:
    lon, lat = feature.geometry.coordinates
    found = feature.properties
    known = found.type in PRECISIONS or bool(found.toponym and PLACES.search(plain(" ".join(found.category))))
    return known and found.score >= PLAUSIBLE and -90 <= lat <= 90 and -180 <= lon <= 180


def suggested(feature: Feature) -> dict[str, Any]:
    lon, lat = feature.geometry.coordinates
    found = feature.properties
    where = f"{one_of(found.postcode)} {one_of(found.city)}".strip()
    label = found.label or f"{found.toponym} {where}"
    return {
        "type": "address",
        "id": f"address:{found.id or plain(label)}",
        "code": None,
        "label": label,
        "detail": kind_of(found),
        "position": {"lat": lat, "lon": lon},
        "precision": PRECISIONS.get(found.type, "address"),
        "communes": None,
        "fictitious": False,
    }


def kind_of(found: Properties) -> str:
    """What tells it from its namesakes beside its label, which ends with its town."""
    if found.type in KINDS:
        return KINDS[found.type]
    return "Gare ou station" if STATIONS.search(plain(" ".join(found.category))) else "Lieu-dit ou quartier"


def one_of(value: str | list[str]) -> str:
    return value if isinstance(value, str) else next(iter(value), "")
