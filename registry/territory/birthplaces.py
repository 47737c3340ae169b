"""Where somebody was born, as INSEE writes it: by the code that the place had on that day, which stands in her number.

A commune keeps the code under which births were registered there when it has merged or changed its name or département
since, so that names and codes of before are asked for as those of today are; also overseas communes that the search
does not know, and countries.
"""

import csv
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from domain import spelling
from registry.database import Connection
from registry.territory import look, names
from registry.territory.names import Named

DATA = Path(__file__).parents[1] / "data"
COUNTRIES = DATA / "countries.csv"
MOST_CHOICES = 12

MOVED = {
    "75": date(1968, 1, 1),
    "78": date(1968, 1, 1),
    "20": date(1976, 1, 1),
    "971": date(2008, 1, 1),
    "985": date(2008, 1, 1),
}
"""The days on which communes of a département got the codes of another one: Seine and Seine-et-Oise were divided (loi
n° 64-707 of 10 July 1964), so was Corse (loi n° 75-356 of 15 May 1975); Saint-Martin and Saint-Barthélemy left
Guadeloupe (loi organique n° 2007-223), and INSEE numbered Mayotte anew as 976."""

_CODE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)

Place = tuple[str, str]
"""Code and name."""


def meant(conn: Connection, typed: str, born: date | None = None) -> list[Place]:
    """Code and name of what is typed: « Nantes », « Saint-Denis (93) », « Paris 14e », « Portugal », or an INSEE code.

    Several are namesakes, at most MOST_CHOICES, each with what tells it from the others. A code is believed: countries
    of another time have only that.
    """
    text = typed.strip()
    if _CODE.fullmatch(text.upper()):
        return [(text.upper(), _name_of(conn, text.upper()))]
    name, where, bare = _apart(_with_codes(conn, text))
    if not name:
        return []
    if _CODE.fullmatch(where) and not bare:
        if found := [place for place in _bearing(conn, name) if place[0] == where]:
            return found
        # Not that name's code: in brackets or after a comma, postcodes are written too.
        where, bare = names.department_of(where), where
    if not where and (country := _countries().get(spelling.glued(name))):
        return [country]
    if places := _arrondissement(conn, name):
        return places
    # « Paris 14 » is no département; « Marseille 13 » may be the département and the arrondissement.
    numbered = _arrondissement(conn, f"{name} {bare[-2:]}") if bare else []
    if numbered and len(bare) == len("75014"):
        return numbered
    return [*numbered, *_called(conn, name, where, born)][:MOST_CHOICES]


def _with_codes(conn: Connection, text: str) -> str:
    """A département behind a name as its code: « Saint-Denis, Réunion » is « Saint-Denis (974) »; « , France » left
    out."""
    name, _, where = text[:200].replace(",", "(", 1).partition("(")
    wanted = names.key(where.strip(" )"))
    if not name.strip() or not wanted:
        return text
    if wanted == "france":
        return name.strip()
    row = conn.execute(
        "select code from department where place_key(name) = any (%s)",
        [[f"{article}{wanted}" for article in ("", "le", "la", "les", "l")]],
    ).fetchone()
    return f"{name.strip()} ({row[0]})" if row else text


def _bearing(conn: Connection, name: str) -> list[Place]:
    """What bears a name, or bore it, with every code that it has or had: « Saint-Bonnet (15173) »."""
    known = look(conn, wanted := names.keys(name))
    named = [each for one in wanted for each in known(one)]
    rows = conn.execute(
        "select code, current_code from retired_commune where current_code = any (%s)",
        [[each.commune.code for each in named]],
    ).fetchall()
    codes = [(each.code, each.name) for each in named]
    codes += [(code, each.name) for code, current in rows for each in named if each.commune.code == current]
    country = _countries().get(spelling.glued(name))
    return [*codes, *_overseas().get(names.key(name), []), *([country] if country else [])]


def _called(conn: Connection, name: str, where: str, born: date | None) -> list[Place]:
    """The communes of a name; `where`: the département, of then or of today, or nothing."""
    known = look(conn, wanted := names.keys(name))
    found: dict[str, str] = {}
    for each in next(filter(None, map(list, map(known, wanted))), []):
        then = _code_then(conn, each, born, where)
        if where in ("", _department(then), each.commune.department):
            found.setdefault(then, each.name)
    for code, called in _overseas().get(names.key(name), []):
        if where in ("", _department(code)):
            found.setdefault(code, called)
    labels = [f"{called} ({_department(code)})" for code, called in found.items()]
    return [
        (code, label if labels.count(label) == 1 else f"{called} ({code})")
        for (code, called), label in zip(found.items(), labels, strict=True)
    ]


def _arrondissement(conn: Connection, name: str) -> list[Place]:
    city, number = names.apart(name)
    if number is None:
        return []
    wanted = names.arrondissement_key(city, number)
    return [(each.code, f"{each.name} ({each.commune.department})") for each in look(conn, [wanted])(wanted)]


def _code_then(conn: Connection, named: Named, born: date | None, where: str) -> str:
    """The code that a commune had on a day, or in a département, before that was divided; its own on any other."""
    rows = conn.execute(
        "select code from retired_commune where current_code = %s order by code", [named.commune.code]
    ).fetchall()
    here = _department(named.code)
    before = [code for (code,) in rows if _department(code) in MOVED and _department(code) != here]
    # Most kept their numbers. Of another one nothing else tells whether it was this commune's or a neighbour's.
    same = [code for code in before if code[2:] == named.code[2:]] or (
        before if len(before) == 1 and not named.is_former else []
    )
    if not same or here in MOVED:
        return named.code
    was = _department(same[0])
    return same[0] if where == was or (born is not None and born < MOVED[was]) else named.code


def _name_of(conn: Connection, code: str) -> str:
    """Of an INSEE code, with the département; the code itself where nothing is known of it."""
    row = conn.execute(
        "select name from commune where code = %(code)s"
        " union all (select name from former_name where code = %(code)s order by ended_on desc nulls first limit 1)"
        " union all select c.name from retired_commune r join commune c on c.code = r.current_code"
        "  where r.code = %(code)s limit 1",
        {"code": code},
    ).fetchone()
    if row:
        return f"{row[0]} ({_department(code)})"
    others = (*_countries().values(), *(place for places in _overseas().values() for place in places))
    return dict(others).get(code, code)


def _department(code: str) -> str:
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _apart(text: str) -> tuple[str, str, str]:
    """The name, what is written behind it, and the same where that is written without a sign: « Saint-Denis (93) » and
    « Saint-Denis, 93 » have a département, « Saint-Martin (14625) » a code, « Nantes 44000 » a postcode."""
    found = re.search(r"(?<![\s,(])(?P<sign>[\s,(]+)(?P<code>\d[\dAB](?:\d{3}|\d)?)\s*\)?$", text[:200], re.IGNORECASE)
    if not found:
        return text, "", ""
    name, code = text[: found.start()].strip(), found["code"].upper()
    if found["sign"].strip():
        return name, code, ""
    return name, names.department_of(code) if len(code) == len("44000") else code, code


@lru_cache
def _countries() -> Mapping[str, Place]:
    """By the key of the name; the first name of a code is the usual one."""
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    usual: dict[str, str] = {}
    for code, name in rows:
        usual.setdefault(code, name)
    return {names.key(name): (code, usual[code]) for code, name in rows}


@lru_cache
def _overseas() -> Mapping[str, list[Place]]:
    """Communes of collectivities that the search does not know, by the key of the name."""
    found: dict[str, list[Place]] = {}
    with (DATA / "overseas_communes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(names.key(row["name"]), []).append((row["code"], row["name"]))
    return found
