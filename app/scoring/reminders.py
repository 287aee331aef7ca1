"""Reminding those who have not scored yet: whom, with which mail, and not more than once a day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy import update

from app.accounts.models import User
from app.audit.operations import record
from app.audit.tags import Kind, Tag
from app.config import Language
from app.core import clock
from app.core.errors import Refused, Stale
from app.core.i18n import format_date, format_time
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.mail.operations import Words, recipients, write
from app.mail.states import Topic
from app.scoring import seats
from app.scoring.models import Round
from app.scoring.seats import Attendance


class Reminded(NamedTuple):
    """Somebody whom a reminder concerns.

    Attributes:
        user: The person.
        missing: How many measures in scoring wait for their seat.
        stands_in_for: Whose deputy they are; None for a member.
        gets_mail: Whether they get mail at all.
    """

    user: User
    missing: int
    stands_in_for: User | None
    gets_mail: bool


class Letter(NamedTuple):
    """A mail that several people get word for word.

    Attributes:
        lang: Its language, which is theirs.
        missing: For how many measures it asks.
        people: Who gets it.
    """

    lang: Language
    missing: int
    people: Sequence[Reminded]


class Reminder(NamedTuple):
    """What reminding would do now.

    Attributes:
        people: Whom it concerns, by the members' names.
        hindrances: Why nobody can be reminded; nothing when they can.
    """

    people: Sequence[Reminded]
    hindrances: Sequence[LazyString]

    @property
    def letters(self) -> list[Letter]:
        """The mails that would be written, of each language those that ask for most first."""
        groups: dict[tuple[Language, int], list[Reminded]] = defaultdict(list)
        for each in self.people:
            if each.gets_mail:
                groups[each.user.language, each.missing].append(each)
        order = sorted(groups, key=lambda each: (each[0], -each[1]))
        return [Letter(lang, missing, groups[lang, missing]) for lang, missing in order]

    @property
    def fingerprint(self) -> str:
        """What tells this reminder from another: who gets which mail."""
        return " ".join(
            f"{letter.lang} {letter.missing}: {[each.user.id for each in letter.people]}"
            for letter in self.letters
        )


def plan(scoring_round: Round, year: int, actor: Actor) -> Reminder:
    """Return whom reminding would concern now, and what each would get.

    Of a seat that measures wait for, the member is reminded; the deputy too, once they have scored
    in the round themselves, or when the member can't score any more.
    """
    today = clock.today()
    may_score = {user.id for user in seats.who_may_score(today)}
    concerned = [
        (user, each.missing, stands_in_for)
        for each in seats.attendance(scoring_round, year, actor, today)
        if each.missing
        for user, stands_in_for in _concerned(each)
        if user.id in may_score
        and (stands_in_for is None or each.deputy_began or stands_in_for.id not in may_score)
    ]
    reached = {user.id for user in recipients([row[0] for row in concerned], actor)}
    people = [
        Reminded(user, missing, stands_in_for, user.id in reached)
        for user, missing, stands_in_for in concerned
    ]
    return Reminder(people, _hindrances(scoring_round, people, today))


def _concerned(each: Attendance) -> list[tuple[User, User | None]]:
    """Return the people of a seat, each with the one whom they stand in for."""
    deputies = [(each.deputy, each.member)] if each.deputy else []
    return [(each.member, None), *deputies]


def _hindrances(scoring_round: Round, people: Sequence[Reminded], today: date) -> list[LazyString]:
    reminded = scoring_round.reminded_at
    if not scoring_round.is_open(today):
        return [_l("The scoring round is not open.")]
    if not people:
        return [_l("Nobody is missing: there is nobody to remind.")]
    if not any(each.gets_mail for each in people):
        return [_l("None of those who are missing gets mail. Tell them in another way.")]
    if reminded and clock.local(reminded).date() == today:
        return [
            _l(
                "The scorers were reminded today at %(time)s. They can be reminded once a day.",
                time=format_time(reminded),
            )
        ]
    return []


def words(scoring_round: Round, year: int, missing: int) -> Words:
    """Return what a reminder says, in the language that gettext speaks now.

    Args:
        scoring_round: The round.
        year: Its year.
        missing: How many measures wait for the reader.
    """
    text = ngettext(
        "%(num)s proposal in the scoring round of %(year)s waits for your scores.",
        "%(num)s proposals in the scoring round of %(year)s wait for your scores.",
        missing,
        year=year,
    )
    closing = _(
        "The last day to score is %(date)s. What you have saved as a draft is there when you go "
        "on; submit it, so that it counts.",
        date=format_date(scoring_round.closes_on),
    )
    return Words(_("Scoring %(year)s waits for you", year=year), f"{text}\n\n{closing}")


def path(year: int) -> str:
    """Return where the link of a reminder leads: to where the member goes on scoring."""
    return f"/scoring/{year}/continue"


def remind(scoring_round: Round, year: int, seen: str, actor: Actor) -> int:
    """Write to all whose scores are missing, and return to how many.

    Args:
        scoring_round: The round.
        year: Its year.
        seen: The fingerprint of the reminder that the actor has looked at.
        actor: Who reminds.

    Raises:
        Stale: Others are missing now than those whom the actor has seen.
        Refused: The actor may not, the round is not open, nobody would get mail, or they have been
            reminded today already.
    """
    if not can(actor, Action.MANAGE_ROUND):
        raise Refused(_l("Your role does not include this action."))
    reminder = plan(scoring_round, year, actor)
    if reminder.hindrances:
        raise Refused(*reminder.hindrances)
    if reminder.fingerprint != seen:
        raise Stale
    for letter in reminder.letters:

        def compose(_language: Language, missing: int = letter.missing) -> Words:
            return words(scoring_round, year, missing)

        write(Topic.REMINDED, [each.user for each in letter.people], compose, path(year), actor)
    # Past the ORM, as a form of the round that is open somewhere is not out of date for it.
    noted = update(Round).where(Round.id == scoring_round.id).values(reminded_at=clock.now())
    db.session.execute(noted)
    reached = [each.user.id for letter in reminder.letters for each in letter.people]
    rows = [{"user_id": user_id} for user_id in reached]
    record(Tag.SCORERS_REMINDED, actor, Kind.ROUND, scoring_round.id, after={"scorers": rows})
    return len(reached)
