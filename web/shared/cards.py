"""An offer as pages show it in few words, ready French text: pure functions, no template logic worth testing left.

A view is a dict of texts and links. Nothing is shown that the search API's answer does not hold.
"""

import math
import re
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from domain import french
from domain.freshness import is_up_to_date
from domain.grid import HALF_ZONE_M
from domain.vocabulary import Feature, Funding, Weekday
from domain.week import DAYS, NAMES, minutes
from web import texts

OTHER_ICON = "talk"
KIND_ICONS = {
    "eaje": "blocks",
    "assistant_maternel": "home-heart",
    "mam": "homes",
    "garde_domicile": "key",
    "accueil_loisirs": "kite",
    "point_relais_caf": "papers",
    "point_numerique_caf": "papers",
    "france_services": "papers",
}
"""Symbols of templates/core/icons.html; the kinds not named here give advice, and have a speech bubble."""
WEEK_START, WEEK_END = 6 * 60, 22 * 60
"""The minutes of the day that the drawn week spans; ranges outside are drawn at its edge."""

MOST_FEATURES = 2
"""On a card; the fiche has them all."""

RECENT_DAYS = 91
"""A declaration that counts and is no older is not dated on a card: three months, by which the order counts, too
(search_api.query.sorts.LATELY)."""

LEAST_M = 1_000


class Strip(NamedTuple):
    """A week of seven cells, each its letter and how much is free of that day ("yes", "part", "no"; "" where it is not
    asked for), and the same as a sentence."""

    days: tuple[tuple[str, str], ...]
    sentence: str


def card(item: Mapping[str, Any], *, today: date, days: Collection[str] = ()) -> dict[str, Any]:
    """One offer in a list, in few words. `days`: the weekdays that are asked for, in the API's codes; none without a
    need."""
    features, away = labels(tuple(item.get("features") or ())), how_far(item)
    return {
        "id": item["id"],
        "href": f"/offre/{item['id']}",
        "at": located(item["position"]),
        "name": item["name"],
        "kind": item["kind"],
        "icon": kind_icon(item["kind"]),
        "kind_label": item.get("subkind_label") or item["kind_label"],
        "place": place_in_list(item, is_measured=away is not None),
        "distance": away,
        "availability": in_short(item, days),
        "strip": strip(item.get("availability"), days),
        "since": since(item, today),
        "tariff": tariff_line(item.get("tariff"), texts.HOURLY_SHORT),
        "facts": " · ".join(facts(item)),
        "keep": texts.favourites.KEEP_NAMED.format(name=item["name"]),
        "features": features[:MOST_FEATURES],
        "more": len(features[MOST_FEATURES:]),
        "mam": item.get("mam"),
        "fictitious": item["fictitious"],
    }


@lru_cache(2_000)
def labels(features: tuple[str, ...]) -> tuple[str, ...]:
    """Kept, as there are few such lists."""
    return tuple(texts.FEATURES_SHORT.get(code) or Feature.label_of(code) for code in features)


def located(position: Mapping[str, Any]) -> str:
    """Where a map shows it, by which its card finds its marker; empty where the commune alone is known."""
    return "" if position["precision"] == "commune" else f"{position['lat']:.5f},{position['lon']:.5f}"


def kind_icon(kind: str) -> str:
    return KIND_ICONS.get(kind, OTHER_ICON)


def place_line(item: Mapping[str, Any]) -> str:
    """The address, or how much of it is known: a hidden home is « un secteur de … », never more."""
    commune = f"{item['commune']['postcode']} {item['commune']['name']}"
    if item.get("address"):
        return (
            f"{item['address']}, {commune}" if item["commune"]["postcode"] not in item["address"] else item["address"]
        )
    if item["kind"] == "assistant_maternel" and item["position"]["precision"] == "zone":
        return texts.ZONE_OF.format(of_commune=french.leaving(item["commune"]["name"]))
    if item["kind"] == "assistant_maternel" and item["position"]["precision"] == "commune":
        return texts.COMMUNE_OF.format(in_commune=french.reaching(item["commune"]["name"]))
    return commune


def place_in_list(item: Mapping[str, Any], *, is_measured: bool = False) -> str:
    """The same in fewer words: without the postcode; of a hidden home, where its range stands beside it (`is_measured`)
    and says that it is one, the commune alone; for the address of a MAM its name."""
    address, commune = item.get("address"), item["commune"]
    if item.get("mam"):
        return f"{texts.IN_MAM.format(name=item['mam']['name'].removeprefix('MAM '))}, {commune['name']}"
    if address and commune["postcode"] not in address:
        return f"{address}, {commune['name']}"
    if is_measured and not address and item["position"]["precision"] == "zone":
        return str(commune["name"])
    return place_line(item)


def how_far(item: Mapping[str, Any]) -> str | None:
    """From the point or the way that was asked for, where there is one."""
    precision = item["position"]["precision"]
    return distance(item.get("distance_m"), precision) or detour(item.get("detour_m"), precision)


def distance(metres: int | None, precision: str) -> str | None:
    """Of a hidden home a range, as nothing is known of it but its zone; of what is only known by its commune none."""
    if metres is None or precision == "commune":
        return None
    return zone_distance(metres) if precision == "zone" else texts.DISTANCE.format(distance=french.distance(metres))


def zone_distance(metres: int) -> str:
    """How far a zone is, from its near side to its far one, of the distance to the centre of its cell: « entre 1 et
    2 km », « à moins de 1,5 km ». To the half kilometre, from ten on to the whole one: a corner of the cell is some
    250 m farther, and a zone of several cells reaches beyond."""
    step = 500 if metres + HALF_ZONE_M < 10_000 else 1_000
    low, high = (math.floor(each / step + 0.5) * step for each in (metres - HALF_ZONE_M, metres + HALF_ZONE_M))
    far = french.distance(max(high, LEAST_M))
    if low <= 0:
        return texts.DISTANCE_WITHIN.format(distance=far)
    near = french.distance(low)
    return texts.DISTANCE_BETWEEN.format(low=near.removesuffix(f"{french.NBSP}km"), high=far)


def detour(metres: int | None, precision: str) -> str | None:
    """How far it is from the way that was asked for, told as a distance is."""
    told = distance(metres, precision)
    return told and texts.search.FROM_WAY.format(distance=told)


def in_short(item: Mapping[str, Any], days: Collection[str]) -> dict[str, str] | None:
    """`availability` on a card, where its week stands beside it: without the day to which something is declared, which
    is not the end of a place."""
    found = item.get("availability")
    if found is None:
        return None
    match found["status"]:
        case "free":
            places = found.get("places") or 1
            told = free_days(days, places) if days else texts.FREE_PLACE.of(places)
            text = ", ".join(filter(None, (told, end(found))))
        case "later":
            text = ", ".join(filter(None, (texts.LATER.format(day=iso_day(found["free_from"])), end(found))))
        case "to_confirm":
            text = texts.TO_CONFIRM_SHORT if item.get("confirmed_on") else texts.NEVER_DECLARED_SHORT
        case "unknown" if not item.get("confirmed_on"):
            text = texts.NEVER_DECLARED_SHORT
        case "partial":
            # Which days are free the week shows: « Libre 3 jours sur 4 (lundi, mardi et jeudi) ; … ».
            text = re.sub(r" \([^()]*\)", "", partial({**found, "declared_until": None}))
        case _:
            return availability(found)
    return {"status": found["status"], "text": text}


def free_days(days: Collection[str], places: int) -> str:
    """All that is asked for: « Libre les 4 jours », « Libre le mardi », « Libre les 4 jours (2 places) »."""
    if len(days) == 1:
        text = texts.FREE_THE_DAY.format(day=NAMES[DAYS.index(next(iter(days)))])
    else:
        text = texts.FREE_THE_DAYS.format(count=len(days))
    return f"{text} ({texts.PLACE.of(places)})" if places > 1 else text


def end(found: Mapping[str, Any]) -> str:
    """To when a place is free, where its end is known."""
    return texts.FREE_UNTIL.format(day=iso_day(found["until"])) if found.get("until") else ""


def strip(found: Mapping[str, Any] | None, days: Collection[str]) -> Strip | None:
    """The week that is asked for, day by day; None where nothing of it is known to be free."""
    if found is None or not days or found["status"] not in ("free", "later", "partial"):
        return None
    coverage = found.get("coverage")
    if coverage is None:
        return week_of(tuple("yes" if day in days else "" for day in DAYS))
    fewer = coverage["places"] < coverage["asked_places"]
    of_day: dict[str, set[str]] = {}
    for each in coverage["days"]:  # in a pair each line of a day by itself
        some = each["free"] or each["shortened"] is not None
        of_day.setdefault(each["day"], set()).add("yes" if each["covered"] and not fewer else "part" if some else "no")
    states = {day: found.pop() if len(found) == 1 else "part" for day, found in of_day.items()}
    return week_of(tuple(states.get(day, "") for day in DAYS))


@lru_cache(2_000)
def week_of(states: tuple[str, ...]) -> Strip:
    """Kept, as most cards of a list have the same."""
    told = [
        wording.format(days=french.week_days(number for number, each in enumerate(states) if each == state))
        for state, wording in texts.STRIP.items()
        if state in states
    ]
    letters = (name[0].upper() for name in NAMES)
    return Strip(tuple(zip(letters, states, strict=True)), f"{french.NARROW}; ".join(told))


def availability(found: Mapping[str, Any] | None) -> dict[str, str] | None:
    """`status` (for its colour and icon) and the text; None where the question makes no sense. As a fiche tells it; a
    card, which may be about a need, as `in_short` does."""
    if found is None:
        return None
    status = found["status"]
    if status == "free":
        text = ", ".join(filter(None, (texts.FREE_PLACE.of(found.get("places") or 1), until(found))))
    elif status == "partial":
        text = partial(found)
    elif status == "later":
        text = ", ".join(filter(None, (texts.LATER.format(day=iso_day(found["free_from"])), until(found))))
    else:
        told = {"full": texts.FULL, "to_ask": texts.TO_ASK, "unknown": texts.UNKNOWN, "to_confirm": texts.TO_CONFIRM}
        text = told[status]
    return {"status": status, "text": text}


def until(found: Mapping[str, Any]) -> str:
    """To when a place is free; or, where what comes after is not declared, to when it is: that is not its end."""
    if found.get("until"):
        return texts.FREE_UNTIL.format(day=iso_day(found["until"]))
    if found.get("declared_until"):
        return texts.FREE_DECLARED_UNTIL.format(day=iso_day(found["declared_until"]))
    return ""


def ends_with_declaration(found: Mapping[str, Any] | None) -> bool:
    """Whether the line above ends with « disponibilités déclarées jusqu’au … », and need not be said once more."""
    if found is None or found["status"] not in ("free", "later", "partial"):
        return False
    return bool(found.get("declared_until")) and not found.get("until")


def partial(found: Mapping[str, Any]) -> str:
    """What there is of the need, after its dates, as the sentence goes on with what is missing; at last to when it is
    declared."""
    summary = str(found["coverage"]["summary"])
    start, end = found.get("free_from"), found.get("until")
    if not end and found.get("declared_until"):
        summary += f"{french.NARROW}; {until(found)}"
    if not (start or end):
        return summary
    if start and end:
        when = texts.PARTIAL_FROM_TO.format(start=iso_day(start), end=iso_day(end))
    elif start:
        when = texts.PARTIAL_FROM.format(day=iso_day(start))
    else:
        when = texts.PARTIAL_UNTIL.format(day=iso_day(str(end)))
    return f"{when}{french.NBSP}: {summary[:1].lower()}{summary[1:]}"


def freshness(item: Mapping[str, Any], today: date) -> str | None:
    """When it was declared last, and whether that counts on the day; only of those who declare, and never made up."""
    if item["kind"] != "assistant_maternel":
        return None
    if not item.get("confirmed_on"):
        return texts.NEVER_DECLARED
    told = texts.DECLARED if is_up_to_date(item, today) else texts.DECLARED_TO_CONFIRM
    if told == texts.DECLARED and ends_with_declaration(item.get("availability")):
        told = texts.DECLARED_SAID
    return told.format(ago=french.ago(date.fromisoformat(item["confirmed_on"]), today))


def since(item: Mapping[str, Any], today: date) -> str | None:
    """`freshness` on a card, where it matters: when that is to be confirmed, or three months old."""
    if item["kind"] != "assistant_maternel" or not item.get("confirmed_on"):
        return None
    said = date.fromisoformat(item["confirmed_on"])
    if is_up_to_date(item, today) and (today - said).days <= RECENT_DAYS:
        return None
    return texts.SINCE.format(ago=french.ago(said, today))


def tariff_line(tariff: Mapping[str, Any] | None, wording: str = texts.HOURLY) -> str | None:
    cents = (tariff or {}).get("hourly_cents")
    return wording.format(money=french.money(cents)) if cents is not None else None


def facts(item: Mapping[str, Any]) -> list[str]:
    """Capacity, ages and funding in a few words. Not for how many children an agrément is: beside « 1 place libre »
    that would read as places that are left; the fiche tells it."""
    found = []
    if item.get("capacity") and item["kind"] != "assistant_maternel":
        found.append(texts.CAPACITY_OF.format(places=texts.PLACE.of(item["capacity"])))
    if item.get("members"):
        found.append(f"{item['members']}{french.NBSP}{texts.MEMBERS}")
    if ages := ages_text(item.get("ages")):
        found.append(ages)
    if item.get("funding"):
        found.append(Funding.label_of(item["funding"]))
    return found


def ages_text(ages: Mapping[str, Any] | None) -> str:
    return french.ages(ages.get("from_months"), ages.get("to_months")) if ages else ""


def week(ranges: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Seven days with their ranges in words, and drawn: x and width in minutes from `WEEK_START`.

    A range past midnight is drawn to the evening's edge and told in words. No range at all: an empty list.
    """
    if not ranges:
        return []
    return [
        {
            "day": day.label.capitalize(),
            "ranges": [_range(r) for r in sorted(ranges, key=lambda r: str(r["start"])) if r["day"] == day],
        }
        for day in Weekday
    ]


def _range(entry: Mapping[str, Any]) -> dict[str, Any]:
    first, last = minutes(entry["start"], entry["end"])
    start, end = min(max(first, WEEK_START), WEEK_END - 30), min(last, WEEK_END)
    places = entry.get("places")
    return {
        "hours": french.hours(entry["start"], entry["end"]),
        "places": texts.PLACE.of(places) if places else None,
        "x": start - WEEK_START,
        "width": max(end - start, 30),
    }


def iso_day(text: str) -> str:
    return french.day(date.fromisoformat(text[:10]))
