"""The tables of files and their rows have one home, `registry/intake`: others ask its functions."""

import re

from tests.conftest import ROOT

SQL = re.compile(
    r"\b(from|join|into|update|using|copy|analyze|table)\s+(only\s+)?intake_(run|row)\b"
    r"|,\s*intake_(run|row)\b(?!\")",
    re.IGNORECASE,
)

ELSEWHERE = {
    "registry/agrements/movements/stored.py": "a movement names the file that it stands in, by its own foreign key",
    "registry/privacy/leaving.py": "the name in a movement that was never applied goes by the day its file came",
}


def test_only_its_house_reads_or_writes_what_became_of_a_file() -> None:
    found = {
        str(path.relative_to(ROOT))
        for room in ("registry", "web", "jobs", "cli", "indexer", "search_api", "bench")
        for path in (ROOT / room).rglob("*.py")
        if SQL.search(path.read_text("utf-8")) and path.parts[-2] not in ("intake", "versions")
    }
    assert found == ELSEWHERE.keys()


def test_the_search_sees_each_way_of_naming_them() -> None:
    for statement in (
        "select offer from intake_row where run = %s",
        "from movement m join intake_run f on f.id = m.file",
        "delete from movement using intake_run f",
        "select from movement m, intake_run f",
        "update intake_run set rows_done = %s",
        "insert into intake_row (run, number)",
        "analyze account, offer, intake_row",
    ):
        assert SQL.search(statement), statement
    assert not SQL.search('NOT_BUILT = ("offer_view", "intake_row")')
