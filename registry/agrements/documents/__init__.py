"""Copies of agréments: what was sent becomes images of its pages, and only those are kept, encrypted.

The file itself, which may hold a position, a script or a second file, is never stored. Pages are deleted some days
after the decision (the scale `agrement_document_days`); the row stays as the trace that there was a copy.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from domain import civil
from registry.agrements.documents.rendering import MOST_BYTES, MOST_PAGES, DocumentRefused, Rendered, rendered
from registry.database import Connection
from registry.scales import current_scales
from settings import Settings

__all__ = [
    "MOST_BYTES",
    "MOST_PAGES",
    "DocumentRefused",
    "MissingKey",
    "Rendered",
    "add",
    "decided",
    "erase",
    "keep",
    "keys",
    "page",
    "pages",
    "purge",
    "rendered",
    "rotate",
]

REPLACED_HOURS = 24
"""A copy that nothing refers to (another took its place, its draft was deleted, she left) goes after so long: one that
is just being sent has no registration yet."""


class MissingKey(Exception):
    """DOCUMENT_KEYS is missing or no list of keys; the message is a French sentence and quotes none of it."""


def keys(settings: Settings) -> MultiFernet:
    """What encrypts and decrypts: the first key of `document_keys` encrypts, all of them decrypt. Raises MissingKey."""
    texts = [text.strip() for text in settings.document_keys.split(",") if text.strip()]
    if not texts:
        raise MissingKey(
            "DOCUMENT_KEYS manque\u00a0: donnez au moins une clé Fernet, qui chiffre les copies des agréments."
        )
    try:
        return MultiFernet([Fernet(text) for text in texts])
    except ValueError:
        raise MissingKey(
            "DOCUMENT_KEYS ne se lit pas\u00a0: chaque clé Fernet fait 32 octets en base64, les clés sont séparées"
            " par des virgules."
        ) from None


def keep(conn: Connection, keys: MultiFernet, account_id: UUID | None, copy: Rendered, now: datetime) -> UUID:
    """Store what `rendered` made of a file; returns the document's id."""
    row = conn.execute(
        "insert into document (account, media_type, pages, uploaded_at) values (%s, %s, %s, %s) returning id",
        [account_id, copy.media_type, len(copy.pages), now],
    ).fetchall()[0]
    document: UUID = row[0]
    _write(conn, keys, document, copy.pages, 1)
    return document


def add(conn: Connection, keys: MultiFernet, document: UUID, copy: Rendered, now: datetime) -> bool:
    """More pages after the last one of a document. False, and nothing is written, when it is gone or was sent to the
    moderators, who decide on what they see."""
    row = conn.execute(
        "update document d set pages = pages + %s, uploaded_at = %s where id = %s and deleted_at is null"
        " and not exists (select from agrement_request q where q.document = d.id) returning pages",
        [len(copy.pages), now, document],
    ).fetchone()
    if row is not None:
        _write(conn, keys, document, copy.pages, row[0] - len(copy.pages) + 1)
    return row is not None


def pages(conn: Connection, document: UUID) -> int:
    """How many pages can be read, numbered from 1; none once they were deleted."""
    return int(conn.execute("select count(*) from document_page where document = %s", [document]).fetchall()[0][0])


def page(conn: Connection, keys: MultiFernet, document: UUID, number: int) -> bytes:
    """One page as a JPEG. Raises LookupError when there is none, MissingKey when none of the keys opens it."""
    row = conn.execute(
        "select ciphertext from document_page where document = %s and number = %s", [document, number]
    ).fetchone()
    if row is None:
        raise LookupError("no such page")
    try:
        return keys.decrypt(row[0])
    except InvalidToken:
        raise MissingKey("La clé qui a chiffré cette copie n’est plus dans DOCUMENT_KEYS.") from None


def decided(conn: Connection, document: UUID | None, now: datetime) -> None:
    """The request that this copy came with was decided: its days are counted from now."""
    delete_after = now + current_scales(conn).duration("agrement_document_days", civil.day(now))
    conn.execute("update document set delete_after = %s where id = %s and deleted_at is null", [delete_after, document])


def erase(conn: Connection, document: UUID | None, now: datetime) -> None:
    """Delete the pages at once: she left, or sent another copy instead."""
    _delete(conn, [document] if document else [], now)


def purge(conn: Connection, now: datetime) -> int:
    """Delete the pages whose time has come; returns of how many documents. May run late or twice. The caller commits.

    That is after the decision; and for copies that nothing refers to any more, which nobody will decide on.
    """
    due = conn.execute(
        "select id from document d where deleted_at is null and (delete_after <= %s or uploaded_at < %s"
        " and delete_after is null"
        " and not exists (select from registration r where r.document = d.id)"
        " and not exists (select from agrement_request q where q.document = d.id)) for update skip locked",
        [now, now - timedelta(hours=REPLACED_HOURS)],
    ).fetchall()
    return _delete(conn, [row[0] for row in due], now)


def rotate(conn: Connection, keys: MultiFernet) -> int:
    """Encrypt every page anew with the first key, so that the others can be taken away; returns how many.

    The caller commits. Raises MissingKey, and changes nothing, when a page was encrypted with a key that is not there.
    """
    numbers = conn.execute("select document, number from document_page order by 1, 2").fetchall()
    for document, number in numbers:
        row = conn.execute(
            "select ciphertext from document_page where document = %s and number = %s for update", [document, number]
        ).fetchone()
        if row is None:
            continue
        try:
            fresh = keys.rotate(row[0])
        except InvalidToken:
            raise MissingKey("La clé qui a chiffré une copie n’est plus dans DOCUMENT_KEYS.") from None
        conn.execute(
            "update document_page set ciphertext = %s where document = %s and number = %s", [fresh, document, number]
        )
    return len(numbers)


def _write(conn: Connection, keys: MultiFernet, document: UUID, pages: Sequence[bytes], first: int) -> None:
    with conn.cursor() as cur:
        cur.executemany(
            "insert into document_page (document, number, ciphertext) values (%s, %s, %s)",
            [(document, number, keys.encrypt(jpeg)) for number, jpeg in enumerate(pages, start=first)],
        )


def _delete(conn: Connection, documents: Sequence[UUID], now: datetime) -> int:
    conn.execute("delete from document_page where document = any (%s)", [list(documents)])
    return conn.execute(
        "update document set deleted_at = %s where id = any (%s) and deleted_at is null", [now, list(documents)]
    ).rowcount
