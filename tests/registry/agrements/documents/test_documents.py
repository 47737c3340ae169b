"""Copies at rest: encrypted, under keys that change, and gone when their time has come."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet

from registry import accounts
from registry.accounts import Account
from registry.agrements import documents
from registry.agrements.documents import MissingKey
from registry.database import Connection
from settings import Settings
from tests.registry.agrements.documents import files
from tests.rooms import NOW

JPEG = b"\xff\xd8\xff"


def settings(*keys: bytes) -> Settings:
    return Settings(document_keys=", ".join(key.decode() for key in keys))


OLD, NEW = Fernet.generate_key(), Fernet.generate_key()


@pytest.fixture
def account(registry: Connection) -> Account:
    return accounts.create(registry, "am@example.org", "am")


@pytest.fixture
def document(registry: Connection, account: Account) -> UUID:
    return documents.keep(
        registry, documents.keys(settings(OLD)), account.id, documents.rendered(files.pdf(pages=2), "test"), NOW
    )


def read(registry: Connection, document: UUID, *keys: bytes) -> bytes:
    return documents.page(registry, documents.keys(settings(*keys)), document, 1)


def test_pages_are_encrypted_at_rest_and_read_with_the_key(registry: Connection, document: UUID) -> None:
    kept = registry.execute("select ciphertext from document_page where document = %s", [document]).fetchall()
    assert len(kept) == documents.pages(registry, document) == 2
    for (ciphertext,) in kept:
        assert JPEG not in ciphertext
        assert b"JFIF" not in ciphertext
    assert read(registry, document, OLD).startswith(JPEG)
    with pytest.raises(LookupError):
        documents.page(registry, documents.keys(settings(OLD)), document, 3)
    with pytest.raises(LookupError):
        documents.page(registry, documents.keys(settings(OLD)), uuid4(), 1)


def test_keys_are_changed_without_losing_a_page(registry: Connection, document: UUID) -> None:
    assert read(registry, document, NEW, OLD).startswith(JPEG), "the old one still decrypts"
    with pytest.raises(MissingKey):
        read(registry, document, NEW)
    with pytest.raises(MissingKey):
        documents.rotate(registry, documents.keys(settings(NEW)))
    assert documents.rotate(registry, documents.keys(settings(NEW, OLD))) == 2
    assert read(registry, document, NEW).startswith(JPEG), "the old one is needed no more"


@pytest.mark.parametrize("text", ["", " , ", "too short", "é" * 44])
def test_without_a_key_nothing_is_kept_and_the_refusal_quotes_none(text: str) -> None:
    with pytest.raises(MissingKey) as missing:
        documents.keys(Settings(document_keys=text))
    assert "DOCUMENT_KEYS" in str(missing.value)
    assert not text.strip(" ,") or text not in str(missing.value)


def test_pages_go_thirty_days_after_the_decision(registry: Connection, account: Account, document: UUID) -> None:
    registry.execute("insert into registration (account, document) values (%s, %s)", [account.id, document])
    registry.execute("update registration set updated_at = %s, submitted_at = %s", [NOW, NOW])
    assert documents.purge(registry, NOW + timedelta(days=400)) == 0, "not decided: a moderator still needs it"
    documents.decided(registry, document, NOW)
    assert documents.purge(registry, NOW + timedelta(days=30, seconds=-1)) == 0
    assert documents.purge(registry, NOW + timedelta(days=30)) == 1
    assert documents.pages(registry, document) == 0
    assert registry.execute("select deleted_at from document where id = %s", [document]).fetchall() == [
        (NOW + timedelta(days=30),)
    ]
    assert documents.purge(registry, NOW + timedelta(days=31)) == 0


def test_pages_that_nobody_will_decide_on_go_too(registry: Connection, account: Account, document: UUID) -> None:
    other = documents.keep(
        registry, documents.keys(settings(OLD)), account.id, documents.rendered(files.photograph(), "test"), NOW
    )
    registry.execute(
        "insert into registration (account, document, updated_at) values (%s, %s, %s)", [account.id, document, NOW]
    )
    assert documents.purge(registry, NOW + timedelta(hours=1)) == 0, "it may have been sent just now"
    assert documents.purge(registry, NOW + timedelta(days=2)) == 1, "no registration has this one"
    assert documents.pages(registry, other) == 0
    assert documents.pages(registry, document) == 2
    registry.execute("delete from registration")
    assert documents.purge(registry, NOW + timedelta(days=3)) == 1, "and that draft was deleted"


def test_a_copy_is_erased_at_once_when_she_leaves(registry: Connection, document: UUID) -> None:
    documents.erase(registry, document, NOW)
    assert documents.pages(registry, document) == 0
