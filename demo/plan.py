"""How many offers of which kind go to which commune."""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from registry.database import Connection
from registry.territory import Commune, read

Scale = Literal["demo", "france"]


@dataclass(frozen=True)
class Plan:
    """Offers wanted by kind, the real ones included, in some departments or, with none named, in all."""

    counts: Mapping[str, int]
    departments: tuple[str, ...] = ()


def plan_of(scale: Scale) -> Plan:
    """The plan of a scale; its figures and their source stand in counts.toml."""
    data = tomllib.loads((Path(__file__).parent / "counts.toml").read_text(encoding="utf-8"))[scale]
    return Plan(data["counts"], tuple(data.get("departments", ())))


@dataclass(frozen=True, slots=True)
class Place:
    """A commune with the names around it that offers mention."""

    commune: Commune
    region: str
    epci: str | None


def places(conn: Connection, plan: Plan) -> list[Place]:
    """The inhabited communes of the plan by code; an arrondissement stands for its part of the city."""
    regions: dict[str, str] = dict(conn.execute("select code, region_code from department").fetchall())
    epci: dict[str, str] = dict(
        conn.execute("select c.code, e.name from commune c join epci e on e.code = c.epci").fetchall()
    )
    communes = read(conn).communes
    cities = {commune.parent for commune in communes.values()}
    return [
        Place(each, regions[each.department], epci.get(each.code))
        for each in communes.values()
        if each.code not in cities
        and each.population > 0
        and (not plan.departments or each.department in plan.departments)
    ]


def shares(conn: Connection, plan: Plan, where: Sequence[Place], rng: random.Random) -> dict[str, dict[str, int]]:
    """Offers to generate by kind and commune code; communes that get none are left out.

    Where a department's crèches or MAM come from a real source, that source is taken to be complete: the
    kind gets no fictitious neighbour there.
    """
    real: dict[str, dict[str, int]] = {}
    for kind, department, number in conn.execute(
        "select o.kind, c.department, count(*) from offer o join commune c on c.code = o.commune"
        " where not o.fictitious and o.publication <> 'closed' group by 1, 2 order by 1, 2"
    ):
        real.setdefault(kind, {})[department] = number
    result = {}
    for kind, wanted in plan.counts.items():
        known = real.get(kind, {})
        open_places = [place for place in where if place.commune.department not in known]
        numbers = apportion(
            rng, [place.commune.population for place in open_places], max(0, wanted - sum(known.values()))
        )
        result[kind] = {
            place.commune.code: number for place, number in zip(open_places, numbers, strict=True) if number
        }
    return result


def apportion(rng: random.Random, weights: Sequence[int], total: int) -> list[int]:
    """Whole numbers in proportion to the weights that sum to `total` (systematic sampling).

    A commune too small for one has its fair chance of one, which rounding would not give.
    """
    everything = sum(weights)
    if not everything:
        return [0] * len(weights)
    start = rng.random()
    numbers = []
    before = reached = 0
    for weight in weights:
        reached += weight
        upto = min(total, int(reached * total / everything + start))
        numbers.append(upto - before)
        before = upto
    return numbers
