"""Which indexes exist, which one is live, and the registry's record of them (table `index_generation`).

A change goes to every generation on record, so that one being built misses nothing and one that is kept stays
good. The record is read after the changes and written before a build's snapshot is taken: whatever a worker did
not yet send to a new index is older than that index's snapshot.
"""

import re
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from elasticsearch import Elasticsearch

from indexer.documents import fingerprint
from mappings.indexes import INDEXES, alias, contract, meta
from registry.database import Connection

State = Literal["building", "live", "kept"]


def targets(conn: Connection) -> dict[str, list[str]]:
    """For each index, the names that receive changes."""
    found: dict[str, list[str]] = {index: [] for index in INDEXES}
    for index, name in conn.execute("select index, name from index_generation order by created_at, name"):
        found[index].append(name)
    return found


def recorded(conn: Connection, state: State) -> dict[str, str]:
    """The names in a state, by index, as the registry has them."""
    return dict(conn.execute("select index, name from index_generation where state = %s", [state]).fetchall())


def record_building(conn: Connection, index: str, name: str) -> None:
    conn.execute("insert into index_generation (name, index, state) values (%s, %s, 'building')", [name, index])


def forbid_automatic(engine: Elasticsearch, prefix: str) -> None:
    """Keep a late write from bringing a dropped index back to life, without its mapping."""
    engine.indices.put_index_template(
        name=f"{prefix}-by-rebuild-only",
        index_patterns=[f"{alias(prefix, index)}-*" for index in INDEXES],
        allow_auto_create=False,
        # Two templates of one priority may not overlap: of two prefixes that begin alike, the longer one wins.
        priority=len(prefix),
    )


def switch(engine: Elasticsearch, prefix: str, names: dict[str, str]) -> None:
    """Point the aliases at these names, all in one atomic call."""
    before = aliased(engine, prefix)
    actions: list[dict[str, dict[str, str]]] = []
    for index, name in names.items():
        if index in before:
            actions.append({"remove": {"index": before[index], "alias": alias(prefix, index)}})
        actions.append({"add": {"index": name, "alias": alias(prefix, index)}})
    engine.indices.update_aliases(actions=actions)


def record_live(conn: Connection, names: dict[str, str], *, keep: bool) -> list[str]:
    """Record a switch; returns the names that receive no more changes.

    With `keep` the indexes that were live until now stay on record. Only one generation is kept: an older one goes.
    """
    mine = {"indexes": list(names), "names": list(names.values())}
    with conn.transaction():
        leaving = conn.execute(
            "delete from index_generation where index = any (%(indexes)s) and name <> all (%(names)s)"
            " and (state = 'kept' or (state = 'live' and not %(keep)s)) returning name",
            mine | {"keep": keep},
        ).fetchall()
        # One after the other: each index has at most one of a state at any moment.
        for state, statement in (
            ("building", "name = any (%(names)s) and state = 'kept'"),
            ("kept", "index = any (%(indexes)s) and name <> all (%(names)s) and state = 'live'"),
            ("live", "name = any (%(names)s)"),
        ):
            conn.execute(f"update index_generation set state = '{state}' where {statement}", mine)
    return [row[0] for row in leaving]


def drop_kept(conn: Connection, engine: Elasticsearch) -> list[str]:
    """Drop the kept generation, which then receives no more changes; returns its names."""
    names = [row[0] for row in conn.execute("delete from index_generation where state = 'kept' returning name")]
    drop(engine, names)
    return names


def aliased(engine: Elasticsearch, prefix: str) -> dict[str, str]:
    """The name behind each alias, as Elasticsearch has it."""
    found: dict[str, str] = {}
    for index in INDEXES:
        answer = engine.options(ignore_status=404).indices.get_alias(name=alias(prefix, index))
        if answer.meta.status == 200:
            found[index] = next(iter(answer.body))
    return found


def built_to(conn: Connection, index: str) -> dict[str, str]:
    """What an index that is built now says of itself: the mapping's contract, and which documents it was given."""
    return {"contract": contract(index), "documents": fingerprint(conn, index)}


def is_current(conn: Connection, engine: Elasticsearch, prefix: str) -> bool:
    """Whether every index is live, as the registry records them, and built to today's mappings and documents."""
    names = aliased(engine, prefix)
    if set(names) != set(INDEXES) or names != recorded(conn, "live"):
        return False
    for index, name in names.items():
        mapping = engine.indices.get_mapping(index=name).body[name]["mappings"]
        if not built_to(conn, index).items() <= mapping.get("_meta", {}).items():
            return False
    return True


def note(conn: Connection, engine: Elasticsearch, indexed_at: datetime) -> None:
    """Write into the live indexes, where the API reads it, up to when they are current and what the last check found.

    What else their `_meta` says stays: an index goes on telling what it was built to.
    """
    rows = conn.execute("select index, at, missing + ghost + different from index_check").fetchall()
    checks = {index: (at, differences) for index, at, differences in rows}
    for index, name in recorded(conn, "live").items():
        before = engine.indices.get_mapping(index=name).body[name]["mappings"].get("_meta", {})
        engine.indices.put_mapping(index=name, meta=before | meta(indexed_at, checks.get(index)))


def tidy(conn: Connection, engine: Elasticsearch, prefix: str) -> None:
    """After a rebuild or rollback that died: finish a switch that had happened, drop what was left half built."""
    behind_alias = aliased(engine, prefix)
    before, receiving = recorded(conn, "live"), targets(conn)
    switched = {
        index: name for index, name in behind_alias.items() if name != before.get(index) and name in receiving[index]
    }
    if switched:
        drop(engine, record_live(conn, switched, keep=True))
    conn.execute("delete from index_generation where state = 'building'")
    keep = {name for names in targets(conn).values() for name in names} | set(behind_alias.values())
    ours = re.compile("|".join(rf"{re.escape(alias(prefix, index))}-\d{{20}}" for index in INDEXES))
    existing = engine.indices.get(index=[f"{alias(prefix, index)}-*" for index in INDEXES], features="aliases").body
    drop(engine, sorted(name for name in set(existing) - keep if ours.fullmatch(name)))


def wait_until_unused(engine: Elasticsearch, names: Iterable[str], *, at_most_s: float) -> None:
    """Return when no search that began before a switch is still at these indexes, or after `at_most_s`.

    A search that has chosen its index but not reached it is not seen yet, hence two looks in a row.
    """
    wanted = ",".join(names)
    deadline = time.monotonic() + at_most_s
    quiet = 0
    while wanted and quiet < 2 and time.monotonic() < deadline:
        stats = engine.options(ignore_status=404).indices.stats(index=wanted, metric="search").body
        search = stats.get("_all", {}).get("total", {}).get("search", {})
        busy = sum(search.get(key, 0) for key in ("query_current", "fetch_current", "scroll_current", "open_contexts"))
        quiet = 0 if busy else quiet + 1
        time.sleep(0.05)


def drop(engine: Elasticsearch, names: Iterable[str]) -> None:
    """Delete indexes; one that is gone already is no error."""
    for name in names:
        engine.options(ignore_status=404).indices.delete(index=name)
