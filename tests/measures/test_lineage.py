"""How measures follow from one another, and what merging does."""

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.models import User
from app.audit.models import Event
from app.audit.tags import Tag
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.mail.models import Message
from app.measures import lineage, operations
from app.measures.models import Lineage, Measure, Step
from app.measures.states import LineageKind, Publicity, State
from tests.measures.proposals import fresh, saved, unit_id

REASON = "Sama asia kuin kirjaston ehdotus."


def links() -> list[tuple[int, int, str]]:
    return [
        (link.measure_id, link.earlier_id, link.kind)
        for link in db.session.scalars(select(Lineage).order_by(Lineage.id))
    ]


def tags() -> list[Tag]:
    query = select(Event.tag).where(Event.tag.in_((Tag.LINEAGE_MARKED, Tag.LINEAGE_REMOVED)))
    return list(db.session.scalars(query.order_by(Event.id)))


def mark(one: int, earlier: int, kind: LineageKind, actor) -> None:
    with writing():
        lineage.mark(fresh(one), fresh(earlier), kind, actor)


def merge(measure_id: int, into: int, actor, reason: str = REASON) -> None:
    with writing():
        lineage.merge(fresh(measure_id), fresh(into), actor, reason)


def unmerge(measure_id: int, actor, reason: str = "Erehdys") -> None:
    with writing():
        lineage.unmerge(fresh(measure_id), actor, reason)


def relations(measure_id: int, actor) -> list[tuple[str, int | None]]:
    return [(str(each.label), each.id) for each in lineage.relations(fresh(measure_id), actor)]


@pytest.mark.parametrize("kind", list(LineageKind))
def test_a_mark_is_kept_shown_at_both_ends_and_recorded(app, actor, kind: LineageKind) -> None:
    secretary, earlier, later = actor("secretary"), saved(State.APPROVED), saved(State.APPROVED)
    mark(later, earlier, kind, secretary)
    assert links() == [(later, earlier, kind)]
    assert relations(later, secretary) == [(str(kind.label), earlier)]
    assert relations(earlier, secretary) == [(str(lineage.FROM_THE_EARLIER[kind]), later)]
    assert tags() == [Tag.LINEAGE_MARKED]
    # It changes nothing else.
    assert fresh(later).state is fresh(earlier).state is State.APPROVED
    assert fresh(later).version == 1


def test_what_is_marked_already_stays_as_it_is(app, actor) -> None:
    secretary, one, two = actor("secretary"), saved(), saved()
    for _ in range(2):
        mark(one, two, LineageKind.SPLIT, secretary)
    assert links() == [(one, two, "split")]
    assert tags() == [Tag.LINEAGE_MARKED]
    for later, earlier, kind in ((one, two, LineageKind.RENAMED), (two, one, LineageKind.SPLIT)):
        with pytest.raises(Refused):
            mark(later, earlier, kind, secretary)
    assert links() == [(one, two, "split")]


def test_marks_do_not_go_round_in_a_circle(app, actor) -> None:
    secretary, (a, b, c) = actor("secretary"), [saved() for _ in range(3)]
    mark(b, a, LineageKind.CARRIED_OVER, secretary)
    mark(c, b, LineageKind.CARRIED_OVER, secretary)
    for later, earlier in ((a, c), (a, a)):
        with pytest.raises(Refused):
            mark(later, earlier, LineageKind.RENAMED, secretary)
    # Two ways to the same one are no circle.
    mark(c, a, LineageKind.SPLIT, secretary)
    assert len(links()) == 3


@pytest.mark.parametrize("person", ["proposer", "member", "chair", "administrator", "viewer"])
def test_the_secretary_alone_says_how_measures_are_related(app, actor, person: str) -> None:
    someone, secretary, one, two = actor(person), actor("secretary"), saved(), saved()
    with pytest.raises(Refused):
        mark(one, two, LineageKind.SPLIT, someone)
    with pytest.raises(Refused):
        merge(one, two, someone)
    assert links() == []
    mark(one, two, LineageKind.SPLIT, secretary)
    with pytest.raises(Refused), writing():
        lineage.remove(lineage.link_between(fresh(one), fresh(two)), someone)
    assert len(links()) == 1


def test_a_wrong_mark_is_removed(app, actor) -> None:
    secretary, one, two = actor("secretary"), saved(), saved()
    mark(one, two, LineageKind.RENAMED, secretary)
    with writing():
        lineage.remove(lineage.link_between(fresh(two), fresh(one)), secretary)
    assert links() == []
    assert tags() == [Tag.LINEAGE_MARKED, Tag.LINEAGE_REMOVED]


def test_a_merge_ends_the_proposal_and_says_where_it_went(app, actor) -> None:
    secretary = actor("secretary")
    one, into = saved(State.SUBMITTED), saved(State.IN_SCORING, unit_id=unit_id("streets"))
    merge(one, into, secretary)
    assert fresh(one).state is State.MERGED
    assert fresh(into).state is State.IN_SCORING
    assert links() == [(one, into, "duplicate")]
    step = db.session.scalars(select(Step)).one()
    assert (step.measure_id, step.transition, step.reason) == (one, "merge", REASON)
    assert relations(one, secretary) == [("yhdistetty toimenpiteeseen", into)]
    assert relations(into, secretary) == [("yhdistetty tähän", one)]


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED, State.WITHDRAWN, State.MERGED])
def test_what_is_decided_is_not_merged(app, actor, state: State) -> None:
    one, into = saved(state), saved(State.SUBMITTED)
    with pytest.raises(Refused):
        merge(one, into, actor("secretary"))
    assert (fresh(one).state, links()) == (state, [])


@pytest.mark.parametrize("state", [State.REJECTED, State.WITHDRAWN, State.MERGED])
def test_nothing_is_merged_into_what_does_not_go_on(app, actor, state: State) -> None:
    one, into = saved(State.SUBMITTED), saved(state)
    with pytest.raises(Refused):
        merge(one, into, actor("secretary"))
    assert (fresh(one).state, links()) == (State.SUBMITTED, [])


def test_nothing_is_merged_into_itself_or_a_draft_of_nobodys_or_without_a_reason(
    app, actor
) -> None:
    secretary, one, nobodys = actor("secretary"), saved(State.SUBMITTED), saved(unit_id=None)
    other = saved()
    for into, reason in ((one, REASON), (nobodys, REASON), (other, " ")):
        with pytest.raises(Refused):
            merge(one, into, secretary, reason)
    assert (fresh(one).state, links()) == (State.SUBMITTED, [])
    assert db.session.scalars(select(func.count()).select_from(Step)).one() == 0


def test_what_follows_from_the_proposal_does_not_take_it_up(app, actor) -> None:
    secretary, one, part = actor("secretary"), saved(State.SUBMITTED), saved(State.SUBMITTED)
    mark(part, one, LineageKind.SPLIT, secretary)
    with pytest.raises(Refused):
        merge(one, part, secretary)
    assert fresh(one).state is State.SUBMITTED


def test_a_mark_of_a_duplicate_gives_way_to_the_merge(app, actor) -> None:
    secretary, one = actor("secretary"), saved(State.REJECTED)
    old, new = saved(State.APPROVED), saved(State.SUBMITTED)
    mark(one, old, LineageKind.DUPLICATE, secretary)
    with writing():
        operations.move(fresh(one), "reopen", secretary, "Uusi yritys")
    merge(one, new, secretary)
    assert links() == [(one, new, "duplicate")]


@pytest.mark.parametrize(
    ("moves", "state"),
    [
        ([], State.DRAFT),
        (["submit"], State.SUBMITTED),
        (["submit", "return"], State.DRAFT),
        (["submit", "open_scoring"], State.IN_SCORING),
        (["submit", "open_scoring", "postpone"], State.POSTPONED),
    ],
)
def test_a_wrong_merge_is_undone(app, actor, moves: list[str], state: State) -> None:
    ella, secretary = actor("proposer"), actor("secretary")
    one, into = saved(), saved(State.SUBMITTED)
    for name in moves:
        with writing():
            by = ella if name == "submit" else secretary
            operations.move(fresh(one), name, by, "Syy")
    merge(one, into, secretary)
    with pytest.raises(Refused):
        unmerge(one, secretary, "")
    with pytest.raises(Refused):
        unmerge(one, ella)
    assert fresh(one).state is State.MERGED
    unmerge(one, secretary)
    assert fresh(one).state is state
    assert links() == []
    with pytest.raises(Refused):
        unmerge(one, secretary)


def test_the_mark_of_a_merge_is_not_removed_by_itself(app, actor) -> None:
    secretary, one, into = actor("secretary"), saved(State.SUBMITTED), saved(State.SUBMITTED)
    merge(one, into, secretary)
    with pytest.raises(Refused), writing():
        lineage.remove(lineage.link_between(fresh(one), fresh(into)), secretary)
    assert len(links()) == 1


def test_who_proposed_hears_of_the_merge_and_of_its_undoing(app, actor) -> None:
    secretary, ella = actor("secretary"), actor("proposer")
    one, into = saved(State.SUBMITTED), saved(State.SUBMITTED)
    with writing():
        db.session.execute(update(User).values(email=User.key + "@example.org"))
        db.session.execute(
            update(Measure).where(Measure.id == one).values(created_by_id=ella.user_id)
        )
        db.session.execute(delete(Message))
    merge(one, into, secretary)
    unmerge(one, secretary)
    messages = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [message.user_id for message in messages] == [ella.user_id] * 2
    assert REASON in messages[0].text


# Who knows into what a proposal was merged: by the state and publicity of that one.
NOT_YET, SECRET = Publicity.NOT_YET_PUBLIC, Publicity.SECRET


@pytest.mark.parametrize(
    ("state", "publicity", "named", "linked"),
    [
        (State.APPROVED, NOT_YET, True, True),
        (State.SUBMITTED, NOT_YET, True, False),
        (State.IN_SCORING, NOT_YET, True, False),
        (State.SUBMITTED, SECRET, False, False),
        (State.DRAFT, NOT_YET, False, False),
        (State.APPROVED, SECRET, False, False),
    ],
)
def test_what_the_proposer_of_a_merged_one_knows(
    app, actor, state: State, publicity: Publicity, named: bool, linked: bool
) -> None:
    one = saved(State.SUBMITTED)
    into = saved(
        state,
        unit_id=unit_id("streets"),
        publicity=publicity,
        secrecy_basis="JulkL 24 §",
        name_fi="Toisen yksikön",
    )
    merge(one, into, actor("secretary"))
    (relation,) = lineage.relations(fresh(one), actor("proposer"))
    assert (relation.name_fi == "Toisen yksikön", relation.id == into) == (named, linked)
    assert relation.id in {into, None}
    # The other way round nobody hears of what they may not read.
    there = lineage.relations(fresh(into), actor("proposer2"))
    assert there == []


def test_other_relations_are_shown_to_those_who_may_read_both(app, actor) -> None:
    secretary, one = actor("secretary"), saved(State.APPROVED)
    other = saved(State.SUBMITTED, unit_id=unit_id("streets"))
    mark(one, other, LineageKind.SPLIT, secretary)
    assert relations(one, actor("proposer")) == relations(one, actor("viewer")) == []
    assert relations(one, actor("proposer2")) == [(str(LineageKind.SPLIT.label), other)]


def test_a_search_finds_what_may_be_related(app, actor) -> None:
    secretary, this = actor("secretary"), saved()
    other = saved(name_fi="Katujen talvihoito kartalle")
    assert [each.id for each in lineage.found_by("talvi kart", fresh(this), secretary)] == [other]
    assert lineage.found_by("asukas", fresh(this), secretary) == []
    assert lineage.found_by("talvi", fresh(this), actor("viewer")) == []
    for _ in range(lineage.MOST_FOUND + 1):
        saved(name_fi="Katu")
    assert len(lineage.found_by("katu", fresh(this), secretary)) == lineage.MOST_FOUND


@pytest.mark.parametrize("count", [1, 3])
def test_as_few_queries_with_one_relation_as_with_many(
    app, actor, query_counter, count: int
) -> None:
    secretary, this = actor("secretary"), saved()
    for _ in range(count):
        mark(this, saved(), LineageKind.SPLIT, secretary)
    measure = fresh(this)
    with query_counter() as statements:
        assert len(lineage.relations(measure, secretary)) == count
    assert len(statements) == 1
