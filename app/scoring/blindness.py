"""What a reader may not see yet of others' reviews. Whoever shows anything of reviews asks here.

Whoever may score sees nothing of what others think of a measure before they have judged it
themselves, or before the round has closed: `Round.blindness` says which. Blindness follows the
person over all their roles, so a secretary who also scores is as blind as the other members. So is
one who may score later in the round, as a deputy does whose days have not begun. It does not hang
on a seat in the round either, as one may be given yet.

Somebody who has declared a disqualification has not judged the measure: if that opened their eyes,
it could be declared for a look and taken back. They stay blind until the round has closed.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from app.accounts.queries import begins_to_hold
from app.core.policy import RULES, Action, Actor, can
from app.scoring import queries
from app.scoring.models import Round
from app.scoring.states import Blindness, ReviewState


class Hidden(NamedTuple):
    """What blindness hides from one reader.

    Attributes:
        rounds: Ids of the rounds in which the reader is blind.
        opened: Round and measure of what they see in these nevertheless.
    """

    rounds: frozenset[int]
    opened: frozenset[tuple[int, int]]

    def hides(self, round_id: int, measure_id: int) -> bool:
        """Tell whether others' reviews of a measure are hidden."""
        return round_id in self.rounds and (round_id, measure_id) not in self.opened

    def hides_any(self, round_id: int, measure_ids: Iterable[int]) -> bool:
        """Tell whether others' reviews of one of some measures are hidden.

        From such a reader all that is made of the whole round is hidden, too: it would tell them
        of the measures that they may not know of.
        """
        return any(self.hides(round_id, each) for each in measure_ids)


def is_blind(scoring_round: Round, actor: Actor, today: date) -> bool:
    """Tell whether others' reviews are hidden from `actor` until something opens them."""
    return bool(_blinding([scoring_round], actor, today))


def _blinding(rounds: Collection[Round], actor: Actor, today: date) -> list[Round]:
    """Return those of some rounds in which `actor` may score, today or later."""
    found = [each for each in rounds if not each.is_closed(today)]
    if can(actor, Action.SCORE):
        return found
    if not found or actor.user_id is None:
        return []
    first_day = begins_to_hold(actor.user_id, RULES[Action.SCORE].roles, today)
    return [each for each in found if first_day and first_day <= each.closes_on]


def hidden_from(
    actor: Actor,
    rounds: Collection[Round],
    today: date,
    measure_ids: Collection[int] | None = None,
) -> Hidden:
    """Return what blindness hides from `actor` in some rounds.

    Args:
        actor: Who reads.
        rounds: The rounds.
        today: The day in Finland.
        measure_ids: Only these measures are asked for; all when None.
    """
    blind = _blinding(rounds, actor, today)
    opening = [each for each in blind if each.blindness is Blindness.UNTIL_OWN]
    own = queries.own_reviews(opening, actor, measure_ids) if opening else ()
    opened = (
        (round_id, measure_id)
        for round_id, measure_id, state, disqualified, _version in own
        if state is ReviewState.SUBMITTED and not disqualified
    )
    return Hidden(frozenset(each.id for each in blind), frozenset(opened))
