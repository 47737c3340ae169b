"""The fields of the folded panel, each made of its row in the table of filters (`search_api.filter_table`): what the
address holds of it, what it asks of the search API, what it shows, and the chip that takes it off. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain import french, week
from search_api.filter_table import FILTERS, Cents, Clock, Codes, Filter, Flag, Names, known, label, text
from web import texts

Chosen = Mapping[str, tuple[str, ...]]
"""What is set in the panel: a field's name in the address → its values, as they were typed and ticked."""

PANEL = {row.page: row for row in FILTERS if row.page}
"""Name in the address → filter, in the order of the page."""

UNSET: dict[str, Any] = {"mots": "", "chosen": {}}
"""The form's fields without any of the folded-away filters."""

FACETS = ",".join(("kind", *(row.name for row in PANEL.values() if row.facet)))

MOST = 15
"""Of a filter's values, the most frequent and those that are chosen: there may be hundreds of schools."""

Entry = Mapping[str, Any]
Facets = Mapping[str, Sequence[Entry]]
Shown = dict[str, Any]


def added(chosen: Chosen, name: str, value: str) -> Chosen:
    """With one more value of a field; of a field that holds one value the last one counts."""
    before = chosen.get(name, ())
    values = (*before, value) if PANEL[name].is_list else (value.strip(),)
    return {**chosen, name: before if value in before else values}


def count(chosen: Chosen) -> int:
    return sum(map(len, chosen.values()))


def parameters(chosen: Chosen) -> dict[str, Any]:
    """What the fields ask of the search API."""
    return {PANEL[name].name: parameter(PANEL[name], values) for name, values in chosen.items()}


def parameter(row: Filter, values: tuple[str, ...]) -> list[str] | str:
    """Empty where the one value is none that the page offers."""
    match row.takes:
        case Flag():
            return "true" if values else ""
        case Cents(steps=steps):
            return next((str(cents) for cents in steps if euros(cents) in values), "")
        case Clock(closing=closing):
            latest = week.DAY if closing else week.DAY - 1
            return next((time for time in values if (at := week.minute(time)) is not None and at <= latest), "")
        case Codes() | Names():
            return list(values)


def errors(chosen: Chosen) -> dict[str, str]:
    """What is wrong in itself: a French sentence for each field. The search API knows its codes."""
    wrong = [PANEL[name] for name, values in chosen.items() if not parameter(PANEL[name], values)]
    return {row.page: texts.ERROR_TIME if isinstance(row.takes, Clock) else texts.search.ERROR_TARIFF for row in wrong}


def structures_only(chosen: Chosen) -> Chosen:
    """What is set that no assistant maternel can have."""
    return {name: values for name, values in chosen.items() if PANEL[name].structures_only}


def unstated(chosen: Chosen) -> list[str]:
    """Whom the filters that are set leave out because they state nothing: a French sentence for each such kind."""
    return list(dict.fromkeys(row.unstated for name, row in PANEL.items() if name in chosen and row.unstated))


def without_unstated(chosen: Chosen) -> dict[str, Chosen]:
    """The name of the search without the filters that such a sentence is about → what is left of what is set."""
    names = dict.fromkeys(row.without for name, row in PANEL.items() if name in chosen and row.unstated)
    return {
        without: {name: values for name, values in chosen.items() if PANEL[name].without != without}
        for without in names
    }


def chips(chosen: Chosen) -> Iterator[tuple[str, Chosen]]:
    """Each value that is set, in words, and what is left without it. `chosen` has no errors."""
    for name, row in PANEL.items():
        for value in chosen.get(name, ()):
            rest = {**chosen, name: tuple(each for each in chosen[name] if each != value)}
            [asked] = as_texts(parameter(row, (value,)))
            yield row.chip.format(label=label(row, asked)), {key: values for key, values in rest.items() if values}


def fields(chosen: Chosen, facets: Facets | None = None) -> list[Shown]:
    """The fields that make a difference for what was found, or are set; without results (`facets` is None) all of them,
    without counts, so that what was ticked stays ticked beside an error."""
    drawn = (field(name, row, chosen.get(name, ()), facets) for name, row in PANEL.items())
    return [each for each in drawn if each["entries"]]


def field(name: str, row: Filter, values: tuple[str, ...], facets: Facets | None) -> Shown:
    """As `more_filters` of templates/shared/fields.html draws it. Without `entries` it is left out."""
    shown = {"name": name, "title": row.title, "hint": row.hint, "at_once": row.takes.at_once}
    if isinstance(row.takes, Clock):
        time = next(iter(values), "")
        return {**shown, "control": "time", "entries": [{"value": in_a_browser(time) if row.takes.closing else time}]}
    found = facets[row.name] if facets is not None and row.facet else uncounted(row, values)
    telling = [each for each in found if each["count"] != 0 or each["selected"]]
    match row.takes:
        case Flag():
            return {**shown, "control": "flag", "entries": [entry(each) for each in telling if each["value"] == "true"]}
        case Cents(steps=steps):
            offered = [amount(each) for each in found if int(each["value"]) in steps]
            return {**shown, "control": "amount", "entries": offered if telling else []}
        case Codes() | Names():
            kept = [each for at, each in enumerate(telling) if at < MOST or each["selected"] or each["count"] is None]
            return {**shown, "control": "ticks", "entries": [entry(each) for each in kept]}


def in_a_browser(closing: str) -> str:
    """The day's end, which may be asked for as 24:00 or as 00:00, as a browser's field can hold it: 24:00 would be
    shown as nothing, and be lost with the next search."""
    return "00:00" if closing == "24:00" else closing


def uncounted(row: Filter, values: tuple[str, ...]) -> list[Entry]:
    """The values as a facet has them, where nothing counts them; of names those that are set."""
    asked = as_texts(parameter(row, values))
    return [
        {"value": each, "label": label(row, each), "count": None, "selected": each in asked}
        for each in map(text, known(row) or values)
    ]


def entry(counted: Entry) -> Shown:
    count = counted["count"]
    return {**counted, "count_text": "" if count is None else french.number(count)}


def amount(counted: Entry) -> Shown:
    """By its euros, which are what the address holds."""
    cents = int(counted["value"])
    return {
        **entry(counted),
        "value": euros(cents),
        "label": texts.search.TARIFF_AT_MOST.format(money=french.money(cents)),
    }


def euros(cents: int) -> str:
    return f"{cents / 100:.2f}"


def as_texts(asked: list[str] | str) -> list[str]:
    return asked if isinstance(asked, list) else [asked]
