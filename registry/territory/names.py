"""What a commune is called, was called, and is written like; which one an address means by it. Pure.

Forms, files and accounts of another portal read names, postcodes and codes by these functions, the search of places by
its own, which ask the index; what they must agree on stands in domain/spelling and domain/localities.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from domain import localities, spelling

NamesOf = Callable[[str], Iterable["Named"]]
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


def key(name: str) -> str:
    """What all spellings of a name have in common: letters and figures without a sign between them. The database has
    the same of the names that it holds (`place_key`)."""
    return spelling.glued(name)


def keys(typed: str) -> tuple[str, ...]:
    """The keys that a name may have been typed for, the likeliest first: « Lyon 3e » is Lyon. Empty for what is no
    name."""
    return tuple(dict.fromkeys(found for found in (key(typed[:200]), key(localities.apart(typed)[0])) if found))


def postcode(typed: str) -> str:
    """As it is printed in lists: « 44 300 », « F-44300 » and « 44300 CEDEX » are 44300. What is no number of five
    figures stays as it is typed; a list of postcodes may still lack it."""
    return localities.postcode(typed) or typed.strip()


def postcode_of_file(written: str) -> str:
    """`postcode` of a cell: a spreadsheet makes 1000 of 01000. "" for nothing."""
    return postcode(written).zfill(5) if written else ""


def code_of_file(written: str) -> str:
    """An INSEE code of a cell, where a spreadsheet has made 1004 of 01004. "" for nothing."""
    return written.upper().zfill(5) if written else ""


def addressed(names_of: NamesOf, postcode: str, typed: str) -> list[Named]:
    """The names that a postal address may mean, one of each commune: those of its postcode before others of its
    département (the postcodes of CEDEX are in no list), names of today before those of before. One, where all is well;
    several are namesakes; none without a postcode."""
    return of_postcode(names_of, postcode, typed) or of_department(names_of, postcode, typed)


def of_postcode(names_of: NamesOf, postcode: str, typed: str) -> list[Named]:
    """As `addressed`, of the communes that have the postcode."""
    return _called(names_of, typed, lambda commune: postcode in commune.postcodes)


def of_department(names_of: NamesOf, postcode: str, typed: str) -> list[Named]:
    """As `addressed`, of the communes whose own postcodes are of the same départements (`departments_of`)."""
    departments = set(localities.departments_of(postcode))
    return _called(
        names_of,
        typed,
        lambda commune: any(departments.intersection(localities.departments_of(own)) for own in commune.postcodes),
    )


def parts(commune: Commune, arrondissements: Sequence[Commune], postcode: str, typed: str) -> list[Commune]:
    """Of a city the arrondissements that an address may mean: that of its postcode, or of the number behind its name;
    both where they contradict each other (« 75015 Paris 14e »), all where neither tells. Another commune is itself.

    A form asks which of several it is. An import takes the city where nothing tells; of a contradiction it needs the
    row's point, or else refuses the row.
    """
    number = localities.apart(typed)[1]
    wanted = key(localities.arrondissement(commune.name, number)) if number else ""
    told = [each for each in arrondissements if postcode in each.postcodes or key(each.name) == wanted]
    return told or list(arrondissements) or [commune]


def _called(names_of: NamesOf, typed: str, is_near: Callable[[Commune], bool]) -> list[Named]:
    for one in keys(typed):
        near = [each for each in names_of(one) if is_near(each.commune)]
        for former in (False, True):
            found: dict[str, Named] = {}
            for each in near:
                if each.is_former is former:
                    found.setdefault(each.commune.code, each)
            if found:
                return list(found.values())
    return []
