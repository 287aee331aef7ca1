"""What became of a measure: everything that happened to it in one list, the newest first."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Row

from app.accounts import queries as accounts
from app.config import Language
from app.core import clock
from app.core.bilingual import Text, text_of
from app.core.i18n import format_date, person_name
from app.core.policy import Actor
from app.followup.models import StatusReport
from app.followup.states import Precision
from app.history.names import names_of, without_name
from app.measures.labels import FIELDS
from app.measures.models import Measure, Step
from app.measures.states import State
from app.measures.workflow import EDITED, UNDOING, UNMERGING
from app.meetings.models import Decision, Meeting
from app.meetings.states import Outcome
from app.status_page import measure_queries
from app.status_page.listing import written_date

_DECIDED = frozenset(outcome.value for outcome in Outcome)


class When(NamedTuple):
    """When something happened.

    Attributes:
        moment: By a clock in Finland; the end of the day where only the day is known.
        written: The day, or the month, as the reader writes it.
        machine: The same for machines.
    """

    moment: datetime
    written: str
    machine: str


class Happening(NamedTuple):
    """One thing that happened.

    Attributes:
        when: When it did.
        label: What happened, in a few words.
        badge: The suffix of the CSS class of its tag.
        who: The person who did it; empty where that is not told.
        texts: What there is to say of it, a paragraph each.
        undone: Whether it was undone later.
    """

    when: When
    label: str | LazyString
    badge: str
    who: str = ""
    texts: Sequence[Text] = ()
    undone: bool = False


_LABELS: Mapping[str, LazyString] = MappingProxyType(
    {
        "submit": _l("submitted"),
        "return": _l("returned for completion"),
        "open_scoring": _l("taken into scoring"),
        "cancel_scoring": _l("taken out of scoring"),
        "rescore": _l("scored again"),
        "undo_decision": _l("decision undone"),
        "withdraw": _l("withdrawn"),
        "reopen": _l("reopened as a draft"),
        "merge": _l("merged"),
        **dict.fromkeys(UNMERGING.values(), _l("merge undone")),
        EDITED: _l("edited"),
        **dict.fromkeys(UNDOING.values(), _l("action undone")),
    }
)
"""What the steps of a proposal are called; others are called as the state that they lead to."""


def timeline(
    measure: Measure,
    reports: Sequence[StatusReport],
    steps: Sequence[Row[Step, str | None]] | None,
    actor: Actor,
    lang: Language,
) -> list[Happening]:
    """Return what happened to a measure, as far as the reader may know it, the newest first.

    All may know the reports and the decisions that stand. Those who work on it know its handling,
    too. The number of queries does not depend on how much has happened.

    Args:
        measure: The measure.
        reports: Its status reports.
        steps: Its steps with the names of who made them, the newest first, for those who work on
            it; None for others.
        actor: The reader.
        lang: Their language.
    """
    works_on_it = steps is not None
    found = [*_reports(reports, lang), *_board(measure.id, lang, proposed=works_on_it)]
    found += _carried_over(measure.id, lang, proposed=works_on_it)
    decisions = measure_queries.decisions_of(measure.id)
    found += _decisions(decisions, lang, undone=works_on_it)
    if steps is not None:
        found += _steps(measure, steps, lang, has_decisions=bool(decisions))
        decided_in = {("meeting", row.Meeting.id) for row in decisions}
        found += _placings(measure.id, decided_in, actor, lang)
    # Of what happened at one moment, the later step comes first, too.
    return sorted(found, key=lambda happening: happening.when.moment)[::-1]


def _on_day(day: date) -> When:
    return When(datetime.combine(day, time.max), format_date(day), day.isoformat())


def _at(moment: datetime) -> When:
    """Return when something happened of which the time is kept."""
    here = clock.local(moment)
    return When(here.replace(tzinfo=None), format_date(here), f"{moment.isoformat()}Z")


def _plain(text: str, lang: Language) -> Text:
    return Text(text, lang, is_other=False)


def _reports(reports: Sequence[StatusReport], lang: Language) -> Iterator[Happening]:
    for report in reports:
        when, note = _on_day(report.as_of), text_of(report, "note", lang)
        if report.precision is Precision.MONTH:
            written = written_date(report.as_of, report.precision)
            when = When(when.moment, written, when.machine[:7])
        texts = [note] if note.value else []
        yield Happening(when, report.status.label, report.status.badge, texts=texts)


def _board(measure_id: int, lang: Language, *, proposed: bool) -> Iterator[Happening]:
    for decision, year in measure_queries.board_decisions_of(measure_id, proposed=proposed):
        section = f"{decision.section} §" if decision.section else _("section unknown")
        where = _("City board, digital roadmap %(year)s", year=year)
        yield Happening(
            _on_day(decision.decided_on),
            decision.outcome.label,
            decision.outcome.badge,
            texts=[_plain(f"{where}, {section}", lang)],
        )


def _carried_over(measure_id: int, lang: Language, *, proposed: bool) -> Iterator[Happening]:
    """Give how the measure went over from the roadmap of a year to a later one."""
    for decided_at, year, later in measure_queries.carry_overs_of(measure_id, proposed=proposed):
        text = _("From the digital roadmap %(year)s to that of %(next)s", year=year, next=later)
        yield Happening(_at(decided_at), _l("carried over"), "started", texts=[_plain(text, lang)])


def _decisions(
    decisions: Sequence[Row[Decision, Meeting]], lang: Language, *, undone: bool
) -> Iterator[Happening]:
    for decision, meeting in decisions:
        if decision.outcome is None or (decision.undone_at and not undone):
            continue
        when = _on_day(decision.decided_on or meeting.held_on)
        recorded = _at(decision.recorded_at) if decision.recorded_at else when
        if recorded.written == when.written:
            # Several things may happen on that day, and the time of recording orders them.
            when = When(recorded.moment, when.written, when.machine)
        where = _("Digi&ICT steering group, meeting %(number)s", number=meeting.number)
        if decision.section:
            where = f"{where}, {decision.section} §"
        texts = [where, decision.reason] if decision.reason else [where]
        yield Happening(
            when,
            decision.outcome.label,
            decision.outcome.badge,
            texts=[_plain(text, lang) for text in texts],
            undone=decision.undone_at is not None,
        )


def _steps(
    measure: Measure,
    steps: Sequence[Row[Step, str | None]],
    lang: Language,
    *,
    has_decisions: bool,
) -> Iterator[Happening]:
    """Give the handling of a proposal; a decision stands for the step that it made."""
    if measure.created_by_id:
        names = accounts.names_of([measure.created_by_id])
        who = person_name(names.get(measure.created_by_id, ""))
        yield Happening(_at(measure.created_at), _("draft begun"), State.DRAFT.badge, who)
    was_returned = False
    for step, person in reversed(steps):
        label = _LABELS.get(step.transition, step.target.label)
        if step.transition == "submit" and was_returned:
            label = _l("submitted again")
        if step.transition != EDITED:
            was_returned = step.target is State.RETURNED
        if step.transition in _DECIDED and has_decisions:
            continue
        texts = [step.reason] if step.reason else []
        if step.concerned:
            fields = concerned(step)
            is_edit = step.transition == EDITED
            texts.append(fields if is_edit else _("Concerns: %(fields)s", fields=fields))
        yield Happening(
            _at(step.made_at),
            label,
            step.target.badge,
            "" if person is None else person_name(person),
            [_plain(text, lang) for text in texts],
        )


def concerned(step: Step) -> str:
    """Return what the fields are called that a step is about."""
    return ", ".join(str(FIELDS[name]) for name in step.concerned.split() if name in FIELDS)


def _placings(
    measure_id: int, decided_in: Collection[tuple[str, int]], actor: Actor, lang: Language
) -> Iterator[Happening]:
    """Give what put the measure on agendas and roadmaps, and brought these before the board.

    Where a meeting has decided on it, that says that it was on the agenda.
    """
    rows = measure_queries.placings_of(measure_id)
    places = [_place(row) for row in rows]
    wanted: dict[str, set[int]] = {}
    for table, number in places:
        wanted.setdefault(table, set()).add(number)
    names = names_of(wanted, actor, lang)
    placed: dict[tuple[str, int], datetime] = {}
    for row, place in zip(rows, places, strict=True):
        placed.setdefault(place, row.happened_at)
        if place in decided_in:
            continue
        name = names.get(place) or without_name(*place, lang)
        who = person_name(row.name or "")
        yield Happening(_at(row.happened_at), row.tag.label, "review", who, [name])
    for step, roadmap in measure_queries.board_proposals_of(measure_id):
        # What came to the roadmap later, by an amendment, was not in what went to the board first.
        if placed.get(("roadmap", roadmap.id), step.made_at) <= step.made_at:
            text = _("Digital roadmap %(year)s", year=roadmap.year)
            label = _("proposed to the city board")
            yield Happening(_at(step.made_at), label, "waiting", texts=[_plain(text, lang)])


def _place(row: Any) -> tuple[str, int]:
    """Return the table and the id of the meeting or the roadmap that an event is about."""
    values = json.loads(row.after or row.before)
    if "meeting_id" in values:
        return "meeting", values["meeting_id"]
    return "roadmap", values["roadmap_id"]
