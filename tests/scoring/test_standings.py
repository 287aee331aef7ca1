"""What the ranking is made of: a measure's scores, how far the group agrees, and the cut line."""

from fractions import Fraction

import pytest

from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures.states import State
from app.scoring import queries, ranking
from app.scoring.models import Criterion, Round
from app.scoring.queries import Seat
from app.scoring.ranking import OwnReview, Place, Score
from app.scoring.states import Consensus, ProposedOutcome, ReviewState, Side
from tests.measures.proposals import fresh, saved
from tests.scoring.rounds import YEAR, close_round, judge, open_round, the_round

APPROVE, REJECT = ProposedOutcome.APPROVE, ProposedOutcome.REJECT
AWAY = {"disqualified": True, "disqualification_reason": "Oma hanke"}


@pytest.fixture
def measure_id(app, actor) -> int:
    """Return a measure in scoring, for a round of three seats, the first of which has a deputy."""
    ids = [actor(person).user_id for person in ("member", "member2", "member3", "chair")]
    seats = [Seat(ids[0], ids[3]), Seat(ids[1]), Seat(ids[2])]
    open_round(actor("secretary"), seats=seats)
    return saved(State.IN_SCORING)


def score_of(measure_id: int, reader: Actor) -> Score:
    found = the_round()
    return ranking.scores([found], reader, clock.today()).of(found.id, measure_id)


def places(reader: Actor) -> list[Place]:
    names = {row.id: row.name_fi for row in queries.ranked_names(YEAR, reader)}
    return ranking.places(the_round(), names, reader, clock.today())


def make_room(capacity: int | None) -> None:
    with writing():
        db.session.get_one(Round, the_round().id).capacity = capacity


def test_what_nobody_has_scored_yet(actor, measure_id) -> None:
    expected = Score(missing=3, consensus=Consensus.NOT_BEGUN)
    assert score_of(measure_id, actor("secretary")) == expected
    assert expected.spread is None
    judge(actor("member"), measure_id, 4, submit=False)
    assert score_of(measure_id, actor("secretary")) == expected


def test_the_figures_of_a_score(actor, measure_id) -> None:
    # The scores are 3.35, 4 and (30 + 80 + 80 + 45 + 60) / 100 = 2.95.
    judge(actor("member"), measure_id, 5, 4, 3, 2, 1)
    judge(actor("member2"), measure_id, 4)
    score = score_of(measure_id, actor("secretary"))
    assert (score.missing, score.consensus) == (1, Consensus.UNDER_WAY)
    assert (score.total, score.median) == (Fraction("3.675"), Fraction("3.675"))
    judge(actor("member3"), measure_id, 1, 4, 4, 3, 4, proposed_outcome=ProposedOutcome.POSTPONE)
    assert score_of(measure_id, actor("secretary")) == Score(
        total=Fraction("10.3") / 3,
        median=Fraction("3.35"),
        lowest=Fraction("2.95"),
        highest=Fraction(4),
        scorers=3,
        missing=0,
        outcomes={APPROVE: 2, ProposedOutcome.POSTPONE: 1},
        consensus=Consensus.MIXED,
    )
    assert score_of(measure_id, actor("secretary")).spread == Fraction("1.05")


def test_other_weights_make_other_scores_at_once(actor, measure_id) -> None:
    judge(actor("member"), measure_id, 5, 1, 1, 1, 1)
    judge(actor("member2"), measure_id, 1)
    secretary = actor("secretary")
    before = score_of(measure_id, secretary), places(secretary)
    with writing():
        for criterion in the_round().criteria:
            db.session.get_one(Criterion, criterion.id).weight *= 3
    assert (score_of(measure_id, secretary), places(secretary)) == before
    with writing():
        db.session.get_one(Criterion, the_round().criteria[0].id).weight = 210
    # Now (210·5 + 210·1) / 420 and 1.
    score = score_of(measure_id, secretary)
    assert (score.total, score.highest, score.lowest) == (2, 3, 1)


def test_a_seat_is_missing_until_one_of_its_people_has_judged(actor, measure_id) -> None:
    secretary = actor("secretary")

    def missing() -> int:
        return score_of(measure_id, secretary).missing

    judge(actor("member2"), measure_id, 3, **AWAY)
    assert missing() == 2
    # The deputy alone can't say that the member would not score.
    judge(actor("chair"), measure_id, 3, **AWAY)
    assert missing() == 2
    judge(actor("member"), measure_id, 3, **AWAY)
    assert missing() == 1
    other = saved(State.IN_SCORING)
    judge(actor("chair"), other, 3)
    assert score_of(other, secretary).missing == 2


def test_who_is_missing_no_longer_counts_when_the_measure_is_decided(actor, measure_id) -> None:
    judge(actor("member"), measure_id, 3)
    with writing():
        fresh(measure_id).state = State.APPROVED
    assert score_of(measure_id, actor("secretary")).consensus is Consensus.AGREED


def test_a_conflict_shows_before_all_have_scored(actor, measure_id) -> None:
    judge(actor("member"), measure_id, 3)
    judge(actor("member2"), measure_id, 3, proposed_outcome=REJECT)
    score = score_of(measure_id, actor("secretary"))
    assert (score.missing, score.spread, score.is_conflicting) == (1, 0, True)


def test_what_is_hidden_tells_nothing(actor, measure_id) -> None:
    """To a blind scorer a measure is the same to the last field, whatever others think of it."""
    reader, unscored = actor("member3"), saved(State.IN_SCORING)
    make_room(1)
    judge(actor("member"), measure_id, 1)
    judge(actor("member2"), measure_id, 5, proposed_outcome=REJECT)
    hidden = Score(hidden=True)
    assert score_of(measure_id, reader) == score_of(unscored, reader) == hidden
    assert {place.rank for place in places(reader)} == {None}
    judge(reader, measure_id, 2, submit=False)
    own = OwnReview(ReviewState.DRAFT, False, fresh(measure_id).version)
    assert score_of(measure_id, reader) == Score(hidden=True, own=own)
    judge(reader, measure_id, 2)
    seen = score_of(measure_id, reader)
    assert (seen.scorers, seen.spread, seen.consensus) == (3, 4, Consensus.CONFLICTING)
    # The line is drawn through the whole ranking, of which a part is hidden still.
    place = next(each for each in places(reader) if each.measure_id == measure_id)
    assert (place.rank, place.side) == (1, None)
    judge(reader, unscored, 2)
    assert {each.side for each in places(reader)} == {Side.ABOVE, Side.BELOW}


def test_the_sides_of_the_cut_line(actor, measure_id) -> None:
    second, third, unscored = (saved(State.IN_SCORING) for _time in range(3))
    for each, value in ((measure_id, 5), (second, 3), (third, 3)):
        judge(actor("member"), each, value)
    above, tied, below = Side.ABOVE, Side.TIED, Side.BELOW
    for capacity, sides in (
        (None, (None, None, None)),
        (1, (above, below, below)),
        (2, (above, tied, tied)),
        (3, (above, above, above)),
    ):
        make_room(capacity)
        found = places(actor("secretary"))
        assert [place.rank for place in found] == [1, 2, 2, None]
        assert tuple(place.side for place in found) == (*sides, None)
        assert found[3].measure_id == unscored


def test_all_see_the_line_after_the_round(actor, measure_id) -> None:
    judge(actor("member"), measure_id, 5)
    make_room(1)
    assert places(actor("member2"))[0].side is None
    close_round()
    assert (
        places(actor("member2")) == places(actor("secretary")) == [Place(measure_id, 1, Side.ABOVE)]
    )


def test_the_ranking_and_a_single_score_are_of_one_mind(actor, measure_id) -> None:
    """The database adds the points of a ranking up in another way than those of a single score."""
    with writing():
        next(each for each in the_round().criteria if each.key == "urgency").required = False
    ids = [measure_id, *(saved(State.IN_SCORING, name_fi=f"Nimi {n}") for n in range(6))]
    for number, each in enumerate(ids):
        for person, shift in (("member", 1), ("member2", 2), ("member3", 4)):
            ratings = [1 + (number * shift + at) % 5 for at in range(5)]
            ratings[2] *= (number + shift) % 2
            if shift < 4 or number % 3:
                judge(actor(person), each, *ratings)
    secretary = actor("secretary")
    totals = {each: score_of(each, secretary).total for each in ids}
    assert len(set(totals.values())) > 4
    for place in places(secretary):
        mine = totals[place.measure_id]
        assert place.rank == 1 + sum(total > mine for total in totals.values())
    assert [place.measure_id for place in places(secretary)] == sorted(
        ids, key=lambda each: (-totals[each], fresh(each).name_fi.casefold(), each)
    )
