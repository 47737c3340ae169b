"""Whether a name is the one that was typed: the one rule for suggestions, pages and alerts. Pure."""

from functools import lru_cache

from domain.spelling import place as folded
from search_api.query import text

ARTICLES = ("le", "la", "les", "l")


def likeness(typed: str, name: str) -> int | None:
    """How a name was typed: 0 whole, 1 without its article, 2 with blanks or an apostrophe left out, 3 without the
    articles that an apostrophe joins (« ile yeu »); None for another name."""
    ways = zip(said(typed), known_as(name), strict=True)
    return next((at for at, (one, names) in enumerate(ways) if one and one in names), None)


@lru_cache(1_000)
def said(typed: str) -> tuple[str, str, str, str]:
    """What was typed, as each of the four ways of `likeness` compares it."""
    whole = folded(typed)
    return whole, whole, whole.replace(" ", ""), letters(typed)


@lru_cache(10_000)
def known_as(name: str) -> tuple[tuple[str, ...], ...]:
    """What a name is typed as, in each of the four ways."""
    whole = folded(name)
    bare = whole.partition(" ")[2] if has_article(whole) else whole
    return (whole,), (bare,), (whole.replace(" ", ""), bare.replace(" ", "")), (letters(name),)


def letters(name: str) -> str:
    """The words that the index has of a name, in one."""
    return "".join(word for word in text.words(name) if word not in text.ARTICLES)


def has_article(name: str) -> bool:
    """Of a folded name."""
    return name.startswith(tuple(f"{article} " for article in ARTICLES))


def begins_so(typed: str, name: str) -> bool:
    """Whether every word that was typed begins a word of the name, so that it may be on the way to it."""
    words = folded(name).split()
    return all(any(word.startswith(begun) for word in words) for begun in folded(typed).split())
