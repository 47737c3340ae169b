"""`registry.intake.texts`: accents that a wrong code page broke, and letters that are lost."""

import pytest

from domain.spelling import legible
from registry.intake import texts


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("Les ƒcureuils dorŽs", "Les Écureuils dorés"),
        ("CrÃ¨che", "Crèche"),
        ("Crèche de l’Ã©cole", "Crèche de l’école"),
        ("CrÃƒÂ¨che", "Crèche"),
        ("Lâ€™Ã‰cole dâ€™Ã‰tÃ©", "L’École d’Été"),
        ("PÂQUES CRÃˆCHE", "PÂQUES CRÈCHE"),
        ("Halte Ã  tout", "Halte à  tout"),
        ("CrÞche", "Crèche"),
        ("CrŠche", "Crèche"),
        ("cÅ“ur, NÂ°5", "cœur, N°5"),
        ("l\x92enfant été", "l’enfant été"),
    ],
)
def test_what_one_reading_alone_makes_french_is_put_back_and_told(broken: str, meant: str) -> None:
    assert texts.is_broken(broken)
    assert texts.mended(broken) == meant
    (told,) = texts.repairs("nom", broken)
    assert texts.printable(broken) in told
    assert meant in told


@pytest.mark.parametrize("lost", ["Cr?che", "Cr\ufffdche", "l?Orme", "Cr‚che", "Bébé€co"])
def test_what_may_have_been_several_letters_stays_broken(lost: str) -> None:
    """« ‚ » is an é of MS-DOS, and an â that was read on a Macintosh."""
    assert texts.mended(lost) == lost
    assert texts.is_broken(lost)


@pytest.mark.parametrize(
    "name",
    [
        "Crèche Saint-Exupéry",
        "COEUR D’ÉTOILES",
        "Œuvre – été, 100 % « Bébé »",
        "Niño, Łódź, João et JOÃO",
        "Bücherwürmer",
        "µ-crèche N°5, 12 m²",
        "Où ? Là.",
        "Petit…Grand",
    ],
)
def test_names_of_other_languages_and_usual_signs_are_left_alone(name: str) -> None:
    assert texts.mended(name) == name
    assert not texts.is_broken(name)
    assert texts.repairs("nom", name) == []


def test_what_is_only_odd_is_published_and_told() -> None:
    assert texts.mended("CrËche") == "CrËche"
    assert not texts.is_broken("CrËche")
    assert "à vérifier" in texts.repairs("nom", "CrËche")[0]


def test_signs_that_nobody_sees_are_taken_out_and_letters_composed() -> None:
    assert legible("Crè\u00adche \u202aNantes\u202c e\u0301te\u0301") == "Crèche Nantes été"
    assert "signes invisibles retirés" in texts.repairs("nom", "Crè\u00adche")[0]


@pytest.mark.parametrize(
    ("text", "is_so"), [("1,00E+05", True), ("4.4e+11", True), ("12E5", False), ("E+05", False), ("1E", False)]
)
def test_a_number_that_a_spreadsheet_shortened_is_known(text: str, is_so: bool) -> None:
    assert texts.is_shortened(text) is is_so


def test_a_code_is_the_number_that_a_program_wrote() -> None:
    assert [texts.code(text) for text in ("44000.0", "44000", "1.50", "2A004", "0.0")] == [
        *("44000", "44000", "1.50", "2A004", "0"),
    ]
