"""A parent writes to an assistant maternel whom she found, and is answered: neither sees the other's address."""

import smtplib
from email.message import EmailMessage

import httpx
import pytest
from playwright.sync_api import expect

from registry import database
from tests import records
from tests.conftest import wait_for
from tests.product.way.conftest import Open, Way, link_in

pytestmark = pytest.mark.browser

COMMUNE = {"commune": "44184", "postcode": "44600", "home": (47.2735, -2.2138)}
"""Saint-Nazaire: the other tests of this folder look at Nantes."""

PARENT, HERS = "parent@example.org", "rosa@example.org"


def answer(to: EmailMessage, text: str) -> EmailMessage:
    """What a mail program makes of an answer."""
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = to["To"], to["Reply-To"], f"Re: {to['Subject']}"
    found["Message-ID"] = f"<answer-to-{str(to['Message-ID']).strip('<>')}>"
    found.set_content(text + "\n\nLe lundi 23 novembre, Ribambelle a écrit :\n> " + to.get_content()[:200])
    return found


def test_a_parent_writes_and_is_answered(way: Way, open_at: Open) -> None:
    with database.connect(way.settings.database_url) as conn:
        offer = records.assistant(conn, "Rosa F.", **COMMUNE)  # type: ignore[arg-type]
    way.account("am", HERS, offer=offer)
    try:
        wait_for(lambda: httpx.get(f"{way.site}/offre/{offer}").status_code == 200, what="her fiche")
        page = open_at(f"/offre/{offer}")
        page.get_by_role("link", name="Lui écrire").click()
        page.get_by_label("Votre prénom").or_(page.locator("[name=nom]")).first.fill("Sami")
        page.locator("[name=mail]").fill(PARENT)
        page.locator("[name=message]").fill("Bonjour, nous cherchons une place pour Lou dès janvier.")
        page.wait_for_timeout(2_100)  # the page refuses what nobody can have typed
        page.locator("main form button[type=submit]").click()
        asked = way.mail_to(PARENT, "Confirmez")
        assert way.mails_to(HERS) == 0
        page.goto(way.site + link_in(asked, "/ecrire/confirmer/"))
        page.locator("main form button[type=submit]").click()
        expect(page.locator("h1")).to_be_visible()
        hers = way.mail_to(HERS, "place pour Lou")
        assert PARENT not in hers.as_string()

        with smtplib.SMTP("127.0.0.1", way.settings.relay_port) as server:
            server.send_message(answer(hers, "Bonjour Sami, oui, venez me voir mardi."))
        theirs = way.mail_to(PARENT, "venez me voir")
        assert HERS not in theirs.as_string()
        assert "place pour Lou" not in theirs.get_content(), "the quoted history stays behind"
        forged = answer(hers, "Je suis quelqu’un d’autre.")
        forged.replace_header("From", "autre@example.org")
        with smtplib.SMTP("127.0.0.1", way.settings.relay_port) as server, pytest.raises(smtplib.SMTPException):
            server.send_message(forged)
    finally:
        way.registry.execute("update offer set publication = 'closed' where id = %s", [offer])
