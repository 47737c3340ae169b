"""Mails in HTML alone: the words, a line for each block, what is quoted marked so, nothing of what is not shown."""

import pytest

from jobs.html_text import parts_of_html, text_of_html
from jobs.quotations import without_history


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Bonjour,</p><p>oui&nbsp;!</p>", "\nBonjour,\noui !"),
        ("<!DOCTYPE html><html><head><title>x</title></head><body>Oui<br>demain</body>", "Oui\ndemain"),
        ("a<!-- b > <p>c</p> -->d", "ad"),
        ("<!--[if mso]><style>p{}</style><![endif]-->Oui", "Oui"),
        ("<style>p > a { color: red }</style>Oui", "Oui"),
        (
            "Oui<blockquote><div>non<blockquote>non</blockquote>non</div></blockquote>oui",
            "Oui\n> \n> non\n> non\n> non\noui",
        ),
        ("<div>Oui</div>demain", "\nOui\ndemain"),
        ("Oui</blockquote> demain", "Oui demain"),
        ("2 < 3 et 5 > 4 &lt;p&gt;", "2 < 3 et 5 > 4 <p>"),
        ("Le <b\nclass='x'>jardin</b>  <o:p></o:p>est\n là", "Le jardin est là"),
        ("<P>Oui<IMG src=x>", "\nOui"),
        ("fini <a href='x", "fini <a href='x"),
    ],
)
def test_the_words_of_a_page(html: str, text: str) -> None:
    assert text_of_html(html).replace("\u00a0", " ") == text


def test_what_a_page_quotes_is_not_in_the_answer() -> None:
    page = "Oui<blockquote><div>non<blockquote>non</blockquote>non</div></blockquote>demain"
    assert without_history(text_of_html(page)) == "Oui\n\ndemain"


@pytest.mark.parametrize(
    ("html", "text", "signature"),
    [
        ("Oui<div class='gmail_signature'>Nadia<div>06</div></div>demain", "Ouidemain", "\nNadia\n06"),
        ("Oui<pre class='moz-signature'>-- <br>Nadia</pre>", "Oui", "\n-- \nNadia"),
        ("Oui<p id=x_Signature>Nadia<img src=x></p><p>demain", "Oui\ndemain", "\nNadia"),
        # Where nothing else is written, it is what was written.
        ("<div id=AppleMailSignature>Oui<blockquote>non</blockquote></div>", "\nOui\n> non\n", ""),
    ],
)
def test_a_signature_stands_apart(html: str, text: str, signature: str) -> None:
    assert parts_of_html(html) == (text, signature)
