"""Movements from a département's own software: JSON by a token, applied at once, each row answered.

No cookie is read here, so no other site can send anything in somebody's name. docs/movements.md tells it to those who
call it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import orjson
import psycopg
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from domain.spelling import fold
from registry import database
from registry.accounts import tokens
from registry.agrements.movements import files, mapping
from registry.agrements.movements.reading import LIMITS, row_of
from registry.agrements.movements.rows import ACTIONS, Row
from registry.database import Pool
from registry.intake import runs
from registry.intake.tables import Cell
from search_api.problems import document
from web.core.site import Site
from web.staff.movements import described

router = APIRouter()

PATH = "/departement/api/v1/mouvements"

MOST_BYTES = 2 * 1024 * 1024

FIELDS = {
    "numero": "number",
    "nom": "last_name",
    "prenom": "first_name",
    "date_naissance": "birth_date",
    "mouvement": "action",
    "date_effet": "effective_on",
}

STATES = {
    "applied": "applique",
    "waiting": "en_attente",
    "unmatched": "a_rapprocher",
    "refused": "refuse",
    "duplicate": "sans_effet",
    "dropped": "ecarte",
    "undone": "annule",
}

MOST_ERRORS = 100


class _Refused(Exception):
    """A body that is not applied at all. `errors`: lines with what is wrong with them."""

    def __init__(self, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(detail)
        self.detail, self.errors = detail, errors or []


def sender(request: Request) -> str | Response:
    """The département whose token came with the request; or the refusal, before anything of the body is read."""
    site: Site = request.app.state.site
    if site.registry is None:
        return document(404, "/problems/not-found", "Introuvable", "Ce site n’a pas de registre.")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    department = None
    if scheme.lower() == "bearer" and token.strip():
        try:
            with site.registry.connection() as conn:
                department = tokens.department_of(conn, token.strip(), site.now())
        except psycopg.OperationalError:
            return _away()
    if department is None:
        return document(
            401,
            "/problems/token-invalid",
            "Jeton refusé",
            "Il faut l’en-tête Authorization\u00a0: Bearer, et un jeton du département qui n’est pas révoqué.",
            {"WWW-Authenticate": "Bearer"},
        )
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return document(415, "/problems/media-type", "Type refusé", "Les mouvements sont attendus en application/json.")
    return department


Sender = Annotated[str | Response, Depends(sender)]


async def body(request: Request, sender: Sender) -> bytes | None:
    """What was sent, counted as it comes; None when it is more than MOST_BYTES, or by nobody who may."""
    if isinstance(sender, Response):
        return None
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MOST_BYTES:
            return None
    return bytes(received)


@router.post(PATH, **described.ROUTE)
def send_movements(request: Request, sender: Sender, data: Annotated[bytes | None, Depends(body)]) -> Response:
    """Chaque mouvement reçoit sa réponse. Les dates sont en ISO 8601, l’envoi fait au plus 2 Mio. Après un délai
    dépassé, renvoyez le même envoi\u00a0: il répond où en sont ses lignes.
    """
    site: Site = request.app.state.site
    if isinstance(sender, Response):
        return sender
    if data is None or site.registry is None:
        return document(413, "/problems/too-large", "Trop lourd", f"{MOST_BYTES} octets au plus par envoi.")
    try:
        return _answer(site, site.registry, sender, data)
    except _Refused as refused:
        errors = refused.errors[:MOST_ERRORS]
        return document(422, "/problems/movements-invalid", "Mouvements refusés", refused.detail, errors=errors)
    except psycopg.OperationalError:
        return _away()


def _away() -> Response:
    detail = "Le registre ne répond pas. Rien n’a été appliqué\u00a0: renvoyez le même envoi dans un instant."
    return document(503, "/problems/registry-unavailable", "Registre indisponible", detail, {"Retry-After": "10"})


def _answer(site: Site, registry: Pool, department: str, data: bytes) -> Response:
    rows, only_try = _read(data, department, site)
    if only_try:
        with registry.connection() as conn:
            lines = [
                (row.line, state, reason) for row, state, reason in files.rehearse(conn, department, rows, site.today())
            ]
        return _document(lines, id=None, known=False, only_try=True)
    id, known = database.run(registry, lambda conn: files.receive(conn, department, "API", data, rows, site.now()))
    with registry.connection() as conn:
        stored = files.report(conn, None, runs.find(conn, id, files.KIND, department))
    return _document([(each.row.line, each.state, each.reason) for each in stored], str(id), known, only_try=False)


def _document(lines: list[tuple[int, str, str | None]], id: str | None, known: bool, *, only_try: bool) -> Response:
    content = {
        "envoi": id,
        "simulation": only_try,
        "deja_recu": known,
        "bilan": Counter(STATES[state] for _, state, _ in lines),
        "lignes": [{"ligne": line, "etat": STATES[state], "motif": reason} for line, state, reason in lines],
    }
    return Response(orjson.dumps(content), 200, {"Cache-Control": "no-store"}, "application/json")


def _read(data: bytes, department: str, site: Site) -> tuple[list[Row], bool]:
    """The movements of a body, all of them or none, and whether they are only to be tried."""
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _Refused("Le corps n’est pas du JSON en UTF-8.") from error
    if not isinstance(content, dict) or not set(content) <= {"mouvements", "simulation"}:
        raise _Refused("Le corps est un objet qui a «\u00a0mouvements\u00a0», et au plus «\u00a0simulation\u00a0».")
    listed, only_try = content.get("mouvements"), content.get("simulation", False)
    if not isinstance(listed, list) or not 1 <= len(listed) <= LIMITS.lines:
        raise _Refused(f"«\u00a0mouvements\u00a0» est une liste de 1 à {LIMITS.lines} mouvements.")
    if not isinstance(only_try, bool):
        raise _Refused("«\u00a0simulation\u00a0» vaut true ou false.")
    layout = replace(
        mapping.of(department),
        dates=("%Y-%m-%d",),
        actions={fold(action): action for action in ACTIONS},
        number_length=0,
    )
    rows, errors = [], []
    for line, each in enumerate(listed, start=1):
        problems = _shape(each)
        row = None
        if not problems:
            values: Mapping[str, Cell] = {FIELDS[name]: _cell(value) for name, value in each.items()}
            row, problems = row_of(line, values, layout, department, site.today())
        if row is not None:
            rows.append(row)
        else:
            errors.append({"ligne": line, "motif": " ".join(problems)})
    if errors:
        lines = ", ".join(str(each["ligne"]) for each in errors[:20])
        raise _Refused(
            f"Rien n’a été appliqué. À corriger\u00a0: lignes {lines}{'…' if len(errors) > 20 else ''}.", errors
        )
    return rows, only_try


def _shape(each: Any) -> list[str]:
    if not isinstance(each, dict):
        return ["Chaque mouvement est un objet."]
    unknown = sorted(set(each) - set(FIELDS))
    if unknown:
        return [f"Champs inconnus\u00a0; permis\u00a0: {', '.join(FIELDS)}."]
    wrong = [name for name, value in each.items() if not isinstance(value, str) and value is not None]
    return [f"«\u00a0{name}\u00a0» est un texte." for name in wrong]


def _cell(value: str | None) -> Cell:
    return " ".join((value or "").split())
