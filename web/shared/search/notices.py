"""What a search says of a place that may not be the one that was meant. Pure functions."""

from collections.abc import Callable
from typing import Any

from domain import french
from web import texts
from web.shared.search.forms import SearchForm
from web.shared.search.places import Item, Where, kept_id

Address = Callable[..., str]
"""The address of a form with changes, as `web.shared.search.forms.address` gives it."""


def of(found: Where, address: Address) -> list[dict[str, Any]]:
    """For each place that may not be the one that was meant: what was understood, why, and the others."""
    understood = [
        (texts.UNDERSTOOD, found.start, ("ou", "lieu")),
        (texts.search.UNDERSTOOD_ARRIVAL, found.end, ("vers", "vers_lieu")),
    ]
    return [
        {
            "text": " ".join(
                [
                    *([texts.ADDRESSES_AWAY] if meant.away else []),
                    *([texts.GUESSED.format(text=meant.guessed)] if meant.guessed else []),
                    text.format(
                        place=meant.place.name, in_place=french.reaching(meant.place.name), detail=meant.detail
                    ),
                    *([texts.OTHER_PLACE] if meant.others else []),
                ]
            ),
            "others": [link(found.form, item, address, *fields) for item in meant.others],
        }
        for text, meant, fields in understood
        if meant.place and (meant.others or meant.guessed)
    ]


def link(form: SearchForm, item: Item, address: Address, name: str, id: str) -> dict[str, str]:
    """The same search with another place in the fields `name` and `id`."""
    href = address(form, **{name: item["label"], id: kept_id(item)})
    return {"label": item["label"], "detail": item["detail"], "href": href}
