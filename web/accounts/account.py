"""One's own account, the same for every role: its mail, its passkeys, where it is open."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from registry.accounts import Account, Role, addresses, identities, mail_change, passkeys, sessions
from registry.accounts.throttle import TooMany
from registry.database import Pool
from settings import PARIS
from web import formats
from web.accounts import devices, entering, oidc
from web.accounts.entering import Registry
from web.members import access, pages, posted, session
from web.site import Site

ROLE_NAMES: dict[Role, str] = {
    "am": "Assistante maternelle ou assistant maternel",
    "employer": "Employeur (personne morale)",
    "moderator": "Modération nationale",
    "rpe": "Relais petite enfance",
    "department": "Département",
    "caf": "Caf",
    "administrator": "Administration",
}

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
        "La nouvelle est devenue celle d’un autre compte. Rien n’a été changé.",
    ),
}
LATE = (
    "Ce lien n’est plus valable",
    "Il a déjà servi, il a plus de deux jours, ou une autre demande l’a remplacé. Rien n’est changé\u00a0:"
    " recommencez depuis votre compte.",
)

router = APIRouter(include_in_schema=False)
Signed = Annotated[Account, Depends(access.anybody)]


@router.get("/compte")
def own_account(request: Request, account: Signed, registry: Registry) -> Response:
    return _page(request, account, registry, {}, {})


@router.post("/compte/adresse")
def change_mail(request: Request, account: Signed, form: posted.Form, registry: Registry) -> Response:
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
            mail_change.ask(conn, settings.secret_key, account, wanted, site.now(), site_url=settings.site_url)
    except TooMany as error:
        wait = f"Trop de demandes\u00a0: réessayez dans {entering.in_words(error.wait)}."
        return _page(request, account, registry, {"mail": typed}, {"mail": wait}, 429)
    return pages.see("/compte", "envoye")


@router.post("/compte/adresse/annuler")
def cancel_change(account: Signed, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        mail_change.cancel(conn, account.id)
    return pages.see("/compte", "enregistre")


@router.get("/compte/adresse/confirmer")
def ask_confirmation(request: Request, registry: Registry) -> Response:
    """What a mailed link opens, in whichever browser. It changes nothing: mail programs open links beforehand."""
    site: Site = request.app.state.site
    token = request.query_params.get("jeton", "")
    with registry.connection() as conn:
        if not mail_change.is_open(conn, site.settings.secret_key, token, site.now()):
            return pages.message(request, *LATE, 410, href="/compte", label="Mon compte")
    return pages.page(request, "accounts/confirm_mail.html", {"token": token, "errors": {}})


@router.post("/compte/adresse/confirmer")
def confirm(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        outcome = mail_change.confirm(conn, site.settings.secret_key, posted.text(form, "jeton"), site.now())
    if outcome is None:
        return pages.message(request, *LATE, 410, href="/compte", label="Mon compte")
    return pages.message(request, *CONFIRMED[outcome], href="/compte", label="Mon compte")


@router.post("/compte/appareils/deconnecter")
def end_session(account: Signed, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        sessions.end_one(conn, account.id, posted.text(form, "appareil"))
    return pages.see("/compte", "enregistre")


@router.post("/compte/deconnecter-partout")
def end_all_sessions(request: Request, account: Signed, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        sessions.end_all(conn, account.id)
    response = pages.see("/connexion", "deconnecte")
    session.sign_out(response, request.app.state.site)
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
    shown: dict[str, Any] = {
        "values": values,
        "errors": errors,
        "role_name": ROLE_NAMES[account.role],
        "waiting": waiting,
        "passkeys": passkeys.possible(site.settings.site_url),
        "provider": site.settings.oidc_name if site.settings.oidc_issuer else "",
        "linked": linked,
        "link_token": oidc.link_token(site, visiting),
        "keys": [
            {
                "id": each.id.hex(),
                "name": each.name,
                "created": formats.day(each.created_at.astimezone(PARIS).date()),
                "used": formats.day(each.used_at.astimezone(PARIS).date()) if each.used_at else "",
            }
            for each in kept
        ],
        "sessions": [
            {
                "id": each.id,
                "device": devices.words(each.device),
                "since": formats.day(each.created_at.astimezone(PARIS).date()),
                "seen": formats.ago(each.seen_at.astimezone(PARIS).date(), site.today()),
                "this": each.id == this,
            }
            for each in opened
        ],
    }
    return pages.page(request, "accounts/account.html", shown, status if errors else 200)
