"""An import of structures taken back: every offer and its source as they were, while nothing was built on them.

All of it or nothing: what stands against it is told by row. What has been changed since by anybody, or what a later
import of the source rests on, is not undone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from registry.database import Connection, expect_many
from registry.imports.building import COLUMNS
from registry.imports.changes import FRENCH
from registry.imports.planning import lock, source_row
from registry.imports.structures import HASH, KIND, standing
from registry.intake import runs
from registry.intake.runs import Outcome, Run

BUILT = {
    "account": "un compte s’en occupe",
    "fiche_report": "une erreur y a été signalée",
    "contact_thread": "des parents y ont écrit",
    "contact_report": "un message y a été signalé",
    "alert_match": "une alerte de parents l’a trouvée",
    "offer": "une autre offre s’y rattache",
    "am_mam": "une assistante maternelle y travaille",
    "opening": "ses horaires ont été saisis",
    "timetable": "ses disponibilités ont été saisies",
    "import_record": "une autre source la donne aussi",
}
"""What may hang from an offer that an import made."""

BUILT_OTHERWISE = "d’autres données s’y rattachent"
"""For tables that are not named there."""

NOT_BUILT = ("offer_view", "intake_row")
"""How often a page was read is nothing that anybody has built; it goes with the offer."""

DERIVED = frozenset({"fresh_until", "takes_messages"})
"""Columns that change by themselves: by the calendar and its rules, by her account."""


@dataclass(frozen=True)
class Obstacle:
    """A row that cannot be undone, and in French why. `line` as in its file; None for what had left it."""

    line: int | None
    name: str
    reason: str


class UndoRefused(Exception):
    """The run is no import that still holds, or something was built on it; nothing was changed. The text is French."""

    def __init__(self, sentence: str, obstacles: Iterable[Obstacle] = ()) -> None:
        super().__init__(sentence)
        self.obstacles = list(obstacles)


def undo(conn: Connection, id: UUID) -> Run:
    """Take an import back, in one transaction; returns the run as it was. Raises UndoRefused, with nothing changed.
    Commits, unless the caller is in a transaction already."""
    with conn.transaction():
        run = _held(conn, id)
        changed = [each for each in runs.outcomes(conn, id) if each.offer and each.after is not None]
        later = _later(conn, run)
        offers = [each.offer for each in changed if each.offer]
        # In the order of their ids, as everybody locks them. Whoever would build on one waits until it is decided.
        conn.execute("select from offer where id = any (%s) order by id for update", [offers])
        obstacles = list(_obstacles(conn, run, changed, _told_by(conn, later)))
        if later:
            names = ", ".join(each.short for each in later)
            raise UndoRefused(
                f"Un import plus récent de cette source tient encore\u00a0: annulez-le d’abord ({names})."
                " Rien n’a été changé.",
                obstacles,
            )
        if obstacles:
            raise UndoRefused(
                "L’import ne peut pas être annulé\u00a0: on s’est appuyé dessus depuis. Rien n’a été changé.", obstacles
            )
        # Until the end of this: the caller's transaction may go on.
        expect_many(conn)
        _put_back(conn, run.scope, [each for each in changed if each.before is not None])
        _remove(conn, run.scope, [each.offer for each in changed if each.before is None and each.offer])
        _restore_source(conn, run)
        conn.execute("set local enable_seqscan to default")
        runs.move(conn, id, "undone")
    return run


def _held(conn: Connection, id: UUID) -> Run:
    """The run, once nobody else imports or undoes anything of its source."""
    try:
        run = runs.find(conn, id, KIND)
        lock(conn, run.scope)
        run = runs.find(conn, id, KIND)
    except runs.RunGone:
        raise UndoRefused("Aucun import n’a ce numéro.") from None
    if run.state != "applied":
        raise UndoRefused(
            "Cet import est déjà annulé." if run.state == "undone" else "Cet import n’a pas été appliqué."
        )
    return run


def _obstacles(conn: Connection, run: Run, changed: list[Outcome], later: Mapping[str, str]) -> Iterable[Obstacle]:
    """`later`: by which later import an offer was told of."""
    now = standing(conn, run.scope, [each.offer for each in changed if each.offer])
    built = _built_on(conn, run.scope, [each.offer for each in changed if each.before is None and each.offer])
    for each in changed:
        if each.offer is None or each.after is None:
            continue
        if each.offer in later:
            reason = f"l’import {later[each.offer]} en parle aussi"
        elif each.offer not in now:
            reason = "l’offre n’est plus au registre"
        elif told := _since(each.after, now[each.offer]):
            reason = f"modifiée depuis\u00a0: {told}"
        elif each.offer in built:
            reason = ", ".join(BUILT.get(table, BUILT_OTHERWISE) for table in built[each.offer])
        else:
            continue
        yield Obstacle(each.line, each.name, reason)


def _since(after: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What is no longer as the run left it, in French; a column that a later migration added does not count."""
    names = [name for name in after if name in now and name not in DERIVED and now[name] != after[name]]
    return ", ".join(sorted({FRENCH.get(name, OTHERS.get(name, "autres données")) for name in names}))


OTHERS = {"publication": "publication", HASH: "ce que dit la source"}


def _later(conn: Connection, run: Run) -> list[Run]:
    """Imports of the source that came after and hold, newest first: each is to be taken back before."""
    return runs.select(
        conn,
        "kind = %(kind)s and scope = %(scope)s and state = 'applied' and applied_at > %(applied_at)s",
        {"kind": KIND, "scope": run.scope, "applied_at": run.applied_at},
    )


def _told_by(conn: Connection, later: list[Run]) -> dict[str, str]:
    """Which of these imports was the last to say something of an offer, by offer."""
    return {each.offer: run.short for run in reversed(later) for each in runs.outcomes(conn, run.id) if each.offer}


def _built_on(conn: Connection, source: str, offers: list[str]) -> dict[str, list[str]]:
    """The tables in which something hangs from these offers. Asked of the database's own keys: a table that comes
    with a later feature is not forgotten."""
    references = conn.execute(
        """
        select c.conrelid::regclass::text, a.attname::text from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'offer'::regclass and cardinality(c.conkey) = 1
        union select 'alert_match', 'offer' order by 1, 2
        """
    ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in references:
        if table in NOT_BUILT:
            continue
        condition = sql.SQL(" and source <> {}").format(source) if table == "import_record" else sql.SQL("")
        query = sql.SQL("select distinct {column} from {table} where {column} = any ({offers}){condition}").format(
            column=sql.Identifier(column), table=sql.Identifier(table), offers=offers, condition=condition
        )
        for (offer,) in conn.execute(query):
            found.setdefault(offer, []).append(table)
    return found


def _put_back(conn: Connection, source: str, changed: list[Outcome]) -> None:
    """The columns that the run changed, as they were; others stay as anybody has left them since."""
    columns = (*COLUMNS, "publication")
    facts = [(each.offer, {**each.before}) for each in changed if each.offer and each.before is not None]
    conn.execute(
        f"""
        update offer o
        set {", ".join(f"{name} = case when b.facts ? '{name}' then p.{name} else o.{name} end" for name in columns)}
        from unnest(%(offers)s::text[], %(facts)s::jsonb[]) as b (id, facts),
            jsonb_populate_record(null::offer, b.facts) p
        where o.id = b.id
        """,
        {"offers": [offer for offer, _ in facts], "facts": [Jsonb(before) for _, before in facts]},
    )
    hashes = [(offer, before[HASH]) for offer, before in facts if HASH in before]
    conn.execute(
        """
        update import_record r set content_hash = b.hash
        from unnest(%s::text[], %s::text[]) as b (offer, hash) where r.source = %s and r.offer = b.offer
        """,
        [[offer for offer, _ in hashes], [each for _, each in hashes], source],
    )


def _remove(conn: Connection, source: str, offers: list[str]) -> None:
    conn.execute("delete from import_record where source = %s and offer = any (%s)", [source, offers])
    conn.execute("delete from offer where id = any (%s)", [offers])


def _restore_source(conn: Connection, run: Run) -> None:
    """The source as it was, unless somebody has described it anew; it goes when it came with this run."""
    before, after = run.context["source_before"], run.context["source_after"]
    if before == after or source_row(conn, run.scope) != after:
        return
    if before is not None:
        conn.execute(
            """
            update source set label = %(label)s, licence = %(licence)s, published = %(published)s
            where code = %(code)s
            """,
            before,
        )
        return
    conn.execute(
        """
        delete from source s where code = %s
        and not exists (select from offer where source = s.code)
        and not exists (select from import_record where source = s.code)
        """,
        [run.scope],
    )
