"""Inviting to a meeting: whom, with which mail, and whether it has changed since the last time."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from app.accounts import queries as accounts
from app.accounts.models import User
from app.audit.models import Event
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.i18n import LANGUAGES, format_date, person_name
from app.core.policy import Action, Actor, Role, can
from app.extensions import db
from app.mail.operations import Words, recipients, write
from app.mail.states import Topic
from app.meetings.models import Meeting
from app.meetings.times import time_of

_GROUP = (Role.CHAIR, Role.MEMBER)


class Invited(NamedTuple):
    """Somebody who is invited.

    Attributes:
        user: The person.
        deputy_for: The name of whom they stand in for; None for a member.
        gets_mail: Whether they get mail at all.
    """

    user: User
    deputy_for: str | None
    gets_mail: bool


class Letter(NamedTuple):
    """A mail that several people get word for word.

    Attributes:
        lang: Its language, which is theirs.
        deputy_for: The name of whom they stand in for; None for members.
        words: What it says.
        people: Who gets it.
    """

    lang: Language
    deputy_for: str | None
    words: Words
    people: Sequence[Invited]


class Invitation(NamedTuple):
    """What inviting would do now.

    Attributes:
        people: Whom it concerns.
        letters: The mails that would be written.
        hindrances: Why nobody can be invited; nothing when they can.
        was_sent: Whether invitations have been sent before.
        has_changed: Whether the meeting has changed since.
    """

    people: Sequence[Invited]
    letters: Sequence[Letter]
    hindrances: Sequence[LazyString]
    was_sent: bool
    has_changed: bool

    @property
    def fingerprint(self) -> str:
        """What tells this invitation from another: who gets which mail."""
        parts = [
            f"{letter.words} {[each.user.id for each in letter.people]}" for letter in self.letters
        ]
        return sha256("\n".join(parts).encode()).hexdigest()


def plan(meeting: Meeting, matters: int, actor: Actor) -> Invitation:
    """Return whom inviting would concern now, and what each would get.

    They are the chair, the members and the deputies of the day of the meeting.

    Args:
        meeting: The meeting.
        matters: How many matters stand on its agenda.
        actor: Who invites.
    """
    users = accounts.holding(_GROUP, meeting.held_on)
    members = accounts.standing_in(_GROUP, meeting.held_on)
    names = accounts.names_of(set(members.values()))
    reached = {user.id for user in recipients(users, actor)}
    people = [
        Invited(user, names.get(members.get(user.id, 0)), user.id in reached) for user in users
    ]
    was_sent, has_changed = _history(meeting)
    groups: dict[tuple[Language, str | None], list[Invited]] = defaultdict(list)
    for each in people:
        if each.gets_mail:
            groups[each.user.language, each.deputy_for].append(each)
    letters = [
        Letter(lang, name, _words(meeting, matters, name, lang, has_changed), groups[lang, name])
        for lang, name in sorted(groups, key=lambda key: (LANGUAGES.index(key[0]), key[1] or ""))
    ]
    return Invitation(people, letters, _hindrances(meeting, people), was_sent, has_changed)


def _history(meeting: Meeting) -> tuple[bool, bool]:
    """Return whether invitations have been sent, and whether the meeting was changed after that."""
    query = select(Event.tag, func.max(Event.id)).where(
        Event.kind == Kind.MEETING,
        Event.subject_id == meeting.id,
        Event.tag.in_((Tag.MEETING_INVITED, Tag.MEETING_EDITED)),
    )
    last = dict(db.session.execute(query.group_by(Event.tag)).all())
    invited = last.get(Tag.MEETING_INVITED)
    return invited is not None, invited is not None and last.get(Tag.MEETING_EDITED, 0) > invited


def _hindrances(meeting: Meeting, people: Sequence[Invited]) -> list[LazyString]:
    if meeting.held_on < clock.today() or meeting.ended_at is not None:
        return [_l("The meeting has been held.")]
    if not any(each.gets_mail for each in people):
        return [_l("None of the steering group gets mail. Tell them in another way.")]
    return []


def _words(
    meeting: Meeting, matters: int, deputy_for: str | None, lang: Language, has_changed: bool
) -> Words:
    """Return what an invitation says in a language."""
    with force_locale(lang):
        day = format_date(meeting.held_on)
        subject = (
            _("Changed: meeting of the steering group %(date)s", date=day)
            if has_changed
            else _("Invitation: meeting of the steering group %(date)s", date=day)
        )
        number = f"{meeting.number}/{meeting.held_on.year}"
        lead = (
            _("The time or the place of meeting %(number)s has changed.", number=number)
            if has_changed
            else _("You are invited to meeting %(number)s of the steering group.", number=number)
        )
        if deputy_for is not None:
            stands_in = _("You stand in for %(name)s.", name=person_name(deputy_for))
            lead = f"{lead} {stands_in}"
        known = (
            (_("Time"), time_of(meeting)),
            (_("Place"), meeting.place),
            (_("Link to the meeting"), meeting.link),
        )
        facts = [f"{name}: {value}" for name, value in known if value]
        agenda = ngettext(
            "%(num)s proposal is on the agenda so far.",
            "%(num)s proposals are on the agenda so far.",
            matters,
        )
        closing = _("The meeting's page has the agenda and a file for your calendar.")
        return Words(subject, "\n\n".join([lead, "\n".join(facts), f"{agenda} {closing}"]))


def path(meeting: Meeting) -> str:
    """Return where the link of an invitation leads: to the agenda."""
    return f"/meetings/{meeting.id}"


def invite(meeting: Meeting, matters: int, seen: str, actor: Actor) -> int:
    """Write to the steering group that it meets, and return to how many.

    Args:
        meeting: The meeting.
        matters: How many matters stand on its agenda.
        seen: The fingerprint of the invitation that the actor has looked at.
        actor: Who invites.

    Raises:
        Stale: Others would be invited, or to something else, than what the actor has seen.
        Refused: The actor may not, the meeting has been held, or nobody would get mail.
    """
    if not can(actor, Action.MANAGE_MEETINGS):
        raise Refused(_l("Your role does not include this action."))
    invitation = plan(meeting, matters, actor)
    if invitation.hindrances:
        raise Refused(*invitation.hindrances)
    if invitation.fingerprint != seen:
        raise Stale
    for letter in invitation.letters:

        def compose(_language: Language, words: Words = letter.words) -> Words:
            return words

        people = [each.user for each in letter.people]
        write(Topic.INVITED, people, compose, path(meeting), actor)
    reached = [each.user.id for letter in invitation.letters for each in letter.people]
    rows = [{"user_id": user_id} for user_id in reached]
    record(Tag.MEETING_INVITED, actor, Kind.MEETING, meeting.id, after={"invited": rows})
    return len(reached)
