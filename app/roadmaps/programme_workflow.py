"""The phases of a programme: it goes before the city board as a roadmap does."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.policy import Action, Actor
from app.core.transitions import Transition, Workflow
from app.programmes.models import Programme, Roadmap
from app.programmes.states import Phase
from app.roadmaps import board_queries, workflow
from app.roadmaps.models import Snapshot
from app.roadmaps.since_approval import since
from app.roadmaps.subject import Subject


def _is_whole(programme: Programme) -> Sequence[LazyString]:
    """A programme goes before the board in both languages and with its themes."""
    found = []
    themes = board_queries.themes(programme)
    if not programme.name_fi or not programme.name_sv:
        found.append(_l("Give the name of the programme in both languages."))
    if not themes:
        found.append(_l("The programme has no themes."))
    found += [
        _l("Give the name of the theme %(code)s in both languages.", code=theme.code)
        for theme in themes
        if not theme.name_fi or not theme.name_sv
    ]
    return found


def _is_as_approved(programme: Programme) -> list[LazyString]:
    """Ask that what the city board approved is known, and has not been changed."""
    kept = board_queries.newest(Snapshot, programme)
    if kept is None:
        return [
            _l(
                "What the city board approved is not kept here, so the amendment goes before the "
                "city board."
            )
        ]
    if since(kept, programme).number:
        return [
            _l(
                "The programme is not as the city board approved it. Change it back, or propose it "
                "to the city board."
            )
        ]
    return []


PROGRAMME = Workflow[Phase](
    "phase",
    (
        Transition(
            "propose_to_board",
            _l("Propose to the city board"),
            frozenset({Phase.DRAFTING, Phase.RETURNED_BY_BOARD, Phase.AMENDING}),
            Phase.BEFORE_BOARD,
            Action.PROPOSE_TO_BOARD,
            checks=(_is_whole,),
        ),
        *workflow.BEFORE_THE_BOARD,
        Transition(
            "amend",
            _l("Amend the programme"),
            frozenset({Phase.APPROVED}),
            Phase.AMENDING,
            Action.MANAGE_PROGRAMMES,
            needs_reason=True,
        ),
        Transition(
            "end_amendment",
            _l("End amending without the city board"),
            frozenset({Phase.AMENDING, Phase.RETURNED_BY_BOARD}),
            Phase.APPROVED,
            Action.MANAGE_PROGRAMMES,
            checks=(workflow.was_approved, _is_as_approved),
        ),
    ),
)
"""A programme's way to the city board, and back where it is amended."""

_MADE_BY_OTHERS = frozenset({*workflow.BOARD_ROWS.values(), workflow.CLOSE})
"""Rows that something else makes, as the city board's decision."""


def workflow_of(subject: Subject) -> Workflow[Phase]:
    """Return the table of a subject's phases."""
    return workflow.WORKFLOW if isinstance(subject, Roadmap) else PROGRAMME


def made_alone(subject: Subject, name: str) -> Transition[Phase] | None:
    """Return the row of a subject's table called `name` unless something else makes it."""
    table = workflow_of(subject)
    names = {row.name for row in table.transitions} - _MADE_BY_OTHERS
    return table.named(name) if name in names else None


def offered(subject: Subject, actor: Actor) -> list[Transition[Phase]]:
    """Return the rows that `actor` may use on the page of a subject, as it is now."""
    approved = subject.once_approved
    others = workflow.OF_FIRST_PROPOSALS if approved else workflow.OF_AMENDMENTS
    return [
        row
        for row in workflow_of(subject).available(subject, actor)
        if row.name not in _MADE_BY_OTHERS | others
    ]
