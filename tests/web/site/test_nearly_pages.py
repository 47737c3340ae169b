"""What the page of results says where hardly anybody covers a need."""

import re
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from search_api.nearly import Counted, Counts
from search_api.parameters import OfferParameters, meaning, read
from search_api.places import Resolved
from search_api.request.asking_less import changes
from tests.search_api.conftest import Client
from tests.web.site.reading import LONG, NANTES, WEEK, above, cards, offered, search, text
from tests.web.site.test_browser import AXE, OpenPage
from tests.web.site.typed import NANTES as HOME
from tests.web.site.typed import REZE as AWAY
from tests.web.site.typed import TODAY
from web.shared.search import forms, nearly, parameters
from web.shared.search.places import Meant, Where

TWINS = [("naissance", "2026-05-04")] * 2
NIGHT = [("jour2", "mar"), ("debut2", "19:15"), ("fin2", "07:15")]
SAINT_DENIS = [("ou", "Saint-Denis"), ("lieu", "commune:97411"), ("rayon", "50")]


def test_nobody_covers_all_and_the_nearest_is_told(site: Client) -> None:
    response = search(site, *LONG)
    told = above(response)
    assert re.search(r"Personne ne couvre toute votre recherche ; \d+ peut-être en partie\.", told)
    assert re.search(r"Au mieux : [^,]+, il manque 15 min [^.]* \(à moins de 1 km\)\.", told)
    assert told.count("toute votre recherche") == 1
    assert "Il manque 15 min" in cards(response)["anne"]


def test_a_little_less_is_offered_with_how_many_more_it_finds(site: Client) -> None:
    href, more = offered(search(site, *LONG))["7 h 30 – 19 h"]
    assert more == 1
    found = site.get(href)
    assert "Il manque 15 min" in cards(found)["anne"], "of the hours that were typed"
    assert "1 couvre toute votre recherche à 15 minutes près" in text(found.text)
    assert "Personne ne couvre" not in text(found.text)
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
    href, more = told["8 h – 12 h"]
    assert more > 0
    now = len(cards(search(site, *both, ("libres", "oui"))))
    assert len(cards(site.get(href + "&libres=oui"))) == now + more


def test_one_place_of_two_is_told_to_a_mother_of_twins(site: Client) -> None:
    response = search(site, ("jour", "mar"), ("debut", "08:00"), ("fin", "18:00"), *TWINS)
    assert "2 enfants nés ou attendus le 4 mai 2026" in text(response.text)
    assert "1 place sur 2" in cards(response)["anne"]
    assert re.search(r'<select id="places" name="places">\s*<option value="">2 \(selon', response.text)
    assert response.text.count('name="naissance" type="date" value="2026-05-04"') == 2
    assert response.text.count('name="naissance" type="date" value=""') == 1
    assert offered(response)["1 place au lieu de 2"][0].count("naissance=") == 1


def test_a_day_less_leaves_nothing_of_a_slot_that_had_it_alone() -> None:
    """A night has a slot of its own, and so have the hours of one day."""
    form = forms.read(parse_qsl("ou=a&jour=lun&jour=mar&jour2=mar&debut2=20:00&fin2=07:00&places2=1"))
    less = nearly.without_day(form, "tue")
    assert forms.errors(less, TODAY) == {}
    assert forms.address(less) == "/?ou=a&jour=lun"
    assert forms.address(nearly.without_day(form, "mon")).count("jour") == 2, "the other slot keeps its hours"
    own = forms.read(parse_qsl("ou=a&jour=ven&debut=09:00&fin=12:00&jour2=lun&debut2=08:00&fin2=17:00"))
    assert forms.address(nearly.without_day(own, "fri")) == "/?ou=a&jour2=lun&debut2=08:00&fin2=17:00"


def test_a_day_less_is_offered_to_who_asks_for_a_night_too(site: Client) -> None:
    """Nina has all days; the night is Paula's alone, and without the Tuesday nobody needs it."""
    told = offered(site.get("/", [*SAINT_DENIS, *LONG, *NIGHT]))
    href, more = told["Sans le mardi"]
    assert more == len(cards(site.get(href + "&libres=oui"))) > 0


def test_a_night_is_told_apart_from_the_day_of_its_date(site: Client) -> None:
    late = [("jour2", "mar"), ("debut2", "20:00"), ("fin2", "07:00")]
    days = [("jour", "mar"), ("jour", "jeu"), ("debut", "07:15"), ("fin", "19:15")]
    told = above(site.get("/", [*SAINT_DENIS, *days, *late]))
    assert ", libre mardi et jeudi ; pas de place la nuit du mardi au mercredi (à " in told
    assert "jour sur 2" not in told
    on_from_the_day = above(site.get("/", [*SAINT_DENIS, *days, *NIGHT]))
    assert "libre le mardi de 7 h 15 à 19 h 30 et le mercredi de 7 h à 7 h 15 (à " in on_from_the_day


def test_the_head_says_how_many_cover_all(site: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [("type", "assistant_maternel"), ("jour", "lun"), ("debut", "08:00"), ("fin", "12:00")]
    sure = len(cards(search(site, *asked, ("libres", "oui"))))
    assert sure > 1
    response = search(site, *asked)
    rest = len(cards(response)) - sure
    assert f"{sure} couvrent toute votre recherche" in above(response)
    assert (f", {rest} en partie, plus tard ou à confirmer" in above(response)) == bool(rest)
    monkeypatch.setattr(nearly, "PLENTY", 1)
    assert re.search(r"Au moins \d+ couvrent toute votre recherche", above(search(site, *asked)))
    assert "couvrent" not in above(search(site, *asked, ("libres", "oui"))), "the list has no others"


def test_the_smallest_sacrifice_is_offered_first() -> None:
    """Shorter hours before farther away, both before a day less, and a child left out at last, however many more that
    finds; one of each kind before a second of any."""
    form = forms.read([*NANTES, ("rayon", "5"), *LONG, *TWINS])
    found = Where(form, Meant(place=HOME))
    query = meaning(read(OfferParameters, parameters.of_search(found)), TODAY)
    counted = tuple(Counted(each, 9 + number, 1 + number) for number, each in enumerate(changes(query, 10)))
    told = nearly.less(found, Counts(Resolved(query, {}), 8, counted), TODAY, forms.address)
    assert [text(each["label"]) for each in told] == [
        "7 h 30 – 19 h",
        "Jusqu’à 10 km",
        "Sans le jeudi",
        "1 place au lieu de 2",
    ]
    shorter = tuple(each for each in counted if each.change.change == "shorter")
    assert len(nearly.less(found, Counts(Resolved(query, {}), 8, shorter), TODAY, forms.address)) == 3


def test_less_is_offered_behind_those_who_cover_all(site: Client) -> None:
    """Or behind the first two cards where there are none, so that these are seen at once; in an empty list once, with
    what else to try."""
    asked = [*WEEK, ("debut", "08:00"), ("fin", "17:00")]
    listed = search(site, *asked).text.partition('id="liste"')[2]
    before, section, after = listed.partition('<section class="less"')
    assert section
    assert "Libre les 5\u00a0jours" in before
    assert "Libre les 5\u00a0jours" not in after
    none = search(site, *LONG)
    before, section, _ = none.text.partition('id="liste"')[2].partition('<section class="less"')
    assert section
    assert before.count('<li class="card" id="') == min(2, len(cards(none)))
    assert "Au mieux" in before
    assert none.text.partition('id="liste"')[0].count("Personne ne couvre") == 1
    nobody = search(site, *LONG, ("libres", "oui")).text
    assert 'class="less"' not in nobody
    assert "#resultats" in nobody
    assert "7 h 30 – 19 h 1 résultat" in text(nobody.partition('class="empty"')[2])


def test_two_together_where_nobody_covers_all(site: Client) -> None:
    response = site.get("/", [*SAINT_DENIS, *LONG, *TWINS])
    assert "À deux, votre recherche est couverte" in above(response)
    assert re.findall(r"<details class=.couple.([^>]*)>", response.text) == [""], "a line each, folded"
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
    assert "Libre les 2 jours" in cards(response)["nina"]
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


@pytest.mark.parametrize("sort", ["conseille", "disponibilite", "distance", "mise-a-jour", "nom"])
def test_who_comes_nearest_is_the_same_in_every_order_and_on_every_page(
    site: Client, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    """A page that shows one offer has not the nearest on it in each of them."""
    monkeypatch.setitem(parameters.PAGE, "limit", "1")
    told = above(search(site, *LONG, ("tri", sort)))
    assert re.search(r"Au mieux : [^,]+, il manque 15 min [^.]* \(à moins de 1 km\)\.", told)


@pytest.mark.parametrize(
    ("query", "label", "changed"),
    [
        ("rayon=1", "Jusqu’à 2\u00a0km", "rayon=2"),
        ("rayon=2", "Jusqu’à 5\u00a0km", "rayon=5"),
        ("", "Jusqu’à 10\u00a0km", "rayon=10"),
        ("rayon=10", "Jusqu’à 20\u00a0km", "rayon=20"),
        ("rayon=20", "Jusqu’à 50\u00a0km", "rayon=50"),
        ("rayon=50", None, ""),
        ("rayon=0", None, ""),
        ("vers=Rezé&vers-lieu=commune:44143&detour=0.5", "Jusqu’à 1\u00a0km du trajet", "detour=1"),
        ("vers=Rezé&vers-lieu=commune:44143", "Jusqu’à 5\u00a0km du trajet", "detour=5"),
        ("vers=Rezé&vers-lieu=commune:44143&detour=10", None, ""),
    ],
)
def test_the_next_distance_of_the_form_is_counted_and_offered(query: str, label: str | None, changed: str) -> None:
    form = forms.read(parse_qsl(f"ou=Nantes&lieu=commune:44109&jour=mar&{query}"))
    found = Where(form, Meant(place=HOME), Meant(place=AWAY if form.vers else None))
    query_of = meaning(read(OfferParameters, parameters.of_search(found)), TODAY)
    farther = [each for each in changes(query_of, nearly.farther(form)) if each.change == "farther"]
    counts = Counts(Resolved(query_of, {}), 0, tuple(Counted(each, 3, 3) for each in farther))
    links = nearly.less(found, counts, TODAY, forms.address)
    assert [link["label"] for link in links] == ([label] if label else [])
    assert all(changed in link["href"].replace("?", "&").split("&") for link in links)
    assert all(f"{each.km:g}" == changed.partition("=")[2] for each in farther), "what was counted is what is offered"


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
    assert ", il manque 15" in alone
    assert "7 h 30 – 19 h 1 de plus" in alone
    assert "Il manque 15" in cards
    for_two, cards = read(*NANTES, *LONG, *TWINS)
    assert ", 1 place sur 2 ; il manque 15" in for_two
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
def test_that_nobody_covers_all_is_announced_with_the_count(open_page: OpenPage) -> None:
    page = open_page("/?" + "&".join(f"{name}={value}" for name, value in [*NANTES, *LONG]))
    page.locator(".pill").click()
    page.locator("#rayon").select_option("2")
    expect(page.locator("#annonce")).to_contain_text("Personne ne couvre toute votre recherche")
    expect(page.locator("#annonce")).to_contain_text("Au mieux")


@pytest.mark.browser
def test_a_child_is_added_and_the_places_follow(open_page: OpenPage) -> None:
    page = open_page("/?ou=Nantes&lieu=commune:44109&jour=lun&debut=08:00&fin=12:00")
    page.locator(".panel:has([name=naissance]) > summary").click()
    page.get_by_label("Enfant 1").fill("2026-05-04")
    page.get_by_text("Ajouter un enfant").click()
    page.get_by_label("Enfant 2").fill("2026-05-04")
    # Both births are typed once the focus leaves them.
    page.get_by_label("Souplesse sur les horaires").focus()
    expect(page).to_have_url(re.compile("naissance"))
    expect(page.get_by_label("Pour combien d’enfants").first).to_have_value("")
    expect(page.locator("#champ-places")).to_contain_text("2 (selon les naissances indiquées)")
    expect(page.locator("#recap-besoin")).to_contain_text("2 enfants nés ou attendus le 4 mai 2026")
    assert page.url.count("naissance=2026-05-04") == 2
    assert "places=" not in page.url
    expect(page.locator("#offre-anne")).to_contain_text("Libre le lundi (2\u00a0places)")
    page.get_by_text("Ajouter un enfant").click()
    expect(page.get_by_label("Enfant 3")).to_be_visible()
