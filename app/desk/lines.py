"""The rows of the desk: what is known of a proposal, and what to do with it next."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from app.core import clock
from app.core.policy import Actor
from app.desk import queries
from app.desk.plans import years_being_scored
from app.desk.queries import Comments, Waiting
from app.desk.states import Deed
from app.measures import workflow
from app.measures.models import Measure
from app.measures.states import State


class Step(NamedTuple):
    """What to do with a proposal next; without an address somebody else has it in hand."""

    label: str
    url: str = ""


class Line(NamedTuple):
    """A row of the desk.

    Attributes:
        measure: The proposal.
        since: The day on which it came into its state.
        days: For how many days it has been there.
        missing: What it lacks, as requests.
        gaps: What one of the languages lacks.
        alike: How many measures look like it.
        resubmitted: Whether the unit has submitted it again after a return.
        comments: Its comments, in numbers.
        next: What to do with it.
    """

    measure: Measure
    since: date
    days: int
    missing: Sequence[LazyString]
    gaps: Sequence[LazyString]
    alike: int
    resubmitted: bool
    comments: Comments | None
    next: Step


def lines(rows: Sequence[Waiting], actor: Actor, today: date) -> list[Line]:
    """Return the rows of a page; the number of queries does not depend on that of the rows."""
    measures = [row.measure for row in rows]
    ids = [measure.id for measure in measures]
    again, said = queries.resubmitted(ids), queries.comments(ids, actor)
    alike: Mapping[int, int] = {}
    open_years = years_being_scored(measures, today)
    found = []
    for measure, moment in rows:
        since = clock.local(moment).date()
        missing = list(workflow.missing(measure).values())
        gaps = workflow.translation_gaps(measure)
        likes = alike.get(measure.id, 0)
        found.append(
            Line(
                measure,
                since,
                (today - since).days,
                missing,
                gaps,
                likes,
                measure.state is State.SUBMITTED and measure.id in again,
                said.get(measure.id),
                _next(
                    measure, missing, gaps, likes, can_be_scored=measure.first_year in open_years
                ),
            )
        )
    return found


def _next(
    measure: Measure,
    missing: Sequence[LazyString],
    gaps: Sequence[LazyString],
    alike: int,
    *,
    can_be_scored: bool,
) -> Step:
    """Return what the secretary does with a proposal next."""
    preview = partial(url_for, "desk.preview", id=measure.id)
    submitted = measure.state is State.SUBMITTED
    if measure.state in workflow.IN_THE_UNIT:
        step = Step(_("Waits for the unit"))
    elif submitted and missing:
        step = Step(_("Return"), preview(deed=Deed.RETURN))
    elif submitted and alike:
        step = Step(_("Compare"), url_for("status_page.measure", measure_id=measure.id))
    elif gaps:
        step = Step(_("Translate"), url_for("proposing.edit", measure_id=measure.id))
    elif measure.state is State.IN_SCORING:
        step = Step(_("Waits for the members"))
    elif can_be_scored:
        step = Step(_("Open for scoring"), preview(deed=Deed.OPEN_SCORING))
    else:
        step = Step(_("Waits for a scoring round"))
    return step
