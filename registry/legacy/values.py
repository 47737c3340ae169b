"""One line of the old portal's file → what is usable of it, and which of its values are not. Pure functions.

A problem is a French sentence that names the field and never the value, which may be private.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain import civil
from domain.civil import months_after
from domain.french import EXTENSION
from domain.scales import Scales
from domain.spelling import fold, legible
from domain.vocabulary import Feature
from registry.imports.cleaning import clean_address, mails, phones
from registry.intake import texts
from registry.legacy.reading import Line
from registry.offers import free_text
from registry.territory import names

WORDS = frozenset(("nom", "prenom", "nom_affiche", "adresse", "commune"))
"""Columns that people read, or by which somebody is known."""

NAMES = frozenset(("nom", "prenom", "nom_affiche"))
"""Of these the names of persons, which may be of any language."""

YES = frozenset(("oui", "o", "1", "true", "vrai"))
SHOWN = {"adresse": "address", "rue": "street", "zone": "zone", "": "zone"}
_MAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")

Get = Callable[[str], str]
"""The value of a column, without blanks around it; empty where there is none."""

MOST_CENTS = {"tarif_horaire": 2000, "tarif_entretien": 2000, "tarif_repas": 2000}
LEAST_CENTS = {"tarif_horaire": 100, "tarif_entretien": 0, "tarif_repas": 0}
"""Twenty euros and one euro: what lies beyond is a slip of the pen."""


@dataclass(slots=True)
class Entry:
    """A line as far as it is usable; None or empty where it is not. Prices in euro cents, ages in months."""

    line: int
    account: bool
    mail: str | None
    first_name: str = ""
    last_name: str = ""
    shown_name: str = ""
    birth_date: date | None = None
    department: str = ""
    number: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    capacity: int | None = None
    age_from: int = 0
    age_to: int = field(kw_only=True)
    address: str = ""
    postcode: str = ""
    commune_code: str = ""
    commune_name: str = ""
    position: tuple[float, float] | None = None
    show: str = "zone"
    phone: str | None = None
    show_phone: bool = False
    show_mail: bool = False
    project: str | None = None
    features: list[str] = field(default_factory=list)
    hourly: int | None = None
    upkeep: int | None = None
    meal: int | None = None
    confirmed_on: date | None = None
    fictitious: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Key:
    """What tells who a line is about; enough to find those who stand there twice."""

    line: int
    account: bool
    mail: str | None
    number: tuple[str, str] | None
    last_name: str
    updated: date | None


def key(line: Line) -> Key | None:
    """None for a line whose columns do not add up."""
    if line.values is None:
        return None
    values, _ = _read(line.values)
    get = _getter(values)
    mail, number, department = (
        mail_of(get("mail")),
        number_of(get("numero_agrement")),
        department_of(get("departement")),
    )
    return Key(
        line.number,
        get("compte").lower() in YES and mail is not None,
        mail,
        (department, number) if department and number else None,
        fold(get("nom")),
        day(get("derniere_maj")),
    )


def entry(line: Line, scales: Scales, today: date) -> Entry | None:
    """None for a line whose columns do not add up. `today` bounds what has happened already, `scales` what can be."""
    if line.values is None:
        return None
    values, problems = _read(line.values)
    get = _getter(values)
    had_account = get("compte").lower() in YES
    mail = mail_of(get("mail"))
    made = Entry(
        line.number,
        had_account and mail is not None,
        mail,
        age_to=scales.number("agrement_age_to_months", today),
        fictitious=get("fictif").lower() in YES,
        problems=problems,
    )
    if had_account and mail is None:
        made.problems.append("compte sans adresse mail utilisable")
    elif mail is None and get("mail"):
        made.problems.append("adresse mail illisible")
    elif len(mails(get("mail"))) > 1:
        made.problems.append("seconde adresse mail laissée de côté")
    made.department, made.number = department_of(get("departement")), number_of(get("numero_agrement"))
    made.last_name, made.first_name = get("nom")[:100], get("prenom")[:100]
    if not made.account:
        # Nothing more of it is kept, so nothing more is read.
        return made
    _person(made, get, today)
    _agrement(made, get, scales, today)
    _home(made, get)
    _profile(made, get, today)
    return made


def mail_of(text: str) -> str | None:
    """The first usable address."""
    return next((mail for mail in mails(text.lower()) if ".." not in mail and _MAIL.fullmatch(mail)), None)


def number_of(text: str) -> str:
    number = texts.code(re.sub(r"\s+", " ", text))
    return number if len(number) <= 40 and not texts.is_shortened(number) else ""


def department_of(text: str) -> str:
    """As INSEE writes it: spreadsheets drop the zero of "01"."""
    code = texts.code(text).upper()
    return code.zfill(2) if code.isdigit() else code


def day(text: str) -> date | None:
    """A day as 2021-03-31 or 31/03/2021."""
    try:
        if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text[:10]) if len(text) >= 10 else None
    except ValueError:
        return None


def _getter(values: Mapping[str, str]) -> Get:
    return lambda name: values.get(name, "")


def _read(values: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The values of a line, mended and without blanks around; those whose letters are lost are left out."""
    read: dict[str, str] = {}
    problems = []
    for name, given in values.items():
        damage = texts.BROKEN_NAME if name in NAMES else texts.BROKEN
        mended = texts.mended(given, damage)
        read[name] = legible(mended).replace("\u00a0", " ").strip()
        if mended != given:
            problems.append(f"accents rétablis\u00a0: {name.replace('_', ' ')}")
        # A text of many sentences may have a question mark without a blank behind it.
        is_broken = (
            damage.search(read[name]) if name == "projet" else name in WORDS and texts.is_broken(read[name], damage)
        )
        if is_broken:
            problems.append(f"lettres perdues ou brouillées\u00a0: {name.replace('_', ' ')}")
            read[name] = ""
    return read, problems


def _person(made: Entry, get: Get, today: date) -> None:
    if not made.last_name or not made.first_name:
        made.problems.append("nom ou prénom absent")
    made.shown_name = get("nom_affiche")[:200]
    if not made.shown_name:
        initial = f" {made.last_name[0].upper()}." if made.last_name else ""
        made.shown_name = f"{made.first_name}{initial}".strip() or "Assistante maternelle"
    made.birth_date = day(get("date_naissance"))
    if made.birth_date is None:
        made.problems.append("date de naissance absente ou illisible")
    elif made.birth_date <= date(1900, 1, 1) or not civil.of_age(made.birth_date, today):
        made.birth_date = None
        made.problems.append("date de naissance impossible")


def _agrement(made: Entry, get: Get, scales: Scales, today: date) -> None:
    if not made.number:
        made.problems.append("numéro d’agrément absent ou illisible")
    made.starts_on, made.ends_on = day(get("agrement_debut")), day(get("agrement_fin"))
    if made.starts_on is None or made.starts_on > today:
        made.starts_on = None
        made.problems.append("début de l’agrément absent ou illisible")
    elif made.ends_on is None or made.ends_on < made.starts_on:
        usual_years, *_ = scales.numbers("agrement_years", today)
        made.ends_on = _last_day(made.starts_on, usual_years)
        made.problems.append(f"fin de l’agrément absente ou illisible\u00a0: prise {usual_years} ans après le début")
    made.capacity = _whole(get("capacite"), 1, scales.number("agrement_most_children", today))
    if made.capacity is None:
        made.problems.append("nombre d’enfants accueillis absent ou impossible")
    oldest = made.age_to
    low, high = _whole(get("age_min_mois"), 0, oldest - 1), _whole(get("age_max_mois"), 1, oldest)
    if (
        (low is None and get("age_min_mois"))
        or (high is None and get("age_max_mois"))
        or (low or 0) >= (high or oldest)
    ):
        made.problems.append(f"âges impossibles\u00a0: de la naissance à {oldest // 12} ans")
    else:
        made.age_from, made.age_to = low or 0, high or oldest


def _home(made: Entry, get: Get) -> None:
    made.address = clean_address(get("adresse"))
    if not made.address:
        made.problems.append("adresse absente")
    made.postcode = names.postcode_of_file(texts.code(get("code_postal")))
    if not re.fullmatch(r"\d{5}", made.postcode):
        made.postcode = ""
        made.problems.append("code postal absent ou illisible")
    made.commune_code, made.commune_name = texts.code(get("code_commune")), get("commune")
    lat, lon = _degrees(get("latitude"), 90), _degrees(get("longitude"), 180)
    if lat is not None and lon is not None:
        made.position = (lat, lon)
    elif get("latitude") or get("longitude"):
        made.problems.append("position illisible\u00a0: placée au centre de la commune")
    made.show = SHOWN.get(get("affichage").lower(), "zone") if made.address else "zone"


def _profile(made: Entry, get: Get, today: date) -> None:
    numbers = phones(get("telephone"))
    # At home there is no extension.
    made.phone = numbers[0].partition(EXTENSION)[0] if numbers else None
    if made.phone is None and get("telephone"):
        made.problems.append("téléphone illisible")
    elif numbers[1:]:
        made.problems.append("second téléphone laissé de côté")
    made.show_phone = made.phone is not None and get("telephone_visible").lower() in YES
    made.show_mail = get("mail_visible").lower() in YES
    project = get("projet")
    # Last of what is read: her street is known by now.
    refused = free_text.refusal(project, made.address) if 0 < len(project) <= 4000 else None
    made.project = project if 0 < len(project) <= 4000 and refused is None else None
    if refused:
        made.problems.append("projet d’accueil qui donne un téléphone, un mail, un lien ou la rue")
    if len(project) > 4000:
        made.problems.append("projet d’accueil trop long (4\u202f000 caractères au plus)")
    for code in filter(None, re.split(r"[|,]", get("services").lower())):
        if code.strip() in Feature.codes() and code.strip() not in made.features:
            made.features.append(code.strip())
        elif code.strip() not in Feature.codes():
            made.problems.append("service inconnu")
    made.hourly = _cents(made, "tarif_horaire", get)
    made.upkeep = _cents(made, "tarif_entretien", get)
    made.meal = _cents(made, "tarif_repas", get)
    made.confirmed_on = day(get("derniere_maj"))
    if made.confirmed_on is not None and made.confirmed_on > today:
        made.confirmed_on = None
    if made.confirmed_on is None and get("derniere_maj"):
        made.problems.append("date de dernière mise à jour illisible")


def _whole(text: str, least: int, most: int) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,4}", text) and least <= int(text) <= most else None


def _degrees(text: str, most: int) -> float | None:
    found = re.fullmatch(r"-?\d{1,3}([.,]\d+)?", text)
    value = float(text.replace(",", ".")) if found else None
    return value if value is not None and abs(value) <= most else None


def _cents(made: Entry, name: str, get: Get) -> int | None:
    text = get(name).replace("€", "").strip()
    if not text:
        return None
    found = re.fullmatch(r"\d{1,4}([.,]\d{1,2})?", text)
    cents = round(float(text.replace(",", ".")) * 100) if found else -1
    if not LEAST_CENTS[name] <= cents <= MOST_CENTS[name]:
        made.problems.append(f"{name.replace('_', ' ')} illisible ou impossible")
        return None
    return cents


def _last_day(start: date, years: int) -> date:
    """Of so many years: the eve of the same day; of a 29 February, where there is none, 28 February."""
    eve = timedelta(days=1)
    return max(months_after(start, 12 * years) - eve, months_after(start - eve, 12 * years))
