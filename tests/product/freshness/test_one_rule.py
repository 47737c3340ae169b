"""One rule says what is up to date. Who reads the day of a word beside it is named here, with what for."""

import re

from tests.conftest import ROOT

READERS = {
    "search_api/answer/cards.py": "passes it on",
    "search_api/query/sources.py": "names it",
    "search_api/http/exports.py": "passes it on",
    "search_api/http/french_cells.py": "writes it as a day for spreadsheets",
    "search_api/http/schemas.py": "names it",
    "search_api/query/sorts.py": "the order `updated`, and what is worth more of two words that count",
    "web/shared/cards.py": "says how long ago it was",
    "web/staff/department/listing.py": "a column of the list of those who are late",
    "web/templates/am/availability/macros.html": "says when it was",
    "web/templates/staff/department/home.html": "says when it was",
    "web/templates/staff/employer/home.html": "says when it was",
    "web/templates/staff/rpe/one.html": "says when it was",
    "web/templates/staff/rpe/territory.html": "says when it was",
    "registry/offers/duties.py": "the legal duty, which is to have given a word between two deadlines",
    "registry/offers/employers.py": "passes it on",
    "registry/functions/offer_documents.sql": "passes it on",
    "demo/assistants.py": "invents it",
    "demo/loading.py": "writes it",
    "demo/structures.py": "invents it",
    "registry/legacy/values.py": "reads it from the old portal's file",
    "registry/legacy/writing.py": "writes it",
    "registry/privacy/leaving.py": "forgets it with the rest of a closed profile",
    "registry/offers/relais.py": "passes it on, and asks the legal duty",
    "registry/offers/timetables.py": "writes it: a declaration was made, or taken back",
}
"""Migrations are left out: 0023 derives `fresh_until` of it."""


def test_nobody_else_looks_at_the_day_of_a_word() -> None:
    """A new reader that asks whether an offer is current compares `fresh_until` with its day instead."""
    found = {
        str(path.relative_to(ROOT))
        for room in ("search_api", "web", "indexer", "jobs", "registry", "demo")
        for kind in ("*.py", "*.html", "*.sql", "*.js")
        for path in (ROOT / room).rglob(kind)
        if "migrations" not in path.parts and "confirmed_on" in path.read_text("utf-8")
    }
    assert found == set(READERS)


def test_the_legal_duty_decides_nothing_that_parents_read() -> None:
    """`registry.offers.duties` may be read by her own pages and the staff's: a card knows no deadline."""
    rooms = (
        "search_api",
        "web/parents/fiche",
        "web/parents/favourites",
        "web/parents/search",
        "web/widget",
        "web/parents/alerts",
    )
    paths = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert not [path for path in paths if re.search(r"\bduties\b", path.read_text("utf-8"))]
