"""The public page of one offer, from its document: what only the fiche tells, and the card. Pure functions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from search_api import labels
from web import formats, texts
from web.cards import ages_text, card, iso_day, week
from web.search import forms


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
    title = texts.TIMETABLE_FROM_TO.format(start=iso_day(start), end=iso_day(end)) if end else ""
    return {
        "title": title or texts.TIMETABLE_FROM.format(start=iso_day(start)),
        "current": start <= today.isoformat(),
        "week": week(entry["ranges"]),
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
