"""Mails that belong to a conversation, and mails of a kind that somebody wants no more."""

from pathlib import Path

from alembic import op

revision = "0035"
down_revision = "0032"


def upgrade() -> None:
    # The driver's own cursor: SQLAlchemy would read the percent signs as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
