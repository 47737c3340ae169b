"""docs/architecture.md is true: its tables of rooms and modules against the tree and the import contracts.

A table whose first heading is a folder (`registry/`) has a row for each package in it; the last column names what
stands in that package. A column that is headed by a folder holds paths in it. Neither has to name every module; every
package has its row, and what is named exists.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

Table = list[list[str]]
"""Its rows, the heading first: the text of each cell."""

PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
TOKEN = re.compile(r"`([^`]+)`")
OUTSIDE = {"bench": ["all"], "deploy": ["none"]}
"""Packages that no contract names, as they are no part of the product: what they may import."""


def tables(page: str = PAGE) -> Iterator[Table]:
    for block in re.findall(r"(?m)(?:^\|.*\n)+", page):
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()]
        yield [rows[0], *rows[2:]]


def room_of(heading: str) -> str | None:
    """The folder that a heading names."""
    found = re.fullmatch(r"`([a-z_]+)/`", heading)
    return found[1] if found else None


def packages(folder: Path) -> set[str]:
    return {each.parent.name for each in folder.glob("*/*.py")}


def missing(folder: Path, names: list[str]) -> list[str]:
    """Which of these are no folder (`x/`), module (`x`) or file (`x.py`) of it."""
    return [
        f"{folder.name}/{name}"
        for name in names
        if not ((folder / name).is_dir() if name.endswith("/") else (folder / name).with_suffix(".py").is_file())
    ]


@cache
def contracts() -> tuple[tuple[str, ...], dict[str, set[str]], dict[str, list[str]]]:
    """The rooms; what each may import by its contracts; the layers of each container, the ground first."""
    importlinter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    rooms: tuple[str, ...] = tuple(importlinter["root_packages"])
    allowed = {room: set(rooms) - {room} for room in rooms}
    layers: dict[str, list[str]] = {}
    for contract in importlinter["contracts"]:
        if contract["type"] == "layers":
            layers |= dict.fromkeys(contract["containers"], contract["layers"][::-1])
        elif len(contract["source_modules"]) == 1 and contract["source_modules"][0] in rooms:
            allowed[contract["source_modules"][0]] -= set(contract["forbidden_modules"])
    return rooms, allowed, layers


def rooms_table() -> dict[str, list[str]]:
    return {row[0].strip("`/"): row for row in next(each for each in tables() if each[0][0] == "room")[1:]}


def inside(folder: str) -> dict[str, list[str]]:
    """The rows of a folder's own table, by what they are about: a package, or modules of the folder ("the root")."""
    table = next(each for each in tables() if room_of(each[0][0]) == folder)
    return {room_of(row[0]) or row[0]: row for row in table[1:]}


def test_every_package_has_its_row() -> None:
    assert set(rooms_table()) == packages(ROOT) - {"docs", "tests"}
    for folder in ("registry", "search_api", "web"):
        told = set(inside(folder)) | {name.strip("/") for name in TOKEN.findall(inside(folder)["the root"][-1])}
        assert packages(ROOT / folder) <= told, folder
    for room, row in rooms_table().items():
        if room not in {"registry", "search_api", "web"}:
            assert packages(ROOT / room) == {name.strip("/") for name in TOKEN.findall(row[1]) if name.endswith("/")}


def test_every_package_says_what_it_is_for() -> None:
    folders = {path.parent for room in contracts()[0] for path in (ROOT / room).rglob("*.py")}
    assert [folder.relative_to(ROOT).as_posix() for folder in sorted(folders) if not said_of(folder)] == []


def said_of(folder: Path) -> str | None:
    """The docstring of a package; of a folder of migrations its name, as Alembic runs its scripts by their path."""
    init = folder / "__init__.py"
    if "migrations" in folder.parts:
        return folder.name
    return ast.get_docstring(ast.parse(init.read_text("utf-8"))) if init.is_file() else None


def test_every_folder_and_module_that_a_table_names_exists() -> None:
    gone = []
    for table in tables():
        folder = room_of(table[0][0])
        for row in table[1:]:
            assert len(row) == len(table[0]), row
            if folder:
                own = room_of(row[0])
                gone += missing(ROOT / folder / (own or ""), TOKEN.findall(row[-1]))
            elif table[0][0] == "room":
                inner = [name for name in TOKEN.findall(row[1]) if name != "ribambelle"]
                gone += missing(ROOT / row[0].strip("`/"), inner)
            else:
                for heading, cell in zip(table[0], row, strict=True):
                    if room := room_of(heading):
                        gone += missing(ROOT / room, TOKEN.findall(cell))
    assert gone == []


def test_the_column_of_imports_says_what_the_contracts_hold() -> None:
    rooms, allowed, _ = contracts()
    assert {room for room in rooms if allowed[room] == set(rooms) - {room}} == {"cli"}
    held = {room: sorted(names) for room, names in allowed.items()} | {"cli": ["all"]} | OUTSIDE
    assert {room: sorted(row[2].split(", ")) for room, row in rooms_table().items()} == {
        room: names or ["none"] for room, names in held.items()
    }


def test_houses_stand_in_the_order_of_their_contract() -> None:
    ground, *layers = layers_of("registry")
    rows = inside("registry")
    assert named(rows.pop("the root")) - {"data", "migrations"} == set(ground)
    assert list(rows) == [name for layer in layers for name in layer]


def test_audiences_stand_in_the_order_of_their_contract() -> None:
    *layers, (app,) = layers_of("web")
    rows = inside("web")
    assert named(rows.pop("the root")) == {app}
    assert list(rows) == [*(name for layer in layers for name in layer), "server"]


def test_rooms_of_the_search_stand_in_the_order_of_their_contract() -> None:
    ground, *rooms, root, http = layers_of("search_api")
    rows = inside("search_api")
    assert named(rows["the root"]) == set(root)
    assert named(rows["the ground"]) == set(ground)
    assert list(rows)[::-1] == ["the ground", *(name for layer in rooms for name in layer), "the root", *http]


def layers_of(folder: str) -> list[list[str]]:
    """The layers of its contract, the ground first."""
    return [re.split(r" [|:] ", layer) for layer in contracts()[2][folder]]


def named(row: list[str]) -> set[str]:
    return {name.strip("/") for name in TOKEN.findall(row[-1])}


def test_a_name_that_is_gone_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house/routes.py").touch()
    assert missing(tmp_path, ["house/", "house/routes.py", "house/routes", "barn/", "house/forms"]) == [
        f"{tmp_path.name}/barn/",
        f"{tmp_path.name}/house/forms",
    ]
    assert list(tables("| `web/` | in it |\n|---|---|\n| `am/` | `signed` |\n")) == [
        [["`web/`", "in it"], ["`am/`", "`signed`"]]
    ]
