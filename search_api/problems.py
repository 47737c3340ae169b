"""Errors as RFC 9457 problem documents: French for the reader, stable types for programs."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from domain import french

MEDIA_TYPE = "application/problem+json"
SHOWN_VALUE = 200
"""A refused value is quoted up to this many characters."""
SHOWN_ERRORS = 10
"""Refusals in one answer, each with what is allowed: a request may hold two hundred, and be answered by a hundred
times what it sent."""

MOST_QUERY_BYTES, MOST_PARAMETERS = 8_000, 200
"""Of a query string: the longest that means something (fifty communes, every filter, a cursor) is half as much."""


class Kind(NamedTuple):
    """What a type of problem stands for; `meaning` is for the documentation, an answer's `detail` says more."""

    status: int
    title: str
    meaning: str


KINDS = {
    "parameter-invalid": Kind(
        422, "Paramètre refusé", "Un paramètre est inconnu, sa valeur refusée, ou il ne va pas avec un autre."
    ),
    "not-found": Kind(404, "Introuvable", "Il n’y a rien à cette adresse, ou l’offre n’est plus publiée."),
    "method-not-allowed": Kind(405, "Méthode refusée", "Cette adresse ne répond qu’à GET et HEAD."),
    "request-too-long": Kind(
        414,
        "Demande trop longue",
        f"La chaîne de requête passe {MOST_QUERY_BYTES} octets ou {MOST_PARAMETERS} paramètres.",
    ),
    "too-many-requests": Kind(
        429,
        "Trop de demandes",
        "Le client a épuisé ses demandes, ou les fiches d’assistants maternels qu’il peut lire\u202f; Retry-After dit"
        " quand revenir.",
    ),
    "internal": Kind(500, "Erreur interne", "Une erreur de notre part a empêché de répondre."),
    "search-unavailable": Kind(
        503, "Recherche indisponible", "La recherche ne répond pas\u202f; Retry-After dit quand revenir."
    ),
    "not-ready": Kind(503, "Pas prêt", "Les données manquent ou sont en retard (/readyz seulement)."),
}
"""Every problem that has a type of its own, by the last part of that type. Programs rely on it: a type may be added,
none may change its name or its status."""

BY_STATUS = {404: "not-found", 405: "method-not-allowed", 500: "internal"}
"""The kinds of the errors that the framework raises by their status alone."""


RETRY_AFTER_S = 5
"""How long a client is asked to wait while the search does not answer: a node restarts in about this time."""


class EngineUnavailable(Exception):
    """Elasticsearch does not answer, answers too late, or has no index yet."""


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
        given = error["input"]
        value = ", ".join(map(str, given)) if isinstance(given, list) else given
        if error["type"] == "extra_forbidden":
            refusals[name, str(value)] = unknown(name, value, names)
            continue
        extra = names[name].json_schema_extra if name in names else None
        allowed = str(extra.get("x-allowed", "")) if isinstance(extra, dict) else ""
        message = f"valeur «\u00a0{str(value)[:SHOWN_VALUE]}\u00a0» refusée"
        if error["type"] == "missing":
            value, message = "", "valeur manquante"
        elif error["type"] == "too_long" and isinstance(given, list):
            message = f"{len(given)} valeurs, c’est trop\u00a0: au plus {error['ctx']['max_length']}"
        elif error["type"] == "value_error":
            message = str(error["ctx"]["error"])
        # A union reports each of its branches: one refusal for each parameter and value is enough.
        refusals.setdefault((name, str(value)), refusal(name, value, allowed, message))
    return ParameterError.of(list(refusals.values()))


def problem(kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """The problem document of one of `KINDS`."""
    return document(KINDS[kind].status, f"/problems/{kind}", KINDS[kind].title, detail, headers, **more)


def document(
    status: int, type: str, title: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """Never cached: what was wrong a moment ago may be right by now."""
    content = {"type": type, "title": title, "status": status, "detail": detail, **more}
    return Response(orjson.dumps(content), status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


def invalid(error: ParameterError) -> Response:
    """Names the first SHOWN_ERRORS refusals, and says how many more there are."""
    shown = error.errors[:SHOWN_ERRORS]
    more = len(error.errors) - len(shown)
    told = f" Et {_MORE.of(more)}." if more else ""
    return problem("parameter-invalid", detail(shown) + told, errors=shown)


def unavailable() -> Response:
    detail = "La recherche est indisponible pour le moment. Réessayez dans quelques instants."
    return problem("search-unavailable", detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def not_ready(reason: str) -> Response:
    return problem("not-ready", reason, headers={"Retry-After": "5"})


def too_many_fiches(retry_after_s: int) -> Response:
    return too_many("Trop de fiches d’assistants maternels ont été consultées.", retry_after_s)


def too_many_requests(retry_after_s: int) -> Response:
    return too_many("Vous avez fait toutes les demandes permises pour le moment.", retry_after_s)


_SECOND = french.Plural("seconde", "secondes")
_MORE = french.Plural("autre refus", "autres refus")


def too_many(reason: str, retry_after_s: int) -> Response:
    seconds = _SECOND.of(retry_after_s)
    detail = f"{reason} Réessayez dans {seconds}."
    return problem("too-many-requests", detail, headers={"Retry-After": str(retry_after_s)})


def too_long() -> Response:
    return problem("request-too-long", KINDS["request-too-long"].meaning)


def not_found(detail: str) -> Response:
    return problem("not-found", detail)


def http_error(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a bare HTTP status; one that we do not raise ourselves has no type but its status (RFC 9457,
    4.2.1)."""
    if status in BY_STATUS:
        kind = BY_STATUS[status]
        return problem(kind, KINDS[kind].meaning, headers=headers)
    return document(status, "about:blank", "Erreur", f"La réponse porte le statut HTTP {status}.", headers)
