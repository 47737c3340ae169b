"""Messages between parents and assistants maternels, relayed by mail: neither side sees the other's address.

A parent's message waits in a link until its mail is confirmed (`opening`); then a thread joins the two sides, and each
answer goes through `relaying`. Callers commit.
"""

from dataclasses import dataclass

from registry.database import Connection


@dataclass(frozen=True)
class Reach:
    """How parents reach her from her fiche: by messages through the site, by the telephone or the mail that stand on
    it. The one answer to that question: pages that tell her of it, or show her fiche, ask no other."""

    messages: bool
    phone: bool
    mail: bool

    @property
    def any(self) -> bool:
        return self.messages or self.phone or self.mail


def reach(conn: Connection, offer: str) -> Reach:
    """Of an offer, whether parents find it now or not. `phone`, `mail`: the public columns, from which its document is
    made. Raises LookupError for an unknown one."""
    row = conn.execute("select phone is not null, mail is not null from offer where id = %s", [offer]).fetchone()
    if row is None:
        raise LookupError("no offer of this id")
    return Reach(takes_messages(conn, offer), *row)


def takes_messages(conn: Connection, offer: str) -> bool:
    """Whether her fiche offers to write to her, as soon as parents find it: she has an account, and has not switched
    it off. The column is derived (migration 0040), and stands in her document's `reachable` too."""
    row = conn.execute("select takes_messages from offer where id = %s", [offer]).fetchone()
    return bool(row and row[0])


def may_be_written_to(conn: Connection, offer: str) -> bool:
    """Whether parents may write to this offer: an assistant maternel whom they find, who can be written to, and who has
    not switched it off."""
    return address_of(conn, offer, public=True) is not None


def address_of(conn: Connection, offer: str, *, public: bool = False) -> str | None:
    """Where mail to her goes, the account's own address; None when she takes none. `public`: only if parents find her.

    A conversation goes on while her profile is paused; a new one does not begin.
    """
    row = conn.execute(
        "select a.mail from offer o join account a on a.offer = o.id and a.role = 'am' and a.closed_at is null"
        " where o.id = %s and o.takes_messages and (is_public(o) or not %s)",
        [offer, public],
    ).fetchone()
    return row[0] if row else None
