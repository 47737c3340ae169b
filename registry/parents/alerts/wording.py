"""What a saved need says of itself."""

TITLE_SINCE_MERGED = "%s (aujourd’hui %s)"
"""The title that the parent saved, and the names of today; PostgreSQL's format fills it."""
