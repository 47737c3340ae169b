"""Pages behind a sign-in: one function that renders them, and one for what stands in the way of them."""

import math
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from domain import french
from registry.accounts import Account
from registry.parents.contact import inbox
from web.core import access, error_pages, posted, session
from web.core.site import Site

MOST_PAGES = 10_000
"""Of a list: further ones nobody asks for by hand."""


def number(request: Request) -> int:
    """The page of a list that `?page=` asks for, from 1 to MOST_PAGES; 1 for whatever is none."""
    text = request.query_params.get("page", "")
    return max(1, min(int(text), MOST_PAGES)) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 1


def page(request: Request, name: str, values: dict[str, Any] | None = None, status: int = 200) -> Response:
    """A template with its values, and what every such page needs: `account`, `csrf_token` (for forms), `today`,
    `notice`, `errors` (none), and `unread`: of an assistant maternel, her messages that she has not read.

    `notice` is the sentence of `?fait=…` that the page before left behind (NOTICES). Nothing of it is kept by a cache.
    """
    site: Site = request.app.state.site
    visiting = session.visitor(request)
    shared: dict[str, Any] = {
        "account": visiting.account,
        "half_signed": visiting.pending is not None,
        "errors": {},
        "csrf_token": visiting.csrf,
        "today": site.today(),
        "notice": NOTICES.get(request.query_params.get("fait", "")),
        "demo": site.settings.demo,
        "unread": _unread(site, visiting.account),
    }
    response = site.page(name, shared | (values or {}), status)
    response.headers["Cache-Control"] = "no-store"
    if visiting.is_new:
        session.visit(response, site, visiting.token)
    return response


def _unread(site: Site, account: Account | None) -> int:
    if account is None or account.role != "am" or account.offer is None or site.registry is None:
        return 0
    with site.registry.connection() as conn:
        return inbox.unread(conn, account.offer, site.now())


NOTICES: dict[str, str] = {
    "enregistre": "C’est enregistré.",
    "envoye": "C’est envoyé.",
    "lien": "Cette page est enregistrée, et le lien pour reprendre est envoyé par mail.",
    "lien-sans-numero": "Cette page est enregistrée, et le lien pour reprendre est envoyé par mail. Votre numéro de"
    " sécurité sociale n’est pas conservé\u00a0: il est à saisir de nouveau.",
    "session-finie": "Votre session a pris fin. Ce que vous veniez de saisir n’est pas enregistré.",
    "cree": "Le compte est créé, et la personne a reçu un mail. Vérifiez ses communes ci-dessous.",
    "deconnecte": "La session est fermée\u202f; à bientôt.",
    "code-envoye": "Le code est envoyé.",
    "prouve": "C’est confirmé. Vous pouvez continuer.",
    "conserve": "C’est conservé.",
    "retire": "C’est retiré.",
    "reinitialisation": "La demande est enregistrée. Une autre personne doit la confirmer dans les trois jours.",
    "reinitialise": "Le second moyen de connexion est retiré. La personne a reçu un mail.",
    "annule": "C’est annulé.",
    "invite": "Le mail est envoyé.",
    "perdue-ouverte": "La demande est ouverte. Une autre personne doit la confirmer.",
    "perdue-confirmee": "La demande est confirmée. Les deux adresses reçoivent un mail.",
    "valide": "La demande est validée.",
    "complement": "La demande de complément est envoyée.",
    "refus-propose": "Le refus est proposé\u00a0: un autre modérateur le relira.",
    "refuse": "Le refus est confirmé et le courrier envoyé.",
    "refus-ecarte": "Le refus est écarté\u00a0: la demande est revenue dans la file.",
    "file-vide": "Rien n’attend.",
    "depart-a-confirmer": (
        "Un mail vous attend\u00a0: ouvrez son lien pour confirmer votre départ. Rien n’est encore effacé."
    ),
    "demenagement": (
        "Votre déménagement est transmis à l’équipe de modération. Votre fiche garde l’ancienne adresse d’ici là."
    ),
}
"""By the code that an address may carry: nobody can make the site say something else."""


def see(path: str, done: str = "") -> Response:
    """After a form: on to a page that can be loaded again; `done` is a code of NOTICES."""
    joined = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{joined}fait={done}" if done else path, 303)


def message(
    request: Request, title: str, text: str, status: int = 200, href: str = "/", label: str = "Revenir à l’accueil"
) -> Response:
    """A page that only says one thing."""
    values = {"title": title, "text": text, "link": {"href": href, "label": label}}
    site: Site = request.app.state.site
    response = site.page("core/message.html", values, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def sign_in_first(request: Request) -> Response:
    """To the sign-in, and back to the page that was asked for, or that the form stood on: it is not sent again."""
    path = with_suite("/connexion", access.came_from(request))
    return see(path, "" if request.method == "GET" else "session-finie")


def typed_again(request: Request, way: str, fields: list[tuple[str, str]]) -> Response:
    """What was typed into a form that is not taken now: shown to nobody else, and sent again by a button. `way`: to
    what must come before, which opens beside this page; empty where nothing must."""
    values = {"way": way, "action": error_pages.address(request), "fields": fields}
    return page(request, "core/typed_again.html", values, 403)


def way_before(request: Request, error: Exception) -> str:
    """The address of what must come before a form is taken."""
    back = access.came_from(request)
    if isinstance(error, access.SecondFactorNeeded):
        return with_suite("/connexion/second", back)
    if isinstance(error, access.ProofNeeded):
        return with_suite("/connexion/preuve", error.back, by="mail" if error.mail else "")
    return "" if isinstance(error, posted.ForeignForm) else with_suite("/connexion", back)


def second_factor_first(request: Request) -> Response:
    """To the second half of the sign-in, and back to the page that was asked for."""
    return see(with_suite("/connexion/second", access.came_from(request)))


def proof_first(request: Request, needed: access.ProofNeeded) -> Response:
    """To the page that asks once more who is there. A script, which cannot follow a page, is given its address."""
    path = with_suite("/connexion/preuve", needed.back, by="mail" if needed.mail else "")
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"next": path}, 401, headers={"Cache-Control": "no-store"})
    return see(path)


def with_suite(path: str, wanted: str, by: str = "") -> str:
    """A page of the sign-in that leads on to another one; `by` is "mail" where only a mailed code proves enough."""
    query = urlencode(
        {name: value for name, value in (("suite", wanted), ("par", by)) if value}, quote_via=quote, safe=""
    )
    return f"{path}?{query}" if query else path


def not_allowed(request: Request, reason: str) -> Response:
    return message(request, "Cette page ne vous est pas ouverte", reason, 403)


def foreign_form(request: Request) -> Response:
    return message(
        request,
        "Ce formulaire n’est plus valable",
        "Il a été ouvert avant votre connexion, ou depuis un autre site. Rien n’a été enregistré\u00a0:"
        " revenez à la page, rechargez-la, puis recommencez.",
        403,
        href=request.url.path if request.method == "GET" else "/",
    )


def too_large(request: Request) -> Response:
    return message(
        request,
        "Cet envoi est trop lourd",
        "Rien n’a été enregistré. Revenez à la page précédente, puis choisissez un fichier plus léger ou raccourcissez"
        " votre texte.",
        413,
        access.came_from(request),
        "Revenir à la page",
    )


def refused(request: Request, sentence: str) -> Response:
    """What a constraint of the registry refused (web/core/constraints.py)."""
    return message(
        request,
        "Ce n’est pas enregistré",
        f"{sentence} Rien n’a été enregistré\u00a0: revenez à la page pour voir où vous en êtes, puis recommencez.",
        409,
        access.came_from(request),
        "Revenir à la page",
    )


def no_room(request: Request) -> Response:
    return message(
        request,
        "Le fichier n’a pas pu être reçu",
        "Le problème vient de nous. Rien n’a été enregistré\u00a0: réessayez dans quelques minutes.",
        503,
        access.came_from(request),
        "Revenir à la page",
    )


def too_many(request: Request, wait: timedelta) -> Response:
    """The page that says when it may be tried again."""
    signed_in = session.visitor(request).account is not None
    response = message(
        request,
        "Trop d’essais",
        f"Pour protéger les comptes, le nombre d’essais est limité\u00a0: réessayez dans {french.wait(wait)}.",
        429,
        href="/compte" if signed_in else "/connexion",
        label="Revenir à mon compte" if signed_in else "Revenir à la connexion",
    )
    response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


def registry_missing(request: Request) -> Response:
    return message(
        request, "Ce site n’a pas d’espaces", "Il sert la recherche seule\u00a0: on ne s’y connecte pas.", 404
    )


def registry_away(request: Request) -> Response:
    response = message(
        request,
        "Votre espace est momentanément indisponible",
        "La recherche marche toujours. Rien de ce que vous avez enregistré n’est perdu\u00a0:"
        " réessayez dans un instant.",
        503,
    )
    response.headers["Retry-After"] = "10"
    return response
