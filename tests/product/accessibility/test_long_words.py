"""Pages whose names and texts, imported or typed, are one word as long as the registry takes: none is wider than its
window, from a small phone to a wide screen. Over a site of its own, whose words nobody else reads."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from playwright.sync_api import Page, expect
from psycopg import sql

from local.servers import Urls
from mappings import indexes
from registry import database
from registry.database import Connection
from tests.product.accessibility.conftest import CHECKS, NANTES, Site, drawn, whole_site
from tests.product.accessibility.test_barriers import role_of

pytestmark = pytest.mark.browser

WORD = ("Lespetitsmousquetairesdelaforêtenchantée" * 5)[:200]

WORDS = {
    "offer": {"name": 200, "project": 200, "address": 200, "manager_name": 200},
    "am_identity": {"first_name": 100, "last_name": 100},
    "am_home": {"address": 200, "street": 200},
    "agrement": {"conditions": 200},
    "agrement_request": {"number": 40, "conditions": 200},
    "account": {"name": 200},
    "intake_run": {"name": 200},
    "movement": {"last_name": 200, "first_name": 200},
    "contact_thread": {"parent_name": 80},
    "contact_message": {"text": 200},
    "fiche_report": {"text": 200},
    "alert": {"title": 200},
    "api_token": {"name": 100},
    "case_event": {"comment": 200},
    "contact_block": {"name": 80},
    "contact_report": {"name": 80, "text": 200},
    "intake_row": {"name": 200},
    "widget_key": {"name": 100},
}
"""Columns of texts that somebody typed or imported, and how many letters they get here."""

ROUTES = [
    *("/offre/{id}", "/offre/{id}/ecrire", "/offre/{id}/signaler", "/inscription/2b", "/inscription/3"),
    *("/espace", "/espace/apercu", "/espace/profil", "/espace/adresse", "/espace/disponibilites", "/espace/messages"),
    *("/employeur", "/rpe", "/rpe/am/{id}", "/rpe/inscription/{id}/3", "/rpe/inscription/{id}/confirmation"),
    *("/departement", "/mouvements", "/mouvements/{id:uuid}", "/mouvements/a-rapprocher"),
    *("/mouvements/a-rapprocher/{id:int}", "/moderation", "/moderation/{id:uuid}", "/signalements"),
    *("/messages/signales", "/comptes", "/comptes/{id:uuid}", "/administration/journal"),
    *("/espace/messages/{id:uuid}", "/demenagements", "/adresses-perdues"),
    *("/adresses-perdues/{id:uuid}", "/mouvements/{id:uuid}/annuler"),
    *("/compte", "/administration/jetons", "/administration/widgets"),
]
LONG = WORD[:100]
UNKNOWN = "xylophage" * 11
"""No name begins so."""

STATES = [
    f"{NANTES}&type=assistant_maternel&type=eaje&jour=lun&jour=mar",
    f"{NANTES}&type=assistant_maternel&vue=carte",
    *(f"/?ou={LONG}", f"{NANTES}&vers={LONG}", f"{NANTES}&mots={LONG}", f"{NANTES}&mots={LONG}&rayon=0&type=eaje"),
    f"/favoris?offre=anne&offre={LONG[:64]}",
    *("/offre/anne", "/offre/mam", "/offre/horaires", "/favoris?offre=anne&offre=horaires"),
    *("/comparer?offre=anne&offre=horaires", "/widget/cadre?commune=44109&vue=liste"),
    f"/alertes{NANTES[1:]}&type=assistant_maternel&jour=lun",
]
"""Pages that show names and texts: the room of each role, and what parents read, also of what they typed themselves."""

WIDTHS = (320, 768, 1280, 1920)
"""Beside 360: the least that WCAG asks for, and the four layouts of the list."""

TYPED = ("nom_affiche", "projet", "ecoles", "conditions", "adresse", "lieu_naissance_nom")


@pytest.fixture(scope="module")
def parents_site(servers: Urls, template: str, run_id: str) -> Iterator[Site]:
    with whole_site(servers, template, f"long-{run_id}") as site:
        with database.connect(site.settings.database_url) as conn:
            _lengthen(conn)
        with Elasticsearch(servers.elasticsearch_url) as engine:
            index = indexes.alias(site.settings.index_prefix, "offers")
            found = engine.search(index=index, size=1000)["hits"]["hits"]
            bulk(engine, ({**_place(hit), "_source": _long(hit["_source"])} for hit in found), refresh=True)
        yield site


def _place(hit: dict[str, Any]) -> dict[str, Any]:
    return {"_index": hit["_index"], "_id": hit["_id"]}


def _long(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, whose texts are one word each."""
    texts: dict[str, Any] = {name: WORD for name in ("name", "address", "project", "manager_name") if name in document}
    if "mam" in document:
        texts |= {"mam": document["mam"] | {"name": WORD}}
    if document["kind"] == "assistant_maternel":
        texts |= {"schools": [WORD]}
    return document | texts


def _lengthen(conn: Connection) -> None:
    for table, columns in WORDS.items():
        for column, letters in columns.items():
            conn.execute(
                sql.SQL("update {} set {} = %s where {} is not null").format(
                    *map(sql.Identifier, (table, column, column))
                ),
                [WORD[:letters]],
            )
    conn.execute("update offer set schools = array[%s] where kind = 'assistant_maternel'", [WORD[:100]])
    conn.execute(
        "update registration set answers = answers ||"
        " (select jsonb_object_agg(name, %s::text) from unnest(%s::text[]) name)",
        [WORD, list(TYPED)],
    )
    conn.execute("update account set mail = left(%s, 180) || id || '@example.org' where role <> 'am'", ["a" * 200])


def test_no_word_widens_a_page(parents_site: Site, visit: Callable[..., Page]) -> None:
    wide: list[str] = []
    routes = [(parents_site.path(f"GET {route}"), role_of(f"GET {route}")) for route in ROUTES]
    for path, role in [*routes, ("/rpe?jour=lun", "rpe"), *((state, "everyone") for state in STATES)]:
        page = visit(path, role, reduced_motion="reduce")
        drawn(page)
        page.evaluate(CHECKS)
        if found := page.evaluate("barriers.wide()"):
            wide += [f"{path}: {each[:150]}" for each in found[-2:]]
        if path in STATES or path.startswith("/offre/"):
            wide += at_other_widths(page, path)
        page.close()
    assert not wide, "\n".join(wide)


def at_other_widths(page: Page, path: str) -> list[str]:
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide += [f"{path} at {width}: {each[:150]}" for each in page.evaluate("barriers.wide()")[-2:]]
    return wide


@pytest.mark.parametrize("width", [320, 1280])
def test_nor_does_what_opens_over_a_page(visit: Callable[..., Page], width: int) -> None:
    """The box of suggestions, a message, what was not recognised, and all panels."""
    page = visit(f"{NANTES}&type=eaje", width=width, reduced_motion="reduce")
    drawn(page)
    page.evaluate(CHECKS)
    page.evaluate("text => document.dispatchEvent(new CustomEvent('avis', {detail: {text, stay: true}}))", WORD)
    assert page.evaluate("barriers.wide()") == []
    page.evaluate("document.querySelectorAll('details').forEach(panel => { panel.open = true })")
    assert page.evaluate("barriers.wide()") == []
    page.evaluate("document.getElementById('barre')?.setAttribute('open', '')")
    page.locator("#ou").fill(UNKNOWN)
    expect(page.locator(".no-suggestion").first).to_be_visible()
    assert page.evaluate("barriers.wide()") == []
    suggested = [{"type": "offer", "id": "x", "label": WORD, "detail": WORD}]
    page.route("**/api/v1/suggest?*", lambda route: route.fulfill(json={"items": suggested}))
    page.locator("#ou").fill(LONG[:20])
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.evaluate("barriers.wide()") == []
