"""The départements' API in the OpenAPI document: the shapes of what is sent and answered, its token, its errors.

api.py reads a body by itself, as it names lines and not members; a test holds the two together.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from registry.agrements.movements.reading import LIMITS
from registry.agrements.movements.rows import Action

PROBLEM = "application/problem+json"

State = Literal["applique", "en_attente", "a_rapprocher", "refuse", "sans_effet", "ecarte", "annule"]


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Movement(Told):
    """Un mouvement d’un agrément. L’agrément est trouvé par son numéro, puis par le nom et la date de naissance."""

    numero: str = Field(examples=["44-000123"])
    nom: str = Field(examples=["LE GOFF"])
    prenom: str = Field(examples=["Anaïs"])
    date_naissance: date | None = Field(examples=["1980-01-31"])
    mouvement: Action
    date_effet: date = Field(description="Le premier jour où il compte.", examples=["2026-11-23"])


class Movements(Told):
    """Un envoi, appliqué en entier ou pas du tout\u00a0; le même envoi une seconde fois ne change rien."""

    mouvements: list[Movement] = Field(min_length=1, max_length=LIMITS.lines)
    simulation: bool = Field(False, description="Vrai\u00a0: répondre sans rien garder.")


class Line(Told):
    """Ce qu’un mouvement est devenu."""

    ligne: int = Field(ge=1, description="Sa place dans l’envoi, à partir de 1.")
    etat: State = Field(
        description="en_attente\u00a0: jusqu’à son jour\u202f; a_rapprocher\u00a0: aucun agrément ne correspond"
        " sûrement\u202f; sans_effet\u00a0: déjà reçu, ou ne change rien\u202f; ecarte, annule\u00a0: par la Caf ou le"
        " département, depuis."
    )
    motif: str | None


class Outcome(Told):
    envoi: str | None = Field(description="Le numéro de l’envoi\u202f; null pour une simulation.")
    simulation: bool
    deja_recu: bool
    bilan: dict[State, int] = Field(description="Le nombre de lignes de chaque état.")
    lignes: list[Line]


class WrongLine(Told):
    ligne: int
    motif: str


class MovementsProblem(BaseModel):
    """RFC 9457\u00a0; rien n’a été appliqué."""

    type: str = Field(examples=["/problems/movements-invalid"])
    title: str
    status: int
    detail: str
    errors: list[WrongLine] = Field(description="Les lignes à corriger\u202f; vide quand l’envoi entier est refusé.")


SCHEMAS: tuple[type[BaseModel], ...] = (Movements, Outcome, MovementsProblem)

TOKEN = {
    "token": {"type": "http", "scheme": "bearer", "description": "Le jeton d’un département (docs/movements.md)."},
}


def problem(description: str, model: str = "Problem") -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{model}"}}}}


ROUTE: dict[str, Any] = {
    "tags": ["département"],
    "summary": "Envoyer des mouvements d’agréments",
    "responses": {
        200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}}},
        401: problem("Le jeton manque, ou n’est plus bon."),
        404: problem("Ce site n’a pas de registre."),
        413: problem("L’envoi est trop lourd."),
        415: problem("L’envoi n’est pas annoncé en application/json."),
        422: problem("Un mouvement au moins n’en est pas un.", "MovementsProblem"),
        429: problem("Trop de demandes\u202f; Retry-After dit quand revenir."),
        503: problem("Le registre ne répond pas\u202f; le même envoi peut être refait."),
    },
    "openapi_extra": {
        "security": [{"token": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Movements"}}},
        },
    },
}
"""What FastAPI is told of the one route."""
