"""Which forms may queue a mail, found in the source: what each function names of ours, as far as the mails."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
MAILS = {"registry.mail.queue", "registry.letters.queue"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def mailing() -> set[str]:
    """Every function of `registry` and `web` that queues a mail or names one that does, as "module.qualified.name".

    A function within another one counts for both. Methods, and what is only called by way of a table, are not followed.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for room in ("registry", "web"):
        for path in (ROOT / room).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text("utf-8"))
            known = imported(tree) | {
                each.name: f"{module}.{each.name}" for each in tree.body if isinstance(each, Function)
            }
            for name, function in functions(tree, module):
                names[name] = set(named(function, known))
    found = set(MAILS)
    while more := {name for name, others in names.items() if others & found} - found:
        found |= more
    return found


def imported(tree: ast.Module) -> dict[str, str]:
    """What each name of a module stands for."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            found |= {each.asname: each.name for each in node.names if each.asname}
    return found


def functions(parent: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Function):
            yield f"{prefix}.{node.name}", node
            yield from functions(node, f"{prefix}.{node.name}.<locals>")


def named(function: Function, known: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in known:
            yield known[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            yield f"{known[node.value.id]}.{node.attr}"


def name_of(endpoint: Callable[..., Any]) -> str:
    return f"{endpoint.__module__}.{endpoint.__qualname__}"
