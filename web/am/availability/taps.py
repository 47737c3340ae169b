"""One tap: « rien n’a changé » and « je suis complète », from her page or from the links of a mail, and their undoing.

To open a link changes nothing: it shows a button. In a browser where the account was signed in to before (devices.py)
the page's script presses it once the page is really seen, so that one tap on a telephone is enough. Programs that open
links beforehand, some of them in a browser with scripts, have no such browser: they declare nothing.
"""

from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain import french
from registry import database
from registry.accounts import devices, links
from registry.accounts.links import Link
from registry.database import Connection
from registry.offers import duties, timetables, visibility
from registry.offers.visibility import Visibility
from registry.scales import current_scales
from settings import Settings
from web.core import posted
from web.core.pages import message, page
from web.core.session import Visiting
from web.core.site import Site

Tap = Literal["unchanged", "full"]
Purpose = Literal["unchanged", "full", "undo"]

PURPOSES: tuple[Purpose, ...] = ("unchanged", "full", "undo")
UNDO_FOR = timedelta(days=1)

router = APIRouter(include_in_schema=False)


@router.get("/d/{token}")
def look(request: Request, token: str, visiting: Visiting) -> Response:
    """What the link does, and the button that does it."""
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        purpose, link = _found(conn, site, token)
        if link is None or link.offer is None or purpose is None:
            return over(request)
        known = link.account is not None and devices.knows(conn, visiting.device, link.account, site.now())
        values: dict[str, Any] = {
            "at_one_tap": known and purpose != "undo",
            "purpose": purpose,
            "token": token,
            "name": visibility.open_name(conn, link.offer),
            "until": duties.horizon(site.today(), current_scales(conn)),
            "day_text": french.day,
            "errors": {},
        }
    return page(request, "am/availability/tap.html", values) if values["name"] else over(request)


@router.post("/d/{token}")
def tap(request: Request, token: str, form: posted.Form) -> Response:
    """Does it, once."""
    site: Site = request.app.state.site
    now, today = site.now(), site.today()

    def work(conn: Connection) -> tuple[Purpose, str | None, Visibility | None] | None:
        purpose, link = _found(conn, site, token)
        if purpose is None or link is None or link.offer is None or not visibility.open_name(conn, link.offer):
            return None
        if links.use(conn, site.settings.keys, purpose, token, now) is None:
            return None
        if purpose == "undo":
            timetables.undo(conn, link.offer, link.payload, today)
            return purpose, None, None
        before = declare(conn, purpose, link.offer, today, link.account)
        if before is None:
            return purpose, None, None
        undo = undo_link(conn, site.settings, link.offer, link.account, before, now)
        return purpose, undo, visibility.of_offer(conn, link.offer)

    try:
        outcome = database.run(site.pool, work)
    except timetables.Changed:
        return message(
            request,
            "Ce n’est plus possible",
            "Vos disponibilités ont changé depuis\u00a0: modifiez-les plutôt.",
            409,
            "/espace/disponibilites",
            "Voir mes disponibilités",
        )
    if outcome is None:
        return over(request)
    purpose, undo, seen = outcome
    if undo is None and purpose != "undo":
        return message(
            request,
            "Dites d’abord votre semaine",
            "Vous n’avez pas encore déclaré de disponibilités\u00a0: il n’y a rien à reconduire.",
            409,
            "/espace/disponibilites",
            "Dire mes disponibilités",
        )
    return done(request, purpose, undo, "/espace/disponibilites", seen)


def declare(conn: Connection, purpose: Tap, offer: str, today: date, by: UUID | None) -> dict[str, Any] | None:
    """What `timetables.undo` needs; None when there is nothing to go on with."""
    if purpose == "full":
        return timetables.declare_full(conn, offer, today, by)
    return timetables.confirm_unchanged(conn, offer, today, by)


def undo_link(
    conn: Connection, settings: Settings, offer: str, by: UUID | None, before: dict[str, Any], now: datetime
) -> str:
    return links.create(conn, settings.keys, "undo", now + UNDO_FOR, account=by, offer=offer, payload=before)


def done(request: Request, purpose: Purpose, undo: str | None, back: str, seen: Visibility | None) -> Response:
    """It is noted; `undo` is the token that takes it back, `seen` what parents see of it now, None of an undoing."""
    site: Site = request.app.state.site
    values: dict[str, Any] = {
        **{"purpose": purpose, "undo": undo, "back": back, "errors": {}},
        **{"until": duties.horizon(site.today(), site.scales()), "seen": seen, "day_text": french.day},
    }
    return page(request, "am/availability/done.html", values)


def over(request: Request) -> Response:
    """The same for a link that was used, is too old, or never was one of ours."""
    return message(
        request,
        "Ce lien a déjà servi",
        "Il ne marche qu’une fois, et pendant quelque temps seulement. Vos disponibilités sont dans votre espace.",
        410,
        "/espace/disponibilites",
        "Voir mes disponibilités",
    )


def _found(conn: Connection, site: Site, token: str) -> tuple[Purpose | None, Link | None]:
    for purpose in PURPOSES:
        if link := links.peek(conn, site.settings.keys, purpose, token, site.now()):
            return purpose, link
    return None, None
