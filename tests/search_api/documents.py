"""Hand-written documents of the two indexes, around the centre of Nantes."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from domain.spelling import fold
from domain.vocabulary import search_words
from domain.week import DAYS
from mappings.documents import Availability, Commune, FreeHours, Offer, Period, Place, Point, Range, RetiredPlace
from tests.product.freshness.rule import Life, counts_until

CENTRE = (47.2186, -1.5541)
TODAY = date(2026, 11, 23)
"""A Monday."""

GEO = Path(__file__).parents[2] / "registry" / "data" / "geo"

COMMUNES = {
    "44109": ("Nantes", "44000", "244400404"),
    "44143": ("Rezé", "44400", "244400404"),
    "44162": ("Saint-Herblain", "44800", "244400404"),
    "44198": ("Les Sorinières", "44840", "244400404"),
    "69381": ("Lyon 1er Arrondissement", "69001", "200046977"),
    "33063": ("Bordeaux", "33000", "243300316"),
    "97411": ("Saint-Denis", "97400", "249740119"),
}

Hours = tuple[str, str, str, int]
"""Days ("mon" or "mon-fri"), start, end, places."""


def offer(
    id: str,
    kind: str,
    name: str,
    lat: float,
    lon: float,
    *,
    commune: str = "44109",
    subkind: str | None = None,
    **more: Any,
) -> Offer:
    commune_name, postcode, epci = COMMUNES[commune]
    codes = [commune, "69123"] if commune.startswith("6938") else [commune]
    workplace = {"mam": "mam", "assistant_maternel": "home"}.get(kind)
    fields: dict[str, Any] = {"precision": "address", "fictitious": True, "workplace": workplace, **more}
    periods = tuple((each.period.gte, each.period.lte) for each in fields.get("availability", ()))
    life = Life(kind, bool(fields.get("employed")), fields.get("confirmed_on"), periods)
    fields.setdefault("fresh_until", counts_until(life))
    fields.setdefault("reachable", any((fields.get("contact") or {}).values()))
    fields["located"] = fields["precision"] != "commune"
    if not fields["located"]:
        fields.setdefault("spread_km", 4.0)
    return Offer(
        id=id,
        kind=kind,
        subkind=subkind,
        name=name,
        what=search_words(kind, subkind),
        position=Point(lat=lat, lon=lon),
        commune=Commune(code=commune, codes=codes, name=commune_name, postcode=postcode),
        epci=epci,
        department=commune[:3] if commune.startswith("97") else commune[:2],
        **fields,
    )


def period(start: str, end: str | None, *hours: Hours) -> Availability:
    ranges = [
        FreeHours(day=day, start=begin, end=finish, places=places)
        for days, begin, finish, places in hours
        for day in days_of(days)
    ]
    lte = date.fromisoformat(end) if end else None
    return Availability(period=Period(gte=date.fromisoformat(start), lte=lte), week=week(ranges), ranges=ranges)


def days_of(text: str) -> tuple[Any, ...]:
    first, _, last = text.partition("-")
    return DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]


def week(ranges: list[FreeHours]) -> list[Range]:
    """By the minute, so that nothing of the product's own arithmetic is used."""
    free = [0] * 10_080
    for each in ranges:
        start = DAYS.index(each.day) * 1_440 + minute(each.start)
        end = DAYS.index(each.day) * 1_440 + minute(each.end)
        for at in range(start, end if end > start else end + 1_440):
            free[at % 10_080] += each.places
    found = []
    for level in range(1, max(free) + 1):
        begin = None
        for at, places in enumerate([*free, 0]):
            if places >= level and begin is None:
                begin = at
            elif places < level and begin is not None:
                found.append(Range(gte=begin + level * 10_080, lt=at + level * 10_080))
                begin = None
    return found


def opening(days: str, start: str, end: str) -> list[Range]:
    return [
        Range(gte=DAYS.index(day) * 1_440 + minute(start), lt=DAYS.index(day) * 1_440 + minute(end))
        for day in days_of(days)
    ]


def minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


OFFERS = [
    offer(
        "lutins",
        "eaje",
        "Crèche Les Lutins",
        47.2190,
        -1.5545,
        subkind="creche_collective",
        funding="psu",
        features=["meals", "garden"],
        ages=Range(gte=3, lt=36),
        opening=opening("mon-fri", "07:30", "18:30"),
        manager={"name": "Ville de Nantes", "type": "commune"},
        capacity=40,
        contact={"phone": "02 40 00 00 00", "mail": None, "site": None},
        confirmed_on=date(2026, 11, 1),
        fictitious=False,
    ),
    offer(
        "loups",
        "eaje",
        "Les P’tits Loups",
        47.2250,
        -1.5600,
        subkind="micro_creche",
        funding="paje",
        features=["meals"],
        project="Un projet tourné vers la nature et les lutins des bois",
    ),
    offer(
        "sorinieres",
        "eaje",
        "Les Petits Lutins",
        47.1490,
        -1.5290,
        commune="44198",
        subkind="micro_creche",
        funding="paje",
        ages=Range(gte=0, lt=48),
        opening=opening("mon-fri", "09:00", "17:00"),
        confirmed_on=date(2025, 3, 1),
    ),
    offer("herblain", "eaje", "Multi-accueil du Bourg", 47.2120, -1.6490, commune="44162", subkind="multi_accueil"),
    offer("mam", "mam", "MAM Stram Gram", 47.1830, -1.5490, commune="44143", members=3),
    offer("loisirs", "accueil_loisirs", "Les Francas", 47.2000, -1.5700, ages=Range(gte=36, lt=132)),
    offer("rpe", "rpe", "Relais de Rezé", 47.1900, -1.5500, commune="44143"),
    offer("lyon", "eaje", "Crèche des Pentes", 45.7676, 4.8343, commune="69381", subkind="creche_collective"),
    offer("reunion", "eaje", "Crèche des Filaos", -20.8821, 55.4504, commune="97411", capacity=12),
    offer("meridian", "clas", "Aux devoirs", 44.8400, 0.0, commune="33063"),
    # An assistant maternel free all week, two places in the morning; her mail is shown.
    offer(
        "anne",
        "assistant_maternel",
        "Anne D.",
        47.2205,
        -1.5525,
        precision="zone",
        features=["garden", "no_smoking"],
        languages=["fr", "en"],
        ages=Range(gte=0, lt=72),
        availability=[
            period("2026-09-01", "2027-08-31", ("mon-fri", "07:30", "12:30", 2), ("mon-fri", "12:30", "19:00", 1))
        ],
        contact={"phone": None, "mail": "anne@example.org", "site": None},
        confirmed_on=date(2026, 11, 20),
        tariff={"hourly_cents": 420, "upkeep_cents": 350, "meal_cents": None},
        capacity=4,
        schools=["École Jules-Ferry", "École Saint-Félix"],
    ),
    # Full now, free from September on.
    offer(
        "berthe",
        "assistant_maternel",
        "Berthe M.",
        47.2150,
        -1.5500,
        precision="zone",
        languages=["fr"],
        availability=[
            period("2026-09-01", "2027-08-31"),
            period("2027-09-01", None, ("mon-fri", "08:00", "18:00", 1)),
        ],
        confirmed_on=date(2026, 10, 2),
        tariff={"hourly_cents": 380, "upkeep_cents": 350, "meal_cents": None},
        capacity=2,
        workplace="mam",
        mam={"id": "mam", "name": "MAM Stram Gram"},
        schools=["ÉCOLE JULES-FERRY"],
    ),
    # Nights from Sunday to Monday, open; declared in a term that holds beyond half a year.
    offer(
        "chloe",
        "assistant_maternel",
        "Chloé P.",
        47.2300,
        -1.5400,
        precision="commune",
        features=["atypical_hours"],
        availability=[period("2025-01-01", None, ("sun", "20:00", "08:00", 1), ("mon", "08:00", "12:00", 1))],
        confirmed_on=date(2026, 6, 10),
    ),
    # Declared periods that are over.
    offer(
        "diane",
        "assistant_maternel",
        "Diane R.",
        47.1880,
        -1.5530,
        commune="44143",
        precision="street",
        availability=[period("2025-09-01", "2026-08-31", ("mon-fri", "08:00", "18:00", 3))],
    ),
    # Nothing declared.
    offer("elise", "assistant_maternel", "Élise V.", 47.1875, -1.5470, commune="44143"),
    # A gap before the last declared day, and nothing free in it.
    offer(
        "fanny",
        "assistant_maternel",
        "Fanny K.",
        47.2400,
        -1.5600,
        availability=[
            period("2026-01-01", "2026-10-31", ("mon-fri", "08:00", "18:00", 1)),
            period("2027-01-01", "2027-06-30"),
        ],
        confirmed_on=date(2026, 1, 5),
    ),
    # Free all week, by a word that met its deadline and none since: to confirm.
    offer(
        "gaelle",
        "assistant_maternel",
        "Gaëlle T.",
        44.8400,
        -0.5800,
        commune="33063",
        precision="street",
        availability=[period("2025-09-01", None, ("mon-fri", "08:00", "18:00", 2))],
        confirmed_on=date(2025, 11, 30),
    ),
]


def places(*, every: bool = False) -> list[Place | RetiredPlace]:
    """Loire-Atlantique, its EPCI, and the large communes and the departments of France, or `every` commune and EPCI;
    with the names and codes that they had, from the project's data."""
    departments = {row["code"]: row["name"] for row in rows("departments.csv")}
    epcis = {row["code"]: row["name"] for row in rows("epci.csv")}
    communes = [
        row
        for row in rows("communes.csv")
        if every or row["department"] == "44" or row["parent"] or int(row["population"]) > 40_000
    ]
    if every:
        communes += [{"parent": "", "epci": "", **row} for row in rows("collectivities.csv")]
    found = [
        Place(
            id=f"commune:{row['code']}",
            type="arrondissement" if row["parent"] else "commune",
            code=row["code"],
            name=row["name"],
            postcodes=row["postcodes"].split("|"),
            parent=row["parent"] or None,
            department=row["department"],
            epci=row["epci"] or None,
            population=int(row["population"]),
            position=Point(lat=float(row["lat"]), lon=float(row["lon"])),
            lat_range={"gte": float(row["lat"]) - 0.02, "lte": float(row["lat"]) + 0.02},
            lon_range={"gte": float(row["lon"]) - 0.02, "lte": float(row["lon"]) + 0.02},
            contour={"type": "Point", "coordinates": [float(row["lon"]), float(row["lat"])]},
        )
        for row in communes
    ]
    for type, names, column in (("epci", epcis, "epci"), ("department", departments, "department")):
        of: dict[str, list[dict[str, str]]] = {}
        for row in communes:
            of.setdefault(row[column], []).append(row)
        for code in of.keys() & names.keys():
            members = of[code]
            found.append(
                Place(
                    id=f"{type}:{code}",
                    type=type,
                    code=code,
                    name=names[code],
                    population=sum(int(row["population"]) for row in members if not row["parent"]),
                    position=Point(lat=float(members[0]["lat"]), lon=float(members[0]["lon"])),
                )
            )
    return [*found, *former(communes), *retired(communes)]


def former(communes: list[dict[str, str]]) -> list[Place]:
    today = {row["code"]: row for row in communes}
    found: dict[str, Place] = {}
    for row in rows("former_names.csv"):
        if commune := today.get(row["current_code"]):
            id = f"former:{row['code']}:{fold(row['name']).replace(' ', '-')}"
            id = f"{id}:{row['current_code']}" if id in found else id  # of two communes, which shared what it was
            found[id] = Place(
                id=id,
                type="former",
                code=commune["code"],
                name=row["name"],
                current=commune["name"],
                renamed=True if row["was"] == "commune" and row["code"] == commune["code"] else None,
                postcodes=commune["postcodes"].split("|"),
                department=commune["department"],
                epci=commune["epci"] or None,
                population=int(commune["population"]),
                position=Point(lat=float(commune["lat"]), lon=float(commune["lon"])),
            )
    return list(found.values())


def retired(communes: list[dict[str, str]]) -> list[RetiredPlace]:
    today = {row["code"] for row in communes}
    return [
        RetiredPlace(id=f"commune:{row['code']}", type="retired", code=row["current_code"])
        for row in rows("retired_codes.csv")
        if row["current_code"] in today
    ]


def rows(name: str) -> list[dict[str, str]]:
    with (GEO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
