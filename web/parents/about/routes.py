"""The pages that say what the site is, and `/robots.txt`. None has a form, a script of its own or a cookie."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from web import texts
from web.core.site import Site
from web.parents.about import facts

router = APIRouter(include_in_schema=False)

Block = str | tuple[str, ...]
"""A paragraph, or the items of a list."""

CLOSED_TO_ROBOTS = (
    *("/api/", "/espace", "/compte", "/connexion", "/inscription", "/d/", "/rpe", "/employeur", "/moderation"),
    *("/mouvements", "/departement", "/administration", "/alertes", "/ecrire", "/messages", "/mails", "/comparer"),
    *("/favoris", "/offre/*/ecrire", "/offre/*/signaler", "/widget/cadre", "/fond-de-carte", "/*?"),
)
"""Not the fiches: those of assistants maternels say « noindex », which a robot must be allowed to read to obey."""


@router.get("/a-propos")
def about(request: Request) -> Response:
    t = texts.about
    return _page(request, t.ABOUT_TITLE, t.ABOUT_LEAD, t.ABOUT)


@router.get("/accessibilite")
def accessibility(request: Request) -> Response:
    t = texts.about
    return _page(request, t.ACCESSIBILITY_TITLE, t.ACCESSIBILITY_LEAD, t.ACCESSIBILITY)


@router.get("/mentions-legales")
def legal(request: Request) -> Response:
    t = texts.about
    return _page(request, t.LEGAL_TITLE, t.LEGAL_LEAD, t.LEGAL)


@router.get("/confidentialite")
def privacy(request: Request) -> Response:
    """Who is responsible, each treatment, cookies, rights. A site for the search alone has fewer treatments."""
    site: Site = request.app.state.site
    t = texts.about
    known = facts.of_site(site, site.today())
    treatments = (*t.TREATMENTS_OF_ALL, *(t.TREATMENTS if site.registry is not None else ()))
    rows = (t.WHAT_ROW, t.BASIS_ROW, t.KEPT_ROW, t.SEEN_ROW)
    sections: list[dict[str, Any]] = [
        section("responsable", t.WHO_TITLE, t.WHO, known),
        *(
            {"id": id, "title": title, "rows": list(zip(rows, (text.format(**known) for text in told), strict=True))}
            for id, title, *told in treatments
        ),
        section("cookies", t.COOKIES_TITLE, t.COOKIES, known),
        section("droits", t.RIGHTS_TITLE, t.RIGHTS, known),
    ]
    return _show(site, t.PRIVACY_TITLE, t.PRIVACY_LEAD, sections)


@router.get("/robots.txt")
def robots() -> Response:
    """Searches are closed, as their addresses have no end; so engines find structures by /aide/… and by links from
    elsewhere alone, until there is a map of the site."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS)]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "public, max-age=86400"})


def section(id: str, title: str, blocks: Iterable[Block], known: Mapping[str, Any]) -> dict[str, Any]:
    """With the names in braces filled in; lists stay tuples, paragraphs texts."""
    filled = [
        block.format(**known) if isinstance(block, str) else tuple(item.format(**known) for item in block)
        for block in blocks
    ]
    return {"id": id, "title": title, "blocks": filled}


def _page(request: Request, title: str, lead: str, sections: Iterable[tuple[str, str, tuple[Block, ...]]]) -> Response:
    site: Site = request.app.state.site
    known = facts.of_site(site, site.today())
    return _show(site, title, lead, [section(id, heading, blocks, known) for id, heading, blocks in sections])


def _show(site: Site, title: str, lead: str, sections: list[dict[str, Any]]) -> Response:
    values = {"title": title, "lead": lead, "sections": sections, "demo": site.settings.demo}
    return site.page("parents/about/page.html", values)
