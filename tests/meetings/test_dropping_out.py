"""What becomes of a matter and of reviews when the measure leaves scoring before it is decided."""

import pytest

from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.measures import lineage
from app.measures.operations import move
from app.measures.states import State
from app.meetings import operations, queries
from app.meetings.models import Decision, Meeting
from app.meetings.states import Outcome
from app.scoring.queries import ranked_measures
from app.scoring.rating_queries import ballots
from tests.client import HTMX
from tests.html import document_of, elements, text_of
from tests.measures.proposals import fresh, saved
from tests.meetings.agendas import added, arranged, decided, matter
from tests.scoring.rounds import YEAR, judge, open_round, the_round

NAME = "Asukas varaa ajan itse"


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today."""
    return arranged(actor("secretary"))


@pytest.fixture
def waiting(app, actor, meeting_id) -> tuple[int, int]:
    """Return the ids of a proposal in scoring and of its matter on the agenda."""
    measure_id = saved(State.SUBMITTED)
    go(measure_id, "open_scoring", actor("secretary"))
    return measure_id, added(actor("secretary"), meeting_id, measure_id)


def go(measure_id: int, name: str, actor, reason: str = "Syy") -> None:
    with writing():
        move(fresh(measure_id), name, actor, reason)


def merge(measure_id: int, actor) -> int:
    """Merge a measure into a new one, and return the id of that."""
    into = saved(State.SUBMITTED, name_fi="Yhteinen ajanvaraus", name_sv="")
    with writing():
        lineage.merge(fresh(measure_id), fresh(into), actor, "Sama asia.")
    return into


def unmerge(measure_id: int, actor) -> None:
    with writing():
        lineage.unmerge(fresh(measure_id), actor, "Erehdys")


def lists(client, meeting_id: int) -> dict[str, list[str]]:
    """Return the names of the matters on the page of a meeting, by the ids of the headings."""
    return {
        section.get("aria-labelledby", ""): [
            text_of(each) for each in elements(section, "h3") if NAME in text_of(each)
        ]
        for section in elements(document_of(client.get(f"/meetings/{meeting_id}")).root, "section")
    }


def approve_minutes(meeting_id: int, actor) -> None:
    with writing():
        meeting = db.session.get_one(Meeting, meeting_id)
        operations.approve_minutes(meeting, clock.today(), actor)


@pytest.mark.parametrize("way", ["merge", "withdraw", "return", "cancel_scoring"])
def test_what_leaves_scoring_leaves_the_agenda(
    client, sign_in, actor, meeting_id, waiting, way: str
) -> None:
    secretary, (measure_id, decision_id) = actor("secretary"), waiting
    sign_in(client, "secretary")
    assert lists(client, meeting_id)["agenda"] == [NAME]
    if way == "merge":
        merge(measure_id, secretary)
    else:
        go(measure_id, way, actor("proposer") if way == "withdraw" else secretary)
    found = lists(client, meeting_id)
    assert (found["agenda"], found["dropped"]) == ([], [NAME])
    address = f"/meetings/{meeting_id}/decisions/{decision_id}"
    assert address not in client.get(f"/meetings/{meeting_id}").text
    assert [row[1:] for row in queries.coming(clock.today())] == [(0, 0)]
    # A page that is still open is told so.
    data = {f"decision-{decision_id}-outcome": "approve"}
    for headers in ({}, HTMX):
        answer = client.forge(address, data, headers=headers)
        assert answer.status_code == 409
        assert str(fresh(measure_id).state.label) in answer.text
        assert 'class="error-summary"' in answer.text
    assert matter(decision_id).outcome is None


@pytest.mark.parametrize("was_postponed", [False, True])
def test_undoing_a_merge_brings_it_back_to_the_agenda(
    client, sign_in, actor, meeting_id, waiting, was_postponed: bool
) -> None:
    secretary, (measure_id, decision_id) = actor("secretary"), waiting
    if was_postponed:
        decided(secretary, decision_id, Outcome.POSTPONE, "Odotetaan")
        meeting_id = arranged(secretary, 2)
        decision_id = added(secretary, meeting_id, measure_id)
    sign_in(client, "secretary")
    into = merge(measure_id, secretary)
    unmerge(measure_id, secretary)
    assert fresh(measure_id).state is (State.POSTPONED if was_postponed else State.IN_SCORING)
    found = lists(client, meeting_id)
    assert (found["agenda"], found.get("dropped")) == ([NAME], None)
    # It waits there, and on no other.
    assert not [each.id for each in queries.ready_measures(secretary, [measure_id])]
    decided(secretary, decision_id, Outcome.APPROVE)
    assert fresh(measure_id).state is State.APPROVED
    assert fresh(into).state is State.SUBMITTED


def test_minutes_are_approved_without_what_dropped_out(
    client, sign_in, actor, meeting_id, waiting
) -> None:
    secretary, (measure_id, decision_id) = actor("secretary"), waiting
    other = added(secretary, meeting_id, saved(State.IN_SCORING))
    merge(measure_id, secretary)
    with pytest.raises(Refused):
        approve_minutes(meeting_id, secretary)
    assert db.session.get(Decision, decision_id) is not None
    decided(secretary, other, Outcome.REJECT, "Ei nyt")
    approve_minutes(meeting_id, secretary)
    assert db.session.get(Decision, decision_id) is None
    removed = db.session.query(Event).filter_by(tag=Tag.MATTER_REMOVED).one()
    assert removed.subject_id == measure_id
    # What comes back later goes to a meeting to come.
    unmerge(measure_id, secretary)
    assert added(secretary, arranged(secretary, 2, days=14), measure_id) > decision_id


def test_reviews_of_what_is_merged_wait_and_count_again(app, actor) -> None:
    secretary, member = actor("secretary"), actor("member")
    open_round(secretary)
    measure_id = saved(State.SUBMITTED)
    go(measure_id, "open_scoring", secretary)
    judge(member, measure_id, 4)
    ratings = ballots(the_round(), [measure_id])
    assert ratings
    merge(measure_id, secretary)
    assert ranked_measures(YEAR, member) == []
    with pytest.raises(Refused):
        judge(member, measure_id, 5)
    unmerge(measure_id, secretary)
    assert [each.id for each in ranked_measures(YEAR, member)] == [measure_id]
    assert ballots(the_round(), [measure_id]) == ratings
    judge(member, measure_id, 5)
