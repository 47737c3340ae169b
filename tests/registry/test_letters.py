"""The mails' templates: one folder, one layout, French typography."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry import letters
from tests.conftest import ROOT

TEMPLATES = sorted(path.relative_to(letters.FOLDER).as_posix() for path in letters.FOLDER.glob("*/*.txt"))
PARTS = {"requests/profile.txt"}
"""What templates share, which is no letter by itself."""


def words(name: str) -> str:
    """What a template says, without its own language and without addresses."""
    source = (letters.FOLDER / name).read_text("utf-8")
    return re.sub(r"\{[%#].*?[%#]\}|\{\{.*?\}\}", "x", source)


def test_there_is_a_letter_for_every_area() -> None:
    areas = {name.partition("/")[0] for name in TEMPLATES}
    assert {"accounts", "registration", "requests", "movements", "duties", "contact"} <= areas


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_letter_has_the_common_layout_and_french_typography(name: str) -> None:
    source = (letters.FOLDER / name).read_text("utf-8")
    if name not in PARTS:
        blocks = re.findall(r"\{% block (\w+)", source)
        assert source.startswith('{% extends "letter.txt" %}')
        assert {"subject", "body"} <= set(blocks)
    said = words(name)
    assert "'" not in said, "the apostrophe is ’"
    assert re.findall(r"[^\u00a0\n ]*[^\u00a0](?::|»)(?=\s)", said) == [], "U+00A0 stands before a colon"
    assert re.findall(r"[^\u202f\n][;!?](?=\s)", said) == [], "U+202F stands before ; ! ?"


def test_an_hour_of_the_clock_names_its_zone() -> None:
    """A reader may be overseas: mails say « (heure de Paris) », or how long something is good for."""
    there = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    _, body = letters.written("requests/received", {"due": there})
    assert "26\u00a0novembre\u00a02026 à 10\u00a0h\u00a000 (heure de Paris)" in body
    _, code = letters.written("accounts/code", {"code": "123456", "purpose": "sign_in"})
    assert "dix minutes" in code
    assert not re.search(r"\d{1,2}\s?(?:h|:)\s?\d\d", code)
    writers = [path for room in ("registry", "jobs") for path in sorted((ROOT / room).rglob("*.py"))]
    assert [path for path in writers if re.search(r"french\.(?:hour|moment)\(", path.read_text("utf-8"))] == []


def test_no_mail_is_written_elsewhere() -> None:
    """Every mail goes through a template: only the letters themselves put a text into the outbox."""
    found = []
    for room in ("registry", "jobs", "web", "cli", "indexer", "search_api"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if path != Path(letters.__file__):
                calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
                found += [path for call in calls if ast.unparse(call.func) == "mail.queue"]
    assert found == []


def test_a_part_that_says_nothing_leaves_no_gap() -> None:
    assert letters.tidy("Bonjour,\n\nUn. \n\n\n\nDeux.\t\n\n") == "Bonjour,\n\nUn.\n\nDeux.\n"
