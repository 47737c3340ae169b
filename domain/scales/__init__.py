"""Scales: rules and figures that change by date, each with its unit, its first day, its source, and how sure that is.

Those known when this version was made are the TOML files of this folder (`shipped`). Later entries are rows of the
registry, which `registry.scales` reads; `Scales.with_later` joins both, and what needs a rule takes the `Scales` as a
value. A day is a civil day in France.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from domain import french

Scalar = int | Decimal | str
Value = Scalar | tuple[Scalar, ...]
"""Whole numbers are `int`, ratios `Decimal`, days of the year `str` as "06-01"; of several values it is a tuple."""

Confidence = Literal["confirmed", "unconfirmed"]
"""Whether the source itself was read, or only what others say of it."""

LONGEST_SOURCE = 500
SHORTEST_SOURCE = 10
"""Characters: an article or a decree has a number or a date."""

LONGEST_NUMBER = 30
"""Signs of a typed one."""

MOST_VALUES = 12
"""Of one entry."""


class Unit(StrEnum):
    """What one number of a scale counts; also the codes of the registry's table `scale`."""

    COUNT = "count"
    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    EURO_CENTS = "euro_cents"
    RATIO = "ratio"
    DAY_OF_YEAR = "day_of_year"


FRENCH: Mapping[str, str] = {
    Unit.COUNT: "nombre",
    Unit.HOURS: "heures",
    Unit.DAYS: "jours",
    Unit.MONTHS: "mois",
    Unit.YEARS: "années",
    Unit.EURO_CENTS: "centimes d’euro",
    Unit.RATIO: "rapport",
    Unit.DAY_OF_YEAR: "jour de l’année (MM-JJ)",
}

_MOST = {
    Unit.COUNT: 1_000_000,
    Unit.HOURS: 100 * 8_766,
    Unit.DAYS: 36_525,
    Unit.MONTHS: 1_200,
    Unit.YEARS: 100,
    Unit.EURO_CENTS: 1_000_000_000,
    Unit.RATIO: 1_000,
}
"""What lies beyond is a slip of the pen: a century, ten million euros."""


class Refused(ValueError):
    """An entry that cannot be one of this scale; the message is a French sentence that says why."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a scale is, apart from its values. `about`: French, for who enters a value; `least` and `most` bound each
    number; `several`: its value is a list, in an order that means something."""

    name: str
    about: str
    unit: Unit
    several: bool
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """`value` holds from `valid_from` on, until the next entry of the same name."""

    name: str
    valid_from: date
    value: Value
    unit: Unit
    source: str
    confidence: Confidence


@dataclass(frozen=True, eq=False)
class Scales:
    """One set of scales, which never changes: a newer one is another object, so that it can be a key of a cache."""

    definitions: Mapping[str, Definition]
    entries: Mapping[str, tuple[Entry, ...]]

    def entry(self, name: str, on: date) -> Entry:
        """What holds on that day. Raises KeyError for an unknown name or a day before the first entry."""
        for entry in reversed(self.entries[name]):
            if entry.valid_from <= on:
                return entry
        raise KeyError(f"{name}: no entry on {on}")

    def number(self, name: str, on: date) -> int:
        """The same, of a scale of one whole number. Raises TypeError for any other."""
        return _whole(name, self.entry(name, on).value)

    def numbers(self, name: str, on: date) -> tuple[int, ...]:
        """The same, of several whole numbers in their order. Raises TypeError for any other."""
        return tuple(_whole(name, number) for number in self._several(name, on))

    def days_of_year(self, name: str, on: date) -> tuple[str, ...]:
        """The same, of several days of the year, as "06-01". Raises TypeError for any other."""
        return tuple(str(day) for day in self._several(name, on))

    def ratio(self, name: str, on: date) -> Decimal:
        """The same, of a ratio. Raises TypeError for any other."""
        value = self.entry(name, on).value
        if not isinstance(value, Decimal):
            raise TypeError(f"{name} is no ratio")
        return value

    def duration(self, name: str, on: date) -> timedelta:
        """The same, of a number of hours or days. Raises TypeError for any other."""
        match self.entry(name, on):
            case Entry(unit=Unit.HOURS, value=int(hours)):
                return timedelta(hours=hours)
            case Entry(unit=Unit.DAYS, value=int(days)):
                return timedelta(days=days)
        raise TypeError(f"{name} is no duration")

    def with_later(self, later: Iterable[Entry]) -> "Scales":
        """These with those entries: one of the same name and day takes the place of its like."""
        found = {(entry.name, entry.valid_from): entry for entries in self.entries.values() for entry in entries}
        found |= {(entry.name, entry.valid_from): entry for entry in later}
        return Scales(self.definitions, _by_name(found.values()))

    def _several(self, name: str, on: date) -> tuple[Scalar, ...]:
        value = self.entry(name, on).value
        if not isinstance(value, tuple):
            raise TypeError(f"{name} has one value")
        return value


@cache
def shipped() -> Scales:
    """What the TOML files say. Raises ValueError where one is wrong."""
    definitions: dict[str, Definition] = {}
    entries: list[Entry] = []
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text("utf-8"), parse_float=Decimal).items():
            if name in definitions:
                raise ValueError(f"{name} stands in two files")
            unit = Unit(table["unit"])
            definitions[name] = Definition(
                name,
                table["about"],
                unit,
                isinstance(table["entries"][0]["value"], list),
                Decimal(table.get("least", 0 if unit is Unit.RATIO else 1)),
                Decimal(table.get("most", _MOST.get(unit, 0))),
            )
            entries += [
                checked(
                    definitions,
                    name,
                    given["from"],
                    given["value"],
                    unit,
                    given["source"],
                    given["confidence"],
                )
                for given in table["entries"]
            ]
    return Scales(definitions, _by_name(entries))


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Of an entry, as the registry's table has it (migration 0022)."""


def checked(
    definitions: Mapping[str, Definition],
    name: str,
    valid_from: date,
    value: Any,
    unit: str,
    source: str,
    confidence: str,
) -> Entry:
    """An entry that its scale can take; `value` as JSON or TOML hold it. Raises Refused."""
    definition = definitions.get(name)
    if definition is None:
        raise Refused(f"Aucun barème ne s’appelle «\u00a0{name}\u00a0».")
    if unit != definition.unit:
        raise Refused(f"{name} se compte en {FRENCH[definition.unit]}, non en {FRENCH.get(unit, unit)}.")
    if not FIRST_DAY <= valid_from <= LAST_DAY:
        raise Refused(f"Le jour va du {french.day(FIRST_DAY)} au {french.day(LAST_DAY)}.")
    source = " ".join(source.encode("utf-8", "replace").decode().split())
    if not SHORTEST_SOURCE <= len(source) <= LONGEST_SOURCE:
        raise Refused(
            f"Donnez la source\u00a0: l’article, le décret ou la décision et sa date"
            f" ({SHORTEST_SOURCE} à {LONGEST_SOURCE} caractères)."
        )
    if confidence not in get_args(Confidence):
        raise Refused("La confiance est «\u00a0confirmed\u00a0» ou «\u00a0unconfirmed\u00a0».")
    return Entry(
        name,
        valid_from,
        _value(definition, value),
        definition.unit,
        source,
        "confirmed" if confidence == "confirmed" else "unconfirmed",
    )


def typed(definition: Definition, text: str) -> Any:
    """What somebody typed for a value, as `checked` takes it: numbers with a comma or a point, several with spaces.

    What is no number stays text, for `checked` to refuse.
    """
    parts = text.split()
    read: Callable[[str], Any] = str if definition.unit is Unit.DAY_OF_YEAR else _typed_number
    return [read(part) for part in parts] if definition.several else read(text.strip())


def as_json(value: Value) -> str:
    """A value as the registry keeps it; `from_json` reads it back without loss."""
    scalars = value if isinstance(value, tuple) else (value,)
    parts = [json.dumps(each) if isinstance(each, int | str) else f"{each:f}" for each in scalars]
    return f"[{', '.join(parts)}]" if isinstance(value, tuple) else parts[0]


def from_json(text: str) -> Any:
    """A value of the registry, as `checked` takes it."""
    return json.loads(text, parse_float=Decimal)


def in_words(entry: Entry) -> str:
    """The value with its unit, in French: « 30 jours », « 0,5 », « 1er juin et 1er décembre »."""
    scalars = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    if entry.unit is Unit.DAY_OF_YEAR:
        # Not as it is written: whoever reads days first would take 06-01 for the 6th of January.
        return french.listed([french.day_of_year(str(each)) for each in scalars])
    told = " ".join(french.written(each) for each in scalars)
    if entry.unit in (Unit.COUNT, Unit.RATIO):
        return told
    return f"{told}\u00a0{FRENCH[entry.unit]}"


def _by_name(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.name, entry.valid_from)):
        found.setdefault(entry.name, []).append(entry)
    return {name: tuple(dated) for name, dated in found.items()}


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{name} is no whole number")
    return value


def _value(definition: Definition, given: Any) -> Value:
    if not definition.several:
        return _scalar(definition, given)
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_VALUES or len(set(given)) < len(given):
        raise Refused(f"{definition.name} prend de 1 à {MOST_VALUES} valeurs, toutes différentes.")
    return tuple(_scalar(definition, part) for part in given)


def _scalar(definition: Definition, given: Any) -> Scalar:
    name, unit = definition.name, definition.unit
    if unit is Unit.DAY_OF_YEAR:
        if not isinstance(given, str) or not _is_day_of_year(given):
            raise Refused(f"{name} prend des jours de l’année, comme 06-01 pour le 1er juin.")
        return given
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise Refused(f"{name} prend un nombre ({FRENCH[unit]}).")
    if isinstance(given, Decimal) and unit is not Unit.RATIO:
        raise Refused(f"{name} prend un nombre entier ({FRENCH[unit]}).")
    if not definition.least <= given <= definition.most:
        bounds = f"{french.written(definition.least)} à {french.written(definition.most)}"
        raise Refused(f"{name} va de {bounds} ({FRENCH[unit]}).")
    return Decimal(given) if unit is Unit.RATIO else int(given)


def _is_day_of_year(text: str) -> bool:
    """Of every year: the 29th of February is none."""
    try:
        return f"{date.fromisoformat(f'2001-{text}'):%m-%d}" == text
    except ValueError:
        return False


def _typed_number(text: str) -> Any:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return text
    if len(text) > LONGEST_NUMBER or not number.is_finite():
        return text
    return int(number) if text.removeprefix("-").isdecimal() else number
