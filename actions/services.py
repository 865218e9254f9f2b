"""What actions work with: the database, the clock, the hospital's handbook.

The composition root says ``use(services)``. In a stock action server nobody does: there they are
made from the settings at the first message.
"""

from dataclasses import dataclass

from service.clock import Clock, SystemClock
from service.crypto import Vault
from service.database import Database
from service.handbook import Handbooks
from service.settings import Settings, read_settings


@dataclass(frozen=True)
class Services:
    """Everything an action may call."""

    db: Database
    clock: Clock
    settings: Settings
    vault: Vault
    handbooks: Handbooks


_current: list[Services] = []


def use(services: Services) -> None:
    """Let all actions of this process work with these."""
    _current[:] = [services]


def current() -> Services:
    """What the actions of this process work with."""
    if not _current:
        settings = read_settings()
        db = Database(settings.database_url)
        clock = SystemClock(settings.zone)
        use(Services(db, clock, settings, Vault(settings.secret), Handbooks(db)))
    return _current[0]
