"""How a registration starts and is resumed: what is needed, the mail and its code, the mailed link."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from registry import accounts
from registry.accounts import Account, addresses, links
from registry.accounts.throttle import TooMany
from registry.agrements import registrations
from registry.database import Connection
from web.core import entering, pages, posted
from web.core.session import Visiting
from web.core.site import Registry, Site
from web.shared.accounts import waiting
from web.shared.accounts.sign_in import still_good, wrong
from web.shared.accounts.waiting import Waiting
from web.shared.profile import wording

router = APIRouter(include_in_schema=False)


@router.get("/inscription")
def start(request: Request, registry: Registry, visiting: Visiting) -> Response:
    return _start_page(request, visiting.account, {}, {})


@router.post("/inscription")
def send_code(request: Request, form: posted.Form, registry: Registry, visiting: Visiting) -> Response:
    typed = posted.text(form, "mail")
    address = addresses.read(typed)
    if address is None:
        return _start_page(request, visiting.account, {"mail": typed}, {"mail": addresses.SENTENCE})
    with registry.connection() as conn:
        return _mailed(request, conn, address)


@router.get("/inscription/code")
def ask_code(request: Request, registry: Registry) -> Response:
    asked = waiting.remembered(request, "registration")
    return _code_page(request, asked.mail, {}) if asked else RedirectResponse("/inscription", 303)


@router.post("/inscription/code")
def check_code(request: Request, form: posted.Form, registry: Registry) -> Response:
    """The code is right: an account of hers, if there is none yet, and her registration, begun or found again."""
    site: Site = request.app.state.site
    asked = waiting.remembered(request, "registration")
    if asked is None:
        return RedirectResponse("/inscription", 303)
    with registry.connection() as conn:
        if not entering.is_code(request, conn, asked.mail, "registration", posted.text(form, "code")):
            return _code_page(request, asked.mail, {"code": wrong(posted.text(form, "code"))})
        account = accounts.sign_up(conn, asked.mail)
        if account.role != "am":
            return _code_page(request, asked.mail, {"code": wording.OTHER_ROLE})
        begun = registrations.start_for(conn, account)
        if begun.submitted_at is None:
            keys, site_url = site.settings.keys, site.settings.site_url
            registrations.mail_resume_link(conn, keys, site_url, begun, account.mail, site.now(), once=True)
        response = entering.enter(request, conn, account, ("mail",), _next(begun, site))
    waiting.forget(response, request.app.state.site)
    return response


@router.get("/inscription/reprendre")
def look_at_link(request: Request, registry: Registry, visiting: Visiting) -> Response:
    """The page of a mailed link. It opens nothing: it leads to a code, which is mailed to the account's address."""
    token = request.query_params.get("jeton", "")
    with registry.connection() as conn:
        mail = _mail_of_link(request, conn, token)
    if visiting.account is not None:
        return RedirectResponse("/inscription", 303)
    if mail is None:
        return _link_over(request)
    return pages.page(request, "am/registration/resume.html", {"token": token, "errors": {}})


@router.post("/inscription/reprendre")
def follow_link(request: Request, form: posted.Form, registry: Registry) -> Response:
    """The link is not used up: it ends when she has submitted, signs out, or has another address."""
    with registry.connection() as conn:
        mail = _mail_of_link(request, conn, posted.text(form, "jeton"))
        return _link_over(request) if mail is None else _mailed(request, conn, mail)


def _mailed(request: Request, conn: Connection, mail: str) -> Response:
    """On to the page for the code that was just mailed. Raises TooMany."""
    waiting_for = waiting.remembered(request, "registration")
    again = waiting_for is not None and waiting_for.mail == mail
    try:
        entering.mail_code(request, conn, mail, "registration")
    except TooMany as error:
        if not again:
            raise
        return _code_page(request, mail, {"code": still_good(error)}, 429)
    response = pages.see("/inscription/code", "code-envoye" if again else "")
    waiting.remember(response, request.app.state.site, Waiting(mail, "registration"))
    return response


def _mail_of_link(request: Request, conn: Connection, token: str) -> str | None:
    """The address of the account whose registration a link resumes."""
    site: Site = request.app.state.site
    link = links.peek(conn, site.settings.keys, registrations.PURPOSE, token, site.now())
    account = accounts.by_id(conn, link.account) if link and link.account else None
    return account.mail if account else None


def _next(begun: registrations.Registration, site: Site) -> str:
    """The page to go on with."""
    if begun.submitted_at is not None:
        return "/inscription/4"
    incomplete = registrations.missing(begun, site.scales(), site.today())
    return f"/inscription/{incomplete[0] if incomplete else '3'}"


def _start_page(request: Request, account: Account | None, values: dict[str, str], errors: dict[str, str]) -> Response:
    site: Site = request.app.state.site
    shown: dict[str, Any] = {"values": values, "errors": errors, "goes_on": None, "begun": False}
    if account is not None and account.role == "am" and site.registry is not None:
        with site.registry.connection() as conn:
            begun = registrations.of_account(conn, account.id)
        shown |= {"goes_on": _next(begun, site) if begun else "/inscription/1", "begun": begun is not None}
    return pages.page(request, "am/registration/start.html", shown, 422 if errors else 200)


def _code_page(request: Request, mail: str, errors: dict[str, str], status: int = 422) -> Response:
    values = {"values": {}, "errors": errors, "mail": mail, "suite": None, "base": "/inscription", "send": "Continuer"}
    return pages.page(request, "shared/accounts/code.html", values, status if errors else 200)


def _link_over(request: Request) -> Response:
    site: Site = request.app.state.site
    return pages.message(
        request,
        "Ce lien n’est plus valable",
        site.dated(wording.LINK_OVER),
        410,
        href="/connexion?suite=/inscription",
        label="Me connecter",
    )
