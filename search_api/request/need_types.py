"""How much of the hours of a need may be missing, as a parameter (as `parameter_types`)."""

from typing import Annotated

from search_api.request.need import SHORTENINGS
from search_api.request.parameter_types import as_integer, described, parsed, written

LENIENCIES = f"{', '.join(map(str, SHORTENINGS[:-1]))} ou {SHORTENINGS[-1]}\u202f; seulement avec need"


def as_leniency(text: str) -> int:
    """Minutes."""
    minutes = as_integer(text)
    if minutes not in SHORTENINGS:
        raise ValueError(f"{minutes} minutes ne peuvent pas être demandées")
    return minutes


Leniency = Annotated[
    int,
    parsed(as_leniency),
    written("integer", 15, enum=list(SHORTENINGS)),
    described(
        "Les minutes qui peuvent manquer au début et à la fin de chaque plage d’heures d’une journée (0 par"
        " défaut)\u00a0: une offre à laquelle il n’en manque pas plus couvre le besoin, et availability dit ce qui"
        " manque. D’une plage courte, il reste au moins la moitié.",
        LENIENCIES,
    ),
]
