"""One row more in the table of filters, and nothing else, is a filter of the API and of the page."""

import json
import re
import subprocess
import sys
from html import unescape
from typing import Any

import pytest

from domain.vocabulary import ManagerType
from settings import Settings
from tests.conftest import ROOT


def run(settings: Settings, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.web.site.one_more_filter", *options]
    return subprocess.run(
        command, input=settings.model_dump_json(), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def site(settings: Settings) -> Any:
    """What the site with the row `manager_type` answers (one_more_filter.py)."""
    done = run(settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_a_parameter_of_every_search_in_the_document(site: Any) -> None:
    for path in ("/api/v1/offers", "/api/v1/map", "/api/v1/counts"):
        parameters = {each["name"]: each for each in site["document"]["paths"][path]["get"]["parameters"]}
        assert parameters["manager_type"]["schema"]["items"]["enum"] == list(ManagerType.codes())
        assert "Qui gère l’offre." in parameters["manager_type"]["description"]
    facets = {each["name"]: each for each in site["document"]["paths"]["/api/v1/offers"]["get"]["parameters"]}["facets"]
    assert "manager_type" in facets["schema"]["items"]["enum"]
    by = {each["name"]: each for each in site["document"]["paths"]["/api/v1/counts"]["get"]["parameters"]}["by"]
    assert "manager_type" in by["schema"]["enum"]
    assert "manager_type" in site["document"]["components"]["schemas"]["Query"]["required"]


def test_it_finds_what_the_index_says_and_echoes_what_was_asked(site: Any) -> None:
    assert [each["id"] for each in site["answer"]["items"]] == ["lutins"]
    assert site["answer"]["query"]["manager_type"] == ["commune"]
    assert site["others"]["value"] == 0
    assert [each["properties"]["id"] for each in site["map"]["features"]] == ["lutins"]
    assert site["refused"]["errors"][0]["parameter"] == "manager_type"
    assert "association" in site["refused"]["errors"][0]["allowed"]


def test_it_is_counted_with_its_labels(site: Any) -> None:
    counted = {"value": "commune", "label": "Commune", "count": 1}
    assert site["counts"] == [counted]
    assert site["answer"]["facets"]["manager_type"] == [{**counted, "selected": True}]


def test_it_is_a_field_of_the_page_with_its_count_that_searches_at_once(site: Any) -> None:
    [field] = re.findall(r"<fieldset[^>]*data-instant>\s*<legend>Qui gère</legend>.*?</fieldset>", site["page"], re.S)
    assert re.findall(r'name="gestion" value="(\w+)" checked', field) == ["commune"]
    assert '<span class="count">1</span>' in field
    assert 'id="erreur-gestion"' in site["refused_page"]


def test_it_is_a_chip_that_takes_it_off(site: Any) -> None:
    [(address, label)] = re.findall(
        r'<ul class="chips".*?<a href="([^"]*)".*?</span><span[^>]*>(.*?)</span><svg', site["page"], re.S
    )
    assert label == "Géré par\u00a0: Commune"
    assert "gestion" not in address
    assert "lieu=commune:44109" in unescape(address)


def test_a_row_without_a_clause_keeps_the_site_from_starting(settings: Settings) -> None:
    done = run(settings, "without-a-clause")
    assert done.returncode != 0
    assert "ImportError: manager_type: a filter without a clause" in done.stderr
