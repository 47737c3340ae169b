"""Free text: every word is found somewhere, names first, typing errors forgiven."""

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from mappings import indexes
from search_api.query import text
from settings import Settings
from tests.search_api import documents
from tests.search_api.conftest import Client, client, load


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("Les Petits Lutins", "sorinieres"),
        ("crèche les lutins", "lutins"),
        ("les p’tits loups", "loups"),
        ("les p'tits loup", "loups"),
        ("les petits loup", "loups"),
        ("p tits loups", "loups"),
        ("lelise", "elise"),  # the apostrophe forgotten
        ("LUTINS SORINIERES", "sorinieres"),
        ("lutnis", "lutins"),  # letters exchanged
        ("stram", "mam"),
        ("multi-accueil", "herblain"),
        ("elise", "elise"),
    ],
)
def test_a_name_finds_its_offer_first(api: Client, q: str, first: str) -> None:
    assert api.ids(q=q)[0] == first


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("creche nantes", {"lutins", "loups"}),
        ("crèches de Nantes", {"lutins", "loups"}),
        ("nantse creche", {"lutins", "loups"}),  # a typing error in the commune
        ("crèche st herblain", {"herblain"}),
        ("crèche saint-herblain", {"herblain"}),
        ("centre aéré", {"loisirs"}),
        ("centres aérés nantes", {"loisirs"}),
        ("ram", {"rpe"}),
        ("relais assistantes maternelles", {"rpe"}),
        ("ville de nantes", {"lutins"}),
        ("crèche 44840", {"sorinieres"}),
        ("nature bois", {"loups"}),
        ("crèche herbl", {"herblain"}),  # still being typed
        ("cherche place en crèche nantes nord", {"lutins", "loups"}),  # what no offer says is not asked of it
        ("crèche avec jardin", {"lutins"}),  # said by a code, not in words
        ("crèche municipale nantes", {"lutins"}),
        ("crèche psu", {"lutins"}),
    ],
)
def test_every_word_must_be_found_somewhere(api: Client, q: str, found: set[str]) -> None:
    assert set(api.ids(q=q)) == found


@pytest.mark.parametrize(
    "q", ["nounou reze", "nounous de rezé", "nourrice rezé", "ass mat reze", "assistantes maternelles reze"]
)
def test_the_words_people_use_mean_the_kind(api: Client, q: str) -> None:
    found = api.ids(q=q)
    assert {"diane", "elise"} <= set(found)
    assert not {"anne", "rpe", "lutins"} & set(found)


@pytest.mark.parametrize("q", ["crèche zanzibar", "!!!", "日本", "qsdfghjklm"])
def test_words_that_are_nowhere_find_nothing(api: Client, q: str) -> None:
    assert api.ids(q=q) == []


def test_blank_words_are_no_words(api: Client) -> None:
    answer = api.offers(q="  ", department="33")
    assert answer["query"]["q"] is None
    assert answer["total"] == api.offers(department="33")["total"]


def test_two_hundred_characters_of_words_are_answered(api: Client) -> None:
    assert api.ids(q=("crèche maison " * 20)[:200], department="44", sort="name") == []


def test_words_filter_under_any_order(api: Client) -> None:
    assert api.ids(q="creche", near="47.2186,-1.5541", sort="distance", radius_km=5) == ["lutins", "loups"]


@pytest.mark.parametrize(
    ("spelt", "alike"),
    [
        ("Les P’tits Loups", "les ptits loups"),
        ("Bout’Chou", "bout de chou"),
        ("La Maison des Bouts de Choux", "la maison des bout'chou"),
        ("1, 2, 3 Soleil", "123 soleil"),
        ("Les T’Choupis", "les tchoupis"),
        ("Gribouill’âges", "gribouillages"),
        ("C.H.R.U. de Nantes", "chru de nantes"),
        ("L’Œuf d’Élise", "l'oeuf d'elise"),
        ("Jusqu’à l’aube, 44000 Nantes", "jusqu'a l'aube 44000 nantes"),
        ("St-Joseph de Porterie", "saint joseph de porterie"),
        ("Crèche Ste. Thérèse", "creche sainte therese"),
        ("Les Lutins de Ste Luce s/ Loire", "les lutins de sainte luce sur loire"),
        ("Cre\u0300che de l’E\u0301veil", "creche de l'eveil"),
        ("S.O.S. Mamans", "sos mamans"),
    ],
)
def test_words_are_spelt_as_the_index_spells_them(
    engine: Elasticsearch, settings: Settings, spelt: str, alike: str
) -> None:
    index = indexes.alias(settings.index_prefix, "offers")
    tokens = [token["token"] for token in engine.indices.analyze(index=index, analyzer="names", text=spelt)["tokens"]]
    assert text.words(spelt) == text.words(alike) == tokens


@pytest.fixture(scope="module")
def saints(engine: Elasticsearch, settings: Settings, run_id: str) -> Iterator[Client]:
    """Offers whose names are spelt as their owners did."""
    prefix = f"saints-{run_id}"
    named = {
        "short": "Accueil périscolaire St Joseph de Porterie",
        "full": "Halte-garderie Sainte-Anne",
        "apart": "Cre\u0300che de l’E\u0301toile",
    }
    offers = [documents.offer(id, "accueil_loisirs", name, 47.26, -1.53) for id, name in named.items()]
    names = [load(engine, prefix, "offers", offers), load(engine, prefix, "places", documents.places())]
    with client(settings.model_copy(update={"index_prefix": prefix})) as connected:
        yield connected
    engine.indices.delete(index=names)


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("Saint-Joseph de Porterie", "short"),
        ("st joseph de porterie", "short"),
        ("ST-JOSEPH", "short"),
        ("halte garderie ste anne", "full"),
        ("Sainte Anne", "full"),
        ("crèche de l’étoile", "apart"),
        ("cre\u0300che de l'e\u0301toile", "apart"),
    ],
)
def test_saints_and_accents_are_found_however_they_are_written(saints: Client, typed: str, id: str) -> None:
    assert saints.ids(q=typed)[:1] == [id]
    suggested = saints.get("/api/v1/suggest", {"q": typed}).json()["items"]
    assert id in [item["id"] for item in suggested]
