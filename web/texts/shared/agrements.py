"""How pages say where an agrément stands: to its owner, to a relais, to a moderator."""

from domain.vocabulary import AgrementStatus

NONE = "pas encore validé"
"""Of an assistant maternel who has none yet, or whose request waits."""


def status(code: str | None) -> str:
    """The label of a status; None where there is no agrément."""
    return AgrementStatus.label_of(code) if code else NONE
