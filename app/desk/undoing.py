"""What of a bulk action can be undone, found out before anything is done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core import clock
from app.core.policy import Actor
from app.desk import past
from app.desk.models import BulkAction
from app.desk.past import Changed
from app.desk.plans import years_being_scored
from app.measures.states import State
from app.scoring.operations import NO_ROUND


@dataclass(frozen=True)
class Undoing:
    """One of the proposals of a bulk action, and whether that can be undone.

    Attributes:
        changed: What was done to it, and how it is now.
        reasons: Why it cannot be undone; nothing when it can or already is.
    """

    changed: Changed
    reasons: Sequence[LazyString]

    @property
    def is_done(self) -> bool:
        """Whether it has been undone."""
        return self.changed.change.undone

    @property
    def is_possible(self) -> bool:
        """Whether it can be undone now."""
        return not self.is_done and not self.reasons


def look(action: BulkAction, actor: Actor) -> list[Undoing]:
    """Return the proposals of a bulk action, each with what keeps it from being undone."""
    found = past.changes(action.id, actor)
    open_years = years_being_scored([each.measure for each in found], clock.today())
    reviewed = past.reviewed_since(action)
    on_agenda = past.on_agenda([each.measure.id for each in found])
    return [Undoing(each, _hindrances(each, open_years, reviewed, on_agenda)) for each in found]


def _hindrances(
    changed: Changed,
    open_years: Collection[int],
    reviewed: Collection[int],
    on_agenda: Collection[int],
) -> list[LazyString]:
    change, step, measure, is_last = changed
    if change.undone:
        return []
    if not is_last:
        return [_l("It has gone on since: the state is “%(state)s”.", state=measure.state.label)]
    if measure.changed_at > step.made_at:
        return [_l("It has been edited since.")]
    if change.before is State.IN_SCORING:
        return [] if measure.first_year in open_years else [NO_ROUND]
    found = []
    if step.target is State.IN_SCORING and measure.id in reviewed:
        found.append(_l("Somebody has begun to score it."))
    if step.target is State.IN_SCORING and measure.id in on_agenda:
        found.append(_l("It is on the agenda of a meeting."))
    return found
