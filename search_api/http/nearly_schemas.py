"""The answers about a need that hardly anybody covers, typed, for the OpenAPI document (as `schemas`)."""

from typing import Literal

from pydantic import Field

from search_api.http.schemas import Answer, Card, Data, Filters, Hours, Total


class NearlyItem(Answer):
    """Une recherche qui demande un peu moins, et ce qu’elle trouve\u202f; seuls les membres de son change sont là."""

    change: Literal["shorter", "fewer_days", "fewer_places", "farther"] = Field(
        description="shorter\u00a0: minutes de moins aux deux bouts de chaque plage d’heures\u202f;"
        " fewer_days\u00a0: sans le jour day\u202f; fewer_places\u00a0: places places\u202f; farther\u00a0: jusqu’à km"
        " kilomètres."
    )
    minutes: Literal[15, 30, 60] | None = None
    day: str | None = None
    places: int | None = None
    km: float | None = None
    label: str
    total: int = Field(description="Les offres que cette recherche trouve.")
    more: int = Field(description="De plus que le total de la réponse.")
    parameters: dict[str, list[str]] = Field(description="Les paramètres de cette recherche, pour /api/v1/offers.")


class Nearly(Answer):
    """Toujours avec match=all et sans include\u00a0: total compte les offres dont on sait qu’elles couvrent tout le
    besoin."""

    query: Filters
    total: Total
    items: list[NearlyItem]
    data: Data


class PairPart(Hours):
    """Une ligne du besoin un jour\u202f; une fin à 24:00 est minuit, une fin avant le début est le lendemain."""

    places: int


class Pair(Answer):
    """Deux offres qui couvrent le besoin ensemble, dans la période en cours à la date from."""

    way: Literal["children", "times"] = Field(
        description="children\u00a0: chacune toutes les heures, pour une partie des enfants\u202f; times\u00a0: les"
        " heures sont partagées."
    )
    offers: list[Card] = Field(min_length=2, max_length=2)
    between_m: int = Field(description="La distance de l’une à l’autre, en mètres.")
    farthest_m: int | None = Field(
        description="La distance de la plus éloignée au point near ou au trajet route, en mètres\u202f; null sans eux."
    )
    summary: str = Field(
        examples=["Léa M.\u00a0: mardi et jeudi. Anne D.\u00a0: mercredi, à 400\u00a0m de chez Léa M."]
    )
    parts: list[list[PairPart]] = Field(
        min_length=2, max_length=2, description="Ce que fait la première, et la seconde."
    )


class Pairs(Answer):
    query: Filters
    items: list[Pair]
    data: Data
