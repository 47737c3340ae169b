"""Saved needs for a commune that has merged since: they are for the one in which it lives on, and say so."""

from datetime import datetime

from registry.database import Connection
from registry.parents.alerts import wording


def follow(conn: Connection, now: datetime) -> int:
    """Move the needs whose commune has another INSEE code today; returns how many. The title names the commune of today
    beside the one that the parent had chosen.

    They begin anew: what is free in the larger commune by now is known, and what opens from now on is told.
    """
    return conn.execute(
        """
        with gone as (
            select a.id, w.code, current_commune(w.code) as current
            from alert a cross join unnest(a.territory) t cross join substr(t, length('commune:') + 1) w (code)
            where starts_with(t, 'commune:') and current_commune(w.code) <> w.code
        ), told as (
            select g.id, string_agg(distinct c.name, ', ') as names
            from gone g join commune c on c.code = g.current group by g.id
        )
        update alert a set
            territory = array(
                select distinct coalesce('commune:' || g.current, t) from unnest(a.territory) t
                left join gone g on g.id = a.id and t = 'commune:' || g.code
                order by 1),
            parameters = a.parameters || jsonb_build_object('commune', (
                select jsonb_agg(distinct coalesce(g.current, asked.code))
                from jsonb_array_elements_text(a.parameters -> 'commune') asked (code)
                left join gone g on g.id = a.id and g.code = asked.code)),
            title = case when length(a.title) + length(told.names) < 980
                then format(%(title)s, a.title, told.names) else a.title end,
            known_at = null, due_at = %(now)s
        from told where told.id = a.id
        """,
        {"title": wording.TITLE_SINCE_MERGED, "now": now},
    ).rowcount
