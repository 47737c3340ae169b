"""What code, tests and pages cite stands in this repository: no page of elsewhere, no issue, no lost heading."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = (
    *("settings", "domain", "mappings", "registry", "indexer", "search_api", "web", "jobs", "demo", "local", "cli"),
    *("bench", "deploy", "docs", "tests"),
)
SUFFIXES = {".py", ".sql", ".md", ".toml", ".html", ".js", ".css", ".txt", ".yml"}

ELSEWHERE = re.compile(r"\bDESIGN\.md|(?<![\w/-])notes/|\b[Ii]ssues? #?\d|\bdesign notes\b")
"""Pages and numbers that whoever reads the code does not have."""

PAGE = re.compile(r'(?<![\w/.-])docs/(?P<page>[\w-]+\.md)(?:\'s)?(?:,? \(?"(?P<heading>[^"\n]+)")?')
LINK = re.compile(r"\]\((?P<page>[\w./-]*\.md)?(?:#(?P<anchor>[\w-]+))?\)")


def texts() -> Iterator[tuple[Path, str]]:
    own = Path(__file__)
    paths = [*ROOT.glob("*.md"), *(path for room in ROOMS for path in sorted((ROOT / room).rglob("*")))]
    for path in paths:
        if path.suffix in SUFFIXES and path != own and "vendor" not in path.parts:
            yield path, path.read_text("utf-8")


def headings(page: Path) -> list[str]:
    return [line.lstrip("# ") for line in page.read_text("utf-8").splitlines() if re.match(r"#+ ", line)]


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def elsewhere(text: str) -> list[str]:
    return [found[0] for found in ELSEWHERE.finditer(text)]


def lost(path: Path, text: str) -> list[str]:
    """What it cites of docs/ that is not there: a page, or a heading of one."""
    found = []
    for cited in PAGE.finditer(text):
        page = ROOT / "docs" / cited["page"]
        if not page.is_file() or (cited["heading"] and cited["heading"] not in headings(page)):
            found.append(cited[0])
    if path.suffix == ".md":
        for link in LINK.finditer(text):
            page = path.parent / link["page"] if link["page"] else path
            if not page.is_file() or (link["anchor"] and link["anchor"] not in map(anchor, headings(page))):
                found.append(link[0])
    return found


def test_nothing_cites_what_is_not_in_the_repository() -> None:
    assert {str(path.relative_to(ROOT)): elsewhere(text) for path, text in texts() if elsewhere(text)} == {}


def test_every_cited_page_and_heading_exists() -> None:
    assert {str(path.relative_to(ROOT)): lost(path, text) for path, text in texts() if lost(path, text)} == {}


@pytest.mark.parametrize(
    "text", ["as DESIGN.md says", "(notes/measurements.md)", "issue 3, section 2", "Issues 3 and 5", "the design notes"]
)
def test_a_page_of_elsewhere_would_be_seen(text: str) -> None:
    assert elsewhere(text)


def test_a_lost_page_or_heading_would_be_seen() -> None:
    good = '(docs/design.md, "Position") docs/data.md'
    assert lost(ROOT / "x.py", good) == []
    bad = '(docs/design.md, "Nowhere") docs/gone.md'
    assert lost(ROOT / "x.py", bad) == ['docs/design.md, "Nowhere"', "docs/gone.md"]
    assert lost(ROOT / "docs/x.md", "[a](data.md#zones) [b](data.md#nowhere) [c](gone.md)") == [
        "](data.md#nowhere)",
        "](gone.md)",
    ]
