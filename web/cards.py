"""An offer as pages show it in few words, ready French text: pure functions, no template logic worth testing left.

A view is a dict of texts and links. Nothing is shown that the search API's answer does not hold.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import duties
from search_api import labels
from web import formats, texts

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
"""Symbols of templates/icons.html; the kinds not named here give advice, and have a speech bubble."""
WEEK_START, WEEK_END = 6 * 60, 22 * 60
"""The minutes of the day that the drawn week spans; ranges outside are drawn at its edge."""


def card(item: Mapping[str, Any], *, has_need: bool, today: date) -> dict[str, Any]:
    """One offer in the list."""
    return {
        "id": item["id"],
        "href": f"/offre/{item['id']}",
        "name": item["name"],
        "kind": item["kind"],
        "icon": kind_icon(item["kind"]),
        "kind_label": item.get("subkind_label") or item["kind_label"],
        "place": place_line(item),
        "distance": distance(item.get("distance_m"), item["position"]["precision"])
        or detour(item.get("detour_m"), item["position"]["precision"]),
        "availability": availability(item.get("availability"), has_need=has_need),
        "fresh": freshness(item, today),
        "tariff": tariff_line(item.get("tariff")),
        "facts": facts(item),
        "features": [labels.FEATURES.get(code, code) for code in item.get("features") or []],
        "mam": item.get("mam"),
        "fictitious": item["fictitious"],
    }


def kind_icon(kind: str) -> str:
    return KIND_ICONS.get(kind, OTHER_ICON)


def place_line(item: Mapping[str, Any]) -> str:
    """The address, or how much of it is known: a hidden home is « un quartier de … », never more."""
    commune = f"{item['commune']['postcode']} {item['commune']['name']}"
    if item.get("address"):
        return (
            f"{item['address']}, {commune}" if item["commune"]["postcode"] not in item["address"] else item["address"]
        )
    if item["kind"] == "assistant_maternel" and item["position"]["precision"] == "zone":
        return texts.ZONE_OF.format(commune=item["commune"]["name"])
    if item["kind"] == "assistant_maternel" and item["position"]["precision"] == "commune":
        return texts.COMMUNE_OF.format(commune=item["commune"]["name"])
    return commune


def distance(metres: int | None, precision: str) -> str | None:
    """Of a hidden home the distance is that of its quarter; of what is only known by its commune there is none."""
    if metres is None or precision == "commune":
        return None
    return (texts.DISTANCE_ABOUT if precision == "zone" else texts.DISTANCE).format(distance=formats.distance(metres))


def detour(metres: int | None, precision: str) -> str | None:
    """How far it is from the way that was asked for, told as a distance is."""
    told = distance(metres, precision)
    return told and texts.search.FROM_WAY.format(distance=told)


def availability(found: Mapping[str, Any] | None, *, has_need: bool) -> dict[str, str] | None:
    """`status` (for its colour and icon) and the text; None where the question makes no sense."""
    if found is None:
        return None
    status = found["status"]
    if status == "free":
        text = texts.FREE_FOR_NEED
        if not has_need:
            text = formats.plural(found.get("places") or 1, texts.FREE_ONE, texts.FREE_MANY)
        if found.get("until"):
            text += ", " + texts.FREE_UNTIL.format(day=iso_day(found["until"]))
    elif status == "partial":
        text = found["coverage"]["summary"]
        if found.get("free_from"):
            text += ", " + texts.PARTIAL_FROM.format(day=iso_day(found["free_from"]))
    elif status == "later":
        text = texts.LATER.format(day=iso_day(found["free_from"]))
    else:
        text = {"full": texts.FULL, "to_ask": texts.TO_ASK, "unknown": texts.UNKNOWN}[status]
    return {"status": status, "text": text}


def freshness(item: Mapping[str, Any], today: date) -> str | None:
    """When it was told last, and whether that meets the deadlines; only of those who declare it, and never made up."""
    if item["kind"] != "assistant_maternel":
        return None
    confirmed = item.get("confirmed_on")
    if not confirmed:
        # Perhaps because she has only just come: nothing is said of deadlines.
        return texts.NEVER_CONFIRMED
    confirmed_on = date.fromisoformat(confirmed)
    told = texts.CONFIRMED.format(ago=formats.ago(confirmed_on, today))
    state = duties.state(confirmed_on, item.get("employed", False), today)
    if state not in texts.DUTY:
        return told
    term = duties.term(today)
    days = {"next": formats.day(term.next), "last": formats.day(term.last) if term.last else ""}
    return f"{told}, {texts.DUTY[state].format(**days)}"


def tariff_line(tariff: Mapping[str, Any] | None) -> str | None:
    cents = (tariff or {}).get("hourly_cents")
    return texts.HOURLY.format(money=formats.money(cents)) if cents is not None else None


def facts(item: Mapping[str, Any]) -> list[str]:
    """Capacity, ages and funding in a few words."""
    found = []
    if item.get("capacity"):
        if item["kind"] == "assistant_maternel":
            children = formats.plural(item["capacity"], texts.CHILDREN_ONE, texts.CHILDREN_MANY)
            found.append(texts.CAPACITY.format(children=children))
        else:
            found.append(formats.plural(item["capacity"], texts.PLACE_ONE, texts.PLACE_MANY))
    if item.get("members"):
        found.append(f"{item['members']}{formats.NBSP}{texts.MEMBERS}")
    if ages := ages_text(item.get("ages")):
        found.append(ages)
    if item.get("funding"):
        found.append(labels.FUNDINGS.get(item["funding"], item["funding"]))
    return found


def ages_text(ages: Mapping[str, Any] | None) -> str:
    return formats.ages(ages.get("from_months"), ages.get("to_months")) if ages else ""


def week(ranges: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Seven days with their ranges in words, and drawn: x and width in minutes from `WEEK_START`.

    A range past midnight is drawn to the evening's edge and told in words. No range at all: an empty list.
    """
    if not ranges:
        return []
    return [
        {
            "day": labels.DAYS[code].capitalize(),
            "ranges": [_range(r) for r in sorted(ranges, key=lambda r: str(r["start"])) if r["day"] == code],
        }
        for code in labels.DAYS
    ]


def _range(entry: Mapping[str, Any]) -> dict[str, Any]:
    start = min(max(_minutes(entry["start"]), WEEK_START), WEEK_END - 30)
    end = WEEK_END if entry["end"] <= entry["start"] else min(_minutes(entry["end"]), WEEK_END)
    places = entry.get("places")
    return {
        "hours": formats.hours(entry["start"], entry["end"]),
        "places": formats.plural(places, texts.PLACE_ONE, texts.PLACE_MANY) if places else None,
        "x": start - WEEK_START,
        "width": max(end - start, 30),
    }


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def iso_day(text: str) -> str:
    return formats.day(date.fromisoformat(text[:10]))
