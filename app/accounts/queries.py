"""Reads of people, units and posts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Date, and_, bindparam, or_, select

from app.accounts.models import Post, RoleGrant, Unit, User
from app.core.policy import Actor
from app.extensions import db


def user_by_key(key: str) -> User | None:
    """Return the active person with the sign-in name `key`."""
    return db.session.scalar(select(User).where(User.key == key, User.active))


def active_users() -> Sequence[User]:
    """Return all active people in the order of their making."""
    return db.session.scalars(select(User).where(User.active).order_by(User.id)).all()


# Every request of somebody signed in asks these two, so they are put together once.
_TODAY = bindparam("today", type_=Date)
_PERSON = (
    select(User.name, User.unit_id, RoleGrant.role)
    .outerjoin(
        RoleGrant,
        and_(
            RoleGrant.user_id == User.id,
            or_(RoleGrant.first_day.is_(None), RoleGrant.first_day <= _TODAY),
            or_(RoleGrant.last_day.is_(None), RoleGrant.last_day >= _TODAY),
        ),
    )
    .where(User.id == bindparam("user_id"), User.active)
)
_TREE = select(Unit.id).where(Unit.id == bindparam("unit_id")).cte(recursive=True)
_TREE = _TREE.union(select(Unit.id).where(Unit.parent_id == _TREE.c.id))
_UNIT_AND_BELOW = select(_TREE.c.id)


def actor_of(user_id: int, today: date) -> Actor | None:
    """Return the actor that an active person is on the day `today`; None when there is none."""
    rows = db.session.execute(_PERSON, {"user_id": user_id, "today": today}).all()
    if not rows:
        return None
    return Actor(
        user_id,
        rows[0].name,
        frozenset(row.role for row in rows if row.role),
        unit_and_below(rows[0].unit_id),
    )


def unit_and_below(unit_id: int | None) -> frozenset[int]:
    """Return the ids of a unit and of all units below it; empty without a unit."""
    if unit_id is None:
        return frozenset()
    return frozenset(db.session.scalars(_UNIT_AND_BELOW, {"unit_id": unit_id}))


def units() -> Sequence[Unit]:
    """Return all units, sectors first, each with the units below it after it."""
    every = db.session.scalars(select(Unit).order_by(Unit.id)).all()
    ordered: list[Unit] = []
    for sector in every:
        if sector.parent_id is None:
            ordered.append(sector)
            ordered.extend(unit for unit in every if unit.parent_id == sector.id)
    return ordered


def posts() -> Sequence[Post]:
    """Return all posts in the order of their making."""
    return db.session.scalars(select(Post).order_by(Post.id)).all()
