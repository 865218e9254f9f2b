"""Bringing a database to the tables of this version, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from service.database import Database

_HERE = Path(__file__).parent


async def upgrade(db: Database) -> None:
    """Create or migrate all tables; doing it again changes nothing.

    Raises:
        DatabaseUnavailable: the database cannot be reached.
    """
    async with db.migrating() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
