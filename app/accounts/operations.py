"""What can happen to people, units and posts."""

from collections.abc import Iterable
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts import sessions
from app.accounts.models import Post, RoleGrant, Unit, User
from app.audit.operations import record, record_added, values_of
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core.errors import Refused
from app.core.policy import Action, Actor, Role, can
from app.extensions import db

INSTALLER = Actor(name="flask init", roles=frozenset({Role.ADMINISTRATOR}))
"""Who makes an instance: whoever runs the command, and no person of the tool."""


def _must_manage(action: Action, actor: Actor) -> None:
    if not can(actor, action):
        raise Refused(_l("Your role does not include this action."))


def add_unit(
    key: str, name_fi: str, name_sv: str, actor: Actor, parent_key: str | None = None
) -> Unit:
    """Add a unit; without a parent it is a sector.

    Raises:
        Refused: The actor may not.
    """
    _must_manage(Action.MANAGE_UNITS, actor)
    parent_id = None
    if parent_key:
        parent_id = db.session.scalars(select(Unit.id).where(Unit.key == parent_key)).one()
    unit = Unit(key=key, name_fi=name_fi, name_sv=name_sv, parent_id=parent_id)
    db.session.add(unit)
    db.session.flush()
    record_added(Tag.UNIT_ADDED, actor, Kind.UNIT, unit)
    return unit


def add_post(key: str, title_fi: str, title_sv: str, unit: Unit, actor: Actor) -> Post:
    """Add a director's post in `unit`.

    Raises:
        Refused: The actor may not.
    """
    _must_manage(Action.MANAGE_UNITS, actor)
    post = Post(key=key, title_fi=title_fi, title_sv=title_sv, unit_id=unit.id)
    db.session.add(post)
    db.session.flush()
    record_added(Tag.POST_ADDED, actor, Kind.POST, post)
    return post


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
        key: What the person signs in as.
        name: The person's name.
        language: The language of their screens and mails.
        roles: The roles they hold from now on.
        actor: Who adds them.
        unit: The unit they work in.
        email: Where mail reaches them.
        invented: Whether this is one of the demo's people.

    Raises:
        Refused: The actor may not.
    """
    _must_manage(Action.MANAGE_PEOPLE, actor)
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


def give_role(
    user: User,
    role: Role,
    actor: Actor,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    unit_id: int | None = None,
    deputy_for_id: int | None = None,
    from_claim: bool = False,
) -> RoleGrant:
    """Give a person a role, from and to a day where these are set (both included).

    Raises:
        Refused: The actor may not.
    """
    _must_manage(Action.MANAGE_PEOPLE, actor)
    grant = RoleGrant(
        user_id=user.id,
        role=role,
        first_day=first_day,
        last_day=last_day,
        unit_id=unit_id,
        deputy_for_id=deputy_for_id,
        from_claim=from_claim,
    )
    user.roles.append(grant)
    db.session.flush()
    given = {name: value for name, value in values_of(grant).items() if value}
    record(Tag.ROLE_GIVEN, actor, Kind.PERSON, user.id, after=given)
    sessions.ask_for_new_tokens(user.id)
    return grant
