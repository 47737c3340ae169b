"""Who helps around a commune, however far; and the guide."""

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from local.servers import Urls
from settings import Settings
from tests.search_api import documents
from tests.search_api.conftest import Client, load
from tests.web.site.conftest import visitor
from tests.web.site.reading import text
from web.parents.help.guide import STEPS

OFFERS = [
    documents.offer("relais1", "point_relais_caf", "Point relais du Port", 47.22, -1.55),
    documents.offer("relais2", "point_relais_caf", "Point relais de Saint-Herblain", 47.2117, -1.6497, commune="44162"),
    documents.offer(
        "numerique", "point_numerique_caf", "Point numérique de Saint-Herblain", 47.2117, -1.6497, commune="44162"
    ),
    documents.offer("creche", "eaje", "Crèche du Port", 47.22, -1.55),
]


@pytest.fixture(scope="module")
def help_site(servers: Urls, run_id: str) -> Iterator[Client]:
    settings = Settings(
        elasticsearch_url=servers.elasticsearch_url,
        database_url="",
        redis_url="",
        index_prefix=f"help-{run_id}",
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
    )
    with Elasticsearch(servers.elasticsearch_url) as engine:
        prefix = settings.index_prefix
        names = [load(engine, prefix, "offers", OFFERS), load(engine, prefix, "places", documents.places())]
        with visitor(settings) as connected:
            yield connected
        for name in names:
            engine.indices.delete(index=name)


def test_the_nearest_of_each_kind_however_far(help_site: Client) -> None:
    html = help_site.get("/aide/44109").text
    assert (
        html.index("Point relais du Port")
        < html.index("Point relais de Saint-Herblain")
        < html.index("Point numérique de Saint-Herblain")
    )
    assert "/offre/relais1" in html
    assert "Nous n’en connaissons aucun" in html, "no France services in this index"
    assert "Crèche du Port" not in html


def test_a_commune_is_found_by_its_name(help_site: Client) -> None:
    answer = help_site.get("/aide?ou=Saint-Herblain")
    assert "/aide/44162" in (answer.headers.get("location", "") + answer.text)


@pytest.mark.parametrize(
    ("typed", "code"), [("varades", "44213"), ("gare de Nantes", "44109"), ("naantes", "44109"), ("lomme", "59350")]
)
def test_a_former_name_and_what_is_none_lead_on(help_site: Client, typed: str, code: str) -> None:
    answer = help_site.get("/aide", {"ou": typed})
    assert answer.status_code in (200, 303)
    assert f"/aide/{code}" in (answer.headers.get("location", "") + answer.text)


def test_who_came_by_a_name_of_before_reads_what_became_of_it(help_site: Client) -> None:
    sentence = "Varades, c’est aujourd’hui Loireauxence"
    shown = help_site.get(help_site.get("/aide", {"ou": "varades"}).headers["location"])
    assert (shown.status_code, sentence in shown.text) == (200, True)
    assert sentence not in help_site.get("/aide/44213").text
    assert sentence not in help_site.get("/aide/44109", {"nom": "former:44213:varades"}).text
    assert help_site.get("/aide/44213", {"nom": "x" * 600}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Nantes", "44109"), ("75015", "75115"), ("Paris", "75056"), ("Mans", "72181"), ("44000 cedex", "44109")],
)
def test_a_commune_that_is_known_for_sure_is_shown_at_once(help_site: Client, typed: str, code: str) -> None:
    answer = help_site.get("/aide", {"ou": typed})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/aide/{code}")


@pytest.mark.parametrize("typed", ["naantes", "la baule"])
def test_a_guess_is_said_and_no_question_stands_over_one_line(help_site: Client, typed: str) -> None:
    shown = text(help_site.get("/aide", {"ou": typed}).text)
    assert f"Aucun lieu ne s’appelle exactement « {typed} »." in shown
    assert ("Laquelle ?" in shown) == (help_site.get("/aide", {"ou": typed}).text.count("/aide/44") > 1)


def test_a_commune_is_named_as_french_does(help_site: Client) -> None:
    assert "autour d’Orvault" in help_site.get("/aide/44114").text
    assert "autour des Sorinières" in help_site.get("/aide/44198").text


def test_namesakes_are_asked_for(help_site: Client) -> None:
    shown = text(help_site.get("/aide", {"ou": "saint-denis"}).text)
    assert "Plusieurs lieux s’appellent « saint-denis »." in shown
    assert "Laquelle ?" in shown


def test_a_postcode_that_is_none_is_no_matter_of_spelling(help_site: Client) -> None:
    shown = text(help_site.get("/aide", {"ou": "44999"}).text)
    assert "Aucune commune n’a ce code postal : écrivez le nom de la commune." in shown


def test_the_communes_of_a_postcode_are_listed(help_site: Client) -> None:
    answer = help_site.get("/aide", {"ou": "44370"})
    assert answer.status_code == 200
    assert "/aide/44213" in answer.text
    assert "/aide/44104" in answer.text


def test_a_retired_code_is_the_commune_of_today(help_site: Client) -> None:
    assert "Ancenis-Saint-Géréon" in help_site.get("/aide/44160").text


@pytest.mark.parametrize(("path", "status"), [("/aide?ou=", 422), ("/aide?ou=zzqx", 422), ("/aide/99999", 404)])
def test_what_is_no_commune_is_said(path: str, status: int, help_site: Client) -> None:
    answer = help_site.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status
    assert "commune" in answer.text


def test_the_guide_tells_every_step(help_site: Client) -> None:
    html = help_site.get("/aide/guide").text
    assert [step.title for step in STEPS if step.title not in html] == []
