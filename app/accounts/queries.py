"""Reads of people, units and posts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, Date, Row, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import Identity, Post, RoleGrant, Unit, User
from app.core.policy import Actor, Role
from app.extensions import db


def user(user_id: int) -> User:
    """Return the person with an id; sqlalchemy.exc.NoResultFound when there is none."""
    return db.session.get_one(User, user_id)


def user_by_key(key: str) -> User | None:
    """Return the person with the sign-in name `key` who may sign in."""
    query = select(User).where(User.key == key.lower(), User.disabled_on.is_(None))
    return db.session.scalar(query)


def user_of_identity(issuer: str, subject: str) -> User | None:
    """Return whom a sign-in service knows by its subject, whether or not they may sign in."""
    same = (Identity.issuer == issuer, Identity.subject == subject)
    return db.session.scalar(select(User).join(Identity, Identity.user_id == User.id).where(*same))


def is_key_taken(key: str) -> bool:
    """Tell whether somebody has the sign-in name `key`, given in small letters."""
    return bool(db.session.scalar(select(exists().where(func.lower(User.key) == key))))


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
        Post.id.label("post_id"),
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
    .outerjoin(Post, or_(Post.holder_id == User.id, Post.deputy_id == User.id))
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
        frozenset(row.post_id for row in rows if row.post_id),
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


def people(user_ids: Collection[int]) -> Sequence[User]:
    """Return the people with these ids, in the order of their making."""
    if not user_ids:
        return []
    return db.session.scalars(
        select(User).where(User.id.in_(sorted(user_ids))).order_by(User.id)
    ).all()


def holding(roles: Collection[Role], today: date) -> Sequence[User]:
    """Return who may sign in and holds one of `roles` on a day, themselves or as a deputy."""
    grants = select(RoleGrant.user_id).where(
        RoleGrant.role.in_(sorted(roles)),
        or_(RoleGrant.first_day.is_(None), RoleGrant.first_day <= today),
        _not_over(today),
    )
    query = select(User).where(User.id.in_(grants), User.disabled_on.is_(None))
    return db.session.scalars(query.order_by(User.id)).all()


def standing_in(roles: Collection[Role], today: date) -> dict[int, int]:
    """Return whom people stand in for on a day in one of `roles`, by the deputies' ids.

    Whoever holds one of the roles themselves stands in for nobody.
    """
    query = (
        select(RoleGrant.user_id, RoleGrant.deputy_for_id)
        .where(
            RoleGrant.role.in_(sorted(roles)),
            or_(RoleGrant.first_day.is_(None), RoleGrant.first_day <= today),
            _not_over(today),
        )
        .order_by(RoleGrant.id.desc())
    )
    rows = db.session.execute(query).all()
    own = {row.user_id for row in rows if row.deputy_for_id is None}
    return {row.user_id: row.deputy_for_id for row in rows if row.user_id not in own}


def begins_to_hold(user_id: int, roles: Collection[Role], today: date) -> date | None:
    """Return from which later day on a person holds one of `roles`; None when there is none."""
    query = select(func.min(RoleGrant.first_day)).where(
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_(sorted(roles)),
        RoleGrant.first_day > today,
    )
    return db.session.scalar(query)


# Every save of a proposal asks this, so it is put together once.
_OF_UNITS = and_(
    User.unit_id.in_(bindparam("unit_ids", expanding=True)), User.disabled_on.is_(None)
)
_FURTHER = User.id.in_(bindparam("user_ids", expanding=True))
_PEOPLE_OF = select(User.id, User.name).where(or_(_OF_UNITS, _FURTHER)).order_by(User.name, User.id)


def people_of(unit_ids: Collection[int], further: Collection[int]) -> Sequence[Row[int, str]]:
    """Return id and name of the people of units who may sign in, and of further people, by name."""
    asked = {"unit_ids": sorted(unit_ids), "user_ids": sorted(further)}
    return db.session.execute(_PEOPLE_OF, asked).all()


def person(user_id: int) -> User | None:
    """Return the person with an id, whether they may sign in or not; None when there is none."""
    return db.session.get(User, user_id)


def unit(unit_id: int | None) -> Unit | None:
    """Return the unit with an id; None when there is none."""
    return db.session.get(Unit, unit_id) if unit_id is not None else None


def identities_of(user_id: int) -> Sequence[Identity]:
    """Return who a person is to sign-in services."""
    query = select(Identity).where(Identity.user_id == user_id).order_by(Identity.id)
    return db.session.scalars(query).all()


def deputies_of(user_id: int, today: date) -> Sequence[RoleGrant]:
    """Return the roles in which others deputise for a person on a day, or will."""
    query = select(RoleGrant).where(RoleGrant.deputy_for_id == user_id, _not_over(today))
    return db.session.scalars(query.order_by(RoleGrant.id)).all()


class Choice(NamedTuple):
    """A person as a form offers them: who, and the roles that they hold themselves."""

    id: int
    name: str
    key: str
    roles: Sequence[Role]


def people_to_choose(today: date) -> Sequence[Choice]:
    """Return all who may sign in, by name, each with the roles they hold on a day or will."""
    own = and_(RoleGrant.user_id == User.id, RoleGrant.deputy_for_id.is_(None), _not_over(today))
    query = (
        select(User.id, User.name, User.key, RoleGrant.role)
        .outerjoin(RoleGrant, own)
        .where(User.disabled_on.is_(None))
        .order_by(User.name, User.id, RoleGrant.id)
    )
    rows = groupby(db.session.execute(query), key=lambda row: (row.id, row.name, row.key))
    return [Choice(*who, [row.role for row in grants if row.role]) for who, grants in rows]


def _not_over(today: date) -> ColumnElement[bool]:
    return or_(RoleGrant.last_day.is_(None), RoleGrant.last_day >= today)
