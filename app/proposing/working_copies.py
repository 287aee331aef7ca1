"""What people have typed into forms of proposals and not saved: kept, found again, let go of.

A working copy is its writer's alone. Every form that is opened has a key of its own, and its copy
lies under that key. A form that was filled in from a copy takes it over with its first change,
unless another tab has gone on with it in the meantime; then it gets one of its own. So no tab
writes over the text of another, and nobody is in conflict with what was kept for themself.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select

from app.accounts.models import User
from app.core import clock, idempotency
from app.core.bilingual import Text, text_of
from app.core.database import has_one_writer
from app.core.errors import Refused
from app.core.fields import tidy_line
from app.core.i18n import language, person_name
from app.core.policy import NO_UNIT, Action, Actor, can
from app.extensions import db
from app.measures.editing import edits_facts
from app.measures.models import Measure
from app.proposing.models import WorkingCopy

LONGEST = 200_000
"""Characters of a copy's fields, names and all; several times those of the longest form."""

MOST = 50
"""How many copies one person may have."""

JUST_NOW = timedelta(minutes=30)
"""For how long after they last typed somebody counts as writing."""

_TITLE = 80
_KEY = re.compile(r"[0-9a-f]{32}")

# Every save runs it, so it is put together once and goes past the ORM.
_COPIES = WorkingCopy.metadata.tables[WorkingCopy.__tablename__]
_DISCARD = delete(_COPIES).where(
    _COPIES.c.user_id == bindparam("of"), _COPIES.c.key == bindparam("known_as")
)

Typed = Sequence[tuple[str, str]]
"""The names and texts of a form in its order; a name may come several times."""


class Mark(NamedTuple):
    """Which copy a form was filled in from, and how the copy was then.

    Attributes:
        key: The key of the copy.
        saved_at: When it had been saved, as ISO writes it.
    """

    key: str
    saved_at: str


class Unfinished(NamedTuple):
    """A form that somebody has begun and not saved, as their own pages list it.

    Attributes:
        title: What is proposed, as far as it was typed; it may be empty.
        address: Where one goes on with it.
        saved_at: When it was kept last, in UTC.
        key: The key by which it is discarded.
    """

    title: Text
    address: str
    saved_at: datetime
    key: str


class _Names(NamedTuple):
    name_fi: str
    name_sv: str


def keep(
    actor: Actor, key: str, typed: Typed, mark: Mark, measure: Measure | None, version: int
) -> WorkingCopy | None:
    """Keep what `actor` has typed, in place of what was kept of the same form before.

    Args:
        actor: Who types.
        key: The key of the form.
        typed: What stands in its fields.
        mark: Of the copy that the form was filled in from; of none when its key is empty.
        measure: The proposal that is edited; None for one that does not exist yet.
        version: The version of the proposal that the form began from.

    Returns:
        The copy; None when the form has been saved already, as a request that comes after the save
        must not bring the copy back.

    Raises:
        Refused: The actor may not write this; the form has no key; it is too long; they have begun
            too many.
    """
    action = Action.EDIT_PROPOSAL if measure else Action.PROPOSE
    may_write = can(actor, action, (measure.unit_id or NO_UNIT) if measure else None)
    if not may_write and not (measure and edits_facts(measure, actor)):
        raise Refused(_l("Your role does not include editing this."))
    text = json.dumps(typed)
    if not _KEY.fullmatch(key) or len(text) > LONGEST:
        raise Refused(_l("The text is too long to be kept."))
    take_turn(actor)
    if saved_as(actor, key):
        return None
    copy = find(actor, key) or _unchanged(actor, mark) or _added(actor)
    copy.key, copy.fields, copy.saved_at = key, text, clock.now()
    copy.measure_id, copy.version = measure.id if measure else None, version
    db.session.flush()
    return copy


def _added(actor: Actor) -> WorkingCopy:
    begun = select(func.count()).where(WorkingCopy.user_id == actor.user_id)
    if db.session.scalars(begun).one() >= MOST:
        raise Refused(_l("You have begun too many proposals without saving them."))
    copy = WorkingCopy(user_id=actor.user_id)
    db.session.add(copy)
    return copy


def settle(actor: Actor, key: str, mark: Mark, measure: Measure) -> None:
    """Let go of the copies of a form whose text has been saved into `measure`.

    A receipt of the form stays for a day, so that no late request brings its copy back. The actor
    must have taken their turn.
    """
    if idempotency.earlier_result(actor, key) is None:
        idempotency.keep_result(actor, key, str(measure.id))
    discard(actor, key)
    if unchanged := _unchanged(actor, mark):
        db.session.delete(unchanged)
        db.session.flush()


def saved_as(actor: Actor, key: str) -> int | None:
    """Return the id of the proposal that a form was saved as; None when it has not been saved."""
    result = idempotency.earlier_result(actor, key) if _KEY.fullmatch(key) else None
    return int(result) if result and result.isdecimal() else None


def discard(actor: Actor, key: str) -> None:
    """Throw away one of the actor's own copies, if it is there."""
    db.session.execute(_DISCARD, {"of": actor.user_id, "known_as": _ours(key)})


def find(actor: Actor, key: str) -> WorkingCopy | None:
    """Return the actor's own copy with a key."""
    return db.session.scalars(select(WorkingCopy).where(_is(actor, key))).one_or_none()


def of_measure(actor: Actor, measure: Measure, key: str) -> WorkingCopy | None:
    """Return the actor's copy of a proposal: the one with that key, else the newest."""
    query = (
        select(WorkingCopy)
        .where(WorkingCopy.user_id == actor.user_id, WorkingCopy.measure_id == measure.id)
        .order_by(_is(actor, key).desc(), WorkingCopy.saved_at.desc(), WorkingCopy.id.desc())
    )
    return db.session.scalars(query.limit(1)).one_or_none()


def of_person(actor: Actor, *, new: bool = False) -> list[Unfinished]:
    """Return what somebody has begun and not saved, newest first.

    Args:
        actor: Whose copies.
        new: Whether those alone that are of no proposal yet.
    """
    query = (
        select(WorkingCopy, Measure)
        .outerjoin(Measure, Measure.id == WorkingCopy.measure_id)
        .where(WorkingCopy.user_id == actor.user_id)
    )
    if new:
        query = query.where(WorkingCopy.measure_id.is_(None))
    found = db.session.execute(query.order_by(WorkingCopy.saved_at.desc(), WorkingCopy.id))
    return [
        Unfinished(_title(copy), address_of(copy, measure, actor), copy.saved_at, copy.key)
        for copy, measure in found
    ]


def address_of(copy: WorkingCopy, measure: Measure | None, actor: Actor) -> str:
    """Return the address of the form that is filled in from a copy, of `measure` or a new one."""
    if measure is None:
        return url_for("proposing.new", copy=copy.key)
    form = "proposing.edit_facts" if edits_facts(measure, actor) else "proposing.edit"
    return url_for(form, measure_id=measure.id, copy=copy.key)


def _title(copy: WorkingCopy) -> Text:
    """Return what a copy calls its proposal: the name, or else how the problem begins."""
    typed = dict(copy.typed)
    for name in ("name", "problem"):
        both = [tidy_line(typed.get(f"{name}_{lang}")) for lang in ("fi", "sv")]
        if any(both):
            short = [each if len(each) <= _TITLE else f"{each[:_TITLE]}…" for each in both]
            return text_of(_Names(*short), "name", language())
    return Text("", language(), is_other=False)


def who_else_writes(measure: Measure, actor: Actor) -> str:
    """Say who else has typed into the form of a proposal just now; nothing when nobody has."""
    query = (
        select(User.name)
        .join(WorkingCopy, WorkingCopy.user_id == User.id)
        .where(
            WorkingCopy.measure_id == measure.id,
            WorkingCopy.saved_at > clock.now() - JUST_NOW,
            User.id != actor.user_id,
        )
        .group_by(User.id, User.name)
        .order_by(func.max(WorkingCopy.saved_at).desc())
    )
    names = [person_name(name) for name in db.session.scalars(query)]
    if not names:
        return ""
    return str(
        ngettext(
            "%(names)s is writing this too and has not saved yet.",
            "%(names)s are writing this too and have not saved yet.",
            len(names),
            names=", ".join(names),
        )
    )


def _is(actor: Actor, key: str) -> ColumnElement[bool]:
    return and_(WorkingCopy.user_id == actor.user_id, WorkingCopy.key == _ours(key))


def _ours(key: str) -> str:
    """Return a key; the empty one, which nothing has, in place of one that is none of ours."""
    return key if _KEY.fullmatch(key) else ""


def _unchanged(actor: Actor, mark: Mark) -> WorkingCopy | None:
    """Return the copy of a mark, unless it is gone or has been changed since."""
    copy = find(actor, mark.key) if mark.key else None
    return copy if copy and copy.saved_at.isoformat() == mark.saved_at else None


def take_turn(actor: Actor) -> None:
    """Let what a person sends at once come one after the other, until the transaction ends.

    Otherwise two would not find what the other one does.
    """
    if not has_one_writer():
        turn = select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)
        db.session.execute(turn)
