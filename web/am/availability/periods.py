"""What is typed of a period, a place that will be free, or a leave, and what is wrong with it. Pure functions."""

from collections.abc import Mapping
from datetime import date, timedelta

from domain import civil, french
from registry.offers.timetables import Overlaps, Period, Range
from web import texts
from web.am.availability import weeks

LONGEST = timedelta(days=3 * 366)
"""Of a period that has an end: what nobody can know is not asked."""

LONGEST_LEAVE_DAYS = 93
FARTHEST = timedelta(days=2 * 366)

Errors = dict[str, str]


def read(values: Mapping[str, str], capacity: int, today: date, id: int | None) -> tuple[Period | None, Errors]:
    """The period of the form, or what is wrong with it. An empty first day is today."""
    errors: Errors = {}
    start = day(values, "du", errors) if values.get("du") else today
    end = day(values, "au", errors) if values.get("au") else None
    if start and start > today + FARTHEST:
        errors["du"] = "Cette date est trop loin\u00a0: indiquez un jour des deux années qui viennent."
    if start and end and end < start:
        errors["au"] = "Le dernier jour est avant le premier."
    elif end and end < today:
        errors["au"] = "Ce jour est passé\u00a0: indiquez un dernier jour à venir, ou laissez vide."
    elif start and end and end - start > LONGEST:
        errors["au"] = "C’est trop loin\u00a0: laissez vide si vous ne savez pas encore."
    ranges, wrong = weeks.read(values, capacity)
    errors |= wrong
    return (Period(start, end, ranges, id), {}) if start and not errors else (None, errors)


def overlap(refused: Overlaps) -> Errors:
    """Beside the last day, which is what to change."""
    other = refused.other
    until = f"jusqu’au {french.day(other.end)}" if other.end else "sans fin"
    return {
        "au": f"Une autre période commence le {french.day(other.start)} ({until})\u00a0: celle-ci doit finir avant,"
        " ou supprimez l’autre d’abord."
    }


def free_later(values: Mapping[str, str], capacity: int, today: date) -> tuple[tuple[date, str, int] | None, Errors]:
    """« Des places se libèrent »: from which day, which ready-made week ("" for the one of now), how many places."""
    errors: Errors = {}
    start = day(values, "des", errors)
    if start and not today < start <= today + FARTHEST:
        errors["des"] = "Indiquez un jour à venir, dans les deux ans."
    text = values.get("nombre", "")
    count = int(text) if text.isdecimal() and len(text) < 3 else 0
    if not 1 <= count <= capacity:
        errors["nombre"] = f"Votre agrément permet de 1 à {texts.PLACE.of(capacity)}."
    week = values.get("semaine", "")
    if week and weeks.preset(week, 1) is None:
        errors["semaine"] = "Choisissez une semaine dans la liste."
    return ((start, week, count), {}) if start and not errors else (None, errors)


def later_ranges(week: str, places: int, now: tuple[Range, ...]) -> tuple[Range, ...]:
    """The ranges of that week; of the one of now, with as many places on every range."""
    made = weeks.preset(week, places) if week else None
    return made or tuple(Range(each.weekday, each.start, each.end, places) for each in now)


def leave(values: Mapping[str, str], today: date) -> tuple[tuple[date, date] | None, Errors]:
    """First and last day off, both included; without a last day it is one."""
    errors: Errors = {}
    first = day(values, "conge_du", errors)
    last = day(values, "conge_au", errors) if values.get("conge_au") else first
    if first and first < today:
        errors["conge_du"] = "Ce jour est passé."
    elif first and first > today + FARTHEST:
        errors["conge_du"] = "Cette date est trop loin\u00a0: indiquez un jour des deux années qui viennent."
    if first and last and last < first:
        errors["conge_au"] = "Le dernier jour est avant le premier."
    elif first and last and (last - first).days >= LONGEST_LEAVE_DAYS:
        errors["conge_au"] = (
            "Des congés durent trois mois au plus\u00a0: pour une plus longue absence, ajoutez une période"
            " sans place, ou mettez votre profil en pause."
        )
    return ((first, last), {}) if first and last and not errors else (None, errors)


def day(values: Mapping[str, str], name: str, errors: Errors) -> date | None:
    """A day as a browser sends it, or as it is written in France."""
    text = values.get(name, "")
    found = civil.typed_day(text)
    if found is None:
        errors[name] = "Écrivez la date comme 01/09/2027." if text else "Indiquez une date."
    return found
