"""A town hall's own colour, made readable: pure functions, with the contrast of WCAG 2.2 (1.4.3)."""

import re

DEFAULT = "7a2850"
"""Ours: --brand of style.css."""

PAPER = (255, 255, 255)
INK = (0, 0, 0)
ON_COLOUR = 4.5
"""What the text on the colour has at least; one of black and white always has (the worst colour gives 4.58)."""
ON_PAPER = 7.0
"""What text in the colour has on paper: AAA."""

Rgb = tuple[int, int, int]


def read(text: str) -> str | None:
    """Six hexadecimal digits in lower case, with or without the sign before them; None for anything else."""
    found = re.fullmatch(r"#?([0-9a-fA-F]{6})", text)
    return found[1].lower() if found else None


def css(colour: str) -> str:
    """The stylesheet that gives the frame this colour, as `read` returns it."""
    base = rgb(colour)
    text = PAPER if contrast(base, PAPER) >= ON_COLOUR else INK
    link = darkened(base)
    soft = mixed(base, PAPER, 0.9)
    return (
        f":root{{--brand:#{colour};--brand-ink:{written(text)};--link:{written(link)};--brand-soft:{written(soft)}}}\n"
    )


def darkened(colour: Rgb) -> Rgb:
    """The colour, with as much black as it takes to be read on paper."""
    for step in range(21):
        found = mixed(colour, INK, step / 20)
        if contrast(found, mixed(colour, PAPER, 0.9)) >= ON_PAPER:
            return found
    return INK


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> Rgb:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


def written(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mixed(colour: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` of the other colour, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
