"""Telephone numbers of France as people type them, read by the plan of the territory where they live. Pure.

Only a valid number is one: of six or eight digits that are a metropolitan number cut short, the plans of the Pacific
would make another one, which parents would call.
"""

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

LONGEST = 30

OVERSEAS = {
    "971": ("GP", "Guadeloupe"),
    "972": ("MQ", "Martinique"),
    "973": ("GF", "Guyane"),
    "974": ("RE", "La Réunion"),
    "975": ("PM", "Saint-Pierre-et-Miquelon"),
    "976": ("YT", "Mayotte"),
    "977": ("BL", "Saint-Barthélemy"),
    "978": ("MF", "Saint-Martin"),
    "986": ("WF", "Wallis-et-Futuna"),
    "987": ("PF", "Polynésie française"),
    "988": ("NC", "Nouvelle-Calédonie"),
}
"""By the beginning of a commune's INSEE code: the region of the numbering plan, and its name."""

_NAMES = dict(OVERSEAS.values())
_FICTION = (33, range(639_980_000, 639_990_000))
"""Mobile numbers that are kept for works of fiction (Arcep, plan national de numérotation): the demo's, and examples.
The library knows them as nobody's, but those of the fixed network as valid."""


def read(typed: str, commune: str = "") -> str | None:
    """As it is kept: « 06 39 98 00 00 », or of an overseas territory with its code, « +262 692 12 34 56 »; None for
    what is no valid number of France, or has an extension.

    `commune`: INSEE code of where its owner lives. Without the code of a country a number is one of the territory of
    that commune, or else a metropolitan one.
    """
    if len(typed) > LONGEST or any(sign.isalpha() for sign in typed):
        return None
    here = OVERSEAS.get(commune[:3])
    for region in (here[0], "FR") if here else ("FR",):
        number = _parsed(typed, region)
        if number is not None and _is_french(number):
            metropolitan = number.country_code == _FICTION[0]
            form = PhoneNumberFormat.NATIONAL if metropolitan else PhoneNumberFormat.INTERNATIONAL
            return str(phonenumbers.format_number(number, form))
    return None


def territory(kept: str) -> str:
    """The overseas territory of a number as `read` keeps it, « Polynésie française »; empty for any other one."""
    number = _parsed(kept, "FR")
    return _NAMES.get(phonenumbers.region_code_for_number(number) or "", "") if number is not None else ""


def _parsed(typed: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None


def _is_french(number: PhoneNumber) -> bool:
    code, fiction = _FICTION
    if number.extension:
        return False
    if number.country_code == code and number.national_number in fiction:
        return True
    region = phonenumbers.region_code_for_number(number)
    return bool(phonenumbers.is_valid_number(number)) and (region == "FR" or region in _NAMES)
