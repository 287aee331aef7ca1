"""What can happen to people, other than to their roles."""

import re
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts import queries, sessions
from app.accounts.models import Identity, Unit, User
from app.accounts.roles import (
    give_role,
    lock_administrators,
    must_be_another,
    must_leave_an_administrator,
    must_manage,
)
from app.audit.operations import record, record_added, recorded, values_of
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.policy import Actor, Role
from app.extensions import db

INSTALLER = Actor(name="flask init", roles=frozenset({Role.ADMINISTRATOR}))
"""Who makes an instance: whoever runs the command, and no person of the tool."""

KEY = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
"""What somebody may sign in as. Capitals count as small letters, so that no two look alike."""

EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
"""What an e-mail address looks like: only a mail to it can tell more."""

KEY_RULE = _l(
    "A sign-in name is made of the letters a–z, digits and the characters . _ @ + -, and begins "
    "with a letter or a digit."
)


def add_user(
    key: str,
    name: str,
    language: Language,
    roles: Iterable[Role],
    actor: Actor,
    *,
    unit: Unit | None = None,
    email: str | None = None,
    invented: bool = False,
) -> User:
    """Add a person.

    Args:
        key: What the person signs in as, of the characters that `KEY` allows.
        name: The person's name.
        language: The language of their screens and mails.
        roles: The roles they hold from now on.
        actor: Who adds them.
        unit: The unit they work in.
        email: Where mail reaches them.
        invented: Whether this is one of the demo's people.

    Raises:
        Refused: The actor may not, or somebody else has that sign-in name.
    """
    must_manage(actor)
    _check_key(key)
    _check_unit(unit)
    user = User(
        key=key,
        name=name,
        email=email,
        language=language,
        unit_id=unit.id if unit else None,
        invented=invented,
    )
    db.session.add(user)
    db.session.flush()
    record_added(Tag.PERSON_ADDED, actor, Kind.PERSON, user, person_id=user.id)
    for role in roles:
        give_role(user, role, actor)
    return user


def edit_user(
    user: User,
    version: int,
    actor: Actor,
    *,
    key: str,
    name: str,
    email: str | None,
    language: Language,
    unit: Unit | None,
) -> None:
    """Change what is known of a person.

    Args:
        user: The person.
        version: The version that the changes were written on.
        actor: Who changes it.
        key: What the person signs in as.
        name: The person's name.
        email: Where mail reaches them.
        language: The language of their screens and mails.
        unit: The unit they work in, for which a proposer proposes.

    Raises:
        Stale: Somebody else has changed the person since.
        Refused: The actor may not, the person was erased, or somebody else has that sign-in name.
    """
    must_manage(actor)
    if user.version != version:
        raise Stale
    _must_not_be_erased(user)
    if key != user.key:
        _check_key(key)
    unit_id = unit.id if unit else None
    moved = unit_id != user.unit_id
    if moved:
        _check_unit(unit)
    with recorded(Tag.PERSON_EDITED, actor, Kind.PERSON, user, person_id=user.id):
        user.key, user.name, user.email, user.language = key, name, email, language
        user.unit_id = unit_id
        user.version += 1
    if moved:
        sessions.ask_for_new_tokens(user.id)


def disable(user: User, actor: Actor) -> None:
    """Keep a person from signing in, and end their sessions; their roles stay as they are.

    Somebody who is disabled already is left as they are.

    Raises:
        Refused: The actor may not or is the same person, or no administrator would be left.
    """
    must_manage(actor)
    if user.disabled_on is not None:
        return
    if actor.user_id == user.id:
        raise Refused(_l("Nobody disables themself: another administrator does it."))
    lock_administrators()
    with recorded(Tag.PERSON_DISABLED, actor, Kind.PERSON, user):
        user.disabled_on = clock.today()
        user.version += 1
    if any(grant.role is Role.ADMINISTRATOR for grant in user.roles):
        must_leave_an_administrator()
    sessions.end_all(user.id, actor)


def enable(user: User, actor: Actor) -> None:
    """Let a person sign in again; somebody who may already is left as they are.

    Raises:
        Refused: The actor may not or is the same person, or the person was erased.
    """
    must_manage(actor)
    _must_not_be_erased(user)
    if user.disabled_on is None:
        return
    must_be_another(user, actor)
    with recorded(Tag.PERSON_ENABLED, actor, Kind.PERSON, user):
        user.disabled_on = None
        user.version += 1


def end_sessions(user: User, actor: Actor) -> int:
    """End all sessions of a person, and return how many.

    Raises:
        Refused: The actor may not.
    """
    must_manage(actor)
    return sessions.end_all(user.id, actor)


def add_identity(user: User, issuer: str, subject: str, actor: Actor) -> None:
    """Keep who a person is to a sign-in service; what is kept already stays as it is.

    Raises:
        Refused: The actor may not, the person was erased, or the identity is somebody else's.
    """
    must_manage(actor)
    _must_not_be_erased(user)
    same = (Identity.issuer == issuer, Identity.subject == subject)
    owner = db.session.scalar(select(Identity.user_id).where(*same))
    if owner == user.id:
        return
    if owner is not None:
        raise Refused(_l("This identity belongs to another person already."))
    identity = Identity(user_id=user.id, issuer=issuer, subject=subject)
    db.session.add(identity)
    db.session.flush()
    given = {"issuer": issuer, "subject": subject}
    record(Tag.IDENTITY_ADDED, actor, Kind.PERSON, user.id, after=given, person_id=user.id)


def remove_identity(identity: Identity, actor: Actor) -> None:
    """Forget who a person is to a sign-in service, and end their sessions.

    Raises:
        Refused: The actor may not.
    """
    must_manage(actor)
    gone = values_of(identity)
    user_id = gone.pop("user_id")
    db.session.delete(identity)
    db.session.flush()
    record(Tag.IDENTITY_REMOVED, actor, Kind.PERSON, user_id, before=gone, person_id=user_id)
    sessions.end_all(user_id, actor)


def _check_key(key: str) -> None:
    if not KEY.fullmatch(key):
        raise Refused(KEY_RULE)
    if queries.is_key_taken(key):
        raise Refused(_l("Another person has this sign-in name already."))


def _check_unit(unit: Unit | None) -> None:
    if unit is not None and unit.retired:
        raise Refused(_l("The unit is retired: it gets nothing new."))


def _must_not_be_erased(user: User) -> None:
    if user.erased_on is not None:
        raise Refused(_l("This person was erased."))
