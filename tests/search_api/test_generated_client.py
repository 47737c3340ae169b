"""A client that openapi-python-client makes of the OpenAPI document, against the API in a real server.

What somebody gets who takes the document and writes nothing by hand: so the document must hold all that a client needs.
"""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import installed
from tests.search_api import documents

LOCK = Path(__file__).parent / "generator" / "requirements.txt"
PACKAGE = "made_of_the_document"
NEED = {"near": "47.2186,-1.5541", "need": ["mon-fri@08:00-18:00"], "from_": date(2026, 11, 23)}


@pytest.fixture(scope="module")
def made(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package that was made, importable."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_bytes(httpx.get(f"{site}/openapi.json").content)
    (folder / "config.yml").write_text("post_hooks: []\n", "utf-8")  # nobody reads its style
    options = ["--path", "openapi.json", "--config", "config.yml", "--meta", "none", "--fail-on-warning"]
    program = str(installed.from_pypi(LOCK) / "openapi-python-client")
    command = [program, "generate", *options, "--output-path", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def client(made: str, site: str) -> Any:
    return importlib.import_module(made).Client(base_url=site, raise_on_unexpected_status=True)


def operation(made: str, name: str) -> Any:
    return importlib.import_module(f"{made}.api.offres.{name}")


def models(made: str) -> Any:
    return importlib.import_module(f"{made}.models")


def test_it_pages_through_a_search_with_a_need_and_a_point(made: str, client: Any) -> None:
    search, known = operation(made, "search_offers"), models(made)
    asked = {**NEED, "include": [known.SearchOffersIncludeItem.TO_ASK], "match": known.SearchOffersMatch.BEST}
    whole = search.sync(client=client, limit=100, **asked)
    assert isinstance(whole, known.Offers)
    assert whole.next_ is None
    pages = [search.sync(client=client, limit=2, **asked)]
    while pages[-1].next_ is not None:
        pages.append(search.sync(client=client, limit=2, cursor=pages[-1].next_, **asked))
    cards = [card for page in pages for card in page.items]
    assert len(pages) > 2
    assert [card.id for card in cards] == [card.id for card in whole.items]
    assert len(cards) == whole.total.value
    [anne] = [card for card in cards if card.id == "anne"]
    assert isinstance(anne, known.Card)
    assert anne.availability.status == known.AvailabilityStatus.FREE
    assert anne.confirmed_on == date(2026, 11, 20)
    assert 0 < anne.distance_m < 1_000


def test_it_asks_for_facets(made: str, client: Any) -> None:
    search, known = operation(made, "search_offers"), models(made)
    answer = search.sync(client=client, commune=["44109"], facets=[known.SearchOffersFacetsItem.KIND])
    counts = {value.value: value.count for value in answer.facets["kind"]}
    kinds = [offer.kind for offer in documents.OFFERS if offer.commune.code == "44109"]
    assert counts == {kind: kinds.count(kind) for kind in kinds}


def test_it_reads_a_fiche(made: str, client: Any) -> None:
    fiche = operation(made, "read_offer").sync("anne", client=client)
    assert isinstance(fiche, models(made).Fiche)
    assert (fiche.name, fiche.contact.mail, fiche.tariff.hourly_cents) == ("Anne D.", "anne@example.org", 420)
    assert fiche.timetable[0].period.from_ == date(2026, 9, 1)


def test_what_is_refused_comes_as_a_problem_that_names_it(made: str, client: Any) -> None:
    answer = operation(made, "search_offers").sync_detailed(client=client, commune=["00000"], near="47.2,-1.5")
    assert answer.status_code == 422
    assert isinstance(answer.parsed, models(made).Problem)
    assert answer.parsed.type_ == "/problems/parameter-invalid"
    assert [each.parameter for each in answer.parsed.errors] == ["near", "commune"]
    assert all(isinstance(each, models(made).Refusal) for each in answer.parsed.errors)


def test_what_is_not_there_comes_as_a_problem_too(made: str, client: Any) -> None:
    answer = operation(made, "read_offer").sync_detailed("nobody", client=client)
    assert answer.status_code == 404
    assert isinstance(answer.parsed, models(made).Problem)
    assert answer.parsed.type_ == "/problems/not-found"
