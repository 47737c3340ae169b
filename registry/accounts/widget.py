"""Keys of the sites that may show the widget, each with the exact hosts of that site.

A key is no secret, it stands in the site's pages. What protects is the list of hosts, which the browser compares with
the pages around the frame.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import idna

from registry import ids
from registry.accounts import Account
from registry.database import Connection

MOST_HOSTS = 20
LONGEST_NAME = 100
LONGEST_HOST = 253
"""Characters of a host name in ASCII (RFC 1035)."""

HOST_SENTENCE = (
    "«\u00a0{text}\u00a0» n’est pas un nom de site exact. Écrivez-le comme arras.fr ou www.arras.fr\u00a0:"
    " sans https://, sans étoile, sans rien après le nom."
)
NO_HOST_SENTENCE = "Donnez au moins un nom de site, comme www.arras.fr."
MANY_HOSTS_SENTENCE = f"Une clé vaut pour {MOST_HOSTS} noms de site au plus."
NAME_SENTENCE = "Donnez le nom du site, cent caractères au plus\u00a0: celui de la commune, par exemple."


@dataclass(frozen=True)
class Key:
    """`id` is what the site's pages name. `hosts` as `host` gives them. `revoked_at`: since then it opens nothing."""

    id: str
    name: str
    hosts: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


def host(text: str) -> str | None:
    """A host name, perhaps with a port, as it is kept: in lower case, international names in ASCII (IDNA 2008 after
    UTS 46, as browsers do). None for anything else: an address with a scheme, a path or a user, a wildcard, a name
    without a dot (but `localhost`), an IPv6 address. The ports that a scheme implies are left to the scheme."""
    name, colon, port = text.strip().partition(":")
    if colon and (not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65535):
        return None
    try:
        ascii_name = str(ipaddress.IPv4Address(name))
    except ValueError:
        try:
            ascii_name = idna.encode(name, uts46=True, std3_rules=True).decode().lower()
        except (idna.IDNAError, UnicodeError):
            return None
        # A last label of digits is an IPv4 address to a browser, in one of its other spellings.
        labels = ascii_name.split(".")
        if ascii_name != "localhost" and (len(labels) < 2 or not labels[-1] or labels[-1].isdigit()):
            return None
    if len(ascii_name) > LONGEST_HOST:
        return None
    return f"{ascii_name}:{port}" if colon else ascii_name


def hosts(texts: Sequence[str]) -> tuple[list[str], str | None]:
    """The hosts that were typed, each once, and a French sentence where they cannot be kept."""
    found: list[str] = []
    for text in texts:
        read = host(text)
        if read is None:
            return [], HOST_SENTENCE.format(text=text.strip()[:100])
        if read not in found:
            found.append(read)
    if not found:
        return [], NO_HOST_SENTENCE
    return (found, None) if len(found) <= MOST_HOSTS else ([], MANY_HOSTS_SENTENCE)


def name_error(name: str) -> str | None:
    """A French sentence about a name that cannot be kept."""
    return None if 1 <= len(name.strip()) <= LONGEST_NAME and name.isprintable() else NAME_SENTENCE


def add(conn: Connection, name: str, allowed: Sequence[str], by: Account | None, now: datetime) -> Key:
    """A new key for hosts as `hosts` gave them. Raises psycopg.IntegrityError on a name or list that is refused."""
    made = Key(ids.new_id(), name.strip(), tuple(allowed), now, None)
    conn.execute(
        "insert into widget_key (id, name, hosts, created_by, created_at) values (%s, %s, %s, %s, %s)",
        [made.id, made.name, list(allowed), by and by.id, now],
    )
    return made


def revoke(conn: Connection, id: str, now: datetime) -> bool:
    """From now on it opens nothing; False where there was none to revoke."""
    done = conn.execute(
        "update widget_key set revoked_at = %s where id = %s and revoked_at is null", [now, id.replace("\0", "")]
    )
    return done.rowcount > 0


def hosts_of(conn: Connection, id: str) -> tuple[str, ...]:
    """The hosts of a key that is good; none of one that is unknown or revoked."""
    row = conn.execute(
        "select hosts from widget_key where id = %s and revoked_at is null", [id.replace("\0", "")]
    ).fetchone()
    return tuple(row[0]) if row else ()


def listing(conn: Connection) -> list[Key]:
    """Every key, those that are good first."""
    rows = conn.execute(
        "select id, name, hosts, created_at, revoked_at from widget_key order by revoked_at is not null, name, id"
    )
    return [Key(id, name, tuple(hosts), created, revoked) for id, name, hosts, created, revoked in rows]
