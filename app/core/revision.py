"""How often the database has been changed: what is worked out from it is good until the next."""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Connection, Engine, event, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Model, db

_WRITES = ("INSERT", "UPDATE", "DELETE")
_WRITTEN = "written"


class Revision(Model):
    """The single row that counts the transactions that changed something."""

    __tablename__ = "revision"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(sa.BigInteger)


def current() -> int:
    """Return the number of the last change that this transaction sees."""
    return db.session.scalars(select(Revision.number)).one()


def count_changes(engine: Engine) -> None:
    """Count up in every transaction that changes something, whoever writes it and how.

    Only a transaction that says that it changes nothing that is shown is not counted.
    """

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection: Connection, _cursor: object, statement: str, *_args: object) -> None:
        # A connection says so itself when its changes do not count.
        counted = connection.get_execution_options().get("counted", True)
        if counted and statement.lstrip()[:6].upper() in _WRITES:
            connection.info[_WRITTEN] = True

    @event.listens_for(engine, "commit")
    def count(connection: Connection) -> None:
        if connection.info.pop(_WRITTEN, False):
            connection.exec_driver_sql("UPDATE revision SET number = number + 1")
            connection.info.pop(_WRITTEN)

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        connection.info.pop(_WRITTEN, None)
