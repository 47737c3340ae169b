"""`select from …` finds a row without columns, and an empty row is false: whoever asks must compare it with None."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

ROOMS = (
    "settings",
    "domain",
    "mappings",
    "registry",
    "indexer",
    "search_api",
    "web",
    "jobs",
    "demo",
    "local",
    "cli",
    "bench",
)


def text_of(call: ast.Call) -> str:
    """The beginning of the statement that `….execute("…")` sends."""
    inner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if not isinstance(inner, ast.Call) or not inner.args:
        return ""
    first = inner.args[0]
    if isinstance(first, ast.JoinedStr):
        first = first.values[0]
    return first.value.strip().lower() if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def compared(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    parent = parents.get(node)
    return isinstance(parent, ast.Compare) and all(isinstance(each, ast.Is | ast.IsNot) for each in parent.ops)


def misread(path: Path) -> Iterator[int]:
    """The lines of a module that take an empty row for a word of truth."""
    tree = ast.parse(path.read_text("utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fetchone"):
            continue
        if not text_of(node).startswith("select from"):
            continue
        parent = parents[node]
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            name, scope = parent.targets[0].id, parents[parent]
            reads = [
                each
                for each in ast.walk(scope)
                if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
            ]
            if not all(compared(each, parents) for each in reads):
                yield node.lineno
        elif not compared(node, parents):
            yield node.lineno


def test_no_empty_row_is_taken_for_nothing() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        for line in misread(path)
    ]
    assert found == []


def test_the_reading_of_the_code_sees_both_kinds(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        'def f(conn):\n    if not conn.execute("select from t where a = %s", [1]).fetchone():\n        return\n'
        '    row = conn.execute(f"select from {1}").fetchone()\n    return 1 if row else 2\n'
        '    ok = conn.execute("select from t").fetchone()\n    return ok is not None\n'
    )
    assert sorted(misread(wrong)) == [2, 4]
