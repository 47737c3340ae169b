"""A place in another département: the form that has it asks about the move, which then is a moderator's to look at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from domain.civil import months_after
from registry import database
from registry.agrements import moves
from registry.database import Connection
from registry.offers import profiles
from registry.offers.profiles import checks, placing, typed
from web.am.signed import Own
from web.am.space.editing import Page
from web.core import posted
from web.core.pages import see
from web.core.site import Site

router = APIRouter(include_in_schema=False)

FIELDS = ("prevenu", "prevenu_le", "emmenage_le")

MOST_MONTHS = 12
"""A day further away is a typing error."""

ASK = "Indiquez si vous avez prévenu le département de votre nouvelle adresse."
FIRST = (
    "Prévenez d’abord ce département. Rien n’est enregistré d’ici là\u00a0: votre fiche garde l’ancienne adresse. Vous"
    " pouvez aussi la masquer depuis votre espace."
)
TOLD_ON = "Indiquez le jour où vous l’avez prévenu, par exemple 01/09/2026\u00a0: aujourd’hui au plus tard."
MOVES_ON = "Indiquez le premier jour d’accueil à la nouvelle adresse, par exemple 15/09/2026, à moins d’un an."


@router.post("/espace/demenagement/annuler")
def withdraw(request: Request, own: Own, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    database.run(site.pool, lambda conn: moves.withdraw(conn, own.offer, site.now()))
    return see("/espace", "annule")


def elsewhere(conn: Connection, offer: str, page: Page, values: Mapping[str, str]) -> tuple[str, str] | None:
    """The new département of the place on this page, where it is one (moves.elsewhere)."""
    if page == "2b" and typed.text(values, "accueil") == "mam":
        return moves.elsewhere(conn, offer, mam=typed.text(values, "mam"))
    if page == "2c":
        return moves.elsewhere(conn, offer, commune=typed.text(values, "commune_code"))
    return None


def entered(form: FormData) -> dict[str, str]:
    return {name: posted.text(form, name) for name in FIELDS}


def errors(told: Mapping[str, str], today: date) -> dict[str, str]:
    """What is wrong with what was said of the move; everything, while nothing was said."""
    if told["prevenu"] != "oui":
        return {"prevenu": FIRST if told["prevenu"] == "non" else ASK}
    found = {}
    told_on, moves_on = typed.day(told, "prevenu_le"), typed.day(told, "emmenage_le")
    if told_on is None or not months_after(today, -MOST_MONTHS) <= told_on <= today:
        found["prevenu_le"] = TOLD_ON
    if moves_on is None or not months_after(today, -MOST_MONTHS) <= moves_on <= months_after(today, MOST_MONTHS):
        found["emmenage_le"] = MOVES_ON
    return found


def declare(
    conn: Connection, offer: str, page: Page, values: Mapping[str, str], told: Mapping[str, str], now: datetime
) -> None:
    """Keep what else is on the page, and declare the move; `values` are without errors, and placed on page 2c."""
    told_on, moves_on = typed.day(told, "prevenu_le"), typed.day(told, "emmenage_le")
    if told_on is None or moves_on is None:
        raise ValueError("a move with errors")
    if page == "2c":
        profiles.save_contact(conn, offer, checks.contact(values))
        place = moves.of_home(placing.home(conn, values))
    else:
        wanted, known = checks.profile(values), profiles.read(conn, offer).profile
        profiles.save_profile(conn, offer, replace(wanted, mam=known.mam, show_mam=known.show_mam))
        place = moves.of_mam(wanted.mam or "", show=wanted.show_mam)
    moves.declare(conn, offer, place, told_on, moves_on, now)
