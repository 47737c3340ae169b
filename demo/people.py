"""Invented assistants maternels: names, and the texts they write about how they work."""

import random
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.spelling import fold

_NAMES = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))
_WOMEN: list[str] = _NAMES["women"].split()
_MEN: list[str] = _NAMES["men"].split()
_LAST_NAMES: list[str] = _NAMES["last_names"].replace("\n", "|").strip("|").split("|")
_PROJECTS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "projects.toml").read_text(encoding="utf-8"))

WOMEN = 0.985
"""Share of women; nearly all of the profession (DREES)."""


@dataclass(frozen=True, slots=True)
class Person:
    """A civil identity, which stays private, and the name shown in its place."""

    first_name: str
    last_name: str
    woman: bool
    shown: str


def person(rng: random.Random) -> Person:
    """Somebody who shows "Nadia B.", "Mme Le Goff" or "Nadia"."""
    woman = rng.random() < WOMEN
    first_name = rng.choice(_WOMEN if woman else _MEN)
    last_name = rng.choice(_LAST_NAMES)
    style = rng.random()
    if style < 0.6:
        shown = f"{first_name} {last_name[0]}."
    elif style < 0.85:
        shown = f"{'Mme' if woman else 'M.'} {last_name}"
    else:
        shown = first_name
    return Person(first_name, last_name, woman, shown)


def mail(rng: random.Random, someone: Person) -> str:
    """An address in the domain that RFC 2606 reserves. It does not hold the last name."""
    return f"{fold(someone.first_name).replace(' ', '-')}.{rng.randrange(10, 10_000)}@example.org"


def project(rng: random.Random, someone: Person, features: Collection[str], languages: Collection[str]) -> str:
    """A projet d'accueil of a few sentences that agrees with her features and languages."""
    sentences = [rng.choice(group["sentences"]) for group in _PROJECTS["always"] if rng.random() < group["share"]]
    sentences += (
        rng.choice(choices)
        for feature, choices in _PROJECTS["features"].items()
        if feature in features and rng.random() < 0.6
    )
    sentences += (text for code, text in _PROJECTS["languages"].items() if code in languages)
    text = " ".join(sentences)
    agreement = (
        {"am": "Assistante maternelle", "e": "e", "ne": "ne", "rice": "rice", "ve": "ve"}
        if someone.woman
        else {"am": "Assistant maternel", "e": "", "ne": "", "rice": "eur", "ve": "f"}
    )
    return text.format_map(agreement)
