"""What can be chosen within limits: the measures of a round with their scores and costs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256

from flask_babel import lazy_gettext as _l

from app.config import Settings
from app.core.enums import Labelled
from app.core.policy import Actor
from app.measures.models import Measure
from app.measures.states import Size, State
from app.programmes.models import Theme
from app.scoring import queries, ranking
from app.scoring.blindness import hidden_from
from app.scoring.choosing import Candidate, Limits
from app.scoring.models import Round
from app.vocabulary.queries import values

CHOOSABLE = frozenset({State.IN_SCORING, State.APPROVED})
"""States of what can be chosen. What was postponed or rejected has been decided on otherwise."""


class Reason(Labelled):
    """Why a measure is pinned in unless somebody takes the pin away."""

    APPROVED = "approved", _l("approved already")
    LAW = "law", _l("based on law")
    END_OF_SUPPORT = "end_of_support", _l("end of support")


@dataclass(frozen=True)
class Options:
    """What can be chosen in a round.

    Attributes:
        measures: The measures, the lowest id first.
        scores: The mean of the scorers' scores of those that have any.
        reasons: Why some are pinned in by default.
        class_limits: What S and M count as, in euros: the class above begins there.
    """

    measures: Sequence[Measure]
    scores: Mapping[int, Fraction]
    reasons: Mapping[int, Reason]
    class_limits: Mapping[Size, int]

    def candidates(self, large: int | None) -> list[Candidate]:
        """Return the measures as they are chosen among.

        The one-off cost is the estimate if there is one, otherwise the upper limit of the cost
        class; a yearly cost is known by an estimate alone.

        Args:
            large: What L counts as, in euros; it has no upper limit, so that None means unknown.
        """
        limits = dict(self.class_limits)
        if large is not None:
            limits[Size.L] = large
        return [
            Candidate(
                each.id,
                self.scores.get(each.id),
                _once(each, limits),
                each.cost_yearly,
                each.theme_id,
            )
            for each in self.measures
        ]

    @property
    def themes(self) -> list[Theme]:
        """The themes of the measures, in the order of their programme."""
        found = {each.theme.id: each.theme for each in self.measures if each.theme}
        return sorted(found.values(), key=lambda theme: (theme.position, theme.id))


def _once(measure: Measure, limits: Mapping[Size, int]) -> int | None:
    """Return the one-off cost of a measure in euros; None when it is not known."""
    if measure.cost_once is not None or measure.cost_class is None:
        return measure.cost_once
    return limits.get(measure.cost_class)


def options_of(
    scoring_round: Round, year: int, actor: Actor, today: date, settings: Settings
) -> Options | None:
    """Return what can be chosen in a round; None while anything of its ranking is hidden."""
    ranked = queries.ranked_measures(year, actor)
    hidden = hidden_from(actor, [scoring_round], today)
    if hidden.hides_any(scoring_round.id, [each.id for each in ranked]):
        return None
    found = ranking.scores([scoring_round], actor, today)
    totals = {each.id: found.of(scoring_round.id, each.id).total for each in ranked}
    sources = {value.id: value.key for value in values()}
    measures = [each for each in ranked if each.state in CHOOSABLE]
    reasons = {
        each.id: Reason.APPROVED
        if each.state is State.APPROVED
        else Reason.parse(sources.get(each.source_id or 0))
        for each in measures
    }
    return Options(
        measures,
        {measure_id: total for measure_id, total in totals.items() if total is not None},
        {measure_id: reason for measure_id, reason in reasons.items() if reason},
        {Size.S: settings.cost_class_m_from, Size.M: settings.cost_class_l_from},
    )


@dataclass(frozen=True)
class Wanted:
    """What a choice is to keep to.

    Attributes:
        limits: The limits and pins.
        large: What L counts as, in euros; None when that is not known.
    """

    limits: Limits
    large: int | None = None

    def arguments(self) -> dict[str, object]:
        """Return it as the arguments of an address; `scenario_forms.py` reads them."""
        limits = self.limits
        amounts = {
            "once": limits.once,
            "yearly": limits.yearly,
            "number": limits.number,
            "large": self.large,
        }
        return {
            "set": "1",
            **{name: amount for name, amount in amounts.items() if amount is not None},
            **{f"least_{theme}": number for theme, number in sorted(limits.at_least.items())},
            "in": sorted(limits.inside),
            "out": sorted(limits.outside),
        }

    def packed(self) -> str:
        """Return it in JSON."""
        limits = self.limits
        return json.dumps(
            {
                "once": limits.once,
                "yearly": limits.yearly,
                "number": limits.number,
                "inside": sorted(limits.inside),
                "outside": sorted(limits.outside),
                "at_least": sorted(limits.at_least.items()),
                "large": self.large,
            }
        )

    @classmethod
    def unpacked(cls, text: str) -> "Wanted":
        """Return what `packed` made of it."""
        said = json.loads(text)
        limits = Limits(
            said["once"],
            said["yearly"],
            said["number"],
            frozenset(said["inside"]),
            frozenset(said["outside"]),
            dict(said["at_least"]),
        )
        return cls(limits, said["large"])


def digest_of(candidates: Sequence[Candidate]) -> str:
    """Return a digest of all that the choice among some candidates hangs on, but the limits."""
    said = [[each.id, str(each.score), each.once, each.yearly, each.theme] for each in candidates]
    return sha256(json.dumps(sorted(said)).encode()).hexdigest()
