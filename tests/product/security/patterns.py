"""Every regular expression of the code, found in its syntax, and texts made from a pattern to make it slow."""

import ast
import importlib
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mappings import indexes

op: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")
"""The parser of `re` itself, of which typeshed knows nothing."""

ROOT = Path(__file__).parents[3]
ROOMS = ("settings", "domain", "mappings", "registry", "indexer", "search_api", "web", "jobs", "cli", "local/reference")
CALLS = frozenset(("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"))
WIDE = 16
"""Repeats of at most so many are no matter."""


@dataclass(frozen=True)
class Found:
    """A regular expression: `where` is its file and its source there, `how` the functions of `re` that it is used with;
    `pattern` is None where it cannot be known without running the code."""

    where: str
    pattern: re.Pattern[Any] | None
    how: frozenset[str] = field(default=frozenset(("search",)))


def every() -> list[Found]:
    found = [each for path in files() for each in of_module(path)]
    # What Elasticsearch reads as it stands, `search_api.query.text` applies to what is typed.
    for index in ("offers", "places"):
        for name, chars in indexes.body(index)["settings"]["analysis"].get("char_filter", {}).items():
            if chars["type"] == "pattern_replace":
                # Java's flag for letters of all alphabets: Python has these anyway.
                pattern = re.compile(chars["pattern"].replace("(?iU)", "(?i)"))
                found.append(Found(f"mappings/{index} {name}", pattern, frozenset(("sub",))))
    return found


def of_module(path: Path) -> Iterator[Found]:
    """Of one file: the calls of `re`, and the `pattern` of pydantic's fields."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    kept = {  # NAME = re.compile(...): used as NAME.search(...)
        id(node.value): node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for call in calls:
        if _of_re(call):
            assert isinstance(call.func, ast.Attribute)
            how = {call.func.attr} - {"compile"}
            if not how and id(call) in kept:
                how = _methods_of(tree, kept[id(call)]) & CALLS
            yield _found(path, name, source, call.args[0], call, frozenset(how or {"search"}))
        for keyword in call.keywords:
            if keyword.arg == "pattern":
                yield _found(path, name, source, keyword.value, None, frozenset(("search",)))


def files() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted(path for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts)


def _of_re(call: ast.Call) -> bool:
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id == "re"
        and func.attr in CALLS
    )


def _methods_of(tree: ast.AST, name: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }


def _found(path: Path, module: str, source: str, given: ast.expr, call: ast.Call | None, how: frozenset[str]) -> Found:
    where = f"{path.relative_to(ROOT)} {ast.get_source_segment(source, given)}"
    flags = 0
    try:
        names = vars(importlib.import_module(module))
        value = _value(given, names)
        if call is not None:
            given_flags = {keyword.arg: keyword.value for keyword in call.keywords}.get("flags")
            place = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(call.func.attr, 2)  # type: ignore[attr-defined]
            if given_flags is None and len(call.args) > place:
                given_flags = call.args[place]
            flags = _value(given_flags, names) if given_flags is not None else 0
    except NameError:  # of a function's own names
        return Found(where, None, how)
    if not isinstance(value, str | bytes):
        return Found(where, None, how)
    return Found(where, re.compile(value, flags), how)


def _value(given: ast.expr, names: dict[str, Any]) -> Any:
    """What an expression of ours is worth, with the names of its module."""
    return eval(compile(ast.Expression(given), "pattern", "eval"), names)  # noqa: S307 (our own code)


def runs(found: Found) -> Iterator[tuple[str, Callable[[Any], object]]]:
    """As the code applies it."""
    pattern = found.pattern
    assert pattern is not None
    nothing: Any = b"" if isinstance(pattern.pattern, bytes) else ""
    ways: dict[str, Callable[[Any], object]] = {
        "match": pattern.match,
        "fullmatch": pattern.fullmatch,
        "search": pattern.search,
        "sub": lambda text: pattern.sub(nothing, text),
        "subn": lambda text: pattern.subn(nothing, text),
        "split": pattern.split,
        "findall": pattern.findall,
        "finditer": lambda text: sum(1 for _ in pattern.finditer(text)),
    }
    for name in sorted(found.how):
        yield name, ways[name]


def adversaries(pattern: re.Pattern[Any]) -> dict[str, Callable[[int], Any]]:
    """Makers of texts of a length, by what they are made of.

    For every wide repeat: what leads to it, or what does not, then its body many times and an end that does not fit;
    and the lead with the body again and again. For its letters two by two: in turn, and a run of each.
    """
    is_bytes = isinstance(pattern.pattern, bytes)
    text = pattern.pattern.decode("latin-1") if is_bytes else pattern.pattern
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parser.parse(text, pattern.flags)
    made: dict[str, Callable[[int], Any]] = {}

    def add(lead: str, body: str, end: str) -> None:
        def text(letters: int) -> Any:
            whole = lead + (body * (letters // len(body) + 1))[:letters] + end
            return whole.encode("latin-1", "ignore") if is_bytes else whole

        if body:
            made[f"{lead!r} {body!r}… {end!r}"] = text

    for lead, bodies in _repeats(tree, ""):
        for body in bodies:
            for before in {lead, "x", ""}:
                for end in ENDS:
                    add(before, body, end)
            add("", lead + body, ENDS[0])
    letters = _kinds("".join(_classes(tree)))
    for one in letters:
        add("", one, ENDS[0])
        for other in letters:
            if one < other:
                add("", one + other, ENDS[0])
            if one != other:
                add("", other * 30 + one * 30, ENDS[0])
    return made


ENDS = ("\0", "!x", "\n!")
"""No pattern of ours fits the first; the second stands on the other side of a word's border; a dot does not fit the
third."""


_CATEGORIES = {
    op.CATEGORY_DIGIT: "15",
    op.CATEGORY_NOT_DIGIT: "a ",
    op.CATEGORY_SPACE: " \n",
    op.CATEGORY_NOT_SPACE: "a.",
    op.CATEGORY_WORD: "a1",
    op.CATEGORY_NOT_WORD: " .",
}
_ANY = "a .-@/1é"


def _letters(items: Iterable[Any]) -> str:
    """Some letters of a class."""
    inside, negated = "", False
    for code, given in items:
        if code is op.NEGATE:
            negated = True
        elif code is op.LITERAL:
            inside += chr(given)
        elif code is op.RANGE:
            inside += chr(given[0]) + chr(given[1])
        elif code is op.CATEGORY:
            inside += _CATEGORIES[given]
    if not negated:
        return inside
    categories = [given for code, given in items if code is op.CATEGORY]
    refused = re.compile("|".join(_category(each) for each in categories)) if categories else None
    return "".join(each for each in _ANY if each not in inside and not (refused and refused.match(each))) or "\x01"


def _kinds(letters: str) -> list[str]:
    """One letter, digit, blank, underscore and two signs of these, as far as there are."""
    ways: list[Callable[[str], bool]] = [str.isalpha, str.isdigit, str.isspace, "_".__eq__]
    firsts = [next((each for each in letters if way(each)), "") for way in ways]
    signs = dict.fromkeys(each for each in letters if not re.match(r"[\w\s]", each))
    return [each for each in (*firsts, *list(signs)[:2]) if each]


def _category(code: Any) -> str:
    return {
        op.CATEGORY_DIGIT: r"\d",
        op.CATEGORY_NOT_DIGIT: r"\D",
        op.CATEGORY_SPACE: r"\s",
        op.CATEGORY_NOT_SPACE: r"\S",
        op.CATEGORY_WORD: r"\w",
        op.CATEGORY_NOT_WORD: r"\W",
    }[code]


def _sample(tree: Any, choice: int = 0) -> str:
    """A short text that fits; `choice` takes other branches and letters."""
    said = ""
    for code, given in tree:
        if code is op.LITERAL:
            said += chr(given)
        elif code is op.NOT_LITERAL:
            said += next(each for each in _ANY if ord(each) != given)
        elif code is op.ANY:
            said += _ANY[choice % len(_ANY)]
        elif code is op.IN:
            letters = _letters(given)
            said += letters[choice % len(letters)]
        elif code is op.BRANCH:
            said += _sample(given[1][choice % len(given[1])], choice)
        elif code is op.SUBPATTERN:
            said += _sample(given[3], choice)
        elif code is op.ATOMIC_GROUP:
            said += _sample(given, choice)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            said += _sample(given[2], choice) * max(given[0], 1 if choice % 2 else 0)
    return said


def _inner(code: Any, given: Any) -> list[Any]:
    if code is op.BRANCH:
        return list(given[1])
    if code is op.SUBPATTERN:
        return [given[3]]
    if code is op.ATOMIC_GROUP:
        return [given]
    if code in (op.ASSERT, op.ASSERT_NOT):
        return [given[1]]
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [given[2]]
    return []


def _repeats(tree: Any, lead: str) -> Iterator[tuple[str, list[str]]]:
    """What leads to each wide repeat, and bodies that it repeats."""
    for at, (code, given) in enumerate(tree):
        before = lead + _sample(list(tree)[:at])
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and given[1] >= WIDE:
            bodies = dict.fromkeys(_sample(given[2], choice) for choice in range(4))
            kinds = _kinds("".join(_classes(given[2])))
            yield before, list(bodies | dict.fromkeys(one + other for one in kinds for other in kinds if one <= other))
        for inner in _inner(code, given):
            yield from _repeats(inner, before)


def _classes(tree: Any) -> Iterator[str]:
    for code, given in tree:
        if code is op.LITERAL:
            yield chr(given)
        elif code is op.IN:
            yield _letters(given)
        elif code is op.ANY:
            yield _ANY
        for inner in _inner(code, given):
            yield from _classes(inner)
