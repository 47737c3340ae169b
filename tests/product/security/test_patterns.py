"""What a stranger types costs time in proportion to its length, whatever it is: every regular expression of the code
by itself, and the functions that read such texts as wholes. Nobody has to think of a new pattern: it is found."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from domain import civil, localities, telephones, week
from domain.scales import shipped
from domain.spelling import fold, legible, place
from jobs import quotations
from registry import letters, links, nir
from registry.accounts import addresses, widget
from registry.agrements.movements import mapping, reading, rows
from registry.imports import cleaning
from registry.intake import tables, texts
from registry.legacy import values as legacy
from registry.offers import free_text
from registry.offers.profiles import checks, placing, typed
from registry.parents.contact import wording
from registry.territory import birthplaces, names
from search_api.engine import geocoder
from search_api.query import place_names, text
from search_api.request import need, parameter_types
from tests.product.security import growth, patterns
from web.parents.favourites import addresses as favourites
from web.shared.search import forms
from web.widget import colours

TODAY = date(2026, 11, 30)

NOT_TRIED = {
    'indexer/generations.py "|".join(rf"{re.escape(alias(prefix, index))}-\\d{{20}}" for index in INDEXES)': (
        "meets the names of our own indexes"
    ),
    'search_api/request/parameter_types.py f"^{pattern}$"': (
        "only told by the OpenAPI document: nothing is matched with it"
    ),
    'search_api/query/text.py chars["pattern"].replace("(?iU)", "(?i)")': "those of mappings/, which are tried as such",
    "domain/spelling.py pattern": "those of IN_PLACES, which stand in mappings/ too",
    "local/reference/geocoder.py rf\"\\b(?:{'|'.join(commune.postcodes)})\\b\"": "five digits, or five others",
}
"""Patterns that cannot be had without running the code, and why none of them can be slow. Those that meet our own texts
alone (letters, files of the registry, settings) are tried like all others: being quick does them no harm."""

EVERY = patterns.every()


def test_every_pattern_is_known() -> None:
    unknown = {found.where for found in EVERY if found.pattern is None}
    assert unknown == set(NOT_TRIED)
    assert len(EVERY) > 100


def test_pydantic_reads_patterns_with_an_engine_that_cannot_be_slow() -> None:
    """Its own is an automaton; `python-re` would not be."""
    assert not [path for path in patterns.files() if "regex_engine" in path.read_text("utf-8")]


@pytest.mark.parametrize("room", patterns.ROOMS)
def test_patterns_take_time_in_proportion(room: str) -> None:
    steep = [
        f"{found.where}\n  {way} of {name}: exponent {exponent:.2f}"
        for found in EVERY
        if found.pattern is not None and found.where.startswith(room)
        for way, run in patterns.runs(found)
        for name, made in patterns.adversaries(found.pattern).items()
        if (exponent := growth.exponent(run, made)) >= growth.STEEPEST
    ]
    assert not steep, "\n".join(steep)


@pytest.mark.parametrize(
    ("pattern", "way"),
    [
        (r"[ \t]+$", "search"),
        (r"\S+@x", "search"),
        (r"(?:a|b|ab)*c", "match"),
        (r"\s*,?\s*;", "match"),
        (r"\b[\w-]+\.fr", "search"),
        (r"#(\d+\.?\d*)!", "match"),
        (r"<!--.*?-->", "search"),
    ],
)
def test_the_adversaries_find_what_is_slow(pattern: str, way: str) -> None:
    found = patterns.Found("an example", re.compile(pattern), frozenset((way,)))
    ((_, run),) = patterns.runs(found)
    assert any(
        growth.exponent(run, made, longest=4_000) >= growth.STEEPEST
        for made in patterns.adversaries(re.compile(pattern)).values()
    )


UNITS = [
    *("a", "A", "é", "1", " ", "\n", "\n ", "\t", "a ", "A a ", "1 ", "06 ", "0", "7 ", "+", "+1", "3 3 ", "0a"),
    *("deux ", "zero six ", "soixante dix ", "quatre vingt ", "six quatre vingt dix ", "vingt et un ", "deux 7 "),
    *(
        "a.",
        "1.",
        "1,",
        "a-",
        "-",
        "_",
        "1_",
        "1 _",
        ".",
        "..",
        ",",
        ";",
        "(",
        ")",
        "[",
        "]",
        "{",
        "<",
        ">",
        "[:",
        "(.",
    ),
    *(
        "@",
        "a@",
        "@a",
        "a@b.",
        " at",
        " at a",
        "a.fr",
        "a.de",
        "a.a.",
        "x.com/",
        "//",
        ":",
        "://",
        "http",
        "www.",
        "w ",
    ),
    *("point ", "point(", "rue ", "rue de la ", "12 rue", "lilas ", "jean jaures ", "place de gaule ", "a a b "),
    *(
        "'",
        "’",
        "l'",
        "p'",
        '"',
        "\\",
        "&",
        "&#",
        "&#1",
        "&amp",
        "<a",
        "<a ",
        "</",
        "<!",
        "<!--",
        "-->",
        "<a b='",
        "<p>",
    ),
    *(
        "<blockquote>",
        "</style>",
        "</blockquote>",
        "<style>",
        "> ",
        ">\n",
        "Le a\n",
        "Le 12 a écrit",
        "wrote:",
        "wrote: ",
        "De : a@b\n",
        "De : a\nÀ : b\n",
        "____\n",
        "a@b:\n",
        "-- \n",
    ),
    *("\u0301", "\u0301\u0316", "a\u0301\u0316", "\u0f73", "\uff9e\u0300", "\u200d", "\u0301\u200d\u0316", "\u202e"),
    *(
        "\ufdfa",
        "ﬃ",
        "İ",
        "한",
        "𝐞",
        "½",
        "⁄",
        "。",
        "рф.",
        "ا",
        "🏳️‍🌈",
        "0️⃣",
        "e1",
        "1e",
        ";1,1",
        "mon@",
        "%",
        "france ",
    ),
    *("A.", "lu.", "Merci.", "😀.", "aa.re", "a-là.", "sms:", "sms:a?", "\\\\a", "site : ", "va sur a.la "),
    *("12345 ", " 12345,a", "27904", "2 A", "1/", "1/1/", "19", "2000 ", "2000-", "08:00-", "bp ", "n° "),
]
"""What a text is made of, again and again."""

PERSON = ("prenom", "nom", "naissance", "lieu_naissance")
HOME = ("adresse", "code_postal", "commune", "telephone", "courriel")
LAYOUT = mapping.of("44")


def _all_fields(names: tuple[str, ...], errors: Callable[[dict[str, str], date], object]) -> Callable[[str], object]:
    return lambda typed: errors(dict.fromkeys(names, typed), TODAY)


def _moved(cell: str) -> object:
    row: dict[str, Any] = dict.fromkeys(("number", "last_name", "first_name", "birth_date", "effective_on"), cell)
    return reading.row_of(1, row | {"action": cell, "department": cell}, LAYOUT, "44", TODAY)


READERS: dict[str, Callable[[str], object]] = {
    "free_text.refusal": free_text.refusal,
    "free_text.refusal, her street": lambda typed: free_text.refusal("J’habite au 3, place Jean Jaurès.", typed),
    "free_text.tells_street": lambda typed: free_text.tells_street(typed, f"12 rue {typed}b"),
    "links.holds_one": links.holds_one,
    "links.is_spelled_out": links.is_spelled_out,
    "wording.cleaned": wording.cleaned,
    "wording.cleaned_name": wording.cleaned_name,
    "spelling.fold": fold,
    "spelling.legible": legible,
    "nir.holds_one": nir.holds_one,
    "nir.without": nir.without,
    "nir.error": nir.error,
    "letters.tidy": letters.tidy,
    "quotations.without_history": quotations.without_history,
    "quotations.unflowed": lambda typed: quotations.unflowed(typed, drop_space=True),
    "addresses.read": addresses.read,
    "addresses.mailbox": addresses.mailbox,
    "widget.host": widget.host,
    "checks.identity_errors": _all_fields(PERSON, checks.identity_errors),
    "checks.agrement_errors": _all_fields(
        ("numero", "debut", "fin", "capacite"), lambda values, day: checks.agrement_errors(values, shipped(), day)
    ),
    "checks.home_errors": _all_fields(HOME, checks.home_errors),
    "checks.contact_errors": _all_fields(HOME, checks.contact_errors),
    "checks.profile_errors": _all_fields(
        ("nom_affiche", "adresse", "ecoles", "tarif_horaire"),
        lambda values, day: checks.profile_errors(values, shipped(), day),
    ),
    "telephones.read": lambda each: telephones.read(each, "98735"),
    "civil.typed_day": civil.typed_day,
    "typed.cents": lambda each: typed.cents({"a": each}, "a"),
    "placing.street_of": placing.street_of,
    "names.apart": names.apart,
    "names.postcode": names.postcode,
    "birthplaces._apart": birthplaces._apart,
    "texts.mended": texts.mended,
    "texts.mended of a name": lambda each: texts.mended(each, texts.BROKEN_NAME),
    "texts.repairs": lambda each: texts.repairs("nom", each),
    "texts.is_broken": texts.is_broken,
    "texts.is_shortened": texts.is_shortened,
    "tables.separator": lambda each: tables.separator(each, str.isdigit),
    "cleaning.text": cleaning.text,
    "cleaning.clean_name": cleaning.clean_name,
    "cleaning.clean_address": cleaning.clean_address,
    "cleaning.split_address": cleaning.split_address,
    "cleaning.phones": cleaning.phones,
    "cleaning.mails": cleaning.mails,
    "cleaning.sites": cleaning.sites,
    "cleaning.whole_number": cleaning.whole_number,
    "legacy.mail_of": legacy.mail_of,
    "movements.row_of": _moved,
    "movements.rows.key": rows.key,
    "text.clause": text.clause,
    "place_names.readings": lambda typed: place_names.readings(typed, {"93": "Seine-Saint-Denis", "974": "La Réunion"}),
    "place_names.runs": place_names.runs,
    "spelling.place": place,
    "localities.apart": localities.apart,
    "geocoder.looks_like_an_address": geocoder.looks_like_an_address,
    "forms": lambda typed: forms.errors(forms.read([("ou", typed), ("mots", typed), ("autour", typed)]), TODAY),
    "week.typed_minute": week.typed_minute,
    "colours.read": colours.read,
    "favourites.read": lambda typed: favourites.read([("id", typed)], 20),
}

REFUSING: dict[str, Callable[[str], object]] = {
    "need.parse": need.parse,
    "parameter_types.decimal": parameter_types.decimal,
    "parameter_types.as_route": parameter_types.as_route,
    "parameter_types.as_box": parameter_types.as_box,
    "parameter_types.as_day": parameter_types.as_day,
    "parameter_types.as_integer": parameter_types.as_integer,
}
"""They raise ValueError."""

LONGEST_OF_FUNCTIONS = 4_000
OF_SEARCHES = dict.fromkeys(
    ("text.clause", "place_names.readings", "place_names.runs", "geocoder.looks_like_an_address"), parameter_types.MAX_Q
)
"""What is typed into a search is refused before it is read, when it is longer."""


def _refusing(read: Callable[[str], object]) -> Callable[[str], object]:
    def refused(typed: str) -> None:
        with suppress(ValueError):
            read(typed)

    return refused


@pytest.mark.parametrize("name", [*READERS, *REFUSING])
def test_who_reads_a_strangers_text_takes_time_in_proportion(name: str) -> None:
    read = READERS.get(name) or _refusing(REFUSING[name])
    longest = OF_SEARCHES.get(name, LONGEST_OF_FUNCTIONS)
    steep = {
        unit: exponent
        for unit in UNITS
        if (exponent := growth.exponent(read, _repeated(unit), longest)) >= growth.STEEPEST
    }
    assert not steep


def _repeated(unit: str) -> Callable[[int], str]:
    return lambda letters: unit * (letters // len(unit)) + "!"


def test_the_longest_text_of_a_profile_is_judged_at_once() -> None:
    """4,000 letters took 0.6 s, and more on purpose; a tenth of a second is far more than it takes."""
    longest = checks.LONGEST_PROJECT
    slow = {
        unit: seconds
        for unit in UNITS
        if (seconds := growth.seconds(lambda typed: free_text.refusal(typed, typed), unit * (longest // len(unit))))
        > 0.1
    }
    assert not slow
