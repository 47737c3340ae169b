"""One row and its source's mapping make one structure: the public columns of an offer."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import TypeVar

from domain import civil, french, spelling
from domain.spelling import fold
from domain.vocabulary import STRUCTURE_KINDS, STRUCTURE_PRECISIONS, Funding, ManagerType, Subkind
from registry.imports import cleaning
from registry.imports.errors import KeyLost, RowRejected
from registry.imports.mapping import Coded, Mapping, OfferFields, Rewritten
from registry.imports.placing import Address, Point, names_the_street, place, read_point
from registry.imports.reading import Row, value_at
from registry.imports.wording import quoted
from registry.intake import texts
from registry.territory import Territory

T = TypeVar("T")

ReadableMonths = Callable[[str | None, Callable[[str], int | None], str], int | None]


@dataclass(frozen=True)
class Structure:
    """The columns of `offer` that an import writes, by their names."""

    kind: str
    subkind: str | None
    name: str
    manager_name: str | None
    manager_type: str | None
    address: str | None
    commune: str
    postcode: str
    lat: float
    lon: float
    position_precision: str
    capacity: int | None
    age_from_months: int | None
    age_to_months: int | None
    funding: str | None
    phone: str | None
    mail: str | None
    site: str | None
    members: int | None = None


COLUMNS = tuple(field.name for field in fields(Structure))


@dataclass(frozen=True)
class Built:
    """A structure, the row it came from, and in French what had to be repaired."""

    line: int
    structure: Structure
    repairs: tuple[str, ...]


def content_hash(structure: Structure) -> str:
    """The same for the same columns, so that an unchanged row is known without reading the offer."""
    return hashlib.sha256(json.dumps(asdict(structure), sort_keys=True).encode()).hexdigest()


def refuse_shortened(row: Row, mapping: Mapping) -> None:
    """Raise KeyLost where a spreadsheet has shortened a part of the key: several structures would be one."""
    for name in mapping.key:
        if texts.is_shortened(value := cleaning.text(value_at(row.values, name))):
            raise KeyLost(
                f"sa clé {quoted(value)} a été abrégée par un tableur\u00a0: mettez cette colonne au format texte"
            )


def key_parts(row: Row, mapping: Mapping, territory: Territory) -> tuple[str, ...]:
    """What makes the row the same row next time. Spellings fold, and a retired commune code is the new one."""
    parts = []
    for name in mapping.key:
        value = cleaning.text(value_at(row.values, name))
        if name == mapping.place.commune_code and (commune := territory.by_code(value)):
            value = commune.code
        # PostgreSQL indexes no text beyond some 2,700 bytes.
        parts.append(spelling.address(value)[:200])
    return tuple(parts)


def build(row: Row, mapping: Mapping, territory: Territory) -> Built:
    """The structure of a row. Raises RowRejected when it has no name, no known kind or no commune."""
    offer = mapping.offer
    words, repairs = _words(row, mapping)

    def text(name: str | None) -> str:
        return words[name] if name else ""

    def readable(name: str | None, clean: Callable[[str], T | None], label: str) -> T | None:
        value = text(name)
        found = clean(value) if value else None
        if value and found is None:
            repairs.append(f"{label} {quoted(value)} illisible, valeur écartée")
        return found

    def first(name: str | None, read: Callable[[str], list[str]], label: str) -> str | None:
        found = readable(name, lambda value: read(value) or None, label)
        if found and (others := ", ".join(map(quoted, found[1:]))):
            repairs.append(f"{label}\u00a0: {quoted(found[0])} gardé, laissé de côté\u00a0: {others}")
        return found[0] if found else None

    def code(coded: Coded | None, known: tuple[str, ...], label: str) -> str | None:
        value = text(coded.field if coded else None)
        found = coded_value(coded, value, known)
        if found is None and value:
            repairs.append(f"{label} {quoted(value)} hors de la table des graphies, valeur écartée")
        return found or None

    name = cleaning.clean_name(text(offer.name))
    if not name:
        raise RowRejected("elle n’a pas de nom")
    kind = coded_value(offer.kind, text(offer.kind.field), STRUCTURE_KINDS)
    if not kind:
        raise RowRejected(f"nature {quoted(text(offer.kind.field))} inconnue")
    # The table speaks of the sub-kinds of an EAJE only.
    subkind = code(offer.subkind, Subkind.codes(), "catégorie") if kind == "eaje" else None
    age_from, age_to = _ages(offer, readable, repairs)
    address = _address(mapping, text)
    stands = place(territory, address, _point(row, mapping, address.street))
    structure = Structure(
        kind=kind,
        subkind=subkind,
        name=name,
        manager_name=_rewritten(offer.manager_name, text) or None,
        manager_type=code(offer.manager_type, ManagerType.codes(), "gestionnaire"),
        address=cleaning.clean_address(address.street) or None,
        commune=stands.commune.code,
        postcode=stands.postcode,
        lat=stands.lat,
        lon=stands.lon,
        position_precision=stands.precision,
        capacity=readable(offer.capacity, cleaning.whole_number, "capacité"),
        age_from_months=age_from,
        age_to_months=age_to,
        funding=code(offer.funding, Funding.codes(), "financement"),
        phone=first(offer.phone, cleaning.phones, "téléphone"),
        mail=first(offer.mail, cleaning.mails, "adresse électronique"),
        site=first(offer.site, cleaning.sites, "site"),
    )
    return Built(row.line, structure, (*stands.repairs, *repairs))


def _words(row: Row, mapping: Mapping) -> tuple[dict[str, str], list[str]]:
    """The text of each field that the mapping names, and in French what had to be mended of it. Raises RowRejected
    where letters of what parents would read are lost."""
    words: dict[str, str] = {}
    repairs: list[str] = []
    offer, place = mapping.offer, mapping.place
    manager = offer.manager_name.field if offer.manager_name else None
    for name in sorted(mapping.fields()):
        value = value_at(row.values, name)
        words[name] = cleaning.text(value)
        if isinstance(value, str):
            repairs += texts.repairs(name, value)
        if name in (offer.name, manager, place.address, place.address_line) and texts.is_broken(words[name]):
            raise RowRejected(
                f"le champ {quoted(name)} a des lettres perdues ou brouillées, {quoted(words[name])}\u00a0: corrigez le"
                " codage du fichier"
            )
    return words, repairs


def coded_value(coded: Coded | None, value: str, known: tuple[str, ...]) -> str | None:
    """The code of a spelling; "" when the table says that there is none, None when it says nothing."""
    if coded is None or coded.value:
        return coded.value if coded else None
    spellings = {code: code for code in known} | coded.spellings
    return {fold(spelling): code for spelling, code in spellings.items()}.get(fold(value))


def _rewritten(rewritten: Rewritten | None, text: Callable[[str | None], str]) -> str:
    if rewritten is None:
        return ""
    value = text(rewritten.field)
    spellings = {fold(spelling): shown for spelling, shown in rewritten.spellings.items()}
    return spellings.get(fold(value), value)[:200]


def _ages(offer: OfferFields, readable: ReadableMonths, repairs: list[str]) -> tuple[int | None, int | None]:
    """In months; neither where they contradict each other."""
    age_from = readable(offer.age_from, lambda value: _months(value, offer.age_unit), "âge")
    age_to = readable(offer.age_to, lambda value: _months(value, offer.age_unit), "âge")
    if age_from is not None and age_to is not None and age_to <= age_from:
        repairs.append(f"âges de {age_from} à {age_to} mois incohérents, valeurs écartées")
        return None, None
    return age_from, age_to


def _months(value: str, unit: str) -> int | None:
    found = cleaning.number(value)
    months = round(found * (12 if unit == "years" else 1)) if found is not None else -1
    return months if 0 <= months <= 12 * civil.MAJORITY_YEARS else None


def _address(mapping: Mapping, text: Callable[[str | None], str]) -> Address:
    fields = mapping.place
    if fields.address_line:
        street, postcode, commune_name = cleaning.split_address(text(fields.address_line))
    else:
        street, commune_name = text(fields.address), text(fields.commune_name)
        postcode = texts.code(text(fields.postcode))
    return Address(street, postcode, commune_name, texts.code(text(fields.commune_code)))


def _point(row: Row, mapping: Mapping, street: str) -> Point | str:
    """The row's point, or the reason in French why there is none."""
    fields = mapping.position
    if fields is None:
        return "la source ne donne pas de position"
    lat, lon = (value_at(row.values, name) if name else None for name in (fields.lat, fields.lon))
    found = read_point(lat, lon, row.geometry if fields.geometry else None)
    if isinstance(found, str):
        return found
    said = cleaning.text(value_at(row.values, fields.precision.field)) if fields.precision.field else ""
    label = cleaning.text(value_at(row.values, fields.label)) if fields.label else ""
    score = cleaning.number(value_at(row.values, fields.score)) if fields.score else None
    doubt = ""
    least = fields.least_score
    if score is not None and least is not None and score < least and not names_the_street(label, street):
        doubt = f"le géocodage, de score {french.decimal(score, 2)}, a trouvé {quoted(label)}"
    precision = coded_value(fields.precision, said, STRUCTURE_PRECISIONS)
    if not precision:
        doubt = f"la précision {quoted(said)} n’est pas dans la table" if said else "sa précision n’est pas dite"
    return Point(*found, precision or "commune", label, doubt)
