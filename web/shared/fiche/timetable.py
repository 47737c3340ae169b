"""An assistant maternel's declared weeks, as weeks to read and in sentences. Pure functions."""

from collections.abc import Container, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from domain import french
from domain.week import NAMES
from web import texts
from web.shared import cards
from web.shared.cards import iso_day, week


def current_periods(document: Mapping[str, Any], today: date) -> list[Mapping[str, Any]]:
    """The declared periods that are not over, in order."""
    periods = (entry for entry in document.get("timetable") or [])
    kept = [p for p in periods if not p["period"].get("to") or p["period"]["to"] >= today.isoformat()]
    return sorted(kept, key=lambda p: str(p["period"]["from"]))


def note(document: Mapping[str, Any]) -> str:
    return texts.TIMETABLE_PAST if document.get("timetable") else texts.TIMETABLE_EMPTY


def period(entry: Mapping[str, Any], today: date) -> dict[str, Any]:
    start, end = entry["period"]["from"], entry["period"].get("to")
    title = texts.TIMETABLE_FROM_TO.format(start=iso_day(start), end=iso_day(end)) if end else ""
    return {
        "title": title or texts.TIMETABLE_FROM.format(start=iso_day(start)),
        "current": start <= today.isoformat(),
        "week": week(entry["ranges"]),
    }


def free(periods: Sequence[Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    """What is free and from when, a sentence's beginning and its lines for each period that is not over."""
    starts = {each["period"]["from"] for each in periods}
    return [
        {"when": _when(each, today, starts), "lines": hours(each["ranges"]) or [texts.fiche.NOTHING_FREE]}
        for each in periods
    ]


def _when(entry: Mapping[str, Any], today: date, starts: Container[str]) -> str:
    """`starts`: the first days of the periods. Where none follows at once, what is declared ends and not the place."""
    start, end = entry["period"]["from"], entry["period"].get("to")
    t = texts.fiche
    ended = bool(end) and (date.fromisoformat(end) + timedelta(days=1)).isoformat() in starts
    if start > today.isoformat():
        found = t.FREE_SPAN if ended else t.FREE_FROM_DECLARED if end else t.FREE_FROM
    else:
        found = t.FREE_NOW_UNTIL if ended else t.FREE_NOW_DECLARED if end else t.FREE_NOW
    return found.format(start=iso_day(start), end=iso_day(end) if end else "")


def hours(ranges: Sequence[Mapping[str, Any]]) -> list[str]:
    """Days with the same hours in one line: « du lundi au jeudi : 8 h – 17 h »."""
    days: dict[str, list[int]] = {}
    for each in cards.week(list(ranges)):
        if each["ranges"]:
            told = ", ".join(
                " ".join(filter(None, (r["hours"], r["places"] and f"({r['places']})"))) for r in each["ranges"]
            )
            days.setdefault(told, []).append(NAMES.index(each["day"].lower()))
    return [f"{french.week_days(weekdays)}{french.NBSP}: {told}" for told, weekdays in days.items()]
