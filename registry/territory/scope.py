"""Scope: the communes that somebody answers for. One predicate, for every query that shows staff no more than theirs.

A relais, a service or a commune answers for the communes that are listed for its account, a Caf or a département for
all of its department; who answers for a city answers for its arrondissements; a Caf also for the collectivities that
have none of their own. The view `account_scope` holds that rule.
"""

from collections.abc import Iterable
from uuid import UUID

from registry.database import Connection


def covers(account: str, commune: str) -> str:
    """SQL: whether this account answers for this commune. Both are SQL too: a column or a parameter."""
    return f"exists (select from account_scope s where s.account = {account} and s.commune = {commune})"


def lies_within(inner: str, outer: str) -> str:
    """SQL: whether communes are listed for the account `inner`, and `outer` answers for each of them."""
    listed = f"select from account_commune t where t.account = {inner}"
    return f"(exists ({listed}) and not exists ({listed} and not {covers(outer, 't.commune')}))"


def within(row: str) -> str:
    """SQL: whether a row of `commune` is the one of the parameter `commune`, or an arrondissement of it; every row
    where that is empty."""
    return f"(%(commune)s = '' or %(commune)s in ({row}.code, {row}.parent))"


def count(account: str) -> str:
    """SQL: how many communes are listed for this account."""
    return f"(select count(*) from account_commune t where t.account = {account})"


def listed(conn: Connection, account: UUID) -> list[tuple[str, str]]:
    """The INSEE code and the name of the communes that are listed for an account, by name."""
    rows = conn.execute(
        "select c.code, c.name from account_commune t join commune c on c.code = t.commune where t.account = %s"
        " order by c.name, c.code",
        [account],
    )
    return [(code, name) for code, name in rows]


def codes(conn: Connection, account: UUID, commune: str = "") -> tuple[str, ...]:
    """The INSEE codes of all communes that an account answers for, in their order; with a `commune` those of that one
    and of its arrondissements, none where it is not among them."""
    rows = conn.execute(
        "select distinct s.commune from account_scope s join commune c on c.code = s.commune"
        f" where s.account = %(account)s and {within('c')} order by s.commune",
        {"account": account, "commune": commune},
    )
    return tuple(code for (code,) in rows)


def holding(conn: Connection, account: UUID, commune: str = "") -> tuple[str, str, str] | None:
    """The least territory that holds all communes which `codes` gives, as its type (`epci` or `department`), its code
    and its name: the collectivity that they share, or else the département; None where they share neither."""
    row = conn.execute(
        "with its as (select coalesce(c.epci, p.epci) as epci, c.department from account_scope s"
        " join commune c on c.code = s.commune left join commune p on p.code = c.parent"
        f" where s.account = %(account)s and {within('c')})"
        " select type, code, name from ("
        " select 1 as size, 'epci' as type, e.code, e.name from epci e where (select count(distinct its.epci) = 1"
        " and count(its.epci) = count(*) and min(its.epci) = e.code from its)"
        " union all select 2, 'department', d.code, d.name from department d"
        " where (select count(distinct its.department) = 1 and min(its.department) = d.code from its)"
        ") shared order by size limit 1",
        {"account": account, "commune": commune},
    ).fetchone()
    return (row[0], row[1], row[2]) if row else None


def write(conn: Connection, account: UUID, communes: Iterable[str]) -> None:
    """List these communes for an account, and no others."""
    conn.execute("delete from account_commune where account = %s", [account])
    conn.execute(
        "insert into account_commune (account, commune) select %s, unnest(%s::text[])", [account, list(communes)]
    )
