"""What a search with its places asks of the search API: its parameters, made once for the list and the map. Pure."""

from typing import Any

from web.shared.search import filters, forms, need
from web.shared.search.forms import SearchForm
from web.shared.search.places import Where

PAGE = {"facets": filters.FACETS, "limit": "20"}
"""What one page of the list asks for besides."""


def of_search(found: Where) -> dict[str, Any]:
    """The parameters of `OfferParameters`: texts as a query string has them, save that a point stays a `Point`.

    Around a commune the distance counts from its centre, since families cross its border for a place;
    « Dans la commune seulement » asks for the commune itself. A way is the straight line between two such points: we
    know no roads.
    """
    form = found.form
    chosen = {
        **where(found),
        "q": form.mots,
        "kind": list(form.types),
        **filters.parameters(form.chosen),
        **needed(form),
        "from": form.des,
        "child_birthdate": [born.isoformat() for born in form.births],
        # What answers a part of the need is shown with what is missing: for many families it is a beginning.
        "match": "best" if form.has_need and not form.libres else "",
        "include": "to_ask" if form.has_need and not form.libres else "",
        "sort": forms.SORTS[form.tri] if form.tri in sorts(found) else "",
        "cursor": form.suite,
    }
    return {name: value for name, value in chosen.items() if value}


def needed(form: SearchForm) -> dict[str, Any]:
    """The lines of the need, the places of those that do not say theirs, where they are not one for each child, and the
    minutes that may be missing at either end of the hours."""
    children = len(form.births)
    lines, usual = need.lines(form.slots, children), need.usual_places(form.slots, children)
    if not form.has_need:
        return {}
    return {"need": lines, "places": str(usual) if usual != max(children, 1) else "", "leniency": form.souplesse}


def where(found: Where) -> dict[str, Any]:
    """Of these, the ones that say where."""
    form, start, arrival = found.form, found.place, found.arrival
    if start is None:
        return {}
    if form.vers and arrival is not None:
        return {"route": (start.point, arrival.point), "detour_km": form.detour or forms.DETOUR}
    if start.is_territory:
        return {start.type: start.code}
    if form.rayon == "0" and start.code:
        return {"commune": [start.code]}
    return {"near": start.point, "radius_km": radius(form)}


def radius(form: SearchForm) -> str:
    return form.rayon if form.rayon not in ("", "0") else forms.RADIUS


def sorts(found: Where) -> list[str]:
    """The orders that make sense for this search, by their page names."""
    offered = {
        "disponibilite": found.form.has_need,
        "distance": not {"near", "route"}.isdisjoint(where(found)),
        "pertinence": bool(found.form.mots),
    }
    return [name for name in forms.SORTS if offered.get(name, True)]
