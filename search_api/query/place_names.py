"""What was typed → how it may be read as a place, and the search for it. Pure.

Names are compared as `domain.spelling.place` and the index have them: without accents, capitals and signs, and with
abbreviations written out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.localities import apart, arrondissement, departments_of, postcode
from domain.spelling import SAINTS, fold, plain
from domain.spelling import place as folded
from search_api.query import sources, text
from search_api.query.filters import Clause, any_of, worth
from search_api.query.likeness import ARTICLES, has_article, likeness
from search_api.request.parameter_types import MAX_COMMUNES

EXACT, BEGINS, IN_NAME, MISSPELT = 10_000_000.0, 20.0, 10.0, 0.2
"""How well a name matches; times the logarithm of the population and two, from 0.3 to 7. A whole name always comes
first; between the others a large town's may come before a hamlet's that matches better."""

FORMER = 0.04
"""A whole former name comes after every whole name of today, whatever their populations: 0.04 times 7 is less than
0.3. What a former name only begins with comes after the names of today, but for the misspelt."""

WITHOUT_ARTICLE = GLUED = FORMER**2
"""« Havre » is Le Havre, and « villeneuve dascq » Villeneuve d'Ascq: likewise after every whole name, of today or of
before, and before every beginning of one."""

BEGINS_WITHOUT_ARTICLE = 0.9 * BEGINS
"""« havr » begins Le Havre, a little after what begins so without an article."""

WITH_A_PLACE = 0.5
"""A name read with its department ("saint-denis 93") comes after a place whose name is all of it: « Loire » ends
« Châteauneuf-sur-Loire » too."""

LARGER_THAN_A_COMMUNE, PART_OF_A_CITY = 0.5, 0.6
"""Paris is first of all the city: a department or an EPCI of the same name comes after. So do arrondissements, for
which "p" would otherwise show nothing but Paris."""

DEPARTMENTS = [
    *(f"{n:02}" for n in range(1, 96) if n != 20),
    *("2A", "2B", "971", "972", "973", "974", "975", "976", "977", "978"),
]

MOST_ARRONDISSEMENTS = 20
"""Of a city: a larger number behind a name is a department's."""

APART = re.compile(r"(?<!\w)(\d\d) (\d{3})(?!\w)")
"""A postcode with a blank in it."""

AROUND = re.compile(
    r"(?:(?:la )?(?:ville|commune|mairie|village|bourg) |(?:tout )?(?:pres|proche|autour|a cote) )(?:de|du|des|d) "
    r"(?P<name>.+)"
)
"""« ville de Nantes », « près du Mans »: what stands before a name and says nothing. « Ville-d’Avray » is read whole
first."""

LABEL = re.compile(r"([^()]+)\(([^()]+)\)\s*")
"""« Varades (Loireauxence) »: a name of before and that of today, as suggestions are labelled."""

COMMUNES: Clause = {"terms": {"type": ["commune", "arrondissement"]}}


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed: a place's name, folded, and what tells that place from its namesakes: a
    postcode, the departments where it may be, or for a name of before that of today, folded.

    `weight` goes with its scores. `as_typed`: whether someone wrote it so, and may have misspelt it.
    """

    name: str
    postcode: str = ""
    departments: tuple[str, ...] = ()
    current: str = ""
    weight: float = 1
    as_typed: bool = True

    @property
    def where(self) -> list[Clause]:
        """The clauses that a place must meet beside its name."""
        clauses: list[Clause] = []
        if self.postcode:
            clauses.append({"term": {"postcodes": self.postcode}})
        if self.departments:
            clauses.append({"terms": {"department": list(self.departments)}})
        if self.current:
            clauses.append({"term": {"current": self.current}})
        return clauses

    def is_there(self, place: Mapping[str, Any]) -> bool:
        """Whether a document meets them."""
        return (
            (not self.postcode or self.postcode in (place.get("postcodes") or ()))
            and (not self.departments or place.get("department") in self.departments)
            and (not self.current or self.current == folded(place.get("current") or ""))
        )


def readings(q: str, departments: Mapping[str, str]) -> list[Reading]:
    """First as a whole name; then as a city and its arrondissement, as a name of before with that of today, as a name
    with a postcode or a department beside it."""
    name = APART.sub(r"\1\2", folded(q))
    words = name.split()[: text.MAX_WORDS]
    if not words:
        return []
    found = [Reading(" ".join(words))]
    city, number = apart(name)
    if number and number <= MOST_ARRONDISSEMENTS:
        found.append(Reading(folded(arrondissement(city, number)), as_typed=False))
    if around := AROUND.fullmatch(name):
        found.append(Reading(around["name"], weight=WITH_A_PLACE, as_typed=False))
    if label := LABEL.fullmatch(q.strip()):
        found.append(Reading(folded(label[1]), current=folded(label[2]), as_typed=False))
    if len(words) == 1:
        return found
    for word, others in ((words[0], words[1:]), (words[-1], words[:-1])):
        if re.fullmatch(r"\d{5}", word):
            found.append(Reading(" ".join(others), postcode=word))
            if "cedex" in plain(q):  # such a postcode is a firm's, not a commune's
                found.append(in_departments(others, departments_of(word)))
    if words[-1].upper() in departments:
        found.append(in_departments(words[:-1], (words[-1].upper(),)))
    for code, department in departments.items():
        ending = words_of_department(department)
        if len(ending) < len(words) and words[-len(ending) :] == ending:
            found.append(in_departments(words[: -len(ending)], (code,)))
    return [reading for reading in found if reading.name]


def in_departments(words: list[str], codes: tuple[str, ...]) -> Reading:
    """« saint-denis de la » in La Réunion is Saint-Denis."""
    name = " ".join(reversed(without_silent(words[::-1])))
    return Reading(name, departments=codes, weight=WITH_A_PLACE)


@lru_cache(len(DEPARTMENTS))
def words_of_department(name: str) -> list[str]:
    return without_silent(fold(name).split())


def without_silent(words: list[str]) -> list[str]:
    """Without the articles and the like that they begin with."""
    first = next((at for at, word in enumerate(words) if word not in text.SILENT), len(words))
    return words[first:]


def typed_postcode(q: str) -> str:
    """The digits of a postcode typed in full ("44 300", "F-44300 CEDEX") or begun, else an empty text."""
    digits = "".join(q.split())
    return postcode(q) or (digits if re.fullmatch(r"\d{1,4}", digits, re.ASCII) else "")


def sharing(postcode: str) -> dict[str, Any]:
    """Every commune of a postcode, by population: at most 46 share one."""
    return {
        "query": {"bool": {"filter": [{"term": {"postcodes": postcode}}, COMMUNES]}},
        "sort": [{"population": "desc"}, {"id": "asc"}],
        "size": MAX_COMMUNES,
        "track_total_hits": False,
        "_source": list(sources.PLACE),
    }


def suggestions(q: str, limit: int, typed: Sequence[Reading], departments: Mapping[str, str]) -> dict[str, Any]:
    """Exact names, then those that begin so, then those nearly so; each by population. `typed`: the readings of `q`."""
    matches = [match for reading in typed for match in name_matches(reading)]
    if digits := typed_postcode(q):
        matches.append(worth(BEGINS, {"prefix": {"postcodes.prefix": {"value": digits}}}))
    if typed and (code := typed[0].name.upper()) in departments:
        matches.append(worth(EXACT, {"term": {"id": f"department:{code}"}}))
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
        "_source": list(sources.PLACE),
    }


def name_matches(reading: Reading) -> list[Clause]:
    """The clauses of a reading, each with its worth."""
    names = begun(reading.name)
    bare = [f"{article} {name}" for name in names if not has_article(name) for article in ARTICLES]
    spelt = [" ".join(as_indexed(name)) for name in names]
    where = reading.where
    clauses: list[tuple[float, Clause]] = [
        (EXACT, {"terms": {"name.exact": names}}),
        (EXACT * GLUED, {"term": {"name.glued": reading.name.replace(" ", "")}}),
        (BEGINS, begins("name.exact", names)),
        (IN_NAME, any_of(*({"match_bool_prefix": {"name.prefix": {"query": q, "operator": "and"}}} for q in spelt))),
        (IN_NAME / 2, begins("name.glued", [reading.name.replace(" ", "")])),
    ]
    if bare:
        clauses.append((EXACT * WITHOUT_ARTICLE, {"terms": {"name.exact": bare}}))
        clauses.append((BEGINS_WITHOUT_ARTICLE, begins("name.exact", bare)))
    if reading.as_typed:  # costs as much as all the others together
        nearly = {"query": spelt[-1], "operator": "and", "fuzziness": text.FUZZINESS, "prefix_length": 1}
        clauses.append((MISSPELT, {"match": {"name": nearly}}))
    if reading.postcode:  # « 75015 Paris » is the arrondissement, whose score is less than half of its city's
        part = [{"term": {"type": "arrondissement"}}, {"prefix": {"name.exact": f"{reading.name} "}}]
        clauses.append((EXACT * 4, {"bool": {"filter": part}}))
    return [
        worth(value * reading.weight, {"bool": {"filter": [clause, *where]}} if where else clause)
        for value, clause in clauses
    ]


def begins(field: str, names: list[str]) -> Clause:
    return any_of(*({"prefix": {field: name}} for name in names))


def begun(name: str) -> list[str]:
    """The name; and with a saint at its end, that no word follows yet, written out: « st » may become Strasbourg, or
    Saint-Denis."""
    *before, last = name.split(" ")
    return [name, " ".join([*before, SAINTS[last]])] if last in SAINTS else [name]


def as_indexed(name: str) -> list[str]:
    """The words that `name.prefix` has: none of an article that an apostrophe joins to the next word."""
    *before, last = name.split(" ")
    return [*(word for word in before if word not in text.ARTICLES), last]


# Which of the places found has the name that was typed ------------------------------------------------------


def sure(typed: Sequence[Reading], places: Sequence[Mapping[str, Any]]) -> list[int]:
    """Of places that were found, the positions of those that the readings name, in the order of the places: several
    are namesakes. A whole name before one with an article or an apostrophe left out, and both before what is a name
    only without the postcode or department beside it (« Châteauneuf-sur-Loire » is no Châteauneuf of the Loire)."""
    grades: dict[int, tuple[bool, int]] = {}
    for at, place in enumerate(places):
        found = [
            (number > 0, alike) for number, reading in enumerate(typed) if (alike := fit(reading, place)) is not None
        ]
        if found:
            grades[at] = min(found)
    best = min(grades.values(), default=None)
    return apart_from_doubles(places, [at for at, grade in grades.items() if grade == best])


def fit(reading: Reading, place: Mapping[str, Any]) -> int | None:
    """As `likeness`, of a reading and a document."""
    if place["type"] == "department" and place["code"] == reading.name.upper():
        return 0
    if not reading.is_there(place):
        return None
    if reading.postcode and place["type"] == "arrondissement" and reading.name == apart(place["name"])[0]:
        return 0
    return likeness(reading.name, place["name"])


def apart_from_doubles(places: Sequence[Mapping[str, Any]], positions: list[int]) -> list[int]:
    """Without those that are the same to who looks there: a city of which an arrondissement is meant, the name of
    before of a commune that is meant, a department or an EPCI with the people of one (Paris)."""
    meant = [places[at] for at in positions]
    cities = {place.get("parent") for place in meant}
    people = {place["population"] for place in meant if place["type"] == "commune"}
    seen: set[str] = set()
    kept = []
    for at in positions:
        place = places[at]
        if place["type"] in ("epci", "department"):
            if place["population"] not in people:
                kept.append(at)
        elif place["code"] not in cities | seen:
            seen.add(place["code"])
            kept.append(at)
    return kept


def wrong_postcode(typed: Sequence[Reading], name: str) -> str:
    """The postcode that was typed beside this name, of a place that the readings do not name: « Orvault 44000 ». ""
    where none was."""
    return next((each.postcode for each in typed if each.postcode and likeness(each.name, name) is not None), "")


LARGE, TIMES, SHORTEST_MISSPELT = 50_000, 20, 4
"""A town of so many people, and of so many times more than another, is meant by a word of so many letters at least that
is one letter away from its name, before that other which only begins with it."""


def large_first(q: str, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The places, with a misspelt large town before what only begins so, of a small one: « renes » is Rennes rather
    than the beginning of Renescure. A whole name stays first."""
    typed = folded(q)
    if not places or len(typed) < SHORTEST_MISSPELT or likeness(typed, places[0]["name"]) is not None:
        return places
    least = max(LARGE, TIMES * (places[0].get("population") or 0))
    large = [
        place
        for place in places
        if place["type"] == "commune"
        and (place.get("population") or 0) >= least
        and one_letter_away(typed, folded(place["name"]))
    ]
    return [*large, *(place for place in places if place not in large)]


def one_letter_away(one: str, other: str) -> bool:
    """Whether a letter is left out, added, changed, or changes places with the next one."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[same:], other[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


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
    words = folded(q).split()[: text.MAX_WORDS]
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
    """The positions of those of the names that stand in the text, the best run of `runs` first; namesakes stay in their
    order."""
    order = {folded(name): at for at, run in reversed(list(enumerate(runs(q)))) for name in run}
    standing = [at for at, name in enumerate(names) if folded(name) in order]
    return sorted(standing, key=lambda at: (order[folded(names[at])], at))
