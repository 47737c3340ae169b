"""What an address of the frame asks for, checked: pure functions of its query string.

The frame has parameters of its own (`cle`, `commune` or `epci` or `departement`, `types`, `couleur`, `vue`), which the
town hall's page sets, beside those of the parents' search that its small form adds (`type`, `jour`, `debut`, `fin`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from domain.vocabulary import Kind
from web import texts
from web.widget import colours

TERRITORIES = {"commune": "commune", "epci": "epci", "departement": "department"}
"""The frame's parameter → the type of place."""

VIEWS = ("liste", "carte", "compteur")


@dataclass(frozen=True)
class Asked:
    """`place`: an id of `places`, as `commune:44109`. `kinds`: none stands for all. `colour`: six hex digits."""

    place: str
    kinds: tuple[str, ...]
    colour: str
    view: str


def read(given: Mapping[str, str]) -> tuple[Asked | None, str]:
    """What is asked for, or None and a French sentence for the one who writes the address."""
    codes = [(name, given[name].strip()) for name in TERRITORIES if given.get(name, "").strip()]
    if len(codes) != 1:
        return None, texts.widget.ERROR_TWO_TERRITORIES if codes else texts.widget.ERROR_NO_TERRITORY
    [(name, code)] = codes
    kinds = tuple(dict.fromkeys(kind.strip() for kind in given.get("types", "").split(",") if kind.strip()))
    for kind in kinds:
        if kind not in Kind.codes():
            return None, texts.widget.ERROR_KIND.format(kind=kind[:40])
    colour = colours.read(given.get("couleur", "").strip() or colours.DEFAULT)
    if colour is None:
        return None, texts.widget.ERROR_COLOUR
    view = given.get("vue", "").strip() or VIEWS[0]
    if view not in VIEWS:
        return None, texts.widget.ERROR_VIEW
    return Asked(f"{TERRITORIES[name]}:{code[:20]}", kinds, colour, view), ""


def pairs(asked: Asked, key: str = "") -> dict[str, str]:
    """The frame's own parameters, as `read` takes them."""
    type, _, code = asked.place.partition(":")
    name = next(name for name, known in TERRITORIES.items() if known == type)
    found = {"cle": key, name: code, "types": ",".join(asked.kinds), "couleur": asked.colour, "vue": asked.view}
    return {name: value for name, value in found.items() if value}


def address(asked: Asked, key: str = "") -> str:
    """The frame's path and query."""
    return "/widget/cadre?" + urlencode(pairs(asked, key), safe=",")
