"""docs/security.md names paths that exist, each requirement once and in its order, and sums that are true."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.conftest import ROOT

LIST = "docs/security.md"
STATES = ("held", "in part", "not yet", "does not apply")
COLUMNS = 6

ROW = re.compile(r"\|\s*(\d+\.\d+\.\d+)(?:–(\d+\.\d+\.\d+))?\s*\|")
SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[\w-]*\.?[\w-]+\.(?:md|py|toml|txt|yml|in)|Dockerfile|Makefile|\.\w+ignore")


def sections(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    """The number of each chapter ("1" of "## V1 …") and its rows, a list of cells each."""
    for chapter in re.split(r"^## V", text, flags=re.MULTILINE)[1:]:
        number = re.match(r"\d+", chapter)
        lines = [line for line in chapter.splitlines() if ROW.match(line)]
        yield number.group() if number else "", [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def parts(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def out_of_order(text: str) -> list[str]:
    """The rows that are not of their chapter, span two sections, or do not come after the one before."""
    wrong = []
    for chapter, rows in sections(text):
        before: tuple[int, ...] = ()
        for row in rows:
            first, _, last = row[0].partition("–")
            of_it = first.startswith(f"{chapter}.") and parts(first)[:2] == parts(last or first)[:2]
            if not (of_it and before < parts(first) <= parts(last or first)):
                wrong.append(row[0])
            before = parts(last or first)
    return wrong


def missing(text: str) -> list[str]:
    """The code spans that are paths, of nothing that is there."""
    return [span for span in SPAN.findall(text) if PATH.fullmatch(span) and not (ROOT / span).exists()]


def unsaid(text: str) -> list[str]:
    """The rows without a state of ours; those that hold, but name no test or document, nor say that there is none; and
    the others that do not say why."""
    wrong = []
    for _, rows in sections(text):
        for row in rows:
            state, where, why = row[3:] if len(row) == COLUMNS else ("", "", "")
            is_shown = re.search(r"`(tests|docs)/|no test", where) is not None
            if state not in STATES or not (is_shown if state == "held" else why):
                wrong.append(row[0])
    return wrong


def sums(text: str) -> Counter[str]:
    """How many requirements there are of each state; a row may stand for several of one section."""
    found: Counter[str] = Counter()
    for _, rows in sections(text):
        for row in rows:
            first, _, last = row[0].partition("–")
            found[row[3]] += parts(last or first)[2] - parts(first)[2] + 1
    return found


def test_the_list_is_true_to_the_tree_and_to_itself() -> None:
    text = (ROOT / LIST).read_text("utf-8")
    told = {state: int(found) for state, found in re.findall(r"^\| ([a-z ]+) \| (\d+) \|", text, re.MULTILINE)}
    assert len([row for _, rows in sections(text) for row in rows]) > 200, "the tables are read"
    assert missing(text) == []
    assert out_of_order(text) == []
    assert unsaid(text) == []
    assert dict(sums(text)) == told


def test_what_is_wrong_is_seen() -> None:
    rows = (
        "| 1.1.1 | 1 | a | held | `tests/nowhere.py` | |",
        "| 1.1.1 | 1 | twice | held | `Dockerfile`; no test | |",
        "| 1.2.2–1.2.1 | 1 | backwards | held | `web/app.py`, `GET /healthz`, `__Host-` | |",
        "| 2.1.1 | 1 | elsewhere | perhaps | `web/` | |",
        "| 2.1.2 | 1 | elsewhere | in part | `nothing.toml` | |",
    )
    text = "## V1 Encoding\n\n" + "\n".join(rows) + "\n"
    assert missing(text) == ["tests/nowhere.py", "nothing.toml"]
    assert out_of_order(text) == ["1.1.1", "1.2.2–1.2.1", "2.1.1", "2.1.2"]
    assert unsaid(text) == ["1.2.2–1.2.1", "2.1.1", "2.1.2"]
