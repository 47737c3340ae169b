"""`/rpe`: the territory and who is free there; `/rpe/am/{id}`: one of them; registration at the desk in `desk`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from domain import french, week
from registry import accounts
from registry.accounts import Account, audit
from registry.offers import duties, profiles, relais, timetables, visibility
from registry.territory import scope
from search_api.parameters import Scope
from web.core import access, pages
from web.core.site import Site, registry
from web.shared.search import filters, need
from web.shared.search.forms import SearchForm
from web.shared.search.places import Where
from web.staff.rpe import desk, forms, search, views
from web.staff.rpe.forms import Asked
from web.texts.shared import agrements

SHOWN = 200
"""Of a list: more than anybody reads on a telephone; the form narrows it."""

OTHER_TERRITORY = "Cette assistante maternelle n’est pas de votre territoire."
OF_THE_TERRITORY = ["name", "commune", "status", "duty", "availability"]
OF_A_SEARCH = [*OF_THE_TERRITORY, "identity", "contact"]
OF_ONE = ["identity", "contact", "agrement", "availability", "duty"]

LISTED = "profile.listed"
"""What the audit log calls that somebody's private facts stood in a list."""

SLOTS = {name + slot for name in ("jour", "heures", "places") for slot in need.SLOTS[1:]}
"""Fields of the form's folded slots."""

Relais = Annotated[Account, Depends(access.of("rpe"))]

router = APIRouter(include_in_schema=False)
router.include_router(desk.router)


@router.get("/rpe")
async def territory(request: Request, account: Relais) -> Response:
    """The territory's list, or who answers a need there: the parents' search within the relais's scope."""
    site: Site = request.app.state.site
    asked = forms.read(request.query_params.multi_items())
    errors = asked.errors(site.today())
    if errors or not asked.searches:
        return await run_in_threadpool(_listed, request, account, asked, errors)
    within = await run_in_threadpool(_territory, request, account, asked)
    found = await search.search(site, asked, within)
    return await run_in_threadpool(_answered, request, account, asked, within, found)


def _territory(request: Request, account: Account, asked: Asked) -> search.Territory:
    """What the search is limited to. How she stands with her duty is the registry's alone: who is asked for by it is
    named to the search by id."""
    site: Site = request.app.state.site
    with registry(request).connection() as conn:
        ids = None
        if asked.duty:
            ids = tuple(each.offer for each in asked.of_duty(relais.territory(conn, account, site.today())))
        return search.Territory(
            scope.listed(conn, account.id),
            scope.holding(conn, account.id, asked.commune),
            Scope(scope.codes(conn, account.id)),
            Scope(scope.codes(conn, account.id, asked.commune), ids),
        )


def _listed(request: Request, account: Account, asked: Asked, errors: dict[str, str]) -> Response:
    """All of the territory, by commune; beside an error nobody. The reading is in the audit log, by how many were
    shown, and for each of them."""
    site: Site = request.app.state.site
    with registry(request).connection() as conn:
        communes = scope.listed(conn, account.id)
        if errors:
            return _page(request, asked, asked.form, communes, {}, errors)
        found = asked.of_duty(relais.territory(conn, account, site.today(), commune=asked.commune))
        audit.note(conn, account, "territory.read", None, OF_THE_TERRITORY, shown=min(len(found), SHOWN))
        audit.note_each(conn, account, LISTED, [each.offer for each in found[:SHOWN]], OF_THE_TERRITORY)
    shown = {"listed": found[:SHOWN], "total": len(found)}
    if asked.narrows:
        shown["asked_text"] = views.search_in_words(asked, Where(asked.form), communes)
    return _page(request, asked, asked.form, communes, shown)


def _answered(
    request: Request, account: Account, asked: Asked, within: search.Territory, found: search.Found
) -> Response:
    """What the search found, with what only the relais may see of those who are its own, and on the first page whom no
    search finds. The reading is in the audit log, by how many were shown, and for each of them."""
    site: Site = request.app.state.site
    if found.answer is None:
        return _page(request, asked, found.where.form, within.listed, {}, found.errors)
    ids = [item["id"] for item in found.answer["items"]]
    start = date.fromisoformat(found.answer["query"]["from"])
    with registry(request).connection() as conn:
        seen = relais.territory(conn, account, site.today(), commune=asked.commune, start=start)
        contacts = relais.private_contacts(conn, account, ids)
        aside = [] if asked.form.suite else views.aside(asked, asked.of_duty(seen))
        others = [each.offer for group in aside for each in group["people"]]
        audit.note(conn, account, "territory.read", None, OF_A_SEARCH, shown=len(contacts), aside=len(others))
        audit.note_each(conn, account, LISTED, list(contacts), OF_A_SEARCH)
        audit.note_each(conn, account, LISTED, others, OF_THE_TERRITORY)
    shown = {
        "results": views.results(
            asked, found, {each.offer: each for each in seen}, contacts, site.today(), within.listed
        ),
        "aside": aside,
        "asked_text": views.search_in_words(asked, found.where, within.listed),
        "parents": views.parents_page(asked, found.where, within.listed, within.holds),
    }
    return _page(request, asked, found.where.form, within.listed, shown)


def _page(
    request: Request,
    asked: Asked,
    form: SearchForm,
    communes: Sequence[tuple[str, str]],
    shown: dict[str, Any],
    errors: dict[str, str] | None = None,
) -> Response:
    """`form`: as the places in it were understood."""
    errors = errors or {}
    values: dict[str, Any] = {
        "asked": asked,
        "form": form,
        "communes": communes,
        "duties": forms.DUTIES,
        "standing": forms.standing,
        "free_text": views.free,
        "status_text": agrements.status,
        "why_hidden": views.why_hidden,
        "day_text": french.day,
        "phone_text": french.phone,
        "results": None,
        "listed": None,
        "asked_text": "",
        "filters": filters.fields(form.chosen),
        "unfolded": {"slots"} if errors.keys() & SLOTS else set(),
        "panel_open": bool(errors.keys() & {"mots", *filters.PANEL}),
        "errors": errors,
        **shown,
    }
    if values["results"]:
        values["filters"] = values["results"]["filters"]
    return pages.page(request, "staff/rpe/territory.html", values, 422 if errors else 200)


@router.get("/rpe/am/{id}")
def one(request: Request, id: str, account: Relais) -> Response:
    """What the relais needs to ring her up, and the way back to the results that the address holds; each reading is in
    the audit log."""
    site: Site = request.app.state.site
    asked = forms.read(request.query_params.multi_items())
    with registry(request).connection() as conn:
        if not relais.is_in_territory(conn, account, id):
            raise access.NotAllowed(OTHER_TERRITORY)
        held = profiles.read(conn, id)
        seen = visibility.of_offer(conn, id)
        values: dict[str, Any] = {
            "id": id,
            "back": asked.again if asked.narrows else "",
            "held": held,
            "name": seen.name,
            "publication": seen.publication,
            "public": seen.public,
            "status": agrements.status(seen.status),
            "duty": duties.of_offer(conn, id, site.today()),
            "standing": forms.standing,
            "periods": timetables.periods(conn, id),
            "has_account": accounts.of_offer(conn, id) is not None,
            "week_days": week.NAMES,
            "day_text": french.day,
            "clock": french.clock,
            "errors": {},
        }
        audit.note(conn, account, "profile.read", id, OF_ONE)
    return pages.page(request, "staff/rpe/one.html", values)
