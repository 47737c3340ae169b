"""What an import changes: the rows of a file against what earlier imports of its source left. Pure functions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from domain import french
from registry.imports.building import COLUMNS, Built, Structure, content_hash
from registry.imports.errors import ImportRefused
from registry.imports.report import Report
from registry.imports.wording import quoted

GONE = ""
"""The hash in `import_record` of an offer that an import closed; it opens again when its row comes back."""

CLOSING_SHARE = 5
"""An import that would close more than one in five of the source's open offers is refused unless told."""

FRENCH = {
    "kind": "nature",
    "subkind": "catégorie",
    "name": "nom",
    "manager_name": "gestionnaire",
    "manager_type": "type de gestionnaire",
    "address": "adresse",
    "commune": "commune",
    "postcode": "code postal",
    "lat": "latitude",
    "lon": "longitude",
    "position_precision": "précision",
    "capacity": "capacité",
    "age_from_months": "âge minimal",
    "age_to_months": "âge maximal",
    "funding": "financement",
    "phone": "téléphone",
    "mail": "adresse électronique",
    "site": "site",
    "members": "nombre d’assistants maternels",
}


@dataclass(frozen=True)
class Known:
    """What earlier imports of the source left for a key."""

    offer: str
    content_hash: str
    name: str
    open: bool

    @property
    def is_followed(self) -> bool:
        """Open, and not by hand after an import closed it: such an offer is no longer the source's to close."""
        return self.open and self.content_hash != GONE


@dataclass(frozen=True)
class Rejection:
    """A row that became no offer; `parts` is its key, whose empty parts the row did not say. `is_key_lost`: a
    spreadsheet took it, so that the row may stand for any offer of the source."""

    line: int
    parts: tuple[str, ...]
    name: str
    reason: str
    is_key_lost: bool = False


def joined(parts: tuple[str, ...]) -> str:
    """The key as `import_record` keeps it. Folded parts hold letters and digits only, so no "|"."""
    return "|".join(parts)


def merged(rows: list[Built], *, count_members: bool, report: Report) -> Structure:
    """The one structure of the rows of a key: the first row's. What the others say otherwise is told."""
    first, others = rows[0], rows[1:]
    name = first.structure.name
    if first.repairs:
        report.tell(first.line, "repaired", name, " ; ".join(first.repairs))
    if count_members:
        if others:
            where = report.at(*(other.line for other in others))
            reason = f"la même sur {where} : {len(rows)} assistants maternels"
            report.tell(first.line, "merged", name, reason, count=len(others))
        return replace(first.structure, members=len(rows))
    for other in others:
        reason = f"même offre que {report.at(first.line)}"
        if told := differences(asdict(other.structure), asdict(first.structure)):
            reason += f", dont les valeurs sont gardées : {told}"
        report.tell(other.line, "merged", name, reason)
    return first.structure


def split(structures: Mapping[str, Structure], known: Mapping[str, Known]) -> tuple[list[str], list[str], list[str]]:
    """The keys of the file that are new, that say something else than last time, and that come back."""
    new = [key for key in structures if key not in known]
    back = [key for key in structures if key in known and known[key].content_hash == GONE]
    changed = [
        key
        for key, structure in structures.items()
        if key in known and known[key].content_hash not in (GONE, content_hash(structure))
    ]
    return new, changed, back


def kept_for_rejected(
    rejections: list[Rejection],
    known: Mapping[str, Known],
    structures: Mapping[str, Structure],
    report: Report,
) -> set[str]:
    """Tell the rejected rows; give the keys of the offers they stand for, which stay as they are.

    A row that lost one part of its key, its name for instance, stands for the offers that have all the
    other parts: to keep one too many harms less than to close a structure for a gap in a file.
    """
    standing: dict[tuple[str, ...], set[str]] = {}
    for key, each in known.items():
        if rejections and each.is_followed and key not in structures:
            parts = tuple(key.split("|"))
            for blanked in {parts, *((*parts[:i], "", *parts[i + 1 :]) for i in range(len(parts)))}:
                standing.setdefault(blanked, set()).add(key)
    kept: set[str] = set()
    for rejection in rejections:
        mine = standing.get(rejection.parts, set()) if any(rejection.parts) else set()
        kept |= mine
        names = ", ".join(sorted(known[key].name for key in mine))
        reason = rejection.reason + (f" ; offre déjà publiée, gardée telle quelle : {names}" if mine else "")
        report.tell(rejection.line, "rejected", rejection.name, reason)
    return kept


def check_closing(source: str, gone: int, open_before: int) -> None:
    """Raise ImportRefused when more than a fifth of the source's open offers would be closed."""
    if gone * CLOSING_SHARE > open_before:
        raise ImportRefused(
            f"L’import fermerait {french.number(gone)} des {french.number(open_before)} offres ouvertes de la source"
            f" {quoted(source)}, plus d’une sur cinq : rien n’a été changé. Vérifiez que le fichier est complet ;"
            " si ces fermetures sont voulues, relancez avec --allow-closing."
        )


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """The columns that differ, in French, as "capacité « 20 » → « 24 »"; "" when none does."""
    return ", ".join(
        f"{FRENCH[column]} {_shown(before[column])} → {_shown(after[column])}"
        for column in COLUMNS
        if before[column] != after[column]
    )


def _shown(value: object) -> str:
    return "vide" if value is None else quoted(str(value))
