"""Invented schools of a commune, the same ones for all who live there."""

import random

from registry.territory import Commune

NAMES = (
    *("Jules-Ferry", "Jean-Moulin", "Marie-Curie", "Simone-Veil", "Victor-Hugo", "Louis-Pasteur", "Jean-Jaurès"),
    *("Jacques-Prévert", "Louise-Michel", "Rosa-Parks", "Olympe-de-Gouges", "Paul-Éluard", "Anne-Frank", "Jean-Zay"),
    *("Lucie-Aubrac", "Joséphine-Baker", "Robert-Doisneau", "Camille-Claudel", "Marcel-Pagnol", "Germaine-Tillion"),
    *("Antoine-de-Saint-Exupéry", "George-Sand", "Léonard-de-Vinci", "Charles-Perrault", "Saint-Joseph", "Notre-Dame"),
    *("Sainte-Anne", "Pauline-Kergomard", "Françoise-Dolto", "Aimé-Césaire", "du Bourg", "des Tilleuls", "du Parc"),
    *("du Centre", "des Marronniers", "de la Fontaine", "les Hirondelles", "la Roseraie", "du Port", "du Moulin"),
)

INHABITANTS = 3_000
"""For one primary school, about as in the whole country."""


def of_commune(commune: Commune) -> list[str]:
    """At least one: "École Jules-Ferry"."""
    rng = random.Random(commune.code)  # noqa: S311 (invents data, guards nothing)
    count = min(max(1, round(commune.population / INHABITANTS)), len(NAMES))
    return [f"École {name}" for name in rng.sample(NAMES, count)]


def served(offer_id: str, commune: Commune) -> list[str]:
    """One to three schools of the commune. Drawn from the id, so that nothing else of an offer depends on it."""
    rng = random.Random(offer_id)  # noqa: S311 (invents data, guards nothing)
    known = of_commune(commune)
    return sorted(rng.sample(known, min(rng.choice((1, 1, 2, 3)), len(known))))
