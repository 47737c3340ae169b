"""From the search API's answers to what the page of results shows: pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from domain import civil, french
from domain.vocabulary import Kind
from web import texts
from web.parents.search import bar
from web.shared.cards import card
from web.shared.search import filters, forms, loosening, notices, parameters, summary
from web.shared.search.forms import SearchForm
from web.shared.search.places import Where

ALERT_AFTER = 10
"""Results of a list behind which an alert is offered, or behind all of them: who has seen those may want to be told.
As many as the widest screen shows at once."""


@dataclass(frozen=True)
class Step:
    """A search that asks for less, and how many offers it finds, once that is known."""

    label: str
    form: SearchForm
    count: int = 0


def results(found: Where, answer: Mapping[str, Any], today: date, loosened: Sequence[Step] = ()) -> dict[str, Any]:
    """The list, its count, the filters with their counts, and what to loosen where nothing was found."""
    form = found.form
    total = answer["total"]
    days = form.asked_days
    cards = [card(item, today=today, days=days) for item in answer["items"]]
    heading = texts.RESULT.of(total["value"])
    if total["relation"] != "eq":
        heading = texts.AT_LEAST.format(count=heading)
    return {
        "heading": heading,
        "where": summary.where(found),
        "empty": total["value"] == 0,
        "cards": cards,
        "unlocated": unlocated(answer),
        "kinds": {entry["value"]: french.number(entry["count"]) for entry in answer["facets"]["kind"]},
        "unstated": filters.unstated(form.chosen),
        "filters": filters.fields(form.chosen, answer["facets"]),
        "bar": bar.shown(found),
        "button": bar.button(total["value"]),
        "alert_after": ALERT_AFTER,
        "this_view": forms.address(form, suite=form.suite),
        "other_view": f"{forms.address(form, suite=form.suite)}&vue=carte",
        "first": forms.address(form),
        "next": forms.address(form, suite=answer["next"]) if answer["next"] else None,
        "so_far": None if form.suite or not answer["next"] else so_far(total, len(cards)),
        "loosen": [
            {"label": step.label, "href": forms.address(step.form), "count_text": found_text(step.count)}
            for step in loosened
        ],
        "sort": next((name for name, code in forms.SORTS.items() if code == answer["query"]["sort"]), ""),
        "sorts": [(name, sort_label(name, form)) for name in parameters.sorts(found)],
        "indexed": indexed(answer["data"].get("indexed_at")),
    }


def so_far(total: Mapping[str, Any], shown: int) -> dict[str, str]:
    """How far down the list one is, for its first page; `pattern` is the sentence for another number `{shown}`, which
    the script fills in. Of a further page nobody knows how many stood before it."""
    found = french.number(total["value"])
    pattern = texts.states.SO_FAR if total["relation"] == "eq" else texts.states.SO_FAR_AT_LEAST
    return {
        "text": pattern.format(shown=french.number(shown), total=found),
        "pattern": pattern.format(shown="{shown}", total=found),
        "total": found,
    }


def unlocated(answer: Mapping[str, Any]) -> int:
    """By distance, the number of the page's first offer that is known by its commune alone, as are all after it; 0
    where there is none, or the order is another."""
    if answer["query"]["sort"] != "distance":
        return 0
    numbered = enumerate(answer["items"], 1)
    return next((number for number, item in numbered if item["position"]["precision"] == "commune"), 0)


def from_centre(found: Where) -> str:
    """Where the distances of a search around a commune start, which is nobody's door; "" for every other one."""
    place, measured = found.place, found.is_around and found.form.rayon != "0"
    if not measured or place is None or place.type not in ("commune", "arrondissement"):
        return ""
    return texts.FROM_CENTRE.format(of_commune=french.leaving(place.name))


def around(found: Where, *, alerts: bool, addresses: bool) -> dict[str, Any]:
    """What stands around a list, and without one too: the places as they were understood, the folded parts of the form
    in a few words, and whether an alert can be asked for. `addresses`: whether a search can start at one."""
    return {
        "alert": alert(found) if alerts else None,
        "around_place": around_place(found),
        "from_centre": from_centre(found),
        "can_refine": addresses,
        "notices": notices.of(found, forms.address),
        "of_today": notices.of_today(found),
        "guessed": found.start.is_guess or found.end.is_guess,
        "around": found.is_around,
        "way_summary": way_summary(found),
        "folded": folded(found.form),
    }


def around_place(found: Where) -> str:
    """« autour de Nantes »: where a search of a zone of the map would look without it; "" for every other search, or
    where it has no place."""
    if not found.form.bbox or found.place is None:
        return ""
    return summary.where(replace(found, form=replace(found.form, bbox="")))


def folded(form: SearchForm) -> dict[str, str]:
    """The folded parts of the form, in a few words, by the id of the place where they are said."""
    return {
        "recap-besoin": summary.need_summary(form),
        "recap-types": kinds_summary(form),
        "recap-filtres": str(form.filtered or texts.FILTERS_NONE),
    }


def sort_label(name: str, form: SearchForm) -> str:
    return texts.search.SORT_ALONG if name == "distance" and form.vers else texts.SORTS[name]


def alert(found: Where) -> str | None:
    """Where to ask to be told of a place that opens, as this search would find it. Only assistants maternels declare
    their free places, and an alert for the whole of France would help nobody (`web.parents.alerts` refuses the
    others)."""
    form = found.form
    if form.asks_structures or found.place is None:
        return None
    return "/alertes" + forms.address(form, tri="", bbox="").removeprefix("/")


def indexed(moment: str | None) -> str | None:
    if moment is None:
        return None
    day = civil.day(datetime.fromisoformat(moment))
    return texts.DATA_OF.format(day=french.day(day))


def found_text(count: int) -> str:
    return texts.RESULT.of(count)


def steps(where: Where) -> list[Step]:
    """Searches that ask for less, the smallest step first."""
    form = where.form
    found: list[loosening.Change] = []
    around = where.is_around
    if whole := around_place(where):
        found.append((texts.search.LOOSEN_ZONE.format(where=whole), {"bbox": ""}))
    wider = [r for r in texts.RADII if int(r) > int(form.rayon or forms.RADIUS)]
    if around and wider:
        radius = wider[min(1, len(wider) - 1)]
        found.append((texts.LOOSEN_RADIUS.format(radius=radius), {"rayon": radius}))
    farther = [d for d in texts.search.DETOURS if float(d) > float(form.detour or forms.DETOUR)]
    if form.vers and not form.bbox and farther:
        detour = farther[min(1, len(farther) - 1)]
        found.append((texts.search.LOOSEN_DETOUR.format(detour=detour), {"detour": detour}))
    found += loosening.conditions(form, texts.LOOSEN_ASK)
    if form.types:
        found.append((texts.LOOSEN_KINDS, {"types": ()}))
    found = loosening.with_all(found)
    if form.types != ("rpe",):
        relay = SearchForm(ou=form.ou, lieu=form.lieu, autour=form.autour, types=("rpe",))
        found.append((texts.LOOSEN_RPE, {**asdict(relay), "rayon": "20" if around or form.vers else ""}))
    return [Step(label, replace(form, **{"suite": "", **changes})) for label, changes in found]


def way_summary(found: Where) -> str:
    """The folded way in a few words: « jusqu’à Orvault »."""
    if found.arrival is None:
        return found.form.vers or texts.search.WAY_NONE
    return texts.search.WAY_TO.format(end=french.reaching(found.arrival.name))


def kinds_summary(form: SearchForm) -> str:
    return ", ".join(Kind.label_of(code) for code in form.types) or texts.KINDS_ALL
