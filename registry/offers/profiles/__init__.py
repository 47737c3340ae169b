"""Profiles of assistants maternels: the facts, their tables, what is typed about them, and its checks.

`facts` are values; `saving` reads and writes them; `checks` says what is wrong with what was typed, field by field, and
turns it into facts; `registry.territory.naming` finds the communes and countries that were typed; `placing` puts a home
on the map.
"""

from registry.offers.profiles.facts import Agrement, Contact, Everything, Home, Identity, Profile
from registry.offers.profiles.saving import (
    UNNAMED,
    create,
    read,
    save_contact,
    save_home,
    save_identity,
    save_mam,
    save_profile,
)

__all__ = [
    "UNNAMED",
    "Agrement",
    "Contact",
    "Everything",
    "Home",
    "Identity",
    "Profile",
    "create",
    "read",
    "save_contact",
    "save_home",
    "save_identity",
    "save_mam",
    "save_profile",
]
