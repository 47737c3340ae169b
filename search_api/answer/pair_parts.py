"""Who does what of a pair, piece by piece and in a French sentence; the pair as an answer has it. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from domain import french, week
from domain.week import DAYS, NAMES, Span
from search_api.answer import cards, sentences
from search_api.answer.availability import together_status
from search_api.answer.pairing import LineOnDay, Pair, Task
from search_api.request.need import line_by_line
from search_api.request.offer_query import OfferQuery

_PLACES = french.Plural("place", "places")

Cost = tuple[int, int]
"""Days that are split, and how often the child goes from the one to the other."""


def item(pair: Pair, found: Sequence[dict[str, Any]], query: OfferQuery) -> dict[str, Any]:
    """A member of `items` of `GET /api/v1/pairs`. `found`: the documents that the pair is of."""
    task = pair.task
    couple = [found[pair.first], found[pair.second]]
    parts = parts_of(pair, task)
    return {
        "way": pair.together.way,
        "offers": [card(offer, query, most) for offer, most in zip(couple, places_of(pair, task), strict=True)],
        "between_m": round(pair.between_m),
        "farthest_m": None if pair.farthest_m is None else round(pair.farthest_m),
        "summary": summary(pair, task, couple, parts),
        "parts": [[as_part(piece) for piece in each] for each in parts],
    }


def card(offer: dict[str, Any], query: OfferQuery, places: int) -> dict[str, Any]:
    """Its card, with what it has of the pair's places in the pair's period, line by line, and not the best it has."""
    status = together_status(offer, query.start, line_by_line(query.days), places, query.ages_months)
    return {**cards.card(offer, query), "availability": status}


def places_of(pair: Pair, task: Task) -> tuple[int, int]:
    """At how many places the first is told, and the second: its own, or all where the days are shared out."""
    if pair.together.way == "children":
        return pair.together.places, task.places - pair.together.places
    return task.places, task.places


def parts_of(pair: Pair, task: Task) -> tuple[list[LineOnDay], list[LineOnDay]]:
    """What the first does, and the second."""
    if pair.together.way == "children":
        first, second = (
            list(dict.fromkeys(piece._replace(places=min(piece.places, most)) for piece in task.pieces))
            for most in places_of(pair, task)
        )
        return first, second
    turns = shared_out(task, pair.does)
    return (
        [piece for piece, who in zip(task.pieces, turns, strict=True) if who == 0],
        [piece for piece, who in zip(task.pieces, turns, strict=True) if who == 1],
    )


def shared_out(task: Task, does: Sequence[int]) -> tuple[int, ...]:
    """Who (0 or 1) does each piece, of two that together cover all: with as few split days as can be, then as few
    changes from the one to the other; where that leaves a choice, the first does it."""
    states: dict[tuple[int, bool], tuple[Cost, tuple[int, ...]]] = {}
    for number, piece in enumerate(task.pieces):
        same_day = number > 0 and piece.weekday == task.pieces[number - 1].weekday
        ways: dict[tuple[int, bool], tuple[Cost, tuple[int, ...]]] = {}
        for who in (0, 1):
            if not does[who] >> number & 1:
                continue
            # Before the first piece there is nobody to change from.
            for (before, split), ((days, changes), turns) in (states or {(who, False): ((0, 0), ())}).items():
                changed = who != before
                both = same_day and (split or changed)
                cost = days + (both and not split), changes + changed
                known = ways.get((who, both))
                if known is None or (cost, (*turns, who)) < known:
                    ways[who, both] = cost, (*turns, who)
        states = ways
    return min(states.values())[1]


def as_part(piece: LineOnDay) -> dict[str, Any]:
    """An end at or before the start is the next day's; midnight at the end of the day is 24:00."""
    start, end = week.clock(piece.start), week.clock(piece.end, closing=True)
    return {"day": DAYS[piece.weekday], "start": start, "end": end, "places": piece.places}


def summary(pair: Pair, task: Task, couple: Sequence[dict[str, Any]], parts: Sequence[Sequence[LineOnDay]]) -> str:
    """« Léa M. : mardi et jeudi. Anne D. : mercredi, à 400 m de chez Léa M. »"""
    if pair.together.way == "children":
        places = places_of(pair, task)
        hours_told = "à toutes les heures demandées" + (f", {nearly(pair)}" if pair.minutes else "")
        does = [f"{_PLACES.of(places[0])}, {hours_told}", _PLACES.of(places[1])]
    else:
        does = [hours(task, each) for each in parts]
    first, second = (offer["name"] for offer in couple)
    where = apart(pair, couple)
    told = [ended(f"{first}\u00a0: {does[0]}"), ended(f"{second}\u00a0: {does[1]}" + (f", {where}" if where else ""))]
    if pair.minutes and pair.together.way == "times":
        told.append(f"Le tout {nearly(pair)}.")
    return " ".join(told)


def nearly(pair: Pair) -> str:
    """« à 15 min près »"""
    return f"à {sentences.minutes(pair.minutes)} près"


def ended(sentence: str) -> str:
    """A name may end with a point of its own."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def apart(pair: Pair, couple: Sequence[dict[str, Any]]) -> str:
    """How far the second is from the first; nothing where one is only known by its commune."""
    first, second = couple
    mams = [offer["mam"]["id"] if offer.get("mam") else None for offer in couple]
    if mams[0] and mams[0] == mams[1]:
        return "dans la même MAM"
    precisions = {first["precision"], second["precision"]}
    if "commune" in precisions:
        return ""
    if precisions == {"zone"} and pair.between_m < 1:
        return "dans le même secteur"
    about = "à environ" if "zone" in precisions else "à"
    return f"{about} {french.distance(pair.between_m)} de chez {first['name']}"


def hours(task: Task, done: Sequence[LineOnDay]) -> str:
    """« mardi et jeudi », « la nuit du mardi au mercredi », « lundi de 8 h à 12 h »."""
    whole: list[sentences.DayOrNight] = []
    others: list[str] = []
    for day in task.days:
        asked, theirs = by_kind(task.pieces, day.weekday), by_kind(done, day.weekday)
        for kind, spans in theirs.items():
            if spans == asked[kind]:
                whole.append(sentences.DayOrNight(day.weekday, kind, spans, spans))
            else:
                others.append(f"{NAMES[day.weekday]} {sentences.stretches(spans)}")
    return ", ".join([*([sentences.named(whole)] if whole else []), *others])


def by_kind(pieces: Iterable[LineOnDay], weekday: int) -> dict[str, list[Span]]:
    """The hours of a weekday, of its evening and of the night that begins on it, or of both at one stretch, each where
    there are some."""
    found: dict[str, list[Span]] = {}
    for piece in pieces:
        if piece.weekday == weekday:
            kind = sentences.kind_of(weekday, piece.start, piece.end)
            found.setdefault(kind, []).append((piece.start, piece.end))
    return {kind: week.merged(spans) for kind, spans in found.items()}
