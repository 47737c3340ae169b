"""Whose word is believed about who asks: the proxies of ours, and what they write into X-Forwarded-For.

Nothing here keeps or logs the address of a visitor.
"""

import ipaddress
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Headers = Iterable[tuple[bytes, bytes]]

LOG = logging.getLogger("ribambelle.proxies")

MOST_HOPS = 16
"""Parts of X-Forwarded-For that are looked at, from the right; no site stands behind as many proxies."""

LONGEST_PART = 64
"""Characters: the longest address with brackets, zone and port is shorter."""

ALONE_S, ALONE_REQUESTS = 3_600, 300
"""One client for so long and so many requests is no longer likely to be one visitor: somebody who plays with the map
for an hour asks about as often, and a site that few visit stays below."""

NAMED_IN_LOGS = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7"),
    )
)
"""Where a proxy of ours may stand and no family does."""


class BadProxy(ValueError):
    """A part of TRUSTED_PROXIES that is neither an address nor a network; the text is a French sentence."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"TRUSTED_PROXIES\u00a0: «\u00a0{part}\u00a0» n’est ni une adresse ni un réseau"
            " (par exemple 10.0.0.2, 10.0.0.0/24 ou fd00::/64, séparés par des virgules)."
        )


class TrustsEverybody(BadProxy):
    """A network that holds every address, so that every visitor could say who he is."""

    def __init__(self, part: str) -> None:
        ValueError.__init__(
            self, f"TRUSTED_PROXIES\u00a0: «\u00a0{part}\u00a0» croirait n’importe qui\u00a0; nommez vos seuls relais."
        )


def parse(text: str) -> tuple[Network, ...]:
    """The networks of a comma-separated list of addresses and networks; an address is a network of one.

    Raises BadProxy. A network whose address has bits behind its mask (10.0.0.1/8) is bad too: it is a slip, and
    believes 16 million addresses where one was meant.
    """
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def _network(part: str) -> Network:
    try:
        network = ipaddress.ip_network(part)
    except ValueError as error:
        raise BadProxy(part) from error
    if network.prefixlen == 0:
        raise TrustsEverybody(part)
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped  # addresses are compared as IPv4, see read
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def read(text: str) -> Address | None:
    """The address in one part of X-Forwarded-For, or of a peer: with or without port, brackets, quotes and zone.
    An IPv4 address that is mapped into IPv6 is the IPv4 address. None when there is none."""
    text = text.strip().strip('"')
    if not text or len(text) > LONGEST_PART:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address


def believed(proxies: tuple[Network, ...], address: Address | None) -> bool:
    return address is not None and any(address in network for network in proxies)


def visitor(proxies: tuple[Network, ...], peer: str, headers: Headers) -> str | None:
    """The address of who asked, where `peer`, who is connected to us, is a proxy of ours; else None.

    X-Forwarded-For is read from the right, as far as the addresses are proxies of ours: what stands further left was
    written by whoever asked. What is no address is nobody's word: the proxy that handed it on is the client then, for
    otherwise each invented word would be a client of its own.
    """
    address = read(peer)
    if address is None or not believed(proxies, address):
        return None
    for part in from_the_right(headers):
        found = read(part)
        if found is None:
            break
        address = found
        if not believed(proxies, address):
            break
    return str(address)


def from_the_right(headers: Headers) -> Iterator[str]:
    """The parts of all X-Forwarded-For lines, the last first, MOST_HOPS at most; empty ones are left out."""
    lines = [value for name, value in headers if name == b"x-forwarded-for"]
    parts = (part.strip() for line in reversed(lines) for part in reversed(line.rsplit(b",", MOST_HOPS)))
    return (part.decode("latin-1") for part in islice(parts, MOST_HOPS) if part)


@dataclass
class Advice:
    """What one process tells its operator about proxies, each once, however many requests call for it.

    `https`: SITE_URL says that TLS ends somewhere before this process, so that there is a proxy. `first` is a hash of
    the only client since `since`, under the interpreter's own random key: it names nobody outside of this process.
    """

    https: bool
    told_of_foreign: bool = False
    told_of_one: bool = False
    first: int = 0
    since: float = 0
    count: int = 0

    def note_foreign(self, peer: str, headers: Headers) -> None:
        """`peer` is nobody whom we believe; if it speaks for others the setting may be missing."""
        if self.told_of_foreign or not any(name == b"x-forwarded-for" for name, _ in headers):
            return
        self.told_of_foreign = True
        address = read(peer)
        name = str(address) if address and any(address in network for network in NAMED_IN_LOGS) else "another address"
        LOG.warning(
            "X-Forwarded-For from %s is not believed. If a proxy of yours stands there, name its address in"
            " TRUSTED_PROXIES: else all of its visitors count as one client. (Said once.)",
            name,
        )

    def note_client(self, client: str, now: float) -> None:
        """`now` in seconds. Visits by two clients begin the hour anew, so a site with visitors never warns."""
        if self.told_of_one or not self.https:
            return
        known = hash(client)
        if known != self.first or not self.count:
            self.first, self.since, self.count = known, now, 1
            return
        self.count += 1
        if self.count >= ALONE_REQUESTS and now - self.since >= ALONE_S:
            self.told_of_one = True
            LOG.warning(
                "SITE_URL is https, and every request of the last hour (%d) came from one client address: all visitors"
                " may share one limit. Let the proxy send X-Forwarded-For, and name its address in TRUSTED_PROXIES."
                " (Said once.)",
                self.count,
            )
