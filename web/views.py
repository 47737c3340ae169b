"""From the search API's answers to what the templates show: pure functions, no template logic worth testing left.

A view is a dict of ready French texts and links. Nothing is shown that the answer does not hold.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from registry import duties
from search_api import labels
from settings import PARIS
from web import formats, forms, texts
from web.forms import SearchForm

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


def results(answer: Mapping[str, Any], form: SearchForm, place: dict[str, Any] | None, today: date) -> dict[str, Any]:
    """The list, its count, the filters with their counts, and what to loosen when nothing was found."""
    total = answer["total"]
    cards = [card(item, has_need=bool(form.jours), today=today) for item in answer["items"]]
    heading = formats.plural(total["value"], texts.RESULT_ONE, texts.RESULT_MANY)
    if total["relation"] != "eq":
        heading = texts.AT_LEAST.format(count=heading)
    return {
        "heading": heading,
        "where": where(form, place),
        "empty": total["value"] == 0,
        "cards": cards,
        "facets": {name: [choice(entry) for entry in entries] for name, entries in answer["facets"].items()},
        "next": forms.address(form, suite=answer["next"]) if answer["next"] else None,
        "loosen": loosen(form, place) if total["value"] == 0 else [],
        "sort": next((name for name, code in forms.SORTS.items() if code == answer["query"]["sort"]), ""),
        "sorts": forms.sorts(form, place),
        "indexed": indexed(answer["data"].get("indexed_at")),
    }


def where(form: SearchForm, place: dict[str, Any] | None) -> str:
    if form.autour:
        return texts.AROUND_POSITION
    if place is None:
        return texts.EVERYWHERE
    if place["type"] in ("epci", "department"):
        return texts.IN_TERRITORY.format(place=place["name"])
    inside = form.rayon == "0" and place["type"] != "address"
    return (texts.IN if inside else texts.AROUND).format(place=place["name"])


def choice(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**entry, "count_text": formats.number(entry["count"])}


def uncounted(form: SearchForm) -> dict[str, list[dict[str, Any]]]:
    """The same filters where there are no results to count: what was ticked stays ticked beside an error."""
    chosen = {"subkind": form.sous_types, "feature": form.options, "funding": form.financements}
    return {
        name: [
            {"value": code, "label": label, "count_text": "", "selected": code in ticked}
            for code, label in labels.FACETS[name].items()
        ]
        for name, ticked in chosen.items()
    }


def indexed(moment: str | None) -> str | None:
    if moment is None:
        return None
    day = datetime.fromisoformat(moment).astimezone(PARIS).date()
    return texts.DATA_OF.format(day=formats.day(day))


def loosen(form: SearchForm, place: dict[str, Any] | None) -> list[dict[str, str]]:
    """Links that ask for less, the smallest step first."""
    steps: list[tuple[str, dict[str, Any]]] = []
    around = forms.is_around(form, place)
    wider = [r for r in texts.RADII if int(r) > int(form.rayon or forms.RADIUS)]
    if around and wider:
        radius = wider[min(1, len(wider) - 1)]
        steps.append((texts.LOOSEN_RADIUS.format(radius=radius), {"rayon": radius}))
    if form.jours and form.libres:
        steps.append((texts.LOOSEN_ASK, {"libres": ""}))
    if form.filtered:
        steps.append((texts.LOOSEN_FILTERS, {"mots": "", "sous_types": (), "options": (), "financements": ()}))
    if form.jours:
        steps.append((texts.LOOSEN_HOURS, {"jours": (), "debut": "", "fin": "", "libres": ""}))
    if form.types:
        steps.append((texts.LOOSEN_KINDS, {"types": ()}))
    if form.types != ("rpe",):
        relay = SearchForm(ou=form.ou, lieu=form.lieu, autour=form.autour, types=("rpe",))
        steps.append((texts.LOOSEN_RPE, {**asdict(relay), "rayon": "20" if around else ""}))
    return [{"label": label, "href": forms.address(form, **changes)} for label, changes in steps]


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
        "distance": distance(item.get("distance_m"), item["position"]["precision"]),
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
            text += ", " + texts.FREE_UNTIL.format(day=_day(found["until"]))
    elif status == "later":
        text = texts.LATER.format(day=_day(found["free_from"]))
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


def fiche(document: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The public page of one offer: the card, and what only the fiche tells."""
    minder = document["kind"] == "assistant_maternel"
    contact = document.get("contact") or {}
    return {
        **card(document, has_need=False, today=today),
        "minder": minder,
        "position": document["position"],
        "place_sentence": place_sentence(document, minder=minder),
        "kind_name": document["kind_label"],
        "practical": practical(document),
        "project": [line for line in (document.get("project") or "").splitlines() if line.strip()],
        "opening": week(document.get("opening_hours") or []),
        "minds_children": document["kind"] in labels.CARE_KINDS,
        "periods": [period(p, today) for p in current_periods(document, today)],
        "timetable_note": None if current_periods(document, today) else timetable_note(document),
        "leave": [formats.day(date.fromisoformat(d)) for d in document.get("leave") or [] if d >= today.isoformat()],
        "tariffs": tariffs(document.get("tariff")),
        "languages": [labels.LANGUAGES.get(code, code) for code in document.get("languages") or []],
        "phone": contact.get("phone"),
        "phone_text": formats.phone(contact["phone"]) if contact.get("phone") else None,
        "mail": contact.get("mail"),
        "site": website(contact.get("site")),
        "source": source_line(document.get("source")),
    }


def place_sentence(document: Mapping[str, Any], *, minder: bool) -> str | None:
    """How to read the map when it does not show the address."""
    names = {"name": document["name"], "commune": document["commune"]["name"]}
    precision = document["position"]["precision"]
    if precision == "zone":
        return texts.ZONE_SENTENCE.format(**names)
    if precision == "commune":
        return (texts.COMMUNE_ZONE_SENTENCE if minder else texts.COMMUNE_SENTENCE).format(**names)
    return texts.STREET_SENTENCE if precision == "street" else None


def practical(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The table of facts: label and text."""
    manager = document.get("manager") or {}
    capacity = document.get("capacity")
    found = [
        (texts.AGES, ages_text(document.get("ages"))),
        (texts.FUNDING, labels.FUNDINGS.get(document.get("funding") or "", "")),
        (texts.MANAGER, manager.get("name") or ""),
        (texts.MANAGER_TYPE, labels.MANAGER_TYPES.get(manager.get("type") or "", "")),
    ]
    if capacity and document["kind"] == "assistant_maternel":
        children = formats.plural(capacity, texts.CHILDREN_ONE, texts.CHILDREN_MANY)
        found.insert(0, (texts.CHILDREN, texts.CAPACITY.format(children=children)))
    elif capacity:
        found.insert(0, (texts.CAPACITY_LABEL, formats.plural(capacity, texts.PLACE_ONE, texts.PLACE_MANY)))
    if document.get("members"):
        found.insert(0, (texts.MEMBERS.capitalize(), str(document["members"])))
    return [(label, text) for label, text in found if text]


def current_periods(document: Mapping[str, Any], today: date) -> list[Mapping[str, Any]]:
    """The declared periods that are not over, in order."""
    periods = (entry for entry in document.get("timetable") or [])
    kept = [p for p in periods if not p["period"].get("to") or p["period"]["to"] >= today.isoformat()]
    return sorted(kept, key=lambda p: str(p["period"]["from"]))


def timetable_note(document: Mapping[str, Any]) -> str:
    return texts.TIMETABLE_PAST if document.get("timetable") else texts.TIMETABLE_EMPTY


def period(entry: Mapping[str, Any], today: date) -> dict[str, Any]:
    start, end = entry["period"]["from"], entry["period"].get("to")
    title = texts.TIMETABLE_FROM_TO.format(start=_day(start), end=_day(end)) if end else ""
    return {
        "title": title or texts.TIMETABLE_FROM.format(start=_day(start)),
        "current": start <= today.isoformat(),
        "week": week(entry["ranges"]),
    }


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


def tariffs(tariff: Mapping[str, Any] | None) -> list[str]:
    wording = (("hourly_cents", texts.HOURLY), ("upkeep_cents", texts.UPKEEP), ("meal_cents", texts.MEAL))
    values = tariff or {}
    return [text.format(money=formats.money(values[name])) for name, text in wording if values.get(name) is not None]


def website(site: str | None) -> dict[str, str] | None:
    """A link only where it is one: imported text is not trusted to be an address."""
    if not site:
        return None
    text = site.removeprefix("https://").removeprefix("http://").rstrip("/")
    href = site if site.startswith(("https://", "http://")) else f"https://{site}"
    return {"href": href, "text": text}


def source_line(source: Mapping[str, Any] | None) -> str | None:
    if not source:
        return None
    published = forms.as_date(source["published"])  # some sources tell no more than the year
    when = formats.day(published) if published else source["published"]
    return texts.SOURCE.format(label=source["label"], licence=source["licence"], when=when)


def need_summary(form: SearchForm) -> str:
    """The folded need in a few words: « du lundi au vendredi, 8 h – 18 h »."""
    days = [forms.DAYS[day] for day in form.jours if day in forms.DAYS]
    parts = [f"{formats.week_days(days)}, {formats.hours(form.start, form.end)}"] if days else []
    if start := forms.as_date(form.des):
        parts.append(texts.FROM_DAY.format(day=formats.day(start)))
    if born := forms.as_date(form.naissance):
        parts.append(texts.BORN.format(day=formats.day(born)))
    return ", ".join(parts) or texts.NEED_NONE


def kinds_summary(form: SearchForm) -> str:
    return ", ".join(labels.KINDS.get(code, code) for code in form.types) or texts.KINDS_ALL


def sentence(message: str) -> str:
    """The search API's reason for a refusal, as a sentence beside the field."""
    return message[:1].upper() + message[1:].rstrip(".") + "."


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text[:10]))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
