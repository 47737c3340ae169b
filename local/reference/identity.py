"""Reference of the national identity system: the contract of docs/identity-service.md over fictitious people.

`python -m local.reference.identity --port N`. Wants IDENTITY_TOKEN as bearer token where the environment gives one.
POST /_away {"away": true}, {"away": "slow"} or {"away": false} makes it fail as the real one may, or come back.
"""

import argparse
import csv
import hmac
import time
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from local.reference import serve
from settings import get_settings

PEOPLE = Path(__file__).with_name("identities.csv")

SLOW_S = 8.0
"""Longer than any caller waits."""


class Question(BaseModel):
    last_name: str = Field(min_length=1, max_length=100)
    first_names: str = Field(min_length=1, max_length=200)
    birth_date: date
    birth_place: str | None = Field(None, pattern=r"^[0-9][0-9AB][0-9]{3}$")
    nir: str | None = Field(None, pattern=r"^[0-9]{5}[0-9]([0-9]|A|B)[0-9]{8}$")


class Told(BaseModel):
    away: bool | Literal["slow"]


@dataclass(frozen=True)
class Person:
    first_names: str
    last_name: str
    birth_date: str
    birth_place: str
    nir: str
    note: str


def people(path: Path = PEOPLE) -> list[Person]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Person(**row) for row in csv.DictReader(file)]


def result(known: list[Person], asked: Question) -> Literal["match", "no_match", "nir_needed"]:
    """`match`: one person is meant; `nir_needed`: several are, and no number was given."""
    found = [person for person in known if is_meant(person, asked)]
    if asked.nir is None:
        return "nir_needed" if len(found) > 1 else "match" if found else "no_match"
    return "match" if any(person.nir == asked.nir for person in found) else "no_match"


def is_meant(person: Person, asked: Question) -> bool:
    first, given = words(person.first_names), words(asked.first_names)
    return (
        words(person.last_name) == words(asked.last_name)
        and given in (first, first[: len(given)])
        and person.birth_date == asked.birth_date.isoformat()
        and asked.birth_place in (None, person.birth_place)
    )


def words(name: str) -> list[str]:
    """Without accents, capitals, hyphens and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(c if c.isalpha() else " " for c in decomposed if not unicodedata.combining(c)).split()


def create(known: list[Person], token: str) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.state.away = False

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        # Which fields, and not what stood in them.
        return JSONResponse({"fields": sorted({str(each["loc"][-1]) for each in error.errors()})}, 422)

    @app.post("/v1/verifications")
    def _verify(asked: Question, authorization: Annotated[str, Header()] = "") -> dict[str, str]:
        if app.state.away is True:
            raise HTTPException(503)
        if app.state.away == "slow":
            time.sleep(SLOW_S)
        if token and not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401)
        return {"result": result(known, asked)}

    @app.post("/_away")
    def _away(told: Told) -> Told:
        app.state.away = told.away
        return told

    @app.get("/healthz")
    def _alive() -> dict[str, str]:
        return {"status": "ok"}

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", type=Path, default=PEOPLE)
    arguments = parser.parse_args()
    serve(create(people(arguments.people), get_settings().identity_token), arguments.port)
