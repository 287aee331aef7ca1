"""What can happen to the matters of a meeting that are no measures."""

from collections.abc import Mapping
from typing import Any

from app.audit.operations import given, record, record_added, recorded, values_of
from app.audit.tags import Kind, Tag
from app.core.errors import Stale
from app.core.policy import Actor
from app.extensions import db
from app.meetings import queries
from app.meetings.models import Meeting, OtherMatter
from app.meetings.operations import check_open, check_role


def add(meeting: Meeting, fields: Mapping[str, Any], actor: Actor) -> OtherMatter:
    """Add a matter to a meeting, after those of its part of the agenda.

    Args:
        meeting: The meeting.
        fields: Columns of `OtherMatter` and their values.
        actor: Who adds it.

    Raises:
        Refused: The actor may not, or the minutes are approved.
    """
    check_role(actor)
    check_open(meeting)
    positions = [each.position for each in queries.other_matters(meeting.id)]
    matter = OtherMatter(meeting_id=meeting.id, position=max(positions, default=0) + 1, **fields)
    db.session.add(matter)
    db.session.flush()
    record_added(Tag.OTHER_MATTER_ADDED, actor, Kind.MEETING, matter, subject_id=meeting.id)
    return matter


def edit(
    meeting: Meeting, matter: OtherMatter, version: int, fields: Mapping[str, Any], actor: Actor
) -> None:
    """Change what a matter says and whether it comes before the measures.

    Raises:
        Stale: Somebody else has changed it after `version`.
        Refused: The actor may not, or the minutes are approved.
    """
    check_role(actor)
    check_open(meeting)
    if all(getattr(matter, name) == value for name, value in fields.items()):
        return
    if matter.version != version:
        raise Stale
    with recorded(
        Tag.OTHER_MATTER_EDITED,
        actor,
        Kind.MEETING,
        matter,
        subject_id=meeting.id,
        naming=("title_fi", "title_sv"),
    ):
        for name, value in fields.items():
            setattr(matter, name, value)


def move_up(meeting: Meeting, matter: OtherMatter, actor: Actor) -> None:
    """Let a matter come before the one that it follows; the first one stays where it is.

    Raises:
        Refused: The actor may not, or the minutes are approved.
    """
    check_role(actor)
    check_open(meeting)
    part = [
        each for each in queries.other_matters(meeting.id) if each.comes_first is matter.comes_first
    ]
    place = part.index(matter)
    if place == 0:
        return
    earlier = part[place - 1]
    places = (earlier.position, matter.position)
    for each, position in zip((matter, earlier), places, strict=True):
        with recorded(
            Tag.OTHER_MATTER_EDITED,
            actor,
            Kind.MEETING,
            each,
            subject_id=meeting.id,
            naming=("title_fi", "title_sv"),
        ):
            each.position = position


def remove(meeting: Meeting, matter: OtherMatter, actor: Actor) -> None:
    """Take a matter off a meeting.

    Raises:
        Refused: The actor may not, or the minutes are approved.
    """
    check_role(actor)
    check_open(meeting)
    before = given(values_of(matter))
    db.session.delete(matter)
    db.session.flush()
    record(Tag.OTHER_MATTER_REMOVED, actor, Kind.MEETING, meeting.id, before=before)
