"""What the registry knows and nobody else may: collected from the private tables and what each person shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import class_row

from registry.database import Connection

DECIMALS = 4
"""A ten-metre square: a position that agrees in so many decimals is the home."""

Place = tuple[float, float]
Words = tuple[str, ...]

LONGEST = 8
"""Words of a private text; addresses are the longest ones."""


@dataclass(frozen=True)
class Person:
    """An assistant maternel; `lat`, `lon` and `address` are the home's, `mam` is where she works."""

    id: str
    public: bool
    name: str
    first_name: str
    last_name: str
    birth_date: date | None
    number: str
    address: str
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

    @property
    def home_is_hidden(self) -> bool:
        """In a MAM nobody's home is shown, whatever she chose for the time when she worked there."""
        return self.show != "address" or self.mam is not None

    @property
    def stands_in_zone(self) -> bool:
        """By choice, for want of a street's point, or because she hides her MAM."""
        return self.hides_mam or (
            self.mam is None and (self.show == "zone" or (self.show == "street" and self.street_lat is None))
        )

    @property
    def hides_mam(self) -> bool:
        return self.mam is not None and not self.show_mam

    @property
    def full_names(self) -> tuple[str, str]:
        return f"{self.first_name} {self.last_name}", f"{self.last_name} {self.first_name}"


def everybody(conn: Connection) -> list[Person]:
    with conn.cursor(row_factory=class_row(Person)) as cur:
        return cur.execute(
            "select o.id, o.publication = 'published' and a.status = 'valid' as public, o.name,"
            " i.first_name, i.last_name, i.birth_date, a.number,"
            " h.address, h.lat, h.lon, h.show, h.street, h.street_lat, h.street_lon,"
            " k.phone, k.mail, k.show_phone, k.show_mail,"
            " w.mam, m.name as mam_name, m.lat as mam_lat, m.lon as mam_lon, coalesce(w.show, false) as show_mam"
            " from offer o join am_identity i on i.offer = o.id join am_home h on h.offer = o.id"
            " join am_contact k on k.offer = o.id join agrement a on a.offer = o.id"
            " left join am_mam w on w.offer = o.id left join offer m on m.id = w.mam order by o.id"
        ).fetchall()


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
        "select lat, lon from zone_anchor union select lat, lon from commune"
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
    """Every position in a document or an answer, GeoJSON's included; contours of territories are none."""
    if isinstance(content, dict):
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
