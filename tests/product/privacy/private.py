"""What the registry knows and nobody else may: collected from the private tables and what each person shows."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import class_row

from domain.grid import LAT_STEP, LON_STEP
from registry.database import Connection

DECIMALS = 4
"""A ten-metre square: a position that agrees in so many decimals is the home."""

Place = tuple[float, float]
Words = tuple[str, ...]

LONGEST = 8
"""Words of a private text; addresses are the longest ones."""


@dataclass(frozen=True)
class Person:
    """An assistant maternel; `commune`, `lat`, `lon` and `address` are the home's, `mam` is where she works, and
    `public_lat` and `public_lon` where she is shown."""

    id: str
    public: bool
    public_lat: float
    public_lon: float
    name: str
    first_name: str
    last_name: str
    birth_date: date | None
    number: str
    address: str
    commune: str
    lat: float
    lon: float
    show: str
    street: str | None
    street_lat: float | None
    street_lon: float | None
    phone: str | None
    mail: str | None
    show_phone: bool
    show_mail: bool
    mam: str | None
    mam_name: str | None
    mam_lat: float | None
    mam_lon: float | None
    show_mam: bool
    mam_is_public: bool

    @property
    def home_is_hidden(self) -> bool:
        """In a MAM nobody's home is shown, whatever she chose for the time when she worked there."""
        return self.show != "address" or self.mam is not None

    @property
    def stands_in_zone(self) -> bool:
        """By choice, for want of a street's point, or because her MAM is not shown."""
        return self.hides_mam or (
            self.mam is None and (self.show == "zone" or (self.show == "street" and self.street_lat is None))
        )

    @property
    def hides_mam(self) -> bool:
        """By choice, or because it is not public itself."""
        return self.mam is not None and not (self.show_mam and self.mam_is_public)

    @property
    def full_names(self) -> tuple[str, str]:
        return f"{self.first_name} {self.last_name}", f"{self.last_name} {self.first_name}"


class People(list[Person]):
    def __repr__(self) -> str:
        """Hypothesis prints what a test is given."""
        return f"<{len(self)} people>"


def everybody(conn: Connection) -> People:
    with conn.cursor(row_factory=class_row(Person)) as cur:
        found = cur.execute(
            "select o.id, o.publication = 'published' and a.status = 'valid' as public,"
            " o.lat as public_lat, o.lon as public_lon, o.name,"
            " i.first_name, i.last_name, i.birth_date, a.number,"
            " h.address, h.commune, h.lat, h.lon, h.show, h.street, h.street_lat, h.street_lon,"
            " k.phone, k.mail, k.show_phone, k.show_mail,"
            " w.mam, m.name as mam_name, m.lat as mam_lat, m.lon as mam_lon, coalesce(w.show, false) as show_mam,"
            " coalesce(m.publication = 'published', false) as mam_is_public"
            " from offer o join am_identity i on i.offer = o.id join am_home h on h.offer = o.id"
            " join am_contact k on k.offer = o.id join agrement a on a.offer = o.id"
            " left join am_mam w on w.offer = o.id left join offer m on m.id = w.mam order by o.id"
        )
        return People(found)


def public_elsewhere(conn: Connection, column: str) -> set[Any]:
    """Values that structures publish: an invented address of somebody's may be that of a crèche."""
    rows = conn.execute(f"select distinct {column} from offer where kind <> 'assistant_maternel'")
    return {row[0] for row in rows if row[0]}


def rounded(lat: float, lon: float) -> Place:
    return round(lat, DECIMALS), round(lon, DECIMALS)


def hidden_texts(conn: Connection) -> dict[Words, str]:
    """Private text → what it is. Left out is what somebody else shows: invented numbers and streets meet by chance."""
    people = everybody(conn)
    found: dict[str, str] = {}
    for each in people:
        found |= dict.fromkeys(each.full_names, "civil name") | {each.number: "agrément"}
        if each.birth_date:
            found[each.birth_date.isoformat()] = "birth date"
        if each.phone and not each.show_phone:
            found[each.phone] = "phone"
        if each.mail and not each.show_mail:
            found[each.mail] = "mail"
        if each.home_is_hidden:
            found[each.address] = "address"
        if not each.public:
            found[each.id] = "offer that is not public"
    shown = {each.phone for each in people if each.show_phone} | {each.mail for each in people if each.show_mail}
    shown |= {each.address for each in people if not each.home_is_hidden}
    for column in ("phone", "mail", "address"):
        shown |= public_elsewhere(conn, column)
    # "2 rue du Moulin" is no leak in "2 rue du Moulin des Brosses".
    public = {part for text in shown for part in parts(words(text or ""))}
    return {words(text): what for text, what in found.items() if words(text) not in public}


def words(text: str) -> Words:
    return tuple(word.strip(".,;:!?()«»\"'’") for word in text.lower().split())


def parts(text: Words) -> Iterator[Words]:
    """Every run of words in a text."""
    for start in range(len(text)):
        for end in range(start + 1, min(start + LONGEST, len(text)) + 1):
            yield text[start:end]


def strings(content: Any) -> Iterator[str]:
    """Every text in a document or an answer."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value)


def leaks(content: Any, hidden: Mapping[Words, str]) -> list[str]:
    """The private texts that stand in a document or an answer, with what they are."""
    found = []
    for text in strings(content):
        for part in parts(words(text)):
            if what := hidden.get(part):
                found.append(f"{what} {' '.join(part)!r} in {text!r}")
    return found


def hidden_places(conn: Connection) -> set[Place]:
    """Hidden homes, rounded, without those where something public stands by right."""
    people = everybody(conn)
    rows = conn.execute(
        "select shown_lat, shown_lon from zone_anchor union select lat, lon from commune"
        " union select lat, lon from offer where kind <> 'assistant_maternel'"
    )
    public = {rounded(*row) for row in rows}
    for each in people:
        if not each.home_is_hidden:
            public.add(rounded(each.lat, each.lon))
        if each.show == "street" and each.street_lat is not None and each.street_lon is not None:
            public.add(rounded(each.street_lat, each.street_lon))
    return {rounded(each.lat, each.lon) for each in people if each.home_is_hidden} - public


def positions(content: Any) -> Iterator[Place]:
    """Every position in a document or an answer, GeoJSON's included; contours of territories are none, nor is the
    middle of a cluster, which may lie anywhere: test_moved_home shows that no home moves it."""
    if isinstance(content, dict):
        if isinstance(shown := content.get("properties"), dict) and shown.get("cluster"):
            return
        if "lat" in content and "lon" in content:
            yield rounded(content["lat"], content["lon"])
        if content.get("type") == "Point":
            lon, lat = content["coordinates"]
            yield rounded(lat, lon)
        for key, value in content.items():
            if key != "contour":
                yield from positions(value)
    elif isinstance(content, list):
        for value in content:
            yield from positions(value)


# Changes that nobody may see -------------------------------------------------------------------------------

PRIVATE_TABLES = ("am_home", "am_contact", "am_identity", "agrement", "am_mam")


def keep(conn: Connection) -> None:
    """Copy the private tables for the length of the session."""
    for table in PRIVATE_TABLES:
        conn.execute(f"create temporary table kept_{table} as table {table}")


def restore(conn: Connection) -> None:
    for table in PRIVATE_TABLES:
        columns = ", ".join(
            row[0]
            for row in conn.execute(
                "select column_name from information_schema.columns"
                " where table_schema = 'public' and table_name = %s and column_name <> 'offer' order by 1",
                [table],
            )
        )
        conn.execute(
            f"update {table} t set ({columns}) = (select {columns} from kept_{table} k where k.offer = t.offer)"
        )


def scramble(conn: Connection, people: list[Person], seed: int) -> int:
    """Change every private fact that is not shown: homes within their zones, hidden contacts, civil identities,
    numbers of agréments, hidden MAM; returns how many homes moved. What is public stays as it is.
    """
    rng = random.Random(seed)
    parts: dict[tuple[str, float, float], list[Place]] = {}
    for commune, shown_lat, shown_lon, lat, lon in conn.execute(
        "select commune, shown_lat, shown_lon, lat, lon from zone_anchor order by 1, 2, 3, 4, 5"
    ):
        parts.setdefault((commune, shown_lat, shown_lon), []).append((lat, lon))
    homes = []
    for each in people:
        if each.home_is_hidden:
            zone = parts.get((each.commune, each.public_lat, each.public_lon), [])
            homes.append((*somewhere(each, zone, rng), each.id))
    cur = conn.cursor()
    with conn.transaction():
        cur.execute(
            "update am_home h set lat = v.lat, lon = v.lon, address = v.address,"
            " street = case when h.show = 'street' then h.street else v.address end"
            " from unnest(%s::float8[], %s::float8[], %s::text[], %s::text[]) as v (lat, lon, address, offer)"
            " where h.offer = v.offer",
            [list(column) for column in zip(*homes, strict=True)],
        )
        moved = cur.rowcount
        cur.execute(
            "update am_contact set phone = case when show_phone then phone else %(phone)s end,"
            " mail = case when show_mail then mail else %(mail)s end",
            {"phone": f"07 11 {seed % 90 + 10} 22 33", "mail": f"ailleurs{seed}@example.org"},
        )
        cur.execute(
            "update am_identity set first_name = %s, last_name = %s, birth_date = date '1970-01-01' + %s",
            [f"Autre{seed}", f"Ailleurs{seed}", seed % 9_000],
        )
        cur.execute("update agrement set number = %s || offer", [f"autre-{seed}-"])
        mams = [row[0] for row in cur.execute("select id from offer where kind = 'mam' order by id")]
        ties = [(rng.choice(mams), each.id) for each in people if each.mam and not each.show_mam]
        cur.execute(
            "update am_mam w set mam = v.mam from unnest(%s::text[], %s::text[]) as v (mam, offer)"
            " where w.offer = v.offer",
            [list(column) for column in zip(*ties, strict=True)],
        )
    return moved


def somewhere(person: Person, zone: Sequence[Place], rng: random.Random) -> tuple[float, float, str]:
    """Another home with the same public face: latitude, longitude, address. `zone` are the anchors of her zone."""
    if person.stands_in_zone:
        # Within the cell of the grid around an anchor, no other anchor is nearer. Where the commune is the zone,
        # any place of it will do.
        lat, lon = rng.choice(zone) if zone else (person.public_lat, person.public_lon)
        part = 0.49
    else:
        lat, lon, part = person.lat, person.lon, 3
    return (
        lat + rng.uniform(-part, part) * LAT_STEP,
        lon + rng.uniform(-part, part) * LON_STEP,
        f"{rng.randrange(1, 99)} rue d’Ailleurs",
    )
