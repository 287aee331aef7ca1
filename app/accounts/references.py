"""Every place of the database that refers to a person, found in the tables themselves.

A person's own data and the page that erases them go by it, so that a table that is added later is
in both. A test asks for its words and for what becomes of it.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Column, func, select

from app.accounts.failures import account_digest
from app.accounts.models import User
from app.audit.tags import Kind
from app.extensions import db

PLAIN_IDS = frozenset({"actor_id", "person_id"})
"""What columns are called that hold a person's id without a foreign key."""

_SUBJECTS = "audit_event.subject_id"
"""A person's id where the kind of the subject says so."""

_FAILURES = "sign_in_failure.account"
"""The digest of a sign-in name."""


class Own(Enum):
    """How much of a row that refers to a person is that person's own data."""

    MENTION = auto()
    """That there is such a row and when; others write it too, and it has readers of its own."""

    ROW = auto()
    """The row."""

    WHOLE = auto()
    """The row with those of other tables that are a part of it."""


class Goes(Enum):
    """What becomes of a place when its person is erased."""

    NO = auto()
    """It stays, and refers to a person without a name."""

    ROWS = auto()
    """Its rows are deleted."""

    OTHERWISE = auto()
    """It is cleared by an operation of its own."""


class Words(NamedTuple):
    """What a place is called, how much of it is the person's own, and what erasing does to it."""

    label: LazyString
    own: Own = Own.ROW
    goes: Goes = Goes.NO


PLACES: Mapping[str, Words] = MappingProxyType(
    {
        "role_grant.user_id": Words(_l("roles"), goes=Goes.OTHERWISE),
        "role_grant.deputy_for_id": Words(
            _l("roles that others hold as deputies"), goes=Goes.OTHERWISE
        ),
        "post.holder_id": Words(_l("posts held"), goes=Goes.OTHERWISE),
        "post.deputy_id": Words(_l("posts as the deputy"), goes=Goes.OTHERWISE),
        "identity.user_id": Words(_l("accounts in sign-in services"), goes=Goes.ROWS),
        "credential.user_id": Words(_l("password and second factor"), goes=Goes.ROWS),
        "invitation.user_id": Words(_l("one-time links for signing in"), goes=Goes.ROWS),
        "session.user_id": Words(_l("sessions and their browsers"), goes=Goes.ROWS),
        "sign_in_failure.account": Words(_l("failed sign-ins"), goes=Goes.ROWS),
        "kept_form.user_id": Words(_l("form kept after a session had ended"), goes=Goes.ROWS),
        "receipt.actor_id": Words(_l("receipts of forms sent"), goes=Goes.ROWS),
        "working_copy.user_id": Words(_l("proposals begun and not saved"), goes=Goes.ROWS),
        "message.user_id": Words(_l("messages to you in the outbox"), goes=Goes.ROWS),
        "audit_event.person_id": Words(
            _l("changes of personal data in the record"), Own.WHOLE, goes=Goes.OTHERWISE
        ),
        "audit_event.actor_id": Words(_l("events of the record, as their maker")),
        "audit_event.subject_id": Words(_l("events of the record, as their subject")),
        "measure.created_by_id": Words(_l("measures begun"), Own.MENTION),
        "measure.contact_id": Words(_l("measures as the contact"), Own.MENTION),
        "measure_step.actor_id": Words(_l("steps of proposals, with their reasons")),
        "comment.author_id": Words(_l("comments on measures")),
        "attachment.added_by_id": Words(_l("files added to measures")),
        "bulk_action.actor_id": Words(_l("actions on several proposals at once")),
        "scorer.user_id": Words(_l("seats in scoring rounds"), Own.MENTION),
        "scorer.deputy_id": Words(_l("seats in scoring rounds as the deputy"), Own.MENTION),
        "scenario.saved_by_id": Words(_l("scenarios saved"), Own.MENTION),
        "review.user_id": Words(_l("reviews of proposals"), Own.WHOLE),
        "attendance.user_id": Words(_l("meetings attended")),
        "attendance.deputy_for_id": Words(_l("meetings that a deputy attended"), Own.MENTION),
        "disqualification.user_id": Words(_l("disqualifications in meetings"), Own.MENTION),
        "decision.recorded_by_id": Words(_l("decisions of the steering group recorded")),
        "phase_step.actor_id": Words(_l("phases of roadmaps changed, with the reasons")),
        "board_decision.recorded_by_id": Words(_l("decisions of the city board recorded")),
        "status_report.reporter_id": Words(_l("status reports")),
        "carry_over.decided_by_id": Words(_l("decisions on the unfinished recorded")),
    }
)
"""What the places are called, by table and column."""

_UNKNOWN = Words(_l("other data"))


class Reference(NamedTuple):
    """A column whose value is a person's id, or the digest of their sign-in name."""

    column: Column[Any]
    words: Words

    @property
    def name(self) -> str:
        """The table and the column."""
        return f"{self.column.table.name}.{self.column.name}"

    def is_to(self, user: User) -> Any:
        """Return the condition for the rows that refer to a person."""
        if self.name == _FAILURES:
            return self.column == account_digest(user.key)
        condition = self.column == user.id
        if self.name == _SUBJECTS:
            condition &= self.column.table.c.kind == Kind.PERSON
        return condition


def references() -> Iterator[Reference]:
    """Yield every column that refers to people, in the order of `PLACES`, unknown ones last."""
    found = {
        f"{table.name}.{column.name}": column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if _refers_to_people(column)
    }
    for name in sorted(found, key=[*PLACES, *found].index):
        yield Reference(found[name], PLACES.get(name, _UNKNOWN))


def _refers_to_people(column: Column[Any]) -> bool:
    if column.foreign_keys:
        return any(key.column.table is User.__table__ for key in column.foreign_keys)
    return column.name in PLAIN_IDS or str(column) in {_SUBJECTS, _FAILURES}


def counts(user: User) -> list[tuple[Reference, int]]:
    """Return how many rows refer to a person, place by place, without the places with none."""
    every = [
        (each, select(func.count()).select_from(each.column.table).where(each.is_to(user)))
        for each in references()
    ]
    counted = [(each, db.session.scalars(query).one()) for each, query in every]
    return [(each, count) for each, count in counted if count]
