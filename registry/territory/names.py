"""What a commune is called, was called, and is written like; which one an address means by it. Pure.

A name and a postcode are read here for everybody: files, forms, accounts of another portal.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain import localities, spelling

Look = Callable[[str], Iterable["Named"]]
"""The names of a key: of communes, and of those that are no more."""


@dataclass(frozen=True)
class Commune:
    """A commune as imports and generation need it; positions in degrees (WGS 84)."""

    code: str
    name: str
    parent: str | None
    department: str
    postcodes: tuple[str, ...]
    population: int
    lat: float
    lon: float


@dataclass(frozen=True)
class Named:
    """A name, and the commune that bears it or is now what bore it (`is_former`). `code`: INSEE's, of that time."""

    name: str
    code: str
    is_former: bool
    commune: Commune


_NUMBER = re.compile(
    r"^(?P<city>.*[^\W\d_]) (?P<number>\d{1,2}|[ivx]{1,5}) ?(?:er|eme|e|nd|d)?(?: (?:arr|arrdt|ardt|arrondissement))?$"
)
_UNITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = {f"{'x' * tens}{unit}": 10 * tens + ones for tens in range(3) for ones, unit in enumerate(_UNITS)}


def key(name: str) -> str:
    """What all spellings of a name have in common: letters and figures without a sign between them. The database has
    the same of the names that it holds (`place_key`)."""
    return spelling.glued(name)


def keys(typed: str) -> tuple[str, ...]:
    """The keys that a name may have been typed for, the likeliest first: « Lyon 3e » is Lyon. Empty for what is no
    name."""
    return tuple(dict.fromkeys(found for found in (key(typed[:200]), key(apart(typed)[0])) if found))


def apart(name: str) -> tuple[str, int | None]:
    """A name, and the arrondissement that is written behind it: « Paris 14e », « LYON 03 », « Marseille VIII »."""
    found = _NUMBER.match(spelling.place(name[:200]))
    if not found:
        return name, None
    number = _ROMAN.get(found["number"]) or (int(found["number"]) if found["number"].isdigit() else None)
    return (found["city"], number) if number else (name, None)


def arrondissement_key(city: str, number: int) -> str:
    """Of « Paris » and 14, the key of « Paris 14e Arrondissement »."""
    return key(f"{city} {number}{'er' if number == 1 else 'e'} Arrondissement")


def postcode(typed: str) -> str:
    """As it is printed in lists: « 44 300 », « F-44300 » and « 44300 CEDEX » are 44300. What is no number of five
    figures stays as it is typed; a list of postcodes may still lack it."""
    return localities.postcode(typed) or typed.strip()


def department_of(postcode: str) -> str:
    """The département that a postcode begins with; « 20 » for both of Corsica's. Wrong for some two hundred communes
    that the office of a neighbour serves: asked only where no commune has the postcode and the name."""
    return postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2]


def addressed(look: Look, postcode: str, typed: str) -> list[Commune]:
    """The communes that a postal address may mean: those of its postcode before others of its département (the
    postcodes of CEDEX are in no list), names of today before those of before. One, where all is well; several are
    namesakes; none without a postcode."""
    return of_postcode(look, postcode, typed) or of_department(look, department_of(postcode), typed)


def of_postcode(look: Look, postcode: str, typed: str) -> list[Commune]:
    """As `addressed`, of the communes that have the postcode."""
    return _called(look, typed, lambda commune: postcode in commune.postcodes)


def of_department(look: Look, department: str, typed: str) -> list[Commune]:
    """As `addressed`, of the communes of a département as `department_of` names it."""
    return _called(look, typed, lambda commune: re.sub("[AB]", "0", commune.department) == department)


def _called(look: Look, typed: str, is_near: Callable[[Commune], bool]) -> list[Commune]:
    for one in keys(typed):
        near = [each for each in look(one) if is_near(each.commune)]
        for former in (False, True):
            if found := {each.commune.code: each.commune for each in near if each.is_former is former}:
                return list(found.values())
    return []
