"""The log of who of the staff read or changed what of whom. It only grows: the database refuses anything else."""

from collections.abc import Sequence

from psycopg.types.json import Jsonb

from registry.accounts import Account
from registry.database import Connection


def note(
    conn: Connection,
    account: Account | None,
    action: str,
    offer: str | None = None,
    fields: Sequence[str] = (),
    **detail: str | int,
) -> None:
    """Write one line, in the transaction of the reading or the change.

    `action` as "request.read"; `fields` name the private facts, never their values; `detail` holds counts and codes.
    `account` None is the system itself.
    """
    conn.execute(
        "insert into audit (account, role, action, offer, fields, detail) values (%s, %s, %s, %s, %s, %s)",
        [
            account and account.id,
            account.role if account else "system",
            action,
            offer,
            sorted(fields),
            Jsonb(detail),
        ],
    )
