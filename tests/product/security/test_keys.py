"""One key for each purpose, several at once, none too short."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest
from itsdangerous import BadSignature

from registry import accounts
from registry.accounts import links, second, throttle
from registry.database import Connection
from registry.parents.contact import sending, tokens
from registry.parents.contact.tokens import Seen
from search_api.http.app import create_app
from settings import Settings
from settings.keys import ENDS_WITH_THE_KEY, Keys, Purpose, WeakKey
from tests.conftest import ROOT
from tests.records import assistant
from tests.rooms import NOW

OLD, NEW = "an old secret that is long enough to be one", "a new secret that is long enough to be one"
BEFORE, BOTH, AFTER = Keys((OLD,)), Keys((NEW, OLD)), Keys((NEW,))


def test_every_purpose_has_a_key_of_its_own() -> None:
    made = {BEFORE.derived(purpose)[0] for purpose in get_args(Purpose)}
    assert len(made) == len(get_args(Purpose)) == len(ENDS_WITH_THE_KEY)
    assert OLD.encode() not in made
    for purpose in get_args(Purpose):
        for other in set(get_args(Purpose)) - {purpose}:
            assert not BEFORE.matches(other, "a text", BEFORE.digest(purpose, "a text"))
            with pytest.raises(BadSignature):
                BEFORE.signer(other).loads(BEFORE.signer(purpose).dumps("a text"))


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_what_an_older_key_made_is_taken_until_it_goes(purpose: Purpose) -> None:
    signed, digest = BEFORE.signer(purpose).dumps("x"), BEFORE.digest(purpose, "x")
    assert BOTH.signer(purpose).loads(signed) == "x"
    assert BOTH.matches(purpose, "x", digest)
    assert AFTER.signer(purpose).loads(BOTH.signer(purpose).dumps("x")) == "x", "the newest signs"
    assert BOTH.digest(purpose, "x") == AFTER.digest(purpose, "x")
    assert not AFTER.matches(purpose, "x", digest)
    with pytest.raises(BadSignature):
        AFTER.signer(purpose).loads(signed)
    assert not BOTH.matches(purpose, "x", b""), "an empty hash is none"


def test_a_link_a_reply_address_and_a_block_live_through_a_new_key(registry: Connection) -> None:
    offer = assistant(registry)
    account = accounts.create(registry, "nadia@example.org", "am", offer=offer)
    link = links.create(registry, BEFORE, "undo", NOW + timedelta(days=1), account=account.id)
    assert links.peek(registry, BOTH, "undo", link, NOW) is not None
    assert links.peek(registry, AFTER, "undo", link, NOW) is None
    thread = uuid4()
    address = tokens.reply_address(BEFORE, "reponses.example", thread, "am")
    assert tokens.read_address(BOTH, "reponses.example", address) == (thread, "am")
    assert tokens.read_address(AFTER, "reponses.example", address) is None
    seen = Seen(thread, uuid4(), "am", tokens.sent_to(BEFORE, account.mail))
    assert tokens.is_sent_to(BOTH, seen, account.mail)
    assert not tokens.is_sent_to(BOTH, seen, "autre@example.org")
    parent = "parent@example.org"
    registry.execute(
        "insert into contact_block (offer, sender, name, at) values (%s, %s, 'Un parent', now())",
        [offer, tokens.sender_of(BEFORE, parent)],
    )
    for keys, blocked in ((OLD, True), (f"{NEW}, {OLD}", True), (NEW, False)):
        assert sending.is_blocked(registry, Settings(secret_key=keys), offer, "parent+x@example.org") is blocked


def test_a_second_factor_moves_to_the_newest_key(registry: Connection) -> None:
    account = accounts.create(registry, "nadia@example.org", "moderator")
    offered = second.offered(account)

    def code(minutes: int) -> str:
        return second._totp(offered.secret).generate(int((NOW + timedelta(minutes=minutes)).timestamp())).decode()

    assert second.keep(registry, BEFORE, account, offered.secret, code(0), NOW, site_url="https://site.example")
    stored = registry.execute("select totp_secret from account where id = %s", [account.id]).fetchall()[0][0]
    assert offered.secret not in bytes(stored)
    assert second.check(registry, BOTH, account, code(2), NOW + timedelta(minutes=2))
    assert second.encrypt_anew(registry, BOTH) == [], "as the job does each hour"
    assert second.check(registry, AFTER, account, code(4), NOW + timedelta(minutes=4))


@pytest.mark.parametrize("secret", ["", " ", ",", "brève", f"{NEW},brève", f"brève, {NEW}"])
def test_a_missing_or_short_secret_is_refused_outside_a_demo(secret: str) -> None:
    with pytest.raises(WeakKey) as refused:
        create_app(Settings(elasticsearch_url="http://127.0.0.1:9", secret_key=secret))
    assert "SECRET_KEY" in str(refused.value)
    if secret.strip(", "):
        assert NEW not in str(refused.value)
        assert Settings(secret_key=secret, demo=True).keys.secrets


def test_a_process_that_needs_the_keys_says_so_before_it_starts() -> None:
    program = str(ROOT / ".venv" / "bin" / "ribambelle")
    nowhere = {"DATABASE_URL": "postgresql://127.0.0.1:9/x", "ELASTICSEARCH_URL": "http://127.0.0.1:9"}
    environment = {"PATH": "/usr/bin:/bin", "REDIS_URL": "redis://127.0.0.1:9", "SECRET_KEY": "brève", **nowhere}
    for command in (["serve"], ["mail", "receive"], ["jobs", "--only", "worker"]):
        done = subprocess.run([program, *command], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, command
        assert done.stderr.startswith("SECRET_KEY est trop courte"), command


def test_no_secret_is_in_a_representation() -> None:
    settings = Settings(secret_key=NEW)
    assert NEW not in repr(settings) + repr(settings.keys)


def test_nothing_signs_with_the_secret_itself() -> None:
    """Whoever needs a key derives one: the secret is read in settings/ alone, and by the demo that makes it."""
    readers = [
        path.relative_to(ROOT).as_posix()
        for room in ("settings", "domain", "registry", "search_api", "indexer", "web", "jobs", "cli", "local")
        for path in sorted((ROOT / room).rglob("*.py"))
        if re.search(r"\bsecret_key\b", path.read_text("utf-8"))
    ]
    assert readers == ["settings/__init__.py", "settings/keys.py", "cli/demo.py"]


def test_the_page_for_operators_names_every_purpose_and_what_ends_with_its_key() -> None:
    page = (Path(ROOT) / "docs" / "accounts.md").read_text("utf-8")
    for purpose, ends in ENDS_WITH_THE_KEY.items():
        assert f"| `{purpose}` | {ends} |" in page


def test_a_limit_that_was_reached_holds_under_a_new_key(registry: Connection) -> None:
    limit = throttle.Limit(2, timedelta(hours=1))
    for _ in range(2):
        throttle.count(registry, BEFORE, "code", "192.0.2.7", limit, NOW)
    with pytest.raises(throttle.TooMany):
        throttle.count(registry, BOTH, "code", "192.0.2.7", limit, NOW)
    throttle.count(registry, BOTH, "code", "192.0.2.8", limit, NOW)
    assert "192.0.2" not in str(registry.execute("select key from throttle").fetchall())
