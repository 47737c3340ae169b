"""Names that communes bore, and those of communes that are no more."""

from pathlib import Path
from typing import cast

import psycopg
from alembic import op
from psycopg.rows import TupleRow

from registry import territory

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    tables, triggers = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split("-- Triggers.\n", 1)
    # The driver's own cursor: SQLAlchemy would read the percent signs as parameters.
    cur = cast("psycopg.Cursor[TupleRow]", op.get_bind().connection.cursor())
    cur.execute(tables.encode())
    # Before the triggers: an index of before has no such fields. The rebuild that its contract asks for has them.
    territory.load_former_names(cur)
    cur.execute(triggers.encode())
