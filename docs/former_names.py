"""registry/data/geo/added_names.csv: names under INSEE codes of before that former_names.csv lacks.

`python -m docs.former_names HISTORY TODAY` writes it, from two files of @etalab/decoupage-administratif on npm:
data/historique-communes.json of version 0.8.0, the last that has it, and data/communes.json of 6.0.0. Left out are four
codes of which the history, that ends in 2019, has no end.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from registry.territory import GEO
from registry.territory.names import key

COLUMNS = ("name", "code", "current_code", "ended_on", "was")
LIVES_ON = {"commune-deleguee": "delegated", "commune-associee": "associated"}

Record = dict[str, Any]
Bearer = tuple[str, str]
"""The key of a name, and the INSEE code under it."""


def added(history: Iterable[Record], today: Iterable[Record]) -> Iterator[tuple[str, ...]]:
    """The rows, by code. A name that today's commune has or had under another code too is "moved": the département or
    the number changed, not the name."""
    records = [each for each in history if each["type"] == "COM"]
    communes = {row["code"]: row["name"] for row in _rows("communes.csv", "added_communes.csv", "collectivities.csv")}
    retired = {row["code"]: row["current_code"] for row in _rows("retired_codes.csv")}
    former = list(_rows("former_names.csv"))
    bearers = {(key(row["name"]), row["code"]) for row in former} | {(key(n), code) for code, n in communes.items()}
    known = {(key(row["name"]), row["current_code"]) for row in former} | bearers
    lives_on = {(key(each["nom"]), each["code"]): LIVES_ON[each["type"]] for each in today if each["type"] in LIVES_ON}
    ended: dict[Bearer, dict[str, str]] = {}
    for each in records:
        bearer = key(each["nom"]), each["code"]
        if bearer not in bearers and not _came_back(each, retired):
            ended.setdefault(bearer, {})[each.get("dateFin", "")] = each["nom"]
    for (bearing, code), ends in sorted(ended.items(), key=lambda item: (item[0][1], max(item[1]), item[0])):
        if "" in ends:
            continue
        end, name = max(ends.items())
        current = retired.get(code, code)
        if (bearing, current) in known:
            yield name, code, current, end, "moved"
        elif was := lives_on.get((bearing, code)):
            yield name, code, current, "", was
        else:
            yield name, code, current, end, "commune"


def _came_back(record: Record, retired: dict[str, str]) -> bool:
    """Whether the commune had its code of today before this one as well: Châteaufort and Toussus-le-Noble were in
    Essonne for 22 months. One day of an end cannot say that."""
    before = record.get("predecesseur", "")
    return bool(before.startswith(f"COM-{retired.get(record['code'])}@"))


def _rows(*names: str) -> Iterator[dict[str, str]]:
    for name in names:
        with (GEO / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def main(history: Path, today: Path) -> None:
    rows = list(added(*(json.loads(path.read_text(encoding="utf-8")) for path in (history, today))))
    with (GEO / "added_names.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f"{len(rows)} noms")


if __name__ == "__main__":
    typer.run(main)
