"""What was understood of fields that can be typed in many ways, as a sentence under each. Pure."""

from collections.abc import Mapping

from domain import french, telephones
from registry.offers.profiles import typed

DAYS = ("naissance", "debut", "fin")


def of(values: Mapping[str, str]) -> dict[str, str]:
    """By the field's name, « Compris : 17 avril 1979 »; nothing for what is empty or not understood. A telephone is
    read by the commune of the same values."""
    found = {name: french.day(day) for name in DAYS if (day := typed.day(values, name))}
    if number := telephone(values):
        found["telephone"] = number
    return {name: f"Compris\u00a0: {text}" for name, text in found.items()}


def telephone(values: Mapping[str, str]) -> str:
    """« 06 39 98 12 34 », « +262 692 12 34 56 (La Réunion) »; empty for what is no number."""
    number = typed.telephone(values)
    if number is None:
        return ""
    territory = telephones.territory(number)
    return f"{number} ({territory})" if territory else french.phone(number)
