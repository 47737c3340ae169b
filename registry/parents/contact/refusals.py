"""Why a message is not relayed. Each side of the product (pages, the mail server) has its own sentence for it."""

from typing import Literal

Reason = Literal["away", "unknown", "sender", "link", "empty", "too_long", "too_many", "again"]
"""`away`: she takes no messages, or none of this sender: a sender who is blocked is not told that. `unknown`: no
thread of ours, or one that has ended. `sender`: not written from that side's own address. `again`: what this side
has written before, word for word, as the absence notices of programs that do not mark them."""


class Refused(Exception):
    """Holds the reason alone; nothing of the message."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
