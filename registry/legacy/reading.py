"""The old portal's file as it stands: CSV, read line by line, as it may have hundreds of thousands."""

import hashlib
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO

from registry.intake import tables
from registry.legacy import LegacyRefused

COLUMNS = (
    *("identifiant", "compte", "mail", "nom", "prenom", "nom_affiche", "date_naissance"),
    *("departement", "numero_agrement", "agrement_debut", "agrement_fin", "capacite", "age_min_mois", "age_max_mois"),
    *("adresse", "code_postal", "code_commune", "commune", "latitude", "longitude", "affichage"),
    *("telephone", "telephone_visible", "mail_visible"),
    *("projet", "services", "tarif_horaire", "tarif_entretien", "tarif_repas", "derniere_maj", "fictif"),
)
REQUIRED = ("compte", "mail", "nom", "prenom", "departement", "numero_agrement")
"""Without these nothing can be decided; a file may lack the others."""


@dataclass(frozen=True)
class LegacyFile:
    """A file that can be read whole. `columns` are its heading; `sha256` tells it from every other one. `notices`:
    French sentences about how it was read."""

    path: Path
    encoding: str
    separator: str
    columns: tuple[str, ...]
    sha256: bytes
    rows: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: where the row starts in the file. `values` None: its cells do not fit the heading."""

    number: int
    values: dict[str, str] | None


def examine(path: Path) -> LegacyFile:
    """Read all of it once. Raises LegacyRefused for what is no such file, before anything was done."""
    encoding, sha256 = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(tables.MOST_OF_A_HEADER)
        separator = tables.separator(head, lambda cell: _heading(cell) in COLUMNS)
        file.seek(0)
        _, heading = next(_cells(file, separator), (0, []))
    columns = tuple(map(_heading, heading[: tables.width(heading)]))
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise LegacyRefused(
            f"Le fichier n’a pas les colonnes attendues\u00a0: {', '.join(missing)}. Rien n’a été changé."
        )
    named = [name for name in columns if name]
    if len(set(named)) < len(named):
        raise LegacyRefused("Une colonne du fichier y est deux fois. Rien n’a été changé.")
    found = LegacyFile(path, encoding, separator, columns, sha256, 0, tuple(tables.old_codec(encoding, head)))
    rows = sum(1 for _ in lines(found))
    if not rows:
        raise LegacyRefused("Le fichier ne contient aucune ligne. Rien n’a été changé.")
    return replace(found, rows=rows)


def lines(file: LegacyFile, skip: int = 0) -> Iterator[Line]:
    """The rows in their order, without the first `skip`; blank lines do not count. Raises LegacyRefused."""
    return itertools.islice(_lines(file), skip, None)


def _lines(file: LegacyFile) -> Iterator[Line]:
    # A line that ends before these was cut, whatever ends it.
    least = 1 + max(file.columns.index(name) for name in REQUIRED)
    try:
        with file.path.open(encoding=file.encoding, newline="") as opened:
            for number, cells in itertools.islice(_cells(opened, file.separator), 1, None):
                fitting = tables.fitted(cells, len(file.columns)) if len(cells) >= least else None
                yield Line(number, dict(zip(file.columns, map(str, fitting), strict=True)) if fitting else None)
    except tables.Unreadable as error:
        raise LegacyRefused(f"{error} Rien n’a été changé.") from error


def _cells(opened: TextIO, separator: str) -> Iterator[tables.Line]:
    # Not strict: for a quote among so many lines nobody would type them anew. It may be longer than a sheet.
    return tables.csv_lines(opened, separator, strict=False, furthest=sys.maxsize)


def _heading(cell: tables.Cell) -> str:
    return tables.heading(cell).lower()


def _encoding(path: Path) -> tuple[str, bytes]:
    digest = hashlib.sha256()

    def blocks(file: BinaryIO) -> Iterator[bytes]:
        while block := file.read(tables.BLOCK):
            digest.update(block)
            yield block

    try:
        with path.open("rb") as file:
            encoding = tables.encoding(blocks(file))
    except tables.Unreadable as error:
        raise LegacyRefused(f"{error} Rien n’a été changé.") from error
    except OSError as error:
        raise LegacyRefused(f"Le fichier ne peut pas être lu\u00a0: {error.strerror}.") from error
    return encoding, digest.digest()
