"""How long each kind of data is kept, and letting go of what is older.

Personal data is not kept longer than it is needed (GDPR article 5(1)(e)). What must be kept for
ever is not in the table: measures that were submitted, how they were scored, decided and followed,
and who did what, by id (Act on Information Management in Public Administration 906/2019, 21 §).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Column, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts import queries as accounts
from app.accounts.erasure import erase
from app.accounts.models import Invitation, KeptForm, RoleGrant, Session, SignInFailure, User
from app.attachments.models import Attachment, Content
from app.audit.models import Event, Values
from app.audit.operations import let_values_go, record
from app.audit.tags import Kind, Tag
from app.comments.models import Comment
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.idempotency import KEPT, Receipt
from app.core.policy import Actor, Role
from app.extensions import db
from app.mail.models import Message
from app.measures.models import Likeness, Measure, MeasurePost, MeasureWord
from app.measures.states import State
from app.proposing.models import WorkingCopy

KEEPER = Actor(name="flask retention", roles=frozenset({Role.ADMINISTRATOR}))
"""Who lets go of what is old: the command, and no person of the tool."""


@dataclass(frozen=True)
class Kept:
    """A kind of data that is kept for some time.

    Attributes:
        name: What the command and the record call it.
        label: What it is.
        why: Why it is kept for that time.
        setting: The setting that says for how many days; without one it is fixed.
        count: Returns how much is older than a time in UTC.
        let_go: Lets go of that, records it, and returns how much it was.
    """

    name: str
    label: LazyString
    why: LazyString
    setting: str | None
    count: Callable[[datetime], int]
    let_go: Callable[[datetime], int]

    def days(self, settings: Settings) -> int:
        """Return for how many days it is kept."""
        days: int = getattr(settings, self.setting) if self.setting else KEPT.days
        return days


class Due(NamedTuple):
    """How much of a kind is older than it may be."""

    kept: Kept
    days: int
    up_to: datetime
    number: int


def due(settings: Settings, now: datetime) -> list[Due]:
    """Return how much of each kind would go at a time in UTC; nothing is written."""
    found = []
    for kept in TABLE:
        up_to = now - timedelta(days=kept.days(settings))
        found.append(Due(kept, kept.days(settings), up_to, kept.count(up_to)))
    return found


def let_go(settings: Settings, now: datetime) -> Iterator[Due]:
    """Let go of what is too old, each kind in a transaction of its own, and tell how much it was.

    A second time there is nothing left to do; a run that is cut off leaves whole kinds, and the
    next one goes on.
    """
    for kept in TABLE:
        up_to = now - timedelta(days=kept.days(settings))
        with writing():
            number = kept.let_go(up_to)
        yield Due(kept, kept.days(settings), up_to, number)


def last_run() -> datetime | None:
    """Return when something was let go of last, in UTC."""
    query = select(func.max(Event.happened_at)).where(Event.command == KEEPER.name)
    return db.session.scalar(query)


def _rows(
    name: str,
    label: LazyString,
    why: LazyString,
    setting: str | None,
    moment: InstrumentedAttribute[Any],
) -> Kept:
    """Return the kind of data that is rows of one table with the column of their time."""
    model = moment.class_

    def count(up_to: datetime) -> int:
        return _count(select(func.count()).select_from(model).where(moment < up_to))

    def let_go(up_to: datetime) -> int:
        number = count(up_to)
        if number:
            db.session.execute(delete(model).where(moment < up_to))
            after = {"what": name, "count": number, "up_to": up_to}
            record(Tag.KEPT_NO_LONGER, KEEPER, Kind.RECORD, None, after=after)
        return number

    return Kept(name, label, why, setting, count, let_go)


def _count(query: Any) -> int:
    number: int = db.session.scalars(query).one()
    return number


def _people(up_to: datetime) -> Sequence[int]:
    """Return the ids of people who may not sign in since before `up_to` and are to be erased.

    Somebody whom a deputy still stands in for is waited for.
    """
    deputised = exists().where(
        RoleGrant.deputy_for_id == User.id,
        or_(RoleGrant.last_day.is_(None), RoleGrant.last_day >= clock.today()),
    )
    query = select(User.id).where(
        User.disabled_on < clock.local(up_to).date(), User.erased_on.is_(None), ~deputised
    )
    return db.session.scalars(query.order_by(User.id)).all()


def _erase_people(up_to: datetime) -> int:
    people = _people(up_to)
    for user_id in people:
        erase(accounts.user(user_id), KEEPER)
    return len(people)


def _last_event(up_to: datetime) -> int:
    """Return the number of the last event of those that are all older than `up_to`."""
    newer = db.session.scalar(select(func.min(Event.id)).where(Event.happened_at >= up_to))
    if newer is not None:
        return newer - 1
    return db.session.scalar(select(func.max(Event.id))) or 0


def _count_values(up_to: datetime) -> int:
    query = select(func.count()).select_from(Values).join(Event, Event.id == Values.event_id)
    return _count(query.where(Event.person_id.is_not(None), Event.id <= _last_event(up_to)))


def _let_values_go(up_to: datetime) -> int:
    if not _count_values(up_to):
        return 0
    last_id = _last_event(up_to)
    record(Tag.KEPT_NO_LONGER, KEEPER, Kind.RECORD, last_id, after={"what": "personal values"})
    return let_values_go(last_id)


_OF_A_DRAFT = (Attachment, Comment, Likeness, MeasurePost, MeasureWord, WorkingCopy)
"""What goes with a draft."""


def _drafts(up_to: datetime) -> Sequence[int]:
    """Return the ids of drafts that nobody has touched since `up_to` and that are no city's record.

    Somebody who types into one without saving touches it too.

    A draft that was ever submitted has steps. One that anything else refers to is kept too, also
    by a table that is added later.
    """
    query = select(Measure.id).where(
        Measure.state == State.DRAFT,
        Measure.changed_at < up_to,
        *(~exists().where(column == Measure.id) for column in _references_to_measures()),
        ~exists().where(WorkingCopy.measure_id == Measure.id, WorkingCopy.saved_at >= up_to),
    )
    return db.session.scalars(query.order_by(Measure.id)).all()


def _references_to_measures() -> list[Column[Any]]:
    own = {model.__tablename__ for model in _OF_A_DRAFT}
    return [
        column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if table.name not in own
        and any(key.column is Measure.__table__.c.id for key in column.foreign_keys)
    ]


def _delete_drafts(up_to: datetime) -> int:
    drafts = _drafts(up_to)
    for measure_id in drafts:
        record(Tag.KEPT_NO_LONGER, KEEPER, Kind.MEASURE, measure_id)
        files = select(Attachment.id).where(Attachment.measure_id == measure_id)
        db.session.execute(delete(Content).where(Content.attachment_id.in_(files)))
        for of_draft in _OF_A_DRAFT:
            db.session.execute(delete(of_draft).where(of_draft.measure_id == measure_id))
        db.session.execute(delete(Measure).where(Measure.id == measure_id))
    return len(drafts)


TABLE: tuple[Kept, ...] = (
    _rows(
        "receipts",
        _l("Receipts of forms sent"),
        _l("so that a form that is sent twice does its work once"),
        None,
        Receipt.made_at,
    ),
    _rows(
        "kept forms",
        _l("Forms kept after a session had ended"),
        _l("so that their writers can send them again"),
        "keep_forms_days",
        KeptForm.kept_at,
    ),
    _rows(
        "invitations",
        _l("One-time links that have expired"),
        _l("so that the reader of an old link is told that it has expired"),
        "keep_invitations_days",
        Invitation.expires_at,
    ),
    _rows(
        "sign-in failures",
        _l("Failed sign-ins"),
        _l("so that guessing of passwords is slowed down and can be looked into"),
        "keep_sign_in_failures_days",
        SignInFailure.happened_at,
    ),
    _rows(
        "sessions",
        _l("Sessions, from their last use"),
        _l("so that people notice if somebody else has used their account"),
        "keep_sessions_days",
        Session.seen_at,
    ),
    _rows(
        "messages",
        _l("Mail that the tool sends"),
        _l("so that it is sent again until it arrives, and can be looked into if it does not"),
        "keep_messages_days",
        Message.written_at,
    ),
    _rows(
        "working copies",
        _l("What was typed into proposals and not saved"),
        _l("so that its writer can go on where they left off"),
        "keep_working_copies_days",
        WorkingCopy.saved_at,
    ),
    Kept(
        "unsubmitted drafts",
        _l("Drafts that were never submitted, from their last change"),
        _l("so that a proposal can be finished later"),
        "keep_unsubmitted_drafts_days",
        lambda up_to: len(_drafts(up_to)),
        _delete_drafts,
    ),
    Kept(
        "disabled people",
        _l("People who may no longer sign in, who are then erased"),
        _l("so that what they prepared can still be asked about"),
        "keep_disabled_people_days",
        lambda up_to: len(_people(up_to)),
        _erase_people,
    ),
    Kept(
        "personal values",
        _l("Changes of personal data in the record"),
        _l("so that mistakes and misuse can be looked into"),
        "keep_personal_values_days",
        _count_values,
        _let_values_go,
    ),
)
"""What is kept for how long; in the order in which it is let go of."""
