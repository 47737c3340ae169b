"""What parents will see of a profile as it stands in a form: the very document that will be indexed once it is saved.

The offer is copied under an id of its own, what the form says is written to the copy by the functions that save it, the
generator of documents (`registry/functions`) reads it, and all of it is rolled back. So derivation, privacy and JSON
are told once. Nobody waits for a preview: all that it writes is the copy's, and the triggers take no lock for it
(migration 0024). No row, entry of the queue or notification is left; only numbers of sequences are used up.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from registry.agrements import registrations, requests
from registry.agrements.requests import effect
from registry.database import Connection
from registry.ids import new_id
from registry.offers import profiles
from registry.offers.profiles import Agrement, checks, placing
from registry.scales import current_scales

Change = Callable[[Connection, str], object]
"""Writes to the offer of this id, as a save does; takes no lock on anything but it."""

PLACE = ("position", "precision", "located", "spread_km", "address", "commune", "epci", "department")
LICENCE = ("capacity", "ages")


def _unchanged(conn: Connection, offer: str) -> None:
    pass


def document(conn: Connection, offer: str | None, change: Change = _unchanged, *, fictitious: bool = False) -> bytes:
    """The document of an assistant maternel's offer after a change, as if it were public, whether it is or not.

    `offer` None: one that is not there yet, with an id that nobody will have. While her agrément is not validated, it
    is the one she has sent. As long as there is none, or no home, the document says nothing of capacity and ages
    (LICENCE), or place (PLACE). Raises LookupError for an unknown offer. Callers need not commit.
    """
    with conn.transaction(force_rollback=True):
        conn.execute("select set_config('ribambelle.preview', 'on', true)")
        copy = _copy(conn, offer) if offer else profiles.create(conn, fictitious=fictitious)
        change(conn, copy)
        unknown = [*_licensed(conn, offer, copy), *_placed(conn, copy)]
        conn.execute("update offer set publication = 'published' where id = %s", [copy])
        found: bytes = conn.execute("select document from few_offer_documents(%s)", [[copy]]).fetchall()[0][0]
    found = found.replace(copy.encode(), (offer or copy).encode())
    if not unknown:
        return found
    return orjson.dumps({name: value for name, value in orjson.loads(found).items() if name not in unknown})


def of_form(
    conn: Connection,
    offer: str | None,
    values: Mapping[str, str],
    today: date,
    *,
    pages: tuple[str, ...] = ("2a", "2b", "2c"),
    fictitious: bool = False,
) -> dict[str, Any]:
    """The document of what stands in these pages of her forms (registrations.PAGES), whose places are resolved.

    A field with an error says nothing, as no save would write it.
    """
    scales = current_scales(conn)
    errors = {name for page in pages for name in registrations.page_errors(page, values, scales, today)}
    if not values.get("mam_nom"):
        errors.add("mam")
    good = {name: "" if name in errors else value for name, value in values.items()}

    def change(conn: Connection, copy: str) -> None:
        if "2a" in pages and not errors & {"capacite", "age_de", "age_a"}:
            _license(conn, copy, checks.agrement_limits(good))
        if "2b" in pages:
            told = checks.profile(good)
            profiles.save_profile(conn, copy, replace(told, name=told.name or profiles.UNNAMED))
        if "2c" in pages:
            profiles.save_contact(conn, copy, checks.contact(good))
            if not errors & {"code_postal", "commune"}:
                shown = {"montrer": "zone"} if "adresse" in errors else {}
                profiles.save_home(conn, copy, placing.home(conn, good | shown))

    found: dict[str, Any] = orjson.loads(document(conn, offer, change, fictitious=fictitious))
    return found


def _copy(conn: Connection, offer: str) -> str:
    """A draft with the rows of this offer that a document shows; its agrément is in force, its number invented."""
    copy = new_id()
    # One statement, so that its triggers find all of it. Rows are copied whole, whatever columns they get, but for
    # those of a timetable, which have generated ones.
    done = conn.execute(
        """
        with given as (
            insert into offer
            select n.* from offer o cross join jsonb_populate_record(o, %(draft)s) n
            where o.id = %(offer)s
            returning id
        ), home as (
            insert into am_home
            select n.* from am_home h cross join jsonb_populate_record(h, %(of_copy)s) n
            where h.offer = %(offer)s
        ), contact as (
            insert into am_contact
            select n.* from am_contact k cross join jsonb_populate_record(k, %(of_copy)s) n
            where k.offer = %(offer)s
        ), mam as (
            insert into am_mam
            select n.* from am_mam w cross join jsonb_populate_record(w, %(of_copy)s) n
            where w.offer = %(offer)s
        ), licence as (
            insert into agrement
            select n.* from agrement a cross join jsonb_populate_record(a, %(licence)s) n
            where a.offer = %(offer)s
        ), away as (
            insert into leave select %(copy)s, day from leave where offer = %(offer)s
        ), period as (
            insert into timetable (offer, period) select %(copy)s, period from timetable where offer = %(offer)s
            returning id, period
        ), ranges as (
            insert into timetable_range (timetable, weekday, slot, start_minute, end_minute, places)
            select p.id, r.weekday, r.slot, r.start_minute, r.end_minute, r.places
            from timetable t join timetable_range r on r.timetable = t.id join period p on p.period = t.period
            where t.offer = %(offer)s
        )
        select id from given
        """,
        {
            "offer": offer,
            "copy": copy,
            "draft": Jsonb({"id": copy, "publication": "draft"}),
            "of_copy": Jsonb({"offer": copy}),
            "licence": Jsonb({"offer": copy, "number": copy, "status": "valid"}),
        },
    ).fetchall()
    if not done:
        raise LookupError("no offer of this id")
    return copy


def _licensed(conn: Connection, offer: str | None, copy: str) -> tuple[str, ...]:
    """Give the copy the agrément that she has sent, where it has none; or any, and say what is not to be told of it."""
    if conn.execute("select from agrement where offer = %s", [copy]).fetchone() is not None:
        return ()
    asked = requests.open_request(conn, offer) if offer else None
    _license(conn, copy, (asked.capacity, asked.age_from_months, asked.age_to_months) if asked else (6, 0, 1))
    return () if asked else LICENCE


def _license(conn: Connection, copy: str, limits: tuple[int, int, int]) -> None:
    """An agrément of this capacity and these ages; all else of one is private, and invented here."""
    (department,) = conn.execute("select min(code) from department").fetchall()[0]
    effect.write(conn, copy, Agrement(department, copy, date.min, date.max, *limits))


def _placed(conn: Connection, copy: str) -> tuple[str, ...]:
    """A home for the copy, where it has none: a public offer has a place. Says what is not to be told of it."""
    if conn.execute("select from am_home where offer = %s", [copy]).fetchone() is not None:
        return ()
    (commune,) = conn.execute("select min(code) from commune").fetchall()[0]
    values = {"commune_code": commune, "code_postal": "00000", "montrer": "zone"}
    profiles.save_home(conn, copy, placing.home(conn, values))
    return PLACE
