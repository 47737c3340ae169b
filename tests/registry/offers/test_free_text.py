"""Her own words: what tells where she is or how to reach her is refused, what parents like to read is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.offers.free_text import LINK, MAIL, NIR, PHONE, SPELLED, STREET, refusal

UNITS = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
]
TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}


def in_words(pair: str) -> str:
    """A pair of digits as it is read out."""
    value = int(pair)
    if pair[0] == "0":
        return f"zéro {UNITS[value]}"
    if value <= 16:
        return UNITS[value]
    if value < 20:
        return f"dix-{UNITS[value - 10]}"
    if value < 70:
        return TENS[value // 10] + ("" if value % 10 == 0 else " et un" if value % 10 == 1 else f"-{UNITS[value % 10]}")
    if value < 80:
        return f"soixante-{in_words(str(value - 60))}"
    return "quatre-vingt" + ("s" if value == 80 else f"-{in_words(f'{value - 80:02d}').removeprefix('zéro ')}")


pairs = st.tuples(
    st.sampled_from(["01", "02", "04", "06", "07", "09"]), *[st.from_regex(r"[0-9]{2}", fullmatch=True)] * 4
)


@given(
    pairs, st.sampled_from([" ", ".", "-", "", " - ", "/", ", ", "_", "\u00a0", " . ", "\u200b "]), st.integers(0, 5)
)
def test_a_telephone_is_found_however_it_is_spelled(number: tuple[str, ...], between: str, words: int) -> None:
    groups = [in_words(pair) if place < words else pair for place, pair in enumerate(number)]
    assert refusal(f"Joignable au {(between if not words else ' ').join(groups)} le soir") == PHONE


@given(
    st.sampled_from(["Depuis", "En", "J’ai accueilli"]),
    st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.sampled_from(["enfants", "ans d’expérience", "places", "mois", "h"]),
)
def test_numbers_among_words_are_no_telephone(start: str, numbers: list[int], unit: str) -> None:
    assert refusal(f"{start} " + " et ".join(f"{number} {unit}" for number in numbers)) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tel : O6 39 98 l2 34", PHONE),
        ("+33 (0)6 39 98 12 34", PHONE),
        ("0️⃣6️⃣3️⃣9️⃣9️⃣8️⃣1️⃣2️⃣3️⃣4️⃣", PHONE),
        ("０６ ３９ ９８ １２ ３４", PHONE),
        ("0 six, 39, quatre vingt dix huit, 12, 34", PHONE),
        ("00 33 6 39 98 12 34", PHONE),
        ("+262 692 12 34 56", PHONE),
        ("nadia@exemple.fr", MAIL),
        ("nadia arobase exemple point fr", MAIL),
        ("nadia (at) exemple", MAIL),
        ("sur gmail : nadia.b", MAIL),
        ("https://exemple.fr", LINK.format(piece="https://exemple.fr")),
        ("www exemple fr", SPELLED),
        ("nounou-nadia.fr", LINK.format(piece="nounou-nadia.fr")),
        ("nounou nadia point com", SPELLED),
        ("w w w . nounou", SPELLED),
        ("voir exemple.wixsite.com/nadia", LINK.format(piece="exemple.wixsite.com/nadia")),
        ("mon numéro 2 79 04 44 109 123 47", PHONE),
        ("27 rue des Roses", STREET),
    ],
)
def test_what_tells_too_much_is_refused(text: str, why: str) -> None:
    assert refusal(f"Bonjour, {text}. À bientôt !") == why


def test_a_social_security_number_is_refused_by_name() -> None:
    assert refusal("voici 279044410912310 pour vous") in (NIR, PHONE)


@pytest.mark.parametrize(
    ("street", "texts"),
    [
        (
            "27 rue des Lilas",
            ["rue des Lilas", "r. des lilas", "RUE DES LILAS", "rue lilas", "la rue, celle des Lilas"],
        ),
        (
            "12 bis, avenue Jean Jaurès",
            ["avenue jean-jaures", "av Jaurès", "JeanJaurès", "Jean Jauress", "J e a n J a u r è s"],
        ),
        ("rue du 8 Mai 1945", ["rue du huit mai 1945", "8 mai 1945", "rue du 8 mai 45"]),
        ("boulevard du Général de Gaulle", ["bd Gal de Gaulle", "boulevard degaulle", "bd. de Gaule"]),
        ("chemin de Saint-Michel", ["ch. St Michel", "chemin saint michel", "le chemin Michel"]),
        ("rue de l’Église", ["rue de l'eglise", "rue église", "ma rue est celle de l’église"]),
    ],
)
def test_her_street_is_found_whatever_its_spelling(street: str, texts: list[str]) -> None:
    for text in texts:
        assert refusal(f"J’accueille {text}, au calme.", street) == STREET, text


@pytest.mark.parametrize(
    ("street", "text"),
    [
        ("rue des Lilas", "Le jardin a des lilas, dans une rue calme."),
        ("avenue Jean Jaurès", "Je vais chercher les grands à l’école Jean Jaurès."),
        ("rue du 8 Mai 1945", "Fermée le 8 mai et le 14 juillet."),
        ("Le Bourg", "Une maison au bourg, avec un jardin."),
        ("route de Nantes", "À dix minutes de Nantes par la route."),
        ("", "De 7 h 30 à 18 h 30, ou 08:30-18:30 le mercredi, du 01/09/2026 au 31/08/2027."),
        ("", "Diplômée en 2009, 2012 et 2015 ; 12 ans d’expérience, 4 enfants de 0 à 3 ans, 2 chats."),
        ("", "J’aime le jardin.Les enfants aussi. Goûter à 16 h : jus d’orange, 3 fruits."),
        ("", "Comptines : un, deux, trois, soleil ; quatre, cinq, six, cueillir des cerises."),
    ],
)
def test_what_parents_like_to_read_is_not_refused(street: str, text: str) -> None:
    assert refusal(text, street) is None
