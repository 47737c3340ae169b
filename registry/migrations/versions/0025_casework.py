"""One life for what waits for staff, and one view of who answers for which commune."""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    # The driver's own cursor: SQLAlchemy would read the percent signs as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
