"""The parameters of the filters by value, each made of its row in the table of filters."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from domain import week
from search_api import filter_table
from search_api.filter_table import Cents, Clock, Codes, Filter, Flag, Names
from search_api.request.lists import without_repeats
from search_api.request.parameter_types import (
    START_TIME,
    as_integer,
    codes,
    described,
    one_of,
    parsed,
    written,
    written_like,
)

Definition = tuple[Any, Any]
"""A type with its description, and the default: as `pydantic.create_model` takes them."""


def parameters() -> dict[str, Any]:
    """The definition of each filter, by its name."""
    return {row.name: parameter(row) for row in filter_table.FILTERS}


def parameter(row: Filter) -> Definition:
    match row.takes:
        case Codes(of=code, example=example):
            values = code.codes()
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
        case Clock(example=time, closing=closing):
            return _clock(row, closing, time), None


def choice(values: Iterable[str], meaning: str, example: str) -> Any:
    return described(f"{meaning} Répétable.", codes(values), [example])


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


def _clock(row: Filter, closing: bool, example: str) -> Any:
    pattern = f"({START_TIME}|24:00)" if closing else START_TIME
    allowed = "de 00:01 à 24:00, qui est la fin du jour (comme 00:00)" if closing else "de 00:00 à 23:59"
    return Annotated[
        str | None,
        parsed(lambda text: as_clock(text, closing)),
        written_like(pattern, example),
        described(row.meaning, f"une heure HH:MM, {allowed}"),
    ]


def as_boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"«\u00a0{text[:60]}\u00a0» n’est ni true ni false")
    return text == "true"


def as_clock(text: str, closing: bool) -> str:
    """Raises ValueError in French."""
    minute = week.minute(text)
    if minute is None or (minute == week.DAY and not closing):
        raise ValueError(f"«\u00a0{text[:60]}\u00a0» n’est pas une heure")
    return week.clock(minute, closing=closing)
