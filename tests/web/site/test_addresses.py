"""Streets, stations and lieux-dits on the page of results: the stand-in of the geocoder, and one that is away."""

import csv
import re
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from local.reference import geocoder
from settings import Settings
from tests.conftest import ROOT, wait_for
from tests.search_api.conftest import Client
from tests.web.site.conftest import visitor
from tests.web.site.reading import text

COMMUNES = geocoder.communes(ROOT / "registry" / "data" / "geo" / "communes.csv")

with geocoder.PLACES.open(encoding="utf-8", newline="") as file:
    ROWS = [(row["name"], COMMUNES[row["commune"]].name.split(" ")[0]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def streets(settings: Settings) -> Iterator[Client]:
    """The site with the geocoder of the demo."""
    server = uvicorn.Server(uvicorn.Config(geocoder.create(COMMUNES), log_level="warning", access_log=False))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the geocoder")
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/search"
        with visitor(settings.model_copy(update={"geocoder_url": url, "geocoder_timeout_s": 5.0})) as connected:
            yield connected
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def away(settings: Settings) -> Iterator[Client]:
    """The site with a geocoder that refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens there
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/search"
        with visitor(settings.model_copy(update={"geocoder_url": url})) as connected:
            yield connected


def heading(response: httpx.Response) -> str:
    return text(response.text.split('id="titre-resultats"')[1].split("</h1>")[0])


def notice(response: httpx.Response) -> str:
    return text(response.text.split('class="notice">')[1].split("</div>")[0]).strip()


def test_every_place_of_the_stand_in_is_known_by_its_name_and_town(streets: Client) -> None:
    for name, town in ROWS:
        response = streets.get("/", {"ou": f"{name}, {town}"})
        assert f"autour de {name}" in heading(response)
        assert 'class="notice"' not in response.text, name


def test_a_search_around_a_commune_offers_to_start_at_an_address(streets: Client) -> None:
    around = streets.get("/", {"ou": "Nantes", "lieu": "commune:44109"}).text
    assert "Affiner avec mon adresse" in text(around)
    assert '<a href="#ou">Affiner' in around
    assert 'id="ou"' in around, "where the link leads, also without JavaScript"
    assert "Affiner" not in streets.get("/", {"ou": "quai de la Fosse, Nantes"}).text


@pytest.mark.parametrize("typed", ["Nantes, quai de la Fosse", "quai de la fosse 44000", "gare de nantes"])
def test_an_address_that_was_typed_whole_is_taken_without_a_word(streets: Client, typed: str) -> None:
    response = streets.get("/", {"ou": typed})
    assert response.status_code == 200
    assert 'class="notice"' not in response.text


@pytest.mark.parametrize("typed", ["44000 Nante", "44300 nante", "Nante 44300"])
def test_a_misspelt_commune_beside_its_postcode_comes_before_a_station(streets: Client, typed: str) -> None:
    response = streets.get("/", {"ou": typed})
    assert "Lieu retenu : Nantes — Loire-Atlantique (44)" in notice(response)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("place vi", "Place Viarme 44000 Nantes"),
        ("quai de la f", "Quai de la Fosse 44000 Nantes"),
        ("la part dieu", "Gare de la Part-Dieu 69003 Lyon 3e Arrondissement"),
        # The index has names that are nearly so: Saint-Quentin-la-Poterie, Commercy.
        ("Porterie", "Porterie 44000 Nantes"),
        ("commerce", "Station de métro Commerce 44000 Nantes"),
    ],
)
def test_another_address_than_the_typed_one_is_said(streets: Client, typed: str, place: str) -> None:
    response = streets.get("/", {"ou": typed})
    assert f"« {typed} ». Lieu retenu : {place}." in notice(response)
    assert f"autour de {place}" in heading(response)


def test_its_link_leads_to_the_address_without_a_word(streets: Client) -> None:
    response = streets.get("/", {"ou": "rue de la rep"})
    assert "Vous pensiez à un autre lieu ?" not in notice(response)
    again = streets.get("/", {"ou": re.findall(r'<input id="ou"[^>]*value="([^"]*)"', response.text)[0]})
    assert heading(again) == heading(response)
    assert 'class="notice"' not in again.text


def test_who_is_on_the_way_to_a_commune_means_it_before_a_street(streets: Client) -> None:
    assert "autour des Sorinières" in heading(streets.get("/", {"ou": "sorini"}))
    assert "autour de Nantes" in heading(streets.get("/", {"ou": "nantes"}))


def test_a_geocoder_that_is_away_is_said_where_it_might_have_known(away: Client) -> None:
    response = away.get("/", {"ou": "12 rue de la Paix, Nantes"})
    assert notice(response).startswith(
        "La recherche d’adresses ne répond pas pour le moment. Lieu retenu : Nantes — Loire-Atlantique (44)"
    )
    nowhere = away.get("/", {"ou": "3 rue zzquerie"})
    assert nowhere.status_code == 422
    assert "La recherche d’adresses ne répond pas pour le moment. Essayez" in text(nowhere.text)


def test_what_it_is_not_asked_about_says_nothing_of_it(away: Client) -> None:
    assert "ne répond pas" in text(away.get("/", {"ou": "3 rue zzquerie"}).text)
    assert 'class="notice"' not in away.get("/", {"ou": "Nantes"}).text
    unknown = away.get("/", {"ou": "zzqx"})  # too short for an address
    assert "Ce lieu n’est pas reconnu : « zzqx »" in text(unknown.text)
    assert "ne répond pas" not in text(unknown.text)


def test_a_way_has_an_address_at_both_ends(streets: Client) -> None:
    response = streets.get("/", {"ou": "place vi", "vers": "quai de la f"})
    told = text(response.text)
    assert "Lieu retenu : Place Viarme 44000 Nantes." in told
    assert "« quai de la f ». Arrivée retenue : Quai de la Fosse 44000 Nantes." in told
