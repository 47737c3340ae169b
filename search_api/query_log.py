"""Searches that take too long, find nothing or are answered in part, one line each, without what was searched for.

`ribambelle.search: slow took_ms=1340 route=/offers hits=18 sort=recommended parameters=child_birthdate,near,need
kind=eaje,mam`: names of parameters, and the kinds, which are a list that we have made. No place, no words, no day, no
id, no address. `ribambelle.search: missing beside=less,pairs`: what a page of results had to leave out.
"""

import logging
from collections.abc import Awaitable, Mapping, Sequence
from time import perf_counter
from typing import Any

from pydantic import BaseModel

LOG = logging.getLogger("ribambelle.search")


async def watched(
    search: Awaitable[dict[str, Any]], route: str, parameters: BaseModel, *, slow_s: float, sort: str | None = None
) -> dict[str, Any]:
    """The answer of a search, which is logged when it took more than `slow_s` seconds (a warning, also when it failed)
    or found nothing at all (an information); `sort` is the order as it was understood."""
    started = perf_counter()
    hits: int | None = None
    try:
        answer = await search
        hits = found(answer)
        return answer
    finally:
        took_s = perf_counter() - started
        slow = took_s > slow_s
        if slow or hits == 0:
            level = logging.WARNING if slow else logging.INFO
            LOG.log(level, "%s", line(route, parameters, took_s, hits, slow=slow, sort=sort))


def missing(parts: Sequence[str]) -> None:
    """Logs which parts of what stands beside a list (`web.shared.search.nearly.Part`) were not had in time."""
    LOG.info("missing beside=%s", ",".join(parts))


def found(answer: Mapping[str, Any]) -> int:
    """How many offers or places an answer tells of."""
    total = answer.get("total")
    return int(total["value"]) if total else len(answer["items"])


def line(route: str, parameters: BaseModel, took_s: float, hits: int | None, *, slow: bool, sort: str | None) -> str:
    fields = type(parameters).model_fields
    names = sorted(fields[name].alias or name for name in parameters.model_fields_set)
    words = {
        "took_ms": f"{took_s * 1_000:.0f}",
        "route": route,
        "hits": "none" if hits is None else str(hits),
        "sort": sort or "-",
        "parameters": ",".join(names) or "-",
        "kind": ",".join(getattr(parameters, "kind", ())) or "-",
    }
    reasons = ",".join(reason for reason, holds in (("slow", slow), ("empty", hits == 0)) if holds)
    return " ".join([reasons, *(f"{name}={value}" for name, value in words.items())])
