"""Reads of units and posts: the tree with what belongs to each unit, and who may hold a post."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select

from app.accounts.models import Post, Unit, User
from app.accounts.queries import units, units_and_below
from app.core.i18n import person_name
from app.extensions import db


class Branch(NamedTuple):
    """A unit in the tree.

    Attributes:
        unit: The unit.
        depth: How many units are above it.
        people: How many people who may sign in work in it.
        posts: How many posts in use it has.
    """

    unit: Unit
    depth: int
    people: int
    posts: int


def tree() -> Sequence[Branch]:
    """Return all units, each with those below it after it."""
    people = _counts(
        select(User.unit_id, func.count()).where(User.disabled_on.is_(None)).group_by(User.unit_id)
    )
    posts = _counts(select(Post.unit_id, func.count()).where(~Post.retired).group_by(Post.unit_id))
    depths: dict[int | None, int] = {None: -1}
    branches = []
    for unit in units():
        depths[unit.id] = depths[unit.parent_id] + 1
        branches.append(Branch(unit, depths[unit.id], people[unit.id], posts[unit.id]))
    return branches


def _counts(query: Select[int | None, int]) -> Counter[int | None]:
    return Counter(dict(db.session.execute(query).all()))


def unit(unit_id: int) -> Unit | None:
    """Return the unit with an id; None when there is none."""
    return db.session.get(Unit, unit_id)


def possible_parents(of: Unit | None) -> Sequence[Unit]:
    """Return the units under which a unit may be put: in use, not itself, not below it.

    The one that it is under now stays a choice. Without a unit it is about a new one.
    """
    below = units_and_below([of.id]) if of else frozenset()
    present = of.parent_id if of else None
    return [
        each
        for each in units()
        if each.id not in below and (not each.retired or each.id == present)
    ]


def people_in(unit_id: int) -> Sequence[User]:
    """Return the people of a unit who may sign in, by name."""
    query = select(User).where(User.unit_id == unit_id, User.disabled_on.is_(None))
    return db.session.scalars(query.order_by(User.name, User.id)).all()


def posts_in(unit_id: int) -> Sequence[Post]:
    """Return the posts of a unit, those in use first."""
    query = select(Post).where(Post.unit_id == unit_id).order_by(Post.retired, Post.id)
    return db.session.scalars(query).all()


def post(post_id: int) -> Post | None:
    """Return the post with an id; None when there is none."""
    return db.session.get(Post, post_id)


def posts() -> Sequence[Post]:
    """Return all posts, those in use first."""
    return db.session.scalars(select(Post).order_by(Post.retired, Post.id)).all()


def people_for_posts(present: Collection[int]) -> Mapping[int, str]:
    """Return the people who may hold a post by id: who may sign in, and those who hold it now."""
    may = or_(User.disabled_on.is_(None), User.id.in_(sorted(present)))
    query = select(User.id, User.name, User.key).where(may).order_by(User.name, User.id)
    return {row.id: f"{person_name(row.name)} ({row.key})" for row in db.session.execute(query)}
