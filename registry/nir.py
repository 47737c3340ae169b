"""The NIR (numéro de sécurité sociale): checked, passed on to the identity check, and forgotten.

It is never stored and never logged; only a qualified service may use it for more (décret n° 2019-341). So nothing here
keeps it, and an error says what is wrong without a digit of it.
"""

import re
from datetime import date
from typing import Literal

from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.fr import nir as standard

Sex = Literal["m", "f"]

SEXES: dict[str, Sex] = {"1": "m", "3": "m", "7": "m", "2": "f", "4": "f", "8": "f"}
"""3, 4, 7 and 8 are of people whose registration is under way (Insee, définition du NIR)."""

BORN_UNKNOWN = {20, *range(30, 43), *range(50, 100)}
"""Months that stand for one that is not known, or for a person born abroad."""

_LIKE_ONE = re.compile(
    r"(?<!\w)[123478](?:[\s.-]?\d){4}[\s.-]?(?:\d[\s.-]?\d|2[\s.-]?[AB])(?:[\s.-]?\d){8}(?!\w)", re.IGNORECASE
)


def compact(typed: str) -> str:
    """Fifteen signs, as it is passed on; Corsica's letters are kept."""
    return re.sub(r"[\s.\-\u2010-\u2015]", "", typed).upper()


def error(typed: str, birth_date: date | None = None, sex: Sex | None = None) -> str | None:
    """A French sentence on what is wrong with it, without any of its digits; None for a good one."""
    number = compact(typed)
    if re.fullmatch(r"[123478]\d{4}(?:\d\d|2[AB])\d{6}", number):
        return "Il manque la clé\u00a0: les deux chiffres à la fin du numéro de sécurité sociale."
    try:
        standard.validate(number)
    except InvalidLength:
        return "Le numéro de sécurité sociale a quinze signes\u00a0: treize, puis la clé de deux chiffres."
    except InvalidChecksum:
        return "La clé ne correspond pas au numéro\u00a0: vérifiez chaque chiffre sur votre carte Vitale."
    except ValidationError:
        return (
            "Ce numéro n’a pas la forme d’un numéro de sécurité sociale\u00a0: des chiffres seulement,"
            " et 2A ou 2B pour la Corse."
        )
    if number[0] not in SEXES:
        return "Un numéro de sécurité sociale commence par 1 ou 2 (3, 4, 7 ou 8 s’il est provisoire)."
    month = int(number[3:5])
    if not 1 <= month <= 12 and month not in BORN_UNKNOWN:
        return "Le mois de naissance dans ce numéro n’existe pas\u00a0: vérifiez les chiffres 4 et 5."
    if sex is not None and SEXES[number[0]] != sex:
        return "Le premier chiffre de ce numéro ne correspond pas à votre état civil."
    if birth_date is not None and int(number[1:3]) != birth_date.year % 100:
        return "L’année dans ce numéro n’est pas celle de votre naissance\u00a0: vérifiez le numéro et la date."
    if birth_date is not None and 1 <= month <= 12 and month != birth_date.month:
        return "Le mois dans ce numéro n’est pas celui de votre naissance\u00a0: vérifiez le numéro et la date."
    return None


def holds_one(text: str) -> bool:
    """Whether a text holds what may be one: it must not be kept."""
    return any(_is_one(found[0]) for found in _LIKE_ONE.finditer(text))


def without(text: str) -> str:
    """The text with every such number blanked out: what was typed into the wrong field is not kept either."""
    return _LIKE_ONE.sub(lambda found: "…" if _is_one(found[0]) else found[0], text)


def _is_one(text: str) -> bool:
    return bool(standard.is_valid(compact(text)))
