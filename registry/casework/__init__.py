"""Cases: what waits for staff, whose turn it is, who has it, by when it is due, and what was done and said.

    pending ──> waiting ──> closed, with its outcome
                 │   └────> second_opinion ──> closed, or waiting again
                 └> incomplete ──> waiting (or pending), when the other side answers

A case has the id of what it is about, its subject: the row of the house that opened it (`kinds`). What a decision does
to the subject stays in that house. Callers commit. May touch accounts and territory.
"""

from typing import Literal

State = Literal["pending", "waiting", "incomplete", "second_opinion", "closed"]
"""pending: for something that neither side does; waiting and second_opinion: staff's turn; incomplete: the other's."""

Turn = Literal["waiting", "second_opinion"]

STAFF_TURN: tuple[Turn, ...] = ("waiting", "second_opinion")
"""The states in which staff must do something; what is due is due in these."""

OPEN: tuple[State, ...] = ("pending", "waiting", "incomplete", "second_opinion")


class NotPossible(Exception):
    """What was asked does not go with where the case stands. `sentence` is French, for the page."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
