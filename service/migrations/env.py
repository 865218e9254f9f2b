"""Alembic's environment: it works on the connection that ``upgrade`` hands in."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine

from service.model import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_given = context.config.attributes.get("connection")
if _given is not None:
    _run(_given)
else:
    # Only for developers: `alembic -c service/migrations/alembic.ini revision --autogenerate`.
    with create_engine(os.environ.get("ALEMBIC_URL", "sqlite://")).connect() as _connection:
        _run(_connection)
