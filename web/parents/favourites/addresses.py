"""The ids that an address of a list carries, and addresses that carry a list. Pure functions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

MOST = 50
"""A list's offers: favourites.js keeps no more, and the address stays short enough for any mail program."""

MOST_COMPARED = 4

PARAMETER = "offre"
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """`ids` in order, each once, at most as many as may be shown; `count` of all that were asked for, `unreadable` of
    those that cannot be ids."""

    ids: list[str]
    count: int
    unreadable: int


def read(pairs: Iterable[tuple[str, str]], most: int) -> Asked:
    """From the pairs of a query string. Whatever stands there, nothing is refused."""
    texts = list(dict.fromkeys(text.strip() for name, text in pairs if name == PARAMETER and text.strip()))
    ids = [text for text in texts if _ID.fullmatch(text)]
    return Asked(ids[:most], len(texts), len(texts) - len(ids))


def of_list(path: str, ids: Sequence[str]) -> str:
    """The path with these ids; without any, the path alone."""
    return f"{path}?{urlencode([(PARAMETER, id) for id in ids])}" if ids else path
