"""What stops a change of address that the staff asked for somebody who lost her mailbox: the link in each letter."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from registry.offers.lost_mailbox import steps
from web.core import pages, posted
from web.core.site import Registry, Site

router = APIRouter(include_in_schema=False)

OVER = (
    "Ce lien n’est plus valable",
    "Ce changement d’adresse est déjà arrêté ou déjà fait. Si quelqu’un a pris votre compte, écrivez-nous\u00a0: notre"
    " adresse est dans les mentions légales.",
)
STOPPED = (
    "Le changement est arrêté",
    "Le compte garde son adresse actuelle. L’ancienne et la nouvelle adresse reçoivent un mail, les personnes qui ont"
    " fait la demande aussi.",
)


@router.get("/compte/adresse/arreter")
def look(request: Request, registry: Registry) -> Response:
    """What the link would do, and a button: a mail program that follows it stops nothing."""
    site: Site = request.app.state.site
    token = request.query_params.get("jeton", "")
    with registry.connection() as conn:
        if not steps.may_stop(conn, site.settings, token, site.now()):
            return _over(request)
    return pages.page(request, "shared/accounts/stop_change.html", {"token": token})


@router.post("/compte/adresse/arreter")
def stop(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        done = steps.stop(conn, site.settings, posted.text(form, "jeton"), site.now())
    if not done:
        return _over(request)
    return pages.see("/compte/adresse/arretee")


@router.get("/compte/adresse/arretee")
def stopped(request: Request) -> Response:
    """After the button: a page that can be loaded again."""
    return pages.message(request, *STOPPED, href="/connexion", label="Se connecter")


def _over(request: Request) -> Response:
    return pages.message(request, *OVER, 410, href="/mentions-legales", label="Lire les mentions légales")
