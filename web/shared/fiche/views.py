"""The public page of one offer, from its document: what only the fiche tells, and the card. Pure functions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain import civil, french
from domain.vocabulary import CARE_KINDS, Feature, Funding, Language, ManagerType
from registry.territory import calendars
from web import texts
from web.shared import itinerary
from web.shared.cards import ages_text, availability, card, freshness, place_line
from web.shared.fiche import asking, opening, timetable


def fiche(document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The public page of one offer: the card, and what only the fiche tells. `now` is aware."""
    today = civil.day(now)
    moment = calendars.local(now, document["department"])
    minder = document["kind"] == "assistant_maternel"
    periods = timetable.current_periods(document, today)
    usual, closed = document.get("opening_hours") or [], document.get("leave") or []
    contact = document.get("contact") or {}
    found = availability(document.get("availability"))
    to_confirm = found is not None and found["status"] == "to_confirm"
    return {
        **card(document, today=today),
        "place": place_line(document),
        "availability": found,
        "fresh": freshness(document, today),
        "features": [Feature.label_of(code) for code in document.get("features") or []],
        "to_confirm": to_confirm,
        "minder": minder,
        "indexed": is_indexed(document),
        "position": document["position"],
        "place_sentence": place_sentence(document, minder=minder),
        "way": itinerary.way_to(document),
        "kind_name": document["kind_label"],
        "practical": practical(document),
        "project": [line for line in (document.get("project") or "").splitlines() if line.strip()],
        "opening": opening.week(usual, moment.date()),
        "opening_now": None if minder else opening.now_sentence(usual, moment, closed, document["department"]),
        "exceptions": [] if minder else opening.exceptions(document, moment.date()),
        "asking": asking.how(document),
        "price": asking.price(document),
        "minds_children": document["kind"] in CARE_KINDS,
        "periods": [timetable.period(each, today) for each in periods],
        "free": [] if to_confirm else timetable.free(periods, today),
        "timetable_note": None if periods else timetable.note(document),
        "leave": opening.closings(document, today),
        "tariffs": tariffs(document.get("tariff")),
        "languages": [Language.label_of(code) for code in document.get("languages") or []],
        "phone": french.dialled(contact["phone"]) if contact.get("phone") else None,
        "phone_text": french.phone(contact["phone"]) if contact.get("phone") else None,
        "mail": contact.get("mail"),
        "site": website(contact.get("site")),
        "source": source_line(document.get("source")),
    }


def is_indexed(document: Mapping[str, Any]) -> bool:
    """Whether search engines may list it: nobody's home, and nothing that is invented."""
    return document["kind"] != "assistant_maternel" and not document["fictitious"]


def place_sentence(document: Mapping[str, Any], *, minder: bool) -> str | None:
    """How to read the map when it does not show the address."""
    names = {"name": document["name"], "of_commune": french.leaving(document["commune"]["name"])}
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
        (texts.FUNDING, Funding.label_of(document.get("funding") or "")),
        (texts.MANAGER, manager.get("name") or ""),
        (texts.MANAGER_TYPE, ManagerType.label_of(manager.get("type") or "")),
    ]
    if capacity and document["kind"] == "assistant_maternel":
        found.insert(0, (texts.CHILDREN, texts.CAPACITY.format(children=texts.CHILD.of(capacity))))
    elif capacity:
        found.insert(0, (texts.CAPACITY_LABEL, texts.PLACE.of(capacity)))
    if document.get("members"):
        found.insert(0, (texts.MEMBERS.capitalize(), str(document["members"])))
    return [(label, text) for label, text in found if text]


def tariffs(tariff: Mapping[str, Any] | None) -> list[str]:
    wording = (("hourly_cents", texts.HOURLY), ("upkeep_cents", texts.UPKEEP), ("meal_cents", texts.MEAL))
    values = tariff or {}
    return [text.format(money=french.money(values[name])) for name, text in wording if values.get(name) is not None]


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
    published = civil.typed_day(source["published"])  # some sources tell no more than the year
    when = french.day(published) if published else source["published"]
    return texts.SOURCE.format(label=source["label"], licence=source["licence"], when=when)
