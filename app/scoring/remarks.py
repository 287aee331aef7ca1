"""What scorers have written on measures, and who is disqualified, as their reader may know it.

Comments are shown without names: the group is to talk about what they say. Who is disqualified must
be known by name, as they leave the meeting while the matter is handled (Administrative Procedure
Act 434/2003, 27 §); their reason stays with their review.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select

from app.accounts.models import User
from app.core.policy import Actor
from app.extensions import db
from app.scoring.blindness import hidden_from
from app.scoring.models import Review, Round
from app.scoring.states import ReviewState


@dataclass
class Remarks:
    """What was written on one measure.

    Attributes:
        comments: The scorers' comments, in the order of their letters, which tells of nobody.
        disqualified: The names of who has declared that they are disqualified; an empty one for
            somebody who was erased.
    """

    comments: list[str] = field(default_factory=list)
    disqualified: list[str] = field(default_factory=list)


def remarks(
    rounds: Collection[Round], actor: Actor, today: date, measure_ids: Collection[int]
) -> Mapping[tuple[int, int], Remarks]:
    """Return what was written on some measures in submitted reviews, by round and measure.

    Nothing is there of a measure that blindness hides from the reader.

    Args:
        rounds: The rounds.
        actor: Who reads.
        today: The day in Finland.
        measure_ids: The measures.
    """
    hidden = hidden_from(actor, rounds, today, measure_ids)
    query = (
        select(Review.round_id, Review.measure_id, Review.comment, Review.disqualified, User.name)
        .join(User, User.id == Review.user_id)
        .where(
            Review.round_id.in_([each.id for each in rounds]),
            Review.measure_id.in_(sorted(measure_ids)),
            Review.state == ReviewState.SUBMITTED,
            or_(Review.comment != "", Review.disqualified),
        )
    )
    found: dict[tuple[int, int], Remarks] = defaultdict(Remarks)
    for round_id, measure_id, comment, disqualified, name in db.session.execute(query):
        if hidden.hides(round_id, measure_id):
            continue
        if disqualified:
            # They take no part in the matter, so their comment does not count either.
            found[round_id, measure_id].disqualified.append(name)
        else:
            found[round_id, measure_id].comments.append(comment)
    for each in found.values():
        each.comments.sort()
        each.disqualified.sort()
    return found
