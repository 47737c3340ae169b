"""An offer as pages show it in few words, ready French text: pure functions, no template logic worth testing left.

A view is a dict of texts and links. Nothing is shown that the search API's answer does not hold.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain import french
from domain.freshness import is_up_to_date
from domain.vocabulary import Feature, Funding, Weekday
from domain.week import minutes
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
        "features": [Feature.label_of(code) for code in item.get("features") or []],
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
        return texts.ZONE_OF.format(of_commune=french.leaving(item["commune"]["name"]))
    if item["kind"] == "assistant_maternel" and item["position"]["precision"] == "commune":
        return texts.COMMUNE_OF.format(in_commune=french.reaching(item["commune"]["name"]))
    return commune


def distance(metres: int | None, precision: str) -> str | None:
    """Of a hidden home the distance is that of its quarter; of what is only known by its commune there is none."""
    if metres is None or precision == "commune":
        return None
    return (texts.DISTANCE_ABOUT if precision == "zone" else texts.DISTANCE).format(distance=french.distance(metres))


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
        text = texts.FREE_FOR_NEED if has_need else texts.FREE_PLACE.of(found.get("places") or 1)
        text = ", ".join(filter(None, (text, until(found))))
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


def tariff_line(tariff: Mapping[str, Any] | None) -> str | None:
    cents = (tariff or {}).get("hourly_cents")
    return texts.HOURLY.format(money=french.money(cents)) if cents is not None else None


def facts(item: Mapping[str, Any]) -> list[str]:
    """Capacity, ages and funding in a few words."""
    found = []
    if item.get("capacity"):
        if item["kind"] == "assistant_maternel":
            children = texts.CHILD.of(item["capacity"])
            found.append(texts.CAPACITY.format(children=children))
        else:
            found.append(texts.PLACE.of(item["capacity"]))
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
