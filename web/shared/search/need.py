"""What a family needs in a week: up to three slots of days, hours and children, and the API's lines for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from domain import week
from search_api.parameters import MAX_LINES, MAX_PLACES
from web import texts

DAYS = dict(zip(("lun", "mar", "mer", "jeu", "ven", "sam", "dim"), week.DAYS, strict=True))
"""The pages' own codes of weekdays, which stand in their addresses → the API's."""
START, END = "08:00", "18:00"
"""The hours that stand in an untouched form; they count once a day is ticked."""
SLOTS = ("", "2", "3")
"""What the names of each slot's fields end with."""


def unset(slot: str) -> dict[str, Any]:
    """The form's fields without this slot."""
    return {f"jours{slot}": (), **{name + slot: "" for name in ("debut", "fin", "places")}}


UNSET: dict[str, Any] = {name: value for slot in SLOTS for name, value in unset(slot).items()}
"""The form's fields without any slot."""

Hours = tuple[int, int]
"""Minutes of a day; the end is past midnight where it is the next day's."""


@dataclass(frozen=True)
class Slot:
    """`number` ends the names of its fields. The others are as they were typed and ticked, but `usual`: its places
    where none are typed."""

    number: str
    days: tuple[str, ...]
    typed_start: str
    typed_end: str
    typed_places: str
    usual: int = 1

    @property
    def start(self) -> str:
        return self.typed_start or START

    @property
    def end(self) -> str:
        return self.typed_end or END

    @property
    def has_times(self) -> bool:
        """Whether its hours are any."""
        return all((at := week.minute(text)) is not None and at < week.DAY for text in (self.start, self.end))

    @property
    def places(self) -> int:
        return as_places(self.typed_places) or self.usual

    @property
    def hours(self) -> Hours:
        """Only where they are times."""
        return week.minutes(self.start, self.end)


def asked_days(slots: Sequence[Slot]) -> tuple[str, ...]:
    """The weekdays of all slots in the API's codes, in their order."""
    asked = {day for slot in slots for day in slot.days}
    return tuple(code for day, code in DAYS.items() if day in asked)


def as_places(text: str) -> int | None:
    """A number of places as the form's list has it: one figure, from 1 to MAX_PLACES; None for any other text."""
    return int(text) if text in map(str, range(1, MAX_PLACES + 1)) else None


def slots(fields: Mapping[str, Any]) -> tuple[Slot, ...]:
    """All three slots of a form, from its fields by name.

    A slot is for all of the children who are named, unless it says otherwise, or meets another one: then each is for a
    child of its own.
    """
    found = [Slot(n, *(fields[name + n] for name in ("jours", "debut", "fin", "places"))) for n in SLOTS]
    children = min(len(fields["naissance"]), MAX_PLACES)
    alone = [not any(meets(slot, other) for other in found if other is not slot) for slot in found]
    return tuple(
        replace(slot, usual=children) if children and is_alone else slot
        for slot, is_alone in zip(found, alone, strict=True)
    )


def meets(one: Slot, other: Slot) -> bool:
    """Whether some time of a day is in both."""
    if not (one.has_times and other.has_times and {*one.days} & {*other.days}):
        return False
    return max(one.hours[0], other.hours[0]) < min(one.hours[1], other.hours[1])


def errors(slots: Sequence[Slot], children: int) -> dict[str, str]:
    """What is wrong with the slots: a French sentence for each field, under its page name. `children` as in `lines`."""
    found: dict[str, str] = {}
    for slot in slots:
        found |= _errors(slot)
    asked = [slot for slot in slots if slot.days]
    if not asked or found:
        return found
    needed = lines(slots, children)
    if len(asked) == 1 and asked[0].places < min(children, MAX_PLACES):
        found["places" + asked[0].number] = texts.search.ERROR_FEWER_PLACES.format(count=children)
    if most_places(slots) > MAX_PLACES:
        found["heures" + asked[-1].number] = texts.search.ERROR_TOO_MANY_CHILDREN
    elif len(needed) > MAX_LINES:
        found["heures" + asked[-1].number] = texts.search.ERROR_TOO_MANY_HOURS
    return found


def _errors(slot: Slot) -> dict[str, str]:
    found = {}
    if slot.typed_places and as_places(slot.typed_places) is None:
        found["places"] = texts.ERROR_PLACES
    if any(day not in DAYS for day in slot.days):
        found["jour"] = texts.ERROR_DAY
    if not slot.has_times:
        found["heures"] = texts.ERROR_TIME
    elif slot.start == slot.end:
        found["heures"] = texts.ERROR_SAME_TIMES
    elif not slot.days and (slot.start, slot.end) != (START, END):
        found["jour"] = texts.ERROR_HOURS_WITHOUT_DAYS
    return {name + slot.number: sentence for name, sentence in found.items()}


def usual_places(slots: Sequence[Slot], children: int) -> int:
    """The places of a line that does not say its own: the first slot's, but one for each child at least."""
    return max(children, slots[0].places if slots[0].days else 1)


def lines(slots: Sequence[Slot], children: int) -> list[str]:
    """The API's need lines, one for each run of days: `mon-wed@08:00-18:00`, with its number of places where that is
    not the usual one. `children`: how many are named.

    Where slots overlap the child of the one is there with the child of the other: their places add up.
    """
    usual = usual_places(slots, children)
    weekdays: dict[tuple[Hours, int], list[int]] = {}
    for weekday in range(len(DAYS)):
        for hours, places in together(slots, weekday).items():
            weekdays.setdefault((hours, places), []).append(weekday)
    return [
        f"{days}@{week.clock(start)}-{week.clock(end)}" + (f"*{places}" if places != usual else "")
        for ((start, end), places), found in weekdays.items()
        for days in runs(found)
    ]


def together(slots: Sequence[Slot], weekday: int) -> dict[Hours, int]:
    """What is asked of a weekday: the hours of each slot, and those that several share with their places added up. The
    API takes, of lines that ask for the same time, the most places.

    What a slot of the evening before has after midnight is not added to the next morning's.
    """
    code = list(DAYS)[weekday]
    asked = [slot for slot in slots if code in slot.days]
    found: dict[Hours, int] = {}
    for size in range(1, len(asked) + 1):
        for shared in combinations(asked, size):
            start, end = max(slot.hours[0] for slot in shared), min(slot.hours[1] for slot in shared)
            if start < end:
                found[start, end] = max(found.get((start, end), 0), sum(slot.places for slot in shared))
    return found


def most_places(slots: Sequence[Slot]) -> int:
    return max((places for weekday in range(len(DAYS)) for places in together(slots, weekday).values()), default=0)


def runs(weekdays: Iterable[int]) -> list[str]:
    """Days in their order, as the API names them, those that follow each other joined: `mon-wed`, `fri`."""
    found: list[list[int]] = []
    for weekday in weekdays:
        if found and weekday == found[-1][-1] + 1:
            found[-1].append(weekday)
        else:
            found.append([weekday])
    codes = list(DAYS.values())
    return [codes[run[0]] + (f"-{codes[run[-1]]}" if len(run) > 1 else "") for run in found]
