"""The names that communes bore. (Part A of issue 19 has the same migration: the merger keeps that one.)"""

from pathlib import Path

from alembic import op

revision = "0038"
down_revision = "0032"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
