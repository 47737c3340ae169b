"""After a change of address: what becomes of the other ways to sign in, which do not lie in the old mailbox.

Whoever was in the account uninvited may have added one. Their owner is asked at the next sign-in, and keeps all or
takes all away; whose role needs a second factor takes them away one by one, as one has to stay.
"""

from uuid import UUID

from registry.accounts import Account, identities, passkeys, second, sessions
from registry.database import Connection


def to_review(conn: Connection, account: UUID) -> bool:
    """Whether the owner is still to say what becomes of them."""
    return bool(conn.execute("select ways_to_review from account where id = %s", [account]).fetchall()[0][0])


def reviewed(conn: Connection, account: UUID) -> None:
    conn.execute("update account set ways_to_review = false where id = %s", [account])


def remove_all(conn: Connection, account: Account, provider: str, *, site_url: str) -> None:
    """Take every way but a mailed code away, each with its letter, and sign out everywhere."""
    for key in passkeys.of_account(conn, account.id):
        passkeys.remove(conn, account, key.id, site_url=site_url)
    second.remove(conn, account, site_url=site_url)
    identities.unlink(conn, account, provider, site_url=site_url)
    sessions.end_all(conn, account.id)
