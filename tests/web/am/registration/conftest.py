"""An assistant maternel in front of the registration's pages, with the identity system as a process beside."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from registry import database
from registry.database import Connection
from settings import Settings
from tests.registry.agrements.documents.files import photograph
from tests.registry.agrements.identity.conftest import Service, identity_process, identity_service  # noqa: F401
from tests.rooms import Browser, Rooms

NIR = "279044410998064"

PAGES: dict[str, dict[str, Any]] = {
    "1": {"prenom": "Marie Claire", "nom": "Exemple", "naissance": "17/04/1979", "lieu_naissance": "Nantes"},
    "2a": {
        **{"departement": "44", "numero": "44-2024-0817", "debut": "01/09/2024", "fin": "31/08/2029"},
        **{"capacite": "3", "age_de": "2", "age_a": "72", "conditions": ""},
    },
    "2b": {
        **{"nom_affiche": "Marie E.", "accueil": "domicile", "projet": "Un jardin, des livres, des sorties au parc."},
        **{"particularites": ["garden", "meals"], "langues": ["fr", "es"], "ecoles": "École Jean Moulin"},
        **{"tarif_horaire": "3,80", "entretien": "3.9", "repas": ""},
    },
    "2c": {
        **{"adresse": "27 rue Introuvable", "code_postal": "44300", "commune": "Nantes", "montrer": "zone"},
        **{"telephone": "06 39 98 12 34", "montrer_telephone": "oui", "courriel": "marie@example.org"},
    },
}


@pytest.fixture
def room_settings(room_settings: Settings, identity_service: Service) -> Settings:  # noqa: F811
    return room_settings.model_copy(update={"identity_url": identity_service.url, "identity_timeout_s": 1.0})


@dataclass
class Applicant:
    """Fills in the pages; `sent` are the answers. `base` is another one at a relais's desk."""

    rooms: Rooms
    browser: Browser
    base: str = "/inscription"
    sent: list[httpx.Response] = field(default_factory=list)

    def fill(self, page: str, *, nir: str = NIR, towards: str = "suite", **changed: Any) -> httpx.Response:
        """Send a page; where it leads to is not followed."""
        data = PAGES[page] | changed | {"vers": towards} | ({"nir": nir} if page == "1" else {})
        files = {"copie": ("photo.jpg", photograph(), "image/jpeg")} if page == "2a" and towards == "suite" else None
        answer = self.browser.post(f"{self.base}/{page}", data, files=files, follow=False)
        self.sent.append(answer)
        return answer

    def fill_all(self) -> None:
        for page in PAGES:
            answer = self.fill(page)
            assert answer.status_code == 303, self.browser.text

    def send(self) -> httpx.Response:
        self.browser.get(f"{self.base}/3")
        return self.browser.post(f"{self.base}/3", {"certifie": "oui"}, follow=False)

    def row(self, query: str, *values: Any) -> Any:
        with database.connect(self.rooms.settings.database_url) as conn:
            return conn.execute(query, values).fetchone()


@pytest.fixture
def applicant(rooms: Rooms) -> Applicant:
    """Signed in, with nothing filled in yet."""
    return Applicant(rooms, rooms.visit(rooms.account("am", "marie@example.org")))


def mails(conn: Connection, recipient: str) -> list[tuple[str, str]]:
    """Subject and body of what waits for somebody, oldest first."""
    return conn.execute(
        "select subject, body from mail_outbox where recipient = %s order by queued_at", [recipient]
    ).fetchall()


def link_in(body: str) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", body)
    assert found is not None, body
    return found[1]
