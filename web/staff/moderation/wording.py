"""How the moderators' pages say what the registry has: pure functions from values to French text."""

from datetime import datetime, timedelta

from domain import french
from registry.agrements.requests import Kind, Standing
from registry.agrements.requests.reasons import reasons
from registry.casework.history import Event

NBSP = "\u00a0"

KINDS: dict[Kind, str] = {"registration": "Inscription", "change": "Modification", "renewal": "Renouvellement"}

STATES: dict[Standing, str] = {
    "pending": "Attend la vérification de l’identité",
    "waiting": "À examiner",
    "incomplete": "Complément demandé",
    "second_opinion": "Refus à relire",
    "validated": "Validée",
    "refused": "Refusée",
    "withdrawn": "Retirée par l’assistante maternelle",
}

ACTIONS = {
    "submitted": "Demande envoyée",
    "answered": "Complément reçu",
    "identity_settled": "Identité vérifiée",
    "validated": "Demande validée",
    "asked_more": "Complément demandé",
    "refusal_proposed": "Refus proposé",
    "refused": "Refus confirmé",
    "refusal_rejected": "Refus écarté",
    "withdrawn": "Demande retirée",
    "effective": "Agrément commencé",
}

IDENTITY = {
    "unchecked": "pas encore vérifiée",
    "pending": "en cours de vérification",
    "verified": "vérifiée par le système national d’identité",
    "refused": "non reconnue par le système national d’identité",
}

MOVEMENT_STATES = {"unmatched": "à rapprocher", "waiting": "prendra effet ce jour-là", "applied": "a pris effet"}


def left(due: datetime, now: datetime) -> str:
    """« reste 41 h », « reste 35 min », « en retard de 3 h »; whole hours and minutes, rounded towards less time."""
    if due <= now:
        return f"en retard de {french.span(now - due)}"
    return f"reste {french.span(due - now)}"


def haste(due: datetime, now: datetime) -> str:
    """How much a time left presses: "late", "soon" (within a day) or "calm"."""
    return "late" if due <= now else "soon" if due - now <= timedelta(days=1) else "calm"


def who(event: Event) -> str:
    """Who did it, as a moderator may know: her colleagues by name, an assistant maternel by her role."""
    if event.role == "moderator":
        return event.who or "un modérateur"
    return "l’assistante maternelle" if event.role == "am" else event.who or "le système"


def labels(codes: tuple[str, ...]) -> list[str]:
    """The reasons' labels; a code that the list has no more stands for itself."""
    return [reasons()[code].label if code in reasons() else code for code in codes]
