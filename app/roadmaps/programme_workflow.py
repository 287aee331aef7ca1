"""The phases of a programme: it goes before the city board as a roadmap does."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from app.core.policy import Action, Actor
from app.core.transitions import Transition, Workflow
from app.programmes.models import Programme, Roadmap
from app.programmes.states import Phase
from app.roadmaps import board_queries, workflow
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


def _was_approved(programme: Programme) -> Sequence[LazyString]:
    return [] if programme.once_approved else [_l("The city board has never approved it.")]


def _was_not_approved(programme: Programme) -> Sequence[LazyString]:
    if not programme.once_approved:
        return []
    return [_l("The city board has approved it earlier, so this is an amendment.")]


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
        Transition(
            "withdraw_from_board",
            _l("Withdraw from the city board"),
            frozenset({Phase.BEFORE_BOARD}),
            Phase.DRAFTING,
            Action.PROPOSE_TO_BOARD,
            needs_reason=True,
            checks=(_was_not_approved,),
        ),
        Transition(
            "withdraw_amendment",
            _l("Withdraw the amendment from the city board"),
            frozenset({Phase.BEFORE_BOARD}),
            Phase.AMENDING,
            Action.PROPOSE_TO_BOARD,
            needs_reason=True,
            checks=(_was_approved,),
        ),
        Transition(
            "table",
            _lp("board", "Table"),
            frozenset({Phase.BEFORE_BOARD}),
            Phase.BEFORE_BOARD,
            Action.DECIDE_FOR_BOARD,
        ),
        Transition(
            "board_approves",
            _lp("board", "Approve"),
            frozenset({Phase.BEFORE_BOARD}),
            Phase.APPROVED,
            Action.DECIDE_FOR_BOARD,
        ),
        Transition(
            "board_returns",
            _lp("board", "Return"),
            frozenset({Phase.BEFORE_BOARD}),
            Phase.RETURNED_BY_BOARD,
            Action.DECIDE_FOR_BOARD,
            needs_reason=True,
        ),
        Transition(
            "amend",
            _l("Amend the programme"),
            frozenset({Phase.APPROVED}),
            Phase.AMENDING,
            Action.MANAGE_PROGRAMMES,
            needs_reason=True,
        ),
    ),
)
"""A programme's way to the city board, and back where it is amended."""

_MADE_BY_DECIDING = frozenset(workflow.BOARD_ROWS.values())


def made_alone(subject: Subject, name: str) -> Transition[Phase] | None:
    """Return the row called `name` unless a decision of the city board makes it."""
    if isinstance(subject, Roadmap):
        return workflow.made_alone(name)
    names = {row.name for row in PROGRAMME.transitions} - _MADE_BY_DECIDING
    return PROGRAMME.named(name) if name in names else None


def offered(programme: Programme, actor: Actor) -> list[Transition[Phase]]:
    """Return the rows that `actor` may use on the programme's page, as it is now."""
    once = {"withdraw_from_board": not programme.once_approved}
    once["withdraw_amendment"] = programme.once_approved
    return [
        row
        for row in PROGRAMME.available(programme, actor)
        if row.name not in _MADE_BY_DECIDING and once.get(row.name, True)
    ]


def workflow_of(subject: Subject) -> Workflow[Phase]:
    """Return the table of a subject's phases."""
    return workflow.WORKFLOW if isinstance(subject, Roadmap) else PROGRAMME
