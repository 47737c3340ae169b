"""What was typed → how it may be read as a place, and the search for it. Pure.

Names are compared as `domain.spelling.place` and the index have them: without accents, capitals and signs, and with
abbreviations written out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.spelling import SAINTS, fold, place, plain
from search_api.query import text
from search_api.query.filters import Clause, any_of, worth
from search_api.request.parameter_types import MAX_COMMUNES

FIELDS = [
    *("id", "type", "code", "name", "current", "renamed", "postcodes", "parent", "department", "epci"),
    *("population", "position"),
]
"""Of a place, whoever reads it: all but its contour."""

EXACT, BEGINS, IN_NAME, MISSPELT = 100_000.0, 20.0, 10.0, 0.2
"""How well a name matches; times the logarithm of the population and two, from 0.3 to 7. A whole name always comes
first; between the others a large town's may come before a hamlet's that matches better."""

GLUED = FORMER = 0.04
"""A whole name with an apostrophe left out, and a former name: after every whole name of today, and before every
beginning of one. What a former name only begins with comes after the names of today, but for the misspelt."""

WITHOUT_ARTICLE = 0.9
"""« Havre » is Le Havre, after a place that is called so without an article."""

WITH_A_PLACE = 0.5
"""A name read with its department ("saint-denis 93") comes after a place whose name is all of it: « Loire » ends
« Châteauneuf-sur-Loire » too."""

LARGER_THAN_A_COMMUNE, PART_OF_A_CITY = 0.5, 0.6
"""Paris is first of all the city: a department or an EPCI of the same name comes after. So do arrondissements, for
which "p" would otherwise show nothing but Paris."""

ARTICLES = ("le", "la", "les", "l")

ARRONDISSEMENT = re.compile(
    r"(?P<city>[a-z]+) (?P<number>\d{1,2})(?:er|e|eme)?(?: ar\w*)?"
    r"|(?P<nth>\d{1,2})(?:er|e|eme)(?: ar\w*)?(?: de)? (?P<of>[a-z]+)"
)
"""« lyon 3 », « paris 18eme arr. », « 8e arrondissement de marseille »."""

DEPARTMENTS = [
    *(f"{n:02}" for n in range(1, 96) if n != 20),
    *("2A", "2B", "971", "972", "973", "974", "975", "976", "977", "978"),
]

CITIES = {"75000": "75056", "69000": "69123", "13000": "13055"}
"""Postcodes that nobody has, and people use for all of a city → the city's code."""

APART = re.compile(r"(?<!\w)(\d\d) (\d{3})(?!\w)")
"""A postcode with a blank in it."""

COMMUNES: Clause = {"terms": {"type": ["commune", "arrondissement"]}}


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed: a place's name, folded, and where that place must be.

    `weight` goes with its scores. `as_typed`: whether someone wrote it so, and may have misspelt it.
    """

    name: str
    where: tuple[Clause, ...] = ()
    weight: float = 1
    as_typed: bool = True


def readings(q: str, departments: Mapping[str, str]) -> list[Reading]:
    """As a name; as a city and its arrondissement; as a name with a postcode or a department beside it."""
    name = APART.sub(r"\1\2", place(q))
    words = name.split()[: text.MAX_WORDS]
    if not words:
        return []
    found = [Reading(" ".join(words))]
    if told := ARRONDISSEMENT.fullmatch(name):
        city, number = told["city"] or told["of"], int(told["number"] or told["nth"])
        found.append(Reading(f"{city} {number}{'er' if number == 1 else 'e'} arrondissement", as_typed=False))
    if len(words) == 1:
        return found
    for word, others in ((words[0], words[1:]), (words[-1], words[:-1])):
        if re.fullmatch(r"\d{5}", word):
            found.append(Reading(" ".join(others), (of_postcode(word),)))
            if "cedex" in plain(q) and word[:2] in departments:  # such a postcode is a firm's, not a commune's
                found.append(in_department(others, word[:2]))
    if words[-1].upper() in departments:
        found.append(in_department(words[:-1], words[-1].upper()))
    for code, department in departments.items():
        ending = words_of_department(department)
        if len(ending) < len(words) and words[-len(ending) :] == ending:
            found.append(in_department(words[: -len(ending)], code))
    return [reading for reading in found if reading.name]


def in_department(words: list[str], code: str) -> Reading:
    """« saint-denis de la » in La Réunion is Saint-Denis."""
    name = " ".join(reversed(without_silent(words[::-1])))
    return Reading(name, ({"term": {"department": code}},), WITH_A_PLACE)


@lru_cache(len(DEPARTMENTS))
def words_of_department(name: str) -> list[str]:
    return without_silent(fold(name).split())


def without_silent(words: list[str]) -> list[str]:
    """Without the articles and the like that they begin with."""
    first = next((at for at, word in enumerate(words) if word not in text.SILENT), len(words))
    return words[first:]


def typed_postcode(q: str) -> str:
    """The digits of a postcode begun or typed in full ("44 300"), else an empty text."""
    digits = "".join(q.split())
    return digits if re.fullmatch(r"\d{1,5}", digits, re.ASCII) else ""


def of_postcode(postcode: str) -> Clause:
    return {"term": {"code": CITIES[postcode]} if postcode in CITIES else {"postcodes": postcode}}


def sharing(postcode: str) -> dict[str, Any]:
    """Every commune of a postcode, by population: at most 46 share one."""
    return {
        "query": {"bool": {"filter": [of_postcode(postcode), COMMUNES]}},
        "sort": [{"population": "desc"}, {"id": "asc"}],
        "size": MAX_COMMUNES,
        "track_total_hits": False,
        "_source": FIELDS,
    }


def suggestions(q: str, limit: int, departments: Mapping[str, str]) -> dict[str, Any]:
    """Exact names, then those that begin so, then those nearly so; each by population."""
    matches = [match for reading in readings(q, departments) for match in name_matches(reading)]
    if digits := typed_postcode(q):
        matches.append(worth(BEGINS, {"prefix": {"postcodes.prefix": {"value": digits}}}))
    if plain(q).strip().upper() in departments:
        matches.append(worth(EXACT, {"term": {"id": f"department:{plain(q).strip().upper()}"}}))
    return by_population({"dis_max": {"queries": matches or [{"match_none": {}}]}}, limit)


def by_population(query: Clause, limit: int) -> dict[str, Any]:
    """A search whose scores grow with the places."""
    return {
        "query": {
            "function_score": {
                "query": query,
                "functions": [
                    {"field_value_factor": {"field": "population", "modifier": "log2p", "missing": 0}},
                    {"filter": {"terms": {"type": ["epci", "department"]}}, "weight": LARGER_THAN_A_COMMUNE},
                    {"filter": {"term": {"type": "arrondissement"}}, "weight": PART_OF_A_CITY},
                    {"filter": {"term": {"type": "former"}}, "weight": FORMER},
                ],
                "score_mode": "multiply",
                "boost_mode": "multiply",
            }
        },
        "sort": [{"_score": "desc"}, {"id": "asc"}],
        "size": limit,
        "track_total_hits": False,
        "_source": FIELDS,
    }


def name_matches(reading: Reading) -> list[Clause]:
    """The clauses of a reading, each with its worth."""
    names = begun(reading.name)
    bare = [f"{article} {name}" for name in names if not has_article(name) for article in ARTICLES]
    spelt = [" ".join(as_indexed(name)) for name in names]
    clauses: list[tuple[float, Clause]] = [
        (EXACT, {"terms": {"name.exact": names}}),
        (EXACT * WITHOUT_ARTICLE, {"terms": {"name.exact": bare}}),
        (EXACT * GLUED, {"term": {"name.glued": reading.name.replace(" ", "")}}),
        (BEGINS, begins("name.exact", names)),
        (BEGINS * WITHOUT_ARTICLE, begins("name.exact", bare)),
        (IN_NAME, any_of(*({"match_bool_prefix": {"name.prefix": {"query": q, "operator": "and"}}} for q in spelt))),
        (IN_NAME / 2, begins("name.glued", [reading.name.replace(" ", "")])),
    ]
    if reading.as_typed:  # costs as much as all the others together
        nearly = {"query": spelt[-1], "operator": "and", "fuzziness": text.FUZZINESS, "prefix_length": 1}
        clauses.append((MISSPELT, {"match": {"name": nearly}}))
    return [
        worth(value * reading.weight, {"bool": {"filter": [clause, *reading.where]}} if reading.where else clause)
        for value, clause in clauses
    ]


def begins(field: str, names: list[str]) -> Clause:
    return any_of(*({"prefix": {field: name}} for name in names))


def begun(name: str) -> list[str]:
    """The name; and with a saint at its end, that no word follows yet, written out: « st » may become Strasbourg, or
    Saint-Denis."""
    *before, last = name.split(" ")
    return [name, " ".join([*before, SAINTS[last]])] if last in SAINTS else [name]


def has_article(name: str) -> bool:
    return name.startswith(tuple(f"{article} " for article in ARTICLES))


def as_indexed(name: str) -> list[str]:
    """The words that `name.prefix` has: none of an article that an apostrophe joins to the next word."""
    *before, last = name.split(" ")
    return [*(word for word in before if word not in text.ARTICLES), last]


# A commune among other words -----------------------------------------------------------------------------

LONGEST_NAME = 8
"""Words of one name."""

MOST_STANDING_IN = 20

WORDS_OF_ADDRESSES = """
rue avenue av boulevard bd allee allees chemin impasse place quai route square cours passage sentier faubourg residence
lotissement hameau lieu dit gare station arret metro tram tramway ecole college lycee mairie eglise centre ville bourg
port pont quartier zone parc nord sud est ouest le la les l de du des d a au aux en pres france
"""
GENERIC = frozenset(WORDS_OF_ADDRESSES.split())
"""Words that alone are meant as no commune, though some are called so (Rue, Port, Pont)."""


def runs(q: str) -> list[tuple[str, ...]]:
    """The names that may stand in a text, best first: those that end last, of these the longest; with an article where
    « du » or « aux » has swallowed it."""
    words = place(q).split()[: text.MAX_WORDS]
    found = []
    for end in range(len(words), 0, -1):
        for start in range(max(0, end - LONGEST_NAME), end):
            some = words[start:end]
            if not all(word in GENERIC or word.isdigit() for word in some) and some[0] not in ("de", "du", "des", "d"):
                name = " ".join(some)
                bare = [] if has_article(name) else [f"{article} {name}" for article in ARTICLES]
                found.append((name, *bare))
    return found


def standing_in(q: str) -> dict[str, Any] | None:
    """The search for every commune whose whole name, of today or of before, is one of `runs`; None without any."""
    names = [name for run in runs(q) for name in run]
    if not names:
        return None
    named = [{"terms": {"name.exact": names}}, {"terms": {"type": ["commune", "former"]}}]
    return by_population({"constant_score": {"filter": {"bool": {"filter": named}}}}, MOST_STANDING_IN)


def best_of(q: str, names: list[str]) -> list[int]:
    """Of places with these names, in the order of their size, the positions of those of the best run first."""
    order = {place(name): at for at, run in reversed(list(enumerate(runs(q)))) for name in run}
    known = [at for at, name in enumerate(names) if place(name) in order]
    return sorted(known, key=lambda at: (order[place(names[at])], at))
