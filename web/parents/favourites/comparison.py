"""Offers side by side: rows of a criterion and what each offer says of it. Pure functions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain import french
from domain.vocabulary import Feature, Funding, Language
from web import texts
from web.shared import cards
from web.shared.fiche.timetable import current_periods, free, hours
from web.shared.fiche.views import tariffs

MOST_DAYS = 5
"""Days of leave that a cell names; the fiche has them all."""


def rows(documents: Sequence[Mapping[str, Any]], today: date) -> list[tuple[str, list[list[str]]]]:
    """Label, and the lines of each offer in order; criteria that no offer says anything of are left out.

    `documents` are fiches of the search API; nothing of their contact is read.
    """
    t = texts.favourites
    criteria = (
        (t.KIND, _kind),
        (t.PLACE, _place),
        (t.AVAILABILITY, lambda offer: _availability(offer, today)),
        (t.WHEN, lambda offer: _when(offer, today)),
        (t.TARIFF, _tariff),
        (t.CAPACITY, _capacity),
        (t.AGES, lambda offer: [cards.ages_text(offer.get("ages"))]),
        (t.FEATURES, lambda offer: [Feature.label_of(code) for code in offer.get("features") or []]),
        (t.LANGUAGES, lambda offer: [Language.label_of(code) for code in offer.get("languages") or []]),
        (t.MANAGER, lambda offer: [(offer.get("manager") or {}).get("name") or ""]),
        (t.LEAVE, lambda offer: _leave(offer, today)),
    )
    found = [(label, [[line for line in told(offer) if line] for offer in documents]) for label, told in criteria]
    return [(label, cells) for label, cells in found if any(cells)]


def _kind(offer: Mapping[str, Any]) -> list[str]:
    return [offer.get("subkind_label") or offer["kind_label"]]


def _place(offer: Mapping[str, Any]) -> list[str]:
    mam = offer.get("mam")
    return [cards.place_line(offer), texts.IN_MAM.format(name=mam["name"]) if mam else ""]


def _availability(offer: Mapping[str, Any], today: date) -> list[str]:
    shown = cards.availability(offer.get("availability"))
    return [shown["text"] if shown else "", cards.freshness(offer, today) or ""]


def _when(offer: Mapping[str, Any], today: date) -> list[str]:
    """A structure's opening hours. Of an assistant maternel, the dates and the free hours of the first period that is
    not over and has some: the place that her availability tells may go on after it, at other hours."""
    if offer["kind"] != "assistant_maternel":
        return hours(offer.get("opening_hours") or [])
    periods = current_periods(offer, today)
    some = next((number for number, each in enumerate(periods) if each["ranges"]), 0)
    return [line for each in free(periods, today)[some : some + 1] for line in (each["when"], *each["lines"])]


def _tariff(offer: Mapping[str, Any]) -> list[str]:
    funding = Funding.label_of(offer.get("funding") or "")
    return [*tariffs(offer.get("tariff")), funding]


def _capacity(offer: Mapping[str, Any]) -> list[str]:
    told = []
    if offer.get("capacity"):
        counted = texts.CHILD if offer["kind"] == "assistant_maternel" else texts.PLACE
        told.append(counted.of(offer["capacity"]))
    if offer.get("members"):
        told.append(f"{offer['members']}{french.NBSP}{texts.MEMBERS}")
    return told


def _leave(offer: Mapping[str, Any], today: date) -> list[str]:
    days = [date.fromisoformat(day) for day in sorted(offer.get("leave") or []) if day >= today.isoformat()]
    told = [french.day(day) for day in days[:MOST_DAYS]]
    rest = len(days) - len(told)
    return [*told, texts.favourites.LEAVE_MORE.format(count=rest)] if rest > 1 else [french.day(day) for day in days]
