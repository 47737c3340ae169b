"""Whether parents can write to an assistant maternel through the site: a public column, derived from her account."""

from pathlib import Path

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    # The driver's own cursor: SQLAlchemy would read the percent signs as parameters.
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
