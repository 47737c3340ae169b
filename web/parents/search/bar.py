"""What stands above the list: the search in a few words, what narrows it with the way to take each off, and what one
press adds. Pure functions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain import civil, french, week
from domain.vocabulary import Kind
from search_api.filter_table import Flag
from web import texts
from web.shared.search import filters, forms, need, summary
from web.shared.search.forms import SearchForm
from web.shared.search.need import Slot
from web.shared.search.places import Where

Changes = dict[str, Any]
"""Fields of a form with other values."""


def shown(found: Where) -> dict[str, Any]:
    """As templates/parents/results.html draws the bar. The form of `found` has no errors."""
    form = found.form
    births = summary.births(form)
    # Hours and places without a day, as the home page's form sends them, ask for nothing.
    idle = [need.unset(each.number) for each in form.slots if not each.days]
    said = replace(form, suite="", **{name: value for each in idle for name, value in each.items()})
    narrowing, adding = chips(found, births), toggles(form)
    alone = forms.place_alone(form)
    somewhere = form.ou or form.lieu or form.autour or form.bbox
    return {
        "where": where(found),
        "what": what(form, births),
        "chips": [{"label": label, "href": forms.address(form, **changes)} for label, changes in narrowing],
        "toggles": [{"label": label, "href": forms.address(form, **changes)} for label, changes in adding],
        "out_of_zone": forms.address(form, bbox=""),
        "reset": forms.address(alone) if somewhere and said != alone else None,
    }


def where(found: Where) -> str:
    """« Nantes · 5 km », « Nantes → Orvault », in as few words as a telephone has room for."""
    form, place, arrival = found.form, found.place, found.arrival
    if form.bbox:
        return texts.search.ZONE
    if place is None:
        return texts.search.CHIP_WORDS.format(words=form.mots) if form.mots else texts.search.ANYWHERE
    name = texts.AROUND_ME if place.type == "position" else place.name
    if arrival is not None:
        return texts.search.PILL_WAY.format(start=name, end=arrival.name)
    if place.is_territory:
        return name
    if form.rayon == "0" and place.code:
        return texts.search.PILL_ALONE.format(place=name)
    radius = form.rayon if form.rayon not in ("", "0") else forms.RADIUS
    return texts.search.PILL_AROUND.format(place=name, radius=radius)


def what(form: SearchForm, births: Sequence[str]) -> str:
    """« lun, mar, jeu, ven · 8 h – 18 h · Crèche », or that nothing is said of days and kinds. `births`: of the
    children, in words."""
    parts = [slot(each) for each in form.slots if each.days]
    if start := civil.typed_day(form.des):
        parts.append(texts.FROM_DAY.format(day=french.day(start)))
    parts += births
    parts += [Kind.label_of(code) for code in form.types]
    return " · ".join(parts) or texts.search.PILL_ALL


def slot(each: Slot) -> str:
    """« lun, mar, jeu, ven · 8 h – 18 h », « lun–ven · 8 h – 18 h »."""
    told = f"{', '.join(short_days(each))} · {french.hours(each.start, each.end)}"
    return f"{told} · {texts.CHILD.of(each.places)}" if each.places not in (1, each.usual) else told


def short_days(each: Slot) -> list[str]:
    asked = sorted({list(need.DAYS).index(day) for day in each.days})
    names = [week.NAMES[day][:3] for day in asked]
    if len(asked) > 2 and asked[-1] - asked[0] == len(asked) - 1:
        return [f"{names[0]}–{names[-1]}"]
    return names


def chips(found: Where, births: Sequence[str]) -> list[tuple[str, Changes]]:
    """All that narrows the search besides its place and its radius, in the order of the form, each with what the form
    holds without it."""
    form = found.form
    narrowing: list[tuple[str, Changes]] = []
    if form.bbox:
        narrowing.append((texts.search.ZONE, {"bbox": ""}))
    if found.arrival is not None:
        way = texts.search.CHIP_WAY.format(end=french.reaching(found.arrival.name))
        narrowing.append((way, {"vers": "", "vers_lieu": "", "detour": ""}))
    narrowing += [
        (Kind.label_of(code), {"types": tuple(each for each in form.types if each != code)}) for code in form.types
    ]
    narrowing += [(slot(each), without(form, each)) for each in form.slots if each.days]
    if start := civil.typed_day(form.des):
        narrowing.append((texts.FROM_DAY.format(day=french.day(start)), {"des": ""}))
    narrowing += [(told, {"naissance": ()}) for told in births]
    if form.libres:
        narrowing.append((texts.search.TOGGLE_FREE, {"libres": ""}))
    if form.mots:
        narrowing.append((texts.search.CHIP_WORDS.format(words=form.mots), {"mots": ""}))
    narrowing += [(label, {"chosen": rest}) for label, rest in filters.chips(form.chosen)]
    if form.souplesse:
        label = texts.search.LENIENT.format(minutes=texts.search.LENIENCES[form.souplesse])
        narrowing.append((label, {"souplesse": ""}))
    return narrowing


def without(form: SearchForm, gone: Slot) -> Changes:
    """Without its days; without what is said of a need, too, where it was the only one."""
    others = any(each.days for each in form.slots if each.number != gone.number)
    return need.unset(gone.number) if others else {**need.unset(gone.number), "libres": "", "souplesse": ""}


def toggles(form: SearchForm) -> list[tuple[str, Changes]]:
    """What one press adds: the filters of the table that have a word for it, and, of a need, what is free for all."""
    offered: list[tuple[str, Changes]] = []
    if form.has_need and not form.libres:
        offered.append((texts.search.TOGGLE_FREE, {"libres": "oui"}))
    for name, row in filters.PANEL.items():
        if row.quick and isinstance(row.takes, Flag) and name not in form.chosen:
            offered.append((row.quick, {"chosen": filters.added(form.chosen, name, "oui")}))
    return offered


def button(count: int | None) -> str:
    """What the button of the form says that it shows; None where nobody knows how many."""
    if count is None:
        return texts.search.SHOW
    return texts.search.SHOW_COUNTED.format(count=texts.RESULT.of(count)) if count else texts.search.SHOW_NONE
