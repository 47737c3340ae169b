"""How to ask for a place, in plain words, by what an offer is and how it is paid for. Pure functions.

What is said holds everywhere; a town's own ways (a single desk, a commission) are told as what may be, since no source
says which town has them.
"""

from collections.abc import Mapping
from typing import Any

from web import texts


def how(document: Mapping[str, Any]) -> list[str]:
    """Sentences in the order of the steps; none where there is no place to ask for."""
    t = texts.fiche
    kind, funding = document["kind"], document.get("funding")
    if kind == "eaje":
        manager = (document.get("manager") or {}).get("type")
        return [t.ASK_EAJE_PUBLIC if manager == "commune" else t.ASK_EAJE, *([t.ASK_PAJE] if funding == "paje" else [])]
    return list(t.ASK.get(kind, ()))


def price(document: Mapping[str, Any]) -> str | None:
    """What a family pays, where the funding says how it is set (code de la sécurité sociale, article L531-5 for the
    CMG; the Caf's national scale for what the PSU pays for). The amount for one family is not told here."""
    return texts.fiche.PRICE.get(document.get("funding") or "")
