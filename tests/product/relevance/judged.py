"""The judged queries run: what each is worth."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.product.relevance.judging import Document, Request, Rule, grade, in_order
from tests.product.relevance.ndcg import ndcg

DEPTH = 10

Parameters = list[tuple[str, str]]


@dataclass(frozen=True)
class Query:
    """`label` names it in reports and in the baseline; `ask` are the parameters of /api/v1/offers."""

    group: str
    label: str
    ask: Mapping[str, Any]
    rules: tuple[Rule, ...]

    def parameters(self) -> Parameters:
        pairs = [(name, value) for name, values in self.ask.items() for value in _list(values)]
        return [*pairs, ("limit", str(DEPTH))]


@dataclass(frozen=True)
class Score:
    """`grades` are those of the answer's first offers, None where no rule speaks of one; `judged` is the part of these
    offers of which a rule does."""

    query: Query
    ndcg: float
    judged: float
    grades: list[int | None]


def read(path: Path) -> Iterator[Query]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for each in data["query"]:
        ask = each.get("ask") or {"q": each["q"]}
        label = each.get("says") or " ".join(str(value) for value in ask.values())
        rules = each.get("expect") or data["rules"][each["rules"]]
        yield Query(each["group"], label, ask, in_order([{**rule, **each.get("only", {})} for rule in rules]))


def score(
    queries: list[Query], offers: list[Document], today: date, ask: Callable[[list[Parameters]], list[list[str]]]
) -> list[Score]:
    """Every query judged; `ask` gives the ids of the first offers for each request's parameters."""
    scores = []
    for query, ids in zip(queries, ask([query.parameters() for query in queries]), strict=True):
        request = Request.of(query.ask, today)
        every = {offer["id"]: grade(offer, query.rules, request) for offer in offers}
        found = [every[id] for id in ids[:DEPTH]]
        gain = ndcg([each or 0 for each in found], [each or 0 for each in every.values()], DEPTH)
        scores.append(Score(query, gain, judged_part(found), found))
    return scores


def judged_part(grades: list[int | None]) -> float:
    """Judged@10: of an empty answer, 1, as nothing unjudged stands in it."""
    return sum(each is not None for each in grades) / len(grades) if grades else 1.0


def mean(scores: list[Score]) -> float:
    return sum(each.ndcg for each in scores) / len(scores)


def mean_judged(scores: list[Score]) -> float:
    return sum(each.judged for each in scores) / len(scores)


def table(scores: list[Score]) -> list[str]:
    """The means of each group, and of all."""
    groups: dict[str, list[Score]] = {}
    for each in scores:
        groups.setdefault(each.query.group, []).append(each)
    rows = [*groups.items(), ("all", scores)]
    return [
        f"nDCG@{DEPTH} {name:<12} {mean(of):.4f}, judged@{DEPTH} {mean_judged(of):.4f}  ({len(of)} queries)"
        for name, of in rows
    ]


def _list(values: Any) -> list[str]:
    return [values] if isinstance(values, str) else list(values)
