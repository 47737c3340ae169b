"""Fields of forms as they are typed: text, lines, boxes, numbers, days, amounts, telephones. Pure functions."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from domain import civil, french, telephones

Values = Mapping[str, str]


def text(values: Values, name: str) -> str:
    return values.get(name, "").strip()


def lines(values: Values, name: str) -> list[str]:
    return [line.strip() for line in values.get(name, "").splitlines() if line.strip()]


def ticked(values: Values, name: str) -> bool:
    return values.get(name, "") not in ("", "non", "0")


def whole(values: Values, name: str) -> int | None:
    return int(text(values, name)) if re.fullmatch(r"[0-9]{1,4}", text(values, name)) else None


def day(values: Values, name: str) -> date | None:
    """As `civil.typed_day` reads it."""
    return civil.typed_day(text(values, name))


def cents(values: Values, name: str) -> int | None:
    """Euro cents of « 3,80 », « 3.8 € »; None for nothing, and for what is no amount."""
    typed = re.sub(r"[\s€]", "", text(values, name)).replace(",", ".")
    if not re.fullmatch(r"\d{1,4}(?:\.\d{1,2})?", typed):
        return None
    return int(Decimal(typed) * 100)


def telephone(values: Values) -> str | None:
    """As `telephones.read` keeps it, for the commune of the same values (`commune_code`)."""
    return telephones.read(text(values, "telephone"), text(values, "commune_code"))


def euros(amount: int | None) -> str:
    return "" if amount is None else french.euros(amount)
