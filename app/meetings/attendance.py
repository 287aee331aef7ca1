"""Who is expected at a meeting, and writing down who was there."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.accounts import queries as accounts
from app.audit.operations import record, record_added, recorded
from app.audit.tags import Kind, Tag
from app.core.errors import Refused, Stale
from app.core.policy import Actor, Role
from app.extensions import db
from app.meetings import queries
from app.meetings.models import Attendance, Meeting
from app.meetings.operations import check_open, check_role
from app.meetings.states import VOTING, Part, Presence

_PARTS = {Role.CHAIR: Part.CHAIR, Role.MEMBER: Part.MEMBER, Role.SECRETARY: Part.SECRETARY}
"""As what the holders of each role attend, by the order of the parts."""


@dataclass(frozen=True)
class Seen:
    """Whether one person was there.

    Attributes:
        user_id: Who.
        part: As what.
        presence: Whether they were.
        deputy_for_id: In whose place.
        remark: What is to be known of it.
    """

    user_id: int
    part: Part
    presence: Presence = Presence.UNKNOWN
    deputy_for_id: int | None = None
    remark: str = ""

    @classmethod
    def of(cls, row: Attendance) -> "Seen":
        """Return what a row says."""
        return cls(row.user_id, row.part, row.presence, row.deputy_for_id, row.remark)


def expected(meeting: Meeting) -> list[Seen]:
    """Return who is expected at a meeting, with what is written down of them already.

    They are those who hold a role of the group on the day, with their deputies, and whoever was
    added; the chair first, then the members, the secretaries and the experts.
    """
    found = {row.user_id: Seen.of(row) for row in queries.attendance(meeting.id)}
    day = meeting.held_on
    deputies: list[Seen] = []
    for role, part in _PARTS.items():
        in_place_of = accounts.standing_in([role], day)
        for user in accounts.holding([role], day):
            if user.id in in_place_of:
                deputies.append(Seen(user.id, part, deputy_for_id=in_place_of[user.id]))
            else:
                found.setdefault(user.id, Seen(user.id, part))
    # Whoever holds a role of the group themselves is there as that, and nobody's deputy.
    for each in deputies:
        found.setdefault(each.user_id, each)
    order = list(Part)
    names = accounts.names_of(found)
    return sorted(
        found.values(),
        key=lambda each: (
            order.index(each.part),
            each.deputy_for_id is not None,
            names.get(each.user_id, ""),
            each.user_id,
        ),
    )


def digest_of(meeting: Meeting) -> str:
    """Return what is the same as long as the same is written down of who was there."""
    rows = [
        [row.user_id, row.part, row.presence, row.deputy_for_id, row.remark]
        for row in queries.attendance(meeting.id)
    ]
    return sha256(json.dumps([rows, meeting.others]).encode()).hexdigest()


def faults(people: Collection[Seen]) -> Mapping[int, LazyString]:
    """Return what is wrong with who was there, by the ids of the people.

    A deputy comes in the place of a member who is away: both have one voice.
    """
    present = {each.user_id for each in people if each.presence is Presence.PRESENT}
    found: dict[int, LazyString] = {}
    places: set[int] = set()
    for each in people:
        if each.deputy_for_id is None or each.user_id not in present or each.part not in VOTING:
            continue
        if each.deputy_for_id == each.user_id:
            found[each.user_id] = _l("Nobody is their own deputy.")
        elif each.deputy_for_id in present:
            found[each.user_id] = _l("A deputy does not decide beside the person in question.")
        elif each.deputy_for_id in places:
            found[each.user_id] = _l("Somebody else is there in the same place already.")
        places.add(each.deputy_for_id)
    return found


def save(meeting: Meeting, seen: str, people: Sequence[Seen], others: str, actor: Actor) -> None:
    """Write down who was at a meeting.

    Args:
        meeting: The meeting.
        seen: The digest of what was written down when the actor opened the form.
        people: Everybody of the form.
        others: Who else was there, in words.
        actor: Who writes it down.

    Raises:
        Stale: Somebody else has written down something else meanwhile.
        Refused: The actor may not, the minutes are approved, or a deputy is there beside the
            person whose deputy they are.
    """
    check_role(actor)
    check_open(meeting)
    rows = {row.user_id: row for row in queries.attendance(meeting.id)}
    known = {key: Seen.of(row) for key, row in rows.items()}
    if known == {each.user_id: each for each in people} and others == meeting.others:
        return
    if digest_of(meeting) != seen:
        raise Stale
    if wrong := faults(people):
        raise Refused(*wrong.values())
    for each in people:
        _write(meeting, rows.get(each.user_id), each, actor)
    if others != meeting.others:
        _write_others(meeting, others, actor)


def _write_others(meeting: Meeting, others: str, actor: Actor) -> None:
    """Write down who else was there; the record says only on how many lines they stand.

    It could never be made to forget their names, as they are no people of the tool.
    """
    before, after = ({"others": len(each.splitlines())} for each in (meeting.others, others))
    meeting.others = others
    db.session.flush()
    tag, kind = Tag.ATTENDANCE_RECORDED, Kind.MEETING
    record(tag, actor, kind, meeting.id, before=before, after=after)


def _write(meeting: Meeting, row: Attendance | None, said: Seen, actor: Actor) -> None:
    """Write down one person; values about them are theirs, so they can be erased."""
    tag, kind = Tag.ATTENDANCE_RECORDED, Kind.MEETING
    if row is None:
        row = Attendance(
            meeting_id=meeting.id,
            user_id=said.user_id,
            part=said.part,
            presence=said.presence,
            deputy_for_id=said.deputy_for_id,
            remark=said.remark,
        )
        db.session.add(row)
        db.session.flush()
        record_added(tag, actor, kind, row, subject_id=meeting.id, person_id=said.user_id)
        return
    with recorded(
        tag, actor, kind, row, subject_id=meeting.id, person_id=said.user_id, naming=("user_id",)
    ):
        row.part = said.part
        row.presence = said.presence
        row.deputy_for_id = said.deputy_for_id
        row.remark = said.remark
