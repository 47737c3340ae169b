"""What people ask, drawn from where they live: towns by their population, homes by the anchors of their commune."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from bench.setup import TODAY
from registry.database import Connection

OFFERS, MAP, SUGGEST = "/api/v1/offers", "/api/v1/map", "/api/v1/suggest"
NEARLY, PAIRS = "/api/v1/nearly", "/api/v1/pairs"

FACETS = "kind,subkind,feature,funding"
"""Those of the list in the pages."""

LONGEST_WAIT_DAYS = 300
"""From today to the day a child shall begin."""

Pairs = list[tuple[str, str]]
"""Parameters of a query string, in order."""


@dataclass(frozen=True)
class Home:
    """Where someone lives who asks: a point of a commune, in degrees, and the commune."""

    lat: float
    lon: float
    commune: str
    name: str


@dataclass(frozen=True)
class Asked:
    """A request of the mix: `page` 2 is asked with the cursor of the first page."""

    part: str
    path: str
    page: int = 1


def homes(conn: Connection, count: int, rng: random.Random, *, least_population: int = 1) -> list[Home]:
    """Homes in departments that have offers of assistants maternels (all of them, but for the demo's data)."""
    communes = conn.execute(
        "select c.code, c.name, c.population, c.lat, c.lon from commune c"
        " where c.population >= %s and c.code not in (select parent from commune where parent is not null)"
        " and c.department in (select department from commune join offer on offer.commune = commune.code"
        " where offer.kind = 'assistant_maternel') order by c.code",
        [least_population],
    ).fetchall()
    drawn = rng.choices(communes, [row[2] for row in communes], k=count)
    anchors: dict[str, list[tuple[float, float]]] = {}
    codes = list({row[0] for row in drawn})
    for code, lat, lon in conn.execute(
        "select commune, lat, lon from zone_anchor where commune = any (%s) order by 1, 2, 3", [codes]
    ):
        anchors.setdefault(code, []).append((lat, lon))
    found = []
    for code, name, _, lat, lon in drawn:
        lat, lon = rng.choice(anchors.get(code, [(lat, lon)]))
        # Half of a cell of the grid each way, so that no two ask from the very same point.
        found.append(
            Home(round(lat + rng.uniform(-0.005, 0.005), 5), round(lon + rng.uniform(-0.007, 0.007), 5), code, name)
        )
    return found


def mixed(conn: Connection, count: int, *, seed: int = 1) -> list[Asked]:
    """`count` requests for lists of offers, with the shares of `MIX`, in a random order."""
    rng = random.Random(seed)
    parts = rng.choices(list(MIX), [share for share, _ in MIX.values()], k=count)
    drawn = []
    for part, home in zip(parts, homes(conn, count, rng), strict=True):
        pairs = MIX[part][1](rng, home)
        drawn.append(Asked(part, f"{OFFERS}?{urlencode(pairs)}", 2 if part == "second page" else 1))
    return drawn


def around(rng: random.Random, home: Home) -> Pairs:
    return [("near", f"{home.lat},{home.lon}"), ("radius_km", rng.choice(("5", "10", "10", "20"))), ("facets", FACETS)]


def of_kinds(rng: random.Random, home: Home) -> Pairs:
    kinds = rng.choice((("assistant_maternel",), ("assistant_maternel", "mam"), ("eaje",), ("eaje", "mam"), ("rpe",)))
    return [*around(rng, home), *(("kind", each) for each in kinds)]


def week(rng: random.Random, home: Home) -> Pairs:
    """Five days: what most families with two jobs look for."""
    return [*around(rng, home), ("need", f"mon-fri@{hours(rng)}"), ("from", start(rng)), ("include", "to_ask")]


def part_of_week(rng: random.Random, home: Home) -> Pairs:
    days = rng.choice(("mon-thu", "mon-wed", "tue-fri", "wed", "mon-tue"))
    lines = [f"{days}@{hours(rng)}"] + ([f"sat@{hours(rng)}"] if rng.random() < 0.2 else [])
    return [
        *around(rng, home),
        *(("need", line) for line in lines),
        ("from", start(rng)),
        ("child_birthdate", birthdate(rng)),
        ("kind", "assistant_maternel"),
    ]


def best_of_week(rng: random.Random, home: Home) -> Pairs:
    """Two lines that differ, and whatever covers a part of them."""
    return [
        *around(rng, home),
        ("need", f"mon-thu@{hours(rng)}"),
        ("need", f"fri@{hours(rng)}"),
        ("from", start(rng)),
        ("match", "best"),
        ("include", "to_ask"),
        ("sort", rng.choice(("availability", "recommended"))),
    ]


def in_commune(rng: random.Random, home: Home) -> Pairs:
    return [("commune", home.commune), ("facets", FACETS)]


def words(rng: random.Random, home: Home) -> Pairs:
    q = rng.choice(WORDS).format(commune=home.name)
    return [("q", q), *([] if "{commune}" in q or rng.random() < 0.3 else around(rng, home))]


def for_child(rng: random.Random, home: Home) -> Pairs:
    feature = rng.choice(("garden", "no_smoking", "meals", "school_run", "no_pets"))
    return [*around(rng, home), ("child_birthdate", birthdate(rng)), ("feature", feature)]


def sorted_otherwise(rng: random.Random, home: Home) -> Pairs:
    return [*around(rng, home), ("sort", rng.choice(("updated", "name")))]


def along(rng: random.Random, home: Home) -> Pairs:
    """Home to work, some 5 to 20 km away."""
    lat, lon = home.lat + rng.choice((-1, 1)) * rng.uniform(0.04, 0.12), home.lon + rng.uniform(-0.15, 0.15)
    return [("route", f"{home.lat},{home.lon};{lat:.5f},{lon:.5f}"), ("detour_km", "2"), ("facets", FACETS)]


def along_a_long_way(rng: random.Random, home: Home) -> Pairs:
    """As far as from one large town to the next, some 35 to 65 km: 140 to 260 circles."""
    lat, lon = home.lat + rng.choice((-1, 1)) * rng.uniform(0.31, 0.5), home.lon + rng.uniform(-0.4, 0.4)
    return [("route", f"{home.lat},{home.lon};{lat:.5f},{lon:.5f}"), ("detour_km", "2")]


def hours(rng: random.Random) -> str:
    """Of a day."""
    first = rng.choice(("07:30", "08:00", "08:00", "08:30", "09:00"))
    return f"{first}-{rng.choice(('16:30', '17:00', '17:30', '18:00', '18:30'))}"


def start(rng: random.Random) -> str:
    return (TODAY + timedelta(days=rng.randrange(LONGEST_WAIT_DAYS))).isoformat()


def birthdate(rng: random.Random) -> str:
    return (TODAY - timedelta(days=rng.randrange(1, 5 * 365))).isoformat()


MIX: dict[str, tuple[int, Callable[[random.Random, Home], Pairs]]] = {
    "around home": (20, around),
    "of some kinds": (15, of_kinds),
    "five days": (20, week),
    "part of a week": (8, part_of_week),
    "best of a week": (6, best_of_week),
    "in a commune": (8, in_commune),
    "words": (8, words),
    "for a child": (4, for_child),
    "other order": (3, sorted_otherwise),
    "along a route": (3, along),
    "second page": (5, around),
}
"""Part → its share in percent and what it asks. The shares are a guess: nobody has used the product yet."""

WORDS = (
    "crèche",
    "micro-crèche",
    "assistante maternelle",
    "nounou {commune}",
    "creche {commune}",
    "halte garderie",
    "relais petite enfance",
    "les petits",
    "montessori",
    "{commune}",
    "assistante maternele jardin",
)


def typed(conn: Connection, names: int, *, seed: int = 2, letters: int = 8) -> list[str]:
    """Names of communes drawn by population, each as it is typed letter by letter: the paths of suggestions."""
    rng = random.Random(seed)
    return [
        f"{SUGGEST}?{urlencode({'q': home.name[:length]})}"
        for home in homes(conn, names, rng)
        for length in range(1, min(len(home.name), letters) + 1)
        if home.name[:length].strip() == home.name[:length]
    ]


def whole_country(count: int, *, seed: int = 3) -> list[str]:
    """Maps of metropolitan France at zoom 5 and 6, no two of the same rectangle, as nobody's screens are."""
    rng = random.Random(seed)
    found = []
    for number in range(count):
        west, south, east, north = (edge + rng.uniform(-0.3, 0.3) for edge in (-5.5, 41.2, 9.8, 51.3))
        bbox = f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}"
        found.append(f"{MAP}?{urlencode({'bbox': bbox, 'zoom': 5 + number % 2})}")
    return found


def around_or_along(rng: random.Random, home: Home) -> Pairs:
    return along(rng, home) if rng.random() < 0.125 else around(rng, home)


HARD: dict[str, tuple[str, Callable[[random.Random, Home], Pairs]]] = {
    "nearly": (NEARLY, around_or_along),
    "nearly along a way": (NEARLY, along_a_long_way),
    "pairs": (PAIRS, around_or_along),
}
"""What is asked where few offers cover a need, and where."""


def hard_needs(conn: Connection, count: int, name: str, *, seed: int = 6) -> list[str]:
    """Of HARD: twins, or one child by day and by night, on long days in a town of 100,000 and more."""
    rng = random.Random(seed)
    path, place = HARD[name]
    found = []
    for home in homes(conn, count, rng, least_population=100_000):
        where = place(rng, home)
        born, days = birthdate(rng), rng.choice(("tue", "mon-tue", "mon-thu", "mon-fri"))
        lines = [f"{days}@07:15-19:15", *([f"{days[:3]}@19:15-07:15*1"] if rng.random() < 0.5 else [])]
        pairs = [pair for pair in where if pair[0] != "facets"]
        pairs += [("need", line) for line in lines] + [("child_birthdate", born)] * rng.choice((1, 2))
        found.append(f"{path}?{urlencode([*pairs, ('from', start(rng))])}")
    return found


def dense_needs(conn: Connection, count: int, *, seed: int = 4) -> list[tuple[Home, str, date]]:
    """Home in a town of 100,000 and more, hours of five days, and the day from which."""
    rng = random.Random(seed)
    return [
        (home, f"mon-fri@{hours(rng)}", date.fromisoformat(start(rng)))
        for home in homes(conn, count, rng, least_population=100_000)
    ]
