"""Mails that come again and again, and that an account may do without: the reminders to declare.

A link in each of them ends its topic, as does the one click of mail programs (RFC 8058); the account's page begins it
again. Codes, answers and what tells of one's own account are no such mails. Callers commit.
"""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from itsdangerous import BadSignature

from registry.database import Connection
from settings.keys import Keys

Topic = Literal["reminders"]


def wanted(topic: Topic, account: str = "a.id") -> str:
    """A condition of SQL, over an expression for the account's id."""
    return f"not exists (select from notice_off f where f.account = {account} and f.topic = '{topic}')"


def link(keys: Keys, site_url: str, account: UUID, mail: str, topic: Topic) -> str:
    """For a mail to this address: once the account has another one, the links in the old mailbox end."""
    token = keys.signer("notice link").dumps([account.hex, topic, _sent_to(keys, mail)])
    return f"{site_url.rstrip('/')}/mails/arreter/{token}"


def read(conn: Connection, keys: Keys, token: str) -> tuple[UUID, Topic] | None:
    """The account and the topic that a link is for; None for what is no link of ours, or of a former address."""
    try:
        account, topic, sent_to = keys.signer("notice link").loads(token)
        id, hash = UUID(hex=account), bytes.fromhex(sent_to)
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None
    row = conn.execute("select mail from account where id = %s and closed_at is null", [id]).fetchone()
    if topic not in get_args(Topic) or row is None or not keys.matches("notice link", f"to {row[0]}", hash):
        return None
    return id, topic


def stop(conn: Connection, account: UUID, topic: Topic, now: datetime) -> None:
    conn.execute(
        "insert into notice_off (account, topic, since) values (%s, %s, %s) on conflict do nothing",
        [account, topic, now],
    )


def resume(conn: Connection, account: UUID, topic: str) -> None:
    conn.execute("delete from notice_off where account = %s and topic = %s", [account, topic])


def stopped(conn: Connection, account: UUID) -> list[Topic]:
    """What this account wants no more."""
    rows = conn.execute("select topic from notice_off where account = %s order by topic", [account])
    return [topic for (topic,) in rows]


def _sent_to(keys: Keys, mail: str) -> str:
    return keys.digest("notice link", f"to {mail}").hex()[:16]
