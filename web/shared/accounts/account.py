"""One's own account, the same for every role: its mail, its passkeys, where it is open."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain import civil, french
from registry.accounts import (
    RULES,
    STAFF,
    Account,
    addresses,
    audit,
    identities,
    mail_change,
    passkeys,
    recovery,
    sessions,
    ways,
)
from registry.accounts.throttle import TooMany
from registry.database import Connection, Pool
from registry.territory import scope
from web.core import access, pages, posted, rooms, session
from web.core.site import Registry, Site
from web.shared.accounts import devices, notices, oidc

CONFIRMED: dict[mail_change.Outcome, tuple[str, str]] = {
    "old": (
        "C’est confirmé depuis votre adresse actuelle",
        "Il reste à cliquer sur le lien envoyé à la nouvelle adresse\u00a0: le changement sera alors fait.",
    ),
    "new": (
        "C’est confirmé depuis la nouvelle adresse",
        "Il reste à cliquer sur le lien envoyé à l’adresse actuelle\u00a0: le changement sera alors fait.",
    ),
    "done": (
        "Votre adresse est changée",
        "Tous vos appareils ont été déconnectés\u00a0: connectez-vous avec votre nouvelle adresse.",
    ),
    "taken": (
        "Votre adresse reste la même",
        "La nouvelle est devenue celle d’un autre compte. Rien n’a été changé\u00a0: indiquez une autre adresse depuis"
        " votre compte.",
    ),
}
AGAIN = (
    "Vous avez déjà confirmé avec ce lien",
    "Il reste à cliquer sur le lien envoyé à l’autre adresse\u00a0: le changement sera alors fait.",
)
LATE = (
    "Ce lien n’est plus valable",
    "Il a déjà été utilisé, il a plus de deux jours, ou la demande a été remplacée ou annulée. Rien n’est changé\u00a0:"
    " recommencez depuis votre compte.",
)

router = APIRouter(include_in_schema=False)


@router.get("/compte")
def own_account(request: Request, account: access.Anybody, registry: Registry) -> Response:
    return _page(request, account, registry, {}, {})


@router.post("/compte/adresse")
def change_mail(request: Request, account: access.FreshAccount, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    typed = posted.text(form, "mail")
    wanted = addresses.read(typed)
    if wanted is None:
        return _page(request, account, registry, {"mail": typed}, {"mail": addresses.SENTENCE})
    if wanted == account.mail:
        return _page(request, account, registry, {"mail": typed}, {"mail": "C’est déjà l’adresse de votre compte."})
    try:
        with registry.connection() as conn:
            settings = site.settings
            mail_change.ask(conn, settings.keys, account, wanted, site.now(), site_url=settings.site_url)
    except TooMany as error:
        wait = f"Trop de demandes\u00a0: réessayez dans {french.wait(error.wait)}."
        return _page(request, account, registry, {"mail": typed}, {"mail": wait}, 429)
    return pages.see("/compte", "envoye")


@router.post("/compte/adresse/annuler")
def cancel_change(account: access.Anybody, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        mail_change.cancel(conn, account.id)
    return pages.see("/compte", "enregistre")


@router.get("/compte/adresse/confirmer")
def ask_confirmation(request: Request, registry: Registry) -> Response:
    """What a mailed link opens, in whichever browser. It changes nothing: mail programs open links beforehand."""
    site: Site = request.app.state.site
    token = request.query_params.get("jeton", "")
    with registry.connection() as conn:
        wanted = mail_change.wanted_by(conn, site.settings.keys, token, site.now())
        if wanted is None:
            return _late(request, conn, token)
    return pages.page(request, "shared/accounts/confirm_mail.html", {"token": token, "wanted": wanted})


@router.post("/compte/adresse/confirmer")
def confirm(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    keys, token = site.settings.keys, posted.text(form, "jeton")
    with registry.connection() as conn:
        outcome = mail_change.confirm(conn, keys, token, site.now(), site_url=site.settings.site_url)
        if outcome is None:
            return _late(request, conn, token)
    return pages.message(request, *CONFIRMED[outcome], href="/compte", label="Mon compte")


def _late(request: Request, conn: Connection, token: str) -> Response:
    """For a link that confirms nothing: its side is confirmed already, or it is over."""
    waits = mail_change.waits_for_the_other(conn, request.app.state.site.settings.keys, token)
    return pages.message(request, *(AGAIN if waits else LATE), 410, href="/compte", label="Mon compte")


@router.post("/compte/appareils/deconnecter")
def end_session(account: access.Anybody, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        sessions.end_one(conn, account.id, posted.text(form, "appareil"))
    return pages.see("/compte", "enregistre")


@router.post("/compte/deconnecter-partout")
def end_all_sessions(request: Request, account: access.Anybody, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        sessions.end_all(conn, account.id)
    response = pages.see("/connexion", "deconnecte")
    session.sign_out(response, request.app.state.site)
    return response


@router.post("/compte/reinitialisation/annuler")
def cancel_reset(account: access.Anybody, form: posted.Form, registry: Registry) -> Response:
    """She has lost nothing: who signs in has shown her second factor."""
    with registry.connection() as conn:
        if recovery.cancel(conn, account.id) and account.role in STAFF:
            audit.note(conn, account, "account.reset_cancelled", account_id=str(account.id))
    return pages.see("/compte", "annule")


@router.post("/compte/moyens")
def review(request: Request, account: access.FreshAccount, form: posted.Form, registry: Registry) -> Response:
    """After a change of address: the other ways to sign in stay, or all of them go."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        ways.reviewed(conn, account.id)
        if posted.text(form, "choix") != "retirer" or RULES[account.role].second:
            return pages.see("/compte", "conserve")
        ways.remove_all(conn, account, site.settings.oidc_name, site_url=site.settings.site_url)
    response = pages.see("/connexion", "retire")
    session.sign_out(response, site)
    return response


def _page(
    request: Request,
    account: Account,
    registry: Pool,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 422,
) -> Response:
    site: Site = request.app.state.site
    visiting = session.visitor(request)
    this = sessions.digest(visiting.token).hex()
    with registry.connection() as conn:
        opened = sessions.of_account(conn, account.id, site.now())
        kept = passkeys.of_account(conn, account.id)
        linked = identities.is_linked(conn, account.id)
        waiting = mail_change.pending(conn, account.id, site.now())
        to_review = ways.to_review(conn, account.id)
        reset = recovery.asked(conn, account.id, site.now())
        stopped = notices.stopped(conn, account)
        communes = scope.listed(conn, account.id) if RULES[account.role].scope == "communes" else []
    shown: dict[str, Any] = {
        "values": values,
        "errors": errors,
        "role_name": rooms.ROLE_NAMES[account.role],
        "communes": communes,
        "ends_on": french.day(account.ends_on) if account.ends_on else "",
        "to_review": to_review,
        "reset": reset,
        "has_codes": account.has_codes,
        "needs_second": RULES[account.role].second,
        "department": account.department or "",
        "home_is_here": rooms.home(account.role) == "/compte",
        "proved": visiting.shown.is_fresh(account, site.now()),
        "waiting": waiting,
        "stopped_mails": stopped,
        "passkeys": passkeys.possible(site.settings.site_url),
        "provider": site.settings.oidc_name if site.settings.oidc_issuer else "",
        "linked": linked,
        "link_token": oidc.link_token(site, visiting),
        "keys": [
            {
                "id": each.id.hex(),
                "name": each.name,
                "created": french.day_of(each.created_at),
                "used": french.day_of(each.used_at),
            }
            for each in kept
        ],
        "sessions": [
            {
                "id": each.id,
                "device": devices.words(each.device),
                "since": french.day_of(each.created_at),
                "seen": french.ago(civil.day(each.seen_at), site.today()),
                "this": each.id == this,
            }
            for each in opened
        ],
    }
    return pages.page(request, "shared/accounts/account.html", shown, status if errors else 200)
