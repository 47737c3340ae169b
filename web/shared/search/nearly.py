"""What the page says where hardly anybody covers a need: who comes nearest, what a little less would find, which two do
it together, why no assistante maternelle fits. From the search API's answers to what is shown: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, zip_longest
from typing import Any, Literal

from domain import french, week
from search_api.nearly import Change, Counted, Counts, same_need
from search_api.offers import suffices
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

BESIDE_AFTER = 2
"""Cards that come before what stands beside a list in which nobody covers all: what a telephone shows at once."""

MOST_CHANGES = 4
SACRIFICES = ("shorter", "farther", "fewer_days", "fewer_places")
"""Kinds of changes, from the one that asks least of a family to the one that leaves a child out."""

MOST_PAIRS = 3
MOST_HOURS = 2
"""Stretches of hours that a link names."""

Answer = Mapping[str, Any]

Part = Literal["less", "pairs", "reason"]
"""A group of questions beside the list: the counts with who comes nearest, two together, why nobody."""

ASSISTANT = "assistant_maternel"


@dataclass(frozen=True)
class Beside:
    """What was asked beside the list (`asking`); None what was not. `nearest`: the card of the one who covers most of
    the need, if anybody covers any of it; `pairs`: an answer of the search API; `missing`: what was asked and was not
    had in time, or at all."""

    counts: Counts | None = None
    nearest: Answer | None = None
    pairs: Answer | None = None
    reason: Reason | None = None
    missing: tuple[Part, ...] = ()


def covering(form: SearchForm, answer: Answer) -> int:
    """How many of the page's offers cover the whole need from the day on."""
    return sum(1 for item in answer["items"] if covers(form, item))


def covers(form: SearchForm, item: Answer) -> bool:
    """Whether an offer has all that is looked for, which may be a little less than the hours that its card tells of."""
    return suffices(item, int(form.souplesse or 0))


def lacks_assistants(form: SearchForm, answer: Answer) -> bool:
    """Whether no assistante maternelle was found where they alone were looked for, or any kind."""
    return form.types in ((), (ASSISTANT,)) and not form.asks_structures and not assistants(answer)


def assistants(answer: Answer) -> int:
    """How many assistantes maternelles were found, whatever kinds are chosen."""
    counts = {entry["value"]: int(entry["count"]) for entry in answer["facets"]["kind"]}
    return counts.get(ASSISTANT, 0)


def anchored(form: SearchForm, **changes: Any) -> str:
    """The page of results, at its list: on a telephone the form stands before it."""
    return f"{forms.address(form, **changes)}#resultats"


def shown(
    found: Where, answer: Answer, beside: Beside, today: date, address: Address = anchored, where: str = ""
) -> dict[str, Any]:
    """The values of templates/shared/nearly.html and shared/less.html, and of the line under the heading (`whole`).
    `after`: behind how many cards of the list a little less is offered, the last of which covers all; where none does,
    `beside` says whether there is anything to say behind `beside_after` of them. `retry`: where to ask again for what
    is missing. `address`: of the page that offers it; `where`: whom `reason` is about, by default those of the place
    that is searched."""
    nobody = beside.counts is not None and not beside.counts.total
    best = at_best(beside.nearest) if nobody and beside.nearest else None
    little = less(found, beside.counts, today, address) if beside.counts else []
    two = pairs(found.form, beside.pairs, today) if nobody and beside.pairs else []
    whole = [number for number, item in enumerate(answer["items"], 1) if covers(found.form, item)]
    return {
        "whole": whole_or_partly(found.form, answer, beside.counts),
        "after": max(whole, default=0),
        "nobody": nobody_sentence(answer, beside.nearest) if nobody else "",
        "best": best,
        "beside": bool(best or two or little) and not whole,
        "beside_after": BESIDE_AFTER,
        "reason": why(beside.reason, where or summary.where(found)) if beside.reason else None,
        "less": little,
        "pairs": two,
        # Without the anchor: to that of the page where they are a browser goes without asking for it again.
        "retry": address(found.form).partition("#")[0] if beside.missing else None,
    }


def farther(form: SearchForm) -> float | None:
    """The next distance of the form's list, in kilometres, to the place or to the way; None after the last."""
    listed, chosen = texts.RADII, parameters.radius(form)
    if form.vers:
        listed, chosen = texts.search.DETOURS, form.detour or forms.DETOUR
    return min((km for km in map(float, listed) if km > float(chosen)), default=None)


# How many cover all of it -------------------------------------------------------------------------------------


def whole_or_partly(form: SearchForm, answer: Answer, counts: Counts | None) -> str:
    """« 20 couvrent toute votre recherche, 322 en partie, plus tard ou à confirmer », on the first page of a list that
    holds both; where many of the page cover it nobody has counted them: « Au moins 12 couvrent toute votre
    recherche ». Nothing where nobody does: `nobody_sentence` says so."""
    if answer["query"]["match"] != "best" or form.suite:
        return ""
    here = covering(form, answer)
    if counts is None:
        return texts.search.WHOLE_AT_LEAST.format(whole=covers_all(form, here)) if here >= PLENTY else ""
    if not counts.total:
        return ""
    rest = assistants(answer) - counts.total
    return covers_all(form, counts.total) + (texts.search.PARTLY.format(count=french.number(rest)) if rest > 0 else "")


def covers_all(form: SearchForm, count: int) -> str:
    within = texts.search.WITHIN.format(minutes=texts.search.LENIENCES[form.souplesse]) if form.souplesse else ""
    return " ".join(filter(None, (texts.search.WHOLE.of(count), within)))


# Who covers most where nobody covers all ----------------------------------------------------------------------


def nobody_sentence(answer: Answer, best: Answer | None) -> str:
    """« Personne ne couvre toute votre recherche ; 10 peut-être en partie. », in all: some are
    free later, or have not said so for long. `best`: the card of who covers most. Nothing where nobody covers any
    of it."""
    partly = assistants(answer) if answer["query"]["match"] == "best" else 0
    if not (partly or best):
        return ""
    rest = f"{french.NARROW}; {texts.search.NOBODY_PARTLY.format(count=french.number(partly))}" if partly else ""
    return texts.search.NOBODY.format(rest=rest)


def at_best(best: Answer) -> dict[str, str]:
    """« Au mieux : Sophie L., libre 4 jours sur 5 … »"""
    return {"name": best["name"], "href": f"/offre/{best['id']}", "what": described(best)}


def described(item: Answer) -> str:
    """What of a need an offer has free, in its card's words, from when, and how far away."""
    said, precision = item["availability"], item["position"]["precision"]
    summary = str(said["coverage"]["summary"]) if said["coverage"] else texts.search.ALL_OF_IT
    if said["free_from"]:
        summary += f", {texts.FROM_DAY.format(day=cards.iso_day(said['free_from']))}"
    away = cards.distance(item.get("distance_m"), precision) or cards.detour(item.get("detour_m"), precision)
    return summary[:1].lower() + summary[1:] + (f" ({away})" if away else "")


# What a little less would find --------------------------------------------------------------------------------


def less(found: Where, counts: Counts, today: date, address: Address) -> list[dict[str, str]]:
    """Changes that find more, each as the same search with it and how many more it finds: the smallest sacrifice first,
    and of each kind one before a second of any. Only what the form can ask for, and as it was counted."""
    links: dict[str, list[tuple[Counted, dict[str, str]]]] = {kind: [] for kind in SACRIFICES}
    for each in sorted(counts.changes, key=lambda each: (each.change.minutes or 0, -each.more)):
        before = links[each.change.change]
        if each.more <= 0 or (each.change.minutes and any(other.more == each.more for other, _ in before)):
            continue
        form = changed(found.form, each.change)
        if form and asks(replace(found, form=form), each.change, today):
            more = texts.search.MORE_FOUND.format(count=french.number(each.more))
            total = texts.RESULT.of(each.total)
            link = {"label": named(each.change), "href": address(form), "more": more, "found": total}
            before.append((each, link))
    turns = zip_longest(*links.values())
    chosen = list(islice((each for turn in turns for each in turn if each), MOST_CHANGES))
    return [link for kind in links.values() for each, link in kind if (each, link) in chosen]


def named(change: Change) -> str:
    """What is asked for then: of shorter hours the ones that are left, « 8 h 15 – 18 h 15 », unless they are many."""
    if change.change != "shorter":
        return change.label
    spans = [span for day in change.query.sufficient_days for span in day.spans]
    hours = dict.fromkeys(french.hours(week.clock(start), week.clock(end, closing=True)) for start, end in spans)
    return french.listed(list(hours)) if len(hours) <= MOST_HOURS else change.label


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
    """Without its hours and places, too, where a slot had that day alone: hours without a day are refused."""
    found: dict[str, Any] = {}
    for slot in form.slots:
        left = tuple(each for each in slot.days if need.DAYS[each] != day)
        found |= {f"jours{slot.number}": left} if left or not slot.days else need.unset(slot.number)
    return replace(form, **found)


def with_places(form: SearchForm, places: int) -> SearchForm:
    most: dict[str, Any] = {f"places{slot.number}": str(min(slot.places, places)) for slot in form.slots if slot.days}
    return replace(form, **most)


def asks(found: Where, change: Change, today: date) -> bool:
    """Whether a search asks for the need that the change was counted for."""
    # No change is one of the place, which the relais's page may leave out.
    if forms.errors(found.form, today).keys() - {"ou"}:
        return False
    return same_need(meaning(read(OfferParameters, parameters.of_search(found)), today), change.query)


# Two together -------------------------------------------------------------------------------------------------


def pairs(form: SearchForm, answer: Answer, today: date) -> list[dict[str, Any]]:
    days = form.asked_days
    return [
        {"summary": each["summary"], "cards": [cards.card(item, today=today, days=days) for item in each["offers"]]}
        for each in answer["items"]
    ]


# Why no assistante maternelle fits ----------------------------------------------------------------------------


def why(reason: Reason, where: str) -> str:
    """« Aucune des 12 assistantes maternelles autour de Nantes n’a de place libre à ces horaires. »"""
    alone, several = texts.search.NO_ASSISTANT[reason.cause]
    told = alone if reason.among == 1 else several
    return told.format(count=french.number(reason.among), where=where)
