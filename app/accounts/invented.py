"""The demo's people, who must not be where real people work."""

from sqlalchemy import exists, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.accounts.models import User
from app.config import UnfitForProduction
from app.extensions import db


def check_people() -> None:
    """Make sure that a database in production holds nobody of the demo.

    A database that does not answer, or has no tables yet, holds nobody.

    Raises:
        UnfitForProduction: It holds people of the demo, whether or not they may sign in.
    """
    try:
        found = db.session.scalar(select(exists().where(User.invented)))
    except (OperationalError, ProgrammingError):
        found = False
    finally:
        db.session.remove()
    if found:
        raise UnfitForProduction(
            ["DATABASE_URL or INSTANCE must not lead to the demo's database: begin an empty one."]
        )
