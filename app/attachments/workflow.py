"""Who may add, change and remove the files of a measure, and in which of its states."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.policy import NO_UNIT, Action, Actor, can
from app.measures.models import Measure
from app.measures.states import Publicity
from app.measures.workflow import IN_THE_UNIT


def may_attach(measure: Measure, actor: Actor) -> bool:
    """Tell whether `actor`, who may read a measure, may add files to it and remove them now.

    The unit may while it writes the proposal; who handles proposals may always.
    """
    if not can(actor, Action.ATTACH, measure.unit_id or NO_UNIT):
        return False
    return measure.state in IN_THE_UNIT or can(actor, Action.MANAGE_PROPOSALS)


def reason_not_to_attach(measure: Measure) -> LazyString:
    """Return why somebody of the unit may not touch the files of a measure now."""
    return _l(
        "The unit can no longer add or remove files: the state is now “%(state)s”. Ask the "
        "secretary to add them.",
        state=measure.state.label,
    )


def until_when(measure: Measure, actor: Actor) -> LazyString | None:
    """Return what to tell somebody of the unit of when it may add files; None to tell others."""
    unit_id = measure.unit_id or NO_UNIT
    if not can(actor, Action.ATTACH, unit_id) or can(actor, Action.MANAGE_PROPOSALS):
        return None
    if may_attach(measure, actor):
        return _l(
            "You can add and remove files until you submit the proposal, and again if it is "
            "returned to you."
        )
    return reason_not_to_attach(measure)


def publicities(actor: Actor, now: Publicity = Publicity.NOT_YET_PUBLIC) -> Sequence[Publicity]:
    """Return what `actor` may set the publicity of a file to, given what it is.

    A file becomes public by whoever handles proposals, and what is public stays so for others.
    """
    if can(actor, Action.MANAGE_PROPOSALS):
        return (Publicity.NOT_YET_PUBLIC, Publicity.SECRET, Publicity.PUBLIC)
    if now is Publicity.PUBLIC:
        return (Publicity.PUBLIC,)
    return (Publicity.NOT_YET_PUBLIC, Publicity.SECRET)
