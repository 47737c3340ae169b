"""Who is told that a movement took effect, or was taken back: the assistant maternel, and the relais of her commune."""

from domain.french import day
from registry import accounts, letters
from registry.agrements.movements.stored import Stored
from registry.database import Connection
from registry.offers import visibility


def tell(conn: Connection, offer: str, movement: Stored) -> None:
    """Queue the mails of a movement that took effect; once, whatever is run twice."""
    _queue(conn, offer, movement, "movements/assistant", "movements/relais", f"movement:{movement.id}")


def correct(conn: Connection, offer: str, movement: Stored) -> None:
    """Queue the mails that correct those: the movement was taken back. What parents see is told as it stands now."""
    _queue(conn, offer, movement, "movements/undone", "movements/undone_relais", f"movement:{movement.id}:undone")


def _queue(conn: Connection, offer: str, movement: Stored, hers: str, theirs: str, key: str) -> None:
    on = day(movement.row.effective_on)
    assistant = accounts.of_offer(conn, offer)
    if assistant is not None:
        seen = visibility.of_offer(conn, offer)
        values = {"action": movement.row.action, "day": on, "public": seen.public, "publication": seen.publication}
        letters.queue(conn, assistant.mail, hers, values, key=f"{key}:am")
    home = conn.execute(
        "select c.code, c.name from am_home h join commune c on c.code = h.commune where h.offer = %s", [offer]
    ).fetchone()
    for relais in accounts.relais_of(conn, home[0]) if home else ():
        letters.queue(
            conn, relais.mail, theirs, {"day": on, "commune": home[1] if home else ""}, key=f"{key}:{relais.id}"
        )
