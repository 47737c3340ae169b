"""How a registration starts and is resumed: what is needed, the mail and its code, the mailed link."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from registry import accounts, registrations
from registry.accounts import Account, addresses, codes, links, throttle
from registry.accounts.throttle import TooMany
from web.accounts import entering
from web.accounts.entering import Registry
from web.members import pages, posted
from web.members.session import Visiting
from web.registration import wording
from web.site import Site

COOKIE = "ribambelle-inscription"
COOKIE_S = 1800

router = APIRouter(include_in_schema=False)


@router.get("/inscription")
def start(request: Request, registry: Registry, visiting: Visiting) -> Response:
    return _start_page(request, visiting.account, {}, {})


@router.post("/inscription")
def send_code(request: Request, form: posted.Form, registry: Registry, visiting: Visiting) -> Response:
    site: Site = request.app.state.site
    typed = posted.text(form, "mail")
    address = addresses.read(typed)
    if address is None:
        return _start_page(request, visiting.account, {"mail": typed}, {"mail": addresses.SENTENCE})
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "code", throttle.CODES_BY_ADDRESS)
            codes.send(
                conn,
                site.settings.secret_key,
                address,
                site.now(),
                site_url=site.settings.site_url,
                purpose="registration",
            )
    except TooMany as error:
        return entering.too_many(request, error.wait)
    response = RedirectResponse("/inscription/code", 303)
    response.set_cookie(
        COOKIE,
        str(_signer(site).dumps(address)),
        max_age=COOKIE_S,
        path="/inscription",
        secure=site.settings.site_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/inscription/code")
def ask_code(request: Request, registry: Registry) -> Response:
    mail = _mail(request)
    return _code_page(request, mail, {}) if mail else RedirectResponse("/inscription", 303)


@router.post("/inscription/code")
def check_code(request: Request, form: posted.Form, registry: Registry) -> Response:
    """The code is right: an account of hers, if there is none yet, and her registration, begun or found again."""
    site: Site = request.app.state.site
    mail, key = _mail(request), site.settings.secret_key
    if not mail:
        return RedirectResponse("/inscription", 303)
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "try", throttle.TRIES_BY_ADDRESS)
            if not codes.check(conn, key, mail, posted.text(form, "code"), site.now()):
                return _code_page(request, mail, {"code": wording.WRONG_CODE})
            account = accounts.by_mail(conn, mail) or accounts.create(conn, mail, "am")
            if account.role != "am":
                return _code_page(request, mail, {"code": wording.OTHER_ROLE})
            begun = registrations.start_for(conn, account)
            if begun.submitted_at is None:
                registrations.mail_resume_link(conn, key, site.settings.site_url, begun, mail, site.now(), once=True)
            response = entering.enter(request, conn, account, _next(begun, site))
    except TooMany as error:
        return entering.too_many(request, error.wait)
    response.delete_cookie(COOKIE, path="/inscription")
    return response


@router.get("/inscription/reprendre")
def look_at_link(request: Request, registry: Registry, visiting: Visiting) -> Response:
    """The page of a mailed link. Looking at it, as mail programs do, uses nothing up."""
    site: Site = request.app.state.site
    token = request.query_params.get("jeton", "")
    with registry.connection() as conn:
        link = links.peek(conn, site.settings.secret_key, registrations.PURPOSE, token, site.now())
    if link is None and visiting.account is not None:
        return RedirectResponse("/inscription", 303)
    if link is None:
        return _link_over(request)
    return pages.page(request, "registration/resume.html", {"token": token, "errors": {}})


@router.post("/inscription/reprendre")
def follow_link(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        token = posted.text(form, "jeton")
        link = links.use(conn, site.settings.secret_key, registrations.PURPOSE, token, site.now())
        account = accounts.by_id(conn, link.account) if link and link.account else None
        if account is None:
            return _link_over(request)
        begun = registrations.start_for(conn, account)
        return entering.enter(request, conn, account, _next(begun, site))


def _next(begun: registrations.Registration, site: Site) -> str:
    """The page to go on with."""
    if begun.submitted_at is not None:
        return "/inscription/4"
    incomplete = registrations.missing(begun, site.today())
    return f"/inscription/{incomplete[0] if incomplete else '3'}"


def _start_page(request: Request, account: Account | None, values: dict[str, str], errors: dict[str, str]) -> Response:
    site: Site = request.app.state.site
    shown: dict[str, Any] = {"values": values, "errors": errors, "goes_on": None, "begun": False}
    if account is not None and account.role == "am" and site.registry is not None:
        with site.registry.connection() as conn:
            begun = registrations.of_account(conn, account.id)
        shown |= {"goes_on": _next(begun, site) if begun else "/inscription/1", "begun": begun is not None}
    return pages.page(request, "registration/start.html", shown, 422 if errors else 200)


def _code_page(request: Request, mail: str, errors: dict[str, str]) -> Response:
    values = {"values": {}, "errors": errors, "mail": mail, "suite": None, "base": "/inscription", "send": "Continuer"}
    return pages.page(request, "accounts/code.html", values, 422 if errors else 200)


def _link_over(request: Request) -> Response:
    return pages.message(
        request,
        "Ce lien ne sert plus",
        "Un lien ne sert qu’une fois, pendant trente jours. Rien n’est perdu\u00a0: connectez-vous avec votre adresse"
        " mail pour reprendre votre inscription.",
        410,
        href="/connexion?suite=/inscription",
        label="Me connecter",
    )


def _mail(request: Request) -> str:
    """The mail that a code was sent to; empty when this browser asked for none."""
    try:
        return str(_signer(request.app.state.site).loads(request.cookies.get(COOKIE, "")))
    except BadSignature:
        return ""


def _signer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(site.settings.secret_key, salt="registration code")
