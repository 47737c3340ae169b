"""How a département writes its files: declared in `mappings/`, a default and what a département of its own adds."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from domain.spelling import fold
from registry.agrements.movements.rows import ACTIONS, Action

FOLDER = Path(__file__).parent / "mappings"

FIELDS = {
    "number": "numéro d’agrément",
    "last_name": "nom",
    "first_name": "prénom",
    "birth_date": "date de naissance",
    "action": "mouvement",
    "effective_on": "date d’effet",
}
"""The columns that a file must have, and what a reader calls them."""

OPTIONAL = ("department",)


@dataclass(frozen=True)
class Layout:
    """`headings`: fields by folded heading; `actions`: movements by folded word; `dates` as strptime has them;
    `number_length`: digits that a number of digits alone has at least, 0 where any do."""

    headings: Mapping[str, str]
    actions: Mapping[str, Action]
    dates: tuple[str, ...]
    number_length: int
    sheet: str


@lru_cache
def of(department: str) -> Layout:
    """The layout of a département's files; a word of its own wins over the default's. Raises ValueError on a mapping
    that says something unknown, or two things by one word."""
    default, path = _read(FOLDER / "default.toml"), FOLDER / f"{department}.toml"
    own = _read(path) if path.is_file() else {}
    allowed: dict[str, set[str]] = {
        "columns": {*FIELDS, *OPTIONAL},
        "actions": set(ACTIONS),
        "format": set(default["format"]),
    }
    if any(not set(table) <= allowed.get(name, set()) for name, table in own.items()):
        raise ValueError(f"mapping {department}: unknown keys")
    written = default["format"] | own.get("format", {})
    return Layout(
        _by_word(default["columns"]) | _by_word(own.get("columns", {})),
        _by_word(default["actions"]) | _by_word(own.get("actions", {})),
        tuple(written["dates"]),
        written["number_length"],
        written["sheet"],
    )


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _by_word(words: Mapping[Any, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, spellings in words.items():
        for spelling in spellings:
            if found.setdefault(fold(spelling), name) != name:
                raise ValueError(f"mapping: {spelling!r} means two things")
    return found
