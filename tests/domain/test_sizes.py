"""No module is longer than 400 lines and no function longer than 60: who is longer is split along what it does."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

MODULE, FUNCTION = 400, 60

ROOMS = (
    *("settings", "domain", "mappings", "registry", "indexer", "search_api", "web", "jobs", "demo", "local", "cli"),
    *("bench", "deploy", "docs", "tests"),
)


def too_long(path: Path) -> Iterator[str]:
    """A module and its functions that are; a function counts from its `def`, without decorators."""
    text = path.read_text("utf-8")
    if (lines := text.count("\n")) > MODULE:
        yield f"{path.name}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION:
                yield f"{path.name}, {node.name}: {length} lines"


def test_modules_and_functions_are_short() -> None:
    assert {
        path.relative_to(ROOT).as_posix(): long
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if (long := list(too_long(path)))
    } == {}


def test_a_long_one_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def f():\n" + "    pass\n" * FUNCTION + "\n" * MODULE)
    assert list(too_long(module)) == ["module.py: 461 lines", "module.py, f: 61 lines"]
