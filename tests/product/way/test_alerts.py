"""A parent waits for a place: asked on the page, confirmed from a mail, told within a minute of an assistant maternel's
change, ended by the one click of a mail program. Over the processes and the SMTP server of the whole product."""

import time
from datetime import datetime, timedelta

import httpx
import pytest
from playwright.sync_api import expect

from registry import database
from settings import PARIS
from tests import records
from tests.conftest import wait_for
from tests.product.way.conftest import Open, Way, link_in

pytestmark = pytest.mark.browser

COMMUNE = {"commune": "44131", "postcode": "44210", "home": (47.1155, -2.1040)}
"""Pornic: the other tests of this folder look elsewhere."""

PARENT = "attente@example.org"

ASKED = "/alertes?ou=Pornic&lieu=commune:44131&jour=lun&jour=mar&debut=08:30&fin=17:00"

SHOWN_WITHIN_S = 60


def test_a_parent_is_told_of_a_place_that_opens_and_stops_by_one_click(way: Way, open_at: Open) -> None:
    with database.connect(way.settings.database_url) as conn:
        offer = records.assistant(conn, "Solène P.", **COMMUNE)  # type: ignore[arg-type]
    try:
        page = open_at(ASKED)
        expect(page.locator("main")).to_contain_text("autour de Pornic (5 km), lundi et mardi, 8 h 30 – 17 h")
        page.get_by_label("Votre adresse mail").fill(PARENT)
        page.wait_for_timeout(2_100)  # the page refuses what nobody can have typed
        page.get_by_role("button", name="Créer l’alerte").click()
        expect(page.locator("h1")).to_have_text("Ouvrez votre boîte mail")
        page.goto(way.site + link_in(way.mail_to(PARENT, "Confirmez"), "/alertes/confirmer/"))
        page.get_by_role("button", name="Commencer l’alerte").click()
        expect(page.locator("h1")).to_have_text("L’alerte a commencé")

        def known() -> bool:
            return way.registry.execute("select 1 from alert where known_at is not null").fetchone() is not None

        wait_for(known, seconds=SHOWN_WITHIN_S, what="the jobs' first look")
        assert way.mails_to(PARENT) == 1

        today = datetime.now(PARIS).date()
        with database.connect(way.settings.database_url) as conn:
            week = [(day, 8 * 60, 18 * 60, 1) for day in range(5)]
            records.add_period(conn, offer, today - timedelta(days=1), None, week)
            conn.execute("update offer set confirmed_on = %s where id = %s", [today, offer])
        changed = time.monotonic()
        told = way.mail_to(PARENT, "Une place se libère", seconds=SHOWN_WITHIN_S)
        print(f"told after {time.monotonic() - changed:.1f} s")
        assert "Solène P." in told.get_content()
        assert f"/offre/{offer}" in told.get_content()
        assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        stop = str(told["List-Unsubscribe"]).strip("<>")
        answer = httpx.post(stop, data={"List-Unsubscribe": "One-Click"}, timeout=20)
        assert answer.status_code == 200
        assert way.registry.execute("select mail from alert").fetchall() == []
        page.goto(way.site + link_in(told, "/alertes/arreter/"))
        expect(page.locator("h1")).to_have_text("L’alerte est arrêtée")
    finally:
        way.registry.execute("update offer set publication = 'closed' where id = %s", [offer])
