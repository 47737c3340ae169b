"""French quotation marks for what an import says."""

LONGEST = 200
"""Letters of a file's own words that a report repeats: a cell may hold a whole book."""


def quoted(text: str) -> str:
    return f"«\u00a0{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}\u00a0»"
