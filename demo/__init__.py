"""Fictitious offers, deterministic from a seed and a day, each marked as such.

Everything is drawn from generators seeded by commune and kind, in the order of INSEE codes, so that one
commune's offers don't depend on another's. Nobody real is in it: the sources of the lists are this package.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import count

import shapely

from demo.assistants import assistant
from demo.homes import points
from demo.loading import Assistant, analyse, load_assistants, load_structures, prepare
from demo.plan import Place, Plan, Scale, places, plan_of, shares
from demo.structures import OFFER_COLUMNS, Row, structure
from registry.database import Connection
from registry.territory import Commune

BATCH = 5_000
"""Offers in one COPY: what the process holds at once."""

IN_A_MAM = 0.1
"""At most this share of the assistants works in a MAM; fewer where the MAM have no room for so many."""

NEIGHBOURS = 3
"""Communes around a MAM's own where some of its assistants live."""

Report = Callable[[str, int, int], None]


class GenerationRefused(Exception):
    """The registry can't take fictitious offers; the message is French, for the user."""


def generate(conn: Connection, *, scale: Scale | Plan, seed: int, today: date, report: Report) -> dict[str, int]:
    """Fill the registry with the fictitious offers of a scale or plan; returns their number by kind.

    One transaction, all or nothing: batches as separate transactions would leave a part behind. `report`
    is told (French label, done, total). Real structures must be imported before: they count in the scale,
    and their MAM get their assistants. Raises GenerationRefused when there is no territory yet, or when
    there are fictitious offers already.
    """
    plan = scale if isinstance(scale, Plan) else plan_of(scale)
    with conn.transaction():
        # Two runs at once would each find no fictitious offer.
        conn.execute("select pg_advisory_xact_lock(hashtext('ribambelle generate'))")
        _refuse_unless_ready(conn)
        where = places(conn, plan)
        wanted = shares(conn, plan, where, _generator(seed, "shares"))
        am_by_commune = wanted.pop("assistant_maternel", {})
        prepare(conn)
        _structures(conn, where, wanted, seed, today, report)
        _assistants(conn, where, am_by_commune, seed, today, report)
        analyse(conn)
    numbers = {kind: sum(by_commune.values()) for kind, by_commune in wanted.items()}
    return numbers | {"assistant_maternel": sum(am_by_commune.values())}


def _generator(*parts: object) -> random.Random:
    """A generator of its own for each part of the work; a text as seed is hashed by SHA-512, not by hash()."""
    return random.Random(" ".join(map(str, parts)))  # noqa: S311 - invented data, nothing secret


def _refuse_unless_ready(conn: Connection) -> None:
    filled, communes = conn.execute(
        "select exists (select from offer where fictitious), exists (select from commune)"
    ).fetchone() or (False, False)
    if filled:
        raise GenerationRefused(
            "Le registre contient déjà des offres fictives\u00a0: rien n’a été généré. "
            "Partez d’un registre vide pour en générer d’autres."
        )
    if not communes:
        raise GenerationRefused("Le registre ne contient aucune commune\u00a0: chargez d’abord le territoire.")


def _structures(
    conn: Connection,
    where: list[Place],
    wanted: Mapping[str, Mapping[str, int]],
    seed: int,
    today: date,
    report: Report,
) -> None:
    by_commune: Counter[str] = Counter()
    for each in wanted.values():
        by_commune.update(each)
    done, total = 0, by_commune.total()
    for batch, contours in _batches(conn, where, by_commune):
        offers: list[Row] = []
        openings: list[Row] = []
        for place in batch:
            code = place.commune.code
            names: set[str] = set()
            for kind, numbers in wanted.items():
                if not (number := numbers.get(code)):
                    continue
                rng = _generator(seed, today, kind, code)
                for point in points(rng, place.commune, contours[code], number):
                    offer, hours = structure(rng, kind, place, point, today, names)
                    names.add(offer[OFFER_COLUMNS.index("name")])
                    offers.append(offer)
                    openings += hours
        load_structures(conn, offers, openings)
        done += len(offers)
        report("Structures fictives", done, total)


def _assistants(
    conn: Connection,
    where: list[Place],
    by_commune: Mapping[str, int],
    seed: int,
    today: date,
    report: Report,
) -> None:
    jobs = _mam_jobs(conn, where, by_commune, _generator(seed, "mam"))
    serials = {department: count(1) for department in sorted({place.commune.department for place in where})}
    done, total = 0, sum(by_commune.values())
    for places_of_batch, contours in _batches(conn, where, by_commune):
        batch: list[Assistant] = []
        for place in places_of_batch:
            code = place.commune.code
            rng = _generator(seed, today, "assistant_maternel", code)
            mams = jobs.get(code, [])
            homes = points(rng, place.commune, contours[code], by_commune[code])
            for position, home in enumerate(homes):
                number = f"{place.commune.department}-{next(serials[place.commune.department]):06}"
                mam = mams[position] if position < len(mams) else None
                batch.append(assistant(rng, place, home, number, mam, today))
        load_assistants(conn, batch)
        done += len(batch)
        report("Assistants maternels fictifs", done, total)


def _batches(
    conn: Connection, where: list[Place], numbers: Mapping[str, int]
) -> Iterator[tuple[list[Place], dict[str, shapely.Geometry | None]]]:
    """Communes with an offer to come, about BATCH offers at a time, and their contours."""
    batch: list[Place] = []
    size = 0
    last = len(where) - 1
    for index, place in enumerate(where):
        if number := numbers.get(place.commune.code, 0):
            batch.append(place)
            size += number
        if batch and (size >= BATCH or index == last):
            rows = conn.execute(
                "select code, contour::text from commune where code = any(%s)",
                [[each.commune.code for each in batch]],
            )
            yield batch, {code: text and shapely.from_geojson(text) for code, text in rows}
            batch, size = [], 0


def _mam_jobs(
    conn: Connection, where: list[Place], by_commune: Mapping[str, int], rng: random.Random
) -> dict[str, list[str]]:
    """For each commune, the MAM where its first assistants work: their own commune's or a neighbour's."""
    communes = {place.commune.code: place.commune for place in where}
    left = dict(by_commune)
    jobs: dict[str, list[str]] = {}
    budget = round(sum(by_commune.values()) * IN_A_MAM)
    mams = conn.execute(
        "select o.id, o.commune, coalesce(o.members, 3) from offer o where o.kind = 'mam' and is_public(o)"
        " order by o.commune, o.name, o.id"
    ).fetchall()
    by_department: dict[str, list[Commune]] = {}
    for code in by_commune:
        by_department.setdefault(communes[code].department, []).append(communes[code])
    rng.shuffle(mams)
    for mam, code, members in mams:
        if code not in communes:
            continue
        near = _nearest(communes[code], by_department.get(communes[code].department, []))
        for _ in range(min(members, budget)):
            home = rng.choice(near[1:] or near) if near and rng.random() < 0.15 else code
            if left.get(home):
                left[home] -= 1
                budget -= 1
                jobs.setdefault(home, []).append(mam)
    return jobs


def _nearest(here: Commune, others: list[Commune]) -> list[str]:
    """The codes of the communes by distance of their points, `here` itself among them."""
    nearest = sorted(others, key=lambda c: ((c.lat - here.lat) ** 2 + (c.lon - here.lon) ** 2, c.code))
    return [commune.code for commune in nearest[: NEIGHBOURS + 1]]
