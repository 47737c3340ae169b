"""`ribambelle import structures`: a file of open data becomes the published offers of its source.

A row is known again by its key in `import_record`, which also holds a hash of the columns that were imported:
a row that gives the same columns writes nothing, and what the staff changed by hand since then stays until
the source itself says something new.
"""

from collections.abc import Callable
from dataclasses import asdict, astuple
from pathlib import Path

from psycopg.rows import dict_row

from registry.database import Connection
from registry.ids import new_id
from registry.imports import changes, cleaning, reading
from registry.imports.building import COLUMNS, Built, Structure, build, content_hash, key_parts
from registry.imports.changes import GONE, Known, Rejection
from registry.imports.errors import RowRejected
from registry.imports.mapping import Mapping, Source
from registry.imports.report import Report
from registry.territory import Territory
from registry.territory import read as read_territory


def import_structures(
    conn: Connection,
    path: Path,
    mapping: Mapping,
    *,
    allow_closing: bool = False,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Import a file into the registry in one transaction. `report` is told (done, total) rows.

    Offers of the source that are no longer in the file are closed. Raises ImportRefused, with nothing
    changed, for a file that does not read whole and for one that would close more than a fifth of the
    source's open offers without `allow_closing`. Commits, unless the caller is in a transaction already.
    """
    table = reading.read(path, mapping.fields())
    account = Report(mapping.source.code, table.noun, len(table.rows))
    source = mapping.source.code
    with conn.transaction():
        _begin(conn, mapping.source)
        known = _known(conn, source)
        built, rejections = _build_all(table.rows, mapping, read_territory(conn), report)
        structures = {
            key: changes.merged(rows, count_members=mapping.several_rows_one_offer, report=account)
            for key, rows in built.items()
        }
        kept = changes.kept_for_rejected(rejections, known, structures, account)
        gone = {
            key: each for key, each in known.items() if each.is_followed and key not in structures and key not in kept
        }
        if not allow_closing:
            changes.check_closing(source, len(gone), sum(each.is_followed for each in known.values()))

        new, changed, back = changes.split(structures, known)
        account.counts["unchanged"] = len(structures) - len(new) - len(changed) - len(back)
        for key in new:
            account.tell(built[key][0].line, "created", structures[key].name, "")
        before = _columns(conn, [known[key].offer for key in changed])
        for key in changed:
            told = changes.differences(before[known[key].offer], asdict(structures[key]))
            account.tell(built[key][0].line, "updated", structures[key].name, told)
        for key in back:
            account.tell(built[key][0].line, "reopened", structures[key].name, "revenue dans le fichier")
        for each in gone.values():
            account.tell(None, "closed", each.name, f"offre {each.offer}")

        ids = {key: known[key].offer if key in known else new_id() for key in (*new, *changed, *back)}
        _write(conn, source, {key: (ids[key], structures[key]) for key in ids}, {ids[key] for key in back})
        _close(conn, source, [each.offer for each in gone.values()])
    return account


def _begin(conn: Connection, source: Source) -> None:
    """One import of a source at a time; and the source as its mapping describes it now."""
    conn.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"import {source.code}"])
    conn.execute(
        """
        insert into source as s (code, label, licence, published)
        values (%(code)s, %(label)s, %(licence)s, %(published)s)
        on conflict (code) do update
        set label = excluded.label, licence = excluded.licence, published = excluded.published
        where row (s.label, s.licence, s.published)
            is distinct from row (excluded.label, excluded.licence, excluded.published)
        """,
        source.model_dump(),
    )


def _known(conn: Connection, source: str) -> dict[str, Known]:
    rows = conn.execute(
        """
        select r.key, r.offer, r.content_hash, o.name, o.publication <> 'closed'
        from import_record r join offer o on o.id = r.offer where r.source = %s
        """,
        [source],
    )
    return {row[0]: Known(*row[1:]) for row in rows}


def _build_all(
    rows: list[reading.Row], mapping: Mapping, territory: Territory, report: Callable[[int, int], None]
) -> tuple[dict[str, list[Built]], list[Rejection]]:
    """The structures of the rows by key, and the rows that give none."""
    built: dict[str, list[Built]] = {}
    rejections = []
    for done, row in enumerate(rows, start=1):
        parts = key_parts(row, mapping, territory)
        try:
            if not any(parts):
                raise RowRejected("les champs de sa clé sont vides")
            each = build(row, mapping, territory)
            built.setdefault(changes.joined(parts), []).append(each)
        except RowRejected as rejection:
            name = cleaning.text(reading.value_at(row.values, mapping.offer.name)) or "sans nom"
            rejections.append(Rejection(row.line, parts, name, str(rejection)))
        if done % 500 == 0 or done == len(rows):
            report(done, len(rows))
    return built, rejections


def _columns(conn: Connection, offers: list[str]) -> dict[str, dict[str, object]]:
    """The columns of an import as they stand, by offer."""
    with conn.cursor(row_factory=dict_row) as cur:
        cur.execute(f"select id, {', '.join(COLUMNS)} from offer where id = any (%s)", [offers])
        return {row["id"]: row for row in cur}


def _write(conn: Connection, source: str, structures: dict[str, tuple[str, Structure]], reopened: set[str]) -> None:
    """Write the offers of these keys and remember them. Nothing to write touches no row, hence no outbox."""
    if not structures:
        return
    columns = ", ".join(COLUMNS)
    conn.execute(
        f"""
        create temporary table incoming on commit drop as
        select o.id, r.key, r.content_hash, {", ".join(f"o.{name}" for name in COLUMNS)}
        from offer o, import_record r with no data
        """
    )
    with (
        conn.cursor() as cur,
        cur.copy(f"copy incoming (id, key, content_hash, {columns}) from stdin") as copy,
    ):
        for key, (offer, structure) in structures.items():
            copy.write_row((offer, key, content_hash(structure), *astuple(structure)))
    conn.execute(
        f"""
        update offer o
        set {", ".join(f"{name} = i.{name}" for name in COLUMNS)},
            publication = case when o.id = any (%s) then 'published' else o.publication end
        from incoming i where o.id = i.id
        """,
        [list(reopened)],
    )
    conn.execute(
        f"""
        insert into offer (id, {columns}, publication, fictitious, source)
        select id, {columns}, 'published', false, %(source)s from incoming i
        where not exists (select from import_record r where r.source = %(source)s and r.key = i.key)
        """,
        {"source": source},
    )
    conn.execute(
        """
        insert into import_record (source, key, offer, content_hash)
        select %s, key, id, content_hash from incoming
        on conflict (source, key) do update set content_hash = excluded.content_hash
        """,
        [source],
    )
    # Not left to the commit: the caller may import another file in the same transaction.
    conn.execute("drop table incoming")


def _close(conn: Connection, source: str, offers: list[str]) -> None:
    conn.execute("update offer set publication = 'closed' where id = any (%s)", [offers])
    conn.execute(
        "update import_record set content_hash = %s where source = %s and offer = any (%s)",
        [GONE, source, offers],
    )
