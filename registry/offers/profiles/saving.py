"""Profiles in the registry's tables. Only private tables and her own words are written: what is public of the rest
follows by the database's triggers."""

from registry.database import Connection
from registry.ids import new_id
from registry.offers.profiles.facts import Agrement, Contact, Everything, Home, Identity, Profile

UNNAMED = "Assistante maternelle"
"""Of a draft that has no name yet; a draft is not public."""


def create(conn: Connection, *, fictitious: bool, name: str = UNNAMED) -> str:
    """The id of a new offer, a draft that nobody finds."""
    offer = new_id()
    conn.execute(
        "insert into offer (id, kind, name, publication, licensed, fictitious)"
        " values (%s, 'assistant_maternel', %s, 'draft', false, %s)",
        [offer, name, fictitious],
    )
    return offer


def read(conn: Connection, offer: str) -> Everything:
    """All that is known of her. Raises LookupError for an unknown offer, or one of another kind."""
    row = conn.execute(
        "select o.publication, o.fictitious, o.name, coalesce(o.project, ''), o.features, o.languages, o.schools,"
        " o.hourly_cents, o.upkeep_cents, o.meal_cents, o.employed, w.mam, coalesce(w.show, true)"
        " from offer o left join am_mam w on w.offer = o.id where o.id = %s and o.kind = 'assistant_maternel'",
        [offer],
    ).fetchone()
    if row is None:
        raise LookupError("no assistant maternel of this id")
    publication, fictitious, name, project, features, languages, schools, *rest = row
    identity, checked = _identity(conn, offer)
    agrement, status = _agrement(conn, offer)
    return Everything(
        offer,
        publication,
        fictitious,
        Profile(name, project, tuple(features), tuple(languages), tuple(schools), *rest),
        identity,
        checked,
        _home(conn, offer),
        _contact(conn, offer),
        agrement,
        status,
    )


def save_identity(conn: Connection, offer: str, identity: Identity) -> None:
    """What the national identity system said of it is written by registry/agrements/registrations.py and
    registry/agrements/identity.py."""
    conn.execute(
        "insert into am_identity (offer, first_name, last_name, birth_date, birth_place) values (%s, %s, %s, %s, %s)"
        " on conflict (offer) do update set first_name = excluded.first_name, last_name = excluded.last_name,"
        " birth_date = excluded.birth_date, birth_place = excluded.birth_place",
        [offer, identity.first_name, identity.last_name, identity.birth_date, identity.birth_place],
    )


def save_home(conn: Connection, offer: str, home: Home) -> None:
    conn.execute(
        "insert into am_home (offer, address, street, postcode, commune, lat, lon, street_lat, street_lon, show)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (offer) do update set address = excluded.address, street = excluded.street,"
        " postcode = excluded.postcode, commune = excluded.commune, lat = excluded.lat, lon = excluded.lon,"
        " street_lat = excluded.street_lat, street_lon = excluded.street_lon, show = excluded.show",
        [
            *(offer, home.address, home.street, home.postcode, home.commune, home.lat, home.lon),
            *(home.street_lat, home.street_lon, home.show),
        ],
    )


def save_contact(conn: Connection, offer: str, contact: Contact) -> None:
    conn.execute(
        "insert into am_contact (offer, phone, mail, show_phone, show_mail) values (%s, %s, %s, %s, %s)"
        " on conflict (offer) do update set phone = excluded.phone, mail = excluded.mail,"
        " show_phone = excluded.show_phone, show_mail = excluded.show_mail",
        [offer, contact.phone or None, contact.mail or None, contact.show_phone, contact.show_mail],
    )


def save_profile(conn: Connection, offer: str, profile: Profile) -> None:
    conn.execute(
        "update offer set name = %s, project = %s, features = %s, languages = %s, schools = %s, hourly_cents = %s,"
        " upkeep_cents = %s, meal_cents = %s, employed = %s where id = %s",
        [
            *(profile.name, profile.project or None, list(profile.features), list(profile.languages)),
            *(list(profile.schools), profile.hourly_cents, profile.upkeep_cents, profile.meal_cents),
            *(profile.employed, offer),
        ],
    )
    if profile.mam is None:
        conn.execute("delete from am_mam where offer = %s", [offer])
    else:
        save_mam(conn, offer, profile.mam, show=profile.show_mam)


def save_mam(conn: Connection, offer: str, mam: str, *, show: bool) -> None:
    """Where she works, an offer's id; `show`: whether parents see it."""
    conn.execute(
        "insert into am_mam (offer, mam, show) values (%s, %s, %s)"
        " on conflict (offer) do update set mam = excluded.mam, show = excluded.show",
        [offer, mam, show],
    )


def _identity(conn: Connection, offer: str) -> tuple[Identity | None, str]:
    row = conn.execute(
        "select first_name, last_name, birth_date, birth_place, checked from am_identity where offer = %s", [offer]
    ).fetchone()
    return (Identity(*row[:4]), row[4]) if row else (None, "unchecked")


def _home(conn: Connection, offer: str) -> Home | None:
    row = conn.execute(
        "select address, coalesce(street, ''), postcode, commune, lat, lon, street_lat, street_lon, show"
        " from am_home where offer = %s",
        [offer],
    ).fetchone()
    return Home(*row) if row else None


def _contact(conn: Connection, offer: str) -> Contact | None:
    row = conn.execute(
        "select coalesce(phone, ''), coalesce(mail, ''), show_phone, show_mail from am_contact where offer = %s",
        [offer],
    ).fetchone()
    return Contact(*row) if row else None


def _agrement(conn: Connection, offer: str) -> tuple[Agrement | None, str | None]:
    row = conn.execute(
        "select department, number, starts_on, coalesce(ends_on, '9999-12-31'::date), capacity, age_from_months,"
        " age_to_months, coalesce(conditions, ''), status from agrement where offer = %s",
        [offer],
    ).fetchone()
    return (Agrement(*row[:8]), row[8]) if row else (None, None)
