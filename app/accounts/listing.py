"""The list of people: what its address may narrow it to, and the rows of one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from werkzeug.datastructures import MultiDict

from app.accounts.models import RoleGrant, Unit, User
from app.accounts.queries import units_and_below
from app.accounts.states import Access
from app.config import Language
from app.core.policy import Role
from app.extensions import db

PAGE_SIZE = 50
LONGEST_SEARCH = 100

_ACCESS: Mapping[Access, Any] = {
    Access.ACTIVE: and_(User.disabled_on.is_(None), User.last_seen_at.is_not(None)),
    Access.NEVER: and_(User.disabled_on.is_(None), User.last_seen_at.is_(None)),
    Access.DISABLED: and_(User.disabled_on.is_not(None), User.erased_on.is_(None)),
    Access.ERASED: User.erased_on.is_not(None),
}


class Order(StrEnum):
    """What the list is sorted by."""

    NAME = "name"
    UNIT = "unit"
    SEEN = "seen"


@dataclass(frozen=True)
class Filters:
    """What the address asks for; what means nothing in it is left out.

    Attributes:
        q: Words to look for in names, sign-in names and e-mail addresses.
        role: A role that is held today, or held later.
        unit_id: A unit; the units below it belong to it.
        access: Whether they may sign in. Erased people are listed only when they are asked for.
        order: What the list is sorted by.
        descending: Whether the last comes first.
        page: The number of the page, from 1.
    """

    q: str = ""
    role: Role | None = None
    unit_id: int | None = None
    access: Access | None = None
    order: Order = Order.NAME
    descending: bool = False
    page: int = 1

    @classmethod
    def parse(cls, args: MultiDict[str, str]) -> Self:
        """Read an address."""
        sort = args.get("sort", "")
        name = sort.removeprefix("-")
        known = name in {each.value for each in Order}
        return cls(
            q=" ".join(args.get("q", "").replace("\0", " ").split())[:LONGEST_SEARCH],
            role=Role.parse(args.get("role")),
            unit_id=_number(args.get("unit")),
            access=Access.parse(args.get("access")),
            order=Order(name) if known else Order.NAME,
            descending=known and sort.startswith("-"),
            page=_number(args.get("page")) or 1,
        )

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the address's arguments, with changes; a change leads back to the first page."""
        new = replace(self, **{"page": 1, **changes})
        sort = f"{'-' if new.descending else ''}{new.order}"
        return {
            "q": new.q or None,
            "role": new.role,
            "unit": new.unit_id,
            "access": new.access,
            "sort": None if sort == Order.NAME else sort,
            "page": new.page if new.page > 1 else None,
        }

    @property
    def narrowed(self) -> bool:
        """Whether not all are listed."""
        return bool(self.q or self.role or self.unit_id or self.access)


def count_people(filters: Filters, today: date) -> int:
    """Return how many people the filters leave."""
    return db.session.scalar(_narrowed(select(func.count(User.id)), filters, today)) or 0


def people(filters: Filters, today: date, lang: Language) -> Sequence[User]:
    """Return one page of the people that the filters leave, with their roles."""
    keys: list[Any] = [User.name, User.id]
    query = _narrowed(select(User), filters, today)
    if filters.order is Order.UNIT:
        query = query.outerjoin(Unit, Unit.id == User.unit_id)
        keys.insert(0, func.coalesce(Unit.name_sv if lang == "sv" else Unit.name_fi, ""))
    elif filters.order is Order.SEEN:
        # Databases differ in where they put those without a time.
        keys[:0] = [User.last_seen_at.is_not(None), User.last_seen_at]
    if filters.descending:
        keys = [key.desc() for key in keys]
    query = query.order_by(*keys).offset((filters.page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    return db.session.scalars(query).all()


def _narrowed(query: Select[Any], filters: Filters, today: date) -> Select[Any]:
    if filters.access is None:
        query = query.where(User.erased_on.is_(None))
    else:
        query = query.where(_ACCESS[filters.access])
    for word in filters.q.split():
        query = query.where(_found(word))
    if filters.unit_id is not None:
        query = query.where(User.unit_id.in_(units_and_below([filters.unit_id])))
    if filters.role is not None:
        query = query.where(User.id.in_(_holders(filters.role, today)))
    return query


def _found(word: str) -> ColumnElement[bool]:
    """Return the condition that a word is in the name, the sign-in name or the e-mail address.

    SQLite knows capitals of a–z only, so that Ä, Å and Ö are looked for in each form.
    """
    forms = {word, word.lower(), word.upper(), word.capitalize()}
    columns = (User.name, User.key, User.email)
    return or_(*(column.icontains(form, autoescape=True) for column in columns for form in forms))


def _holders(role: Role, today: date) -> Select[int]:
    """Return the ids of those who hold a role on a day, or will."""
    not_over = or_(RoleGrant.last_day.is_(None), RoleGrant.last_day >= today)
    return select(RoleGrant.user_id).where(RoleGrant.role == role, not_over)


def _number(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return int(text or 0) if is_number else None
