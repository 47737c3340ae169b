"""What spreadsheets do to a CSV that they save, whichever of our readers it comes to."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from registry.agrements.movements import mapping, opening
from registry.agrements.movements import reading as movements
from registry.imports import reading as imports
from registry.imports.errors import ImportRefused
from registry.intake import tables
from registry.intake.tables import Unreadable
from registry.legacy import LegacyRefused
from registry.legacy import reading as legacy
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import TITLES, line
from tests.registry.agrements.movements.test_reading import filled

Reader = Callable[[list[list[str]], Path, str, str], list[str]]
"""(lines with their heading, a folder, a line before them, the code page) → the last names that are read."""


def saved(lines: list[list[str]], before: str, codec: str) -> bytes:
    codec, _, cut = codec.partition(" ")
    return (before + "\r\n".join(";".join(cells) for cells in lines) + ("" if cut else "\r\n")).encode(codec)


def of_structures(lines: list[list[str]], folder: Path, before: str, codec: str) -> list[str]:
    path = folder / "lieux.csv"
    path.write_bytes(saved(lines, before, codec))
    return [str(row.values["Nom"]) for row in imports.read(path, ["Nom"]).rows]


def of_movements(lines: list[list[str]], folder: Path, before: str, codec: str) -> list[str]:
    return [row.last_name for row in movements.read(saved(lines, before, codec), mapping.of("44"), "44", TODAY).rows]


def of_accounts(lines: list[list[str]], folder: Path, before: str, codec: str) -> list[str]:
    path = folder / "comptes.csv"
    path.write_bytes(saved(lines, before, codec))
    return [each.values["nom"] for each in legacy.lines(legacy.examine(path)) if each.values]


def some(reader: Reader, *names: str) -> list[list[str]]:
    if reader is of_accounts:
        heading = [*legacy.REQUIRED, "telephone"]
        return [heading, *(["oui", "a@example.org", name, "Zoé", "44", "44-1", ""] for name in names)]
    heading = [*TITLES, "Observations"]
    return [heading, *([*line("retrait", "2026-11-01", last_name=name), ""] for name in names)]


READERS: list[Reader] = [of_structures, of_movements, of_accounts]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("before", ["", "sep=;\r\n", '"sep=;"\r\n', "SEP=;;;;\r\n"])
def test_a_line_that_tells_excel_the_separator_is_no_heading(reader: Reader, before: str, tmp_path: Path) -> None:
    assert reader(some(reader, "Le Goff"), tmp_path, before, "utf-8-sig") == ["Le Goff"]


@pytest.mark.parametrize("reader", READERS)
def test_cells_left_out_or_added_at_the_end_do_not_matter(reader: Reader, tmp_path: Path) -> None:
    lines = some(reader, "Le Goff", "Ménard", "Øster", "Petit")
    lines[2] = lines[2][:-1]
    lines[3] = [*lines[3], "", " "]
    assert reader(lines, tmp_path, "", "utf-8") == ["Le Goff", "Ménard", "Øster", "Petit"]
    assert reader([[*cells, "", ""] for cells in lines], tmp_path, "", "utf-8") == [
        "Le Goff",
        "Ménard",
        "Øster",
        "Petit",
    ]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("codec", ["mac_roman", "cp850", "cp1252", "utf-8", "utf-16"])
def test_french_is_read_in_the_code_page_it_was_written_in(reader: Reader, codec: str, tmp_path: Path) -> None:
    names = ["Les Écureuils dorés", "Hélène Garçon", "Prévôt à Noël"]
    assert reader(some(reader, *names), tmp_path, "", codec) == names


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_breaks_off_is_refused(reader: Reader, tmp_path: Path) -> None:
    lines = some(reader, "Le Goff", "Ménard")
    lines[-1] = lines[-1][:2]
    with pytest.raises((ImportRefused, LegacyRefused, Unreadable), match=r"La ligne\u00a03 a 2 colonnes.*coupé"):
        reader(lines, tmp_path, "", "utf-8 without its last end")


def test_a_last_line_as_short_as_others_is_no_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "lieux.csv"
    path.write_bytes(b"nom;cp;site\na;44000\nb;44000")
    table = imports.read(path, ["nom", "site"])
    assert [row.values["site"] for row in table.rows] == ["", ""]
    assert table.notices == [
        "Lignes plus courtes que l’en-tête, leurs dernières cellules lues comme vides\u00a0: 2, 3."
    ]


def test_what_stands_behind_the_last_heading_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "lieux.csv"
    path.write_bytes(b"nom;cp;;\na;44000;;x\n")
    with pytest.raises(ImportRefused, match="La ligne\u00a02 a 4 colonnes au lieu de 2"):
        imports.read(path, ["nom"])


def test_a_column_without_heading_amid_others_is_not_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "lieux.csv"
    path.write_bytes("nom;;;cp\nÉcole;x;;44000\n".encode())
    table = imports.read(path, ["nom", "cp"])
    assert dict(table.rows[0].values) == {"nom": "École", "cp": "44000"}
    assert table.notices == ["Colonnes sans titre, qui n’ont pas été lues\u00a0: 2."]


def test_a_heading_full_of_commas_does_not_choose_the_separator() -> None:
    text = "Liste des crèches, micro-crèches, haltes, jardins, MAM, au 1er septembre;;\nA;B;C\n1;2,5;3\n4;5;6\n"
    assert tables.separator(text, lambda cell: False) == ";"
    heading = (
        "Nom, tel qu’affiché;Adresse, code postal, ville;Âges, en mois, de, à\nA;1 rue X, 44000 Nantes;3\nB;2 rue Y;4\n"
    )
    assert tables.separator(heading, {"Nom, tel qu’affiché", "Âges, en mois, de, à"}.__contains__) == ";"


def test_a_heading_is_known_in_any_form_of_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "lieux.csv"
    path.write_bytes("Te\u0301le\u0301\u00adphone;Nom\u00a0public ;Âge\n1;2;3\n".encode())
    (row,) = imports.read(path, ["Téléphone", "Nom public"]).rows
    assert dict(row.values) == {"Téléphone": "1", "Nom public": "2", "Âge": "3"}


def test_a_rare_code_page_is_told_with_its_letters_and_no_word(tmp_path: Path) -> None:
    path = tmp_path / "lieux.csv"
    path.write_bytes("nom\nLes Écureuils dorés\n".encode("mac_roman"))
    (notice,) = imports.read(path, ["nom"]).notices
    assert "MacRoman" in notice
    assert "Ž → é" in notice
    assert "ƒ → É" in notice
    found = movements.read(saved(some(of_movements, "Doré"), "", "mac_roman"), mapping.of("44"), "44", TODAY)
    assert "Ž → é" in found.notices[0]
    assert "Dor" not in found.notices[0]


def test_movements_name_the_lines_that_were_mended_and_refuse_lost_letters() -> None:
    found = movements.read(
        saved(some(of_movements, "HÃ©lÃ¨ne", "Le Goff", "Dupr?s"), "", "utf-8"), mapping.of("44"), "44", TODAY
    )
    assert [row.last_name for row in found.rows] == ["Hélène", "Le Goff"]
    assert found.notices == ["Accents rétablis dans des lignes, à vérifier\u00a0: 2."]
    assert [(each.line, "lettres perdues" in each.reason) for each in found.refusals] == [(4, True)]


def test_a_number_that_a_program_wrote_as_a_decimal_is_that_number() -> None:
    found = movements.read(
        saved([TITLES, line("retrait", "2026-11-01", number="44000123.0")], "", "utf-8"), mapping.of("44"), "44", TODAY
    )
    assert [row.number for row in found.rows] == ["44000123"]


def test_a_formula_refuses_its_row_and_not_the_whole_file() -> None:
    """The answer of the child that reads a file is looked at too: French blanks in it are no control signs."""
    data = filled(
        ["=1+1", "Le Goff", "Anaïs", None, "retrait", date(2026, 11, 2)],
        ["044-2", "Le Goff", "Anaïs", None, "retrait", date(2026, 11, 2)],
    )
    found = opening.opened(data, "44", TODAY, "test")
    assert [each.line for each in found.refusals] == [2]
    assert [row.line for row in found.rows] == [3]
