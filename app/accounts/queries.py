"""Reads of people, units and posts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Date, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import Post, RoleGrant, Unit, User
from app.core.policy import Actor, Role
from app.extensions import db


def user(user_id: int) -> User:
    """Return the person with an id; sqlalchemy.exc.NoResultFound when there is none."""
    return db.session.get_one(User, user_id)


def user_by_key(key: str) -> User | None:
    """Return the person with the sign-in name `key` who may sign in."""
    return db.session.scalar(select(User).where(User.key == key, User.disabled_on.is_(None)))


def active_users() -> Sequence[User]:
    """Return all people who may sign in, in the order of their making."""
    query = select(User).where(User.disabled_on.is_(None)).order_by(User.id)
    return db.session.scalars(query).all()


# Every request of somebody signed in asks these two, so they are put together once.
_TODAY = bindparam("today", type_=Date)
_DEPUTISED = aliased(User)
_PERSON = (
    select(
        User.name,
        RoleGrant.role,
        func.coalesce(RoleGrant.unit_id, _DEPUTISED.unit_id, User.unit_id).label("unit_id"),
    )
    .outerjoin(
        RoleGrant,
        and_(
            RoleGrant.user_id == User.id,
            or_(RoleGrant.first_day.is_(None), RoleGrant.first_day <= _TODAY),
            or_(RoleGrant.last_day.is_(None), RoleGrant.last_day >= _TODAY),
        ),
    )
    .outerjoin(_DEPUTISED, _DEPUTISED.id == RoleGrant.deputy_for_id)
    .where(User.id == bindparam("user_id"), User.disabled_on.is_(None))
)
_GIVEN = select(Unit.id).where(Unit.id.in_(bindparam("unit_ids", expanding=True)))
_TREE = _GIVEN.cte(recursive=True)
_TREE = _TREE.union(select(Unit.id).where(Unit.parent_id == _TREE.c.id))
_UNITS_AND_BELOW = select(_TREE.c.id)


def actor_of(user_id: int, today: date) -> Actor | None:
    """Return the actor that a person is on the day `today`; None when they may not sign in."""
    rows = db.session.execute(_PERSON, {"user_id": user_id, "today": today}).all()
    if not rows:
        return None
    proposes_for = {row.unit_id for row in rows if row.role is Role.PROPOSER and row.unit_id}
    return Actor(
        user_id,
        rows[0].name,
        frozenset(row.role for row in rows if row.role),
        units_and_below(proposes_for),
    )


def units_and_below(unit_ids: Collection[int]) -> frozenset[int]:
    """Return the ids of units and of all units below them."""
    if not unit_ids:
        return frozenset()
    return frozenset(db.session.scalars(_UNITS_AND_BELOW, {"unit_ids": sorted(unit_ids)}))


def units(*, retired: bool = True) -> Sequence[Unit]:
    """Return all units, each with the units below it after it, with the retired ones or without."""
    every = db.session.scalars(select(Unit).order_by(Unit.id)).all()
    below: dict[int | None, list[Unit]] = {}
    for unit in every:
        below.setdefault(unit.parent_id, []).append(unit)
    ordered: list[Unit] = []

    def add(parent_id: int | None) -> None:
        for unit in below.get(parent_id, ()):
            ordered.append(unit)
            add(unit.id)

    add(None)
    return [unit for unit in ordered if retired or not unit.retired]


def posts(*, retired: bool = True) -> Sequence[Post]:
    """Return all posts in the order of their making, with the retired ones or without."""
    query = select(Post).order_by(Post.id)
    return db.session.scalars(query if retired else query.where(~Post.retired)).all()


def names_of(user_ids: Collection[int]) -> Mapping[int, str]:
    """Return the names of people by id; that of somebody who was erased is empty."""
    if not user_ids:
        return {}
    query = select(User.id, User.name).where(User.id.in_(sorted(user_ids)))
    return dict(db.session.execute(query).all())
