"""What holds for every account of a role: who opens it, which second factor it needs, how long its sessions last.

The source is the table "Who may enter" of docs/accounts.md; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Role = Literal[
    "am",
    "manager",
    "employer",
    "rpe",
    "service",
    "commune",
    "department",
    "caf",
    "moderator",
    "writer",
    "reviewer",
    "administrator",
]

Scope = Literal["own", "communes", "department", "country"]
"""What an account answers for: what is its own, communes that are listed, one département, the whole country."""

HOURS_12 = timedelta(hours=12)


@dataclass(frozen=True)
class Rule:
    """`opened_by`: the role whose accounts open one of this role; None: its owner does, by a mailed code.

    `second`: whether no session goes without a second factor. `idle`: a session that is not used for so long ends;
    `longest`: every session ends then. `by_convention`: an account cannot be opened without its last day.
    """

    opened_by: Role | None
    scope: Scope
    second: bool
    idle: timedelta
    longest: timedelta
    by_convention: bool = False


RULES: dict[Role, Rule] = {
    "am": Rule(None, "own", False, timedelta(days=30), timedelta(days=180)),
    "manager": Rule(None, "own", False, timedelta(days=30), timedelta(days=90)),
    "employer": Rule("administrator", "own", False, timedelta(days=30), timedelta(days=90)),
    "rpe": Rule("caf", "communes", True, HOURS_12, HOURS_12, by_convention=True),
    "service": Rule("caf", "communes", True, HOURS_12, HOURS_12, by_convention=True),
    "commune": Rule("caf", "communes", True, HOURS_12, HOURS_12),
    "department": Rule("administrator", "department", True, HOURS_12, HOURS_12),
    "caf": Rule("administrator", "department", True, HOURS_12, HOURS_12),
    "moderator": Rule("administrator", "country", True, HOURS_12, HOURS_12),
    "writer": Rule("administrator", "country", True, HOURS_12, HOURS_12),
    "reviewer": Rule("administrator", "country", True, HOURS_12, HOURS_12),
    "administrator": Rule("administrator", "country", True, HOURS_12, HOURS_12),
}

ROLES: tuple[Role, ...] = tuple(RULES)
STAFF: tuple[Role, ...] = tuple(role for role, rule in RULES.items() if rule.second)
"""Whose private readings and changes of an account are in the audit log."""


def keeper_name(role: Role) -> str:
    """In French: whom somebody of this role asks for help with the account."""
    opener = RULES[role].opened_by
    if opener == "caf":
        return "votre Caf"
    return "l’administration de Ribambelle" if opener else "l’équipe Ribambelle"


def opened_by(role: Role) -> tuple[Role, ...]:
    """The roles whose accounts this role opens."""
    return tuple(each for each, rule in RULES.items() if rule.opened_by == role)
