"""Her profile as a parent sees it, published or not: the document that would be indexed."""

from datetime import date
from typing import Any

import orjson

from registry.agrements import previews
from registry.database import Connection
from search_api import offers


def fiche(conn: Connection, offer: str, today: date) -> dict[str, Any] | None:
    """As `search_api.offers.fiche` gives it. None while she has no place on the map."""
    return offers.preview(orjson.loads(previews.document(conn, offer)), today)
