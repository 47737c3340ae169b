"""What a search says of a place that may not be the one that was meant, and of a name of before. Pure functions."""

from collections.abc import Callable
from typing import Any

from web import texts
from web.shared.search.forms import SearchForm
from web.shared.search.places import Item, Meant, Where, kept_id
from web.shared.search.understood import described, former, reason

Address = Callable[..., str]
"""The address of a form with changes, as `web.shared.search.forms.address` gives it."""


def of(found: Where, address: Address) -> list[dict[str, Any]]:
    """For each place that may not be the one that was meant: what was understood, why, and the others; the offers that
    bear the name that was typed before them."""
    ways = (
        (found.start, texts.UNDERSTOOD, ("ou", "lieu")),
        (found.end, texts.search.UNDERSTOOD_ARRIVAL, ("vers", "vers_lieu")),
    )
    return [
        {
            "text": notice(meant, sentence),
            "others": [
                *({"label": o["label"], "detail": o["detail"], "href": f"/offre/{o['id']}"} for o in meant.offers),
                *(link(found.form, item, address, *fields) for item in meant.others),
            ],
        }
        for meant, sentence, fields in ways
        if meant.is_unsure or meant.offers
    ]


def notice(meant: Meant, sentence: str) -> str:
    """What was understood by a text, and what its links are for."""
    if not meant.is_unsure:
        return texts.OFFER_OF_THAT_NAME
    other = texts.OTHER_PLACE if meant.others or meant.offers else ""
    understood = sentence.format(place=described(meant.place, meant.detail))
    return " ".join(filter(None, (reason(meant), understood, other)))


def of_today(found: Where) -> list[str]:
    """For each place that is called by a name of before: around what the search really looks; nothing where it looks in
    a part of the map."""
    if found.form.bbox:
        return []
    inside = found.form.rayon == "0" and found.arrival is None
    consequence = texts.ALL_OF_TODAY if inside else texts.DISTANCES_OF_TODAY
    return list(filter(None, (former(place, consequence) for place in (found.place, found.arrival))))


def link(form: SearchForm, item: Item, address: Address, name: str, id: str) -> dict[str, str]:
    """The same search with another place in the fields `name` and `id`."""
    href = address(form, **{name: item["label"], id: kept_id(item)})
    return {"label": item["label"], "detail": item["detail"], "href": href}
