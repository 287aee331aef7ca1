"""The rows of the desk: what is known of a proposal, and what to do with it next."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from app.config import Language
from app.core import clock
from app.core.policy import Actor
from app.desk import queries
from app.desk.plans import years_being_scored
from app.desk.queries import Comments, Waiting
from app.desk.states import Deed
from app.measures import workflow
from app.measures.models import Measure
from app.measures.states import State
from app.translating import workflow as translating


class Step(NamedTuple):
    """What is to be done with a proposal, and where; without an address not by the reader."""

    label: str
    url: str = ""


class Line(NamedTuple):
    """A row of the desk.

    Attributes:
        measure: The proposal.
        since: The day on which it came into its state.
        days: For how many days it has been there.
        wrong: What is missing in it or out of date, a sentence each.
        alike: How many measures look like it, as long as it waits to be opened for scoring.
        resubmitted: Whether the unit has submitted it again after a return.
        comments: Its comments, in numbers.
        next: What to do with it.
    """

    measure: Measure
    since: date
    days: int
    wrong: Sequence[Step]
    alike: int
    resubmitted: bool
    comments: Comments | None
    next: Step


def lines(rows: Sequence[Waiting], actor: Actor, today: date) -> list[Line]:
    """Return the rows of a page; the number of queries does not depend on that of the rows."""
    measures = [row.measure for row in rows]
    ids = [measure.id for measure in measures]
    again, said = queries.resubmitted(ids), queries.comments(ids, actor)
    alike = queries.look_alikes(measures, actor)
    open_years = years_being_scored(measures, today)
    found = []
    for measure, moment in rows:
        since = clock.local(moment).date()
        is_scored = measure.first_year in open_years
        found.append(
            Line(
                measure,
                since,
                (today - since).days,
                _wrong(measure, actor),
                alike.get(measure.id, 0),
                measure.state is State.SUBMITTED and measure.id in again,
                said.get(measure.id),
                _next(measure, actor, is_scored=is_scored),
            )
        )
    return found


def _wrong(measure: Measure, actor: Actor) -> list[Step]:
    """Return what is missing in a proposal or out of date, each with where to mend it."""
    found = [Step(str(text)) for text in workflow.missing(measure).values()]
    may_translate = translating.may_translate(measure, actor)
    for each in translating.waiting(measure):
        url = _translation(measure, each.language) if may_translate else ""
        found += [Step(text, url) for text in each.sentences]
    return found


def _translation(measure: Measure, into: Language) -> str:
    return url_for("translating.translation", measure_id=measure.id, language=into)


def _next(measure: Measure, actor: Actor, *, is_scored: bool) -> Step:
    """Return what the secretary does with a proposal next."""
    preview = partial(url_for, "desk.preview", id=measure.id)
    waiting = translating.waiting(measure)
    if measure.state in workflow.IN_THE_UNIT:
        step = Step(_("Waits for the unit"))
    elif measure.state is State.SUBMITTED and workflow.missing(measure):
        step = Step(_("Return"), preview(deed=Deed.RETURN))
    elif waiting and translating.may_translate(measure, actor):
        step = Step(_("Translate"), _translation(measure, waiting[0].language))
    elif measure.state is State.IN_SCORING:
        step = Step(_("Waits for the members"))
    elif is_scored:
        step = Step(_("Open for scoring"), preview(deed=Deed.OPEN_SCORING))
    else:
        step = Step(_("Waits for a scoring round"))
    return step
