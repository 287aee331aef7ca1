"""People from a file: what its rows would add and change, and writing that.

An import takes nothing away: a person who isn't in the file, an empty cell and a role that the file
does not name are left as they are.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import Identity, RoleGrant, Unit, User
from app.accounts.operations import add_identity, add_user, edit_user
from app.accounts.people_file import Row, parse
from app.accounts.queries import units
from app.accounts.roles import give_role, reasons_not_to_give
from app.config import Language
from app.core.csv_file import Fault
from app.core.errors import Refused
from app.core.policy import Actor, Role
from app.extensions import db

IMPORTER = Actor(name="flask import", roles=frozenset({Role.ADMINISTRATOR}))
"""Who imports by the command: whoever runs it, and no person of the tool."""


class Change(NamedTuple):
    """What becomes of a column; `old` and `new` are as a file would hold them."""

    column: str
    old: str
    new: str


@dataclass
class PersonPlan:
    """What becomes of one person; `user` is None for somebody new."""

    row: Row
    user: User | None
    unit: Unit | None
    roles: list[RoleGrant] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass
class Plan:
    """What importing a file does; nothing when there are faults."""

    people: list[PersonPlan] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def added(self) -> list[PersonPlan]:
        """Those who are new."""
        return [each for each in self.people if each.user is None]

    @property
    def changed(self) -> list[PersonPlan]:
        """Those who are known and change."""
        return [each for each in self.people if each.user is not None and each.changes]

    @property
    def unchanged(self) -> list[PersonPlan]:
        """Those who are known and stay as they are."""
        return [each for each in self.people if each.user is not None and not each.changes]

    @property
    def digest(self) -> str:
        """What tells whether another plan does the same."""
        lines = [f"{each.row.key}|{each.user is None}|{each.changes}" for each in self.people]
        return hashlib.sha256("\n".join([*lines, *map(str, self.faults)]).encode()).hexdigest()


def plan_import(data: bytes, actor: Actor, today: date, language: Language) -> Plan:
    """Compare a file with the database.

    Args:
        data: The file, as `parse` reads it.
        actor: Who imports it.
        today: The day from which a role without a first day is held.
        language: The language of new people for whom the file gives none.

    Returns:
        The plan; its faults are all that is wrong, in the file's order.
    """
    unit_keys = {unit.key: unit for unit in units()}
    sheet = parse(data, unit_keys)
    stock = _Stock(sheet.rows, unit_keys)
    plan = Plan(faults=sheet.faults)
    faulty = {fault.line for fault in sheet.faults}
    for row in sheet.rows:
        if row.line not in faulty:
            each = _plan_person(row, stock, actor, today, language, plan.faults)
            plan.people.append(each)
    plan.faults.sort()
    return plan


class _Stock:
    """What the database has of the people of a file."""

    def __init__(self, rows: Sequence[Row], unit_keys: Mapping[str, Unit]) -> None:
        self.units = unit_keys
        self.unit_keys = {unit.id: key for key, unit in unit_keys.items()}
        # All are read, as a file may be long and the keys of old may have capitals.
        self.users = {user.key.lower(): user for user in db.session.scalars(select(User))}
        wanted = {row.subject for row in rows if row.subject}
        query = select(Identity).where(Identity.subject.in_(sorted(wanted)))
        self.owners = {
            (identity.issuer, identity.subject): identity.user_id
            for identity in db.session.scalars(query)
        }


def _plan_person(
    row: Row, stock: _Stock, actor: Actor, today: date, language: Language, faults: list[Fault]
) -> PersonPlan:
    user = stock.users.get(row.key)
    unit = stock.units.get(row.unit)
    each = PersonPlan(row, user, unit)
    if user is not None and user.erased_on is not None:
        faults.append(Fault(row.line, "key", _l("This person was erased.")))
        return each
    present = {
        "name": user.name if user else "",
        "email": (user.email or "") if user else "",
        "language": user.language if user else "",
        "unit": stock.unit_keys.get(user.unit_id, "") if user and user.unit_id else "",
    }
    given = {"name": row.name, "email": row.email, "language": row.language, "unit": row.unit}
    if user is None:
        given["language"] = row.language or language
    for column, value in given.items():
        if value and value != present[column]:
            each.changes.append(Change(column, present[column], value))
    _plan_roles(each, actor, today, faults)
    if row.subject:
        owner = stock.owners.get((row.issuer, row.subject))
        if owner is None:
            each.changes.append(Change("subject", "", f"{row.issuer} · {row.subject}"))
        elif user is None or owner != user.id:
            reason = _l("This identity belongs to another person already.")
            faults.append(Fault(row.line, "subject", reason))
    return each


def _plan_roles(each: PersonPlan, actor: Actor, today: date, faults: list[Fault]) -> None:
    """Plan the roles that the person does not hold yet as the row says."""
    row = each.row
    user = each.user or User(roles=[])
    for role in row.roles:
        if any(_is_as_said(grant, role, row, today) for grant in user.roles):
            continue
        wanted = RoleGrant(role=role, first_day=row.first_day or today, last_day=row.last_day)
        reasons = [*reasons_not_to_give(user, wanted, actor)]
        faults.extend(Fault(row.line, "roles", reason) for reason in reasons)
        if not reasons:
            each.roles.append(wanted)
            days = f"{wanted.first_day}–{wanted.last_day or ''}"
            each.changes.append(Change("roles", "", f"{role} ({days})"))


def _is_as_said(grant: RoleGrant, role: Role, row: Row, today: date) -> bool:
    """Tell whether a person holds a role as a row says; without a first day it must hold today."""
    if grant.role is not role or grant.deputy_for_id is not None or grant.last_day != row.last_day:
        return False
    if row.first_day is not None:
        return grant.first_day == row.first_day
    return grant.first_day is None or grant.first_day <= today


def apply_plan(plan: Plan, actor: Actor, language: Language) -> None:
    """Write what a plan says; the caller commits.

    Args:
        plan: A plan without faults, made in the same transaction.
        actor: Who imports.
        language: The language of new people for whom the file gives none.

    Raises:
        Refused: The plan has faults, or the rules do not allow what it says.
    """
    if plan.faults:
        raise Refused(*(fault.reason for fault in plan.faults))
    for each in plan.people:
        user = _write_person(each, actor, language)
        for grant in each.roles:
            give_role(user, grant.role, actor, first_day=grant.first_day, last_day=grant.last_day)
        if each.row.subject:
            add_identity(user, each.row.issuer, each.row.subject, actor)


def _write_person(each: PersonPlan, actor: Actor, language: Language) -> User:
    row, user = each.row, each.user
    if user is None:
        return add_user(
            row.key,
            row.name,
            row.language or language,
            [],
            actor,
            unit=each.unit,
            email=row.email or None,
        )
    if {change.column for change in each.changes} & {"name", "email", "language", "unit"}:
        unit = each.unit or db.session.get(Unit, user.unit_id or 0)
        edit_user(
            user,
            user.version,
            actor,
            key=user.key,
            name=row.name,
            email=row.email or user.email,
            language=row.language or user.language,
            unit=unit,
        )
    return user


def lines(plan: Plan) -> Iterator[str]:
    """Give the lines of a report of what a plan adds and changes, for a command."""
    added, changed = len(plan.added), len(plan.changed)
    yield f"{len(plan.people)} people: {added} added, {changed} changed"
    if not added and not changed:
        yield "Nothing changes: the database is already as the file says."
    for each in (*plan.added, *plan.changed):
        yield f"{'~' if each.user else '+'} line {each.row.line}, {each.row.key}: {each.row.name}"
        for change in each.changes:
            yield f"    {change.column}: {change.old or '(empty)'} → {change.new}"
