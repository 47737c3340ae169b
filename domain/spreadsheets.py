"""Text that goes into a file which spreadsheets open."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for a formula (OWASP, CSV Injection); the last four are full-width."""


def as_text(text: str) -> str:
    """Behind an apostrophe where a spreadsheet would run it, also after blanks."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text
