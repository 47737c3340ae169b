"""Once more, who is there: before private facts are given away or who may enter is changed.

Whoever needs a second factor shows it again; others type a code that is mailed to the account's address. A passkey does
for all (passkeys.py opens a new session with it).
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from registry.accounts import Account, passkeys
from registry.accounts.sessions import Proof
from registry.database import Pool
from web.core import access, entering, pages, posted
from web.core.session import Visiting
from web.core.site import Registry, Site
from web.shared.accounts import second as second_factor
from web.shared.accounts.sign_in import wrong

PATH = "/connexion/preuve"

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def ask(request: Request, account: access.Anybody, registry: Registry) -> Response:
    wanted = entering.local_path(request.query_params.get("suite", ""))
    return _page(request, registry, account, wanted, request.query_params.get("par", ""), {})


@router.post(f"{PATH}/mail")
def send(request: Request, account: access.Anybody, form: posted.Form, registry: Registry) -> Response:
    """Mail a code to the account's own address; in the demo also what stands in for a second factor."""
    site: Site = request.app.state.site
    wanted, asked = entering.local_path(posted.text(form, "suite")), posted.text(form, "par")
    second_in_demo = site.settings.demo and not _by_mail(asked, account)
    with registry.connection() as conn:
        entering.mail_code(request, conn, account.mail, "second" if second_in_demo else "proof")
    return pages.see(pages.with_suite(PATH, wanted, by="mail" if asked == "mail" else ""), "code-envoye")


@router.post(PATH)
def check(
    request: Request, account: access.Anybody, visiting: Visiting, form: posted.Form, registry: Registry
) -> Response:
    wanted = entering.local_path(posted.text(form, "suite"))
    asked, code = posted.text(form, "par"), posted.text(form, "code")
    by_mail = _by_mail(asked, account)
    with registry.connection() as conn:
        if by_mail:
            right = entering.is_code(request, conn, account.mail, "proof", code)
        else:
            right = second_factor.is_second(request, conn, account, code)
        if right:
            shown: Proof = "mail" if by_mail else "second"
            return entering.enter(request, conn, account, (shown,), wanted or "/compte", "prouve", only_continued=True)
    sentence = wrong(code) if by_mail else second_factor.wrong(request, account)
    return _page(request, registry, account, wanted, asked, {"code": sentence})


def _by_mail(asked: str, account: Account) -> bool:
    """Whether a mailed code is what proves here: where one was asked for, or nothing stronger is needed."""
    return asked == "mail" or not account.needs_second


def _page(
    request: Request, registry: Pool, account: Account, wanted: str, asked: str, errors: dict[str, str]
) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        has_keys = passkeys.possible(site.settings.site_url) and bool(passkeys.of_account(conn, account.id))
    shown: dict[str, Any] = {
        "values": {},
        "errors": errors,
        "suite": wanted,
        "par": "mail" if asked == "mail" else "",
        "by_mail": _by_mail(asked, account),
        "has_codes": account.has_codes,
        "mailed": site.settings.demo,
        # A code to the address is what is asked for: a passkey would not be it.
        "has_keys": has_keys and asked != "mail",
        "sent": request.query_params.get("fait") == "code-envoye" or bool(errors),
    }
    return pages.page(request, "shared/accounts/proof.html", shown, 422 if errors else 200)
