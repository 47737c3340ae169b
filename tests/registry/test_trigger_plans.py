"""The rule for trigger functions that migration 0028 tells, of all that stand in the schema."""

import re

import pytest

from registry.database import Connection

SETTINGS = {
    *("enable_seqscan=off", "enable_mergejoin=off", "enable_hashjoin=off"),
    "plan_cache_mode=force_generic_plan",
}


def test_what_triggers_run_has_the_settings(registry: Connection) -> None:
    rows = registry.execute(
        "select p.proname, l.lanname, p.prorettype = 'trigger'::regtype, p.prosrc, coalesce(p.proconfig, '{}')"
        " from pg_proc p join pg_language l on l.oid = p.prolang"
        " where p.pronamespace = 'public'::regnamespace and l.lanname in ('plpgsql', 'sql')"
    ).fetchall()
    bodies = {name: body or "" for name, _, _, body, _ in rows}
    run = {name for name, _, of_trigger, _, _ in rows if of_trigger}
    assert {"queue_from_offer", "derive_from_private", "places_within_capacity"} <= run
    while called := {name for name in bodies for by in run if calls(bodies[by], name)} - run:
        run |= called
    assert {"queue_offers", "derive_am"} <= run
    without = {name for name, language, *_, config in rows if language == "plpgsql" and not set(config) >= SETTINGS}
    assert run & without == set(), "state the settings of 0028_trigger_plans.sql"


def test_what_triggers_run_joins_no_two_tables(registry: Connection) -> None:
    """Tables are looked up in lateral subqueries of their own, or by an array of keys."""
    rows = registry.execute(
        "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace"
        " and proconfig @> array['enable_hashjoin=off']"
    ).fetchall()
    names = stored(registry)
    assert {"offer", "am_public"} <= names
    assert {name: found for name, body in rows if (found := joined(body, names))} == {}


@pytest.mark.parametrize(
    "body",
    [
        "select from offer o join agrement a on a.offer = o.id",
        "select from offer o left join only public.agrement a on a.offer = o.id",
        "select from offer o, agrement a where a.offer = o.id",
        "select from unnest(ids) i (id), agrement a, offer o where o.id = i.id",
        "select from agrement a\n  natural join\n  offer",
        "update offer o set name = p.name from am_public p where p.id = o.id",
        "delete from agrement a using offer o where o.id = a.offer",
        "merge into offer o using am_public p on p.id = o.id",
        "select from am_public p cross join lateral (select id from commune offset 0) c, offer",
    ],
)
def test_every_way_of_joining_two_tables_is_seen(registry: Connection, body: str) -> None:
    assert joined(body, stored(registry))


@pytest.mark.parametrize(
    "body",
    [
        "select from offer o where o.id = any (ids)",
        "select from unnest(ids) i (id) cross join lateral (select name from offer where id = i.id offset 0) o",
        "select a.offer, array (select id from offer where id = a.offer) from agrement a",
        "insert into outbox (offer) select id from offer where id = any (ids)",
        "select count(*), max(offer) from agrement where exists (select from offer where id = agrement.offer)",
    ],
)
def test_what_looks_up_one_table_at_a_time_is_no_join(registry: Connection, body: str) -> None:
    assert not joined(body, stored(registry))


def test_what_triggers_look_up_is_not_made_distinct_there(registry: Connection) -> None:
    rows = registry.execute(
        "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace"
        " and proconfig @> array['enable_hashjoin=off']"
    ).fetchall()
    names = stored(registry)
    assert {name: found for name, body in rows if (found := distinct(body, names))} == {}


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("perform f(array(select distinct offer from timetable where id = any (ids)))", ["timetable"]),
        ("select distinct on (offer) offer, id from public.timetable where id = any (ids)", ["timetable"]),
        ("select offer from timetable where id = any (ids) group by offer", ["timetable"]),
        ("ids := array(select distinct timetable from fresh)", []),
        (
            "select distinct t.offer from unnest(ids) i, lateral (select offer from timetable where id = i) t",
            [],
        ),
        ("select offer from timetable where id = any (ids) order by id", []),
    ],
)
def test_a_lookup_that_is_made_distinct_is_seen(registry: Connection, body: str, seen: list[str]) -> None:
    assert distinct(body, stored(registry)) == seen


def distinct(body: str, names: set[str]) -> list[str]:
    """The stored tables of which a query with `distinct` or `group by` reads rows by a key, beside no other level."""
    table = rf"(?:only\s+)?(?:public\.)?({'|'.join(sorted(map(re.escape, names)))})\b"
    found: list[str] = []
    for level in levels(body):
        for query in re.split(r"\bunion\b|\bexcept\b|;", level):
            if re.search(r"\bselect\s+distinct\b|\bgroup\s+by\b", query) and re.search(r"\bwhere\b[^;]*=", query):
                found += re.findall(rf"\bfrom\s+{table}", query)
    return found


def levels(body: str) -> list[str]:
    """A text by its levels of parentheses, the inner ones first, without comments and quoted text."""
    body = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", body.lower(), flags=re.DOTALL)
    found = []
    while (inner := re.search(r"\(([^()]*)\)", body)) is not None:
        found.append(inner[1])
        body = f"{body[: inner.start()]} {body[inner.end() :]}"
    return [*found, body]


def stored(conn: Connection) -> set[str]:
    """Tables, and views, which are tables joined."""
    rows = conn.execute(
        "select relname from pg_class where relkind in ('r', 'p', 'v', 'm') and relnamespace = 'public'::regnamespace"
    ).fetchall()
    return {name for (name,) in rows}


def joined(body: str, names: set[str]) -> list[str]:
    """The tables that a `join`, `using` or a second item of a `from` reads beside another, in the text of a function.

    Told by words and parentheses, not by a grammar: what stands in parentheses is a query of its own.
    """
    return [table for level in levels(body) for table in _joined_in(level, names)]


CLAUSE_ENDS = r"\b(?:where|group|order|having|limit|offset|union|except|intersect|returning|loop|on conflict)\b|;|$"


def _joined_in(level: str, names: set[str]) -> list[str]:
    """Of one level of parentheses."""
    table = rf"(?:only\s+)?(?:public\.)?({'|'.join(sorted(map(re.escape, names)))})\b"
    found = re.findall(rf"\b(?:join|using)\s+{table}", level)
    for clause in re.findall(rf"\bfrom\b(.*?)(?={CLAUSE_ENDS})", level, flags=re.DOTALL):
        found += re.findall(rf",\s*{table}", clause)
    # An update reads its table beside those of its `from`.
    for clause in re.findall(rf"\bupdate\b[^;]*?\bset\b[^;]*?\bfrom\b(.*?)(?={CLAUSE_ENDS})", level, flags=re.DOTALL):
        found += re.findall(rf"(?:^|,)\s*{table}", clause)
    return found


def calls(body: str, name: str) -> bool:
    return re.search(rf"\b{name}\(", body) is not None
