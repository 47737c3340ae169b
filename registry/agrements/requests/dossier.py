"""All that a moderator has before her to decide: read in one go, so that one line of the audit log tells of it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.agrements import documents
from registry.agrements.movements.rows import LABELS, Action
from registry.agrements.requests import Request, asked, read
from registry.agrements.requests.differences import Difference, differences, shape
from registry.casework import history
from registry.casework.history import Event
from registry.database import Connection
from registry.offers.profiles import Agrement, Identity
from registry.scales import current_scales

FIELDS = ("agrement.number", "agrement.conditions", "am_identity", "am_home.address", "document")
"""The private facts in it, as the audit log names them."""


@dataclass(frozen=True, repr=False)
class Movement:
    """What the département told of the number that she entered, whoever has it."""

    label: str
    effective_on: date
    state: str


@dataclass(frozen=True, repr=False)
class Dossier:
    """Private. `pages`: how many images of the copy there are; `home`: number and street, postcode and commune."""

    request: Request
    identity: Identity | None
    identity_checked: str
    home: tuple[str, str] | None
    shown_name: str
    publication: str
    fictitious: bool
    department_name: str
    last: Agrement | None
    last_status: str | None
    movements: tuple[Movement, ...]
    differences: tuple[Difference, ...]
    pages: int
    history: tuple[Event, ...]


def open_dossier(conn: Connection, id: UUID, today: date) -> Dossier | None:
    """Everything about a request, or None when there is none of this id. The caller writes it into the audit log."""
    request = read(conn, id)
    if request is None:
        return None
    first, last_name, born, place, checked, address, town, name, *rest = conn.execute(
        "select i.first_name, i.last_name, i.birth_date, i.birth_place, coalesce(i.checked, 'unchecked'), h.address,"
        " h.postcode || ' ' || c.name, o.name, o.publication, o.fictitious, d.name,"
        " coalesce((select k.department from am_mam m join offer w on w.id = m.mam join commune k on k.code = w.commune"
        "  where m.offer = o.id), c.department)"
        " from offer o join department d on d.code = %s left join am_identity i on i.offer = o.id"
        " left join am_home h on h.offer = o.id left join commune c on c.code = h.commune where o.id = %s",
        [request.department, request.offer],
    ).fetchall()[0]
    publication, fictitious, department, where = rest
    identity = Identity(first, last_name, born, place) if last_name else None
    last, status = _known(conn, request.offer)
    told = _movements(conn, request)
    shapes = _shapes(conn, request)
    found = differences(asked(request), last, identity, name, shapes, current_scales(conn), today, where)
    return Dossier(
        request=request,
        identity=identity,
        identity_checked=checked,
        home=(address, town) if address else None,
        shown_name=name,
        publication=publication,
        fictitious=fictitious,
        department_name=department,
        last=last,
        last_status=status,
        movements=tuple(told),
        differences=tuple(found),
        pages=documents.pages(conn, request.document) if request.document else 0,
        history=tuple(history.read(conn, id)),
    )


def _known(conn: Connection, offer: str) -> tuple[Agrement | None, str | None]:
    row = conn.execute(
        "select department, number, starts_on, ends_on, capacity, age_from_months, age_to_months,"
        " coalesce(conditions, ''), status from agrement where offer = %s",
        [offer],
    ).fetchone()
    if row is None:
        return None, None
    department, number, starts_on, ends_on, *rest, status = row
    return Agrement(department, number, starts_on, ends_on or date.max, *rest), status


def _movements(conn: Connection, request: Request) -> list[Movement]:
    def label(action: Action) -> str:
        return LABELS[action]

    return [
        Movement(label(row[0]), row[1], row[2])
        for row in conn.execute(
            "select action, effective_on, state from movement where department = %s"
            " and state in ('unmatched', 'waiting', 'applied')"
            " and (key = agrement_key(%s) or matched_key = agrement_key(%s)) order by effective_on, id",
            [request.department, request.number, request.number],
        )
    ]


def _shapes(conn: Connection, request: Request) -> dict[str, int]:
    """Of a sample of the département's numbers: enough to know what is usual."""
    shapes: dict[str, int] = {}
    for (number,) in conn.execute(
        "select number from agrement where department = %s and offer <> %s limit 500",
        [request.department, request.offer],
    ):
        shapes[shape(number)] = shapes.get(shape(number), 0) + 1
    return shapes
