"""The text of a mail that is HTML: a line for each block, "> " before what it quotes, its signature apart."""

import re
from html.parser import HTMLParser

SIGNATURES = frozenset(
    (
        *("gmail_signature", "gmail_signature_prefix", "moz-signature", "ms-outlook-mobile-signature", "signature"),
        *("applemailsignature", "protonmail_signature_block", "composer_signature", "ymail_signature", "sig"),
    )
)
"""Classes and ids that mail programs give the signature, in small letters."""


def text_of_html(html: str) -> str:
    """What a reader sees. In a child process only: of some pages the standard library's reader takes the square of
    their length."""
    return _read(html).text


def parts_of_html(html: str) -> tuple[str, str]:
    """The text without the signature, and the signature; the whole text, and nothing, where it is the signature alone:
    some programs put what was written into it."""
    read = _read(html, apart=True)
    if any(line and not line.startswith(">") for line in map(str.strip, read.text.split("\n"))):
        return read.text, read.signature
    return _read(html).text, ""


def _read(html: str, *, apart: bool = False) -> "_Reader":
    reader = _Reader(apart)
    reader.feed(html)
    reader.close()
    return reader


class _Reader(HTMLParser):
    """Words of a page; styles and scripts are left out, and the signature where it is to stand `apart`."""

    BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "ul", "ol", "table", "hr", "blockquote"))
    VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "base", "embed", "source"))
    LEFT_OUT = frozenset(("style", "script", "head", "title"))

    def __init__(self, apart: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.apart = apart
        self.lines: list[list[str]] = [[]]
        self.signed: list[str] = []
        self.quotes = 0
        self.block_ended = False
        self.left_out: list[str] = []
        self.in_signature = False

    @property
    def text(self) -> str:
        return "\n".join("".join(pieces) for pieces in self.lines)

    @property
    def signature(self) -> str:
        return "".join(self.signed)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.left_out:
            # The end of what is left out is that of its own tag.
            if tag == self.left_out[-1] and tag not in self.VOID:
                self.left_out.append(tag)
            if self.in_signature and tag in self.BLOCKS:
                self.signed.append("\n")
        elif tag in self.LEFT_OUT:
            self.left_out.append(tag)
        elif self.apart and tag not in self.VOID and _is_signature(attrs):
            self.left_out.append(tag)
            self.in_signature = True
            self.signed.append("\n")
        elif tag in self.BLOCKS:
            self.quotes += tag == "blockquote"
            self._begin_line()

    def handle_endtag(self, tag: str) -> None:
        if self.left_out:
            if tag == self.left_out[-1]:
                self.left_out.pop()
                self.in_signature = self.in_signature and bool(self.left_out)
        elif tag == "blockquote":
            if self.quotes:
                self.quotes -= 1
                self._begin_line()
        elif tag in self.BLOCKS:
            self.block_ended = True

    def handle_data(self, data: str) -> None:
        words = re.sub(r"\s+", " ", data)
        if self.in_signature:
            self.signed.append(words)
        elif not self.left_out:
            if self.block_ended and words.strip():
                self._begin_line()
            self.lines[-1].append(words)

    def _begin_line(self) -> None:
        self.block_ended = False
        self.lines.append(["> "] if self.quotes else [])


def _is_signature(attrs: list[tuple[str, str | None]]) -> bool:
    """Outlook puts "x_" before the ids of others."""
    names = [word for name, value in attrs if name in ("class", "id") for word in (value or "").lower().split()]
    return any(name.removeprefix("x_") in SIGNATURES for name in names)
