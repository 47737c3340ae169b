"""Invented structures of every kind, as rows of `offer` and `opening`."""

import random
import re
import tomllib
from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from demo import contacts
from demo.homes import Point
from demo.plan import Place
from domain import week
from domain.week import DAYS
from registry.ids import new_id

_DATA = tomllib.loads((Path(__file__).parent / "structures.toml").read_text(encoding="utf-8"))
_KINDS: dict[str, dict[str, Any]] = _DATA["kinds"]
_SUBKINDS: dict[str, dict[str, Any]] = _DATA["subkinds"]
_FANCY: list[str] = _DATA["fancy"].replace("\n", "|").strip("|").split("|")
_QUARTERS: list[str] = _DATA["quarters"].replace("\n", "|").strip("|").split("|")

OFFER_COLUMNS = (
    *("id", "kind", "subkind", "name", "project", "manager_name", "manager_type", "address", "commune"),
    *("postcode", "lat", "lon", "position_precision", "capacity", "age_from_months", "age_to_months"),
    *("funding", "phone", "mail", "site", "features", "members", "confirmed_on", "publication", "fictitious"),
)
OPENING_COLUMNS = ("offer", "weekday", "start_minute", "end_minute")

Row = tuple[Any, ...]


def structure(
    rng: random.Random, kind: str, place: Place, point: Point, today: date, taken: Collection[str]
) -> tuple[Row, list[Row]]:
    """A structure at a point of its commune: its row and those of its opening hours.

    Its name is none of `taken`, those of the commune's other structures.
    """
    spec = _KINDS[kind]
    offer_id = new_id(rng)
    subkind = None
    funding = None
    members = None
    capacity = _between(rng, spec.get("capacity"))
    word = ""
    if kind == "eaje":
        (subkind,) = rng.choices(tuple(_SUBKINDS), [each["weight"] for each in _SUBKINDS.values()])
        details = _SUBKINDS[subkind]
        word, capacity = details["word"], _between(rng, details["capacity"])
        funding = "paje" if rng.random() < details["paje"] else "psu"
    elif kind == "mam":
        members = rng.choice((2, 2, 3, 3, 4, 5))
        capacity = sum(rng.choice((3, 4, 4)) for _ in range(members))
    commune = place.commune
    (manager_type,) = rng.choices(tuple(spec["managers"]), tuple(spec["managers"].values()))
    ages_from, ages_to = spec.get("age_months"), spec.get("ages_to")
    row = (
        offer_id,
        kind,
        subkind,
        _name(rng, spec["names"], word, commune.name, taken),
        rng.choice(spec["projects"]) if rng.random() < 0.8 else None,
        _manager(rng, manager_type, place),
        manager_type,
        f"{contacts.house_number(rng)} {contacts.street(rng)}",
        commune.code,
        rng.choice(commune.postcodes),
        *point,
        "address",
        capacity,
        rng.choice(ages_from) if ages_from else None,
        rng.choice(ages_to) if ages_to else None,
        funding,
        contacts.landline(rng, place.region) if rng.random() < 0.92 else None,
        f"contact-{offer_id}@example.org" if rng.random() < 0.75 else None,
        f"https://{offer_id}.example.org/" if rng.random() < 0.4 else None,
        [feature for feature, chance in spec["features"].items() if rng.random() < chance],
        members,
        today - timedelta(days=int(rng.expovariate(1 / 120))),
        "published",
        True,
    )
    hours = _hours(rng.choice(spec["hours"])) if rng.random() < 0.93 else ()
    return row, [(offer_id, *opening) for opening in hours]


def _name(rng: random.Random, patterns: list[str], word: str, commune: str, taken: Collection[str]) -> str:
    name = ""
    for attempt in range(40):
        name = rng.choice(patterns).format(fancy=rng.choice(_FANCY), de_commune=of_commune(commune), subkind=word)
        # A city has several of those that are named after it, each in its own quarter.
        if attempt > 3:
            name += f" – {rng.choice(_QUARTERS)}"
        if name not in taken:
            break
    return name


def of_commune(name: str) -> str:
    """ "de Nantes", "d’Orvault", "du Pellerin", "des Sorinières", "de La Baule-Escoublac"."""
    name = name.removesuffix(" Arrondissement")
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d’{name}" if re.match("[AEIOUÂÉÈÊÎŒaeiou]", name) else f"de {name}"


def _manager(rng: random.Random, manager_type: str, place: Place) -> str:
    match manager_type:
        case "commune":
            return f"Commune {of_commune(place.commune.name)}"
        case "intercommunalite":
            return place.epci or f"Commune {of_commune(place.commune.name)}"
        case "departement":
            return "Conseil départemental"
        case "etat":
            return "Préfecture"
        case "caf":
            return "Caisse d’allocations familiales"
        case "hopital":
            return f"Centre hospitalier {of_commune(place.commune.name)}"
        case "mutuelle":
            return f"Mutuelle {rng.choice(_FANCY)}"
        case "association":
            return f"Association {rng.choice(_FANCY)}"
    return f"{rng.choice(_FANCY)} SAS"


def _between(rng: random.Random, bounds: list[int] | None) -> int | None:
    return rng.randint(*bounds) if bounds else None


@lru_cache
def _hours(text: str) -> tuple[tuple[int, int, int], ...]:
    """Weekday, start and end in minutes, from "mon,tue 09:00-12:00 14:00-17:00; wed-fri 09:00-12:00"."""
    openings: list[tuple[int, int, int]] = []
    for part in text.split("; "):
        days, *ranges = part.split()
        for each in days.split(","):
            first, _, last = each.partition("-")
            for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
                openings.extend((day, *week.minutes(*each.split("-"))) for each in ranges)
    return tuple(openings)
