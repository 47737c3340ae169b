"""How values read in French: counts, dates, hours, ages, money, distances, places, lists. Pure; text out.

Spaces follow French typography: no-break before a unit or a colon, thin no-break in large numbers. Moments are shown
by the clocks of France (`domain.civil`).
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from domain import civil, week
from domain.spelling import fold

NARROW = "\u202f"
NBSP = "\u00a0"

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


class Plural(NamedTuple):
    """A noun for what is counted: below two is singular in French."""

    one: str
    many: str

    def word(self, count: int) -> str:
        """The noun alone, for a figure that stands elsewhere."""
        return self.one if abs(count) < 2 else self.many

    def of(self, count: int) -> str:
        """« 0 place », « 12 places »."""
        return f"{number(count)}{NBSP}{self.word(count)}"


# Numbers and amounts ------------------------------------------------------------------------------------


def number(value: int) -> str:
    """1234 → « 1 234 », with thin no-break spaces."""
    return f"{value:,}".replace(",", NARROW)


def written(value: Decimal | int | str) -> str:
    """« 0,75 »: every digit as it is, with a decimal comma."""
    return (f"{value:f}" if isinstance(value, Decimal) else str(value)).replace(".", ",")


def decimal(value: float, digits: int = 1) -> str:
    """3.41 → « 3,4 »."""
    return f"{value:.{digits}f}".replace(".", ",")


def percent(part: int, whole: int) -> str:
    """« 98 % », rounded down: a share that is not whole is not shown as whole."""
    return f"{part * 100 // whole}{NBSP}%"


def euros(cents: int) -> str:
    """« 1234,20 », as fields of a form hold it."""
    return f"{cents // 100},{cents % 100:02}"


def money(cents: int) -> str:
    """« 1 234,20 € »."""
    return f"{number(cents // 100)},{cents % 100:02}{NBSP}€"


def distance(metres: float) -> str:
    """« 850 m » to the nearest ten metres, « 2,3 km », « 12 km » from ten kilometres."""
    if metres < 995:
        return f"{max(10, round(metres / 10) * 10)}{NBSP}m"
    kilometres = round(metres / 1000, 1)
    if kilometres >= 10 or kilometres == int(kilometres):
        return f"{number(round(kilometres))}{NBSP}km"
    return f"{decimal(kilometres)}{NBSP}km"


EXTENSION = " poste "
"""What parts a telephone number from its extension, where it is kept with one."""


def phone(value: str) -> str:
    """A French number in pairs, « 02 40 41 90 00 », with its extension, « poste 12 »; any other as it is."""
    number, _, extension = value.partition(EXTENSION)
    digits = "".join(c for c in number if c.isdigit())
    if digits.startswith("33") and len(digits) == 11:
        digits = "0" + digits[2:]
    if len(digits) != 10 or not digits.startswith("0"):
        return value
    pairs = NBSP.join(digits[i : i + 2] for i in range(0, 10, 2))
    return f"{pairs} poste{NBSP}{extension}" if extension else pairs


def dialled(value: str) -> str:
    """A number as a link calls it (RFC 3966): « 0240419000;ext=12 »."""
    number, _, extension = value.partition(EXTENSION)
    return number.replace(" ", "") + (f";ext={extension}" if extension else "")


# Days and moments ---------------------------------------------------------------------------------------


def day(value: date) -> str:
    """« 1er décembre 2026 », which does not break."""
    return f"{'1er' if value.day == 1 else value.day}{NBSP}{MONTHS[value.month - 1]}{NBSP}{value.year}"


def day_of_year(value: str) -> str:
    """« 1er juin » of "06-01"."""
    month, number = int(value[:2]), int(value[3:])
    return f"{'1er' if number == 1 else number}{NBSP}{MONTHS[month - 1]}"


def weekday(value: date) -> str:
    """« mardi »."""
    return week.NAMES[value.weekday()]


def day_in_figures(value: date) -> str:
    """« 01/12/2026 », as forms and tables of a spreadsheet hold it; a sentence has `day`."""
    return f"{value:%d/%m/%Y}"


def day_of(moment: datetime | None) -> str:
    """The civil day in France of a moment; nothing of none."""
    return day(civil.day(moment)) if moment else ""


def moment(value: datetime) -> str:
    """« 26 novembre 2026 à 10 h 00 »."""
    return f"{day_of(value)} à {hour(value)}"


def moment_in_paris(value: datetime) -> str:
    """« 26 novembre 2026 à 10 h 00 (heure de Paris) », for whoever may read it elsewhere."""
    return f"{moment(value)} (heure de Paris)"


def moment_in_figures(value: datetime) -> str:
    """« 26/11/2026 à 10:00:12 », for journals, where seconds tell what came first."""
    return f"{civil.clock(value):%d/%m/%Y à %H:%M:%S}"


def hour(value: datetime) -> str:
    """« 10 h 00 »: when something happened or is due, to the minute."""
    local = civil.clock(value)
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02}"


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


# Hours of a day, and how long ----------------------------------------------------------------------------


def clock(minutes: int) -> str:
    """« 8 h », « 18 h 30 » of minutes of a day or of those after it: an opening hour. Midnight is « 0 h » where a day
    begins, and « minuit » where one ends (`week.DAY`)."""
    if minutes == week.DAY:
        return "minuit"
    hours, rest = divmod(minutes % week.DAY, 60)
    return f"{hours}{NBSP}h" + (f"{NBSP}{rest:02}" if rest else "")


def hours(start: str, end: str) -> str:
    """« 8 h – 18 h 30 » of two `HH:MM`; an end at or before the start is the next day's, and 24:00 is midnight."""
    begins, ends = week.minute(start) or 0, week.minute(end) or 0
    return f"{clock(begins)}{NBSP}– {clock(ends)}{' (le lendemain)' if ends <= begins else ''}"


def span(value: timedelta) -> str:
    """« 41 h », « 35 min »: whole ones, rounded down."""
    minutes = int(value.total_seconds() // 60)
    return f"{minutes // 60}{NBSP}h" if minutes >= 60 else f"{minutes}{NBSP}min"


def wait(span: timedelta) -> str:
    """How long somebody has to wait: « une minute », « 12 minutes », « 3 heures »; rounded up."""
    minutes = math.ceil(span.total_seconds() / 60)
    if minutes <= 1:
        return "une minute"
    hours = math.ceil(minutes / 60)
    return f"{minutes} minutes" if minutes <= 90 else f"{hours} heures"


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


# Places and lists ---------------------------------------------------------------------------------------


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
    for article, contracted in (("Le ", "au "), ("Les ", "aux ")):
        if place.startswith(article):
            return contracted + place.removeprefix(article)
    return f"au {place}" if place[:1].isdigit() else f"à {place}"


def listed(words: Sequence[str], last: str = "et") -> str:
    """« a, b et c »."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def week_days(weekdays: Iterable[int]) -> str:
    """Days of a week, Monday 0, in words, runs joined: « du lundi au mercredi et vendredi »."""
    return listed(week_day_runs(weekdays))


def week_day_runs(weekdays: Iterable[int]) -> list[str]:
    """The same as a list: of three days in a row or more one text."""
    runs: list[list[int]] = []
    for each in sorted(set(weekdays)):
        if runs and each == runs[-1][-1] + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    words: list[str] = []
    for run in runs:
        if len(run) > 2:
            words.append(f"du {week.NAMES[run[0]]} au {week.NAMES[run[-1]]}")
        else:
            words.extend(week.NAMES[each] for each in run)
    return words
