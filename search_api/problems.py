"""Errors as RFC 9457 problem documents: French for the reader, stable types for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
SHOWN_VALUE = 200
"""A refused value is quoted up to this many characters."""

NOT_YET = {
    "route": "la recherche le long d’un trajet viendra avec une prochaine version",
    "detour_km": "la recherche le long d’un trajet viendra avec une prochaine version",
}
"""Parameters that the design promises and that no version answers yet."""


class ParameterError(Exception):
    """A request that cannot be answered as it stands: `errors` names each parameter, its value, what is allowed."""

    def __init__(self, name: str, value: object, allowed: str, message: str = "valeur refusée") -> None:
        self.errors = [refusal(name, value, allowed, message)]
        super().__init__(detail(self.errors))

    @classmethod
    def of(cls, errors: list[dict[str, str]]) -> "ParameterError":
        """One error for several parameters; `errors` as `refusal` makes them, at least one."""
        error = cls.__new__(cls)
        error.errors = errors
        Exception.__init__(error, detail(errors))
        return error


def refusal(name: str, value: object, allowed: str, message: str) -> dict[str, str]:
    return {"parameter": name, "value": str(value)[:SHOWN_VALUE], "allowed": allowed, "message": message}


def unknown(name: str, value: object, known: Iterable[str]) -> dict[str, str]:
    """The refusal of a parameter that the route does not have."""
    if name in NOT_YET:
        return refusal(name, value, "", f"pas encore\u00a0: {NOT_YET[name]}")
    return refusal(name, value, ", ".join(known) or "aucun paramètre", "paramètre inconnu")


def detail(errors: Iterable[Mapping[str, str]]) -> str:
    """One French sentence for each refusal."""
    return " ".join(
        f"Paramètre «\u00a0{error['parameter']}\u00a0»\u00a0: {error['message']}."
        + (f" Permis\u00a0: {error['allowed']}." if error["allowed"] else "")
        for error in errors
    )


def parameter_errors(errors: Iterable[Mapping[str, Any]], model: type[BaseModel]) -> ParameterError:
    """What pydantic found wrong in a query string, in French and by the public names of the parameters."""
    names = {field.alias or name: field for name, field in model.model_fields.items()}
    refusals: dict[tuple[str, str], dict[str, str]] = {}
    for error in errors:
        name = next((part for part in error["loc"] if isinstance(part, str) and part != "query"), "")
        value = error["input"]
        if error["type"] == "extra_forbidden":
            refusals[name, str(value)] = unknown(name, value, names)
            continue
        extra = names[name].json_schema_extra if name in names else None
        allowed = str(extra.get("x-allowed", "")) if isinstance(extra, dict) else ""
        message = f"valeur «\u00a0{str(value)[:SHOWN_VALUE]}\u00a0» refusée"
        if error["type"] == "missing":
            value, message = "", "valeur manquante"
        elif error["type"] == "value_error":
            message = str(error["ctx"]["error"])
        # A union reports each of its branches: one refusal for each parameter and value is enough.
        refusals.setdefault((name, str(value)), refusal(name, value, allowed, message))
    return ParameterError.of(list(refusals.values()))


def problem(
    status: int, kind: str, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """A problem document; `kind` is the last part of its stable type."""
    content = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail, **more}
    return Response(orjson.dumps(content), status, headers, MEDIA_TYPE)


def invalid(error: ParameterError) -> Response:
    return problem(422, "parameter-invalid", "Paramètre refusé", str(error), errors=error.errors)


def unavailable(retry_after_s: int) -> Response:
    return problem(
        503,
        "search-unavailable",
        "Recherche indisponible",
        "La recherche est indisponible pour le moment. Réessayez dans quelques instants.",
        headers={"Retry-After": str(retry_after_s)},
    )


def not_ready(reason: str) -> Response:
    return problem(503, "not-ready", "Pas prêt", reason, headers={"Retry-After": "5"})


def too_many(retry_after_s: int) -> Response:
    return problem(
        429,
        "too-many-requests",
        "Trop de demandes",
        f"Trop de fiches d’assistants maternels ont été consultées. Réessayez dans {retry_after_s} secondes.",
        headers={"Retry-After": str(retry_after_s)},
    )


def not_found(detail: str) -> Response:
    return problem(404, "not-found", "Introuvable", detail)


HTTP_TITLES = {
    404: ("not-found", "Introuvable", "Il n’y a rien à cette adresse."),
    405: ("method-not-allowed", "Méthode refusée", "Cette adresse ne répond qu’à GET."),
    500: ("internal", "Erreur interne", "Une erreur de notre part a empêché de répondre."),
}


def http_error(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a bare HTTP status."""
    kind, title, detail = HTTP_TITLES.get(status, ("http", "Erreur", f"La réponse porte le statut HTTP {status}."))
    return problem(status, kind, title, detail, headers=headers)
