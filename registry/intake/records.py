"""GeoJSON and JSON as records: the features of a collection, or the objects of an array."""

import json
from typing import Any, NoReturn

from registry.intake.tables import Limits, Unreadable, check_size, encoding, old_codec

Record = tuple[dict[str, Any], Any]
"""The values of a record, and its geometry as GeoJSON writes it, or None."""


def looks_like_json(data: bytes) -> bool:
    """By its first letter, whatever its name."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def of_json(data: bytes, limits: Limits) -> list[Record]:
    """The records in their order. Raises Unreadable."""
    check_size(data, limits)
    text = data.decode(codec := encoding([data]))
    if old_codec(codec, text):
        raise Unreadable("Ce fichier n’est pas écrit en UTF-8\u00a0: enregistrez-le ainsi, puis recommencez.")
    try:
        content = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"Ce fichier n’est pas du JSON complet (ligne\u00a0{error.lineno}, colonne\u00a0{error.colno})."
        ) from error
    except _NoNumber as error:
        raise Unreadable(f"Ce fichier n’est pas du JSON correct\u00a0: {error} n’est pas un nombre.") from error
    except RecursionError as error:
        raise Unreadable("Ce fichier imbrique trop d’objets les uns dans les autres.") from error
    except ValueError as error:
        raise Unreadable("Ce fichier contient un nombre démesuré\u00a0: corrigez-le, puis recommencez.") from error
    collection = isinstance(content, dict) and content.get("type") == "FeatureCollection"
    items = content.get("features") if collection else content
    if not isinstance(items, list):
        raise Unreadable("Il faut une FeatureCollection GeoJSON ou un tableau JSON.")
    if len(items) > limits.lines:
        raise Unreadable(f"Ce fichier a plus de {limits.lines} enregistrements\u00a0: envoyez-le en plusieurs fois.")
    records: list[Record] = []
    for rank, item in enumerate(items, start=1):
        values = item.get("properties") if collection and isinstance(item, dict) else item
        if not isinstance(values, dict):
            raise Unreadable(f"L’enregistrement\u00a0{rank} n’est pas un objet.")
        records.append((values, item.get("geometry") if collection else None))
    return records


class _NoNumber(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have."""


def _no_constant(name: str) -> NoReturn:
    raise _NoNumber(name)
