"""What the desk's page shows: the search's answer with what only the relais may see, and whom no search finds. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from domain import french
from domain.vocabulary import AgrementStatus, Publication
from registry.offers.duties import Standing
from registry.offers.relais import PrivateContact, Seen
from web import texts
from web.shared import cards
from web.shared.search import filters, forms, nearly, notices, parameters, summary
from web.shared.search.places import Where
from web.staff.rpe.forms import DUTIES, Asked, standing
from web.staff.rpe.search import Found
from web.texts.shared import agrements

SEEN_BY_PARENTS = "que les parents trouvent {where}"
"""Those whom a search can find at all: the others stand apart."""

MINDERS = french.Plural("assistante maternelle", "assistantes maternelles")

TERRITORY = "sur tout votre territoire"
ON_TERRITORY = "sur votre territoire"
DUTY = "déclaration {standing}"
FREE_ONLY = "seulement les places libres pour toute la recherche"

UNKNOWN = "Disponibilités inconnues"
UP_TO = "Jusqu’à {places}"
FULL = "Complète"

BEYOND = "Voir cette recherche comme les parents, au-delà de votre territoire"
HOLDING = "Voir cette recherche comme les parents\u00a0: {place}"
AROUND = "Voir cette recherche comme les parents, {around}"

NOT_PUBLIC = "Les parents ne voient pas leur fiche"
ELSEWHERE = "Les parents trouvent leur fiche dans une autre commune"
UNDECLARED = "Sans disponibilités déclarées à la date demandée"
TO_CONFIRM = "Disponibilités à confirmer, alors que vous cherchez seulement des places libres"


def results(
    asked: Asked,
    found: Found,
    seen: Mapping[str, Seen],
    contacts: Mapping[str, PrivateContact],
    today: date,
    communes: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """The page of results, over a search that was answered: the parents' cards, each with the telephone and the duty of
    those who are of the territory. `seen` and `contacts`: those, by id; `communes`: those of the relais."""
    answer, form = found.answer or {}, found.where.form
    total = answer["total"]
    sort = answer["query"]["sort"]
    return {
        "heading": MINDERS.of(total["value"]),
        "nearly": nearly.shown(
            found.where, answer, found.beside, today, asked.address, searched(asked, found.where, communes)
        ),
        "empty": total["value"] == 0,
        "cards": [_card(asked, item, seen, contacts, today) for item in answer["items"]],
        "next": asked.address(form, suite=answer["next"]) if answer["next"] else None,
        "sort": next((name for name, code in forms.SORTS.items() if code == sort), ""),
        "sorts": [(name, texts.SORTS[name]) for name in parameters.sorts(found.where)],
        "steps": [
            {"label": each.label, "href": each.href, "count_text": MINDERS.of(each.count)} for each in found.steps
        ],
        "notices": notices.of(found.where, asked.address),
        "of_today": notices.of_today(found.where),
        "filters": filters.fields(form.chosen, answer["facets"]),
    }


def search_in_words(asked: Asked, found: Where, communes: Sequence[tuple[str, str]]) -> str:
    """All that is asked for, in words: « du lundi au vendredi, 8 h – 18 h · autour de Nantes (5 km) · à Rezé ».
    `communes`: those of the relais."""
    form = found.form
    around = []
    if found.place is not None:
        measured = found.is_around and form.rayon != "0"
        km = f" ({french.distance(round(float(parameters.radius(form)) * 1_000))})" if measured else ""
        around.append(summary.where(found) + km)
    parts = [
        *([summary.need_summary(form)] if form.has_need or form.des or form.births else []),
        *around,
        *(french.reaching(name) for code, name in communes if code == asked.commune),
        *([DUTY.format(standing=DUTIES[asked.duty])] if asked.duty else []),
        *([FREE_ONLY] if form.has_need and form.libres else []),
        *([texts.search.CHIP_WORDS.format(words=form.mots)] if form.mots else []),
        *(label for label, _ in filters.chips(form.chosen)),
    ]
    return " · ".join(parts if around or asked.commune else [*parts, TERRITORY])


def searched(asked: Asked, found: Where, communes: Sequence[tuple[str, str]]) -> str:
    """« que les parents trouvent autour de Nantes, à Rezé (déclaration à confirmer) »."""
    there = [
        *([summary.where(found)] if found.place is not None else []),
        *(french.reaching(name) for code, name in communes if code == asked.commune),
    ]
    where = SEEN_BY_PARENTS.format(where=", ".join(there if asked.commune else [*there, ON_TERRITORY]))
    return f"{where} ({DUTY.format(standing=DUTIES[asked.duty])})" if asked.duty else where


def _card(
    asked: Asked, item: Mapping[str, Any], seen: Mapping[str, Seen], contacts: Mapping[str, PrivateContact], today: date
) -> dict[str, Any]:
    """`reach` is None for one who minds children outside the territory, whose public fiche alone is the relais's."""
    # To the desk the age of a declaration always matters, and whether it counts.
    said = cards.freshness({**item, "availability": None}, today)
    shown = {**cards.card(item, today=today, days=asked.form.asked_days), "since": said}
    if item["id"] not in contacts:
        return {**shown, "reach": None}
    reach, known = contacts[item["id"]], seen.get(item["id"])
    return {
        **shown,
        "href": asked.person(item["id"]),
        "reach": reach,
        "dialled": french.dialled(reach.phone) if reach.phone else "",
        "standing": standing(_beyond_the_card(known.standing)) if known else "",
    }


def _beyond_the_card(words: Iterable[Standing]) -> list[Standing]:
    """Of how she stands with her duty what the card does not say beside her declaration already."""
    return [word for word in words if word not in ("up_to_date", "to_confirm")]


def aside(asked: Asked, seen: Sequence[Seen]) -> list[dict[str, Any]]:
    """Those of the territory whom this search cannot find, whatever hours and ages it asks for, by the reason."""
    form = asked.form
    grouped: dict[str, list[Seen]] = {}
    for each in seen:
        if not each.public:
            reason = NOT_PUBLIC
        elif not each.placed:
            reason = ELSEWHERE
        elif form.has_need and not each.declares:
            reason = UNDECLARED
        elif form.has_need and form.libres and "to_confirm" in each.standing:
            reason = TO_CONFIRM
        else:
            continue
        grouped.setdefault(reason, []).append(each)
    return [
        {"reason": reason, "people": grouped[reason], "count": MINDERS.of(len(grouped[reason]))}
        for reason in (UNDECLARED, TO_CONFIRM, ELSEWHERE, NOT_PUBLIC)
        if reason in grouped
    ]


def parents_page(
    asked: Asked, found: Where, listed: Sequence[tuple[str, str]], holds: tuple[str, str, str] | None
) -> dict[str, str] | None:
    """The same search as parents make it, which also goes beyond the territory; None where no place can be named.
    Where no place is asked for it looks in the territory that `holds` all of it, of which `Territory` tells, or says
    around which commune."""
    form = replace(found.form, suite="")
    if found.place is not None or form.mots:
        return {"href": forms.address(form), "label": BEYOND}
    if holds is not None:
        type, code, name = holds
        return {"href": forms.address(form, lieu=f"{type}:{code}", rayon=""), "label": HOLDING.format(place=name)}
    for code, name in [each for each in listed if asked.commune in ("", each[0])][:1]:
        label = AROUND.format(around=texts.AROUND.format(of_place=french.leaving(name)))
        return {"href": forms.address(form, ou=name, lieu=f"commune:{code}"), "label": label}
    return None


def why_hidden(each: Seen) -> str:
    """Of one whom parents do not find: « agrément suspendu par le département », « profil en pause »."""
    said = [f"agrément {agrements.status(each.status)}"] if each.status != AgrementStatus.VALID else []
    if each.publication != Publication.PUBLISHED:
        said.append(f"profil {Publication.label_of(each.publication)}")
    return " · ".join(said)


def free(each: Seen) -> str:
    """« Jusqu’à 2 places libres », as her declaration of today has it."""
    if not each.declared:
        return UNKNOWN
    return UP_TO.format(places=texts.FREE_PLACE.of(each.free)) if each.free else FULL
