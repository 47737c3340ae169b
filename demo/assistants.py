"""Invented assistants maternels, as rows of the private tables, of `offer` and of the timetables."""

import random
from datetime import date, timedelta

from demo import contacts, people, schools, timetables
from demo.homes import Point, beside
from demo.loading import Assistant
from demo.plan import Place
from demo.structures import Row
from domain.scales import shipped
from registry.ids import new_id

UP_TO_DATE = 0.67
"""The others are full, or have let their availability lapse."""

SHOWN_PHONE = 0.6
SHOWN_MAIL = 0.3
"""Of those invented hardly any has an account, so that one in four can be reached in no way."""

ILE_DE_FRANCE = "11"
LANGUAGES = {
    **{"en": 30, "es": 14, "pt": 14, "ar": 18, "it": 4, "de": 6, "br": 3},
    **{"pl": 2, "ro": 2, "tr": 3, "zh": 2, "ru": 2, "uk": 1, "lsf": 3},
}


def assistant(rng: random.Random, place: Place, home: Point, number: str, mam: str | None, today: date) -> Assistant:
    """Somebody who lives at `home`, with this agrément number, and works in a MAM (its offer id) or there."""
    offer_id = new_id(rng)
    someone = people.person(rng)
    (capacity,) = rng.choices((1, 2, 3, 4, 5, 6), (6, 16, 32, 42, 3, 1))
    shape = timetables.pattern(rng)
    features = _features(rng, shape, town=place.commune.population > 20_000, at_home=mam is None)
    languages = ["fr", *rng.choices(tuple(LANGUAGES), tuple(LANGUAGES.values()))] if rng.random() < 0.2 else []
    periods, confirmed_on = _availability(rng, today, shape, capacity)
    street = contacts.street(rng)
    shown = rng.random()
    # One home in twelve stands in a street that no geocoder knows.
    street_point = beside(rng, home, 120) if rng.random() < 0.92 else (None, None)
    age_from = rng.choice((0, 0, 0, 2, 3, 6, 12))
    licensed_on = today - timedelta(days=rng.randrange(30, 1790))
    usual_years, *_ = shipped().numbers("agrement_years", today)
    oldest = shipped().number("agrement_age_to_months", today)
    priced = rng.random() < 0.85
    return Assistant(
        identity=(
            offer_id,
            someone.first_name,
            someone.last_name,
            today - timedelta(days=rng.randrange(23 * 365, 64 * 365)),
        ),
        contact=(
            offer_id,
            contacts.mobile(rng) if rng.random() < 0.8 else contacts.landline(rng, place.region),
            people.mail(rng, someone),
            rng.random() < SHOWN_PHONE,
            rng.random() < SHOWN_MAIL,
        ),
        agrement=(
            offer_id,
            place.commune.department,
            number,
            licensed_on,
            licensed_on + timedelta(days=usual_years * 365),
            capacity,
            age_from,
            rng.choice((36, 72, 132, oldest, oldest)),
        ),
        home=_home(rng, offer_id, place, home, street, street_point, shown),
        mam=(offer_id, mam, rng.random() < 0.8) if mam else None,
        offer=(
            offer_id,
            someone.shown,
            people.project(rng, someone, features, languages) if rng.random() < 0.85 else None,
            features,
            languages,
            schools.served(offer_id, place.commune) if "school_run" in features else [],
            *_prices(rng, place, meals="meals" in features, priced=priced),
            confirmed_on,
        ),
        periods=periods,
        leave=timetables.leave(rng, today) if periods and rng.random() < 0.15 else [],
    )


def _home(
    rng: random.Random,
    offer_id: str,
    place: Place,
    home: Point,
    street: str,
    street_point: Point | tuple[None, None],
    shown: float,
) -> Row:
    """A row of `am_home`; `shown` is drawn between 0 and 1."""
    return (
        offer_id,
        f"{contacts.house_number(rng)} {street}",
        street,
        rng.choice(place.commune.postcodes),
        place.commune.code,
        *home,
        *street_point,
        "zone" if shown < 0.75 else "street" if shown < 0.93 else "address",
    )


def _prices(rng: random.Random, place: Place, *, meals: bool, priced: bool) -> tuple[int | None, ...]:
    """Cents: net an hour, upkeep a day, one meal."""
    return (
        _tariff(rng, place) if priced else None,
        # At least 90 % of the minimum garanti for nine hours (convention collective, art. 114.1):
        # 3.92 euros at the 4.35 euros of January 2026.
        rng.randrange(395, 520, 5) if priced else None,
        rng.randrange(250, 520, 10) if priced and meals else None,
    )


def _features(rng: random.Random, shape: str, *, town: bool, at_home: bool) -> list[str]:
    chances = {
        "handicap": 0.12,
        "occasional_care": 0.2,
        "emergency_places": 0.07,
        "meals": 0.6,
        "nappies": 0.08,
        "garden": (0.3 if town else 0.75) if at_home else 0.8,
        "no_smoking": 0.75,
        "school_run": 1.0 if shape == "after_school" else 0.25,
        "atypical_hours": 1.0 if shape in timetables.ATYPICAL else 0.03,
    }
    chosen = [feature for feature, chance in chances.items() if rng.random() < chance]
    pets = rng.random()
    if pets < 0.5:
        chosen.append("no_pets")
    elif pets < 0.75 and at_home:
        chosen.append("pets")
    return chosen


def _availability(rng: random.Random, today: date, shape: str, capacity: int) -> tuple[list[timetables.Period], date]:
    """Her periods and the day she last confirmed them."""
    state = rng.random()
    recently = today - timedelta(days=rng.randrange(150))
    long_ago = today - timedelta(days=rng.randrange(190, 1100))
    if state < UP_TO_DATE:
        return timetables.current(rng, today, shape, capacity), recently
    if state < 0.73:
        return timetables.full(rng, today), recently
    if state < 0.79:
        return [], long_ago
    if state < 0.89:
        return timetables.ended(rng, today, shape, capacity), long_ago
    # Still open, but nobody has looked at it for long.
    return [timetables.Period(long_ago, None, timetables.week(rng, shape, capacity))], long_ago


def _tariff(rng: random.Random, place: Place) -> int:
    """Net cents an hour. The least is above what the law asks (scales `smic_hour_cents`, `am_least_smic`)."""
    cents = rng.triangular(320, 550, 390) + (30 if place.region == ILE_DE_FRANCE else 0)
    return min(550, round(cents / 5) * 5)
