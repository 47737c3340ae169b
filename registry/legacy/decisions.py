"""What becomes of a batch of lines: looked up in the registry, decided, nothing written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID, uuid4

from domain.spelling import fold
from registry.database import Connection
from registry.ids import new_id
from registry.legacy.reading import Line
from registry.legacy.values import Entry, entry
from registry.scales import current_scales
from registry.territory import Commune, Territory

Outcome = Literal["published", "draft", "joined", "removed", "closed", "duplicate", "already", "refused"]

KEPT: tuple[Outcome, ...] = ("published", "draft", "joined")

MARGIN = 0.01
"""Degrees by which a position may lie outside the box around its commune."""


@dataclass(slots=True)
class Decision:
    """`entry` is None for a refused line. `offer`: to be made (published, draft), to be given its account (joined),
    to be closed (closed). `home` is None where the commune is not known."""

    line: int
    outcome: Outcome
    problems: list[str]
    entry: Entry | None = None
    account: UUID | None = None
    offer: str | None = None
    previous: str | None = None
    home: Commune | None = None
    licensed: bool = False


@dataclass(frozen=True, slots=True)
class _Holder:
    """An offer that the registry has under a number of the batch."""

    offer: str
    publication: str
    last_name: str
    birth_date: date | None
    has_account: bool


Bounds = Mapping[str, tuple[float, float, float, float] | None]
"""West, south, east and north of each commune."""


def decide(
    conn: Connection,
    lines: Sequence[Line],
    twice: Mapping[int, int],
    territory: Territory,
    bounds: Bounds,
    today: date,
) -> list[Decision]:
    """One decision for each line, in their order. Of a number that two people hold, the first line gets it."""
    scales = current_scales(conn)
    entries = [entry(line, scales, today) for line in lines]
    accounts = _mails(conn, [each.mail for each in entries if each and each.mail])
    holders = _holders(conn, [(each.department, each.number) for each in entries if each and each.number])
    taken: set[tuple[str, str]] = set()
    departments = frozenset(commune.department for commune in territory.communes.values())
    found = []
    for line, each in zip(lines, entries, strict=True):
        if each is None:
            problem = "la ligne n’a pas autant de colonnes que l’en-tête"
            found.append(Decision(line.number, "refused", [problem]))
        elif line.number in twice:
            problem = f"même personne qu’à la ligne {twice[line.number]}"
            found.append(Decision(line.number, "duplicate", [problem]))
        else:
            holder = holders.get((each.department, each.number)) if each.number else None
            found.append(
                _kept(each, holder, accounts, territory, bounds, taken, departments)
                if each.account
                else _removed(each, holder, accounts)
            )
    return found


def _removed(each: Entry, holder: _Holder | None, accounts: Mapping[str, str]) -> Decision:
    if each.mail in accounts or (holder and holder.has_account and _same(each, holder)):
        return Decision(each.line, "already", ["elle s’est inscrite depuis"], each)
    if holder and holder.publication != "closed" and not holder.has_account and _same(each, holder):
        return Decision(each.line, "closed", each.problems, each, offer=holder.offer, previous=holder.publication)
    return Decision(each.line, "removed", each.problems, each)


def _kept(
    each: Entry,
    holder: _Holder | None,
    accounts: Mapping[str, str],
    territory: Territory,
    bounds: Bounds,
    taken: set[tuple[str, str]],
    departments: frozenset[str],
) -> Decision:
    if (role := accounts.get(each.mail or "")) is not None:
        reason = "elle s’est inscrite depuis" if role == "am" else "cette adresse mail a déjà un compte d’un autre rôle"
        return Decision(each.line, "already", [reason], each)
    if holder and holder.has_account and _same(each, holder):
        return Decision(each.line, "already", ["elle s’est inscrite depuis, avec une autre adresse mail"], each)
    if holder and _same(each, holder) and holder.publication != "closed":
        return Decision(each.line, "joined", each.problems, each, uuid4(), holder.offer, previous=holder.publication)
    home = _home(each, territory, bounds)
    number = (each.department, each.number)
    licensed = bool(each.number and each.starts_on and each.capacity)
    if licensed and each.department not in departments:
        licensed = False
        each.problems.append("département de l’agrément inconnu")
    if licensed and (holder is not None or number in taken):
        licensed = False
        each.problems.append("numéro d’agrément déjà porté par une autre personne")
    if licensed:
        taken.add(number)
    complete = licensed and home is not None and bool(each.first_name and each.last_name)
    return Decision(
        each.line,
        "published" if complete else "draft",
        each.problems,
        each,
        uuid4(),
        new_id(),
        home=home,
        licensed=licensed,
    )


def _same(each: Entry, holder: _Holder) -> bool:
    """The number alone does not tell who she is: the name must agree, and the birth date where both are known."""
    return fold(each.last_name) == holder.last_name and (
        each.birth_date is None or holder.birth_date is None or each.birth_date == holder.birth_date
    )


def _home(each: Entry, territory: Territory, bounds: Bounds) -> Commune | None:
    found = territory.meant(each.commune_code, each.postcode, each.commune_name)
    if len(found) != 1:
        each.problems.append("commune à préciser, plusieurs sont possibles" if found else "commune inconnue")
        each.position = None
        return None
    commune = found[0].commune
    if each.postcode and each.postcode not in commune.postcodes:
        each.problems.append("code postal d’une autre commune")
        each.postcode = ""
    each.postcode = each.postcode or commune.postcodes[0]
    box = bounds.get(commune.code)
    if each.position and box:
        (lat, lon), (west, south, east, north) = each.position, box
        if not (south - MARGIN <= lat <= north + MARGIN and west - MARGIN <= lon <= east + MARGIN):
            each.position = None
            each.problems.append("position hors de la commune\u00a0: placée en son centre")
    if each.position is None:
        each.position = (commune.lat, commune.lon)
        # The centre of a commune is not her address: shown as one it would mislead.
        each.show = "zone"
    return commune


def _mails(conn: Connection, mails: list[str]) -> dict[str, str]:
    """The roles of the open accounts that have one of these mails."""
    return dict(
        conn.execute("select mail, role from account where mail = any (%s) and closed_at is null", [mails]).fetchall()
    )


def _holders(conn: Connection, numbers: list[tuple[str, str]]) -> dict[tuple[str, str], _Holder]:
    rows = conn.execute(
        "select a.department, a.number, a.offer, o.publication, coalesce(i.last_name, ''), i.birth_date,"
        " exists (select from account t where t.offer = a.offer and t.role = 'am' and t.closed_at is null)"
        " from unnest(%s::text[], %s::text[]) as wanted (department, number)"
        " join agrement a on a.department = wanted.department and a.number = wanted.number"
        " join offer o on o.id = a.offer left join am_identity i on i.offer = a.offer",
        [[department for department, _ in numbers], [number for _, number in numbers]],
    )
    return {
        (department, number): _Holder(offer, publication, fold(last_name), birth_date, has_account)
        for department, number, offer, publication, last_name, birth_date, has_account in rows
    }
