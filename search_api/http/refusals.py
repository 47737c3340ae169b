"""The shapes of what is refused or failed (RFC 9457), and the answers of a route that may end so."""

from typing import Any

from pydantic import BaseModel, Field

from search_api.http.schemas import Answer
from search_api.problems import KINDS


class Refusal(Answer):
    """Un paramètre refusé."""

    parameter: str
    value: str
    allowed: str = Field(description="Ce qui est permis\u202f; vide quand message le dit déjà.")
    message: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str = Field(examples=["/problems/parameter-invalid"])
    title: str
    status: int
    detail: str
    errors: list[Refusal] | None = Field(None, description="Les paramètres refusés (422).")


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for its errors."""
    meanings: dict[int, list[str]] = {}
    for kind in KINDS.values():
        meanings.setdefault(kind.status, []).append(kind.meaning)
    return {
        status: {
            "description": " Ou\u00a0: ".join(meanings[status]),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
