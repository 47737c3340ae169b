"""The second half of a sign-in, for roles that need one: a passkey, a code of an application, or the first of either.

In the demo a mailed code takes their place, as nobody there has a telephone for each of twelve people.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature
from markupsafe import Markup

from registry.accounts import RULES, STAFF, Account, devices, passkeys, roles, second, throttle
from registry.database import Connection, Pool
from web.core import access, entering, pages, posted, session
from web.core.session import Visiting
from web.core.site import Registry, Site

PATH = "/connexion/second"
APPLICATION = "/compte/application"

WRONG = (
    "Ce code n’est pas le bon, ou il a déjà été utilisé. Saisissez le code suivant de votre application. Vérifiez aussi"
    " que l’heure de votre téléphone est réglée automatiquement."
)
WRONG_MAILED = "Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez-le dans le dernier mail reçu."

router = APIRouter(include_in_schema=False)
Enrolling = Annotated[Account, Depends(access.enrolling)]


@router.get(PATH)
def ask(request: Request, registry: Registry, visiting: Visiting) -> Response:
    wanted = entering.local_path(request.query_params.get("suite", ""))
    if visiting.account is not None:
        return RedirectResponse(entering.destination(visiting.account, wanted), 303)
    if visiting.pending is None:
        return RedirectResponse("/connexion", 303)
    return _page(request, registry, visiting.pending, wanted, {})


@router.post(PATH)
def check(request: Request, registry: Registry, visiting: Visiting, form: posted.Form) -> Response:
    wanted, account = entering.local_path(posted.text(form, "suite")), visiting.pending
    if account is None:
        return RedirectResponse("/connexion", 303)
    with registry.connection() as conn:
        right = is_second(request, conn, account, posted.text(form, "code"))
        if right:
            return entering.enter(request, conn, account, ("second",), wanted, only_continued=True)
    return _page(request, registry, account, wanted, {"code": wrong(request, account)})


@router.post(f"{PATH}/mail")
def mail_again(request: Request, registry: Registry, visiting: Visiting, form: posted.Form) -> Response:
    """Another mailed code, in the demo."""
    account = visiting.pending
    if account is None or not request.app.state.site.settings.demo:
        return RedirectResponse("/connexion", 303)
    with registry.connection() as conn:
        entering.mail_code(request, conn, account.mail, "second")
    wanted = entering.local_path(posted.text(form, "suite"))
    return pages.see(pages.with_suite(PATH, wanted), "code-envoye")


@router.get(APPLICATION)
def offer(request: Request, account: Enrolling) -> Response:
    """A QR code for the application, and the same as text. The secret stands signed in the form until it is kept."""
    wanted = entering.local_path(request.query_params.get("suite", ""))
    return _offer(request, account, second.offered(account), wanted, {})


@router.post(APPLICATION)
def keep(request: Request, registry: Registry, visiting: Visiting, account: Enrolling, form: posted.Form) -> Response:
    """Keep it, once a code shows that the application has it; who was signed in by half has shown enough now."""
    site: Site = request.app.state.site
    secret, wanted = _read(site, account, posted.text(form, "secret")), entering.local_path(posted.text(form, "suite"))
    if secret is None:
        return RedirectResponse(APPLICATION, 303)
    with registry.connection() as conn:
        _count(request, conn, account)
        code, url = posted.text(form, "code"), site.settings.site_url
        if second.keep(conn, site.settings.keys, account, secret, code, site.now(), site_url=url):
            back = wanted if visiting.pending is not None else "/compte"
            return entering.enter(request, conn, account, ("second",), back, "enregistre", only_continued=True)
    return _offer(request, account, second.offered(account, secret), wanted, {"code": WRONG})


@router.post(f"{APPLICATION}/retirer")
def remove(request: Request, registry: Registry, form: posted.Form, account: access.FreshAccount) -> Response:
    """Whose role needs a second factor keeps one: a passkey."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        if account.role in STAFF and not passkeys.of_account(conn, account.id):
            return pages.message(
                request,
                "Votre application d’authentification est conservée",
                "Votre compte a besoin d’un second moyen de connexion. Ajoutez d’abord une clé d’accès.",
                409,
                href="/compte",
                label="Revenir à mon compte",
            )
        second.remove(conn, account, site_url=site.settings.site_url)
    return pages.see("/compte", "retire")


def is_second(request: Request, conn: Connection, account: Account, code: str) -> bool:
    """Whether this is a code of the account's application, or in the demo a mailed one. Raises throttle.TooMany."""
    site: Site = request.app.state.site
    _count(request, conn, account)
    if second.check(conn, site.settings.keys, account, code, site.now()):
        return True
    return site.settings.demo and entering.is_code(request, conn, account.mail, "second", code)


def wrong(request: Request, account: Account) -> str:
    """The sentence beside a wrong code."""
    return WRONG if account.has_codes or not request.app.state.site.settings.demo else WRONG_MAILED


def _count(request: Request, conn: Connection, account: Account) -> None:
    """Each try counts, whatever becomes of the rest. Raises throttle.TooMany.

    Browsers in which the account was signed in to before are counted apart: whoever reads somebody's mailbox, and so
    has the first half, does not use up the owner's tries.
    """
    site: Site = request.app.state.site
    known = devices.knows(conn, session.visitor(request).device, account.id, site.now())
    who = f"{account.id} {'known' if known else 'new'}"
    throttle.count(conn, site.settings.keys, "second factor", who, throttle.SECONDS_BY_ACCOUNT, site.now())


def _page(request: Request, registry: Pool, account: Account, wanted: str, errors: dict[str, str]) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        keys = passkeys.of_account(conn, account.id) if passkeys.possible(site.settings.site_url) else []
        may_enrol = second.may_enrol(conn, account.id, site.now())
    shown: dict[str, Any] = {
        "values": {},
        "errors": errors,
        "suite": wanted,
        "mail": account.mail,
        "has_codes": account.has_codes,
        "mailed": site.settings.demo,
        "has_keys": bool(keys),
        "may_enrol": may_enrol,
        "passkeys": passkeys.possible(site.settings.site_url),
        "keeper": roles.keeper_name(account.role),
        "opened_by_others": RULES[account.role].opened_by is not None,
    }
    return pages.page(request, "shared/accounts/second.html", shown, 422 if errors else 200)


def _offer(
    request: Request, account: Account, offered: second.Offered, wanted: str, errors: dict[str, str]
) -> Response:
    site: Site = request.app.state.site
    drawn = segno.make(offered.address, error="m").svg_inline(scale=5, border=4, light="#fff", dark="#000")
    shown: dict[str, Any] = {
        "values": {},
        "errors": errors,
        "drawn": Markup(drawn),  # noqa: S704 (drawn here, of an address that the library has quoted)
        "text": offered.text,
        "address": offered.address,
        "secret": _signed(site, account, offered.secret),
        "suite": wanted,
        "half": session.visitor(request).pending is not None,
    }
    return pages.page(request, "shared/accounts/application.html", shown, 422 if errors else 200)


def _signed(site: Site, account: Account, secret: bytes) -> str:
    return str(site.settings.keys.signer("second factor", str(account.id)).dumps(urlsafe_b64encode(secret).decode()))


def _read(site: Site, account: Account, text: str) -> bytes | None:
    """The secret that a form of this account brings back."""
    try:
        return urlsafe_b64decode(site.settings.keys.signer("second factor", str(account.id)).loads(text))
    except BadSignature:
        return None
