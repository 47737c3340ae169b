"""Which indexes exist, which one is live, and the registry's record of them (table `index_generation`).

A change goes to every generation on record, so that one being built misses nothing. The record is read after
the changes and written before a build's snapshot is taken: whatever a worker did not yet send to a new index is
older than that index's snapshot.
"""

from collections.abc import Iterable

from elasticsearch import Elasticsearch

from mappings.indexes import INDEXES, alias, contract
from registry.database import Connection


def targets(conn: Connection) -> dict[str, list[str]]:
    """For each of the two indexes, the names that receive changes."""
    found: dict[str, list[str]] = {index: [] for index in INDEXES}
    for index, name in conn.execute("select index, name from index_generation order by created_at, name"):
        found[index].append(name)
    return found


def live(conn: Connection) -> dict[str, str]:
    """The name behind each alias, as the registry records it."""
    rows = conn.execute("select index, name from index_generation where state = 'live'").fetchall()
    return dict(rows)


def record_building(conn: Connection, index: str, name: str) -> None:
    conn.execute("insert into index_generation (name, index, state) values (%s, %s, 'building')", [name, index])


def switch(engine: Elasticsearch, prefix: str, names: dict[str, str]) -> None:
    """Point the aliases at these names, all in one atomic call."""
    before = aliased(engine, prefix)
    actions: list[dict[str, dict[str, str]]] = []
    for index, name in names.items():
        if index in before:
            actions.append({"remove": {"index": before[index], "alias": alias(prefix, index)}})
        actions.append({"add": {"index": name, "alias": alias(prefix, index)}})
    engine.indices.update_aliases(actions=actions)


def record_live(conn: Connection, names: dict[str, str]) -> list[str]:
    """Record the switch; returns the names it replaced, which receive no more changes."""
    with conn.transaction():
        replaced = [
            row[0]
            for row in conn.execute(
                "delete from index_generation where state = 'live' and index = any (%s) and name <> all (%s)"
                " returning name",
                [list(names), list(names.values())],
            )
        ]
        conn.execute("update index_generation set state = 'live' where name = any (%s)", [list(names.values())])
    return replaced


def aliased(engine: Elasticsearch, prefix: str) -> dict[str, str]:
    """The name behind each alias, as Elasticsearch has it."""
    found: dict[str, str] = {}
    for index in INDEXES:
        answer = engine.options(ignore_status=404).indices.get_alias(name=alias(prefix, index))
        if answer.meta.status == 200:
            found[index] = next(iter(answer.body))
    return found


def is_current(conn: Connection, engine: Elasticsearch, prefix: str) -> bool:
    """Whether both indexes are live, as the registry records them, and built to today's mappings."""
    names = aliased(engine, prefix)
    if set(names) != set(INDEXES) or names != live(conn):
        return False
    for index, name in names.items():
        mapping = engine.indices.get_mapping(index=name).body[name]["mappings"]
        if mapping.get("_meta", {}).get("contract") != contract(index):
            return False
    return True


def tidy(conn: Connection, engine: Elasticsearch, prefix: str) -> None:
    """After a rebuild that died: finish a switch that had happened, drop what was left half built."""
    behind_alias = aliased(engine, prefix)
    recorded = live(conn)
    if behind_alias and behind_alias != {index: recorded.get(index) for index in behind_alias}:
        known = {name for names in targets(conn).values() for name in names}
        if set(behind_alias.values()) <= known:
            drop(engine, record_live(conn, behind_alias))
    conn.execute("delete from index_generation where state = 'building'")
    keep = set(behind_alias.values())
    existing = engine.indices.get(index=[f"{alias(prefix, index)}-*" for index in INDEXES], features="aliases")
    drop(engine, sorted(set(existing.body) - keep))


def drop(engine: Elasticsearch, names: Iterable[str]) -> None:
    """Delete indexes; one that is gone already is no error."""
    for name in names:
        engine.options(ignore_status=404).indices.delete(index=name)
