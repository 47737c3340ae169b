"""French numbers and quotation marks for what an import says."""


def quoted(text: str) -> str:
    return f"« {text} »"


def grouped(number: int) -> str:
    """7437 → "7 437", with the narrow no-break space of French numbers."""
    return f"{number:,}".replace(",", " ")


def distance(metres: float) -> str:
    """Kilometres with one decimal under ten, without above."""
    km = metres / 1000
    return (f"{km:.1f}".replace(".", ",") if km < 10 else grouped(round(km))) + " km"
