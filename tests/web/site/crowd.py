"""As many offers around Nantes as the demo has in a quarter of it: hidden homes that share their zones, addresses, some
that are known by their commune alone, and more than a map has features under one roof."""

from datetime import date

from mappings.documents import Offer
from tests.search_api import documents

LAT, LON = documents.CENTRE
HOMES = (1, 2, 0, 5, 1, 3, 2)
"""In one zone after the other."""

SHARED = max(HOMES)
UNLOCATED, CRECHES, UNDER_ONE_ROOF = 30, 60, 210


def crowd() -> list[Offer]:
    return [*hidden_homes(), *creches(), *unlocated(), *one_roof()]


def hidden_homes() -> list[Offer]:
    """98 in the zones of a grid of seven by seven, every second with a free place."""
    anchors = [(LAT + north * 0.01, LON + east * 0.015) for north in range(-3, 4) for east in range(-3, 4)]
    homes = [at for number, at in enumerate(anchors) for _ in range(HOMES[number % len(HOMES)])]
    free = [documents.period("2026-09-01", None, ("mon-fri", "08:00", "18:00", 1))]
    return [
        documents.offer(
            f"home{number:03}",
            "assistant_maternel",
            f"Nina {number:03}",
            *at,
            precision="zone",
            availability=free if number % 2 else [],
            confirmed_on=date(2026, 11, 20) if number % 2 else None,
        )
        for number, at in enumerate(homes)
    ]


def creches() -> list[Offer]:
    """In streets that cross the grid, some next to each other."""
    return [
        documents.offer(
            f"creche{number:02}",
            "eaje",
            f"Crèche {number:02}",
            LAT - 0.028 + number * 0.00095,
            LON - 0.04 + number * 17 % 60 * 0.0013,
        )
        for number in range(CRECHES)
    ]


def unlocated() -> list[Offer]:
    """First by name. Their point is nobody's zone."""
    at = LAT + 0.0052, LON + 0.0068
    return [
        documents.offer(f"somewhere{number:02}", "assistant_maternel", f"Aline {number:02}", *at, precision="commune")
        for number in range(UNLOCATED)
    ]


def one_roof() -> list[Offer]:
    return [
        documents.offer(f"roof{number:03}", "accueil_loisirs", f"Salle {number:03}", LAT - 0.02, LON - 0.045)
        for number in range(UNDER_ONE_ROOF)
    ]
