"""Messages of parents, in her space: whether she takes any, and whom she has blocked."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain import french
from registry.parents import contact
from registry.parents.contact import stopping
from web.am.signed import Own
from web.core import pages, posted
from web.core.site import Registry

router = APIRouter(include_in_schema=False)


@router.get("/espace/messages")
def space(request: Request, own: Own, registry: Registry) -> Response:
    with registry.connection() as conn:
        values = {
            "receives": stopping.receives(conn, own.offer),
            "reach": contact.reach(conn, own.offer),
            "blocked": stopping.blocked(conn, own.offer),
            "day_text": french.day_of,
        }
    return pages.page(request, "am/messages.html", values)


@router.post("/espace/messages")
def switch(request: Request, own: Own, registry: Registry, form: posted.Form) -> Response:
    with registry.connection() as conn:
        stopping.switch(conn, own.offer, posted.text(form, "recevoir") == "oui")
    return pages.see("/espace/messages", "enregistre")


@router.post("/espace/messages/debloquer")
def unblock(request: Request, own: Own, registry: Registry, form: posted.Form) -> Response:
    with registry.connection() as conn:
        stopping.unblock(conn, own.offer, posted.text(form, "qui"))
    return pages.see("/espace/messages", "enregistre")
