"""Fields of forms as they are typed: text, lines, boxes, numbers, days, amounts, telephones. Pure functions."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import phonenumbers

from domain import french

Values = Mapping[str, str]

TELEPHONE_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
_FRENCH_CODES = {phonenumbers.country_code_for_region(region) for region in TELEPHONE_REGIONS}


def text(values: Values, name: str) -> str:
    return values.get(name, "").strip()


def lines(values: Values, name: str) -> list[str]:
    return [line.strip() for line in values.get(name, "").splitlines() if line.strip()]


def ticked(values: Values, name: str) -> bool:
    return values.get(name, "") not in ("", "non", "0")


def whole(values: Values, name: str) -> int | None:
    return int(text(values, name)) if re.fullmatch(r"[0-9]{1,4}", text(values, name)) else None


def day(values: Values, name: str) -> date | None:
    """A day as date fields send it, or as people write it: 2026-08-31, 31/08/2026, 31.8.2026."""
    typed = text(values, name)
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", typed)
    written = re.fullmatch(r"(\d{1,2})\s?[/. -]\s?(\d{1,2})\s?[/. -]\s?(\d{4})", typed)
    try:
        if parts:
            return date(*(int(part) for part in parts.groups()))
        return date(*(int(part) for part in reversed(written.groups()))) if written else None
    except ValueError:
        return None


def cents(values: Values, name: str) -> int | None:
    """Euro cents of « 3,80 », « 3.8 € »; None for nothing, and for what is no amount."""
    typed = re.sub(r"[\s€]", "", text(values, name)).replace(",", ".")
    if not re.fullmatch(r"\d{1,4}(?:\.\d{1,2})?", typed):
        return None
    return int(Decimal(typed) * 100)


def telephone(typed: str) -> str | None:
    """As it is kept: « 06 39 98 00 00 », or with the code of an overseas territory; None for what is no number."""
    for region in TELEPHONE_REGIONS:
        try:
            number = phonenumbers.parse(typed, region)
        except phonenumbers.NumberParseException:
            continue
        code = phonenumbers.region_code_for_country_code(number.country_code or 0)
        if phonenumbers.is_possible_number(number) and number.country_code in _FRENCH_CODES and len(typed) <= 30:
            form = phonenumbers.PhoneNumberFormat
            kept = form.NATIONAL if code == "FR" else form.INTERNATIONAL
            return str(phonenumbers.format_number(number, kept))
    return None


def euros(amount: int | None) -> str:
    return "" if amount is None else french.euros(amount)
