"""What is said of a place that was typed: why it may not be the one that was meant, what it is called today. Pure."""

from collections.abc import Sequence

from domain import french
from domain.localities import postcode
from web import texts
from web.shared.search.places import Item, Meant, Place


def described(place: Place | None, detail: str) -> str:
    """« Saint-Denis — La Réunion (974) · 97400 »: the place and what tells it from its namesakes. An address has its
    town in its name."""
    if place is None:
        return ""
    return " — ".join(filter(None, (place.name, "" if place.type == "address" else detail)))


def reason(meant: Meant) -> str:
    """Why the reader is to look at the place: a sentence; "" where it is the only one that was named."""
    if not meant.is_unsure or meant.place is None:
        return ""
    if not meant.is_guess:
        return _namesakes(meant.typed)
    if meant.away:
        return texts.ADDRESSES_AWAY
    return _guess(meant.typed, meant.place.name, is_address=meant.is_address, wrong_postcode=meant.wrong_postcode)


def former(place: Place | None, consequence: str) -> str:
    """« Barbechat, c’est aujourd’hui Divatte-sur-Loire : … »; "" for every other place."""
    if place is None or place.type != "former":
        return ""
    name, _, today = place.name.removesuffix(")").rpartition(" (")
    return texts.FORMER.format(name=name, today=today, consequence=consequence)


def choices(typed: str, items: Sequence[Item], *, sure: bool, is_address: bool, wrong_postcode: str) -> str:
    """As `reason`, above a list of places that a text may mean."""
    if sure:
        return _namesakes(typed)
    return _guess(typed, str(items[0]["label"]), is_address=is_address, wrong_postcode=wrong_postcode)


def _namesakes(typed: str) -> str:
    if code := postcode(typed):
        return texts.SHARED_POSTCODE.format(code=code)
    return texts.NAMESAKES.format(text=typed)


def _guess(typed: str, name: str, *, is_address: bool, wrong_postcode: str) -> str:
    if wrong_postcode:
        return texts.WRONG_POSTCODE.format(code=wrong_postcode, of_place=french.leaving(name))
    return (texts.GUESSED_ADDRESS if is_address else texts.GUESSED).format(text=typed)
