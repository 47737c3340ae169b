"""What would become of each row of a file if it were imported now. Writes nothing: preview and import share it."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from psycopg.rows import dict_row

from registry.database import Connection
from registry.imports import changes, cleaning, reading, wording
from registry.imports.building import COLUMNS, Built, Structure, build, key_parts, refuse_shortened
from registry.imports.changes import Known, Rejection
from registry.imports.errors import KeyLost, RowRejected
from registry.imports.mapping import Mapping, Source
from registry.imports.report import Entry, Event, Report
from registry.intake import runs
from registry.territory import Territory
from registry.territory import read as read_territory

Progress = Callable[[int, int], None]
"""Told how many rows of the file have been read, and how many there are."""


@dataclass(frozen=True)
class Plan:
    """`structures`: what the file says, by key. `new`, `changed`, `back` and `gone` are keys that change something;
    `known` what earlier imports left. `source_before`: the row of `source`, None where there is none yet."""

    report: Report
    structures: dict[str, Structure]
    known: dict[str, Known]
    new: list[str]
    changed: list[str]
    back: list[str]
    gone: list[str]
    source_before: dict[str, object] | None
    source_after: dict[str, object]

    @property
    def is_idle(self) -> bool:
        """Whether importing the file would change nothing at all."""
        return not (self.new or self.changed or self.back or self.gone) and self.source_before == self.source_after

    @property
    def mark(self) -> str:
        """Equal for two plans that do the same to the same rows."""
        return runs.mark(
            [self.source_before, self.source_after]
            + [(each.line, each.event, each.name, each.reason, each.key) for each in self.report.entries]
        )


def plan(conn: Connection, table: reading.Table, mapping: Mapping, *, allow_closing: bool, progress: Progress) -> Plan:
    """Raises ImportRefused for a file that would close more than a fifth of the source's open offers, unless allowed.
    The caller holds the source's lock (`lock`) since before, if it goes on to write."""
    source = mapping.source.code
    report = Report(source, table.noun, len(table.rows), notices=[*table.notices])
    known = _known(conn, source)
    built, rejections = _build_all(table.rows, mapping, read_territory(conn), progress)
    structures = {
        key: changes.merged(rows, count_members=mapping.several_rows_one_offer, report=report)
        for key, rows in built.items()
    }
    kept = changes.kept_for_rejected(rejections, known, structures, report)
    gone = [key for key, each in known.items() if each.is_followed and key not in structures and key not in kept]
    if gone and any(each.is_key_lost for each in rejections):
        report.notices.append("Des clés ont été abrégées par un tableur\u00a0: aucune offre absente n’est fermée.")
        gone = []
    if not allow_closing:
        changes.check_closing(source, len(gone), sum(each.is_followed for each in known.values()))

    new, changed, back = changes.split(structures, known)
    before = _columns(conn, [known[key].offer for key in changed])
    reasons = {key: changes.differences(before[known[key].offer], asdict(structures[key])) for key in changed}
    events: dict[str, Event] = {
        **dict.fromkeys(new, "created"),
        **dict.fromkeys(changed, "updated"),
        **dict.fromkeys(back, "reopened"),
    }
    for key, structure in structures.items():
        event = events.get(key, "unchanged")
        reason = "revenue dans le fichier" if event == "reopened" else reasons.get(key, "")
        report.add(Entry(built[key][0].line, event, structure.name, reason, key))
    for key in gone:
        report.add(Entry(None, "closed", known[key].name, f"offre {known[key].offer}", key))
    return Plan(
        report, structures, known, new, changed, back, gone, source_row(conn, source), mapping.source.model_dump()
    )


def lock(conn: Connection, source: str) -> None:
    """Until the end of the transaction nobody else imports, or takes back, anything of this source."""
    conn.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"import {source}"])


def source_row(conn: Connection, code: str) -> dict[str, object] | None:
    """The source as the registry has it."""
    with conn.cursor(row_factory=dict_row) as cursor:
        names = ", ".join(Source.model_fields)
        return cursor.execute(f"select {names} from source where code = %s", [code]).fetchone()


def _known(conn: Connection, source: str) -> dict[str, Known]:
    rows = conn.execute(
        """
        select r.key, r.offer, r.content_hash, o.name, o.publication <> 'closed'
        from import_record r join offer o on o.id = r.offer where r.source = %s order by r.key
        """,
        [source],
    )
    return {row[0]: Known(*row[1:]) for row in rows}


def _build_all(
    rows: list[reading.Row], mapping: Mapping, territory: Territory, progress: Progress
) -> tuple[dict[str, list[Built]], list[Rejection]]:
    """The structures of the rows by key, and the rows that give none."""
    built: dict[str, list[Built]] = {}
    rejections = []
    for done, row in enumerate(rows, start=1):
        parts = key_parts(row, mapping, territory)
        try:
            if not any(parts):
                raise RowRejected("les champs de sa clé sont vides")
            refuse_shortened(row, mapping)
            if row.problem:
                raise RowRejected(row.problem)
            # First: a key whose only row is rejected has no structure.
            each = build(row, mapping, territory)
            built.setdefault(changes.joined(parts), []).append(each)
        except RowRejected as rejection:
            name = cleaning.text(reading.value_at(row.values, mapping.offer.name)) or "sans nom"
            is_key_lost = isinstance(rejection, KeyLost)
            rejections.append(Rejection(row.line, parts, name[: wording.LONGEST], str(rejection), is_key_lost))
        if done % 500 == 0 or done == len(rows):
            progress(done, len(rows))
    return built, rejections


def _columns(conn: Connection, offers: Iterable[str]) -> dict[str, dict[str, object]]:
    """The columns of an import as they stand, by offer."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"select id, {', '.join(COLUMNS)} from offer where id = any (%s)", [list(offers)])
        return {row["id"]: row for row in cursor}
