"""Mails in HTML alone: the words, a line for each block, nothing of what is quoted or not shown."""

import pytest

from jobs.answers import text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Bonjour,</p><p>oui&nbsp;!</p>", "\nBonjour,\noui !"),
        ("<!DOCTYPE html><html><head><title>x</title></head><body>Oui<br>demain</body>", "Oui\ndemain"),
        ("a<!-- b > <p>c</p> -->d", "ad"),
        ("<!--[if mso]><style>p{}</style><![endif]-->Oui", "Oui"),
        ("<style>p > a { color: red }</style>Oui", "Oui"),
        ("Oui<blockquote><div>non<blockquote>non</blockquote>non</div></blockquote>oui", "Ouioui"),
        ("Oui</blockquote> demain", "Oui demain"),
        ("2 < 3 et 5 > 4 &lt;p&gt;", "2 < 3 et 5 > 4 <p>"),
        ("Le <b\nclass='x'>jardin</b>  <o:p></o:p>est\n là", "Le jardin est là"),
        ("<P>Oui<IMG src=x>", "\nOui"),
        ("fini <a href='x", "fini <a href='x"),
    ],
)
def test_the_words_of_a_page(html: str, text: str) -> None:
    assert text_of_html(html).replace("\u00a0", " ") == text
