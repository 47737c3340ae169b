"""A relais of Nantes, over the registry, an index of it, and the identity system's reference service."""

from collections.abc import Callable, Iterator

import pytest

from indexer import bulk, generations
from indexer.rebuild import rebuild
from registry.accounts import Account
from registry.database import Connection
from registry.ids import new_id
from settings import Settings
from tests.registry.agrements.identity.conftest import Service, identity_process, identity_service  # noqa: F401
from tests.rooms import Rooms
from tests.search_api import documents
from tests.search_api.conftest import load

Commit = Callable[[], None]


@pytest.fixture
def room_settings(room_settings: Settings, identity_service: Service, run_id: str) -> Settings:  # noqa: F811
    return room_settings.model_copy(
        update={
            "identity_url": identity_service.url,
            "identity_timeout_s": 1.0,
            "index_prefix": f"desk-{run_id}-{new_id()}",
        }
    )


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page says does not depend on how busy the machine of the tests is."""
    monkeypatch.setattr("web.shared.search.asking.BESIDE_S", 10.0)


@pytest.fixture
def relais(rooms: Rooms) -> Account:
    return rooms.account("rpe", name="Relais de Nantes", communes=["44109"])


@pytest.fixture
def commit(room_settings: Settings, registry: Connection) -> Iterator[Commit]:
    """Commits what the test has written, and indexes it."""
    with bulk.client(room_settings) as engine:
        load(engine, room_settings.index_prefix, "places", documents.places())

        def indexed() -> None:
            registry.commit()
            rebuild(room_settings, engine, lambda index, done, total: None, ["offers"])

        yield indexed
        generations.drop(engine, engine.indices.get(index=f"{room_settings.index_prefix}-*").body)
