"""An assistant maternel's pause: parents do not find her for a while. Callers commit."""

from registry.database import Connection


def pause(conn: Connection, offer: str) -> bool:
    """Parents no longer find her; all stays as it is. False when she was not published."""
    return _publish(conn, offer, "published", "paused")


def resume(conn: Connection, offer: str) -> bool:
    """Parents find her again, if her agrément is in force. False when she was not paused."""
    return _publish(conn, offer, "paused", "published")


def _publish(conn: Connection, offer: str, before: str, after: str) -> bool:
    return (
        conn.execute(
            "update offer set publication = %s where id = %s and publication = %s", [after, offer, before]
        ).rowcount
        == 1
    )
