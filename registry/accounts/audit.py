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


def note_each(conn: Connection, account: Account, action: str, offers: Sequence[str], fields: Sequence[str]) -> None:
    """Write one line for each of these offers, whose private `fields` a list has shown to the account: the first
    with these fields on the civil day alone, so that a desk that searches all day does not bury the log. How often the
    list was read stands in its own lines (`note`)."""
    conn.execute(
        "insert into audit (account, role, action, offer, fields)"
        " select %(account)s::uuid, %(role)s::text, %(action)s::text, shown.offer, %(fields)s::text[]"
        " from unnest(%(offers)s::text[]) shown (offer) where not exists (select from audit a"
        " where a.offer = shown.offer and a.account = %(account)s and a.action = %(action)s"
        " and a.fields = %(fields)s::text[] and a.at >= civil_moment(civil_clock(now())::date))",
        {
            "account": account.id,
            "role": account.role,
            "action": action,
            "offers": list(offers),
            "fields": sorted(fields),
        },
    )
