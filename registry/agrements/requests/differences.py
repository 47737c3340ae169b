"""What a moderator should look at twice: where a request differs from the last valid agrément, from the law, from other
numbers of the département, from her name. Pure functions; nothing here decides.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from domain import civil
from domain.civil import months_after
from domain.french import ages, day
from domain.scales import Scales
from domain.spelling import fold
from registry.agrements.movements.rows import key
from registry.offers.profiles import Agrement, Identity

Field = Literal[
    "number",
    "department",
    "starts_on",
    "ends_on",
    "capacity",
    "ages",
    "conditions",
    "name",
    "birth_date",
    "home",
]

SOON_DAYS = 30
KNOWN_SHAPES = 20
"""Of fewer numbers of a département no shape is usual."""
RARE = 0.02
DAYS_OF_GRACE = 31
"""Agréments run from a decision to the end of a month, or to the eve of an anniversary."""


@dataclass(frozen=True)
class Difference:
    """`weight`: "alert" needs a reason to go on, "look" is to be compared with the copy, "note" is for information."""

    field: Field
    weight: Literal["alert", "look", "note"]
    sentence: str


def differences(
    request: Agrement,
    last: Agrement | None,
    identity: Identity | None,
    shown_name: str,
    shapes: Mapping[str, int],
    scales: Scales,
    today: date,
    place: str | None = None,
) -> list[Difference]:
    """All of them, the gravest first.

    `last`: the agrément that the registry has of her, `ends_on` date.max when it knows no end; `shown_name`: what
    parents read; `shapes`: how many numbers of the département have which `shape`; `place`: the département where she
    minds children, None while she has no place.
    """
    found = [
        *_since(request, last),
        *_number(request, shapes),
        *_dates(request, last, scales, today),
        *_capacity(request, last, scales, today),
        *_ages(request, scales, today),
        *_person(identity, shown_name, today),
        *_place(request, place),
    ]
    return sorted(found, key=lambda each: ("alert", "look", "note").index(each.weight))


def shape(number: str) -> str:
    """« 044-2021/12 b » → « 999999999A »: digits and letters, whichever; what spellings differ in is left out."""
    return re.sub(r"[A-Z]", "A", re.sub(r"[0-9]", "9", key(number)))


def _since(request: Agrement, last: Agrement | None) -> Iterator[Difference]:
    if last is None:
        return
    if request.department != last.department:
        yield Difference(
            "department", "look", f"Le département change\u00a0: {last.department}, puis {request.department}."
        )
    if key(request.number) != key(last.number):
        yield Difference("number", "look", f"Le numéro change\u00a0: c’était {last.number}.")
    if request.capacity != last.capacity:
        yield Difference("capacity", "look", f"Le nombre d’enfants passe de {last.capacity} à {request.capacity}.")
    if (request.age_from_months, request.age_to_months) != (last.age_from_months, last.age_to_months):
        yield Difference(
            "ages", "look", f"Les âges changent\u00a0: c’était {ages(last.age_from_months, last.age_to_months)}."
        )
    if request.starts_on != last.starts_on:
        yield Difference("starts_on", "note", f"Le début change\u00a0: c’était le {day(last.starts_on)}.")
    if request.ends_on != last.ends_on and last.ends_on != date.max:
        yield Difference("ends_on", "note", f"La fin change\u00a0: c’était le {day(last.ends_on)}.")
    if request.ends_on < last.ends_on != date.max:
        yield Difference("ends_on", "look", "Le nouvel agrément finit avant celui que nous connaissons.")
    if fold(request.conditions) != fold(last.conditions):
        yield Difference(
            "conditions",
            "look",
            "Les conditions changent." if request.conditions else "Les conditions de l’agrément connu n’y sont plus.",
        )


def _number(request: Agrement, shapes: Mapping[str, int]) -> Iterator[Difference]:
    known = sum(shapes.values())
    if known >= KNOWN_SHAPES and shapes.get(shape(request.number), 0) < known * RARE:
        usual = max(shapes, key=lambda each: shapes[each])
        yield Difference(
            "number",
            "look",
            f"Ce numéro n’a pas la forme habituelle du département ({usual}, où 9 est un chiffre et A une lettre).",
        )
    if not re.search(r"\d", request.number):
        yield Difference("number", "alert", "Ce numéro n’a aucun chiffre.")


def _dates(request: Agrement, last: Agrement | None, scales: Scales, today: date) -> Iterator[Difference]:
    if request.ends_on < today:
        yield Difference("ends_on", "alert", f"Cet agrément a pris fin le {day(request.ends_on)}.")
    elif request.ends_on <= today + timedelta(SOON_DAYS):
        yield Difference("ends_on", "note", f"Cet agrément prend fin bientôt, le {day(request.ends_on)}.")
    if request.starts_on > today:
        yield Difference(
            "starts_on",
            "note",
            f"Il commence le {day(request.starts_on)}\u00a0: validé, il ne vaudra qu’à partir de là.",
        )
    if last is not None and last.ends_on != date.max and request.starts_on > last.ends_on + timedelta(1):
        yield Difference(
            "starts_on",
            "look",
            f"L’agrément connu finit le {day(last.ends_on)}\u00a0: il y a un intervalle sans agrément.",
        )
    lengths = scales.numbers("agrement_years", today)
    ends = [months_after(request.starts_on, 12 * years) for years in lengths]
    if all(abs((request.ends_on - end).days) > DAYS_OF_GRACE for end in ends):
        usual = " ou ".join(str(years) for years in lengths)
        yield Difference("ends_on", "look", f"Il ne dure pas {usual} ans, comme le prévoit le code.")


def _capacity(request: Agrement, last: Agrement | None, scales: Scales, today: date) -> Iterator[Difference]:
    usual = scales.number("agrement_usual_children", today)
    first = scales.number("agrement_first_children", today)
    if request.capacity > usual:
        yield Difference(
            "capacity",
            "look",
            f"Plus de {usual} enfants\u00a0: la copie doit porter l’autorisation du département (article L. 421-4).",
        )
    if last is None and request.capacity < first:
        yield Difference(
            "capacity",
            "look",
            f"Un premier agrément est d’au moins {first} enfants, sauf décision motivée (article L. 421-4).",
        )


def _ages(request: Agrement, scales: Scales, today: date) -> Iterator[Difference]:
    oldest = scales.number("agrement_age_to_months", today)
    if request.age_to_months > oldest:
        yield Difference(
            "ages", "alert", f"Au-delà de {oldest // 12} ans\u00a0: un assistant maternel accueille des mineurs."
        )
    if request.age_from_months >= 36:
        yield Difference("ages", "look", "Aucun enfant de moins de trois ans\u00a0: c’est inhabituel.")
    elif request.age_to_months < 36:
        yield Difference("ages", "look", "L’accueil s’arrête avant trois ans\u00a0: c’est inhabituel.")


def _place(request: Agrement, place: str | None) -> Iterator[Difference]:
    if place is not None and place != request.department:
        yield Difference(
            "home",
            "look",
            f"Elle accueille dans un autre département ({place}) que celui de l’agrément ({request.department})\u00a0:"
            " il n’est valable que si elle a prévenu le nouveau département (articles L. 421-7 et R. 421-41).",
        )


def _person(identity: Identity | None, shown_name: str, today: date) -> Iterator[Difference]:
    if identity is None:
        yield Difference("name", "alert", "Nous n’avons pas son identité civile.")
        return
    shown, last_name = fold(shown_name).split(), fold(identity.last_name).split()
    first_names = fold(identity.first_name).split()
    known = any(word in (*first_names, *last_name) for word in shown if len(word) > 1)
    if not known:
        yield Difference(
            "name",
            "look",
            f"Le nom montré aux parents («\u00a0{shown_name}\u00a0») n’est pas dans son identité civile.",
        )
    if identity.birth_date is not None and not civil.of_age(identity.birth_date, today):
        yield Difference("birth_date", "alert", "Elle serait mineure, d’après sa date de naissance.")
