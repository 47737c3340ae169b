"""Errors that readers report on a fiche, and what the staff made of them."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    # The driver's own cursor: SQLAlchemy would read the percent signs as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
