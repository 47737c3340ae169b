"""French quotation marks for what an import says."""

from registry.intake import texts

LONGEST = 200
"""Letters of a file's own words that a report repeats: a cell may hold a whole book."""


def quoted(text: str) -> str:
    """A file's own words within the marks, without signs that a terminal would obey."""
    return f"«\u00a0{texts.printable(text if len(text) <= LONGEST else text[: LONGEST - 1] + '…')}\u00a0»"
