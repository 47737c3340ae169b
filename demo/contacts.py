"""Invented streets, telephone numbers and mail addresses that can reach nobody."""

import random
import tomllib
from pathlib import Path

_DATA = tomllib.loads((Path(__file__).parent / "streets.toml").read_text(encoding="utf-8"))
_TYPES: dict[str, int] = _DATA["types"]
_NAMES = _DATA["names"].replace("\n", "|").strip("|").split("|")

MOBILE = "06 39 98"
_GEOGRAPHIC = {
    **dict.fromkeys(("11",), "01 99 00"),
    **dict.fromkeys(("24", "28", "52", "53"), "02 61 91"),
    **dict.fromkeys(("27", "32", "44"), "03 53 01"),
    **dict.fromkeys(("84", "93", "94"), "04 65 71"),
    **dict.fromkeys(("75", "76"), "05 36 49"),
}
"""The blocks that the Arcep keeps for works of fiction (national numbering plan, decision 2018-0881 as
amended) by INSEE region. There is none overseas, where mobile numbers stand in."""


def street(rng: random.Random) -> str:
    """For example "rue des Lilas"."""
    (kind,) = rng.choices(tuple(_TYPES), tuple(_TYPES.values()))
    return f"{kind} {rng.choice(_NAMES)}"


def house_number(rng: random.Random) -> str:
    """Mostly small, sometimes "bis"."""
    return f"{1 + int(rng.expovariate(1 / 25))}{' bis' if rng.random() < 0.04 else ''}"


def mobile(rng: random.Random) -> str:
    return f"{MOBILE} {rng.randrange(100):02} {rng.randrange(100):02}"


def landline(rng: random.Random, region: str) -> str:
    return f"{_GEOGRAPHIC.get(region, MOBILE)} {rng.randrange(100):02} {rng.randrange(100):02}"
