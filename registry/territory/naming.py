"""The communes and countries that people type, as INSEE codes; and the MAM of a commune."""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from domain import spelling
from registry.database import Connection

COUNTRIES = Path(__file__).parents[1] / "data" / "countries.csv"
MOST_CHOICES = 12

_CODE = re.compile(r"\d[\dAB]\d{3}")


def resolved(conn: Connection, values: Mapping[str, str]) -> dict[str, str]:
    """The values with `<field>_code`, and `<field>_choix` where several places fit, for the places among them."""
    found = dict(values)
    if "lieu_naissance" in values:
        born = birth_places(conn, values["lieu_naissance"])
        _add(found, "lieu_naissance", born, born)
    if "commune" in values:
        postcode = values.get("code_postal", "")
        _add(found, "commune", communes(conn, values["commune"], postcode), communes_of(conn, postcode))
    if "mam" in values:
        found["mam_nom"] = mam_name(conn, values["mam"]) or ""
    return found


def communes(conn: Connection, typed: str, postcode: str) -> list[tuple[str, str]]:
    """Code and name of the communes of this postcode that are called so; the code of one of them is taken as it is.

    « Paris » with 75015 is its arrondissement; « Nantes Chantenay » is the commune that it begins with.
    """
    here, wanted = communes_of(conn, postcode), spelling.place(typed)
    for match in (
        [each for each in here if each[0] == typed.strip().upper()],
        [each for each in here if spelling.place(each[1]) == wanted],
        [each for each in here if wanted and spelling.place(each[1]).startswith(f"{wanted} ")],
        [each for each in here if wanted.startswith(f"{spelling.place(each[1])} ")],
    ):
        if match:
            return match
    return []


def communes_of(conn: Connection, postcode: str) -> list[tuple[str, str]]:
    """Code and name of the communes of a postcode; arrondissements in the place of their city."""
    return conn.execute(
        "select c.code, c.name from commune c where %s = any (c.postcodes)"
        " and not exists (select from commune a where a.parent = c.code and %s = any (a.postcodes)) order by c.name",
        [postcode.strip(), postcode.strip()],
    ).fetchall()


def birth_places(conn: Connection, typed: str) -> list[tuple[str, str]]:
    """Code and name of what is typed: « Nantes », « Saint-Denis (93) », « Portugal », or an INSEE code.

    A code is believed: communes that are no more, and countries of another time, have only that.
    """
    text = typed.strip()
    if _CODE.fullmatch(text.upper()):
        return [(text.upper(), text.upper())]
    name, department = _apart(text)
    if not name:
        return []
    if not department and (country := _countries().get(spelling.place(name))):
        return [country]
    # Compared here: PostgreSQL does not fold as we do, and this is asked once for a person.
    found = [
        (code, f"{commune} ({of})")
        for code, commune, of in conn.execute(
            "select code, name, department from commune where %s in ('', department) order by population desc, code",
            [department],
        )
        if spelling.place(commune) == spelling.place(name)
    ]
    return found[:MOST_CHOICES]


def mams(conn: Connection, typed: str) -> list[tuple[str, str]]:
    """Id and name with its address of the published MAM in the communes of that name or postcode."""
    text = typed.strip()
    return [
        (id, f"{name} ({address}, {commune})" if address else f"{name} ({commune})")
        for id, name, address, commune in conn.execute(
            "select o.id, o.name, o.address, c.name from offer o join commune c on c.code = o.commune"
            " left join commune p on p.code = c.parent"
            " where o.kind = 'mam' and is_public(o) and (o.postcode = %s or lower(c.name) = lower(%s)"
            " or lower(p.name) = lower(%s) or c.code = %s) order by o.name, o.id limit 100",
            [text, text, text, text.upper()],
        )
    ]


def mam_name(conn: Connection, id: str) -> str | None:
    """The name of a published MAM; None for any other id."""
    row = conn.execute("select name from offer o where o.id = %s and o.kind = 'mam' and is_public(o)", [id]).fetchone()
    return row[0] if row else None


def point_of(conn: Connection, commune: str) -> tuple[float, float] | None:
    """Latitude and longitude (degrees, WGS 84) of a commune by its INSEE code: its town hall, or a point inside its
    contour. None for a code that is none."""
    row = conn.execute("select lat, lon from commune where code = %s", [commune]).fetchone()
    return (row[0], row[1]) if row else None


def commune_names(conn: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Names by INSEE code, of those that are known."""
    return dict(conn.execute("select code, name from commune where code = any(%s)", [sorted(codes)]).fetchall())


def department_name(conn: Connection, code: str) -> str:
    """Raises LookupError for a code that is none."""
    row = conn.execute("select name from department where code = %s", [code]).fetchone()
    if row is None:
        raise LookupError("no department of this code")
    return str(row[0])


def departments(conn: Connection) -> list[tuple[str, str]]:
    return [
        (code, f"{code} – {name}")
        for code, name in conn.execute("select code, name from department order by code").fetchall()
    ]


@lru_cache
def _countries() -> dict[str, tuple[str, str]]:
    """By the folded name; the first name of a code is the usual one."""
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    usual: dict[str, str] = {}
    for code, name in rows:
        usual.setdefault(code, name)
    return {spelling.place(name): (code, usual[code]) for code, name in rows}


def _add(found: dict[str, str], name: str, places: list[tuple[str, str]], choices: list[tuple[str, str]]) -> None:
    code, label = places[0] if len(places) == 1 else ("", "")
    found[f"{name}_code"], found[f"{name}_nom"] = code, label
    found[f"{name}_choix"] = "" if code else "\n".join(label for _, label in choices)


def _apart(text: str) -> tuple[str, str]:
    """« Saint-Denis (93) » and « Saint-Denis, 93 » as name and department."""
    found = re.search(r"(?<![\s,(])[\s,(]+(\d[\dAB]\d?)\s*\)?$", text, re.IGNORECASE)
    return (text[: found.start()].strip(), found[1].upper()) if found else (text, "")
