"""Saved scenarios: what they hold, and how they compare."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select

from app.accounts.models import User
from app.extensions import db
from app.scoring.choosing import Candidate
from app.scoring.models import Round, Scenario
from app.scoring.options import Options, Wanted, digest_of


@dataclass(frozen=True)
class Chosen:
    """What was best when a scenario was saved.

    Attributes:
        measures: The measures as they were then, by id.
        digest: The digest of all that could be chosen then; see `options.digest_of`.
    """

    measures: Mapping[int, Candidate]
    digest: str

    def packed(self) -> str:
        """Return it in JSON."""
        rows = [
            [each.id, None if each.score is None else str(each.score), each.once, each.yearly]
            for each in self.measures.values()
        ]
        return json.dumps({"measures": rows, "digest": self.digest})

    @classmethod
    def unpacked(cls, text: str) -> "Chosen":
        """Return what `packed` made of it."""
        said = json.loads(text)
        return cls(
            {
                number: Candidate(number, None if score is None else Fraction(score), once, yearly)
                for number, score, once, yearly in said["measures"]
            },
            said["digest"],
        )


class Sums:
    """What some measures score and cost together.

    Attributes:
        total: The sum of the scores.
        once, yearly: The known costs together, in euros.
        unknown: How many have a one-off or a yearly cost that is not known.
    """

    def __init__(self, candidates: Collection[Candidate]) -> None:
        self.number = len(candidates)
        self.total = sum((each.score or Fraction(0) for each in candidates), Fraction(0))
        self.once = sum(each.once or 0 for each in candidates)
        self.yearly = sum(each.yearly or 0 for each in candidates)
        self.unknown_once = sum(each.once is None for each in candidates)
        self.unknown_yearly = sum(each.yearly is None for each in candidates)


@dataclass(frozen=True)
class Column:
    """A scenario beside others.

    Attributes:
        scenario: The scenario.
        by: The name of who saved it.
        wanted: Its limits and pins.
        chosen: What was best then.
        sums: What that scored and cost then.
        changed: Whether scores or costs of anything that can be chosen have changed since.
        moved: The scores as they are now, of what was chosen and has another one now.
    """

    scenario: Scenario
    by: str
    wanted: Wanted
    chosen: Chosen
    sums: Sums
    changed: bool
    moved: Mapping[int, Fraction | None]


def columns(scoring_round: Round, options: Options) -> list[Column]:
    """Return the scenarios of a round, the newest first."""
    query = (
        select(Scenario, User.name)
        .join(User, User.id == Scenario.saved_by_id)
        .where(Scenario.round_id == scoring_round.id)
    )
    found = db.session.execute(query.order_by(Scenario.saved_at.desc(), Scenario.id.desc()))
    return [_column(scenario, name, options) for scenario, name in found]


def _column(scenario: Scenario, by: str, options: Options) -> Column:
    wanted, chosen = Wanted.unpacked(scenario.settings), Chosen.unpacked(scenario.chosen)
    candidates = options.candidates(wanted.large)
    now = {each.id: each.score for each in candidates}
    return Column(
        scenario,
        by,
        wanted,
        chosen,
        Sums(list(chosen.measures.values())),
        changed=digest_of(candidates) != chosen.digest,
        moved={
            number: now.get(number)
            for number, each in chosen.measures.items()
            if now.get(number) != each.score
        },
    )


def scenario_of(scoring_round: Round, scenario_id: int) -> Scenario | None:
    """Return a scenario of a round."""
    query = select(Scenario).where(
        Scenario.id == scenario_id, Scenario.round_id == scoring_round.id
    )
    return db.session.scalar(query)


def names_taken(scoring_round: Round) -> Sequence[str]:
    """Return the names of the scenarios of a round."""
    query = select(Scenario.name).where(Scenario.round_id == scoring_round.id)
    return db.session.scalars(query).all()
