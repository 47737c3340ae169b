"""Empty: a step that was published before its feature; what it announced is 0018_fiche_reports."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    # The driver's own cursor: SQLAlchemy would read the percent signs as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
