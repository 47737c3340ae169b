"""What the page says where hardly anybody covers a need: who comes nearest, what a little less would find, which two do
it together, why no assistante maternelle fits. From the search API's answers to what is shown: pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from domain import french
from search_api.nearly import Change, Counted, Counts, same_need
from search_api.parameters import OfferParameters, meaning, read
from search_api.reasons import Reason
from web import texts
from web.shared import cards
from web.shared.search import forms, need, parameters, summary
from web.shared.search.forms import SearchForm
from web.shared.search.notices import Address
from web.shared.search.places import Where

PLENTY = 10
"""Offers of a page that cover the whole need: nobody needs to ask for less."""

MOST_CHANGES = 4
MOST_PAIRS = 3

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Beside:
    """What was asked beside the list; None what was not. `nearest`: the card of the one who covers most of the need,
    if anybody covers any of it; `pairs`: an answer of the search API."""

    counts: Counts | None = None
    nearest: Answer | None = None
    pairs: Answer | None = None
    reason: Reason | None = None


def covering(answer: Answer) -> int:
    """How many of the page's offers cover the whole need from the day on."""
    return sum(1 for item in answer["items"] if status(item) == "free")


def status(item: Answer) -> str:
    return str(item["availability"]["status"]) if item["availability"] else ""


def lacks_assistants(form: SearchForm, answer: Answer) -> bool:
    """Whether no assistante maternelle was found where any kind was looked for."""
    counts = {entry["value"]: entry["count"] for entry in answer["facets"]["kind"]}
    return not form.types and not form.asks_structures and not counts.get("assistant_maternel")


def shown(found: Where, beside: Beside, today: date, address: Address = forms.address) -> dict[str, Any]:
    """As `nearly` of templates/shared/nearly.html draws it. `address`: of the page that offers to ask for less."""
    nobody = beside.counts is not None and not beside.counts.total
    return {
        "nobody": nearest(beside.nearest) if nobody and beside.nearest else None,
        "reason": why(beside.reason, found) if beside.reason else None,
        "less": less(found, beside.counts, today, address) if beside.counts else [],
        "pairs": pairs(beside.pairs, today) if nobody and beside.pairs else [],
    }


def farther(form: SearchForm) -> float | None:
    """The next distance of the form's list, in kilometres, to the place or to the way; None after the last."""
    listed, chosen = (
        (texts.search.DETOURS, form.detour or forms.DETOUR)
        if form.vers
        else (
            texts.RADII,
            parameters.radius(form),
        )
    )
    return min((km for km in map(float, listed) if km > float(chosen)), default=None)


# Who comes nearest --------------------------------------------------------------------------------------------


def nearest(card: Answer) -> str:
    """« Personne ne couvre tout. Le plus proche : 4 jours sur 5, à 800 m. »"""
    return texts.search.NOBODY.format(what=", ".join(covered(card)))


def covered(item: Answer) -> Iterator[str]:
    """What of a need and how nearly, from when, how far away."""
    said, precision = item["availability"], item["position"]["precision"]
    yield much(said["coverage"])
    if said["free_from"]:
        yield texts.FROM_DAY.format(day=cards.iso_day(said["free_from"]))
    if told := cards.distance(item.get("distance_m"), precision) or cards.detour(item.get("detour_m"), precision):
        yield told


def much(coverage: Answer | None) -> str:
    """« 4 jours sur 5 à 15 minutes près », « 1 place sur 2 »; None: all of it."""
    if coverage is None:
        return texts.search.ALL_OF_IT
    places, asked = coverage["places"], coverage["asked_places"]
    fit = [day["shortened"] for day in coverage["days"] if day["shortened"] is not None]
    parts = [f"{texts.PLACE.of(places)} sur {asked}"] if places < asked else []
    if len(fit) < coverage["asked"]:
        parts.append(f"{texts.search.DAY.of(len(fit))} sur {coverage['asked']}")
    told = ", ".join(parts) or texts.search.ALL_OF_IT
    minutes = max(fit, default=0)
    return f"{told} {texts.search.WITHIN.format(minutes=texts.search.LENIENCES[str(minutes)])}" if minutes else told


# What a little less would find --------------------------------------------------------------------------------


def less(found: Where, counts: Counts, today: date, address: Address) -> list[dict[str, str]]:
    """Changes that find more, each as the same search with it and how many more it finds, the most first; of hours the
    least change that finds as many. Only what the form can ask for, and as it was counted."""
    told = [each for each in counts.changes if each.more > 0]
    told.sort(key=lambda each: (-each.more, each.change.minutes or 0))
    shorter: list[Counted] = []
    links = []
    for each in told:
        if each.change.change == "shorter":
            if any(before.more == each.more for before in shorter):
                continue
            shorter.append(each)
        form = changed(found.form, each.change)
        if form and asks(replace(found, form=form), each.change, today):
            more = texts.search.MORE_FOUND.format(count=french.number(each.more))
            links.append({"label": each.change.label, "href": address(form), "more": more})
    return links[:MOST_CHANGES]


def changed(form: SearchForm, change: Change) -> SearchForm | None:
    """The form with a change; None where none of its fields can say it."""
    match change.change:
        case "shorter":
            minutes = str(int(form.souplesse or 0) + (change.minutes or 0))
            return replace(form, souplesse=minutes) if minutes in texts.search.LENIENCES else None
        case "fewer_days":
            return without_day(form, change.day_code or "")
        case "fewer_places":
            births = tuple(born.isoformat() for born in change.query.children)
            return with_places(replace(form, naissance=births), change.places or 1)
        case "farther":
            km = f"{change.km:g}"
            return replace(form, detour=km) if change.query.route is not None else replace(form, rayon=km)
    return None


def without_day(form: SearchForm, day: str) -> SearchForm:
    ticked: dict[str, Any] = {
        f"jours{slot.number}": tuple(each for each in slot.days if need.DAYS[each] != day) for slot in form.slots
    }
    return replace(form, **ticked)


def with_places(form: SearchForm, places: int) -> SearchForm:
    most: dict[str, Any] = {f"places{slot.number}": str(min(slot.places, places)) for slot in form.slots if slot.days}
    return replace(form, **most)


def asks(found: Where, change: Change, today: date) -> bool:
    """Whether a search asks for the need that the change was counted for."""
    if forms.errors(found.form, today):
        return False
    return same_need(meaning(read(OfferParameters, parameters.of_search(found)), today), change.query)


# Two together -------------------------------------------------------------------------------------------------


def pairs(answer: Answer, today: date) -> list[dict[str, Any]]:
    return [
        {"summary": each["summary"], "cards": [cards.card(item, has_need=True, today=today) for item in each["offers"]]}
        for each in answer["items"]
    ]


# Why no assistante maternelle fits ----------------------------------------------------------------------------


def why(reason: Reason, found: Where) -> str:
    """« Aucune des 12 assistantes maternelles autour de Nantes n’a de place libre à ces horaires. »"""
    alone, several = texts.search.NO_ASSISTANT[reason.cause]
    told = alone if reason.among == 1 else several
    return told.format(count=french.number(reason.among), where=summary.where(found))
