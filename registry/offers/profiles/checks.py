"""What is typed about an assistant maternel: what is wrong with it, field by field, and the facts that it says.

`values` holds text by the name of a form's field; a field that may be repeated holds its values one a line; a box that
is not ticked is empty. `*_errors` gives a French sentence for each field that must change; where there are none, the
function of the fact's name gives the fact. Communes and countries are looked up before, by `registry.territory.naming`.
"""

import re
from datetime import date, timedelta
from decimal import ROUND_CEILING
from typing import Any

from domain import civil, french
from domain.scales import Scales, in_words
from domain.vocabulary import HOME_PRECISIONS, Feature, Language
from registry.accounts import addresses
from registry.offers import free_text
from registry.offers.profiles.facts import Agrement, Contact, Everything, Identity, Profile
from registry.offers.profiles.typed import Values, cents, day, euros, lines, telephone, text, ticked, whole

Errors = dict[str, str]

IDENTITY = ("prenom", "nom", "naissance", "lieu_naissance")
AGREMENT = ("departement", "numero", "debut", "fin", "capacite", "age_de", "age_a", "conditions")
PROFILE = (
    *("nom_affiche", "accueil", "mam", "montrer_mam", "projet", "particularites", "langues", "ecoles"),
    *("employee", "tarif_horaire", "entretien", "repas"),
)
HOME = ("adresse", "code_postal", "commune", "montrer", "lat", "lon")
CONTACT = ("telephone", "courriel", "montrer_telephone", "montrer_courriel")

LONGEST_PROJECT, LONGEST_CONDITIONS, MOST_SCHOOLS = 4000, 1000, 10
HIGHEST_CENTS = {"tarif_horaire": 5_000, "entretien": 10_000, "repas": 5_000}

_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ \u00a0'’.\-\u2010\u2011])*")
_MISSING_DATE = "Donnez la date ainsi\u00a0: 31/08/2026."

UNKNOWN_TELEPHONE = (
    "Ce numéro est incomplet ou n’existe pas\u00a0: indiquez dix chiffres, comme 06 39 98 00 00. Un numéro d’un autre"
    " territoire français commence par son indicatif, comme +262 692 00 00 00."
)


def identity_errors(values: Values, today: date) -> Errors:
    """Of IDENTITY; the place of birth must be resolved (`lieu_naissance_code`)."""
    errors: Errors = {}
    for name, what in (("prenom", "votre prénom"), ("nom", "votre nom de naissance")):
        if not text(values, name):
            errors[name] = f"Donnez {what}, comme sur votre pièce d’identité."
        elif len(text(values, name)) > 100 or not _NAME.fullmatch(text(values, name)):
            errors[name] = (
                "Des lettres, espaces, traits d’union et apostrophes seulement, comme sur la pièce d’identité."
            )
    born = day(values, "naissance")
    if born is None:
        errors["naissance"] = _no_date(values, "naissance", "Donnez votre date de naissance ainsi\u00a0: 17/04/1979.")
    elif not civil.of_age(born, today):
        errors["naissance"] = "Une assistante maternelle est majeure\u00a0: vérifiez l’année."
    elif born < civil.months_after(today, -12 * 100):
        errors["naissance"] = "Vérifiez l’année de naissance."
    if not text(values, "lieu_naissance"):
        errors["lieu_naissance"] = "Donnez votre commune de naissance, ou votre pays si vous êtes née à l’étranger."
    elif not text(values, "lieu_naissance_code"):
        errors["lieu_naissance"] = unknown_place(values, "lieu_naissance")
    return errors


def identity(values: Values) -> Identity:
    return Identity(
        *(text(values, "prenom"), text(values, "nom"), day(values, "naissance")),
        text(values, "lieu_naissance_code") or None,
    )


def agrement_errors(values: Values, scales: Scales, today: date) -> Errors:
    """Of AGREMENT. The number's form differs by département: a moderator compares it with the copy."""
    errors: Errors = {}
    if not text(values, "departement"):
        errors["departement"] = "Choisissez le département qui a donné l’agrément."
    number = agrement_number(values)
    if not number:
        errors["numero"] = "Donnez le numéro, en haut de la décision d’agrément."
    elif len(number) > 40 or not re.fullmatch(r"[A-Z0-9][A-Z0-9 ./\-]*", number) or not re.search(r"\d", number):
        errors["numero"] = "Des chiffres, lettres, tirets et barres, comme sur la décision (40 signes au plus)."
    errors |= _period_errors(values, scales, today)
    capacity = whole(values, "capacite")
    most = scales.number("agrement_most_children", today)
    usual = scales.number("agrement_usual_children", today)
    if capacity is None or capacity < 1:
        errors["capacite"] = "Donnez le nombre d’enfants de la décision, en chiffres."
    elif capacity > most:
        errors["capacite"] = f"Un agrément est donné pour {most} enfants au plus ({usual}, sauf dérogation)."
    ages = whole(values, "age_de"), whole(values, "age_a")
    oldest = scales.number("agrement_age_to_months", today)
    if ages[0] is None or not 0 <= ages[0] < oldest:
        errors["age_de"] = "Choisissez l’âge à partir duquel vous pouvez accueillir."
    if ages[1] is None or not 0 < ages[1] <= oldest:
        errors["age_a"] = "Choisissez l’âge jusqu’auquel vous pouvez accueillir."
    elif ages[0] is not None and ages[1] <= ages[0]:
        errors["age_a"] = "Cet âge doit être plus grand que le premier."
    if len(text(values, "conditions")) > LONGEST_CONDITIONS:
        errors["conditions"] = f"Ce texte est trop long\u00a0: {LONGEST_CONDITIONS} caractères au plus."
    return errors


def agrement(values: Values) -> Agrement:
    """Of values without errors; raises ValueError on others."""
    starts, ends = day(values, "debut"), day(values, "fin")
    capacity, youngest, oldest = agrement_limits(values)
    if starts is None or ends is None:
        raise ValueError("an agrément with errors")
    return Agrement(
        department=text(values, "departement"),
        number=agrement_number(values),
        starts_on=starts,
        ends_on=ends,
        capacity=capacity,
        age_from_months=youngest,
        age_to_months=oldest,
        conditions=text(values, "conditions"),
    )


def agrement_limits(values: Values) -> tuple[int, int, int]:
    """Capacity and ages in months, of values in which these have no error; raises ValueError on others."""
    capacity, youngest, oldest = (whole(values, name) for name in ("capacite", "age_de", "age_a"))
    if capacity is None or youngest is None or oldest is None:
        raise ValueError("an agrément with errors")
    return capacity, youngest, oldest


def profile_errors(values: Values, scales: Scales, today: date) -> Errors:
    """Of PROFILE. `adresse`, where `values` has it, is not told by what parents read."""
    errors: Errors = {}
    shown, street = text(values, "nom_affiche"), text(values, "adresse")
    if not shown:
        errors["nom_affiche"] = "Donnez le nom que les parents liront, par exemple «\u00a0Nadia B.\u00a0»."
    elif len(shown) > 100:
        errors["nom_affiche"] = "Ce nom est trop long\u00a0: 100 caractères au plus."
    elif refused := free_text.refusal(shown, street):
        errors["nom_affiche"] = refused
    if text(values, "accueil") not in ("domicile", "mam"):
        errors["accueil"] = "Dites où vous accueillez les enfants."
    elif text(values, "accueil") == "mam" and not text(values, "mam"):
        errors["mam"] = "Cherchez la commune de la MAM, puis choisissez-la dans la liste."
    project = text(values, "projet")
    if len(project) > LONGEST_PROJECT:
        errors["projet"] = f"Ce texte est trop long\u00a0: {LONGEST_PROJECT} caractères au plus."
    elif refused := free_text.refusal(project, street):
        errors["projet"] = refused
    if not set(lines(values, "particularites")) <= set(Feature.codes()):
        errors["particularites"] = "Choisissez dans la liste."
    elif {"pets", "no_pets"} <= set(lines(values, "particularites")):
        errors["particularites"] = "Choisissez\u00a0: avec ou sans animaux."
    if not set(lines(values, "langues")) <= set(Language.codes()):
        errors["langues"] = "Choisissez dans la liste."
    if sentence := _schools_error(lines(values, "ecoles"), street):
        errors["ecoles"] = sentence
    for name in ("tarif_horaire", "entretien", "repas"):
        if sentence := _money_error(values, name, scales, today):
            errors[name] = sentence
    return errors


def profile(values: Values) -> Profile:
    """Of values without errors."""
    employed = ticked(values, "employee")
    return Profile(
        name=text(values, "nom_affiche"),
        project=text(values, "projet"),
        features=tuple(code for code in Feature.codes() if code in lines(values, "particularites")),
        languages=tuple(code for code in Language.codes() if code in lines(values, "langues")),
        schools=tuple(lines(values, "ecoles")),
        hourly_cents=cents(values, "tarif_horaire"),
        upkeep_cents=cents(values, "entretien"),
        meal_cents=cents(values, "repas"),
        employed=employed,
        mam=text(values, "mam") or None if text(values, "accueil") == "mam" else None,
        show_mam=ticked(values, "montrer_mam"),
    )


def home_errors(values: Values, today: date) -> Errors:
    """Of HOME; the commune must be resolved (`commune_code`). The pin is `placing`'s to check."""
    errors: Errors = {}
    address = text(values, "adresse")
    if not address:
        errors["adresse"] = "Donnez le numéro et la rue, ou le lieu-dit, où vous habitez."
    elif len(address) > 200:
        errors["adresse"] = "Cette adresse est trop longue\u00a0: 200 caractères au plus."
    elif re.search(r"(?i)\b(?:bp|b\.p\.|boîte postale|cs)\s*\d", address):
        errors["adresse"] = "Donnez l’adresse de votre logement, non une boîte postale."
    if not re.fullmatch(r"\d{5}", text(values, "code_postal")):
        errors["code_postal"] = "Un code postal a cinq chiffres."
    elif codes := lines(values, "code_postal_choix"):
        errors["code_postal"] = (
            f"Ce code postal n’est pas celui d’un logement\u00a0: indiquez celui de votre adresse, {_one_of(codes)}."
        )
    if not text(values, "commune"):
        errors["commune"] = "Donnez votre commune."
    elif not text(values, "commune_code") and "code_postal" not in errors:
        errors["commune"] = unknown_place(values, "commune")
    if text(values, "montrer") not in HOME_PRECISIONS:
        errors["montrer"] = "Choisissez ce que les parents voient de votre adresse."
    return errors


def contact_errors(values: Values, today: date) -> Errors:
    """Of CONTACT: a telephone or a mail at least, and what is shown must be there. A number is read by the plan of the
    commune, where it is resolved (`commune_code`)."""
    errors: Errors = {}
    phone, mail = text(values, "telephone"), text(values, "courriel")
    if phone and telephone(values) is None:
        errors["telephone"] = UNKNOWN_TELEPHONE
    elif not phone and ticked(values, "montrer_telephone"):
        errors["telephone"] = "Donnez le numéro à montrer aux parents, ou ne le montrez pas."
    if mail and addresses.read(mail) is None:
        errors["courriel"] = addresses.SENTENCE
    elif not mail and ticked(values, "montrer_courriel"):
        errors["courriel"] = "Donnez l’adresse mail à montrer aux parents, ou ne la montrez pas."
    if not phone and not mail:
        errors["telephone"] = (
            "Donnez un téléphone ou une adresse mail\u00a0: vous choisissez ensuite s’ils sont montrés."
        )
    return errors


def contact(values: Values) -> Contact:
    """Of values without errors."""
    return Contact(
        telephone(values) or "",
        addresses.read(text(values, "courriel")) or "",
        ticked(values, "montrer_telephone"),
        ticked(values, "montrer_courriel"),
    )


def values_of(known: Everything) -> dict[str, str]:
    """What the forms show of what is known: the other way round."""
    given: dict[str, Any] = {}
    if known.identity:
        given |= {"prenom": known.identity.first_name, "nom": known.identity.last_name}
        given |= {"naissance": known.identity.birth_date, "lieu_naissance": known.identity.birth_place}
    if held := known.agrement:
        ends = None if held.ends_on == date.max else held.ends_on
        given |= {"departement": held.department, "numero": held.number, "debut": held.starts_on, "fin": ends}
        given |= {"capacite": held.capacity, "age_de": held.age_from_months, "age_a": held.age_to_months}
        given |= {"conditions": held.conditions}
    if home := known.home:
        given |= {"adresse": home.address, "code_postal": home.postcode, "commune": home.commune}
        given |= {"montrer": home.show, "lat": home.lat, "lon": home.lon}
    if reach := known.contact:
        given |= {"telephone": reach.phone, "courriel": reach.mail}
        given |= {"montrer_telephone": reach.show_phone, "montrer_courriel": reach.show_mail}
    told = known.profile
    given |= {"nom_affiche": told.name, "projet": told.project, "employee": told.employed}
    given |= {"accueil": "mam" if told.mam else "domicile", "mam": told.mam, "montrer_mam": told.show_mam}
    given |= {"particularites": told.features, "langues": told.languages, "ecoles": told.schools}
    given |= {"tarif_horaire": euros(told.hourly_cents), "entretien": euros(told.upkeep_cents)}
    given |= {"repas": euros(told.meal_cents)}
    return {name: _as_text(value) for name, value in given.items()}


def least_hourly_cents(scales: Scales, today: date) -> int:
    """The least net tariff by the law, in cents, rounded up to the cent as pay slips do."""
    least = scales.number("smic_hour_cents", today) * scales.ratio("am_least_smic", today)
    net = least * scales.ratio("am_net_share", today)
    return int(net.to_integral_value(ROUND_CEILING))


def unknown_place(values: Values, name: str) -> str:
    """Why a place was not found; `<name>_choix` are the places of that name, one a line."""
    choices = lines(values, f"{name}_choix")
    if choices and name == "commune":
        return f"Avec ce code postal, la commune est {_either(choices)}. Vérifiez le nom et le code postal."
    if choices:
        return f"Plusieurs lieux portent ce nom\u00a0: écrivez {_either(choices)}."
    if name == "commune":
        return "Cette commune n’est pas reconnue\u00a0: vérifiez l’orthographe et le code postal."
    return (
        "Ce lieu n’est pas reconnu. Vérifiez l’orthographe. Pour une naissance outre-mer, indiquez la commune\u202f; à"
        " l’étranger, le pays. Sinon, saisissez les chiffres 6 à 10 de votre numéro de sécurité sociale\u00a0: c’est le"
        " code du lieu."
    )


def agrement_number(values: Values) -> str:
    return " ".join(text(values, "numero").upper().split())


def _period_errors(values: Values, scales: Scales, today: date) -> Errors:
    starts, ends = day(values, "debut"), day(values, "fin")
    usual, *_ = lengths = scales.numbers("agrement_years", today)
    longest = max(lengths)
    errors: Errors = {}
    if starts is None:
        errors["debut"] = _no_date(values, "debut", _MISSING_DATE)
    elif starts > today + timedelta(days=366):
        errors["debut"] = "Cette date est dans plus d’un an\u00a0: vérifiez l’année."
    if ends is None:
        errors["fin"] = _no_date(values, "fin", _MISSING_DATE)
    elif starts is not None and ends <= starts:
        errors["fin"] = "L’agrément doit finir après avoir commencé."
    elif ends < today:
        errors["fin"] = (
            "Cet agrément est terminé. Donnez celui qui est en cours\u00a0; s’il se renouvelle, attendez la décision."
        )
    elif starts is not None and ends > civil.months_after(starts, 12 * longest) + timedelta(days=31):
        errors["fin"] = (
            f"Un agrément dure {usual} ans, ou {longest} pour certains renouvellements\u00a0: vérifiez les dates."
        )
    return errors


def _no_date(values: Values, name: str, how: str) -> str:
    """What is wrong with a field that gives no day: such a day does not exist, or `how` one is written."""
    return civil.NO_DAY if civil.is_no_day(text(values, name)) else how


def _schools_error(schools: list[str], street: str) -> str | None:
    if len(schools) > MOST_SCHOOLS:
        return f"Donnez {MOST_SCHOOLS} écoles au plus, une par ligne."
    if any(len(school) > 100 for school in schools):
        return "Le nom d’une école est trop long\u00a0: 100 caractères au plus, une école par ligne."
    return next((refused for school in schools if (refused := free_text.refusal(f"école {school}", street))), None)


def _money_error(values: Values, name: str, scales: Scales, today: date) -> str | None:
    if not text(values, name):
        return None
    amount = cents(values, name)
    if amount is None:
        return "Donnez le montant en euros, par exemple 3,80."
    if amount > HIGHEST_CENTS[name]:
        return "Ce montant est très élevé\u00a0: vérifiez-le (en euros)."
    if name != "tarif_horaire" or ticked(values, "employee") or amount >= (least := least_hourly_cents(scales, today)):
        return None
    share = in_words(scales.entry("am_least_smic", today))
    return f"La loi ne permet pas moins de {euros(least)} € nets par heure et par enfant ({share} Smic horaire)."


def _either(choices: list[str]) -> str:
    quoted = [f"«\u00a0{choice}\u00a0»" for choice in choices[:8]]
    return french.listed(quoted, "ou")


def _one_of(postcodes: list[str]) -> str:
    """They are in order: « de 75001 à 75020, ou 75116 »."""
    if len(postcodes) <= 6:
        return french.listed(postcodes, "ou")
    runs: list[list[str]] = []
    for postcode in postcodes:
        if runs and int(postcode) == int(runs[-1][-1]) + 1:
            runs[-1].append(postcode)
        else:
            runs.append([postcode])
    told = [f"de {run[0]} à {run[-1]}" if len(run) > 1 else run[0] for run in runs]
    return ", ou ".join(filter(None, (", ".join(told[:-1]), told[-1])))


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return french.day_in_figures(value)
    if isinstance(value, bool):
        return "oui" if value else ""
    if isinstance(value, tuple):
        return "\n".join(value)
    return "" if value is None else str(value)
