"""Saved needs, tried on what changed: within a minute of a change, whoever waits for such a place is told.

A run takes the offers whose documents changed, asks of each need that may concern them the very query of a search,
writes down what opened and what closed, and queues the mails. No transaction is open while Elasticsearch is waited for:
one run at a time, and what it has not finished is done again by the next, with the same result.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain import civil
from registry import database, indexed_changes
from registry.database import Connection
from registry.parents.alerts import matching, telling
from search_api import saved_searches
from search_api.engine.engine import Engine, connect
from search_api.parameters import OfferQuery
from search_api.problems import EngineUnavailable
from search_api.saved_searches import Asked
from settings import Settings

log = logging.getLogger(__name__)

RUN_S = 12.0
"""A run begins nothing new after this. It holds one of the two places of a worker, and mails wait for the other."""

CHANGES_AT_ONCE = 5_000
FULL_AT_ONCE = 100
MAILS_AT_ONCE = 200

PATIENCE_S = 30.0
"""For one round trip to Elasticsearch: nobody waits before a screen."""


@dataclass
class Done:
    """What a run did."""

    changes: int = 0
    searches: int = 0
    openings: int = 0
    mails: int = 0


def follow(settings: Settings, now: datetime) -> Done:
    """Try what changed and what is due, and tell what opened; what is left over is done by the next run.

    Where Elasticsearch is away nothing is lost: changes wait.
    """
    done = Done()
    with database.connect(settings.database_url, autocommit=True) as conn, matching.alone(conn) as won:
        if won:
            try:
                asyncio.run(_turns(conn, settings, now, done))
            except EngineUnavailable:
                log.warning("saved needs wait: Elasticsearch is away")
    if done != Done():
        log.info("saved needs: %s", done)
    return done


async def _turns(conn: Connection, settings: Settings, now: datetime, done: Done) -> None:
    searched = connect(settings.model_copy(update={"request_timeout_s": PATIENCE_S}))
    end = time.monotonic() + RUN_S
    try:
        busy = True
        while busy and time.monotonic() < end:
            changed = await try_changes(conn, searched, now, done)
            busy = await try_all(conn, searched, now, done) or changed
            await tell(conn, searched, settings, now, done)
    finally:
        await searched.client.close()


async def try_changes(conn: Connection, searched: Engine, now: datetime, done: Done) -> bool:
    """Try the oldest changes on the needs that they may concern; whether there may be more of them."""
    taken = indexed_changes.take(conn, CHANGES_AT_ONCE)
    if not taken.seqs:
        return False
    today = civil.day(now)
    groups = matching.candidates(conn, taken.offers, today)
    queries = [saved_searches.understood(group.parameters, today) for group in groups]
    asked = [(group, query) for group, query in zip(groups, queries, strict=True) if query is not None]
    if asked:
        await saved_searches.refresh(searched)
    found = await saved_searches.matching(searched, [Asked(query, group.offers) for group, query in asked])
    pairs = [
        (alert, offer)
        for (group, _), offers in zip(asked, found, strict=True)
        for alert in group.alerts
        for offer in offers
    ]
    with conn.transaction():
        done.openings += matching.record_changed(conn, taken.offers, pairs, now)
        indexed_changes.forget(conn, taken)
    done.changes += len(taken.seqs)
    done.searches += len(asked)
    return len(taken.seqs) == CHANGES_AT_ONCE


async def try_all(conn: Connection, searched: Engine, now: datetime, done: Done) -> bool:
    """Search all offers for some needs that are due: saved a moment ago, or not since yesterday. Whether more are."""
    due = matching.due(conn, now, FULL_AT_ONCE)
    if not due:
        return False
    today = civil.day(now)
    queries = [saved_searches.understood(need.parameters, today) for need in due]
    await saved_searches.refresh(searched)
    asked = [Asked(query) for query in queries if query is not None]
    answers = iter(await saved_searches.matching(searched, asked))
    with conn.transaction():
        for need, query in zip(due, queries, strict=True):
            found = next(answers) if query is not None else []
            whole = len(found) < saved_searches.MOST
            done.openings += matching.record_all(conn, need, found, now, whole=whole)
    done.searches += len(asked)
    return len(due) == FULL_AT_ONCE


async def tell(conn: Connection, searched: Engine, settings: Settings, now: datetime, done: Done) -> None:
    """Queue the mails about openings that were not told."""
    today = civil.day(now)
    after: UUID | None = None
    while waiting := telling.untold(conn, now, MAILS_AT_ONCE, after):
        after = waiting[-1].alert
        known = await saved_searches.places(searched, {offer for need in waiting for offer in need.offers})
        queries = [saved_searches.understood(need.parameters, today) for need in waiting]
        with conn.transaction():
            for need, query in zip(waiting, queries, strict=True):
                if query is not None and (places := free_places(need.offers, known, query)):
                    done.mails += telling.tell(conn, settings, need, places, now)
    telling.week_is_told(conn, now)


def free_places(offers: Sequence[str], known: dict[str, dict[str, Any]], query: OfferQuery) -> list[dict[str, Any]]:
    """What a mail tells of the offers that are still free; of her phone and mail nothing."""
    found = []
    for card in saved_searches.still_free(known, offers, query):
        free = card["availability"]
        part = free["coverage"]
        found.append(
            {
                "offer": card["id"],
                "name": card["name"],
                "kind": card["kind_label"],
                "commune": card["commune"]["name"],
                "count": part["places"] if part else free["places"],
                "for_need": bool(query.need),
                "missing": part["summary"] if part else None,
                "from_day": query.start if query.start > query.today else None,
                **{each: day(free[each]) for each in ("until", "declared_until")},
                "fictitious": card["fictitious"],
            }
        )
    return found


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
