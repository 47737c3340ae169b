"""Where somebody was born, as INSEE writes it: by the code that the place had on that day, which stands in her number.

A commune keeps the code under which births were registered there when it has merged or changed its name or département
since, so that names and codes of before are asked for as those of today are; also overseas communes that the search
does not know, and countries.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from domain import localities, spelling
from registry.database import Connection
from registry.territory import names, names_of
from registry.territory.names import Named

DATA = Path(__file__).parents[1] / "data"
COUNTRIES = DATA / "countries.csv"
MOST_CHOICES = 12

_CODE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)
_BEHIND = re.compile(r"(?<![\s,(])(?P<sign>[\s,(]+)(?P<code>\d[\dAB](?:\d{3}|\d)?)\s*\)?$", re.IGNORECASE)

Place = tuple[str, str]
"""Code and name."""


def meant(conn: Connection, typed: str, born: date | None = None) -> list[Place]:
    """Code and name of what is typed: « Nantes », « Saint-Denis (93) », « Paris 14e », « Portugal », or an INSEE code.

    Several are namesakes, at most MOST_CHOICES, each with what tells it from the others. A code is believed: countries
    of another time have only that.
    """
    text = typed.strip()
    if _CODE.fullmatch(written := "".join(text.split()).upper()):
        return [(written, _name_of(conn, written))]
    name, code, is_signed = _name_and_code(_with_codes(conn, text))
    if not name:
        return []
    if is_signed and _CODE.fullmatch(code):
        if code in _bearing(conn, name):
            return [(code, name)]
        is_signed = False  # no code of that name: in brackets or after a comma, people write postcodes too
    if not code and (country := _countries().get(spelling.glued(name))):
        return [country]
    if places := _arrondissement(conn, name):
        return places
    if not code:
        return _called(conn, name, (), born)[:MOST_CHOICES]
    if is_signed:
        return _called(conn, name, (code,), born)[:MOST_CHOICES]
    numbered = _arrondissement(conn, f"{name} {code[-2:]}")
    if _CODE.fullmatch(code):
        return numbered or _called(conn, name, localities.departments_of(code), born)[:MOST_CHOICES]
    # « Paris 14 » is no département; « Marseille 13 » may be the département and the arrondissement.
    return [*numbered, *_called(conn, name, (code,), born)][:MOST_CHOICES]


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


def _bearing(conn: Connection, name: str) -> set[str]:
    """Every code that a place of this name has or had."""
    known = names_of(conn, wanted := names.keys(name))
    codes = {code for key in wanted for named in known(key) for _, code in _codes(conn, named)}
    country = _countries().get(spelling.glued(name))
    return codes | {code for code, _ in _overseas().get(names.key(name), [])} | ({country[0]} if country else set())


def _called(conn: Connection, name: str, where: Sequence[str], born: date | None) -> list[Place]:
    """The communes of a name; `where`: the départements, of then or of today, or none for all."""
    known = names_of(conn, wanted := names.keys(name))
    found: dict[str, str] = {}
    for each in next(filter(None, map(list, map(known, wanted))), []):
        then = _code_then(conn, each, born, where)
        if not where or _department(then) in where or each.commune.department in where:
            found.setdefault(then, each.name)
    for code, called in _overseas().get(names.key(name), []):
        if not where or _department(code) in where:
            found.setdefault(code, called)
    labels = [f"{called} ({_department(code)})" for code, called in found.items()]
    return [
        (code, label if labels.count(label) == 1 else f"{called} ({code})")
        for (code, called), label in zip(found.items(), labels, strict=True)
    ]


def _arrondissement(conn: Connection, name: str) -> list[Place]:
    city, number = localities.apart(name)
    if number is None:
        return []
    wanted = names.key(localities.arrondissement(city, number))
    return [(each.code, f"{each.name} ({each.commune.department})") for each in names_of(conn, [wanted])(wanted)]


def _code_then(conn: Connection, named: Named, born: date | None, where: Sequence[str]) -> str:
    """The code of a commune in another département than today's, or on a day; else its last."""
    codes = _codes(conn, named)
    elsewhere = [code for _, code in codes if _department(code) in where]
    if elsewhere and named.commune.department not in where:
        return elsewhere[-1]
    return next((code for end, code in codes if born and born < end), codes[-1][1])


def _codes(conn: Connection, named: Named) -> list[tuple[date, str]]:
    """The codes that a commune has had, each after the day of its end, in order.

    That of the name, others of the same name, and from another département also those of any name that stood under its
    code: Tremblay-en-France was Tremblay-lès-Gonesse, 93073, and that had been 78622.
    """
    rows: list[tuple[str, str, date | None]] = conn.execute(
        "select code, place_key(name), ended_on from former_name where current_code = %(code)s"
        " union all select code, place_key(name), null from commune where code = %(code)s",
        {"code": named.commune.code},
    ).fetchall()
    name, here = names.key(named.name), _department(named.code)
    others = {key for code, key, _ in rows if code == named.code}
    ends: dict[str, date] = {}
    for code, key, end in rows:
        if code == named.code or key == name or (key in others and _department(code) != here):
            ends[code] = max(ends.get(code, date.min), end or date.max)
    return sorted((end, code) for code, end in ends.items())


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
    return next((name for known, name in others if known == code), code)


def _name_and_code(text: str) -> tuple[str, str, bool]:
    """The name, the code behind it, and whether a sign parts them: « Saint-Denis (93) » and « Saint-Denis, 93 » have a
    département, « Saint-Martin (14625) » an INSEE code, « Nantes 44000 » a postcode."""
    found = _BEHIND.search(text[:200])
    if not found:
        return text, "", False
    return text[: found.start()].strip(), found["code"].upper(), bool(found["sign"].strip())


def _department(code: str) -> str:
    """Of an INSEE code."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


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
