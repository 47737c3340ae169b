"""A relais of Nantes, over the registry and the identity system's reference service."""

import pytest

from registry.accounts import Account
from tests.registry.agrements.identity.conftest import identity_process, identity_service  # noqa: F401
from tests.rooms import Rooms
from tests.web.am.registration.conftest import room_settings  # noqa: F401


@pytest.fixture
def relais(rooms: Rooms) -> Account:
    return rooms.account("rpe", name="Relais de Nantes", communes=["44109"])
