"""What the pages say, as French is set."""

import re
from collections.abc import Iterator
from typing import Any

from web import texts


def all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from all_texts(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from all_texts(each)


def test_texts_follow_french_typography() -> None:
    said = [text for name, value in vars(texts).items() if name.isupper() for text in all_texts(value)]
    assert len(said) > 150
    wrong = [text for text in said if re.search(r" [;:!?»]|« |[^ \u202f][;!?]|'|\.\.\.", text)]
    assert wrong == []
