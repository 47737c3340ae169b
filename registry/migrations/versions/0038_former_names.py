"""Names that communes bore, and those of communes that are no more: the table. `ribambelle territory` fills it."""

from pathlib import Path

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    # The driver's own cursor: SQLAlchemy would read the percent signs as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
