"""Every page of the application, by what a machine can tell of barriers: a new page is in it without being named.

Each is looked at narrow and light with all its panels open, then wide and dark.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.product.accessibility.conftest import AXE, CHECKS, NANTES, Site, drawn
from tests.web.shared.accounts.test_access import WHO

pytestmark = pytest.mark.browser

NOT_PAGES = {
    **dict.fromkeys(["GET /openapi.json", "GET /healthz", "GET /readyz"], "for programs"),
    "GET /fond-de-carte": "the map's own data",
    "GET /nombre": "what the button of the search's form says",
    "GET /connexion/oidc": "leads to another site",
    "GET /connexion/oidc/retour": "comes from another site and leads on",
    "GET /connexion/code": "leads to /connexion where no code was asked for",
    "GET /inscription/code": "leads to /inscription where no code was asked for",
}
NOT_PAGES_UNDER = ("GET /api/v1/",)
NOT_PAGES_ENDING = (
    *(".jpg", ".ics", ".xml", ".csv", ".zip", ".css", ".js", ".txt", ".json", ".svg", ".png"),
    *(".webmanifest", ".pmtiles"),
)

PAGES = [
    route
    for route in sorted(WHO)
    if route.startswith("GET ")
    and route not in NOT_PAGES
    and not route.startswith(NOT_PAGES_UNDER)
    and not route.endswith(NOT_PAGES_ENDING)
]
"""test_access holds its table against the application's routes, so that none is missing here."""

QUERIES = {"GET /widget/cadre": "?commune=44109"}
"""What an address needs to be a page at all."""

LEADS_ON = {
    "GET /administration": "/comptes",
    "GET /inscription/2": "/inscription/2a",
    "GET /rpe/inscription/{id}/2": "/2a",
    "GET /rpe/inscription/{id}/4": "/3",
}
"""Routes that lead to another page of the list."""

STATES = [
    f"{NANTES}&type=assistant_maternel&type=eaje&jour=lun&jour=mar",
    f"{NANTES}&vers=Orvault&vers-lieu=commune:44114",
    f"{NANTES}&type=assistant_maternel&vue=carte",
    f"{NANTES}&bbox=-1.58,47.2,-1.53,47.24",
    f"{NANTES}&rayon=1&type=eaje&jour=sam&debut=02:00&fin=05:00&libres=oui&places=6",
    f"{NANTES}&mots=lutins&option=meals&a-jour=oui&ouvre=07:30&ferme=18:30",
    f"{NANTES}&jour=lun&debut=08:00&fin=08:00",
    "/?ou=Zzqxkwv",
    "/offre/anne",
    "/offre/gisele",
    "/offre/horaires",
    "/offre/mam",
    "/favoris?offre=anne&offre=horaires",
    "/comparer?offre=anne&offre=horaires",
    "/widget?ou=Nantes&lieu=commune:44109&vue=liste",
    "/widget/cadre?commune=44109&vue=liste&jour=lun&debut=08:00&fin=17:00&types=assistant_maternel",
    "/widget/cadre?commune=44109&vue=carte&couleur=ffe100",
    "/widget/cadre?commune=44109&vue=compteur",
    "/widget/cadre?commune=00000",
    f"/alertes{NANTES[1:]}&type=assistant_maternel&jour=lun",
    "/nulle-part",
]
"""Pages in a state that their bare address does not have."""

STATES_BEHIND = [
    ("rpe", "/rpe?jour=lun&debut=08:00&fin=17:00&naissance=2025-03-01"),
    ("rpe", "/rpe?jour=dim&debut=02:00&fin=05:00&libres=oui&ou=Nantes&lieu=commune:44109"),
    ("rpe", "/rpe?jour=lun&debut=08:00&fin=08:00&jour2=mar&debut2=25:00&mots=" + "x" * 201),
]
"""The same behind a sign-in, with the role."""

FORMS = [
    ("everyone", "/connexion"),
    ("everyone", "/inscription"),
    ("everyone", "GET /offre/{id}/ecrire"),
    ("everyone", "GET /offre/{id}/signaler"),
    ("everyone", f"/alertes{NANTES[1:]}&type=assistant_maternel&jour=lun"),
    ("newcomer", "/inscription/2a"),
    ("newcomer", "/inscription/2c"),
    ("am", "/espace/profil"),
    ("am", "/espace/disponibilites/periode"),
    ("rpe", "/rpe/inscription"),
    ("caf", "/mouvements"),
    ("caf", "/mouvements/nouveau"),
    ("caf", "GET /mouvements/{id:uuid}/annuler"),
    ("administrator", "/comptes/nouveau"),
    ("rpe", "/adresses-perdues/nouvelle"),
    ("am", "GET /espace/messages/{id:uuid}"),
    ("caf", "/comptes/nouveau"),
    ("am", "/compte/application"),
    ("administrator", "/administration/widgets"),
]
"""Forms that answer, sent empty, with a sentence beside each field."""

Found = dict[str, Any]


def role_of(route: str) -> str:
    who = WHO[route]
    if route == "GET /connexion/second":
        return "half"
    if "/inscription/" in route and who == ["am"] and not route.endswith("/4"):
        return "newcomer"
    return who[0]


def barriers(page: Page) -> Found:
    """What stands in somebody's way."""
    drawn(page)
    page.evaluate(AXE)
    page.evaluate(CHECKS)
    found: Found = page.evaluate("barriers.all()")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 900})
    if page.locator(".map").count():
        page.wait_for_timeout(1_500)  # for its new contours: until they come axe takes a name for its halo
    found["dark"] = page.evaluate("barriers.contrast()")
    return {kind: each for kind, each in found.items() if each}


def test_barriers_are_found_where_there_are_some(visit: Callable[..., Page]) -> None:
    page = visit("/a-propos")
    page.evaluate(
        """() => {
          const main = document.querySelector("main")
          main.innerHTML += "<button>x</button><fieldset><input></fieldset><p>Vraiment ?</p><hr><h5>Pâle</h5>"
          const [button, line, pale] = ["button", "hr", "h5"].map(name => main.querySelector(name))
          Object.assign(button.style, {outline: "none", transition: "color 1s"})
          Object.assign(line.style, {width: "500px"})
          Object.assign(pale.style, {color: "#666"})
        }"""
    )
    found = barriers(page)
    assert {"axe", "dark", "wide", "small", "unseen", "moving", "broken", "unnamed"} <= found.keys()
    assert {"heading-order", "label", "color-contrast-enhanced"} <= {rule for rule, _ in found["axe"]}


@pytest.mark.parametrize("route", PAGES)
def test_no_page_has_a_barrier(parents_site: Site, visit: Callable[..., Page], route: str) -> None:
    page = visit(None, role_of(route), reduced_motion="reduce")
    path = parents_site.path(route) + QUERIES.get(route, "")
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok, answer.status
    assert "text/html" in answer.headers["content-type"], "name it among NOT_PAGES, with the reason"
    assert urlsplit(page.url).path.endswith(LEADS_ON.get(route, path.partition("?")[0])), page.url
    assert barriers(page) == {}


@pytest.mark.parametrize("path", STATES)
def test_no_state_of_a_page_has_a_barrier(visit: Callable[..., Page], path: str) -> None:
    assert barriers(visit(path, reduced_motion="reduce")) == {}


@pytest.mark.parametrize(("role", "path"), STATES_BEHIND)
def test_no_state_of_a_room_has_a_barrier(visit: Callable[..., Page], role: str, path: str) -> None:
    assert barriers(visit(path, role, reduced_motion="reduce")) == {}


@pytest.mark.parametrize(("role", "path"), FORMS)
def test_no_form_that_is_sent_empty_has_a_barrier(
    parents_site: Site, visit: Callable[..., Page], role: str, path: str
) -> None:
    page = visit(parents_site.path(path) if path.startswith("GET ") else path, role, reduced_motion="reduce")
    page.evaluate(CHECKS)
    page.evaluate("barriers.sendEmpty()")
    page.get_by_role("alert").first.wait_for()
    # A period without hours is one without places: where another begins that day, both are shown and nothing is wrong.
    assert page.locator("[aria-invalid=true]").count() or page.get_by_text("Ce qui est déclaré", exact=True).count()
    assert barriers(page) == {}
