"""Answers as mail programs write them: what a person wrote is kept whole, and no address of what is quoted is left.

`clients/` holds one mail for each program and way to answer, made up after their formats, and what its sender wrote.
"""

import textwrap
import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobs import answers
from jobs.quotations import unflowed, without_history
from registry import links
from registry.parents.contact import wording

CLIENTS = Path(__file__).parent / "clients"
EXPECTED: dict[str, str] = tomllib.loads((CLIENTS / "expected.toml").read_text("utf-8"))

LETTER = "Pour répondre, écrivez au-dessus de cette ligne.\n\nBonjour,\n\nUne place ?\n\nL’équipe Ribambelle"
QUOTED = "\n".join(f"> {line}".rstrip() for line in LETTER.split("\n"))


def test_every_mail_of_the_corpus_is_expected() -> None:
    assert {path.stem for path in CLIENTS.glob("*.eml")} == EXPECTED.keys()
    assert len(EXPECTED) >= 30


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_a_program_puts_around_an_answer_is_left_out(name: str) -> None:
    written = wording.cleaned(answers.text_of((CLIENTS / f"{name}.eml").read_bytes()).decode())
    assert written == EXPECTED[name]
    assert not links.holds_one(written)


WORDS = st.sampled_from(
    (
        *("Le", "On", "le", "on", "mardi", "12", "2026", "29/11/2026", "21:00", "à 18 h ?", "a", "a écrit", "écrit :"),
        *("wrote", "wrote:", "De :", "À :", "Envoyé", "Message", "Bonjour,", "merci", ":", "<", "--", "•", "oui."),
        "Pour répondre",
    )
)
LINES = st.lists(WORDS, max_size=6).map(" ".join)
TEXTS = st.lists(LINES, min_size=1, max_size=8).map("\n".join)
NAMES = st.sampled_from(("Ribambelle", "Ribambelle <r@reponses.example>", "« Ribambelle » <r@reponses.example>"))
DATES = st.sampled_from(
    (
        *(("Le dim. 29 nov. 2026 à 21:00, ", "a écrit :"), ("Le 29/11/2026 à 21:00, ", "a écrit :")),
        *(
            ("Le dimanche 29 novembre 2026 à 21:00:00 UTC+1, ", "a écrit\u00a0:"),
            ("Le 2026-11-29 21:00, ", "a écrit :"),
        ),
        *(("On Sun, Nov 29, 2026 at 9:00\u202fPM ", "wrote:"), ("On 29 Nov 2026, at 21:00, ", "wrote:")),
        ("dim. 29 nov. 2026, 21:00 ", "a écrit :"),
    )
)


@given(TEXTS, DATES, NAMES, st.integers(55, 90), st.sampled_from(("\n", "\n\n")), st.booleans())
def test_a_text_above_an_attribution_is_kept_whole(
    text: str, date: tuple[str, str], name: str, width: int, gap: str, marked: bool
) -> None:
    assume(text.strip() and "-- " not in text.split("\n"))
    attribution = textwrap.fill(f"{date[0]}{name} {date[1]}", width, break_long_words=False, break_on_hyphens=False)
    mail = f"{text}{gap}{attribution}\n\n{QUOTED if marked else LETTER}\n"
    assert without_history(mail) == text.strip("\n").strip()


@given(TEXTS)
def test_a_text_without_a_quotation_is_kept_whole(text: str) -> None:
    assume("-- " not in text.split("\n"))
    assert without_history(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Le pédiatre m’a écrit :\nil est d’accord.", "Le pédiatre m’a écrit :\nil est d’accord."),
        ("Mes horaires :\nDe : 8 h\nÀ : 18 h\nDate : lundi", "Mes horaires :\nDe : 8 h\nÀ : 18 h\nDate : lundi"),
        ("Le contact\nDe : anne@exemple.fr\nMerci", "Le contact\nDe : anne@exemple.fr\nMerci"),
        ("Le 12/03/2026, pour a@exemple.fr :\nvoilà", "Le 12/03/2026, pour a@exemple.fr :\nvoilà"),
        (f"Oui.\n\nLe lundi 23 novembre, Ribambelle a écrit :\n> {LETTER[:65]}", "Oui."),
        ("Envoyé par la poste hier.", "Envoyé par la poste hier."),
        ("Oui.\n_____\nNon.", "Oui.\n_____\nNon."),
        ("Voici :\n--\nmardi", "Voici :\n--\nmardi"),
        (f"Oui.\n\n{QUOTED}\n\nEt jeudi ?", "Oui.\n\nEt jeudi ?"),
        (f"{LETTER}\n\nOui, mardi.", "Oui, mardi."),
        (f"Oui.\n\n{QUOTED}\n\nVotre webmail gratuit : www.exemple.fr", "Oui."),
        (f"{QUOTED}\n\nVoyez www.exemple.fr", "Voyez www.exemple.fr"),
        ("Oui.\n> https://ribambelle.example/messages/bloquer/\n" + "x" * 60, "Oui."),
    ],
)
def test_in_doubt_a_text_is_kept(text: str, kept: str) -> None:
    assert without_history(text) == kept


def test_lines_that_a_program_has_broken_are_joined() -> None:
    assert unflowed("un \ndeux\n> a \n> b\n-- \nNadia", drop_space=False) == "un deux\n> a \n> b\n-- \nNadia"
    assert unflowed("un \ndeux\n  trois", drop_space=True) == "undeux\n trois"


def test_a_signature_of_the_page_is_cut_from_the_plain_text_too() -> None:
    signed = "Nadia B.\n06 99 88 77 66"
    assert without_history(f"Oui.\n\nNadia B.\n06\u00a099 88 77 66\n\n{QUOTED}", signed) == "Oui."
    assert without_history("Oui, Nadia B. vous attend.", signed) == "Oui, Nadia B. vous attend."
