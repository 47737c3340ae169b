"""Leaving for good: asked for in her room, confirmed from the mail that is sent to her address.

To open the link changes nothing: it shows a button, so that a program that opens links beforehand closes no account.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from registry import database
from registry.accounts import Account
from registry.privacy import leaving
from web.core import access, entering, posted
from web.core.pages import message, page, see
from web.core.session import sign_out
from web.core.site import Registry, Site

Leaving = Annotated[Account, Depends(access.fresh("am", back="/espace/partir", mail=True))]

router = APIRouter(include_in_schema=False)


@router.get("/espace/partir")
def before_leaving(request: Request, account: Leaving) -> Response:
    return page(request, "am/space/leave.html", {"errors": {}})


@router.post("/espace/partir")
def ask(request: Request, account: Leaving, form: posted.Form) -> Response:
    """Only with the box ticked. Nothing is erased before the mail was followed."""
    site: Site = request.app.state.site
    if not posted.text(form, "certain"):
        errors = {"certain": "Cochez la case si vous voulez vraiment partir."}
        return page(request, "am/space/leave.html", {"errors": errors}, 422)
    with site.pool.connection() as conn:
        entering.count_mails_to(request, conn, "leaving", account.id, account.mail)
        leaving.ask(conn, site.settings.keys, account, site.now(), site_url=site.settings.site_url)
    return see("/espace/partir", "depart-a-confirmer")


@router.get("/compte-ferme")
def gone(request: Request) -> Response:
    return message(
        request,
        "Votre compte est fermé",
        "Votre fiche n’est plus visible et vos données privées sont effacées. Merci, et bonne route.",
    )


@router.get("/partir/{token}")
def look(request: Request, token: str, registry: Registry) -> Response:
    """What the link does, and the button that does it."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        account = leaving.of_link(conn, site.settings.keys, token, site.now())
    return page(request, "am/space/leaving.html", {"token": token, "errors": {}}) if account else _over(request)


@router.post("/partir/{token}")
def leave(request: Request, token: str, registry: Registry, form: posted.Form) -> Response:
    """For good. What goes by her mail address goes too."""
    site: Site = request.app.state.site
    if not database.run(registry, lambda conn: leaving.confirm(conn, site.settings.keys, token, site.now())):
        return _over(request)
    response = see("/compte-ferme")
    sign_out(response, site)
    return response


def _over(request: Request) -> Response:
    """The same for a link that was used, is too old, or never was one of ours."""
    return message(
        request,
        "Ce lien n’est plus valable",
        "Il est utilisable une seule fois, jusqu’au jour indiqué dans le mail. Si votre compte est encore ouvert,"
        " demandez un nouveau lien depuis votre espace.",
        410,
        "/espace/partir",
        "Demander un nouveau lien",
    )
