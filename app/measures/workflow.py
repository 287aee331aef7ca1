"""From which state to which a proposal may go, and on what conditions."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

from app.config import Language
from app.core.policy import Action, Actor
from app.core.transitions import Transition, Workflow
from app.measures.models import Measure
from app.measures.states import State

LAW = "law"
"""The source that asks for the act."""

NETWORK = "network"
"""The development model that asks for partners."""

TWIN_TEXTS: Mapping[str, LazyString] = MappingProxyType(
    {"name": _l("name"), "problem": _l("problem"), "description": _l("description")}
)
"""Texts that a measure has in both languages."""


def base_of(name: str) -> str:
    """Return the name of a column, that of a twin text without the ending of its language."""
    return name[:-3] if name[:-3] in TWIN_TEXTS else name


REQUIRED: Mapping[str, LazyString] = MappingProxyType(
    {
        "problem": _l("Describe the problem."),
        "name": _l("Name what you would do."),
        "beneficiary_id": _l("Choose whom it serves."),
        "long_term_benefit_id": _l("Choose the long-term benefit."),
        "source_id": _l("Choose why the need arises."),
        "impact": _l("Choose the impact."),
        "cost_class": _l("Choose the cost class."),
        "theme_id": _l("Choose the theme."),
        "level_id": _l("Choose the level."),
        "development_model_id": _l("Choose the development model."),
        "unit_id": _l("Choose the unit."),
        "first_year": _l("Give the first year."),
    }
)
"""What a submitted proposal has, texts in at least one language; and how to ask for it."""


def missing(measure: Measure) -> dict[str, LazyString]:
    """Return what a proposal lacks before it can be submitted: the field, and what to do."""
    lacking = {name: text for name, text in REQUIRED.items() if not _given(measure, name)}
    if _key(measure.source) == LAW and not measure.legal_act:
        lacking["legal_act"] = _l("Name the act that the need comes from.")
    if _key(measure.development_model) == NETWORK and not measure.partners:
        lacking["partners"] = _l("Name the partners of the network.")
    return lacking


def translation_gaps(measure: Measure, into: Language | None = None) -> list[LazyString]:
    """Return what the two languages lack, or one of them, a sentence each; nothing when whole."""
    gaps: list[LazyString] = []
    for name, label in TWIN_TEXTS.items():
        fi, sv = getattr(measure, f"{name}_fi"), getattr(measure, f"{name}_sv")
        wanted = bool(fi or sv) or name in REQUIRED
        if wanted and not fi and into != "sv":
            gaps.append(_l("Missing in Finnish: %(text)s.", text=label))
        if wanted and not sv and into != "fi":
            gaps.append(_l("Missing in Swedish: %(text)s.", text=label))
    if measure.stale and into in {None, measure.stale}:
        gaps.append(OUTDATED[measure.stale])
    return gaps


OUTDATED: Mapping[Language, LazyString] = MappingProxyType(
    {
        "fi": _l("The Finnish texts have not been updated after a change in Swedish."),
        "sv": _l("The Swedish texts have not been updated after a change in Finnish."),
    }
)
"""What to say of a measure by its `stale` language."""


def _given(measure: Measure, name: str) -> bool:
    if name in TWIN_TEXTS:
        return bool(getattr(measure, f"{name}_fi") or getattr(measure, f"{name}_sv"))
    return getattr(measure, name) is not None


def _key(value: object | None) -> str | None:
    return getattr(value, "key", None)


def _complete(measure: Measure) -> list[LazyString]:
    return list(missing(measure).values())


_ON_ITS_WAY = frozenset(
    {State.DRAFT, State.SUBMITTED, State.RETURNED, State.IN_SCORING, State.POSTPONED}
)
"""States of what has not come to its end, so that it may be withdrawn or merged."""

WORKFLOW = Workflow[State](
    "state",
    (
        Transition(
            "submit",
            _l("Submit"),
            frozenset({State.DRAFT, State.RETURNED}),
            State.SUBMITTED,
            Action.SUBMIT_PROPOSAL,
            checks=(_complete,),
        ),
        Transition(
            "return",
            _l("Return for completion"),
            frozenset({State.SUBMITTED, State.IN_SCORING}),
            State.RETURNED,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "open_scoring",
            _l("Open for scoring"),
            frozenset({State.SUBMITTED}),
            State.IN_SCORING,
            Action.MANAGE_ROUND,
        ),
        Transition(
            "cancel_scoring",
            _l("Take out of scoring"),
            frozenset({State.IN_SCORING}),
            State.SUBMITTED,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "approve",
            _lp("decision", "Approve"),
            frozenset({State.IN_SCORING, State.POSTPONED}),
            State.APPROVED,
            Action.DECIDE,
            checks=(translation_gaps,),
        ),
        Transition(
            "postpone",
            _lp("decision", "Postpone"),
            frozenset({State.IN_SCORING, State.APPROVED}),
            State.POSTPONED,
            Action.DECIDE,
            needs_reason=True,
        ),
        Transition(
            "reject",
            _lp("decision", "Reject"),
            frozenset({State.IN_SCORING, State.POSTPONED}),
            State.REJECTED,
            Action.DECIDE,
            needs_reason=True,
        ),
        Transition(
            "rescore",
            _l("Score again"),
            frozenset({State.POSTPONED}),
            State.IN_SCORING,
            Action.MANAGE_ROUND,
        ),
        Transition(
            "undo_decision",
            _l("Undo the decision"),
            frozenset({State.APPROVED, State.POSTPONED, State.REJECTED}),
            State.IN_SCORING,
            Action.DECIDE,
            needs_reason=True,
        ),
        Transition(
            "withdraw",
            _l("Withdraw"),
            _ON_ITS_WAY,
            State.WITHDRAWN,
            Action.SUBMIT_PROPOSAL,
            confirmed=True,
        ),
        Transition(
            "merge",
            _l("Merge into another measure"),
            _ON_ITS_WAY,
            State.MERGED,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "unmerge",
            _l("Undo the merge"),
            frozenset({State.MERGED}),
            State.SUBMITTED,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "unmerge_draft",
            _l("Undo the merge"),
            frozenset({State.MERGED}),
            State.DRAFT,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "unmerge_in_scoring",
            _l("Undo the merge"),
            frozenset({State.MERGED}),
            State.IN_SCORING,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "unmerge_postponed",
            _l("Undo the merge"),
            frozenset({State.MERGED}),
            State.POSTPONED,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "reopen",
            _l("Reopen as a draft"),
            frozenset({State.REJECTED, State.WITHDRAWN}),
            State.DRAFT,
            Action.MANAGE_PROPOSALS,
            needs_reason=True,
        ),
        Transition(
            "back_to_submitted",
            _l("Undo"),
            frozenset({State.RETURNED, State.IN_SCORING}),
            State.SUBMITTED,
            Action.MANAGE_PROPOSALS,
        ),
        Transition(
            "back_to_scoring",
            _l("Undo"),
            frozenset({State.SUBMITTED, State.RETURNED}),
            State.IN_SCORING,
            Action.MANAGE_PROPOSALS,
        ),
        Transition(
            "back_to_postponed",
            _l("Undo"),
            frozenset({State.IN_SCORING}),
            State.POSTPONED,
            Action.MANAGE_PROPOSALS,
        ),
    ),
)
"""A proposal's way.

The rows of `MANAGE_ROUND` and `DECIDE` depend on a round or a meeting. Those are in rooms below,
which check them and then make the transition.
"""

UNDOING: Mapping[State, str] = MappingProxyType(
    {
        State.SUBMITTED: "back_to_submitted",
        State.IN_SCORING: "back_to_scoring",
        State.POSTPONED: "back_to_postponed",
    }
)
"""The rows that undo what was done to several proposals at once, by the state before that.

They are offered nowhere else, as they tell nobody.
"""

EDITED = "edited"
"""What a step is called that is no transition: it was edited after it was submitted."""

IN_THE_UNIT = frozenset({State.DRAFT, State.RETURNED})
"""States in which the unit writes the proposal, so that it may be half-way."""

_MADE_ALONE = frozenset({Action.MANAGE_PROPOSALS, Action.SUBMIT_PROPOSAL})

UNMERGING: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: "unmerge_draft",
        State.SUBMITTED: "unmerge",
        State.RETURNED: "unmerge_draft",
        State.IN_SCORING: "unmerge_in_scoring",
        State.POSTPONED: "unmerge_postponed",
    }
)
"""The rows that undo a merge, by the state before that."""

OF_TWO = frozenset({"merge", *UNMERGING.values()})
"""The rows that need another measure, made by `lineage.py`."""


def is_made_alone(transition: Transition[State]) -> bool:
    """Tell whether a row needs nothing but the proposal.

    That is no round, no meeting, no other measure, and nothing to undo.
    """
    needs_more = OF_TWO | set(UNDOING.values())
    return transition.action in _MADE_ALONE and transition.name not in needs_more


def offered(measure: Measure, actor: Actor) -> list[Transition[State]]:
    """Return the rows that `actor` may use on the proposal's own page."""
    return [row for row in WORKFLOW.available(measure, actor) if is_made_alone(row)]
