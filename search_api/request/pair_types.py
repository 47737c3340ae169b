"""What the parameters of pairs alone may hold."""

from typing import Annotated

from pydantic import Field

from search_api.request.parameter_types import as_integer, described, parsed, written

MAX_PAIRS = 5

PairLimit = Annotated[
    int,
    parsed(as_integer),
    Field(ge=1, le=MAX_PAIRS),
    written("integer", MAX_PAIRS, minimum=1, maximum=MAX_PAIRS),
    described("Le nombre de paires.", f"un entier de 1 à {MAX_PAIRS}"),
]
