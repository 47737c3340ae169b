"""How values read in French: distances, dates, hours, ages, money. Pure functions, text in, text out.

Spaces follow French typography: no-break before a unit or a colon, thin no-break in large numbers.
"""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from registry.french import day as day
from search_api.labels import DAYS
from search_api.suggestions import at
from search_api.text import fold
from settings import PARIS

NARROW = "\u202f"
NBSP = "\u00a0"


def number(value: int) -> str:
    """1234 → « 1 234 », with thin no-break spaces."""
    return f"{value:,}".replace(",", NARROW)


def plural(count: int, one: str, many: str) -> str:
    """« 1 place », « 12 places »: below two is singular in French."""
    return f"{number(count)}{NBSP}{one if abs(count) < 2 else many}"


def distance(metres: int) -> str:
    """« 850 m » to the nearest ten metres, « 2,3 km », « 12 km » from ten kilometres."""
    if metres < 995:
        return f"{max(10, round(metres / 10) * 10)}{NBSP}m"
    kilometres = round(metres / 1000, 1)
    if kilometres >= 10 or kilometres == int(kilometres):
        return f"{number(round(kilometres))}{NBSP}km"
    return f"{kilometres:.1f}{NBSP}km".replace(".", ",")


def moment_day(moment: datetime | None) -> str:
    """The civil day in France of a moment; nothing of none."""
    return day(moment.astimezone(PARIS).date()) if moment else ""


def ago(value: date, today: date) -> str:
    """How long ago a day was. A day still to come (clocks of two machines) reads as today."""
    days = (today - value).days
    if days <= 0:
        return "aujourd’hui"
    if days == 1:
        return "hier"
    if days < 60:
        return f"il y a {days}{NBSP}jours"
    if days < 365:
        return f"il y a {days // 30}{NBSP}mois"
    return "il y a plus d’un an" if days < 730 else f"il y a plus de {days // 365}{NBSP}ans"


def clock(value: str) -> str:
    """A time `HH:MM` as « 8 h » or « 18 h 30 »; « 24:00 » is midnight."""
    hours, minutes = value.split(":")
    if hours == "24":
        return "minuit"
    return f"{int(hours)}{NBSP}h" + (f"{NBSP}{minutes}" if minutes != "00" else "")


def hours(start: str, end: str) -> str:
    """« 8 h – 18 h 30 »; an end at or before the start is the next day's."""
    next_day = " (le lendemain)" if end <= start else ""
    return f"{clock(start)}{NBSP}– {clock(end)}{next_day}"


def age(months: int) -> str:
    """« 18 mois », « 3 ans », « 2 ans et demi »: months below two years."""
    if months < 24:
        return f"{months}{NBSP}mois"
    years, rest = divmod(months, 12)
    if rest == 0:
        return f"{years}{NBSP}ans"
    return f"{years}{NBSP}ans et demi" if rest == 6 else f"{months}{NBSP}mois"


def ages(from_months: int | None, to_months: int | None) -> str:
    """« de 3 mois à 3 ans », « jusqu’à 3 ans », « dès 3 mois »; both unknown: an empty text."""
    if not from_months:
        return f"jusqu’à {age(to_months)}" if to_months else ""
    if to_months is None:
        return f"dès {age(from_months)}"
    return f"de {age(from_months)} à {age(to_months)}"


def money(cents: int) -> str:
    """« 4,20 € »."""
    return f"{number(cents // 100)},{cents % 100:02d}{NBSP}€"


def phone(value: str) -> str:
    """A French number in pairs, « 02 40 41 90 00 »; any other as it is."""
    digits = "".join(c for c in value if c.isdigit())
    if digits.startswith("33") and len(digits) == 11:
        digits = "0" + digits[2:]
    if len(digits) != 10 or not digits.startswith("0"):
        return value
    return NBSP.join(digits[i : i + 2] for i in range(0, 10, 2))


def leaving(place: str) -> str:
    """« de Nantes », « d’Orvault », « du Croisic », « des Sorinières », « du 12 rue Crébillon ». Before an H nothing
    tells whether it is mute: « de Haute-Goulaine »."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if place.startswith(article):
            return contracted + place.removeprefix(article)
    if place[:1].isdigit():
        return f"du {place}"
    return f"d’{place}" if fold(place[:1]) in {*"aeiouy"} else f"de {place}"


def reaching(place: str) -> str:
    """« à Nantes », « au Croisic », « aux Sorinières », « au 12 rue Crébillon »."""
    return f"au {place}" if place[:1].isdigit() else at(place)


def enumerate_fr(words: Sequence[str]) -> str:
    """« a, b et c »."""
    return " et ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def week_days(codes: Sequence[str]) -> str:
    """Days of the need in words, runs joined: « du lundi au mercredi et vendredi »."""
    order = list(DAYS)
    runs: list[list[str]] = []
    for code in sorted(set(codes), key=order.index):
        if runs and order.index(code) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    words: list[str] = []
    for run in runs:
        if len(run) > 2:
            words.append(f"du {DAYS[run[0]]} au {DAYS[run[-1]]}")
        else:
            words.extend(DAYS[code] for code in run)
    return enumerate_fr(words)


def wait(span: timedelta) -> str:
    """How long somebody has to wait: « une minute », « 12 minutes », « 3 heures »; rounded up."""
    minutes = math.ceil(span.total_seconds() / 60)
    if minutes <= 1:
        return "une minute"
    hours = math.ceil(minutes / 60)
    return f"{minutes} minutes" if minutes <= 90 else f"{hours} heures"
