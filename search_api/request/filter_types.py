"""The parameters of the filters by value, each made of its row in the table of filters."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from search_api import filter_table
from search_api.filter_table import Cents, Codes, Filter, Flag, Names
from search_api.request.parameter_types import (
    as_boolean,
    as_integer,
    choice,
    described,
    one_of,
    parsed,
    without_repeats,
    written,
)

Definition = tuple[Any, Any]
"""A type with its description, and the default: as `pydantic.create_model` takes them."""


def parameters() -> dict[str, Any]:
    """The definition of each filter, by its name."""
    return {row.name: parameter(row) for row in filter_table.FILTERS}


def parameter(row: Filter) -> Definition:
    match row.takes:
        case Codes(of=codes, example=example):
            values = codes.codes()
            type = Annotated[
                list[Annotated[str, one_of(values)]],
                AfterValidator(without_repeats),
                choice(values, row.meaning, example),
            ]
            return type, Field(default_factory=list)
        case Names(most=most, longest=longest, example=example):
            return _names(row, most, longest, example), Field(default_factory=list)
        case Cents(most=most, example=cents):
            return _cents(row, most, cents), None
        case Flag():
            return (
                Annotated[
                    bool | None, parsed(as_boolean), written("boolean", True), described(row.meaning, "true ou false")
                ],
                None,
            )


def _names(row: Filter, most: int, longest: int, example: str) -> Any:
    return Annotated[
        list[Annotated[str, Field(min_length=1, max_length=longest)]],
        Field(max_length=most),
        AfterValidator(without_repeats),
        described(f"{row.meaning} Répétable.", f"au plus {most} noms de 1 à {longest} caractères", [example]),
    ]


def _cents(row: Filter, most: int, example: int) -> Any:
    return Annotated[
        int | None,
        parsed(as_integer),
        Field(ge=1, le=most),
        written("integer", example, minimum=1, maximum=most),
        described(row.meaning, f"un nombre entier de centimes d’euro, de 1 à {most}"),
    ]
