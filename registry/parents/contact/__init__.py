"""Messages between parents and assistants maternels, relayed by mail: neither side sees the other's address.

A parent's message waits in a link until its mail is confirmed (`opening`); then a thread joins the two sides, and each
answer goes through `relaying`. Callers commit.
"""

from registry.database import Connection


def reachable(conn: Connection, offer: str) -> bool:
    """Whether parents may write to this offer: an assistant maternel whom they find, who can be written to, and who has
    not switched it off."""
    return address_of(conn, offer, public=True) is not None


def address_of(conn: Connection, offer: str, *, public: bool = False) -> str | None:
    """Where mail to her goes, the account's own address; None when she takes none. `public`: only if parents find her.

    A conversation goes on while her profile is paused; a new one does not begin.
    """
    row = conn.execute(
        "select a.mail from offer o join account a on a.offer = o.id and a.role = 'am' and a.closed_at is null"
        " where o.id = %s and o.kind = 'assistant_maternel' and (is_public(o) or not %s)"
        " and not exists (select from contact_off f where f.offer = o.id)",
        [offer, public],
    ).fetchone()
    return row[0] if row else None
