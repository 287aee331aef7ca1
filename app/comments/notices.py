"""Who hears by mail of a comment, and in which words."""

from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.accounts.models import User
from app.comments import queries
from app.comments.models import Comment
from app.comments.states import Audience
from app.config import Language
from app.core import clock
from app.core.bilingual import text_of
from app.core.policy import RULES, Action, Actor, can
from app.mail import operations as mail
from app.mail.operations import Words, recipients, write
from app.mail.states import Topic
from app.measures.models import Measure
from app.measures.queries import may_read
from app.measures.states import Publicity


def send(measure: Measure, comment: Comment, actor: Actor) -> None:
    """Put into the outbox what is to be told of a new comment."""
    write(
        Topic.COMMENTED,
        hearers(measure, comment.audience, actor),
        lambda lang: _words(measure, comment, actor, lang),
        f"/measures/{measure.id}#comments",
        actor,
        batch=_batch(comment),
    )


def forget(comment: Comment) -> None:
    """Delete what the outbox holds of a comment that is removed, as its text stands there too."""
    mail.forget(_batch(comment))


def _batch(comment: Comment) -> str:
    return f"comment-{comment.id}"


def hearers(measure: Measure, audience: Audience, actor: Actor) -> list[User]:
    """Return who hears of what `actor` says to an audience: those who take part and may read it.

    They are who began the proposal, its contact, the secretaries, and all who have commented to
    the same audience.
    """
    today = clock.today()
    known = {measure.created_by_id, measure.contact_id, *queries.commenters(measure.id, audience)}
    taking_part = accounts.people({each for each in known if each is not None})
    secretaries = accounts.holding(RULES[Action.MANAGE_PROPOSALS].roles, today)
    return [
        user
        for user in recipients([*taking_part, *secretaries], actor)
        if (reader := accounts.actor_of(user.id, today)) and _may_hear(reader, measure, audience)
    ]


def _may_hear(reader: Actor, measure: Measure, audience: Audience) -> bool:
    if audience is Audience.STEERING_GROUP and not can(reader, Action.READ_GROUP_COMMENTS):
        return False
    return may_read(reader, measure, measure.state)


def _words(measure: Measure, comment: Comment, actor: Actor, lang: Language) -> Words:
    """Return a message in a language.

    Mail leaves the tool, so what is said of a secret measure or within the steering group is read
    here (Act on the Openness of Government Activities 621/1999, 22 and 24 §).
    """
    if measure.publicity is Publicity.SECRET:
        return Words(_("A comment on a proposal"), _("A proposal has a new comment."))
    name = text_of(measure, "name", lang).value
    subject = _("Comment: %(name)s", name=name)
    if comment.audience is Audience.STEERING_GROUP:
        text = _("“%(name)s” has a new comment within the steering group.", name=name)
        return Words(subject, text)
    said = _("%(person)s has commented on “%(name)s”:", person=actor.name, name=name)
    return Words(subject, f"{said}\n\n{comment.text}")
