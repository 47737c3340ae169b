"""Who is told that a movement took effect: the assistant maternel, and the relais of her commune."""

from domain.french import day
from registry import accounts, letters
from registry.agrements.movements.stored import Stored
from registry.database import Connection


def tell(conn: Connection, offer: str, movement: Stored) -> None:
    """Queue the mails of a movement that took effect; once, whatever is run twice."""
    on = day(movement.row.effective_on)
    assistant = accounts.of_offer(conn, offer)
    if assistant is not None:
        values = {"action": movement.row.action, "day": on}
        letters.queue(conn, assistant.mail, "movements/assistant", values, key=f"movement:{movement.id}:am")
    home = conn.execute(
        "select c.code, c.name from am_home h join commune c on c.code = h.commune where h.offer = %s", [offer]
    ).fetchone()
    for relais in accounts.relais_of(conn, home[0]) if home else ():
        values = {"day": on, "commune": home[1] if home else ""}
        letters.queue(conn, relais.mail, "movements/relais", values, key=f"movement:{movement.id}:{relais.id}")
