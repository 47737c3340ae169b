"""The kinds of cases, and the French in which staff are told of one. A new kind is a line here and no new column."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`code` as the rows have it; `this`: « cette demande », with its `pronoun`; `somebody_else`: another one of those
    who settle this kind; `own`: why nobody confirms what she proposed herself."""

    code: str
    this: str
    pronoun: str
    somebody_else: str = "Un autre modérateur"
    own: str = "Cette proposition est la vôtre\u00a0: c’est à un autre modérateur de la relire."

    @property
    def gone(self) -> str:
        return f"{self._this} n’existe plus."

    @property
    def over(self) -> str:
        return f"{self._this} n’attend plus de décision."

    @property
    def elsewhere(self) -> str:
        return f"{self._this} n’en est plus là\u00a0: rechargez la page."

    @property
    def taken(self) -> str:
        return f"{self.somebody_else} est sur {self.this}."

    @property
    def not_held(self) -> str:
        one = self.pronoun
        return f"Vous ne tenez plus {self.this}\u00a0: prenez-{one}, relisez-{one}, puis décidez."

    @property
    def _this(self) -> str:
        return self.this[0].upper() + self.this[1:]


AGREMENT_REQUEST = Kind(
    "agrement_request",
    "cette demande",
    "la",
    own="Ce refus est le vôtre\u00a0: c’est à un autre modérateur de le relire.",
)
"""An assistant maternel asks to have an agrément recognised (`registry.agrements.requests`)."""

FICHE_REPORT = Kind("fiche_report", "ce signalement", "le")
"""A reader reports an error on a fiche (`registry.parents.reports`)."""

MESSAGE_REPORT = Kind("contact_report", "ce message", "le")
"""One side of a conversation reports a message of the other (`registry.parents.contact.stopping`)."""

LOST_MAILBOX = Kind(
    "lost_mailbox",
    "cette demande",
    "la",
    somebody_else="Une autre personne",
    own="Vous avez ouvert cette demande\u00a0: c’est à une autre personne de la confirmer.",
)
"""An assistant maternel has lost the mailbox of her account (`registry.offers.lost_mailbox`)."""

AGREMENT_MOVE = Kind("agrement_move", "ce déménagement", "le")
"""An assistant maternel goes to mind children in another département (`registry.agrements.moves`)."""
