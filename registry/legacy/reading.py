"""The old portal's file as it stands: CSV in UTF-8 or Windows-1252, delimited by semicolons, commas or tabs."""

import codecs
import csv
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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

CHUNK = 1 << 20


@dataclass(frozen=True)
class LegacyFile:
    """A file that can be read whole. `columns` are its heading; `sha256` tells it from every other one."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    sha256: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: where the row starts in the file, the heading being line 1. `values` None: its cells do not fit."""

    number: int
    values: dict[str, str] | None


def examine(path: Path) -> LegacyFile:
    """Read all of it once. Raises LegacyRefused for what is no such file, before anything was done."""
    encoding, sha256 = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        heading = file.readline()
    delimiter = max(";,\t", key=heading.count)
    columns = tuple(cell.strip().lower() for cell in next(csv.reader([heading], delimiter=delimiter), []))
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise LegacyRefused(
            f"Le fichier n’a pas les colonnes attendues\u00a0: {', '.join(missing)}. Rien n’a été changé."
        )
    if len(set(columns)) < len(columns):
        raise LegacyRefused("Une colonne du fichier y est deux fois. Rien n’a été changé.")
    found = LegacyFile(path, encoding, delimiter, columns, sha256, 0)
    rows = sum(1 for _ in lines(found))
    if not rows:
        raise LegacyRefused("Le fichier ne contient aucune ligne. Rien n’a été changé.")
    return LegacyFile(path, encoding, delimiter, columns, sha256, rows)


def lines(file: LegacyFile, skip: int = 0) -> Iterator[Line]:
    """The rows in their order, without the first `skip`; blank lines do not count. Raises LegacyRefused."""
    return itertools.islice(_lines(file), skip, None)


def _lines(file: LegacyFile) -> Iterator[Line]:
    with file.path.open(encoding=file.encoding, newline="") as opened:
        reader = csv.reader(opened, delimiter=file.delimiter)
        next(reader, None)
        start = reader.line_num + 1
        try:
            for cells in reader:
                if any(cells):
                    fits = len(cells) == len(file.columns)
                    yield Line(start, dict(zip(file.columns, cells, strict=True)) if fits else None)
                # A quoted cell may hold line breaks.
                start = reader.line_num + 1
        except csv.Error as error:
            raise LegacyRefused(f"La ligne {start} n’est pas du CSV correct ({error}). Rien n’a été changé.") from error


def _encoding(path: Path) -> tuple[str, bytes]:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8 = True
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                if b"\0" in chunk:
                    raise LegacyRefused("Ce n’est pas un fichier de texte. Rien n’a été changé.")
                if utf8:
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        utf8 = False
    except OSError as error:
        raise LegacyRefused(f"Le fichier ne peut pas être lu\u00a0: {error.strerror}.") from error
    # Windows-1252 leaves five bytes undefined; ISO 8859-1 reads every file, and the same letters.
    return ("utf-8-sig" if utf8 else "iso-8859-1"), digest.digest()
