"""The reasons of a moderator, from `reasons.toml`: what is ticked makes the letter."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

Use = Literal["more", "refusal"]

MOST_OF_A_COMMENT = 2000
OTHER = "autre"


@dataclass(frozen=True)
class Reason:
    """`label` for the moderator, `sentence` for the letter; the comment alone speaks for OTHER."""

    code: str
    uses: tuple[Use, ...]
    label: str
    sentence: str


@lru_cache
def reasons() -> dict[str, Reason]:
    """All of them by code, in the order of the page."""
    read = tomllib.loads((Path(__file__).parent / "reasons.toml").read_text("utf-8"))["reason"]
    return {each["code"]: Reason(each["code"], tuple(each["for"]), each["label"], each["sentence"]) for each in read}


def of(use: Use) -> list[Reason]:
    return [each for each in reasons().values() if use in each.uses]


def errors(use: Use, codes: Sequence[str], comment: str) -> dict[str, str]:
    """What is wrong with a choice of reasons, as French sentences by field ("reasons", "comment")."""
    found = {}
    allowed = {each.code for each in of(use)}
    if not codes or not set(codes) <= allowed:
        found["reasons"] = "Cochez au moins une raison\u00a0: c’est elle que dit le courrier."
    if OTHER in codes and not comment:
        found["comment"] = "Écrivez la raison\u00a0: «\u00a0Autre\u00a0» n’en dit aucune."
    if len(comment) > MOST_OF_A_COMMENT:
        found["comment"] = f"Ce texte est trop long\u00a0: {MOST_OF_A_COMMENT} caractères au plus."
    return found


def paragraph(codes: Sequence[str], comment: str) -> str:
    """What a letter says of them: a list, then the moderator's own words."""
    lines = [f"- {each.sentence}" for code in codes if (each := reasons().get(code)) and each.sentence]
    return "\n".join(lines) + ("\n\n" if lines and comment else "") + comment
