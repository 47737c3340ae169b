"""From what the registry has to what the moderators' templates show. Pure functions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from registry.accounts import Account
from registry.profiles import Agrement
from registry.requests import MODERATORS, Kind, State, differences, reasons
from registry.requests.dossier import Dossier, asked
from registry.requests.figures import Day, Department, Service
from registry.requests.queue import PAGE, Load, Waiting
from registry.requests.reasons import MOST_OF_A_COMMENT, Use
from web import formats
from web.moderation import wording

PREFIX: dict[Use, str] = {"more": "completer", "refusal": "refuser"}
"""What the names of the fields of each letter's form begin with."""

TOO_LONG = f"Ce texte est trop long\u00a0: {MOST_OF_A_COMMENT} caractères au plus."

BAR = 1000
"""Width of the longest bar of a chart, in its own units."""


def queue(
    rows: Sequence[Waiting],
    load: Load,
    departments: Sequence[tuple[str, str]],
    department: str,
    page: int,
    account: Account,
    now: datetime,
) -> dict[str, Any]:
    """`rows` has one more than a page when there is another page."""
    return {
        "rows": [
            {
                "href": f"/moderation/{each.id}",
                "ref": reference(each.id),
                "kind": wording.KINDS[each.kind],
                "state": wording.STATES[each.state],
                "second": each.state == "second_opinion",
                "department": f"{each.department_name} ({each.department})",
                "left": wording.left(each.due_at, now),
                "haste": wording.haste(each.due_at, now),
                "due": wording.moment(each.due_at),
                "answers": each.answers,
                "holder": "vous" if each.held_by == account.id else each.holder,
                "own_refusal": each.own_refusal,
            }
            for each in rows[:PAGE]
        ],
        "load": load,
        "departments": [("", "Tous les départements"), *((code, f"{name} ({code})") for code, name in departments)],
        "department": department,
        "page": page,
        "more": len(rows) > PAGE,
    }


def dossier(
    found: Dossier,
    others: Sequence[tuple[UUID, Kind, State, datetime]],
    holder: str,
    account: Account,
    now: datetime,
) -> dict[str, Any]:
    request = found.request
    mine = request.held_by(now) == account.id
    proposal = next((event for event in reversed(found.history) if event.action == "refusal_proposed"), None)
    flagged = {each.field for each in found.differences if each.weight != "note"}
    open_now = request.state in MODERATORS
    return {
        "path": f"/moderation/{request.id}",
        "ref": reference(request.id),
        "kind": wording.KINDS[request.kind],
        "state": wording.STATES[request.state],
        "fictitious": found.fictitious,
        "left": wording.left(request.due_at, now) if open_now and request.due_at else "",
        "haste": wording.haste(request.due_at, now) if open_now and request.due_at else "calm",
        "due": wording.moment(request.due_at) if open_now and request.due_at else "",
        "facts": agrement_facts(asked(request), found.department_name, flagged),
        "person": person_facts(found, flagged),
        "last": agrement_facts(found.last, found.last.department, set()) if found.last else [],
        "last_status": wording.STATUS.get(found.last_status or "", ""),
        "movements": [
            f"{each.label}, au {formats.day(each.effective_on)} ({wording.MOVEMENT_STATES[each.state]})"
            for each in found.movements
        ],
        "differences": found.differences,
        "images": [f"/moderation/{request.id}/page/{number}.jpg" for number in range(1, found.pages + 1)],
        "history": [
            {
                "at": wording.moment(event.at),
                "who": wording.who(event),
                "action": wording.ACTIONS.get(event.action, event.action),
                "reasons": wording.labels(event.reasons),
                "comment": event.comment,
            }
            for event in found.history
        ],
        "others": [
            {
                "href": f"/moderation/{id}",
                "text": f"{wording.KINDS[kind]} du {wording.moment(at)}\u00a0: {wording.STATES[state]}",
            }
            for id, kind, state, at in others
            if id != request.id
        ],
        "can_take": open_now and not mine,
        "own_refusal": request.state == "second_opinion" and proposal is not None and proposal.account == account.id,
        "mine": mine,
        "until": wording.moment(request.claimed_until) if mine and request.claimed_until else "",
        "holder": "" if mine else holder,
        "can_decide": mine and request.state == "waiting",
        "can_confirm": mine and request.state == "second_opinion",
        "proposal": proposal
        and {"who": wording.who(proposal), "letter": reasons.paragraph(proposal.reasons, proposal.comment)},
        "reasons": {use: [(each.code, each.label) for each in reasons.of(use)] for use in PREFIX},
        "most": MOST_OF_A_COMMENT,
    }


def agrement_facts(agrement: Agrement, department: str, flagged: set[Any]) -> list[tuple[str, str, bool]]:
    """Label, value, and whether something about it is pointed out."""
    ends = "sans fin connue" if agrement.ends_on == date.max else formats.day(agrement.ends_on)
    return [
        ("Numéro", agrement.number, "number" in flagged),
        ("Département", department, "department" in flagged),
        ("Du", formats.day(agrement.starts_on), "starts_on" in flagged),
        ("Au", ends, "ends_on" in flagged),
        ("Enfants", str(agrement.capacity), "capacity" in flagged),
        ("Âges", differences.ages(agrement.age_from_months, agrement.age_to_months), "ages" in flagged),
        ("Conditions", agrement.conditions or "aucune", "conditions" in flagged),
    ]


def person_facts(found: Dossier, flagged: set[Any]) -> list[tuple[str, str, bool]]:
    who = found.identity
    home = ", ".join(found.home) if found.home else "pas encore d’adresse"
    return [
        ("Nom", who.last_name if who else "inconnu", "name" in flagged),
        ("Prénoms", who.first_name if who else "inconnus", "name" in flagged),
        ("Naissance", formats.day(who.birth_date) if who and who.birth_date else "inconnue", "birth_date" in flagged),
        ("Identité", wording.IDENTITY[found.identity_checked], found.identity_checked != "verified"),
        ("Domicile", home, False),
        ("Nom montré", found.shown_name, "name" in flagged),
        ("Profil", wording.PUBLICATION[found.publication], False),
    ]


def figures(service: Service, days: Sequence[Day], departments: Sequence[Department], load: Load) -> dict[str, Any]:
    most = max((each.came for each in days), default=0)
    most = max(most, max((each.answered for each in days), default=0), 1)
    widest = max((each.listed + each.pending for each in departments), default=1)
    return {
        "load": load,
        "service": service,
        "in_time": wording.percent(service.in_time, service.answers) if service.answers else "",
        "share": service.in_time / service.answers if service.answers else 0,
        "median": wording.hours(service.median_h) if service.median_h is not None else "",
        "days": [
            {
                "day": formats.day(each.day),
                "came": formats.number(each.came),
                "answered": formats.number(each.answered),
                "came_width": each.came * BAR // most,
                "answered_width": each.answered * BAR // most,
            }
            for each in days
        ],
        "departments": [
            {
                "name": f"{each.name} ({each.code})",
                "text": standing(each),
                "listed_width": round(each.listed * BAR / widest),
                "pending_width": round(each.pending * BAR / widest),
            }
            for each in departments
        ],
        "total": standing(
            Department("", "", sum(each.listed for each in departments), sum(each.pending for each in departments))
        ),
        "bar": BAR,
    }


def standing(each: Department) -> str:
    """« 402 référencés, 1 622 en cours de traitement »."""
    listed = formats.plural(each.listed, "référencé", "référencés")
    return f"{listed}, {formats.number(each.pending)} en cours de traitement"


def reference(id: UUID) -> str:
    """What two moderators call a request by; it tells nothing of whose it is."""
    return id.hex[:8]
