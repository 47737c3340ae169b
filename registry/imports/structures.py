"""`ribambelle import structures`: a file of open data becomes the published offers of its source.

A row is known again by its key in `import_record`, which also holds a hash of the columns that were imported:
a row that gives the same columns writes nothing, and what the staff changed by hand since then stays until
the source itself says something new. What an import did to each row is kept (registry.intake), so that it can be
taken back (`undoing`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import cast
from uuid import UUID

from registry.database import Connection, expect_many
from registry.ids import new_id
from registry.imports import reading
from registry.imports.building import COLUMNS, Structure, content_hash
from registry.imports.changes import GONE
from registry.imports.mapping import Mapping
from registry.imports.planning import Plan, Progress, lock, plan
from registry.imports.report import Entry, Event, Report
from registry.imports.wording import quoted
from registry.intake import runs
from registry.intake.runs import Outcome

KIND: runs.Kind = "structures"

HASH = "content_hash"
"""Stands among the columns of an offer that a run changed: the hash in its `import_record`."""

OURS = (*COLUMNS, "publication", HASH)
"""What an import writes of an offer that is there. Other columns are the staff's, or derived."""

SOURCE_FRENCH = {"label": "libellé", "licence": "licence", "published": "date de publication"}


class PlanChanged(Exception):
    """What would happen is no longer what the preview showed; nothing was changed. `report` tells the rows that would
    now do something else, as they would now."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def quiet(done: int, total: int) -> None:
    """Nobody watches."""


def preview(
    conn: Connection, path: Path, mapping: Mapping, *, allow_closing: bool = False, report: Progress = quiet
) -> Report:
    """What `import_structures` would do to each row. Nothing of it happens: only the run is kept, in whose stead a
    preview of the same file falls. Raises ImportRefused as an import does. Commits as an import does."""
    table = reading.read(path, mapping.fields())
    with conn.transaction():
        planned = plan(conn, table, mapping, allow_closing=allow_closing, progress=report)
        account = _noticed(planned)
        if (earlier := _previewed(conn, mapping.source.code, table.sha256)) is not None:
            runs.drop(conn, earlier.id)
        account.run = _begin(conn, path, table.sha256, planned)
        runs.keep(conn, account.run, _outcomes(planned, {}, {}))
    return account


def import_structures(
    conn: Connection, path: Path, mapping: Mapping, *, allow_closing: bool = False, report: Progress = quiet
) -> Report:
    """Import a file into the registry in one transaction. `report` is told (done, total) rows.

    Offers of the source that are no longer in the file are closed. Raises ImportRefused, with nothing
    changed, for a file that does not read whole and for one that would close more than a fifth of the
    source's open offers without `allow_closing`; and PlanChanged where a preview of the file showed something
    else. A file that was the last one of its source and changes nothing is the run that it was. Commits, unless the
    caller is in a transaction already.
    """
    table = reading.read(path, mapping.fields())
    source = mapping.source.code
    with conn.transaction():
        lock(conn, source)
        planned = plan(conn, table, mapping, allow_closing=allow_closing, progress=report)
        account = _noticed(planned)
        shown = _previewed(conn, source, table.sha256)
        if shown is not None and shown.mark != planned.mark:
            raise PlanChanged(_otherwise(conn, shown.id, account))
        if planned.is_idle and (last := _last(conn, source)) is not None and last.sha256 == table.sha256:
            if shown is not None:
                runs.drop(conn, shown.id)
            account.run = last.id
            return account
        account.run = shown.id if shown is not None else _begin(conn, path, table.sha256, planned)
        _carry_out(conn, planned, account.run)
        runs.move(conn, account.run, "applied")
    return account


def kept(conn: Connection, run: runs.Run) -> Report:
    """The report of a run, as it was told."""
    report = Report(run.scope, run.context["noun"], run.context["rows"], notices=run.notices, run=run.id)
    report.counts.update(cast("dict[Event, int]", run.counts))
    report.entries += _entries(conn, run.id)
    return report


def _entries(conn: Connection, run: UUID) -> list[Entry]:
    return [
        Entry(each.line, cast(Event, each.outcome), each.name, " ; ".join(each.reasons))
        for each in runs.outcomes(conn, run)
    ]


def _begin(conn: Connection, path: Path, sha256: bytes, planned: Plan) -> UUID:
    return runs.begin(
        conn,
        KIND,
        planned.report.source,
        path.name,
        sha256,
        "previewed",
        mark=planned.mark,
        notices=planned.report.notices,
        counts=planned.report.counts,
        context={
            "noun": planned.report.noun,
            "rows": planned.report.rows,
            "source_before": planned.source_before,
            "source_after": planned.source_after,
        },
    )


def _previewed(conn: Connection, source: str, sha256: bytes) -> runs.Run | None:
    """The preview of these bytes that waits."""
    found = runs.select(
        conn,
        "kind = %(kind)s and scope = %(source)s and sha256 = %(sha256)s and state = 'previewed'",
        {"kind": KIND, "source": source, "sha256": sha256},
    )
    return found[0] if found else None


def _last(conn: Connection, source: str) -> runs.Run | None:
    """The import of the source that came last, of those that still hold."""
    found = runs.select(
        conn,
        "kind = %(kind)s and scope = %(source)s and state = 'applied'",
        {"kind": KIND, "source": source},
    )
    return max(found, key=lambda run: run.applied_at or run.received_at, default=None)


def _otherwise(conn: Connection, shown: UUID, account: Report) -> Report:
    """The rows of a plan that its preview showed otherwise. What it told and is told no more stands there as well."""

    def by_place(entries: Iterable[Entry]) -> dict[tuple[int | None, str], list[Entry]]:
        places: dict[tuple[int | None, str], list[Entry]] = {}
        for each in entries:
            # What left the file has no line: it goes by its name and id.
            places.setdefault((each.line, "" if each.line else f"{each.name} {each.reason}"), []).append(each)
        return places

    told = by_place(_entries(conn, shown))
    now = by_place(replace(each, key="") for each in account.entries)
    changed = Report(account.source, account.noun, account.rows, notices=account.notices)
    for place in sorted({*told, *now}, key=lambda place: (place[0] or 0, place[1])):
        if sorted(map(repr, told.get(place, []))) != sorted(map(repr, now.get(place, []))):
            for entry in now.get(place, []):
                changed.add(entry)
            if place not in now:
                first = told[place][0]
                changed.add(Entry(first.line, "unchanged", first.name, "ne serait plus touchée"))
    return changed


def _noticed(planned: Plan) -> Report:
    """The plan's report, with what the file's mapping says anew of the source."""
    before, after = planned.source_before, planned.source_after
    if before is not None and before != after:
        told = ", ".join(
            f"{label} {quoted(str(before[name]))} → {quoted(str(after[name]))}"
            for name, label in SOURCE_FRENCH.items()
            if before[name] != after[name]
        )
        planned.report.notices.append(f"La source {quoted(planned.report.source)} est décrite autrement\u00a0: {told}.")
    return planned.report


def _carry_out(conn: Connection, planned: Plan, run: UUID) -> None:
    """Write what was planned, and beside the run what each row changed."""
    expect_many(conn)
    known, structures = planned.known, planned.structures
    conn.execute(
        """
        insert into source as s (code, label, licence, published)
        values (%(code)s, %(label)s, %(licence)s, %(published)s)
        on conflict (code) do update
        set label = excluded.label, licence = excluded.licence, published = excluded.published
        where row (s.label, s.licence, s.published)
            is distinct from row (excluded.label, excluded.licence, excluded.published)
        """,
        planned.source_after,
    )
    written = (*planned.new, *planned.changed, *planned.back)
    ids = {key: known[key].offer if key in known else new_id() for key in written}
    touched = [*ids.values(), *(known[key].offer for key in planned.gone)]
    before = standing(conn, planned.report.source, touched)
    _write(
        conn,
        planned.report.source,
        {key: (ids[key], structures[key]) for key in ids},
        {ids[key] for key in planned.back},
    )
    _close(conn, planned.report.source, [known[key].offer for key in planned.gone])
    after = standing(conn, planned.report.source, touched)
    runs.clear(conn, run)
    offers = {key: each.offer for key, each in known.items()} | ids
    runs.keep(conn, run, _outcomes(planned, offers, {offer: (before.get(offer), after[offer]) for offer in touched}))


def _outcomes(
    planned: Plan,
    offers: dict[str, str],
    changes: dict[str, tuple[dict[str, object] | None, dict[str, object]]],
) -> Iterator[Outcome]:
    """The report's entries as rows of the run: beside those that changed an offer, the columns that did, as they were
    and as they are; of an offer that was made, all of it."""
    for number, each in enumerate(planned.report.entries, start=1):
        offer = offers.get(each.key) if each.key else None
        before, after = changes.get(offer, (None, None)) if offer else (None, None)
        if before is not None and after is not None:
            names = [name for name in OURS if before[name] != after[name]]
            before, after = {name: before[name] for name in names}, {name: after[name] for name in names}
        yield Outcome(
            number,
            each.line,
            each.event,
            each.name,
            [each.reason] if each.reason else [],
            offer,
            before=before,
            after=after,
        )


def standing(conn: Connection, source: str, offers: list[str]) -> dict[str, dict[str, object]]:
    """Offers of the source as they stand, by id, with all of their columns and their hash."""
    rows = conn.execute(
        """
        select o.id, to_jsonb(o) || jsonb_build_object(%s::text, r.content_hash)
        from offer o join import_record r on r.offer = o.id and r.source = %s where o.id = any (%s)
        """,
        [HASH, source, offers],
    )
    return dict(rows.fetchall())


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
