"""Where a proposal stands and what happens next, for those who work on it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import gettext as _

from app.core.i18n import format_date
from app.measures.models import Measure, Step
from app.measures.states import State
from app.meetings import queries as meetings
from app.meetings.models import Meeting
from app.programmes import queries as programmes
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.scoring import queries as scoring
from app.scoring.models import Round
from app.status_page import measure_queries
from app.status_page.timeline import concerned


class Outlook(NamedTuple):
    """What the top of a proposal's page says.

    Attributes:
        kind: The kind of the notice: "info", or "warning" where somebody must do something.
        sentences: Where it stands and what happens next.
        reason: Why it stands there, in the words of those who decided; empty where none were given.
        concerned: The fields that the reason is about.
    """

    kind: str
    sentences: Sequence[str]
    reason: str = ""
    concerned: str = ""


class _Calendar(NamedTuple):
    """The days that matter to a proposal; None for what is not set.

    Attributes:
        today: The day on which somebody reads.
        roadmap: The roadmap of the proposal's first year.
        next_roadmap: The roadmap for which proposals are or will be collected next.
        round: The scoring round of its roadmap.
        agenda: The meeting on whose agenda it waits.
        meeting: The next meeting, after the end of the scoring where that is known.
    """

    today: date
    roadmap: Roadmap | None
    next_roadmap: Roadmap | None
    round: Round | None
    agenda: Meeting | None
    meeting: Meeting | None


def outlook(measure: Measure, last: Step | None, today: date) -> Outlook | None:
    """Return where a proposal stands and what happens next; None once it is carried out.

    Args:
        measure: The proposal.
        last: The transition that it went through last.
        today: The day on which somebody reads.
    """
    roadmap = programmes.roadmap_of(measure.first_year) if measure.first_year else None
    scoring_round = scoring.round_of(roadmap) if roadmap else None
    calendar = _Calendar(
        today,
        roadmap,
        programmes.next_to_collect(today),
        scoring_round,
        measure_queries.agenda_of(measure.id),
        meetings.first_from(max(today, scoring_round.closes_on) if scoring_round else today),
    )
    sentences = _SENTENCES[measure.state](calendar)
    if not sentences:
        return None
    kind = "warning" if measure.state is State.RETURNED else "info"
    if measure.state not in _EXPLAINED or last is None:
        return Outlook(kind, sentences)
    return Outlook(kind, sentences, last.reason, concerned(last))


_EXPLAINED = frozenset({State.RETURNED, State.POSTPONED, State.REJECTED, State.WITHDRAWN})


def _draft(calendar: _Calendar) -> list[str]:
    return [_("This is a draft: only the unit and the secretary see it."), *_submit_by(calendar)]


def _returned(calendar: _Calendar) -> list[str]:
    return [
        _("The secretary has returned this for completion. Complete it and submit it again."),
        *_submit_by(calendar),
    ]


def _submit_by(calendar: _Calendar) -> list[str]:
    """Say until when proposals are collected for the roadmap that this one is for."""
    roadmap = calendar.roadmap
    if roadmap is None or roadmap.phase is not Phase.COLLECTING or not roadmap.submit_by:
        return []
    year, day = roadmap.year, format_date(roadmap.submit_by)
    if roadmap.submit_by < calendar.today:
        return [
            _(
                "The last day for proposals for the roadmap of %(year)s was %(date)s.",
                year=year,
                date=day,
            )
        ]
    return [
        _(
            "Proposals for the roadmap of %(year)s are collected until %(date)s.",
            year=year,
            date=day,
        )
    ]


def _submitted(calendar: _Calendar) -> list[str]:
    sentences = [
        _("Next the secretary checks this, and takes it into scoring or returns it for completion.")
    ]
    scoring_round = calendar.round
    if scoring_round and not scoring_round.is_closed(calendar.today):
        first, last = format_date(scoring_round.opens_on), format_date(scoring_round.closes_on)
        return [
            *sentences,
            _("Proposals are scored from %(first)s to %(last)s.", first=first, last=last),
        ]
    return [*sentences, *_submit_by(calendar)]


def _in_scoring(calendar: _Calendar) -> list[str]:
    sentences = []
    scoring_round = calendar.round
    if scoring_round:
        last = format_date(scoring_round.closes_on)
        if scoring_round.is_closed(calendar.today):
            sentences = [_("The steering group scored this until %(date)s.", date=last)]
        elif scoring_round.is_open(calendar.today):
            sentences = [_("The steering group scores this until %(date)s.", date=last)]
        else:
            first = format_date(scoring_round.opens_on)
            sentences = [
                _(
                    "The steering group scores this from %(first)s to %(last)s.",
                    first=first,
                    last=last,
                )
            ]
    return [*(sentences or [_("The steering group scores this.")]), *_decides(calendar)]


def _decides(calendar: _Calendar) -> list[str]:
    """Say in which meeting a decision is made."""
    if calendar.agenda:
        day = format_date(calendar.agenda.held_on)
        return [_("It is on the agenda of the meeting of %(date)s.", date=day)]
    if calendar.meeting:
        day = format_date(calendar.meeting.held_on)
        return [_("It then decides in a meeting; the next one is on %(date)s.", date=day)]
    return [_("It then decides in a meeting.")]


def _approved(calendar: _Calendar) -> list[str]:
    roadmap = calendar.roadmap
    if roadmap is None or roadmap.once_approved:
        return []
    if roadmap.phase is Phase.BEFORE_BOARD:
        return [
            _(
                "The steering group has approved this. The roadmap of %(year)s is before the city "
                "board.",
                year=roadmap.year,
            )
        ]
    sentence = _(
        "The steering group has approved this. Next it is put on the roadmap of %(year)s, on which "
        "the city board decides.",
        year=roadmap.year,
    )
    if roadmap.board_by is None:
        return [sentence]
    by = _("The city board decides by %(date)s.", date=format_date(roadmap.board_by))
    return [sentence, by]


def _postponed(calendar: _Calendar) -> list[str]:
    return [
        _("The steering group has postponed this. It can take it up again without a new proposal."),
        *_agenda(calendar),
    ]


def _agenda(calendar: _Calendar) -> list[str]:
    return _decides(calendar) if calendar.agenda else []


def _rejected(calendar: _Calendar) -> list[str]:
    return [
        _("The steering group has rejected this."),
        *_next_chance(calendar),
        _("The secretary can also reopen this one as a draft."),
    ]


def _next_chance(calendar: _Calendar) -> list[str]:
    """Say when something like this can be proposed the next time."""
    roadmap = calendar.next_roadmap
    if roadmap is None:
        return [_("When proposals are collected next has not been decided yet.")]
    year = roadmap.year
    if roadmap.submit_by is None:
        sentence = _(
            "It can be proposed again for the roadmap of %(year)s. The last day for proposals has "
            "not been set yet.",
            year=year,
        )
        return [sentence]
    day = format_date(roadmap.submit_by)
    sentence = _(
        "It can be proposed again for the roadmap of %(year)s: proposals are collected until "
        "%(date)s.",
        year=year,
        date=day,
    )
    return [sentence]


def _withdrawn(_calendar: _Calendar) -> list[str]:
    return [_("The unit has withdrawn this. The secretary can reopen it as a draft.")]


def _merged(_calendar: _Calendar) -> list[str]:
    return [_("This has been merged into another proposal, and is handled there.")]


_SENTENCES: Mapping[State, Callable[[_Calendar], list[str]]] = MappingProxyType(
    {
        State.DRAFT: _draft,
        State.SUBMITTED: _submitted,
        State.RETURNED: _returned,
        State.IN_SCORING: _in_scoring,
        State.APPROVED: _approved,
        State.POSTPONED: _postponed,
        State.REJECTED: _rejected,
        State.WITHDRAWN: _withdrawn,
        State.MERGED: _merged,
    }
)
"""What is said in each state."""
