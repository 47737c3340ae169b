"""A list of kept offers and a comparison, as their addresses give them: without JavaScript, without an account."""

import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest

from tests.search_api.conftest import Client
from tests.web.site.conftest import SHOWN_PHONE
from web.parents.favourites import comparison


def words(html: str) -> str:
    bare = re.sub(r"<(script|style|title|noscript)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))


def test_the_address_is_the_list_in_its_order_and_no_contact_is_in_it(site: Client) -> None:
    page = site.get("/favoris?offre=horaires&offre=gisele&offre=lutins&offre=gisele")
    assert re.findall(r'class="card" id="offre-(\w+)"', page.text) == ["horaires", "gisele", "lutins"]
    assert "3 offres" in words(page.text)
    assert "gisele@example.org" not in page.text
    assert SHOWN_PHONE.replace(" ", "") not in page.text.replace(" ", "").replace("\u00a0", "")
    assert "set-cookie" not in page.headers
    assert 'name="robots" content="noindex"' in page.text


def test_its_link_goes_out_by_the_familys_own_mail_program(site: Client) -> None:
    page = site.get("/favoris?offre=lutins&offre=gisele")
    link = re.search(r'href="(mailto:[^"]+)"', page.text)
    assert link
    assert "/favoris?offre=lutins&offre=gisele" in unquote(unescape(link[1]))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("offre=lutins&offre=partie", "Une offre n’est plus publiée"),
        ("offre=%3Cb%3E&offre=" + "x" * 3000 + "&offre=lutins&offre=%00", "3 offres ne sont plus publiées"),
        ("offre=partie", "Une offre n’est plus publiée"),
        ("offre=&autre=1", "pas encore de favori"),
        ("", "touchez le cœur"),
        ("&".join(f"offre=a{n}" for n in range(60)), "les 50 premières"),
    ],
)
def test_what_is_gone_or_no_id_is_said_and_the_rest_is_shown(site: Client, query: str, sentence: str) -> None:
    page = site.get(f"/favoris?{query}")
    assert page.status_code == 200
    assert sentence in words(page.text)
    assert ('id="offre-lutins"' in page.text) == ("lutins" in query)


def test_up_to_four_offers_side_by_side(site: Client) -> None:
    page = site.get("/comparer?offre=horaires&offre=gisele")
    told = words(page.text)
    columns = [words(head).strip() for head in re.findall(r'<th scope="col">(.*?)</th>', page.text, re.DOTALL)]
    assert columns == ["Critère", "Crèche <b>du</b> Port", "Gisèle T. Données fictives"]
    assert "du lundi au vendredi : 7 h 30 – 18 h 30" in told
    assert "du lundi au jeudi : 8 h – 17 h (2 places)" in told
    assert "3 enfants" in told
    assert "gisele@example.org" not in page.text
    assert "06 39" not in told


def test_hours_are_told_with_the_dates_of_their_own_period() -> None:
    """A place of another end: the availability tells that of the chain, at fewer hours later."""

    def entry(start: str, end: str | None, *ranges: tuple[str, str]) -> dict[str, Any]:
        hours = [{"day": "mon", "start": start, "end": end, "places": 1} for start, end in ranges]
        return {"period": {"from": start, "to": end}, "ranges": hours}

    def told(*timetable: dict[str, Any]) -> list[str]:
        offer = {"kind": "assistant_maternel", "kind_label": "", "position": {"precision": "address"}}
        commune = {"code": "44109", "name": "Nantes", "postcode": "44000"}
        whole = {**offer, "commune": commune, "address": None, "fresh_until": None, "timetable": list(timetable)}
        rows = dict(comparison.rows([whole], date(2026, 11, 23)))
        return [words(line) for line in rows["Jours et heures"][0]]

    short = entry("2027-01-01", "2027-08-31", ("09:00", "12:00"))
    assert told(entry("2026-09-01", "2026-12-31", ("08:00", "18:00")), short) == [
        "En ce moment, jusqu’au 31 décembre 2026",
        "lundi : 8 h – 18 h (1 place)",
    ]
    # Of a first period without a place nothing is to be told but that of the one that has some.
    assert told(entry("2026-09-01", "2026-12-31"), short) == [
        "À partir du 1er janvier 2027 (déclaré jusqu’au 31 août 2027)",
        "lundi : 9 h – 12 h (1 place)",
    ]
    assert told(entry("2026-09-01", None)) == ["En ce moment", "pas de place"]


def test_more_than_four_are_told_and_the_first_four_compared(site: Client) -> None:
    ids = ["lutins", "horaires", "gisele", "anne", "relais01"]
    page = site.get("/comparer?" + "&".join(f"offre={id}" for id in ids))
    assert "vous en avez choisi 5, voici les quatre premières" in words(page.text)
    assert page.text.count('scope="col"') == 1 + 4
    assert "Relais01" not in page.text
    without = re.search(r'href="(/comparer[^"]+)" aria-label="Retirer Crèche Les Lutins', page.text)
    assert without
    assert unescape(without[1]) == "/comparer?offre=horaires&offre=gisele&offre=anne"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("", "Cochez deux à quatre offres"), ("offre=lutins&offre=partie", "Il faut au moins deux offres")],
)
def test_a_comparison_of_fewer_than_two(site: Client, query: str, sentence: str) -> None:
    page = site.get(f"/comparer?{query}")
    assert page.status_code == 200
    assert sentence in words(page.text)
