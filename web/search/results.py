"""From the search API's answers to what the page of results shows: pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from search_api import labels
from settings import PARIS
from web import formats, texts
from web.cards import card
from web.search import forms
from web.search.forms import SearchForm


@dataclass(frozen=True)
class Step:
    """A search that asks for less, and how many offers it finds, once that is known."""

    label: str
    form: SearchForm
    count: int = 0


def results(
    answer: Mapping[str, Any],
    form: SearchForm,
    place: dict[str, Any] | None,
    today: date,
    loosened: Sequence[Step] = (),
) -> dict[str, Any]:
    """The list, its count, the filters with their counts, and what to loosen where nothing was found."""
    total = answer["total"]
    cards = [card(item, has_need=bool(form.jours), today=today) for item in answer["items"]]
    heading = formats.plural(total["value"], texts.RESULT_ONE, texts.RESULT_MANY)
    if total["relation"] != "eq":
        heading = texts.AT_LEAST.format(count=heading)
    return {
        "heading": heading,
        "where": where(form, place),
        "empty": total["value"] == 0,
        "cards": cards,
        "facets": {name: [choice(entry) for entry in entries] for name, entries in answer["facets"].items()},
        "next": forms.address(form, suite=answer["next"]) if answer["next"] else None,
        "loosen": [
            {"label": step.label, "href": forms.address(step.form), "count_text": found_text(step.count)}
            for step in loosened
        ],
        "sort": next((name for name, code in forms.SORTS.items() if code == answer["query"]["sort"]), ""),
        "sorts": forms.sorts(form, place),
        "indexed": indexed(answer["data"].get("indexed_at")),
    }


def where(form: SearchForm, place: dict[str, Any] | None) -> str:
    if form.autour:
        return texts.AROUND_POSITION
    if place is None:
        return texts.EVERYWHERE
    if place["type"] in ("epci", "department"):
        return texts.IN_TERRITORY.format(place=place["name"])
    inside = form.rayon == "0" and place["type"] != "address"
    return (texts.IN if inside else texts.AROUND).format(place=place["name"])


def choice(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {**entry, "count_text": formats.number(entry["count"])}


def uncounted(form: SearchForm) -> dict[str, list[dict[str, Any]]]:
    """The same filters where there are no results to count: what was ticked stays ticked beside an error."""
    chosen = {"subkind": form.sous_types, "feature": form.options, "funding": form.financements}
    return {
        name: [
            {"value": code, "label": label, "count_text": "", "selected": code in ticked}
            for code, label in labels.FACETS[name].items()
        ]
        for name, ticked in chosen.items()
    }


def indexed(moment: str | None) -> str | None:
    if moment is None:
        return None
    day = datetime.fromisoformat(moment).astimezone(PARIS).date()
    return texts.DATA_OF.format(day=formats.day(day))


def found_text(count: int) -> str:
    return formats.plural(count, texts.RESULT_ONE, texts.RESULT_MANY)


def steps(form: SearchForm, place: dict[str, Any] | None) -> list[Step]:
    """Searches that ask for less, the smallest step first."""
    found: list[tuple[str, dict[str, Any]]] = []
    around = forms.is_around(form, place)
    wider = [r for r in texts.RADII if int(r) > int(form.rayon or forms.RADIUS)]
    if around and wider:
        radius = wider[min(1, len(wider) - 1)]
        found.append((texts.LOOSEN_RADIUS.format(radius=radius), {"rayon": radius}))
    if form.jours and form.libres:
        found.append((texts.LOOSEN_ASK, {"libres": ""}))
    if form.filtered:
        found.append((texts.LOOSEN_FILTERS, {"mots": "", "sous_types": (), "options": (), "financements": ()}))
    if form.jours:
        found.append((texts.LOOSEN_HOURS, {"jours": (), "debut": "", "fin": "", "libres": ""}))
    if form.types:
        found.append((texts.LOOSEN_KINDS, {"types": ()}))
    if len(found) > 1:
        # Where no step alone helps, all of them together may.
        found.append((texts.LOOSEN_ALL, {name: value for _, changes in found for name, value in changes.items()}))
    if form.types != ("rpe",):
        relay = SearchForm(ou=form.ou, lieu=form.lieu, autour=form.autour, types=("rpe",))
        found.append((texts.LOOSEN_RPE, {**asdict(relay), "rayon": "20" if around else ""}))
    return [Step(label, replace(form, **{"suite": "", **changes})) for label, changes in found]


def need_summary(form: SearchForm) -> str:
    """The folded need in a few words: « du lundi au vendredi, 8 h – 18 h »."""
    days = [forms.DAYS[day] for day in form.jours if day in forms.DAYS]
    parts = [f"{formats.week_days(days)}, {formats.hours(form.start, form.end)}"] if days else []
    if start := forms.as_date(form.des):
        parts.append(texts.FROM_DAY.format(day=formats.day(start)))
    if born := forms.as_date(form.naissance):
        parts.append(texts.BORN.format(day=formats.day(born)))
    return ", ".join(parts) or texts.NEED_NONE


def kinds_summary(form: SearchForm) -> str:
    return ", ".join(labels.KINDS.get(code, code) for code in form.types) or texts.KINDS_ALL


def sentence(message: str) -> str:
    """The search API's reason for a refusal, as a sentence beside the field."""
    return message[:1].upper() + message[1:].rstrip(".") + "."
