"""What every room must agree on is said once, in `domain`: each test here finds a second saying of one truth."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from domain.vocabulary import AgrementStatus, Code, Funding, Kind, Precision
from tests.conftest import ROOT

ROOMS = ("domain", "mappings", "registry", "indexer", "search_api", "web", "jobs", "demo", "cli", "bench", "docs")
"""`settings` and `local` stand below `domain`; tests write the rules once more on purpose."""


def lines(*homes: str, suffix: str = ".py") -> Iterator[tuple[str, str]]:
    """Where it stands and what it says: every line of the code, but for those of the truth's own homes."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob(f"*{suffix}")):
            name = path.relative_to(ROOT).as_posix()
            if name not in homes:
                for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                    yield f"{name}:{number}", line


def said(pattern: str, *homes: str, suffix: str = ".py") -> list[str]:
    """The lines outside its homes that say it too."""
    return [f"{where}: {line.strip()}" for where, line in lines(*homes, suffix=suffix) if re.search(pattern, line)]


def text_of(name: str) -> str:
    return Path(ROOT / name).read_text("utf-8")


CIVIL = (
    r"\bPARIS\b(?! \d)|ZoneInfo\(.Europe/Paris|\bmonthrange\b|timedelta\([^)]*weekday\(\)"
    r"|\.replace\(year=|(?i:at time zone|\btimezone\(')"
)


def test_civil_days_are_counted_in_one_place() -> None:
    """SQL asks the functions of migration 0030 (tests/domain/test_civil.py holds them to `domain.civil`)."""
    assert said(CIVIL, "domain/civil.py") == []
    assert said(CIVIL, "registry/migrations/versions/0030_civil.sql", suffix=".sql") == []


@pytest.mark.parametrize(
    "line",
    [
        "today = now.astimezone(PARIS).date()",
        "datetime.now(PARIS)",
        "zone = ZoneInfo('Europe/Paris')",
        "return start.replace(year=start.year + 1)",
        "\"select (at at time zone 'Europe/Paris')::date\"",
        "select (at AT TIME ZONE 'Europe/Paris')::date",
        "select timezone('Europe/Paris', at)",
    ],
)
def test_a_second_civil_day_would_be_seen(line: str) -> None:
    assert re.search(CIVIL, line)


WEEK = (
    r"\b(1_?440|10_?080)\b|24 ?\* ?60|\b7 ?\* ?1_?440"
    r"|.mon., *.tue.|.lundi., *.mardi.|.mon.: *.lundi.|\bDAY_MINUTES\b|\bWEEK_MINUTES\b"
    r"|split\([\"']:[\"']\)|\) \* 60\b|\[01\]\??\\d\|"
)
"""Days and their minutes, lists of days, and HH:MM taken apart by hand."""


def test_weeks_are_counted_in_one_place() -> None:
    assert said(WEEK, "domain/week.py", "domain/vocabulary.py") == []


@pytest.mark.parametrize(
    "line",
    [
        "DAY = 1_440",
        "start + weekday * 1440",
        "WEEK_MINUTES",
        "24 * 60",
        'DAYS = ("mon", "tue", "wed")',
        "'lundi', 'mardi'",
        'hours, minutes = text.split(":")',
        "start = int(text[:2]) * 60 + int(text[3:])",
        're.fullmatch(r"([01]?\\d|2[0-3])[:hH]", text)',
    ],
)
def test_a_second_week_would_be_seen(line: str) -> None:
    assert re.search(WEEK, line)


@cache
def literals(path: Path) -> tuple[tuple[int, frozenset[str]], ...]:
    """Every tuple, list, set or dictionary of a module with texts in it: its line, and the texts (of a dictionary the
    keys; of a Literal[…] the values)."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", ())
        texts = {each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str)}
        if texts and isinstance(node, ast.expr):
            found.append((node.lineno, frozenset(texts)))
    return tuple(found)


def lists_of(codes: type[Code], path: Path) -> list[int]:
    """The lines of a module that list these codes once more: all of them, or all but one."""
    known = set(codes.codes())
    return [line for line, texts in literals(path) if texts <= known and len(texts) >= max(2, len(known) - 1)]


SAY_MORE = {
    (Funding, "web/texts/shared/fiche.py"): "what each funding means for the price",
    (AgrementStatus, "registry/agrements/movements/timeline.py"): "how movements see each status",
}
"""Tables that give each code something that is neither its label nor its description."""


@pytest.mark.parametrize("codes", Code.__subclasses__())
def test_codes_are_listed_in_one_place(codes: type[Code]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if path != ROOT / "domain/vocabulary.py" and (codes, path.relative_to(ROOT).as_posix()) not in SAY_MORE
        for line in lists_of(codes, path)
    ]
    assert found == []


def test_a_second_list_would_be_seen(tmp_path: Path) -> None:
    again = tmp_path / "again.py"
    again.write_text(
        f"KINDS = {Kind.codes()}\nLABELS = {Kind.labels()}\nSOME = ('eaje', 'mam')\n"
        "SHOWS = Literal['address', 'street', 'zone']\n"
    )
    assert lists_of(Kind, again) == [1, 2]
    assert lists_of(Precision, again) == [4]


FOLDING = r"\bunicodedata\.(normalize|combining)\b"


def test_names_are_folded_in_one_place() -> None:
    assert said(FOLDING, "domain/spelling.py") == []


SAINTS = r"""["'](st|ste|bd|blvd|gal|imp)["']\s*:"""


def test_abbreviations_stand_in_one_table() -> None:
    assert said(SAINTS, "domain/spelling.py") == []


@pytest.mark.parametrize(
    ("truth", "line"),
    [
        (FOLDING, 'decomposed = unicodedata.normalize("NFKD", text)'),
        (SAINTS, '    return " ".join({"st": "saint"}.get(word, word) for word in words)'),
        (SAINTS, "    'bd': 'boulevard',"),
    ],
)
def test_a_second_spelling_would_be_seen(truth: str, line: str) -> None:
    assert re.search(truth, line)


FRENCH = "|".join(
    (
        r"[\"']lundi[\"'], |[\"'](mon|lun|0)[\"']?: [\"']lundi|[\"']janvier[\"']",
        r":%d/%m/%Y|:%H[: ]|strftime\(",
        r"replace\([\"']\.[\"'], [\"'],[\"']\)|:,\}.*replace|:02d?\}(\\u00a0|\{NBSP\})?€",
        r"\}(\\u00a0|\{NBSP\})h\b|[\"']au [\"']",
        r"_(ONE|MANY) = [\"'][a-zé’ ]+[\"']$|\{[\"']s[\"'] if ",
    )
)
"""Names of days and months, days and hours in figures, decimal commas, amounts, « au Mans », a noun and its plural."""


def test_french_is_written_in_one_place() -> None:
    assert said(FRENCH, "domain/french.py") == []


@pytest.mark.parametrize(
    "line",
    [
        'DAYS = ("lundi", "mardi", "mercredi")',
        '    "mon": "lundi",',
        'MONTHS = ["janvier", "février"]',
        'return f"{value:%d/%m/%Y}"',
        'return f"{at:%H:%M}"',
        'return f"{seconds:.1f}\\u00a0s".replace(".", ",")',
        'return f"{hours}{NBSP}h"',
        'return f"{hours}\\u00a0h\\u00a0{rest:02}"',
        'RESULT_ONE = "résultat"',
        "share = f\"{covered} jour{'s' if covered > 1 else ''}\"",
    ],
)
def test_a_second_french_would_be_seen(line: str) -> None:
    assert re.search(FRENCH, line)


SQL = (
    r"\.(execute|executemany|cursor)\("
    r"|(?i:\bselect\b.*\bfrom\b|\binsert into\b|\bdelete from\b|\bupdate \w+ set\b)"
)


def test_pages_hold_no_query() -> None:
    """Each is a named function of the house that owns the table."""
    assert [line for line in said(SQL) if line.startswith("web/")] == []


@pytest.mark.parametrize(
    "line",
    [
        'row = conn.execute("select lat, lon from commune where code = %s", [code]).fetchone()',
        "with conn.cursor(row_factory=class_row(Seen)) as cursor:",
        '"SELECT name FROM offer"',
        '"update offer set publication = %s"',
        '"insert into outbox (index, id)"',
    ],
)
def test_a_query_in_a_page_would_be_seen(line: str) -> None:
    assert re.search(SQL, line)


INDEX = r"""["'](offers|places)["']"""


def test_indexes_are_named_in_one_place() -> None:
    """The table of them is `mappings.indexes.INDEXES`; whoever means one of the two takes OFFERS or PLACES."""
    rooms = ("indexer/", "search_api/engine/", "search_api/query/", "mappings/", "cli/")
    assert [line for line in said(INDEX, "mappings/indexes.py") if line.startswith(rooms)] == []


# Scales: their days, Smic and ages stand in no code. Migrations before 0022 made the tables with them.
SCALE = r"\b216\b|\b1(188|202|231)\b|\b0[.,](281|767)\b|\((5, 31|11, 30|6, 1|12, 1)\)|0?6-0?1.{1,8}12-0?1|=5 \* 365\b"
TOLD = (
    r"\b72 ?(h|heures|hours)\b|\b(7|14|30|90|180|183) jours\b|\b(sept|quatorze|trente) jours\b|\bsix mois\b"
    r"|\b18 ?\* ?(12|365)\b|\b(12|365) ?\* ?18\b|'closed'\), [1-9]\) from offer|\(\"5\", \"5 enfants"
)
"""Durations and numbers that scales say, in words for people, and the age of majority that `domain.civil` has."""

NO_SCALE = {
    ("docs/screens.py", "fille de six mois"): "the age of a child, in a message",
    (
        "web/staff/accounts/keeping.py",
        "depuis sept jours au moins",
    ): "registry.accounts.recovery: who may vouch for whom",
    ("web/templates/am/availability/macros.html", "six mois qui suivent"): "the duty, in the words of R. 421-39",
}
"""What says such a number and is another truth: where, and the words."""

DATED = r"""["'](from|since|valid_from)["']\] *<"""
OLD_TABLES = tuple(f"registry/migrations/versions/{name}.sql" for name in ("0001_registry", "0009_requests"))


def test_a_dated_rule_is_a_scale_and_stands_in_no_code() -> None:
    found = [*said(SCALE), *said(SCALE, *OLD_TABLES, suffix=".sql"), *said(SCALE, suffix=".html")]
    assert found == []


def test_what_scales_say_is_told_from_them() -> None:
    found = [*said(TOLD, "domain/scales/__init__.py"), *said(TOLD, suffix=".html")]
    left = [
        line for line in found if not any(line.startswith(f"{name}:") and words in line for name, words in NO_SCALE)
    ]
    assert left == []
    # What is excused must still be there.
    assert len(found) == len(NO_SCALE)


def test_dated_rules_are_read_in_one_place_and_stand_in_its_folder() -> None:
    assert said(DATED, "domain/scales/__init__.py") == []
    dated, with_values = (
        {where.partition(":")[0] for where, line in lines(suffix=".toml") if line.startswith(f"{key} = ")}
        for key in ("from", "value")
    )
    assert {str(Path(name).parent) for name in dated & with_values} == {"domain/scales"}


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (SCALE, "age_to: int = 216"),
        (SCALE, "days = ((5, 31), (11, 30))"),
        (SCALE, 'DEADLINES = ("06-01", "12-01")'),
        (SCALE, "licensed_on + timedelta(days=5 * 365)"),
        (SCALE, "Au moins (0,281 fois le Smic)"),
        (TOLD, "Un modérateur vérifie votre agrément sous 72 heures."),
        (TOLD, "et effacée 30 jours après sa décision"),
        (TOLD, '"Il a plus de trente jours, votre inscription"'),
        (TOLD, "Structure\\u00a0: six mois après confirmed_on."),
        (TOLD, "return months if 0 <= months <= 18 * 12 else None"),
        (TOLD, "born < today - timedelta(days=18 * 365)"),
        (TOLD, "\" where r.offer = o.id and k.state <> 'closed'), 4) from offer o where o.id = %s\","),
        (DATED, 'held = [each for each in read[name] if each["from"] <= on]'),
    ],
)
def test_a_second_dated_rule_would_be_seen(pattern: str, line: str) -> None:
    assert re.search(pattern, line)
