"""The place in a list where the next page starts: signed, so that nothing else can be sent to the engine.

A cursor holds the hash of the request, its day, and the sort values of the last offer, which end with its id.
There is no point in time behind it: an offer withdrawn between two pages is gone at once, and a rebuild of
the index changes nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import orjson
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from search_api.problems import ParameterError
from search_api.request.offer_query import OfferQuery
from settings.keys import Keys

LIFE = timedelta(days=1)
"""A cursor serves until the end of the day after its first page: a list left open overnight goes on, while
"fresh" and "free" are not told of a day long past."""

PRESENTATION = ("limit", "facets")
"""What may change from one page to the next, as it changes neither the set nor its order."""

SORT_VERSION = 2
"""Raised when what a list is sorted by changes: older cursors are then refused, as of another search."""

ALLOWED = "la valeur next de la réponse précédente, avec les mêmes paramètres"


@dataclass(frozen=True)
class Cursor:
    text: str
    request: str
    day: date
    after: tuple[Any, ...]


def write(keys: Keys, query: OfferQuery, after: list[Any]) -> str:
    """The cursor of the page after the hit with these sort values."""
    payload = orjson.dumps([fingerprint(query), query.today, after])
    return _signer(keys).sign(base64_encode(payload)).decode()


def read(keys: Keys, text: str, today: date) -> Cursor:
    """Raises ParameterError for a cursor that is not ours or has expired."""
    try:
        payload = base64_decode(_signer(keys).unsign(text))
    except BadData:
        raise ParameterError("cursor", text, ALLOWED, "ce curseur n’est pas valable") from None
    request, day, after = orjson.loads(payload)
    cursor = Cursor(text, request, date.fromisoformat(day), tuple(after))
    if not cursor.day <= today <= cursor.day + LIFE:
        raise ParameterError("cursor", text, ALLOWED, "ce curseur a expiré\u202f; reprenez à la première page")
    return cursor


def refuse_foreign(cursor: Cursor, query: OfferQuery) -> None:
    """ParameterError where the cursor is that of another request."""
    if cursor.request != fingerprint(query):
        raise ParameterError("cursor", cursor.text, ALLOWED, "ce curseur est celui d’une autre recherche")


def fingerprint(query: OfferQuery) -> str:
    understood = {name: value for name, value in query.echo.items() if name not in PRESENTATION}
    # Of a scope not the ids: who comes or goes between two pages is no other search.
    scope = [query.scope.communes] if query.scope is not None else []
    content = orjson.dumps([SORT_VERSION, query.today, understood, *scope], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:32]


@lru_cache
def _signer(keys: Keys) -> Signer:
    # Not the library's serializers: their JSON and zlib take five times as long as the signature.
    return Signer(list(reversed(keys.derived("cursor"))), salt="search_api.cursors", digest_method=hashlib.sha256)
