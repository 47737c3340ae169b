"""What someone may mean who has begun to type: communes, postcodes, EPCI, departments, offers, addresses."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain import french
from domain.spelling import SAINTS, plain
from domain.vocabulary import Kind
from search_api.engine.engine import Engine, searches
from search_api.engine.geocoder import Geocoder, addresses
from search_api.places import FIELDS, known
from search_api.query import text
from search_api.query.filters import Clause, any_of, worth
from search_api.request.parameter_types import MAX_COMMUNES

EXACT, BEGINS, IN_NAME, MISSPELT = 100.0, 20.0, 10.0, 1.0
"""How well a name matches; times the logarithm of the population, at most 7, so that a better match always wins
over a larger place, save that a small place's exact name stays before a large one's beginning."""

WITHOUT_ARTICLE = 0.9
"""« Havre » is Le Havre, after a place that is called so without an article."""

WITH_A_PLACE = 0.5
"""A name read with its department ("saint-denis 93") comes after a place whose name is all of it: « Loire » ends
« Châteauneuf-sur-Loire » too."""

LARGER_THAN_A_COMMUNE, PART_OF_A_CITY = 0.5, 0.6
"""Paris is first of all the city: a department or an EPCI of the same name comes after. So do arrondissements, for
which "p" would otherwise show nothing but Paris."""

ARTICLES = ("le", "la", "les")

ARRONDISSEMENT = re.compile(
    r"(?P<city>[a-z]+) (?P<number>\d{1,2})(?:er|e|eme)?(?: ar\w*)?"
    r"|(?P<nth>\d{1,2})(?:er|e|eme)(?: ar\w*)?(?: de)? (?P<of>[a-z]+)"
)
"""« lyon 3 », « paris 18eme arr. », « 8e arrondissement de marseille »."""

DEPARTMENTS = [f"{n:02}" for n in range(1, 96) if n != 20] + ["2A", "2B", "971", "972", "973", "974", "976"]

COMMUNES_NAMED = 3
"""Of those that share a postcode, so many are named in its detail."""


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed: a place's name, folded, and where that place must be.

    `weight` goes with its scores. `as_typed`: whether someone wrote it so, and may have misspelt it.
    """

    name: str
    where: tuple[Clause, ...] = ()
    weight: float = 1
    as_typed: bool = True


async def suggest(engine: Engine, q: str, limit: int, geocoder: Geocoder | None = None) -> dict[str, Any]:
    """Up to `limit` places, offers and addresses for what someone has begun to type. Raises EngineUnavailable.

    The geocoder is asked at the same time, and what it does not answer in time is left out.
    """
    names = await department_names(engine)
    (places, offers), streets = await asyncio.gather(indexed(engine, q, limit, names), addresses(geocoder, q))
    # Places are what most people type; a few rows stay for offers, and an exact name comes first of all.
    room_for_offers = min(len(offers), max(1, limit // 4))
    exact_names = {name for reading in readings(q, names) for name in written(reading.name)}
    exact = [item for item in places if item["type"] == "postcode" or plain(item["label"]) in exact_names]
    exact += [item for item in [*places, *offers] if text.words(item["label"]) == text.words(q)]
    ordered = [
        *exact,
        *streets[: max(1, limit // 2)],
        *places[: limit - room_for_offers],
        *offers,
        *places,
        *streets,
    ]
    items = list({(item["type"], item["id"]): item for item in ordered}.values())
    return {"items": items[:limit]}


def alike(typed: str, name: str) -> bool:
    """Whether they are one name as the index reads it, also glued together: « ile yeu » and « L’Île-Yeu »."""
    return "".join(text.words(typed)) == "".join(text.words(name))


async def department_names(engine: Engine) -> dict[str, str]:
    """Code → name, from what is remembered of the places."""
    found = await known(engine, [f"department:{code}" for code in DEPARTMENTS])
    return {place["code"]: place["name"] for place in found if place}


async def indexed(
    engine: Engine, q: str, limit: int, departments: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The places and the offers, each best first, in one round trip."""
    postcode = typed_postcode(q)
    body = sharing(postcode) if len(postcode) == 5 else place_suggestions(q, limit, departments)
    found_places, found_offers = await searches(
        engine, [(engine.places, body), (engine.offers, offer_suggestions(q, limit))]
    )
    places = [hit["_source"] for hit in found_places["hits"]["hits"]]
    items = [suggested_place(place, departments) for place in places]
    if len(postcode) == 5:
        items = of_postcode(postcode, places, items)
    return items, [suggested_offer(hit["_source"]) for hit in found_offers["hits"]["hits"]]


def typed_postcode(q: str) -> str:
    """The digits of a postcode begun or typed in full ("44 300"), else an empty text."""
    digits = "".join(q.split())
    return digits if re.fullmatch(r"\d{1,5}", digits, re.ASCII) else ""


def sharing(postcode: str) -> dict[str, Any]:
    """Every commune of a postcode, by population: at most 46 share one."""
    return {
        "query": {"bool": {"filter": [{"term": {"postcodes": postcode}}]}},
        "sort": [{"population": "desc"}, {"id": "asc"}],
        "size": MAX_COMMUNES,
        "track_total_hits": False,
        "_source": FIELDS,
    }


def of_postcode(postcode: str, places: list[dict[str, Any]], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who share it all together, then each; the city of an arrondissement shares nothing and comes last."""
    cities = {place.get("parent") for place in places}
    of_them = [item for item in items if item["code"] not in cities]
    others = [item for item in items if item["code"] in cities]
    if len(of_them) < 2:
        return of_them + others
    names = ", ".join(item["label"] for item in of_them[:COMMUNES_NAMED])
    together = {
        "type": "postcode",
        "id": f"postcode:{postcode}",
        "code": postcode,
        "label": postcode,
        "detail": f"{len(of_them)} communes\u00a0: {names}{'…' if len(of_them) > COMMUNES_NAMED else ''}",
        "position": of_them[0]["position"],
        "precision": None,
        "communes": [item["code"] for item in of_them],
        "fictitious": False,
    }
    return [together, *of_them, *others]


def place_suggestions(q: str, limit: int, departments: Mapping[str, str]) -> dict[str, Any]:
    """Exact names, then those that begin so, then those nearly so; each by population."""
    matches = [match for reading in readings(q, departments) for match in name_matches(reading)]
    if digits := typed_postcode(q):
        matches.append(worth(BEGINS, {"prefix": {"postcodes.prefix": {"value": digits}}}))
    if plain(q).strip().upper() in departments:
        matches.append(worth(EXACT, {"term": {"id": f"department:{plain(q).strip().upper()}"}}))
    return {
        "query": {
            "function_score": {
                "query": {"dis_max": {"queries": matches or [{"match_none": {}}]}},
                "functions": [
                    {"field_value_factor": {"field": "population", "modifier": "log1p", "missing": 0}},
                    {"filter": {"terms": {"type": ["epci", "department"]}}, "weight": LARGER_THAN_A_COMMUNE},
                    {"filter": {"term": {"type": "arrondissement"}}, "weight": PART_OF_A_CITY},
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


def readings(q: str, departments: Mapping[str, str]) -> list[Reading]:
    """As a name; as a city and its arrondissement; as a name with a postcode or a department beside it."""
    name = " ".join(plain(q).split())
    words = text.words(q)
    if not words:
        return []
    found = [Reading(name)]
    if told := ARRONDISSEMENT.fullmatch(" ".join(words)):
        city, number = told["city"] or told["of"], int(told["number"] or told["nth"])
        found.append(Reading(f"{city} {number}{'er' if number == 1 else 'e'} arrondissement", as_typed=False))
    if len(words) == 1:
        return found
    for word, others in ((words[0], words[1:]), (words[-1], words[:-1])):
        if re.fullmatch(r"\d{5}", word):
            found.append(Reading(" ".join(others), ({"term": {"postcodes": word}},)))
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
    return without_silent(text.words(name))


def without_silent(words: list[str]) -> list[str]:
    """Without the articles and the like that they begin with."""
    first = next((at for at, word in enumerate(words) if word not in text.SILENT), len(words))
    return words[first:]


def name_matches(reading: Reading) -> list[Clause]:
    """The clauses of a reading, each with its worth."""
    names = written(reading.name)
    bare = [
        f"{article}{name}"
        for name in names
        if not name.startswith(tuple(f"{article} " for article in ARTICLES))
        for article in (*(f"{article} " for article in ARTICLES), "l'")
    ]
    words = text.words(reading.name)
    spelt = [words, [SAINTS.get(word, word) for word in words]]
    begun = [
        {"match_bool_prefix": {"name.prefix": {"query": " ".join(each), "operator": "and"}}}
        for each in (spelt if spelt[0] != spelt[1] else spelt[:1])
    ]
    clauses: list[tuple[float, Clause]] = [
        (EXACT, {"terms": {"name.exact": names}}),
        (EXACT * WITHOUT_ARTICLE, {"terms": {"name.exact": bare}}),
        (BEGINS, begins(names)),
        (BEGINS * WITHOUT_ARTICLE, begins(bare)),
        (IN_NAME, any_of(*begun)),
    ]
    if reading.as_typed:  # costs as much as all the others together
        nearly = {"query": " ".join(spelt[1]), "operator": "and", "fuzziness": text.FUZZINESS, "prefix_length": 1}
        clauses.append((MISSPELT, {"match": {"name": nearly}}))
    return [
        worth(value * reading.weight, {"bool": {"filter": [clause, *reading.where]}} if reading.where else clause)
        for value, clause in clauses
    ]


def begins(names: list[str]) -> Clause:
    return any_of(*({"prefix": {"name.exact": name}} for name in names))


def written(name: str) -> list[str]:
    """How the official name may be written: with spaces or hyphens, an article before a space ("la roche-sur-yon"),
    "saint" in full. The apostrophe stays: « l'hay » is not Hayange."""
    words = [word for word in re.split(r"[\s-]+", name.replace("s/", "sur ")) if word]
    found = [name]
    for each in (words, [SAINTS.get(word, word) for word in words]):
        found += [" ".join(each), "-".join(each)]
        if each and each[0] in ARTICLES:
            found.append(f"{each[0]} {'-'.join(each[1:])}".strip())
    return list(dict.fromkeys(form for form in found if form))


def offer_suggestions(q: str, limit: int) -> dict[str, Any]:
    """Offers by their name alone: "crèche" is a kind, for the filters, and every crèche would answer."""
    together = " ".join(text.words(q))
    begun = {"match_bool_prefix": {"name.prefix": {"query": together, "operator": "and"}}}
    nearly = {"query": together, "operator": "and", "fuzziness": text.FUZZINESS, "prefix_length": 1}
    return {
        "query": {
            "dis_max": {
                "queries": [
                    worth(EXACT, {"term": {"name.sort": q.strip()}}),
                    worth(IN_NAME, begun),
                    worth(MISSPELT, {"match": {"name.prefix": nearly}}),
                ]
            }
        },
        "sort": [{"_score": "desc"}, {"name.sort": "asc"}, {"id": "asc"}],
        "size": limit,
        "track_total_hits": False,
        "_source": ["id", "kind", "name", "position", "commune.name", "fictitious"],
    }


def suggested_place(place: dict[str, Any], departments: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": place["type"],
        "id": place["id"],
        "code": place["code"],
        "label": place["name"],
        "detail": place_detail(place, departments),
        "position": place["position"],
        "precision": None,
        "communes": None,
        "fictitious": False,
    }


def place_detail(place: dict[str, Any], departments: Mapping[str, str]) -> str:
    """What tells a place from its namesakes: « Loire-Atlantique (44) · 44600 »."""
    if place["type"] == "department":
        return f"Département · {place['code']}"
    code = place.get("department") or ""
    department = f"{departments[code]} ({code})" if code in departments else code
    if place["type"] == "epci":
        return " · ".join(filter(None, ("Intercommunalité", department)))
    postcodes = place.get("postcodes") or []
    told = postcodes[0] if len(postcodes) == 1 else f"{len(postcodes)} codes postaux"
    return " · ".join(filter(None, (department, told if postcodes else None)))


def suggested_offer(offer: dict[str, Any]) -> dict[str, Any]:
    detail = f"{Kind.label_of(offer['kind'])} {french.reaching(offer['commune']['name'])}"
    return {
        "type": "offer",
        "id": offer["id"],
        "code": None,
        "label": offer["name"],
        "detail": f"{detail} (données fictives)" if offer["fictitious"] else detail,
        "position": offer["position"],
        "precision": None,
        "communes": None,
        "fictitious": offer["fictitious"],
    }
