"""A fictitious file of the old portal, at its real size and with the dirt that such files have.

In 2021 the portal listed 235,105 assistants maternels; 84,842 of them had an account. The columns are those of
registry/legacy/reading.py. Deterministic from a seed and a day; every row says that it is fictitious.
"""

import csv
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from demo import contacts, people
from demo.homes import beside
from demo.plan import Place, Plan, apportion, places
from domain import french
from domain.scales import shipped
from registry.database import Connection
from registry.legacy.reading import COLUMNS

ROWS = 235_105
KEPT = 84_842
"""Those with an account: a mail address that works, once."""

TWICE = 0.004
"""Of all rows: people who stand there a second time."""
LOST_MAIL = 0.0015
"""Of all rows: an account whose mail address can't be used."""
HAS_MAIL = 0.46
"""Of those without an account."""
DIRTY = 0.11
"""Rows with at least one value that can't be used."""

Row = dict[str, str]


def write(
    path: Path,
    conn: Connection,
    *,
    seed: int,
    today: date,
    rows: int = ROWS,
    kept: int = KEPT,
    report: Callable[[str, int, int], None] = lambda label, done, total: None,
) -> None:
    """Write the file; `rows` lines without the heading, of which `kept` keep their account in an empty registry.

    The registry must hold the territory. `report` is told (French label, done, total).
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=";")
        writer.writeheader()
        for done, row in enumerate(_rows(conn, seed, today, rows, kept), start=1):
            writer.writerow(row)
            if done % 5_000 == 0 or done == rows:
                report("lignes fictives de l’ancien site", done, rows)


def _rows(conn: Connection, seed: int, today: date, rows: int, kept: int) -> Iterator[Row]:
    rng = random.Random(f"legacy {seed} {today}")  # noqa: S311 - invented data, nothing secret
    where = places(conn, Plan({}))
    doubles, lost = round(rows * TWICE), round(rows * LOST_MAIL)
    persons = rows - doubles
    homes = [
        place
        for place, count in zip(
            where, apportion(rng, [each.commune.population for each in where], persons), strict=True
        )
        for _ in range(count)
    ]
    states = ["kept"] * kept + ["lost"] * lost + ["none"] * (persons - kept - lost)
    rng.shuffle(states)
    second = set(rng.sample(range(rows), doubles))
    # Nobody stands there a second time before the first.
    while second & {0}:
        second = (second - {0}) | {rng.randrange(1, rows)}
    serials: dict[str, int] = {}
    recent: list[Row] = []
    people_left = iter(zip(homes, states, strict=True))
    written = 0
    for position in range(rows):
        if position in second and recent:
            yield _again(rng, rng.choice(recent))
            continue
        following = next(people_left, None)
        if following is None:
            yield _again(rng, rng.choice(recent))
            continue
        place, state = following
        department = place.commune.department
        serials[department] = serials.get(department, 0) + 1
        written += 1
        row = _row(rng, written, place, state, f"{department}-{900_000 + serials[department]}", today)
        if rng.random() < DIRTY:
            _spoil(rng, row)
        # Only of the last ones, so that what is remembered stays small.
        recent = [*recent[-199:], row]
        yield row


def _row(rng: random.Random, serial: int, place: Place, state: str, number: str, today: date) -> Row:
    someone = people.person(rng)
    commune = place.commune
    lat, lon = beside(rng, (commune.lat, commune.lon), 400)
    licensed_on = today - timedelta(days=rng.randrange(30, 1780))
    usual_years, *_ = shipped().numbers("agrement_years", today)
    oldest = shipped().number("agrement_age_to_months", today)
    mail = f"{people.mail(rng, someone).partition('@')[0]}.{serial}@example.org"
    account = state in ("kept", "lost")
    if state == "lost" or (state == "none" and rng.random() > HAS_MAIL):
        mail = rng.choice(("", "", "aucune", "nc@", "voir mari")) if state == "lost" else ""
    return {
        "identifiant": f"AM{serial:07}",
        "compte": "oui" if account else "non",
        "mail": mail.upper() if rng.random() < 0.05 else mail,
        "nom": someone.last_name.upper() if rng.random() < 0.5 else someone.last_name,
        "prenom": someone.first_name,
        "nom_affiche": someone.shown if account else "",
        "date_naissance": _day(rng, today - timedelta(days=rng.randrange(23 * 365, 64 * 365))),
        "departement": commune.department,
        "numero_agrement": number,
        "agrement_debut": _day(rng, licensed_on),
        "agrement_fin": _day(rng, licensed_on + timedelta(days=usual_years * 365)),
        "capacite": str(rng.choice((1, 2, 3, 3, 4, 4, 4))),
        "age_min_mois": "0",
        "age_max_mois": rng.choice(("36", "72", str(oldest))),
        "adresse": f"{contacts.house_number(rng)} {contacts.street(rng)}",
        "code_postal": rng.choice(commune.postcodes),
        "code_commune": commune.code,
        "commune": commune.name.upper(),
        "latitude": f"{lat}",
        "longitude": f"{lon}",
        "affichage": rng.choice(("zone", "zone", "zone", "rue", "adresse")),
        "telephone": contacts.mobile(rng).replace(" ", rng.choice((" ", "", "."))),
        "telephone_visible": rng.choice(("oui", "non", "non")),
        "mail_visible": rng.choice(("oui", "non", "non", "non")),
        "projet": people.project(rng, someone, (), ()) if account and rng.random() < 0.6 else "",
        "services": "|".join(rng.sample(("meals", "garden", "no_smoking", "school_run"), rng.randrange(4))),
        "tarif_horaire": french.euros(rng.randrange(320, 520, 5)) if account else "",
        "tarif_entretien": french.euros(rng.randrange(395, 520, 5)) if account else "",
        "tarif_repas": "",
        "derniere_maj": (today - timedelta(days=rng.randrange(1, 900))).isoformat(),
        "fictif": "oui",
    }


def _again(rng: random.Random, row: Row) -> Row:
    """The same person a second time, without an account, as the départements' files brought her once more."""
    return row | {
        "compte": "non",
        "identifiant": f"{row['identifiant']}-2",
        "derniere_maj": "",
        "nom": row["nom"].upper(),
        "telephone": contacts.mobile(rng),
    }


def _spoil(rng: random.Random, row: Row) -> None:
    """One value as such files have them. None that decides who she is, so that the number of accounts stays."""
    name, value = rng.choice(
        (
            ("date_naissance", ""),
            ("date_naissance", "31/02/1975"),
            ("date_naissance", "01/01/2190"),
            ("agrement_debut", "à renseigner"),
            ("agrement_debut", "2018-13-45"),
            ("agrement_fin", "00/00/0000"),
            ("capacite", "12"),
            ("capacite", "trois"),
            ("capacite", ""),
            ("age_max_mois", "-3"),
            ("code_commune", "99999"),
            ("code_commune", "XXXXX"),
            ("code_postal", "F-ABC"),
            ("latitude", "0"),
            ("longitude", "N/A"),
            ("telephone", "sur demande"),
            ("telephone", "06 39"),
            ("tarif_horaire", "450"),
            ("tarif_horaire", "à voir"),
            ("services", "piscine"),
            ("adresse", ""),
            ("prenom", ""),
        )
    )
    row[name] = value
    if value == "99999":
        row["commune"] = "COMMUNE NOUVELLE INCONNUE"


def _day(rng: random.Random, day: date) -> str:
    return day.isoformat() if rng.random() < 0.5 else french.day_in_figures(day)
