"""Similar measures, as they are shown to somebody who might join one instead of proposing it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from zlib import crc32

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled
from app.core.policy import Actor
from app.followup.queries import progress_of
from app.followup.states import Status
from app.measures import likeness
from app.measures.likeness import LookAlike, Texts
from app.measures.models import Measure
from app.measures.states import State

_JOIN = _l("Ask the unit whether you can join.")

WHAT_TO_DO: Mapping[Labelled, LazyString] = MappingProxyType(
    {
        State.DRAFT: _l("This is already being written. Go on with it together."),
        State.RETURNED: _l("This is already being completed. Go on with it together."),
        State.SUBMITTED: _l("This has already been proposed. Ask the unit whether you can join."),
        State.IN_SCORING: _l("This has already been proposed. Ask the unit whether you can join."),
        State.APPROVED: _JOIN,
        State.POSTPONED: _l("The steering group takes this up again later. Ask the unit to join."),
        State.REJECTED: _l("This was rejected. Read why before you propose it again."),
        State.WITHDRAWN: _l("This was withdrawn. Ask the unit why before you propose it again."),
        Status.PLANNED: _JOIN,
        Status.STARTED: _JOIN,
        Status.NO_INFO: _JOIN,
        Status.DONE: _l("This has been done. Ask the unit whether you can use what it made."),
        Status.ABANDONED: _l("This was given up. Ask the unit why before you propose it again."),
    }
)
"""What one does about a similar measure, by its status, or its state where it is on no roadmap."""


class Line(NamedTuple):
    """A similar measure as it is shown.

    Attributes:
        found: The measure.
        standing: Its status when it is on a roadmap, else its state.
        years: The years of its roadmaps or, of a proposal, those that it is for.
    """

    found: LookAlike
    standing: Labelled
    years: str

    @property
    def what_to_do(self) -> LazyString:
        """What one does about it."""
        return WHAT_TO_DO[self.standing]


def like(actor: Actor, texts: Texts, leaving_out: int | None = None) -> list[Line]:
    """Return the measures like what somebody writes, with how they are going."""
    return lines(likeness.find(actor, texts, leaving_out))


def like_measure(actor: Actor, measure: Measure) -> list[Line]:
    """Return the measures like one that exists."""
    texts = Texts(*(getattr(measure, name) for name in likeness.COMPARED))
    return like(actor, texts, measure.id)


def lines(found: Sequence[LookAlike]) -> list[Line]:
    """Return measures as they are shown, with how they are going."""
    ids = [each.id for each in found if each.id is not None]
    progress = progress_of(ids) if ids else {}
    shown = []
    for each in found:
        going = progress.get(each.id or 0)
        if going:
            shown.append(Line(each, going.status, ", ".join(map(str, going.years))))
        else:
            shown.append(Line(each, each.state, _years(each)))
    return shown


def mark_of(lines: Sequence[Line]) -> str:
    """Return a mark by which the same lines are known again; empty for none."""
    seen = [(each.id, each.name_fi, each.name_sv, standing) for each, standing, _years in lines]
    return f"{crc32(repr(seen).encode()):08x}" if seen else ""


def _years(found: LookAlike) -> str:
    years = [year for year in (found.first_year, found.last_year) if year]
    return "–".join(map(str, sorted(set(years))))
