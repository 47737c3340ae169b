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
BEGUN = "Pour répondre, écrivez au-dessus de cette ligne.\n\nBonjour,\n\nCamille vous écrit par Ribambelle :\n\nUne"
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
        (f"Oui.\n\nLe lundi 23 novembre, Ribambelle a écrit :\n> {BEGUN}", "Oui."),
        ("Envoyé par la poste hier.", "Envoyé par la poste hier."),
        ("Oui.\n_____\nNon.", "Oui.\n_____\nNon."),
        ("Voici :\n--\nmardi", "Voici :\n--\nmardi"),
        (f"Oui.\n\n{QUOTED}\n\nEt jeudi ?", "Oui.\n\nEt jeudi ?"),
        (f"{LETTER}\n\nOui, mardi.", "Oui, mardi."),
        (f"Oui.\n\n{QUOTED}\n\nVotre webmail gratuit : www.laposte.net", "Oui."),
        (f"{QUOTED}\n\nVoyez www.exemple.fr", "Voyez www.exemple.fr"),
        ("Oui.\n> https://ribambelle.example/messages/bloquer/\n" + "x" * 60, "Oui."),
    ],
)
def test_in_doubt_a_text_is_kept(text: str, kept: str) -> None:
    assert without_history(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Oui.\n\nEnvoyé avec mon mobile car je n’ai plus d’ordinateur : répondez par SMS au 06 39 98 12 34",
        "Écrit depuis mon téléphone, appelez-moi plutôt au 06 39 98 12 34",
        "Envoyé par mail orange hier, l’avez-vous reçu ?",
        "Envoyé de mon iPhone 06 39 98 12 34",
        "Téléchargez Outlook pour me voir en photo",
        "www.avast.com m’a bloquée, appelez-moi",
        "- Message transféré à mon mari.\nIl vous appelle.",
        "* Message original perdu !\nPouvez-vous l’écrire de nouveau ?",
        "Pour répondre, écrivez au-dessus de la ligne : laquelle ?\nMerci",
        "Objet : garde de Léo\nDate : mardi\nDe : 8 h\nÀ : 18 h",
        "De : 8 h\nÀ : 18 h\nDate : lundi\nPour : la place vue sur Ribambelle",
        "De : Anne, par Ribambelle <anne@exemple.fr>, appelez-la\nMerci",
        "Une autre maman de Ribambelle a écrit :\nelle est ravie.",
        "Le 12/03/2026 une maman de Ribambelle a écrit :\nelle est ravie.",
        "Mon mari, jean@exemple.fr, a écrit :\nil est d’accord.",
        "Le 12/03/2026, pour <jean@exemple.fr> :\nvoilà",
    ],
)
def test_a_line_is_not_left_out_for_its_beginning(text: str) -> None:
    assert without_history(text) == text


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("Bonjour,\n\nOui, mardi.", "Bonjour,\n\nOui, mardi."),
        ("Et jeudi ? Mes photos : www.exemple.fr", "Et jeudi ? Mes photos : www.exemple.fr"),
        ("Et jeudi ? Mon adresse est chez laposte.net, merci", "Et jeudi ? Mon adresse est chez laposte.net, merci"),
    ],
)
def test_what_is_written_below_our_first_line_is_kept(below: str, kept: str) -> None:
    assert without_history(f"Oui.\n\n> {LETTER.partition(chr(10))[0]}\n\n{below}") == f"Oui.\n\n{kept}"


TAGLINES = (
    *("Envoyé de mon iPhone", "Envoyé de mon iPhone 15 Pro Max", "Envoyé depuis mon appareil Galaxy"),
    *("Envoyé de mon Samsung Galaxy A14 5G de Bouygues Telecom", "Envoyé depuis mon téléphone Orange"),
    *("Envoyé depuis ma tablette Samsung.", "Envoyé de mon SM-A515F", "Envoyé depuis Yahoo Mail pour iPhone"),
    *("Envoyé à partir d’Outlook pour Android", "Envoyé à partir de Courrier pour Windows", "Sent from my iPad"),
    *("Envoyé depuis l’application Mail Orange", "Sent with Proton Mail secure email.", "Get Outlook for iOS"),
    *("Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.",),
    *("Obtenez Outlook pour Android<https://aka.ms/x>", "Provenance : Courrier<https://x.example> pour Windows 10"),
    *("Yahoo Mail : Recherchez, organisez, maîtrisez", "Sans virus.www.avast.com<https://www.avast.com/x>"),
)
SUBJECTS = st.sampled_from(("je", "vous", "mon mari", "car nous", "mais elle", "et il", "donc on"))
VERBS = st.sampled_from(("garde", "pouvez venir", "appelle", "n’ai plus de réseau", "cherche", "préfère"))
REST = st.sampled_from(("Léo", "mardi", "au 06 39 98 12 34", "à 18 h", "demain", "avec mon mobile", "une place"))
SENTENCES = st.builds(
    lambda joint, subject, verb, rest, end: f"{joint}{subject} {verb} {' '.join(rest)}{end}",
    *(st.sampled_from((" ", ", ", ". ", " : ", " ! ")), SUBJECTS, VERBS, st.lists(REST, min_size=1, max_size=4)),
    st.sampled_from(("", ".", " ?", " !")),
)


@pytest.mark.parametrize("line", TAGLINES)
def test_a_program_s_own_line_is_left_out(line: str) -> None:
    assert without_history(f"Oui.\n\n{line}") == "Oui."


@given(st.sampled_from(TAGLINES), st.integers(1, 12), SENTENCES, st.sampled_from(("", "Oui.\n\n")))
def test_a_sentence_that_begins_as_a_program_s_line_is_kept(line: str, words: int, sentence: str, above: str) -> None:
    text = f"{above}{' '.join(line.split(' ')[:words])}{sentence}"
    assert without_history(text) == text


def test_lines_that_a_program_has_broken_are_joined() -> None:
    assert unflowed("un \ndeux\n> a \n> b\n-- \nNadia", drop_space=False) == "un deux\n> a \n> b\n-- \nNadia"
    assert unflowed("un \ndeux\n  trois", drop_space=True) == "undeux\n trois"


def test_a_signature_of_the_page_is_cut_from_the_plain_text_too() -> None:
    signed = "Nadia B.\n06 99 88 77 66"
    assert without_history(f"Oui.\n\nNadia B.\n06\u00a099 88 77 66\n\n{QUOTED}", signed) == "Oui."
    assert without_history("Oui, Nadia B. vous attend.", signed) == "Oui, Nadia B. vous attend."
