"""Files as strangers saved them, through a whole import: what is mended is told, and nothing doubtful is published."""

from pathlib import Path

from registry.database import Connection
from registry.imports.report import Report
from tests.registry.imports.sources import load_mapping, offers, reasons, run

MAPPING = """
key = ["id"]
[source]
code = "essai-tableur"
label = "Ville d’essai"
licence = "Licence Ouverte 2.0"
published = "2026-11"
[offer]
name = "nom"
kind.value = "eaje"
capacity = "places"
phone = "tel"
mail = "courriel"
[place]
address = "adresse"
postcode = "cp"
commune_name = "commune"
"""

HEADING = "id;nom;adresse;cp;commune;places;tel;courriel"


def line(id: str, name: str = "Crèche", *end: str) -> str:
    return ";".join((id, name, "1 rue de la Paix", "44000", "Nantes", *end))


def imported(registry: Connection, folder: Path, *lines: str, codec: str = "utf-8") -> Report:
    path = folder / "lieux.csv"
    path.write_bytes(("\r\n".join([HEADING, *lines]) + "\r\n").encode(codec))
    return run(registry, path, load_mapping(folder, MAPPING))


def test_contacts_keep_the_first_and_show_the_others(registry: Connection, tmp_path: Path) -> None:
    report = imported(
        registry,
        tmp_path,
        line("1", "Les Lutins", "20", "02 40 12 34 56 / 06 12 34 56 78", "a@x.example, b@y.example"),
        line("2", "Les Loups", "12+6", "02 40 12 34 56 poste 12"),
        line("3", "Les Mousses", "1 200"),
    )
    (lutins,) = offers(registry, "name = 'Les Lutins'")
    assert (lutins["phone"], lutins["mail"], lutins["capacity"]) == ("02 40 12 34 56", "a@x.example", 20)
    (loups,) = offers(registry, "name = 'Les Loups'")
    assert (loups["phone"], loups["mail"], loups["capacity"]) == ("02 40 12 34 56 poste 12", None, None)
    assert [each["capacity"] for each in offers(registry, "name = 'Les Mousses'")] == [1200]
    told = reasons(report, "repaired")
    assert "laissé de côté\u00a0: «\u00a006 12 34 56 78\u00a0»" in told[2]
    assert "laissé de côté\u00a0: «\u00a0b@y.example\u00a0»" in told[2]
    assert "capacité «\u00a012+6\u00a0» illisible" in told[3]
    assert report.counts["created"] == 3


def test_broken_names_are_mended_and_told_or_refused(registry: Connection, tmp_path: Path) -> None:
    report = imported(
        registry,
        tmp_path,
        line("1", "Les ƒcureuils dorŽs"),
        line("2", "CrÃ¨che Éléphant"),
        line("3", "Les Cr?dules"),
        line("4", "Les Ga\u00admins E\u0301lus"),
    )
    names = [each["name"] for each in offers(registry)]
    assert sorted(names) == ["Crèche Éléphant", "Les Gamins Élus", "Les Écureuils dorés"]
    told = reasons(report, "repaired")
    assert "«\u00a0Les ƒcureuils dorŽs\u00a0» lu «\u00a0Les Écureuils dorés\u00a0»" in told[2]
    assert "«\u00a0CrÃ¨che Éléphant\u00a0» lu «\u00a0Crèche Éléphant\u00a0»" in told[3]
    assert "signes invisibles" in told[5]
    assert "lettres perdues ou brouillées, «\u00a0Les Cr?dules\u00a0»" in reasons(report, "rejected")[4]


def test_what_is_published_stays_when_its_row_comes_broken(registry: Connection, tmp_path: Path) -> None:
    imported(registry, tmp_path, line("1", "Les Écureuils"), line("2", "Les Loups"))
    report = imported(registry, tmp_path, line("1", "Les ?cureuils p?les"), line("2", "Les Loups"))
    assert report.counts["closed"] == 0
    assert {each["name"] for each in offers(registry, "publication = 'published'")} == {"Les Loups", "Les Écureuils"}


def test_a_file_of_a_macintosh_is_read_as_such_and_says_so(registry: Connection, tmp_path: Path) -> None:
    report = imported(registry, tmp_path, line("1", "Les Écureuils dorés"), codec="mac_roman")
    assert [each["name"] for each in offers(registry)] == ["Les Écureuils dorés"]
    assert "MacRoman" in report.notices[0]


def test_a_shortened_key_makes_no_offer_and_closes_none(registry: Connection, tmp_path: Path) -> None:
    several = [line(f"{number}", f"Crèche {number}") for number in range(100_000, 100_006)]
    imported(registry, tmp_path, *several)
    report = imported(registry, tmp_path, *several[:4], line("1,00E+05", "Une"), line("1,00E+05", "Autre"))
    assert report.counts["rejected"] == 2
    assert report.counts["merged"] == report.counts["closed"] == 0
    assert "abrégée par un tableur" in reasons(report, "rejected")[6]
    assert any("aucune offre absente" in notice for notice in report.notices)
    assert len(offers(registry, "publication = 'published'")) == 6
