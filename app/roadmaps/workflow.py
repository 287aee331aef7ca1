"""The phases of a roadmap: from which to which, by whom, on what conditions."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from app.core.policy import Action
from app.core.transitions import Transition, Workflow
from app.programmes.models import Programme, Roadmap
from app.programmes.states import Phase
from app.roadmaps import checks, queries
from app.roadmaps.states import BoardOutcome


def _has_dates(roadmap: Roadmap) -> list[LazyString]:
    if roadmap.submit_by and roadmap.board_by:
        return []
    return [_l("Give the last day for proposals and the day of the city board.")]


def _has_items(roadmap: Roadmap) -> list[LazyString]:
    return [] if queries.item_count(roadmap) else [_l("There is nothing on the roadmap.")]


def _has_no_gaps(roadmap: Roadmap) -> Sequence[LazyString]:
    """Hold back a roadmap with gaps; one that was made before the tool only lists them."""
    return [] if roadmap.imported else checks.hindrances(roadmap)


def was_approved(subject: Roadmap | Programme) -> list[LazyString]:
    """Ask that the city board has approved it once, so that it is amended."""
    return [] if subject.once_approved else [_l("The city board has never approved it.")]


def _was_not_approved(subject: Roadmap | Programme) -> list[LazyString]:
    if not subject.once_approved:
        return []
    return [_l("The city board has approved it earlier, so this is an amendment.")]


def _adds_nothing(roadmap: Roadmap) -> list[LazyString]:
    """Ask that what is new in an amendment has been taken off, so that nothing is left of it."""
    if not queries.has_proposed(roadmap):
        return []
    return [_l("Take off what is proposed to be added, or propose it to the city board.")]


BEFORE_THE_BOARD = (
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
        checks=(was_approved,),
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
)
"""The rows from before the board, which are the same for a roadmap and for a programme."""


WORKFLOW = Workflow[Phase](
    "phase",
    (
        Transition(
            "open",
            _l("Start collecting proposals"),
            frozenset({Phase.PLANNED}),
            Phase.COLLECTING,
            Action.MANAGE_ROADMAP,
            checks=(_has_dates,),
        ),
        Transition(
            "close_collection",
            _l("End the collecting"),
            frozenset({Phase.COLLECTING}),
            Phase.SCORING,
            Action.MANAGE_ROADMAP,
        ),
        Transition(
            "reopen_collection",
            _l("Collect proposals again"),
            frozenset({Phase.SCORING, Phase.DRAFTING}),
            Phase.COLLECTING,
            Action.MANAGE_ROADMAP,
            needs_reason=True,
        ),
        Transition(
            "draft",
            _l("Start drafting the roadmap"),
            frozenset({Phase.SCORING}),
            Phase.DRAFTING,
            Action.MANAGE_ROADMAP,
        ),
        Transition(
            "propose_to_board",
            _l("Propose to the city board"),
            frozenset({Phase.DRAFTING, Phase.RETURNED_BY_BOARD, Phase.AMENDING}),
            Phase.BEFORE_BOARD,
            Action.PROPOSE_TO_BOARD,
            checks=(_has_items, _has_no_gaps),
        ),
        *BEFORE_THE_BOARD,
        Transition(
            "amend",
            _l("Amend during the year"),
            frozenset({Phase.APPROVED}),
            Phase.AMENDING,
            Action.MANAGE_ROADMAP,
            needs_reason=True,
        ),
        Transition(
            "end_amendment",
            _l("End amending without the city board"),
            frozenset({Phase.AMENDING, Phase.RETURNED_BY_BOARD}),
            Phase.APPROVED,
            Action.MANAGE_ROADMAP,
            checks=(was_approved, _adds_nothing),
        ),
        Transition(
            "close",
            _l("Close the roadmap"),
            frozenset({Phase.APPROVED}),
            Phase.CLOSED,
            Action.MANAGE_ROADMAP,
        ),
    ),
)
"""A roadmap's way through the year.

What became of its measures the room `followup` knows, which checks that and then makes `CLOSE`.
"""

CLOSE = "close"
"""The row that closes a roadmap when its year is over."""

OF_AMENDMENTS = frozenset({"withdraw_amendment", "end_amendment"})
OF_FIRST_PROPOSALS = frozenset({"withdraw_from_board"})

BOARD_ROWS: Mapping[BoardOutcome, str] = MappingProxyType(
    {
        BoardOutcome.APPROVED: "board_approves",
        BoardOutcome.APPROVED_WITH_CHANGES: "board_approves",
        BoardOutcome.TABLED: "table",
        BoardOutcome.RETURNED: "board_returns",
    }
)
"""The row that each decision of the city board makes; they are made by recording it."""


ASSEMBLING = frozenset({Phase.DRAFTING, Phase.RETURNED_BY_BOARD, Phase.AMENDING})
"""Phases in which measures are put on the roadmap and taken off it."""

_STEPS = (Phase.COLLECTING, Phase.SCORING, Phase.DRAFTING, Phase.BEFORE_BOARD, Phase.APPROVED)
_BACK_TO = {Phase.RETURNED_BY_BOARD: Phase.DRAFTING, Phase.AMENDING: Phase.DRAFTING}


def steps(phase: Phase) -> list[tuple[LazyString, str]]:
    """Return the steps of a roadmap's year with "done", "current" or "", as it is in `phase`.

    A roadmap that was returned or is being amended is drafted once more.
    """
    current = _BACK_TO.get(phase, phase)
    if current is Phase.CLOSED:
        return [(step.label, "done") for step in _STEPS]
    place = _STEPS.index(current) if current in _STEPS else -1
    return [
        (step.label, "done" if number < place else "current" if number == place else "")
        for number, step in enumerate(_STEPS)
    ]
