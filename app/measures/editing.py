"""What the writer of a proposal says of it, and who may set which of it in which state."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.policy import NO_UNIT, Action, Actor, can
from app.measures.models import Measure
from app.measures.states import State
from app.measures.workflow import TWIN_TEXTS

POSTS = "post_ids"
"""What the posts that are responsible beside the lead post are called among the fields."""

_TEXTS = frozenset(f"{name}_{lang}" for name in TWIN_TEXTS for lang in ("fi", "sv"))

_CLASSIFICATION = frozenset(
    {
        "beneficiary_id",
        "long_term_benefit_id",
        "source_id",
        "legal_act",
        "legal_section",
        "legal_deadline",
        "impact",
        "cost_class",
        "theme_id",
        "level_id",
        "development_model_id",
        "partners",
        "lead_post_id",
        POSTS,
        "first_year",
        "last_year",
    }
)
"""What a measure is classified by, with what some of the choices ask for."""

PROPOSED = (
    _TEXTS
    | _CLASSIFICATION
    | {
        "cost_once",
        "cost_yearly",
        "unit_id",
        "contact_id",
        "origin",
        "funding_call",
        "publicity",
        "secrecy_basis",
    }
)
"""Everything that the writer of a proposal says of it: columns of `Measure`, and `POSTS`."""

_PLACE = frozenset({"theme_id", "lead_post_id"})
"""Under what a measure stands, and who answers for it, which those do not decide themselves."""

_FACTS = _TEXTS | (_CLASSIFICATION - _PLACE) | {"cost_once", "cost_yearly"}
"""What an approved measure says of itself."""

_BY_THE_UNIT = MappingProxyType({Action.SUBMIT_PROPOSAL: PROPOSED, Action.TRANSLATE: _TEXTS})

_BY_THE_SECRETARY = MappingProxyType({Action.MANAGE_PROPOSALS: _TEXTS | _CLASSIFICATION})

EDITABLE: Mapping[State, Mapping[Action, frozenset[str]]] = MappingProxyType(
    {
        State.DRAFT: _BY_THE_UNIT,
        State.RETURNED: _BY_THE_UNIT,
        State.SUBMITTED: _BY_THE_SECRETARY,
        State.IN_SCORING: _BY_THE_SECRETARY,
        State.APPROVED: MappingProxyType(
            {Action.EDIT_FACTS: _FACTS, Action.MANAGE_PROPOSALS: _PLACE}
        ),
    }
)
"""What may be set in which state, by those who may do which action; in other states nothing.

Who may submit a proposal answers for all of it. Nobody makes one public by editing it. The facts of
what is approved go on changing; what the city board has approved of them stays in the snapshot.
"""


def editable(measure: Measure, actor: Actor) -> frozenset[str]:
    """Return the fields that `actor` may set in the proposal's present state.

    A draft is its writer's too, so that the secretary may begin one on behalf of a unit.
    """
    unit_id = measure.unit_id or NO_UNIT
    rows = EDITABLE.get(measure.state, {}).items()
    found = [fields for action, fields in rows if can(actor, action, unit_id, measure.lead_post_id)]
    is_writer = actor.is_signed_in and measure.created_by_id == actor.user_id
    if measure.state is State.DRAFT and is_writer and can(actor, Action.PROPOSE, unit_id):
        found.append(PROPOSED)
    return frozenset().union(*found)


def may_edit(measure: Measure, actor: Actor) -> bool:
    """Tell whether `actor` may edit anything of the proposal in its present state."""
    return bool(editable(measure, actor))


def edits_facts(measure: Measure, actor: Actor) -> bool:
    """Tell whether `actor` may edit the facts of a measure, as it is approved."""
    return measure.state is State.APPROVED and may_edit(measure, actor)


def reason_not_to_edit(measure: Measure) -> LazyString:
    """Return why somebody may not edit what they wanted to in a proposal."""
    if measure.state is State.APPROVED:
        return _l(
            "This is approved. The secretary, and the holder of the responsible post, may edit it."
        )
    if measure.state in EDITABLE:
        return _l("Your role does not include editing this.")
    return _l(
        "This can no longer be edited: the state is now “%(state)s”.", state=measure.state.label
    )
