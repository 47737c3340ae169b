"""Her conversations on her own page: the same threads as by mail, whichever way a message came. Callers commit.

A family is known by the keyed hash of its mailbox, over all threads that it opened; its address is read by no function
here. Texts are there for as long as they are kept (`stopping.forget`), and nothing more is kept for this page but when
she last read.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from registry.accounts import throttle
from registry.database import Connection
from registry.parents.contact import sending, wording
from registry.parents.contact.refusals import Refused
from registry.parents.contact.tokens import Side
from settings import Settings

PAGE = 20
"""Conversations of a page."""

_BLOCKED = "exists (select from contact_block b where b.offer = t.offer and b.sender = t.sender)"
_UNREAD = (
    f"(m.side = 'parent' and m.at > coalesce(t.read_at, '-infinity') and not {_BLOCKED}"
    " and not exists (select from contact_message a where a.thread = t.id and a.side = 'am' and a.at > m.at))"
)
"""SQL, of a `contact_message m` and its `contact_thread t`. What she has answered, be it by mail, she has read."""

_LIVE = "t.offer = %(offer)s and t.ends_at > %(now)s"


@dataclass(frozen=True)
class Summary:
    """One family. `id` is of its newest thread; `side` wrote last, at `at`; `text` is None once it was forgotten;
    `unread`: messages."""

    id: UUID
    name: str = field(repr=False)
    at: datetime
    side: Side
    text: str | None = field(repr=False)
    unread: int
    blocked: bool


@dataclass(frozen=True)
class Message:
    """`text` is None once it was forgotten."""

    id: UUID
    thread: UUID
    side: Side
    at: datetime
    text: str | None = field(repr=False)
    reported: bool


@dataclass(frozen=True)
class Conversation:
    """Oldest message first. `open`: the thread that an answer goes into, None when all of them are over for the family.
    `block` names the block in a form, empty where the family is not blocked."""

    id: UUID
    name: str = field(repr=False)
    messages: tuple[Message, ...]
    open: UUID | None
    block: str


def unread(conn: Connection, offer: str, now: datetime) -> int:
    """How many messages she has neither opened here nor answered."""
    query = (
        f"select count(*) from contact_thread t join contact_message m on m.thread = t.id where {_LIVE} and {_UNREAD}"
    )
    return int(conn.execute(query, {"offer": offer, "now": now}).fetchall()[0][0])


def listing(conn: Connection, offer: str, now: datetime, *, page: int) -> list[Summary]:
    """The families that wrote, the latest message first: one page, from 1, and one more where there are more."""
    rows = conn.execute(
        "select (array_agg(t.id order by t.opened_at desc, t.id))[1],"
        " (array_agg(t.parent_name order by t.opened_at desc, t.id))[1], max(m.at),"
        " (array_agg(m.side order by m.at desc, m.id))[1], (array_agg(m.text order by m.at desc, m.id))[1],"
        f" count(*) filter (where {_UNREAD}), bool_or({_BLOCKED})"
        f" from contact_thread t join contact_message m on m.thread = t.id where {_LIVE}"
        " group by t.sender order by 3 desc, 1 limit %(limit)s offset %(offset)s",
        {"offer": offer, "now": now, "limit": PAGE + 1, "offset": (page - 1) * PAGE},
    )
    return [Summary(*row) for row in rows]


def read(conn: Connection, offer: str, id: UUID, now: datetime) -> Conversation | None:
    """All threads of the family whose thread this is, now read; None when it is not hers, or over."""
    values = {"offer": offer, "now": now, "id": id}
    threads = conn.execute(
        "select t.id, t.parent_name, t.closed_at is null, coalesce((select encode(b.sender, 'hex') from contact_block b"
        "  where b.offer = t.offer and b.sender = t.sender), '')"
        f" from contact_thread t where {_LIVE} and t.sender ="
        " (select s.sender from contact_thread s where s.id = %(id)s and s.offer = %(offer)s and s.ends_at > %(now)s)"
        " order by t.opened_at desc, t.id",
        values,
    ).fetchall()
    if not threads:
        return None
    ids = [thread for thread, *_ in threads]
    messages = tuple(
        Message(*row)
        for row in conn.execute(
            "select m.id, m.thread, m.side, m.at, m.text, exists (select from contact_report r where r.message = m.id)"
            " from contact_message m where m.thread = any (%s) order by m.at, m.id",
            [ids],
        )
    )
    if messages:
        # Up to what is shown: a message that comes in this moment is not read yet.
        conn.execute("update contact_thread set read_at = %s where id = any (%s)", [messages[-1].at, ids])
    open_one = next((thread for thread, _, is_open, _ in threads if is_open), None)
    return Conversation(ids[0], threads[0][1], messages, open_one, threads[0][3])


def answer(conn: Connection, settings: Settings, offer: str, id: UUID, text: str, mark: str, now: datetime) -> None:
    """Queue her answer to the family, as one by mail; the same text with the same `mark` (a form's) goes once.

    Raises Refused, `too_many` among it: her answers by mail into this thread count with those from here.
    """
    found = read(conn, offer, id, now)
    if found is None or found.open is None:
        raise Refused("unknown")
    text = wording.cleaned(text)
    if wrong := wording.problem(text):
        raise Refused(wrong)
    key = hashlib.sha256(f"{found.open.hex} am page {mark} {text}".encode()).digest() if mark else None
    message = sending.keep(conn, found.open, "am", text, now, key)
    if message is None:
        return
    try:
        throttle.count(conn, settings.keys, "contact sent", f"{found.open.hex} am", sending.SENT_BY_SIDE, now)
    except throttle.TooMany as error:
        raise Refused("too_many") from error
    sending.send(conn, settings, found.open, "am", message, text)
