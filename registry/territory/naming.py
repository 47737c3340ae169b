"""The communes that people type, as INSEE codes; and the MAM of a commune. Where they were born is `birthplaces`'."""

from collections.abc import Iterable, Mapping

from domain import civil, spelling
from registry.database import Connection
from registry.territory import arrondissements, birthplaces, current_codes, names, names_of
from registry.territory.names import Commune

Choices = list[tuple[str, str]]
"""Code and name."""


def resolved(conn: Connection, values: Mapping[str, str]) -> dict[str, str]:
    """The values with `<field>_code`, and `<field>_choix` where several places fit, for the places among them. A
    postcode is written as lists have it; `code_postal_choix`: those of the commune, where it is none of them."""
    found = dict(values)
    if "lieu_naissance" in values:
        born = civil.typed_day(values.get("naissance", ""))
        places = birthplaces.meant(conn, values["lieu_naissance"], born)
        _add(found, "lieu_naissance", places, places)
    if "commune" in values:
        postcode = names.postcode(values.get("code_postal", ""))
        fitting = communes(conn, values["commune"], postcode)
        own = _postcodes(conn, [code for code, _ in fitting])
        asked: list[str] = []
        if fitting and postcode not in own:
            if len(own) == 1:
                postcode = own[0]
            else:
                fitting, asked = [], own
        found["code_postal"] = postcode
        found["code_postal_choix"] = "\n".join(asked)
        _add(found, "commune", fitting, communes_of(conn, postcode))
    if "mam" in values:
        found["mam_nom"] = mam_name(conn, values["mam"]) or ""
    return found


def communes(conn: Connection, typed: str, postcode: str) -> Choices:
    """Code and name of the communes of this postcode that are called so, or were; a code of one of them is taken as it
    is. Of a postcode that no commune has (CEDEX), those of its département.

    « Paris » with 75015 is its arrondissement; « Nantes Chantenay » is the commune that it begins with.
    """
    here, wanted = communes_of(conn, postcode), spelling.place(typed)
    codes = current_codes(conn, [typed.strip().upper()]).values()
    if of_code := [each for each in here if each[0] in codes]:
        return of_code
    known = names_of(conn, names.keys(typed))
    called = names.of_postcode(known, postcode, typed)
    if not here:
        called = names.of_department(known, postcode, typed)
    if called:
        return [part for each in called for part in _parts(conn, each.commune, postcode, typed)]
    for match in (
        [each for each in here if wanted and spelling.place(each[1]).startswith(f"{wanted} ")],
        [each for each in here if wanted.startswith(f"{spelling.place(each[1])} ")],
    ):
        if match:
            return match
    return []


def communes_of(conn: Connection, postcode: str) -> Choices:
    """Code and name of the communes of a postcode; arrondissements in the place of their city."""
    return conn.execute(
        "select c.code, c.name from commune c where %s = any (c.postcodes)"
        " and not exists (select from commune a where a.parent = c.code and %s = any (a.postcodes)) order by c.name",
        [postcode, postcode],
    ).fetchall()


def _parts(conn: Connection, commune: Commune, postcode: str, typed: str) -> Choices:
    parts = names.parts(commune, arrondissements(conn, commune.code), postcode, typed)
    return [(each.code, each.name) for each in parts]


def _postcodes(conn: Connection, codes: list[str]) -> list[str]:
    """Of all these communes."""
    rows = conn.execute(
        "select distinct p from commune c cross join unnest(c.postcodes) p where c.code = any (%s) order by p", [codes]
    ).fetchall()
    return [postcode for (postcode,) in rows]


def mams(conn: Connection, typed: str) -> list[tuple[str, str]]:
    """Id and name with its address of the published MAM in the communes of that name or postcode."""
    postcode, wanted = names.postcode(typed), names.keys(typed)
    known = names_of(conn, wanted)
    codes = [each.commune.code for key in wanted for each in known(key)] or [typed.strip().upper()]
    return [
        (id, f"{name} ({address}, {commune})" if address else f"{name} ({commune})")
        for id, name, address, commune in conn.execute(
            "select o.id, o.name, o.address, c.name from offer o join commune c on c.code = o.commune"
            " where o.kind = 'mam' and is_public(o) and (o.postcode = %s or c.code = any (%s) or c.parent = any (%s))"
            " order by o.name, o.id limit 100",
            [postcode, codes, codes],
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


def _add(found: dict[str, str], name: str, places: Choices, choices: Choices) -> None:
    code, label = places[0] if len(places) == 1 else ("", "")
    found[f"{name}_code"], found[f"{name}_nom"] = code, label
    found[f"{name}_choix"] = "" if code else "\n".join(label for _, label in choices)
