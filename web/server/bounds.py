"""How much one request and one connection may take. Only the number of connections is an operator's to change."""

from dataclasses import dataclass

KIB, MIB = 1024, 1024 * 1024


@dataclass(frozen=True)
class Bounds:
    """Bytes, seconds and counts; a test takes smaller ones."""

    head_bytes: int = 32 * KIB
    """Of the request line and all headers; also of what a chunked body may bring around its data at one time."""

    headers: int = 100
    url_bytes: int = 8 * KIB
    """Of the address in the request line. The API refuses a query string from 8,000 bytes on."""

    body_bytes: int = 32 * MIB
    """A form may have 11 (web/core/posted.py). What comes after them is thrown away there as it comes, and the form is
    shown again with what was typed, as it should be to whoever sends photographs that no script made smaller."""

    pipelined: int = 16
    """Requests that wait on one connection for an earlier answer. Browsers send none."""

    head_s: float = 10
    """From the first byte of a request to the end of its headers."""

    body_s: float = 60
    grace_s: float = 10
    least_rate: float = 1_000
    """Bytes a second of a body, after the grace, and of an answer that is being taken."""

    good_rate: float = 64 * KIB
    """Who sends that much may go on after `body_s`: a telephone far out takes minutes for the copy of an agrément."""

    idle_s: int = 15
    """Between two requests of a connection, and before the first."""

    answer_s: float = 30
    """How long an answer may wait for a reader who takes less than `least_rate`."""

    linger_s: float = 2
    linger_bytes: int = MIB
    """After a refusal what still comes is read and thrown away, so that the refusal arrives before the reset."""

    connections: int = 800
    """Of this process. With its calls to others they fit into the 1,024 open files that a shell usually gives."""

    tick_s: float = 1
    """How often every connection's time is looked at: a bound of time is as exact as that."""

    @property
    def share(self) -> int:
        """Connections that one client may hold; proxies of ours may have them all. As many beyond all bounds are told
        why they are refused."""
        return self.connections // 8

    def body_allowed_s(self, received: int) -> float:
        """How long a body of which so many bytes have come may have taken."""
        return min(self.grace_s + received / self.least_rate, self.body_s + received / self.good_rate)
