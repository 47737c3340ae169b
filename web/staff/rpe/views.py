"""What the desk's page shows: the search's answer with what only the relais may see, and whom no search finds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from domain import french
from domain.vocabulary import AgrementStatus, Publication
from registry.offers.relais import Reach, Seen
from web import texts
from web.shared import cards
from web.shared.search import filters, forms, notices, parameters
from web.shared.search.places import Where
from web.staff.rpe.forms import Asked, standing
from web.staff.rpe.search import Found
from web.texts.shared import agrements

MINDERS = french.Plural("assistante maternelle", "assistantes maternelles")

PARENTS_PAGE = "Voir cette recherche comme les parents, au-delà de votre territoire"

NOT_PUBLIC = "Les parents ne voient pas leur fiche"
ELSEWHERE = "Les parents trouvent leur fiche dans une autre commune"
UNDECLARED = "Sans disponibilités déclarées à la date demandée"
TO_CONFIRM = "Disponibilités à confirmer, alors que vous cherchez seulement des places libres"


def results(
    asked: Asked, found: Found, seen: Mapping[str, Seen], reached: Mapping[str, Reach], today: date
) -> dict[str, Any]:
    """The page of results, over a search that was answered: the parents' cards, each with the telephone and the duty of
    those who are of the territory. `seen` and `reached`: those, by id."""
    answer, form = found.answer or {}, found.where.form
    total = answer["total"]
    sort = answer["query"]["sort"]
    return {
        "heading": MINDERS.of(total["value"]),
        "empty": total["value"] == 0,
        "cards": [_card(item, seen, reached, today, has_need=form.has_need) for item in answer["items"]],
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


def _card(
    item: Mapping[str, Any], seen: Mapping[str, Seen], reached: Mapping[str, Reach], today: date, *, has_need: bool
) -> dict[str, Any]:
    """`reach` is None for one who minds children outside the territory, whose public fiche alone is the relais's."""
    shown = cards.card(item, has_need=has_need, today=today)
    if item["id"] not in reached:
        return {**shown, "reach": None}
    reach, known = reached[item["id"]], seen.get(item["id"])
    return {
        **shown,
        "href": f"/rpe/am/{item['id']}",
        "reach": reach,
        "dialled": french.dialled(reach.phone) if reach.phone else "",
        "standing": standing(known.standing) if known else "",
    }


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


def parents_page(found: Where, listed: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """The same search as parents make it, which also goes beyond the territory; None where no place can be named."""
    form = replace(found.form, suite="")
    if found.place is None and not form.mots:
        if not listed:
            return None
        code, name = listed[0]
        form = replace(form, ou=name, lieu=f"commune:{code}")
    return {"href": forms.address(form), "label": PARENTS_PAGE}


def why_hidden(each: Seen) -> str:
    """Of one whom parents do not find: « agrément suspendu par le département », « profil en pause »."""
    said = [f"agrément {agrements.status(each.status)}"] if each.status != AgrementStatus.VALID else []
    if each.publication != Publication.PUBLISHED:
        said.append(f"profil {Publication.label_of(each.publication)}")
    return " · ".join(said)
