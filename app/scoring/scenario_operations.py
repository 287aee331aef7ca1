"""Saving and removing scenarios."""

from flask_babel import lazy_gettext as _l

from app.audit.operations import given, record, record_added, values_of
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.errors import Refused
from app.core.policy import Action, Actor, can
from app.extensions import db
from app.scoring.models import Round, Scenario
from app.scoring.options import Wanted
from app.scoring.scenarios import Chosen, names_taken

MOST = 50
"""So many scenarios a round has at most: more could not be compared."""


class NameRefused(Refused):
    """A scenario cannot be saved under its name."""


def save_scenario(
    scoring_round: Round, name: str, wanted: Wanted, chosen: Chosen, actor: Actor
) -> Scenario:
    """Save limits and what was best within them under a name.

    Args:
        scoring_round: The round.
        name: What the scenario is called; no other of the round is called so, in any case.
        wanted: The limits and pins.
        chosen: What is best within them.
        actor: Who saves it.

    Raises:
        NameRefused: Another scenario of the round is called so.
        Refused: The actor may not, or the round has as many as it can have.
    """
    if not can(actor, Action.SAVE_SCENARIO):
        raise Refused(_l("Your role does not include this action."))
    taken = names_taken(scoring_round)
    if name.casefold() in {each.casefold() for each in taken}:
        raise NameRefused(_l("There is a scenario with this name already. Choose another name."))
    if len(taken) >= MOST:
        raise Refused(_l("A round has at most %(most)d scenarios. Remove some first.", most=MOST))
    scenario = Scenario(
        round_id=scoring_round.id,
        name=name,
        settings=wanted.packed(),
        chosen=chosen.packed(),
        saved_by_id=actor.user_id,
        saved_at=clock.now(),
    )
    db.session.add(scenario)
    db.session.flush()
    record_added(Tag.SCENARIO_SAVED, actor, Kind.ROUND, scenario, subject_id=scoring_round.id)
    return scenario


def remove_scenario(scenario: Scenario, actor: Actor) -> None:
    """Remove a scenario for good.

    Raises:
        Refused: The actor may not.
    """
    if not can(actor, Action.SAVE_SCENARIO):
        raise Refused(_l("Your role does not include this action."))
    before = given(values_of(scenario))
    db.session.delete(scenario)
    db.session.flush()
    record(Tag.SCENARIO_REMOVED, actor, Kind.ROUND, scenario.round_id, before=before)
