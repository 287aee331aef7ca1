"""How Alembic reaches the database of the running application."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.extensions import db


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        transactional_ddl=True,
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()


def _upgrade() -> None:
    """Run the migrations in one transaction.

    On SQLite a table is changed by copying it, which deletes the rows that refer to it while
    foreign keys are enforced. They are switched off before the transaction begins and checked
    before it ends.
    """
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        sqlite = connection.dialect.name == "sqlite" and raw is not None
        if sqlite:
            raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                _run(connection)
                if sqlite and (broken := raw.execute("PRAGMA foreign_key_check").fetchall()):
                    raise RuntimeError(f"the migration breaks foreign keys: {broken}")
        finally:
            if sqlite:
                raw.execute("PRAGMA foreign_keys = ON")


_upgrade()
