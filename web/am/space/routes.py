"""The routes of her room. Each works on the offer of the account that is signed in, and on no other."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from domain import french
from registry import database
from registry.accounts import Account
from registry.agrements import documents, moves, requests
from registry.database import Connection
from registry.offers import duties, employers, pausing, profiles, views, visibility
from registry.parents import contact
from registry.privacy import personal_data
from web.am.signed import Own, Signed
from web.am.space import departure, forms, moving, preview
from web.core import access, posted
from web.core.pages import message, page, see
from web.core.site import Site, registry
from web.shared import maps
from web.shared.fiche import views as public
from web.shared.keeping import Keeping
from web.texts.shared import agrements

Exporting = Annotated[Account, Depends(access.fresh("am", back="/espace/donnees", mail=True))]

router = APIRouter(include_in_schema=False)

router.include_router(forms.router)
router.include_router(departure.router)
router.include_router(moving.router)


@dataclass(frozen=True)
class Seen:
    """How often her fiche was opened."""

    week: int
    month: int
    ever: int


@router.get("/espace")
def home(request: Request, account: Signed) -> Response:
    """Where she stands, and what there is to do."""
    if account.offer is None:
        return RedirectResponse("/inscription", 303)
    site: Site = request.app.state.site
    today, offer = site.today(), account.offer
    with site.pool.connection() as conn:
        known = profiles.read(conn, offer)
        values = {
            "known": known,
            "visible": visibility.of_offer(conn, offer).public,
            "move": moves.open_move(conn, offer),
            "missing": moves.missing_agrement(conn, offer),
            "status": agrements.status(known.status),
            "request_": requests.open_request(conn, offer),
            "duty": duties.of_offer(conn, offer, today),
            "seen": _seen(conn, offer, today),
            "employer": employers.of_offer(conn, offer),
            "offer": offer,
            "day_text": french.day,
            "moment_text": french.moment,
            "errors": {},
        }
    return page(request, "am/space/home.html", values)


def _seen(conn: Connection, offer: str, today: date) -> Seen:
    def since(days: int) -> int:
        return views.between(conn, offer, today - timedelta(days=days), today)

    return Seen(since(6), since(29), since(3650))


@router.get("/espace/apercu")
def as_parents_see_it(request: Request, own: Own) -> Response:
    """The fiche, whether it is published or not."""
    site: Site = request.app.state.site
    today = site.today()
    with site.pool.connection() as conn:
        document = preview.fiche(conn, own.offer, today)
        seen = visibility.of_offer(conn, own.offer)
        can_write = contact.takes_messages(conn, own.offer)
    if document is None:
        return message(
            request,
            "Il manque votre adresse",
            "Sans elle, votre profil n’a pas de place sur la carte.",
            href="/espace/adresse",
            label="Donner mon adresse",
        )
    values = {
        "o": public.fiche(document, site.now()),
        "back": "/espace",
        "map": maps.of_fiche(document, site.settings),
        "live": seen.public,
        "can_write": can_write,
    }
    return page(request, "am/space/preview.html", values)


@router.post("/espace/pause")
def pause(request: Request, own: Own, form: posted.Form) -> Response:
    database.run(registry(request), lambda conn: pausing.pause(conn, own.offer))
    return see("/espace", "enregistre")


@router.post("/espace/reprendre")
def resume(request: Request, own: Own, form: posted.Form) -> Response:
    database.run(registry(request), lambda conn: pausing.resume(conn, own.offer))
    return see("/espace", "enregistre")


@router.get("/espace/employeur")
def employer(request: Request, own: Own) -> Response:
    return _employer(request, own, {})


@router.post("/espace/employeur")
def choose_employer(request: Request, own: Own, form: posted.Form) -> Response:
    """Whether a legal entity employs her, and which one keeps her timetables."""
    employed, chosen = posted.text(form, "employee") == "oui", posted.text(form, "employeur")
    try:
        id = UUID(chosen) if employed and chosen else None
    except ValueError:
        return _employer(request, own, {"employeur": "Choisissez dans la liste."})
    done = database.run(registry(request), lambda conn: employers.set_employed(conn, own.offer, employed, id))
    return see("/espace", "enregistre") if done else _employer(request, own, {"employeur": "Choisissez dans la liste."})


def _employer(request: Request, own: Keeping, errors: dict[str, str]) -> Response:
    with registry(request).connection() as conn:
        held = employers.of_offer(conn, own.offer)
        values = {
            "choices": [(str(id), name) for id, name in employers.choices(conn)],
            "values": {
                "employee": "oui" if profiles.read(conn, own.offer).profile.employed else "non",
                "employeur": str(held[0]) if held else "",
            },
            "errors": errors,
        }
    return page(request, "am/space/employer.html", values, 422 if errors else 200)


@router.get("/espace/donnees")
def data(request: Request, account: Signed) -> Response:
    return page(request, "am/space/data.html", {"errors": {}})


@router.get("/espace/donnees/mes-donnees.zip")
def export(request: Request, account: Exporting) -> Response:
    """Everything of hers, also what goes by her mail address alone: a code to it came back in this session."""
    site: Site = request.app.state.site
    try:
        keys = documents.keys(site.settings)
    except documents.MissingKey:
        keys = None
    with site.pool.connection() as conn:
        packed = personal_data.export(conn, account, keys, site.now())
    headers = {"Content-Disposition": 'attachment; filename="mes-donnees.zip"', "Cache-Control": "no-store"}
    return Response(packed, media_type="application/zip", headers=headers)
