"""Comments for tests."""

from sqlalchemy import select

from app.comments import operations
from app.comments.models import Comment
from app.comments.states import Audience
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure


def page_of(measure_id: int) -> str:
    return f"/measures/{measure_id}/comments"


def say(actor: Actor, measure_id: int, text: str, audience: Audience = Audience.SIGNED_IN) -> int:
    """Add a comment, and return its id."""
    with writing():
        operations.add(db.session.get_one(Measure, measure_id), text, audience, actor)
        return comments()[-1].id


def comments() -> list[Comment]:
    """Return all comments, the oldest first."""
    return list(db.session.scalars(select(Comment).order_by(Comment.id)))
