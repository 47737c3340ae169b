"""Which sites may show the frame: the policy that browsers hold to, and the Origin of a request. Whole host names.

A key's hosts count under the scheme of our own site: `arras.fr` means `https://arras.fr`, and on a machine of one's
own, where the site runs over http, `http://arras.fr` (which a browser takes for https as well).
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from settings import Settings

OURSELVES: tuple[str, ...] = ("'self'",)
"""The preview of the page that writes the snippet, which needs no key."""

NOBODY: tuple[str, ...] = ("'none'",)

ANYBODY: tuple[str, ...] = ("*",)
"""Of a frame that only says to come back later. It holds no search and knows no key: to find out whose page it stands
on would cost what has just been refused, and an empty frame would look as if the town hall's page were broken."""


def ancestors(settings: Settings, hosts: Sequence[str]) -> tuple[str, ...]:
    """The sources of `frame-ancestors` for a key's hosts: never a wildcard, never a scheme alone."""
    scheme = urlsplit(settings.site_url).scheme
    return tuple(f"{scheme}://{host}" for host in hosts)


def is_from(settings: Settings, origin: str | None, hosts: Sequence[str]) -> bool:
    """Whether a request with this `Origin` may come from one of the hosts, or from our own site.

    A frame's GET has none, and is let through: the policy decides. `null` is nobody's.
    """
    if origin is None:
        return True
    ours = urlsplit(settings.site_url)
    allowed = {f"{ours.scheme}://{ours.netloc}", *ancestors(settings, hosts)}
    if ours.scheme == "http":
        allowed |= {f"https://{host}" for host in hosts}
    return origin in allowed
