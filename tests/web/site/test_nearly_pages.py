"""What the page of results says where hardly anybody covers a need."""

import re
from html import unescape

import httpx
import pytest
from playwright.sync_api import expect

from search_api.engine import engine
from tests.search_api.conftest import Client
from tests.web.site.reading import NANTES, WEEK, cards, links, search, text
from tests.web.site.test_browser import AXE, OpenPage

LONG = [("jour", "mar"), ("jour", "jeu"), ("debut", "07:15"), ("fin", "19:15")]
TWINS = [("naissance", "2026-05-04")] * 2
NIGHT = [("jour2", "mar"), ("debut2", "19:15"), ("fin2", "07:15")]
SAINT_DENIS = [("ou", "Saint-Denis"), ("lieu", "commune:97411"), ("rayon", "50")]


def above(response: httpx.Response) -> str:
    """What stands above the list."""
    return text(
        response.text.partition('class="results-header"')[2].partition('id="liste"')[0].partition('class="empty"')[0]
    )


def offered(response: httpx.Response) -> dict[str, tuple[str, int]]:
    """What a little less would find: label → its link and how many more."""
    section = response.text.partition('<section class="less"')[2].partition("</section>")[0]
    found = re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a> <small>(\d+) de plus', section)
    return {unescape(label).replace("\u00a0", " "): (unescape(href), int(more)) for href, label, more in found}


def test_nobody_covers_all_and_the_nearest_is_told(site: Client) -> None:
    response = search(site, *LONG)
    assert (
        "Personne ne couvre toute votre demande. Le plus proche : toute la demande à 15 minutes près, à environ 230 m."
        in above(response)
    )
    assert "Il manque 15 min" in cards(response)["anne"]


def test_a_little_less_is_offered_with_how_many_more_it_finds(site: Client) -> None:
    href, more = offered(search(site, *LONG))["15 minutes de moins, au début et à la fin"]
    assert more == 1
    found = site.get(href)
    assert "Place libre pour toute votre demande" in cards(found)["anne"]
    assert "jusqu’à 15 minutes de moins au début et à la fin" in text(found.text)
    assert 'value="07:15"' in found.text, "the hours stay as they were typed"
    only_free = site.get(href + "&libres=oui")
    assert len(cards(only_free)) == more
    assert offered(search(site, *LONG)).keys() & {"Sans le mardi", "Sans le jeudi"} == set(), "these find nobody more"


def test_every_offer_of_less_finds_so_many_more(site: Client) -> None:
    """Two places for the whole week: fewer days, a place less, farther away."""
    asked = [*WEEK, ("debut", "08:00"), ("fin", "17:00"), ("places", "2"), ("rayon", "1")]
    told = offered(search(site, *asked))
    assert {"Sans le vendredi", "1 place au lieu de 2"} <= told.keys()
    now = len(cards(search(site, *asked, ("libres", "oui"))))
    for href, more in told.values():
        assert len(cards(site.get(href + "&libres=oui"))) == now + more
    assert [more for _, more in told.values()] == sorted((more for _, more in told.values()), reverse=True)
    assert len(told) <= 4


def test_a_day_and_its_night_are_one_stretch_also_in_the_link(site: Client) -> None:
    """The hours of the two slots cannot each be shorter, and the link asks for what was counted all the same."""
    both = [
        ("jour", "lun"),
        ("debut", "07:45"),
        ("fin", "12:00"),
        ("jour2", "lun"),
        ("debut2", "12:00"),
        ("fin2", "12:15"),
    ]
    told = offered(search(site, *both, ("type", "assistant_maternel")))
    for href, more in told.values():
        assert len(cards(site.get(href + "&libres=oui"))) >= more


def test_one_place_of_two_is_told_to_a_mother_of_twins(site: Client) -> None:
    response = search(site, ("jour", "mar"), ("debut", "08:00"), ("fin", "18:00"), *TWINS)
    assert "2 enfants nés ou attendus le 4 mai 2026" in text(response.text)
    assert "1 place sur 2" in cards(response)["anne"]
    assert re.search(r'<select id="places" name="places">\s*<option value="">2 \(selon', response.text)
    assert response.text.count('name="naissance" type="date" value="2026-05-04"') == 2
    assert response.text.count('name="naissance" type="date" value=""') == 1
    assert offered(response)["1 place au lieu de 2"][0].count("naissance=") == 1


def test_two_together_where_nobody_covers_all(site: Client) -> None:
    response = site.get("/", [*SAINT_DENIS, *LONG, *TWINS])
    assert "À deux, votre demande est couverte" in above(response)
    assert "Nina L. : 1 place, à toutes les heures demandées. Olga R. : 1 place, à 400 m de chez Nina L." in above(
        response
    )
    couple = response.text.partition('class="couple"')[2].partition("</details>")[0]
    assert re.findall(r'href="/offre/(\w+)"', couple) == ["nina", "olga"]
    assert response.text.count('id="offre-nina"') == 1
    night = site.get("/", [*SAINT_DENIS, *LONG, *NIGHT])
    assert "mardi et jeudi. Paula V. : la nuit du mardi au mercredi" in above(night)


def test_pairs_are_not_shown_where_somebody_covers_all(site: Client) -> None:
    response = site.get("/", [*SAINT_DENIS, *LONG])
    assert "Place libre pour toute votre demande" in cards(response)["nina"]
    assert "Personne ne couvre" not in above(response)
    assert "À deux" not in above(response)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ([("jour", "dim"), ("debut", "03:00"), ("fin", "04:00")], "n’a de place libre à ces horaires"),
        ([("naissance", "2012-01-01"), ("jour", "lun")], "n’accueille d’enfant de l’âge demandé"),
    ],
)
def test_why_no_assistant_maternel_fits_is_told(site: Client, asked: list[tuple[str, str]], reason: str) -> None:
    response = site.get("/", [*SAINT_DENIS, *asked])
    assert "Aucune des 3 assistantes maternelles" in above(response)
    assert reason in above(response)
    assert "assistantes maternelles" not in above(site.get("/", [*SAINT_DENIS, *asked, ("type", "eaje")]))


def test_where_there_is_none_at_all_that_is_why(site: Client) -> None:
    lyon = [("ou", "Lyon 1er Arrondissement"), ("lieu", "commune:69381"), ("jour", "lun")]
    assert "Nous ne connaissons aucune assistante maternelle" in above(site.get("/", lyon))


def test_a_page_that_is_answered_by_plenty_asks_for_nothing_more(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = engine.asked

    async def noted(*given: object, **more: object) -> object:
        asked.append(str(given[2]))
        return await ask(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "asked", noted)

    def rounds(*pairs: tuple[str, str]) -> int:
        """Of searches; what is remembered of places is asked once."""
        search(site, *pairs)
        asked.clear()
        search(site, *pairs)
        return sum("search" in path for path in asked)

    simple = rounds(("type", "assistant_maternel"))
    free = [("jour", "lun"), ("debut", "08:00"), ("fin", "12:00")]
    monkeypatch.setattr("web.parents.search.nearly.PLENTY", 1)
    assert rounds(*free) == simple
    monkeypatch.setattr("web.parents.search.nearly.PLENTY", 10)
    assert rounds(*free) == simple + 1, "what a little less would find; nobody is proposed by two"
    assert rounds(*LONG) == simple + 2
    assert rounds(*LONG, ("type", "eaje")) == simple, "crèches declare nothing"


def test_the_next_page_of_a_list_has_the_list_alone(site: Client) -> None:
    following = [link for link in links(search(site, *LONG, ("rayon", "50")).text) if "suite=" in link]
    for link in following:
        assert "Personne ne couvre" not in site.get(link).text


# In a browser -------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_mother_of_twins_reads_on_her_telephone_what_there_is(open_page: OpenPage) -> None:
    """Her five searches: for two, for one, with a night, from February, and with the father in the next town."""

    def read(*pairs: tuple[str, str]) -> tuple[str, str]:
        query = "&".join(f"{name}={value}" for name, value in pairs)
        page = open_page(f"/?{query}", width=360)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run().then(({violations}) => violations)")
        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
        told = page.locator(".nobody, .couple > summary, .less li").all_inner_texts()
        return " | ".join(" ".join(each.split()) for each in told), page.locator("#liste").inner_text()

    alone, cards = read(*NANTES, *LONG)
    assert "toute la demande à 15 minutes près" in alone
    assert "15 minutes de moins, au début et à la fin 1 de plus" in alone
    assert "Il manque 15" in cards
    for_two, cards = read(*NANTES, *LONG, *TWINS)
    assert "Le plus proche : 1 place sur 2 à 15 minutes près" in for_two
    assert "1\u00a0place sur 2" in cards
    with_night, _ = read(*SAINT_DENIS, *LONG, *NIGHT)
    assert "Paula V. : la nuit du mardi au mercredi" in with_night
    february, _ = read(*NANTES, *LONG, *TWINS, ("des", "2027-02-01"))
    assert february == for_two
    next_town, cards = read(*NANTES, ("vers", "Rezé"), ("vers-lieu", "commune:44143"), *LONG)
    assert "de votre trajet" in next_town
    both, _ = read(*SAINT_DENIS, *LONG, *TWINS)
    assert "Olga R. : 1 place, à 400 m de chez Nina L." in both


@pytest.mark.browser
def test_a_child_is_added_and_the_places_follow(open_page: OpenPage) -> None:
    page = open_page("/?ou=Nantes&lieu=commune:44109&jour=lun&debut=08:00&fin=12:00")
    page.get_by_label("Enfant 1").fill("2026-05-04")
    page.get_by_text("Ajouter un enfant").click()
    page.get_by_label("Enfant 2").fill("2026-05-04")
    page.get_by_role("button", name="Mettre à jour").first.click()
    expect(page.get_by_label("Pour combien d’enfants").first).to_have_value("")
    expect(page.locator("#champ-places")).to_contain_text("2 (selon les naissances indiquées)")
    expect(page.locator("#recap-besoin")).to_contain_text("2 enfants nés ou attendus le 4 mai 2026")
    assert page.url.count("naissance=2026-05-04") == 2
    assert "places=" not in page.url
    expect(page.locator("#offre-anne")).to_contain_text("Place libre pour toute votre demande")
    page.get_by_text("Ajouter un enfant").click()
    expect(page.get_by_label("Enfant 3")).to_be_visible()
