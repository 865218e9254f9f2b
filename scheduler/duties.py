"""The duties that the clock wakes; each is short, safe to repeat, and asks the ``Clock``."""

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from service.clock import Clock
from service.database import Database
from service.errors import DatabaseUnavailable
from service.sessions import keep_released
from service.settings import Settings

logger = logging.getLogger(__name__)

Duty = Callable[[], Awaitable[object]]


def build_scheduler(
    db: Database, clock: Clock, settings: Settings, others: dict[str, tuple[int, Duty]]
) -> AsyncIOScheduler:
    """A scheduler with our own duties and others.

    Args:
        others: duties of other parts by name, each with its pause in seconds.
    """

    async def release() -> None:
        new = await keep_released(db, clock, settings)
        if new:
            logger.info("%s clinic sessions released", new)

    # The default grace of one second would skip a duty silently when the machine is busy.
    scheduler = AsyncIOScheduler(
        timezone=settings.zone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    for name, (seconds, duty) in {"release numbers": (20, release), **others}.items():
        scheduler.add_job(_guarded(name, duty), "interval", seconds=seconds, id=name, name=name)
    return scheduler


def _guarded(name: str, duty: Duty) -> Duty:
    """A database that is away is no reason to stop: the duty comes round again."""

    async def run() -> None:
        try:
            await duty()
        except DatabaseUnavailable as error:
            logger.warning("duty %s waits: %s", name, error)

    return run
