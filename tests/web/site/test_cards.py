"""What a card says of an assistant maternel's declared availability."""

import re
from datetime import date
from typing import Any

import pytest

from web.shared import cards

TODAY = date(2026, 11, 23)
"""Eight days before a deadline."""


@pytest.mark.parametrize(
    ("confirmed_on", "fresh_until", "end"),
    [
        ("2026-06-01", "2027-05-31", "il y a 5\u00a0mois, à jour"),
        ("2026-05-31", "2026-11-30", "il y a 5\u00a0mois, à jour"),
        ("2026-11-20", "2026-11-23", "il y a 3\u00a0jours, à jour"),  # the last day
        ("2026-11-20", "2026-11-22", "il y a 3\u00a0jours, à confirmer"),  # her period ended yesterday
        ("2025-11-30", "2026-05-31", "il y a 11\u00a0mois, à confirmer"),
    ],
)
def test_a_card_tells_whether_her_word_counts(confirmed_on: str, fresh_until: str, end: str) -> None:
    item: dict[str, Any] = {"kind": "assistant_maternel", "confirmed_on": confirmed_on, "fresh_until": fresh_until}
    assert cards.freshness(item, TODAY) == f"disponibilités déclarées {end}"


@pytest.mark.parametrize(
    ("status", "ends", "told"),
    [
        ("free", {"declared_until": "2027-03-14"}, "déclarées il y a 3\u00a0jours, à jour"),
        ("later", {"declared_until": "2027-03-14"}, "déclarées il y a 3\u00a0jours, à jour"),
        ("free", {"until": "2027-03-14"}, "disponibilités déclarées il y a 3\u00a0jours, à jour"),
        ("full", {"declared_until": "2027-03-14"}, "disponibilités déclarées il y a 3\u00a0jours, à jour"),
    ],
)
def test_a_card_does_not_say_twice_running_what_was_declared(status: str, ends: dict[str, str], told: str) -> None:
    item = {
        "kind": "assistant_maternel",
        "confirmed_on": "2026-11-20",
        "fresh_until": "2027-05-31",
        "availability": {"status": status, **ends},
    }
    assert cards.freshness(item, TODAY) == told


def test_what_is_to_confirm_is_told_without_a_count_and_without_green() -> None:
    found = {"status": "to_confirm", "places": None, "free_from": None, "until": None, "coverage": None}
    assert cards.availability(found) == {"status": "to_confirm", "text": "Disponibilités à confirmer"}
    assert in_short("to_confirm", {}, confirmed_on="2024-01-05") == "À confirmer"


@pytest.mark.parametrize(
    ("status", "dates", "text"),
    [
        ("free", {"until": "2027-03-14"}, "1 place libre, jusqu’au 14 mars 2027"),
        (
            "free",
            {"declared_until": "2027-03-14"},
            "1 place libre, disponibilités déclarées jusqu’au 14 mars 2027",
        ),
        (
            "later",
            {"free_from": "2027-01-01", "until": "2027-03-14"},
            "Libre à partir du 1er janvier 2027, jusqu’au 14 mars 2027",
        ),
        (
            "partial",
            {"declared_until": "2027-03-14"},
            "Libre 1 jour sur 2 ; disponibilités déclarées jusqu’au 14 mars 2027",
        ),
        ("partial", {"until": "2027-03-14"}, "Jusqu’au 14 mars 2027 : libre 1 jour sur 2"),
        (
            "partial",
            {"free_from": "2027-01-01", "until": "2027-03-14"},
            "Du 1er janvier 2027 au 14 mars 2027 : libre 1 jour sur 2",
        ),
        ("partial", {"free_from": "2027-01-01"}, "À partir du 1er janvier 2027 : libre 1 jour sur 2"),
    ],
)
def test_the_end_of_a_declaration_is_not_told_as_the_end_of_a_place(
    status: str, dates: dict[str, str], text: str
) -> None:
    found = {"status": status, "places": 1, "coverage": {"summary": "Libre 1 jour sur 2"}, **dates}
    shown = cards.availability(found)
    assert shown
    assert shown["text"].replace("\u00a0", " ").replace("\u202f", " ") == text


FOUR = ("mon", "tue", "thu", "fri")


def in_short(status: str, found: dict[str, Any], *, days: tuple[str, ...] = (), confirmed_on: str | None = None) -> str:
    item = {"kind": "assistant_maternel", "confirmed_on": confirmed_on, "availability": {"status": status, **found}}
    shown = cards.in_short(item, days)
    assert shown
    assert shown["status"] == status
    return shown["text"].replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("status", "found", "days", "text"),
    [
        ("free", {"places": 1, "declared_until": "2027-05-31"}, FOUR, "Libre les 4 jours"),
        ("free", {"places": 2}, FOUR, "Libre les 4 jours (2 places)"),
        ("free", {"places": 1}, ("tue",), "Libre le mardi"),
        ("free", {"places": 1, "until": "2027-03-14"}, FOUR, "Libre les 4 jours, jusqu’au 14 mars 2027"),
        ("free", {"places": 2, "declared_until": "2027-05-31"}, (), "2 places libres"),
        (
            "later",
            {"free_from": "2027-01-01", "declared_until": "2027-05-31"},
            FOUR,
            "Libre à partir du 1er janvier 2027",
        ),
        ("full", {}, FOUR, "Complet"),
        ("to_ask", {}, FOUR, "Places à demander"),
        ("unknown", {}, (), "Disponibilités jamais déclarées"),
    ],
)
def test_a_card_tells_in_a_few_words_what_is_free(
    status: str, found: dict[str, Any], days: tuple[str, ...], text: str
) -> None:
    assert in_short(status, found, days=days) == text


def test_a_part_of_a_need_leaves_the_free_days_to_the_week_beside_it() -> None:
    summary = "Libre 3 jours sur 4 (lundi, mardi et jeudi)\u202f; pas de place le vendredi"
    found = {"coverage": {"summary": summary}, "free_from": "2027-01-01", "declared_until": "2027-05-31"}
    told = in_short("partial", found, days=FOUR)
    assert told == "À partir du 1er janvier 2027 : libre 3 jours sur 4 ; pas de place le vendredi"


def covered(
    day: str, *, covered: bool = False, shortened: int | None = None, free: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {"day": day, "covered": covered, "shortened": shortened, "free": list(free)}


def test_the_week_tells_what_is_asked_and_what_of_it_is_free() -> None:
    days = [
        covered("mon", covered=True, shortened=0),
        covered("tue", shortened=15, free=("08:15",)),
        covered("thu", free=("08:00",)),
        covered("fri"),
    ]
    found = {"status": "partial", "coverage": {"days": days, "places": 1, "asked_places": 1}}
    week = cards.strip(found, FOUR)
    assert week
    assert [letter for letter, _ in week.days] == list("LMMJVSD")
    assert [state for _, state in week.days] == ["yes", "part", "", "part", "no", "", ""]
    assert plain(week.sentence) == "lundi : libre ; mardi et jeudi : libre en partie ; vendredi : pas de place"


def test_the_week_of_fewer_places_than_are_asked_for_is_free_in_part() -> None:
    days = [covered("mon", covered=True, shortened=0)]
    found = {"status": "partial", "coverage": {"days": days, "places": 1, "asked_places": 2}}
    week = cards.strip(found, ("mon",))
    assert week
    assert plain(week.sentence) == "lundi : libre en partie"


def test_a_day_of_which_one_line_is_covered_and_one_is_not_is_free_in_part() -> None:
    days = [covered("mon", covered=True, shortened=0), covered("mon")]
    found = {"status": "partial", "coverage": {"days": days, "places": 1, "asked_places": 1}}
    week = cards.strip(found, ("mon",))
    assert week
    assert week.days[0] == ("L", "part")


@pytest.mark.parametrize("status", ["free", "later"])
def test_the_week_of_a_need_that_is_covered_is_free_on_each_of_its_days(status: str) -> None:
    week = cards.strip({"status": status, "coverage": None}, FOUR)
    assert week
    assert plain(week.sentence) == "lundi, mardi, jeudi et vendredi : libre"


@pytest.mark.parametrize("status", ["full", "to_ask", "unknown", "to_confirm"])
def test_no_week_is_drawn_where_nothing_is_known_to_be_free(status: str) -> None:
    assert cards.strip({"status": status, "coverage": None}, FOUR) is None
    assert cards.strip({"status": "free", "coverage": None}, ()) is None
    assert cards.strip(None, FOUR) is None


@pytest.mark.parametrize(
    ("confirmed_on", "fresh_until", "told"),
    [
        ("2026-08-24", "2027-05-31", None),  # 91 days ago
        ("2026-08-23", "2027-05-31", "déclaré il y a 3 mois"),
        ("2026-11-20", "2026-11-22", "déclaré il y a 3 jours"),  # to be confirmed
        (None, None, None),
    ],
)
def test_a_declaration_is_dated_where_its_age_matters(
    confirmed_on: str | None, fresh_until: str | None, told: str | None
) -> None:
    item: dict[str, Any] = {"kind": "assistant_maternel", "confirmed_on": confirmed_on, "fresh_until": fresh_until}
    assert plain(cards.since(item, TODAY) or "") == (told or "")


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0, "à moins de 1 km"),
        (420, "à moins de 1 km"),
        (720, "à moins de 1,5 km"),
        (1_500, "entre 1 et 2 km"),
        (2_200, "entre 1,5 et 3 km"),
        (1_100, "entre 500 m et 1,5 km"),
        (12_300, "entre 12 et 13 km"),
    ],
)
def test_the_distance_of_a_zone_is_a_range(metres: int, text: str) -> None:
    assert plain(cards.distance(metres, "zone") or "") == text
    assert plain(cards.detour(metres, "zone") or "") == f"{text} de votre trajet"


def test_the_range_of_a_zone_reaches_from_its_near_side_to_its_far_one() -> None:
    """To half a step, which is what it is rounded to."""
    for metres in range(0, 30_000, 70):
        half_step = 250 if metres < 9_450 else 500
        low, high = bounds(cards.zone_distance(metres))
        assert abs(low - max(metres - 550, 0)) <= half_step, metres
        assert abs(high - (metres + 550)) <= half_step or high == 1_000, metres
        assert low < high, metres


def bounds(text: str) -> tuple[int, int]:
    found = re.findall(r"([\d,\u202f]+)\u00a0?(m|km)?", text)
    told = [(float(number.replace(",", ".").replace("\u202f", "")), unit or "km") for number, unit in found]
    metres = [round(number * (1_000 if unit == "km" else 1)) for number, unit in told]
    return (0, metres[0]) if len(metres) == 1 else (metres[0], metres[1])


def test_a_card_has_two_tags_and_the_number_of_the_others() -> None:
    shown = cards.card(whole(features=["handicap", "garden", "meals", "no_pets"]), today=TODAY)
    assert (shown["features"], shown["more"]) == (("Accueil du handicap", "Jardin"), 2)
    few = cards.card(whole(features=["garden"]), today=TODAY)
    assert (few["features"], few["more"]) == (("Jardin",), 0)


def test_the_capacity_of_an_agrement_is_not_told_beside_free_places() -> None:
    assert cards.facts(whole(capacity=4)) == []
    assert list(map(plain, cards.facts(whole(kind="eaje", capacity=40)))) == ["capacité : 40 places"]


def test_a_card_tells_an_address_without_its_postcode_and_a_hidden_home_by_its_range() -> None:
    assert cards.place_in_list(whole(address="2 rue du Clos")) == "2 rue du Clos, Nantes"
    assert cards.place_in_list(whole(address="2 rue du Clos 44000 Nantes")) == "2 rue du Clos 44000 Nantes"
    hidden = whole(position={"lat": 47.2, "lon": -1.5, "precision": "zone"})
    assert cards.place_in_list(hidden) == "un secteur de Nantes"
    assert cards.place_in_list(hidden, is_measured=True) == "Nantes"
    assert cards.card({**hidden, "distance_m": 420}, today=TODAY)["place"] == "Nantes"
    in_mam = whole(mam={"id": "m", "name": "Stram Gram"}, address="2 rue du Clos")
    assert plain(cards.place_in_list(in_mam)) == "dans la MAM « Stram Gram », Nantes"


def whole(**more: Any) -> dict[str, Any]:
    return {
        "id": "x",
        "kind": "assistant_maternel",
        "kind_label": "Assistant maternel",
        "name": "Anne D.",
        "position": {"lat": 47.2, "lon": -1.5, "precision": "address"},
        "commune": {"name": "Nantes", "postcode": "44000"},
        "confirmed_on": "2026-11-20",
        "fresh_until": "2027-05-31",
        "fictitious": False,
        **more,
    }


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("commune", "zone", "anywhere"),
    [
        ("Nantes", "un secteur de Nantes", "quelque part à Nantes"),
        ("Orvault", "un secteur d’Orvault", "quelque part à Orvault"),
        ("Le Pellerin", "un secteur du Pellerin", "quelque part au Pellerin"),
        ("Les Sorinières", "un secteur des Sorinières", "quelque part aux Sorinières"),
    ],
)
def test_a_hidden_home_is_placed_in_french(commune: str, zone: str, anywhere: str) -> None:
    def line(precision: str) -> str:
        return cards.place_line(
            {
                "kind": "assistant_maternel",
                "position": {"precision": precision},
                "commune": {"name": commune, "postcode": "44000"},
            }
        )

    assert (line("zone"), line("commune")) == (zone, anywhere)


def test_nothing_is_said_of_a_word_where_nothing_was_declared() -> None:
    item = {"kind": "assistant_maternel", "confirmed_on": None, "fresh_until": None}
    assert cards.freshness(item, TODAY) == "disponibilités jamais déclarées"
