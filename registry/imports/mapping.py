"""The mapping of a source: a small TOML file that says which of its fields is what.

A field is named as the file has it; dots go into nested objects ("ban.citycode").
"""

import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from domain.spelling import fold
from domain.vocabulary import STRUCTURE_KINDS, STRUCTURE_PRECISIONS, Funding, ManagerType, Subkind
from registry.imports.errors import ImportRefused
from registry.imports.wording import quoted

SOURCES = Path(__file__).parent / "sources"

# PostgreSQL holds no NUL, which TOML can write.
Text = Annotated[str, StringConstraints(strict=True, pattern=r"^[^\x00]*$")]
FieldName = Annotated[Text, StringConstraints(min_length=1)]
Shown = Annotated[FieldName, StringConstraints(max_length=300)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Strict):
    """What `registry.source` keeps: where the facts come from, as it is shown beside them."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    label: Shown
    licence: Shown
    published: Shown


class Coded(Strict):
    """A code: a constant `value`, or a `field` with the `spellings` it knows (case and accents don't matter).

    A spelling of "" says that there is nothing to know; one that the table lacks is reported.
    """

    value: FieldName | None = None
    field: FieldName | None = None
    spellings: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.value is None) == (self.field is None):
            raise ValueError("il faut soit « value », soit « field »")
        if self.spellings and self.field is None:
            raise ValueError("« spellings » ne va qu’avec « field »")
        folded: dict[str, str] = {}
        for spelling, code in self.spellings.items():
            if folded.setdefault(fold(spelling), code) != code:
                raise ValueError(f"la graphie {quoted(spelling)} y a deux codes")
        return self

    def codes(self) -> set[str]:
        return {code for code in (self.value, *self.spellings.values()) if code}


class Rewritten(Strict):
    """A text, with `spellings` that replace some of its values; the others are kept as they are."""

    field: FieldName
    spellings: dict[str, Text] = {}


class OfferFields(Strict):
    """The fields of the offer itself. `age_from` and `age_to` are counted in `age_unit`; `age_to` is exclusive."""

    name: FieldName
    kind: Coded
    subkind: Coded | None = None
    manager_name: Rewritten | None = None
    manager_type: Coded | None = None
    capacity: FieldName | None = None
    age_from: FieldName | None = None
    age_to: FieldName | None = None
    age_unit: Literal["months", "years"] = "months"
    funding: Coded | None = None
    phone: FieldName | None = None
    mail: FieldName | None = None
    site: FieldName | None = None

    @model_validator(mode="after")
    def _known_codes(self) -> Self:
        for name, coded, known in (
            # An assistant maternel has private facts, which no open file may bring past the registry's own forms.
            ("kind", self.kind, STRUCTURE_KINDS),
            ("subkind", self.subkind, Subkind.codes()),
            ("manager_type", self.manager_type, ManagerType.codes()),
            ("funding", self.funding, Funding.codes()),
        ):
            check_codes(name, coded, known)
        return self


class PlaceFields(Strict):
    """Where it is: fields of their own, or one `address_line` such as "12 rue X, 44000 Nantes"."""

    address: FieldName | None = None
    postcode: FieldName | None = None
    commune_name: FieldName | None = None
    commune_code: FieldName | None = None
    address_line: FieldName | None = None

    @model_validator(mode="after")
    def _line_or_fields(self) -> Self:
        if self.address_line and (self.address or self.postcode or self.commune_name):
            raise ValueError("« address_line » remplace « address », « postcode » et « commune_name »")
        return self


class PositionFields(Strict):
    """The point: `lat` and `lon` in degrees (WGS 84), or the feature's `geometry`.

    `precision` tells what it stands for. `score` and `label` are a geocoder's: under `least_score` its point
    is believed only where its label names the street of the row's own address, because such a score also
    falls when the question held the structure's name.
    """

    geometry: bool = False
    lat: FieldName | None = None
    lon: FieldName | None = None
    precision: Coded = Coded(value="address")
    score: FieldName | None = None
    least_score: float | None = None
    label: FieldName | None = None

    @model_validator(mode="after")
    def _one_point(self) -> Self:
        if (self.lat is None) != (self.lon is None) or self.geometry == (self.lat is not None):
            raise ValueError("il faut soit « geometry », soit « lat » et « lon »")
        if (self.score is None) != (self.least_score is None):
            raise ValueError("« score » et « least_score » vont ensemble")
        check_codes("precision", self.precision, STRUCTURE_PRECISIONS)
        return self


class Mapping(Strict):
    """One source. `key` names the fields that make a row the same row in the next file."""

    files: tuple[FieldName, ...] = ()
    key: Annotated[tuple[FieldName, ...], Field(min_length=1)]
    several_rows_one_offer: bool = False
    source: Source
    offer: OfferFields
    place: PlaceFields
    position: PositionFields | None = None

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        place = self.place
        if not (place.commune_code or place.commune_name or place.address_line or self.position):
            raise ValueError("il faut un champ qui dise la commune, ou une position")
        return self

    def fields(self) -> set[str]:
        """Every field that the mapping names; a file that lacks one is not of this source."""
        named = set(self.key)
        for part in (self.offer, self.place, self.position):
            for name, value in part or ():
                source = value.field if isinstance(value, Coded | Rewritten) else value
                if isinstance(source, str) and name != "age_unit":
                    named.add(source)
        return named


def check_codes(name: str, coded: Coded | None, known: tuple[str, ...]) -> None:
    """Raise ValueError, in French, for a code that is none of `known`."""
    unknown = sorted(coded.codes() - set(known)) if coded else []
    if unknown:
        raise ValueError(f"{quoted(unknown[0])} n’est pas un code de {quoted(name)} (permis : {', '.join(known)})")


def load(path: Path) -> Mapping:
    """Read a mapping file. Raises ImportRefused when it cannot be read or says something unknown."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportRefused(f"Le fichier de correspondance {path} ne peut pas être lu : {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportRefused(f"Le fichier de correspondance {path} n’est pas du TOML correct : {error}.") from error
    try:
        return Mapping.model_validate(values)
    except ValidationError as error:
        problems = " ; ".join(_in_french(each) for each in error.errors())
        raise ImportRefused(f"Le fichier de correspondance {path} est refusé : {problems}.") from error


def find(file: Path) -> Mapping:
    """The mapping of ours whose `files` patterns fit the file's name. Raises ImportRefused when none does."""
    for path in sorted(SOURCES.glob("*.toml")):
        mapping = load(path)
        if any(fnmatch(file.name, pattern) for pattern in mapping.files):
            return mapping
    raise ImportRefused(
        f"Aucune source connue n’a de fichier nommé {quoted(file.name)} :"
        " donnez son fichier de correspondance avec --mapping."
    )


def _in_french(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "l’ensemble"
    match error["type"]:
        case "missing":
            return f"la clé {quoted(where)} manque"
        case "extra_forbidden":
            return f"la clé {quoted(where)} n’existe pas"
        case "value_error":
            return f"{where} : {error['ctx']['error']}"
        case _:
            return f"la valeur {quoted(str(error['input']))} de {quoted(where)} ne convient pas"
