"""What can happen to comments; each operation flushes and leaves the commit to its caller."""

from flask_babel import lazy_gettext as _l

from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.comments import notices
from app.comments.models import Comment
from app.comments.states import Audience
from app.core import clock, idempotency
from app.core.errors import Refused
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.measures.models import Measure

_ADDED = {
    Audience.SIGNED_IN: Tag.COMMENT_ADDED,
    Audience.STEERING_GROUP: Tag.GROUP_COMMENT_ADDED,
}
_REMOVED = {
    Audience.SIGNED_IN: Tag.COMMENT_REMOVED,
    Audience.STEERING_GROUP: Tag.GROUP_COMMENT_REMOVED,
}


def add(measure: Measure, text: str, audience: Audience, actor: Actor, key: str = "") -> None:
    """Add a comment, once however often its form is sent, and tell those who take part.

    The record says that there is one and for whom. What it says stands in the comment alone, so
    that it is gone when it is removed, and nobody reads it in the record who may not read it here.

    Args:
        measure: What the comment is on, found by somebody who may read it.
        text: What it says, as it is kept; not empty.
        audience: Whom it is for.
        actor: Who says it.
        key: The key of the form. Going back to it and writing something else adds that too.

    Raises:
        Refused: The actor may not comment, or not within the steering group.
    """
    action = Action.READ_GROUP_COMMENTS if audience is Audience.STEERING_GROUP else Action.COMMENT
    if actor.user_id is None or not can(actor, action):
        raise Refused(_l("Your role does not include this."))
    # Of two sendings of a form at the same time the second waits here, and finds the first.
    db.session.refresh(measure, with_for_update=True)
    key = idempotency.key_with(key, audience, text)
    if idempotency.earlier_result(actor, key) is not None:
        return
    comment = Comment(
        measure_id=measure.id,
        author_id=actor.user_id,
        audience=audience,
        text=text,
        made_at=clock.now(),
    )
    db.session.add(comment)
    db.session.flush()
    record(_ADDED[audience], actor, Kind.MEASURE, measure.id)
    notices.send(measure, comment, actor)
    idempotency.keep_result(actor, key, str(comment.id))


def remove(comment: Comment, actor: Actor) -> None:
    """Remove what a comment says, also from the outbox; that there was one stays.

    A second time nothing happens.

    Raises:
        Refused: The comment is somebody else's, and the actor does not handle proposals.
    """
    if not may_remove(comment, actor):
        raise Refused(_l("You may remove only comments of your own."))
    if comment.removed_at is not None:
        return
    comment.text = ""
    comment.removed_at = clock.now()
    db.session.flush()
    notices.forget(comment)
    record(_REMOVED[comment.audience], actor, Kind.MEASURE, comment.measure_id)


def may_remove(comment: Comment, actor: Actor) -> bool:
    """Tell whether `actor`, who may read a comment, may remove it."""
    return comment.author_id == actor.user_id or can(actor, Action.MANAGE_PROPOSALS)
