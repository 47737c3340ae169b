"""Days on which France does not work or go to school, by département. What is not known is not made up."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from domain import civil

SCHOOL = Path(__file__).parents[1] / "data" / "calendars" / "school_holidays.toml"

SUBDIVISIONS = {
    **{"57": "57", "67": "6AE", "68": "6AE", "977": "BL", "978": "MF"},
    **{code: code for code in ("971", "972", "973", "974", "976")},
}
"""Départements with public holidays of their own (Alsace-Moselle: droit local, ordonnance of 16 August 1892; overseas:
the abolition of slavery, loi n° 83-550), by the library's names."""


OVERSEAS = {
    "971": ZoneInfo("America/Guadeloupe"),
    "972": ZoneInfo("America/Martinique"),
    "973": ZoneInfo("America/Cayenne"),
    "974": ZoneInfo("Indian/Reunion"),
    "975": ZoneInfo("America/Miquelon"),
    "976": ZoneInfo("Indian/Mayotte"),
    "977": ZoneInfo("America/St_Barthelemy"),
    "978": ZoneInfo("America/Marigot"),
}
"""Where clocks do not show the hour of Paris (décret n° 2017-292 of 6 March 2017)."""


@dataclass(frozen=True)
class SchoolHolidays:
    """`name`: in French, « vacances de Noël »; `start`: the first day without school; `back`: the day on which school
    begins again, None where the calendar of that year is not published; `zone`: A, B or C."""

    name: str
    zone: str
    start: date
    back: date | None


def public_holiday(day: date, department: str) -> str | None:
    """The French name of the public holiday (code du travail, article L3133-1) on that day in a département."""
    return _public(day.year, SUBDIVISIONS.get(department)).get(day)


def next_school_holidays(day: date, department: str) -> SchoolHolidays | None:
    """Those under way on that day, or the next ones that are published; None where nothing is known."""
    zone = _zones().get(department)
    # Of a summer whose end is not published nobody can say that it is under way.
    coming = (each for each in _school() if each.zone == zone and (day < each.back if each.back else day <= each.start))
    return min(coming, key=lambda each: each.start, default=None)


def local(moment: datetime, department: str) -> datetime:
    """The same moment by the clocks of a département."""
    zone = OVERSEAS.get(department)
    return moment.astimezone(zone) if zone else civil.clock(moment)


@cache
def _public(year: int, subdivision: str | None) -> Mapping[date, str]:
    found: Mapping[date, str] = holidays.country_holidays("FR", subdiv=subdivision, years=year, language="fr")
    return found


@cache
def _school() -> tuple[SchoolHolidays, ...]:
    entries = tomllib.loads(SCHOOL.read_text("utf-8"))["holidays"]
    return tuple(
        SchoolHolidays(entry["name"], zone, entry["from"], entry.get("back"))
        for entry in entries
        for zone in entry["zones"]
    )


@cache
def _zones() -> Mapping[str, str]:
    zones = tomllib.loads(SCHOOL.read_text("utf-8"))["zones"]
    return {department: zone for zone, departments in zones.items() for department in departments}
