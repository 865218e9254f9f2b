"""The desk, once on an empty database and once in the fictional hospital."""

import pytest

from service.crypto import Vault
from service.database import Database
from service.settings import Settings
from tests.fakes import FixedClock
from tests.integration.service.desk import Desk


@pytest.fixture
def desk(db: Database, clock: FixedClock, settings: Settings, vault: Vault) -> Desk:
    """A desk whose database has tables and no rows."""
    return Desk(db, clock, settings, vault)


@pytest.fixture
def open_house(hospital: Database, clock: FixedClock, settings: Settings, vault: Vault) -> Desk:
    """A desk in the fictional hospital, loaded on Tuesday morning."""
    return Desk(hospital, clock, settings, vault)
