"""From what the registry has to what the moderators' templates show. Pure functions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain import french
from domain.vocabulary import Publication
from registry.accounts import Account
from registry.agrements.requests import Kind, Request, asked, reasons
from registry.agrements.requests.dossier import Dossier
from registry.agrements.requests.figures import Day, Department, Service
from registry.agrements.requests.reasons import MOST_OF_A_COMMENT, Use
from registry.casework import STAFF_TURN
from registry.casework.history import Event
from registry.casework.queue import PAGE, Counts, Part, Waiting
from registry.offers.profiles import Agrement
from web.staff.moderation import wording
from web.texts.shared import agrements

PREFIX: dict[Use, str] = {"more": "completer", "refusal": "refuser"}
"""What the names of the fields of each letter's form begin with."""

PARTS: dict[str, Part] = {"": "all", "miennes": "mine", "retard": "late"}
"""The parts of the queue by what the address says (`vue`)."""

TOO_LONG = f"Ce texte est trop long\u00a0: {MOST_OF_A_COMMENT} caractères au plus."

BAR = 1000
"""Width of the longest bar of a chart, in its own units."""


def queue(
    rows: Sequence[Waiting],
    kinds: Mapping[UUID, Kind],
    load: Counts,
    departments: Sequence[tuple[str, str]],
    department: str,
    part: Part,
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
                "kind": wording.KINDS[kinds[each.id]],
                "state": wording.STATES[each.state],
                "second": each.state == "second_opinion",
                "department": f"{each.department_name} ({each.department})",
                "left": wording.left(each.due_at, now) if each.due_at else "",
                "haste": wording.haste(each.due_at, now) if each.due_at else "calm",
                "due": french.moment(each.due_at) if each.due_at else "",
                "answers": each.answers,
                "holder": "vous" if each.held_by == account.id else each.holder,
                "own_refusal": each.own_proposal,
            }
            for each in rows[:PAGE]
            if each.id in kinds
        ],
        "load": load,
        "departments": [("", "Tous les départements"), *((code, f"{name} ({code})") for code, name in departments)],
        "department": department,
        "part": part,
        "parts": [
            (name, label, part == of)
            for (name, of), label in zip(
                PARTS.items(), ("Toutes", f"Les miennes ({load.mine})", f"En retard ({load.late})"), strict=True
            )
        ],
        "page": page,
        "more": len(rows) > PAGE,
    }


def dossier(
    found: Dossier,
    others: Sequence[Request],
    holder: str,
    account: Account,
    now: datetime,
) -> dict[str, Any]:
    request, case = found.request, found.request.case
    mine = case.held_by(now) == account.id
    proposal = next((event for event in reversed(found.history) if event.action == "refusal_proposed"), None)
    flagged = {each.field for each in found.differences if each.weight != "note"}
    open_now = case.state in STAFF_TURN
    return {
        "path": f"/moderation/{request.id}",
        "ref": reference(request.id),
        "kind": wording.KINDS[request.kind],
        "state": wording.STATES[request.standing],
        "fictitious": found.fictitious,
        "left": wording.left(case.due_at, now) if open_now and case.due_at else "",
        "haste": wording.haste(case.due_at, now) if open_now and case.due_at else "calm",
        "due": french.moment(case.due_at) if open_now and case.due_at else "",
        "facts": agrement_facts(asked(request), found.department_name, flagged),
        "person": person_facts(found, flagged),
        "last": agrement_facts(found.last, found.last.department, set()) if found.last else [],
        "last_status": agrements.status(found.last_status) if found.last_status else "",
        "movements": [
            f"{each.label}, au {french.day(each.effective_on)} ({wording.MOVEMENT_STATES[each.state]})"
            for each in found.movements
        ],
        "differences": found.differences,
        "images": [f"/moderation/{request.id}/page/{number}.jpg" for number in range(1, found.pages + 1)],
        "history": [history_line(event) for event in found.history],
        "others": [other_request(each) for each in others if each.id != request.id],
        "can_take": open_now and not mine,
        "own_refusal": case.is_own_proposal(account.id),
        "mine": mine,
        "until": french.moment(case.claimed_until) if mine and case.claimed_until else "",
        "holder": "" if mine else holder,
        "can_decide": mine and case.state == "waiting",
        "can_confirm": mine and case.state == "second_opinion",
        "proposal": proposal
        and {"who": wording.who(proposal), "letter": reasons.paragraph(proposal.reasons, proposal.comment)},
        "reasons": {use: [(each.code, each.label) for each in reasons.of(use)] for use in PREFIX},
        "most": MOST_OF_A_COMMENT,
    }


def history_line(event: Event) -> dict[str, Any]:
    return {
        "at": french.moment(event.at),
        "who": wording.who(event),
        "action": wording.ACTIONS.get(event.action, event.action),
        "reasons": wording.labels(event.reasons),
        "comment": event.comment,
    }


def other_request(request: Request) -> dict[str, str]:
    """A link to another request of the same assistant maternel."""
    opened = french.moment(request.case.opened_at)
    return {
        "href": f"/moderation/{request.id}",
        "text": f"{wording.KINDS[request.kind]} du {opened}\u00a0: {wording.STATES[request.standing]}",
    }


def agrement_facts(agrement: Agrement, department: str, flagged: set[Any]) -> list[tuple[str, str, bool]]:
    """Label, value, and whether something about it is pointed out."""
    ends = "sans fin connue" if agrement.ends_on == date.max else french.day(agrement.ends_on)
    return [
        ("Numéro", agrement.number, "number" in flagged),
        ("Département", department, "department" in flagged),
        ("Du", french.day(agrement.starts_on), "starts_on" in flagged),
        ("Au", ends, "ends_on" in flagged),
        ("Enfants", str(agrement.capacity), "capacity" in flagged),
        ("Âges", french.ages(agrement.age_from_months, agrement.age_to_months), "ages" in flagged),
        ("Conditions", agrement.conditions or "aucune", "conditions" in flagged),
    ]


def person_facts(found: Dossier, flagged: set[Any]) -> list[tuple[str, str, bool]]:
    who = found.identity
    home = ", ".join(found.home) if found.home else "pas encore d’adresse"
    return [
        ("Nom", who.last_name if who else "inconnu", "name" in flagged),
        ("Prénoms", who.first_name if who else "inconnus", "name" in flagged),
        ("Naissance", french.day(who.birth_date) if who and who.birth_date else "inconnue", "birth_date" in flagged),
        ("Identité", wording.IDENTITY[found.identity_checked], found.identity_checked != "verified"),
        ("Domicile", home, False),
        ("Nom montré", found.shown_name, "name" in flagged),
        ("Profil", Publication(found.publication).label, False),
    ]


def figures(service: Service, days: Sequence[Day], departments: Sequence[Department], load: Counts) -> dict[str, Any]:
    most = max((each.came for each in days), default=0)
    most = max(most, max((each.answered for each in days), default=0), 1)
    widest = max((each.listed + each.pending for each in departments), default=1)
    return {
        "load": load,
        "service": service,
        "in_time": french.percent(service.in_time, service.answers) if service.answers else "",
        "share": service.in_time / service.answers if service.answers else 0,
        "median": french.span(timedelta(hours=service.median_h)) if service.median_h is not None else "",
        "days": [
            {
                "day": french.day(each.day),
                "came": french.number(each.came),
                "answered": french.number(each.answered),
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


LISTED = french.Plural("référencé", "référencés")


def standing(each: Department) -> str:
    """« 402 référencés, 1 622 en cours de traitement »."""
    listed = LISTED.of(each.listed)
    return f"{listed}, {french.number(each.pending)} en cours de traitement"


def reference(id: UUID) -> str:
    """What two moderators call a request by; it tells nothing of whose it is."""
    return id.hex[:8]
