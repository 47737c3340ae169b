"""Passkeys, in real Chromium with an authenticator of its own, and against who has none."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json

from local.servers import Urls
from registry import accounts, database
from registry.accounts import Account, passkeys, sessions
from registry.accounts.passkeys import PasskeyRefused
from registry.database import Connection
from settings import Settings
from tests.conftest import wait_for
from tests.rooms import NOW, PROVED, Rooms
from web.app import create_app, utc_now

MAIL = "nadia@example.org"
SITE = "https://site.example"
BROWSER = b"a browser"


@pytest.fixture
def site(servers: Urls, registry_url: str, run_id: str) -> Iterator[Settings]:
    """The site on a free port, under a name: passkeys are of a domain."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        settings = Settings(
            database_url=registry_url,
            elasticsearch_url=servers.elasticsearch_url,
            index_prefix=f"passkeys-{run_id}",
            secret_key="a key of the tests as long as one has to be",  # noqa: S106
            site_url=f"http://localhost:{listening.getsockname()[1]}",
        )
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the site")
        yield settings
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """With a device that has an owner who agrees to everything."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    devtools = context.new_cdp_session(opened)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    yield opened
    context.close()
    assert faults == []


def signed_in(page: Page, settings: Settings, account: Account) -> None:
    with database.connect(settings.database_url) as conn:
        token = sessions.open_session(conn, account, utc_now(), PROVED)
    page.context.add_cookies([{"name": "ribambelle", "value": token, "url": settings.site_url}])


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion?*")


@pytest.mark.browser
def test_a_passkey_is_made_signs_in_and_is_taken_away(site: Settings, page: Page) -> None:
    with database.connect(site.database_url) as conn:
        account = accounts.create(conn, MAIL, "am")
    signed_in(page, site, account)
    page.goto(f"{site.site_url}/compte")
    page.get_by_label("Nom de la nouvelle clé").fill("Mon <b>téléphone</b>")
    page.get_by_role("button", name="Créer une clé d’accès").click()
    expect(page.get_by_text("Mon <b>téléphone</b>")).to_be_visible()
    page.get_by_role("button", name="Créer une clé d’accès").click()
    expect(page.get_by_text("Cet appareil a déjà une clé d’accès")).to_be_visible()

    sign_out(page)
    page.goto(f"{site.site_url}/connexion?suite=/compte")
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url("**/compte")
    expect(page.get_by_text("utilisée le")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="Retirer").click()
    sign_out(page)
    page.goto(f"{site.site_url}/connexion")
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page.get_by_text("n’a pas été reconnue")).to_be_visible()
    with database.connect(site.database_url) as conn:
        assert conn.execute("select recipient from mail_outbox").fetchall() == [(MAIL,)] * 2, "added, and taken away"


@pytest.mark.browser
def test_the_staff_set_a_passkey_on_the_way_in_and_prove_themselves_with_it(site: Settings, page: Page) -> None:
    with database.connect(site.database_url) as conn:
        accounts.create(conn, MAIL, "department", department="44", name="Département")

    def code() -> str:
        with database.connect(site.database_url) as conn:
            rows = conn.execute("select body from mail_outbox order by queued_at desc").fetchall()
        mailed = [found for (body,) in rows for found in re.findall(r"^ {4}(\d{6})$", body, re.MULTILINE)]
        return str(mailed[0])

    def first_half() -> None:
        page.goto(f"{site.site_url}/connexion?suite=/departement")
        page.get_by_label("Votre adresse mail").fill(MAIL)
        page.get_by_role("button", name="Recevoir un code").click()
        page.get_by_label("Le code à six chiffres").fill(code())
        page.get_by_role("button", name="Me connecter").click()
        page.wait_for_url("**/connexion/second?*")

    first_half()
    page.goto(f"{site.site_url}/departement")
    page.wait_for_url("**/connexion/second?*")
    page.get_by_role("button", name="Créer une clé d’accès").click()
    page.wait_for_url("**/departement?*")
    sign_out(page)
    first_half()
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url("**/departement")
    with database.connect(site.database_url) as conn:  # an hour later
        conn.execute("update session set mail_at = mail_at - interval '1 hour', passkey_at = null, second_at = null")
        conn.execute("update session set passkey_at = mail_at")
    page.goto(f"{site.site_url}/compte")
    page.get_by_role("link", name="Confirmer que c’est moi").click()
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url("**/compte?*")
    expect(page.get_by_text("C’est confirmé")).to_be_visible()
    expect(page.get_by_label("Nouvelle adresse mail")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_an_answer_opens_one_session(site: Settings, page: Page) -> None:
    with database.connect(site.database_url) as conn:
        account = accounts.create(conn, MAIL, "am")
    signed_in(page, site, account)
    page.goto(f"{site.site_url}/compte")
    page.get_by_role("button", name="Créer une clé d’accès").click()
    page.get_by_role("button", name="Retirer").wait_for()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if "/cle" in request.url else None)
    sign_out(page)
    page.goto(f"{site.site_url}/connexion")
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url(lambda url: "/connexion" not in url)
    (credential,) = page.evaluate(
        "bodies => bodies.map(body => new URLSearchParams(body).get('credential')).filter(Boolean)", sent
    )
    with database.connect(site.database_url) as conn:
        now = utc_now()
        with pytest.raises(PasskeyRefused):
            passkeys.finish_sign_in(conn, BROWSER, site.site_url, credential, now)
        # Even where its challenge were still open: not for another site, not with another text, not by another key.
        answered = json.loads(credential)
        told = parse_client_data_json(base64url_to_bytes(answered["response"]["clientDataJSON"]))

        def again(changed: dict[str, str], site_url: str = site.site_url) -> Account:
            with conn.transaction(force_rollback=True):
                # The sign count would refuse it as well.
                conn.execute("update passkey set sign_count = 0")
                conn.execute(
                    "insert into challenge (value, browser, expires_at) values (%s, %s, %s)",
                    [told.challenge, BROWSER, now + timedelta(minutes=1)],
                )
                response = answered["response"] | changed
                return passkeys.finish_sign_in(
                    conn, BROWSER, site_url, json.dumps(answered | {"response": response}), now
                )

        assert again({}) == account
        signature = answered["response"]["signature"]
        for changed, site_url in (
            ({}, "http://evil.example"),
            ({"signature": signature[:-8] + "AAAAAAAA"}, site.site_url),
            ({"authenticatorData": "AAAA"}, site.site_url),
        ):
            with pytest.raises(PasskeyRefused):
                again(changed, site_url)


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id": 1, "response": {"clientDataJSON": "AAAA"}}',
        '{"id": "é", "response": {"clientDataJSON": null}}',
        "[" * 19_000,
        "x" * 30_000,
    ],
)
def test_what_is_no_passkey_is_refused(registry: Connection, credential: str) -> None:
    account = accounts.create(registry, MAIL, "am")
    with pytest.raises(PasskeyRefused):
        passkeys.finish_sign_in(registry, BROWSER, SITE, credential, NOW)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_registration(registry, account, BROWSER, SITE, credential, "", NOW)


@pytest.mark.parametrize("late", [False, True])
def test_a_challenge_is_of_its_account_and_its_time(registry: Connection, late: bool) -> None:
    mine, other = accounts.create(registry, MAIL, "am"), accounts.create(registry, "o@example.org", "am")
    challenge = json.loads(passkeys.begin_registration(registry, mine, BROWSER, SITE, NOW))["challenge"]
    told = json.dumps({"type": "webauthn.create", "challenge": challenge, "origin": SITE}).encode()
    answer = json.dumps({"id": "AAAA", "response": {"clientDataJSON": bytes_to_base64url(told)}})
    with pytest.raises(PasskeyRefused):
        passkeys.finish_registration(
            registry, mine if late else other, BROWSER, SITE, answer, "", NOW + timedelta(minutes=6 if late else 1)
        )
    assert registry.execute("select count(*) from challenge").fetchall() == [(1,)]


def test_a_site_at_a_bare_address_offers_none(rooms: Rooms) -> None:
    browser = rooms.visit()
    browser.get("/connexion")
    assert not re.search("clé d’accès", browser.text)
    assert passkeys.possible("http://localhost:8000")
    assert not passkeys.possible("http://[::1]:8000")
