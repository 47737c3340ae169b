"""Thirty-odd families among the real structures of Loire-Atlantique: whom they must get, and whom they must not."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.loire import Loire
from tests.product.relevance.judging import plain

FAMILIES = tomllib.loads((Path(__file__).parent / "families.toml").read_text(encoding="utf-8"))["family"]

Named = tuple[str, str]
"""The name and the commune of a structure, folded."""


def named(text: str) -> Named:
    name, _, commune = text.rpartition(" / ")
    return plain(name), plain(commune)


def of(offer: Any) -> Named:
    return plain(offer["name"]), plain(offer["commune"]["name"])


@pytest.fixture(scope="module")
def real(loire: Loire) -> dict[Named, set[str]]:
    """The ids of the real crèches and MAM by name and commune; a few share both."""
    found: dict[Named, set[str]] = {}
    for hit in loire.documents("offers"):
        if hit["_source"].get("source"):
            found.setdefault(of(hit["_source"]), set()).add(hit["_id"])
    return found


@pytest.mark.parametrize("family", FAMILIES, ids=[family["who"].split(":")[0][:60] for family in FAMILIES])
def test_a_family_gets_these_and_not_those(loire: Loire, real: dict[Named, set[str]], family: dict[str, Any]) -> None:
    wanted = [named(each) for each in family.get("must", ())]
    refused = [named(each) for each in family.get("must_not", ())]
    first = [named(each) for each in family.get("first", ())]
    unknown = [each for each in [*wanted, *refused, *first] if each not in real]
    assert not unknown, "no such structure"

    items = list(answer(loire, family["ask"]))
    ids = {item["id"] for item in items}
    assert [each for each in wanted if not real[each] <= ids] == []
    assert [each for each in refused if real[each] & ids] == []
    # The fixture has invented crèches beside the real ones.
    known = set().union(*real.values())
    assert [of(item) for item in items if item["id"] in known][: len(first)] == first


def answer(loire: Loire, ask: dict[str, Any]) -> Iterator[Any]:
    """The offers of every page; of the first one alone where the request says how many it wants."""
    pairs = [(name, each) for name, values in ask.items() for each in ([values] if isinstance(values, str) else values)]
    if "limit" in ask:
        yield from loire.ask("/api/v1/offers", pairs)["items"]
        return
    for page in loire.pages("/api/v1/offers", [*pairs, ("limit", "100")]):
        yield from page["items"]
