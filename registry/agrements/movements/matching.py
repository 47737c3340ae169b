"""Whose agrément a row is about: by its number, her name and her birth date.

A number alone is never enough: one digit away stands another person, who would lose her profile. Accents, capitals,
hyphens and blanks don't count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.spelling import fold
from registry.agrements.movements.rows import Row, key
from registry.database import Connection


@dataclass(frozen=True)
class Agrement:
    """An agrément of the registry with whom it belongs to; private."""

    offer: str
    department: str
    number: str
    status: str
    last_name: str
    first_name: str
    birth_date: date | None


_COLUMNS = "a.offer, a.department, a.number, a.status, i.last_name, i.first_name, i.birth_date"


def by_key(conn: Connection, department: str, keys: Iterable[str]) -> dict[str, list[Agrement]]:
    """The agréments of a département with these numbers, by `rows.key`."""
    found: dict[str, list[Agrement]] = {}
    for row in conn.execute(
        f"select {_COLUMNS} from agrement a join am_identity i on i.offer = a.offer"
        " where a.department = %s and agrement_key(a.number) = any(%s) order by a.offer",
        [department, sorted(set(keys))],
    ):
        found.setdefault(key(row[2]), []).append(Agrement(*row))
    return found


def by_offer(conn: Connection, department: str, offer: str) -> Agrement | None:
    """The agrément of one offer, if it is this département's."""
    row = conn.execute(
        f"select {_COLUMNS} from agrement a join am_identity i on i.offer = a.offer"
        " where a.department = %s and a.offer = %s",
        [department, offer],
    ).fetchone()
    return Agrement(*row) if row else None


def like(
    conn: Connection, department: str, keys: Sequence[str], birth_date: date | None, last_name: str, most: int
) -> list[Agrement]:
    """Agréments of a département with one of these numbers, this birth date or this last name, the likeliest first."""
    return [
        Agrement(*row)
        for row in conn.execute(
            f"select {_COLUMNS} from agrement a join am_identity i on i.offer = a.offer, lateral (select"
            " agrement_key(a.number) = any(%(keys)s) as by_number,"
            " coalesce(i.birth_date = %(birth_date)s, false) as by_birth,"
            " lower(i.last_name) = lower(%(last_name)s) as by_name) s"
            " where a.department = %(department)s and (s.by_number or s.by_birth or s.by_name)"
            " order by s.by_number::int + s.by_birth::int + s.by_name::int desc, a.number limit %(most)s",
            {"keys": keys, "birth_date": birth_date, "last_name": last_name, "department": department, "most": most},
        )
    ]


def search(conn: Connection, department: str, typed: str, most: int) -> list[Agrement]:
    """Agréments of a département by a number, or by the beginning of a name: « le goff », « anais le goff »."""
    if not fold(typed):
        return []
    exact = by_key(conn, department, [key(typed)]).get(key(typed), [])
    if exact:
        return exact[:most]
    wanted = fold(typed)
    found = [
        Agrement(*row)
        for row in conn.execute(
            f"select {_COLUMNS} from agrement a join am_identity i on i.offer = a.offer where a.department = %s"
            " order by i.last_name, i.first_name, a.number",
            [department],
        )
    ]
    return [each for each in found if any(name.startswith(wanted) for name in _names(each))][:most]


def _names(known: Agrement) -> tuple[str, str]:
    last_name, first_name = fold(known.last_name), fold(known.first_name)
    return f"{last_name} {first_name}", f"{first_name} {last_name}"


def match(row: Row, known: Mapping[str, Sequence[Agrement]]) -> Agrement | str:
    """The agrément that a row is about, or a French sentence that says why there is none."""
    same_number = known.get(key(row.number), ())
    if not same_number:
        return "Aucun agrément de ce numéro n’est au registre du département."
    same_name = [each for each in same_number if _same_name(row, each)]
    if not same_name:
        return "Le numéro est connu, mais pas sous ce nom et ce prénom."
    matched = [each for each in same_name if _same_birth(row, each)]
    if not matched:
        return "Le numéro et le nom sont connus, mais la date de naissance diffère."
    if len(matched) > 1:
        return "Plusieurs agréments ont ce numéro et ce nom."
    return matched[0]


def _same_name(row: Row, known: Agrement) -> bool:
    """The last name in full. Of the first names, the file may tell all and the registry the first, or the reverse:
    enough where the birth date can be compared too, else they must be the same."""
    if _joined(row.last_name) != _joined(known.last_name):
        return False
    if _joined(row.first_name) == _joined(known.first_name):
        return True
    told, held = fold(row.first_name).split(), fold(known.first_name).split()
    shorter = min(len(told), len(held))
    return bool(row.birth_date and known.birth_date and shorter and told[:shorter] == held[:shorter])


def _same_birth(row: Row, known: Agrement) -> bool:
    return row.birth_date is None or known.birth_date is None or row.birth_date == known.birth_date


def _joined(name: str) -> str:
    return fold(name).replace(" ", "")
