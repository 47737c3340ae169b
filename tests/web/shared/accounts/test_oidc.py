"""Sign-in through a real OpenID Connect provider, in a process of its own."""

import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from local.servers import Urls
from registry import accounts, database
from registry.accounts import sessions
from settings import Settings
from tests import installed
from tests.product.security.mailbox import codes, mails
from tests.rooms import Browser, Clock, Rooms
from web.shared.accounts import provider

VENDOR = Path(__file__).parent / "vendor"
SITE = "http://site.example"
SECRET = "a secret of the tests"  # noqa: S105

Person = Callable[[str, str], str]
"""Goes to the provider's address, signs in there as someone, and gives the address that she is sent back to."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    home = installed.from_npm(VENDOR, "provider.mjs")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node", "provider.mjs", str(port), f"{SITE}/connexion/oidc/retour"]
    with subprocess.Popen(
        command, cwd=home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        yield f"http://localhost:{port}"
        process.communicate(timeout=10)


@pytest.fixture
def room_settings(servers: Urls, registry_url: str, run_id: str, issuer: str) -> Settings:
    return Settings(
        database_url=registry_url,
        elasticsearch_url=servers.elasticsearch_url,
        redis_url="",
        index_prefix=f"rooms-{run_id}",
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
        site_url=SITE,
        oidc_issuer=issuer,
        oidc_client_id="ribambelle",
        oidc_client_secret=SECRET,
        oidc_name="Identité",
    )


@pytest.fixture
def person() -> Person:
    def signs_in(address: str, login: str) -> str:
        with httpx.Client() as http:
            page = http.get(address)
            while not (page.is_redirect and page.headers["location"].startswith(SITE)):
                if page.is_redirect:
                    page = http.get(page.next_request.url if page.next_request else "")
                    continue
                (prompt,) = re.findall(r'name="prompt" value="(\w+)"', page.text)
                (action,) = re.findall(r'<form[^>]*action="([^"]+)"', page.text)
                page = http.post(action, data={"prompt": prompt, "login": login, "password": "any"})
            return str(page.headers["location"])

    return signs_in


def go(browser: Browser, path: str = "/connexion/oidc") -> str:
    """The provider's address that the site sends this browser to."""
    return str(browser.get(path, follow=False).headers["location"])


def test_a_new_person_with_a_verified_mail_becomes_an_assistant_maternels_account(rooms: Rooms, person: Person) -> None:
    browser = rooms.visit()
    browser.get("/connexion")
    assert "Se connecter avec Identité" in browser.text
    address = go(browser, "/connexion/oidc?suite=/compte")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["state"] != asked["nonce"]
    answer = browser.get(person(address, "nadia"))
    # The provider's word is no proof: a code that is mailed to the address is.
    assert answer.url.path == "/connexion/code"
    assert browser.get("/compte", follow=False).status_code == 303
    browser.get("/connexion/code")
    assert browser.post("/connexion/code", {"code": ""}).status_code == 422
    answer = browser.post("/connexion/code", {"code": codes(rooms, "nadia@example.org")[-1]})
    assert answer.url.path == "/compte"
    assert "nadia@example.org" in browser.text
    assert any(
        "maintenant vous connecter à Ribambelle avec Identité" in mail for mail in mails(rooms, "nadia@example.org")
    )
    with database.connect(rooms.settings.database_url) as conn:
        made = accounts.by_mail(conn, "nadia@example.org")
        assert made is not None
        assert made.role == "am"
        # She stays the same person when her mail changes here.
        conn.execute("update account set mail = 'autre@example.org' where id = %s", [made.id])
    again = rooms.visit()
    again.get(person(go(again, "/connexion/oidc?suite=/compte"), "nadia"))
    assert "autre@example.org" in again.text


@pytest.mark.parametrize(
    ("login", "sentence"),
    [
        ("moderatrice", "pas encore relié"),
        ("doute", "pas transmis d’adresse mail vérifiée"),
        ("discrete", "pas transmis d’adresse mail vérifiée"),
    ],
)
def test_others_are_told_why_not(rooms: Rooms, person: Person, login: str, sentence: str) -> None:
    rooms.account("moderator", "moderatrice@example.org")
    rooms.account("am", "nadia@example.org")
    browser = rooms.visit()
    answer = browser.get(person(go(browser), login))
    if answer.status_code == 200:  # only the owner of the address learns what it opens
        answer = browser.post("/connexion/code", {"code": codes(rooms, "moderatrice@example.org")[-1]})
    assert answer.status_code == 403
    assert sentence in browser.text
    assert browser.get("/compte").url.path == "/connexion"


def test_whoever_holds_an_identity_with_her_mail_does_not_open_her_account(rooms: Rooms, person: Person) -> None:
    rooms.account("am", "nadia@example.org")
    his = rooms.visit()
    his.get(person(go(his), "nadia"))
    for code in ("", "000000"):
        his.post("/connexion/code", {"code": code})
    assert his.get("/compte", follow=False).status_code == 303
    # A code of hers for another purpose, read over her shoulder, is none of this one.
    hers = rooms.visit()
    hers.post("/connexion", {"mail": "nadia@example.org"})
    his.post("/connexion/code", {"code": codes(rooms, "nadia@example.org")[-1]})
    assert his.get("/compte", follow=False).status_code == 303


def test_the_staff_link_their_account_first(rooms: Rooms, person: Person) -> None:
    account = rooms.account("moderator", "moderatrice@example.org")
    browser = rooms.visit(account)
    browser.get("/compte")
    (path,) = re.findall(r'href="(/connexion/oidc\?relier=\w+)"', browser.html)
    assert browser.get(person(go(browser, path), "moderatrice")).url.path == "/compte"
    assert "Votre compte est relié" in browser.text
    other = rooms.visit()
    # Half of a sign-in: the provider's word is no second factor of ours.
    assert other.get(person(go(other, "/connexion/oidc?suite=/compte"), "moderatrice")).url.path == "/connexion/second"
    # The link of one session is of no use to another's.
    stranger = rooms.visit(rooms.account("moderator"))
    assert go(stranger, path) == "/compte"
    browser.post("/compte/oidc/delier")
    assert [
        ("maintenant vous connecter" in mail, "n’est plus relié" in mail) for mail in mails(rooms, account.mail)
    ] == [
        (True, False),
        (False, True),
    ]
    unlinked = rooms.visit()
    assert unlinked.get(person(go(unlinked), "moderatrice")).url.path == "/connexion/code"


def test_a_link_to_a_provider_wants_a_fresh_proof(rooms: Rooms, clock: Clock) -> None:
    browser = rooms.visit(rooms.account("am", "nadia@example.org"))
    browser.get("/compte")
    (path,) = re.findall(r'href="(/connexion/oidc\?relier=\w+)"', browser.html)
    clock.now += sessions.FRESH
    assert go(browser, path).startswith("/connexion/preuve?suite=")
    browser.get("/compte")
    assert "/connexion/oidc?relier" not in browser.html


def test_an_answer_is_good_in_the_browser_that_asked_and_once(rooms: Rooms, person: Person) -> None:
    victim, attacker = rooms.visit(), rooms.visit()
    back = person(go(attacker), "nadia")
    assert victim.get(back).status_code == 400
    go(victim)
    assert victim.get(back).status_code == 400
    assert attacker.get(back, follow=False).status_code == 303
    assert rooms.visit().get(back).status_code == 400
    assert attacker.get(back).status_code == 400


def test_an_answer_of_another_issuer_or_for_another_nonce_is_refused(rooms: Rooms, person: Person, issuer: str) -> None:
    redirect = f"{SITE}/connexion/oidc/retour"

    def came_back() -> tuple[provider.Flow, dict[str, str]]:
        url, flow = provider.begin(rooms.settings, redirect)
        told = parse_qs(urlsplit(person(url, "nadia")).query)
        return flow, {name: values[0] for name, values in told.items()}

    flow, told = came_back()
    for wrong in ({"iss": "http://evil.example"}, {"state": "x"}, {"code": "x"}):
        with pytest.raises(provider.ProviderRefused):
            provider.finish(rooms.settings, redirect, provider.flow_values(flow), told | wrong)
    for name in ("nonce", "verifier"):
        flow, told = came_back()
        with pytest.raises(provider.ProviderRefused):
            provider.finish(rooms.settings, redirect, provider.flow_values(flow) | {name: "x" * 43}, told)


def test_a_provider_that_is_away_is_told(rooms: Rooms, issuer: str) -> None:
    away = rooms.settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    with pytest.raises(provider.ProviderAway):
        provider.begin(away, SITE)


def test_a_provider_that_leads_elsewhere_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has taken over its address would have the site ask servers of our own network."""
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/within")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever).start()
        issuer = f"http://127.0.0.1:{server.server_port}"
        settings = Settings(oidc_issuer=issuer, oidc_client_id="a", site_url=SITE)
        monkeypatch.setattr(provider, "_known", {})
        with pytest.raises(provider.ProviderAway):
            provider.begin(settings, f"{SITE}/connexion/oidc/retour")
        server.shutdown()
    assert asked == ["/.well-known/openid-configuration"]
