"""Erasing a person: what says who they are goes; what they did stays, without a name.

The right to erasure (GDPR article 17) does not reach what the city must keep of how it prepared
and decided (article 17(3)(b) and (d)), so rows that others need go on referring to the person by
a number that leads to nobody.
"""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Row, delete, or_, select

from app.accounts import sessions
from app.accounts.models import Post, RoleGrant, User
from app.accounts.references import Goes, references
from app.accounts.roles import lock_administrators, must_leave_an_administrator, must_manage
from app.accounts.states import Mail
from app.audit.operations import erase_values, record, recorded, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused
from app.core.policy import Actor, Role
from app.extensions import db


def erase(user: User, actor: Actor) -> None:
    """Erase a person: their row stays, with its id and nothing that says who they were.

    The record keeps who did what by the id, and which roles and posts were held when; the personal
    values in it go, as its own event of the erasure allows.

    Raises:
        Refused: The actor may not, or is the person; the person was erased earlier; nobody could
            manage people afterwards.
    """
    must_manage(actor)
    lock_administrators()
    if reason := reason_not_to_erase(user, actor):
        raise Refused(reason)
    administered = _end_roles(user, actor)
    _leave_posts(user, actor)
    sessions.end_all(user.id, actor)
    record(Tag.PERSON_ERASED, actor, Kind.PERSON, user.id)
    for each in references():
        if each.words.goes is Goes.ROWS:
            db.session.execute(delete(each.column.table).where(each.is_to(user)))
    _empty(user)
    erase_values(user.id)
    if administered:
        must_leave_an_administrator()


def reason_not_to_erase(user: User, actor: Actor) -> LazyString | None:
    """Return why a person cannot be erased by `actor`; None when nothing speaks against it."""
    if user.erased_on is not None:
        return _l("This person has been erased already.")
    if user.id == actor.user_id:
        return _l("You cannot erase yourself. Ask another administrator.")
    return None


def _end_roles(user: User, actor: Actor) -> bool:
    """End the roles of a person, and those that others hold as this person's deputies.

    A deputy's rights come from whom they deputise for, so they must not outlive that person.

    Returns:
        Whether somebody who may sign in was an administrator by one of them.
    """
    administered = False
    for grant, holder in _grants_of(user.id):
        held = {name: value for name, value in values_of(grant).items() if value}
        record(Tag.ROLE_ENDED, actor, Kind.PERSON, holder.id, before=held)
        sessions.ask_for_new_tokens(holder.id)
        holder.roles.remove(grant)
        holder.version += 1
        administered |= grant.role is Role.ADMINISTRATOR and holder.disabled_on is None
    db.session.flush()
    return administered


def _grants_of(user_id: int) -> Sequence[Row[RoleGrant, User]]:
    query = select(RoleGrant, User).join(User, User.id == RoleGrant.user_id)
    of_person = or_(RoleGrant.user_id == user_id, RoleGrant.deputy_for_id == user_id)
    return db.session.execute(query.where(of_person).order_by(RoleGrant.id)).all()


def _leave_posts(user: User, actor: Actor) -> None:
    of_person = or_(Post.holder_id == user.id, Post.deputy_id == user.id)
    for post in db.session.scalars(select(Post).where(of_person).order_by(Post.id)):
        with recorded(Tag.POST_EDITED, actor, Kind.POST, post):
            if post.holder_id == user.id:
                post.holder_id = None
            if post.deputy_id == user.id:
                post.deputy_id = None
            post.version += 1


def _empty(user: User) -> None:
    """Take from a person's row all that says who they were, and how they want to be spoken to."""
    today = clock.today()
    user.name = ""
    user.key = f"erased-{user.id}"
    user.email = None
    user.language = "fi"
    user.mail = Mail.AT_ONCE
    user.unit_id = None
    user.last_seen_at = None
    user.disabled_on = user.disabled_on or today
    user.erased_on = today
    user.version += 1
    db.session.flush()
