"""What can happen to people, units and posts."""

from collections.abc import Iterable

from sqlalchemy import select

from app.accounts.models import Post, RoleGrant, Unit, User
from app.config import Language
from app.core.policy import Role
from app.extensions import db


def add_unit(key: str, name_fi: str, name_sv: str, parent_key: str | None = None) -> Unit:
    """Add a unit; without a parent it is a sector."""
    parent_id = None
    if parent_key:
        parent_id = db.session.scalars(select(Unit.id).where(Unit.key == parent_key)).one()
    unit = Unit(key=key, name_fi=name_fi, name_sv=name_sv, parent_id=parent_id)
    db.session.add(unit)
    db.session.flush()
    return unit


def add_post(key: str, title_fi: str, title_sv: str, unit: Unit) -> Post:
    """Add a director's post in `unit`."""
    post = Post(key=key, title_fi=title_fi, title_sv=title_sv, unit_id=unit.id)
    db.session.add(post)
    db.session.flush()
    return post


def add_user(
    key: str,
    name: str,
    language: Language,
    roles: Iterable[Role],
    unit: Unit | None = None,
    *,
    invented: bool = False,
) -> User:
    """Add a person.

    Args:
        key: What the person signs in as.
        name: The person's name.
        language: The language of their screens and mails.
        roles: The roles they hold from now on.
        unit: The unit they work in.
        invented: Whether this is one of the demo's people.
    """
    user = User(
        key=key,
        name=name,
        language=language,
        unit_id=unit.id if unit else None,
        invented=invented,
        roles=[RoleGrant(role=role) for role in roles],
    )
    db.session.add(user)
    db.session.flush()
    return user
