"""What is recorded of each change: once, of the right subject, and but what has changed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.followup import operations as followup
from app.followup.states import Precision, Status
from app.measures import operations as measures
from app.measures.states import Publicity, State
from app.meetings import deciding
from app.meetings import operations as meetings
from app.meetings.models import Meeting
from app.meetings.states import Outcome
from app.programmes import operations as programmes
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.roadmaps import assembling, board
from app.roadmaps.dates import set_dates
from app.roadmaps.models import BoardProposal
from app.vocabulary.operations import add_value
from app.vocabulary.states import Kind as Classification
from tests.audit.events import Seen, new_events
from tests.client import sign_in_as
from tests.measures.proposals import card, fresh, saved
from tests.meetings.agendas import added, arranged, decided, matter, on_agenda
from tests.roadmaps.drafts import (
    approved,
    assemble,
    before_board,
    board_decides,
    drafted,
    item_of,
    move,
    put_into,
    the_roadmap,
)
from tests.scoring.rounds import COUNTED, judge, open_round, review_of, the_round


def said(events: list[Seen]) -> list[tuple[object, ...]]:
    """Return tag, subject, before and after of events, which are all of measures."""
    assert {event.kind for event in events} <= {Kind.MEASURE}
    return [(each.tag, each.subject_id, each.before, each.after) for each in events]


def tags(events: list[Seen]) -> list[tuple[Tag, Kind]]:
    return [(event.tag, event.kind) for event in events]


def test_a_new_proposal(app, actor) -> None:
    proposer = actor("proposer")
    with new_events() as events, writing():
        measure_id = measures.create_proposal(proposer, card()).id
    (event,) = events
    assert event[:4] == (Tag.MEASURE_ADDED, Kind.MEASURE, measure_id, None)
    assert (event.actor_id, event.person_id) == (proposer.user_id, None)
    assert event.after["name_fi"] == card()["name_fi"]
    assert (event.after["state"], event.after["impact"]) == ("draft", "M")
    assert not event.after.keys() & {"version", "changed_at", "description_fi", "cost_once"}


def test_an_edit_says_what_was_changed(app, actor) -> None:
    measure_id = saved(impact="M")
    fields = {
        "impact": "L",
        "cost_once": 0,
        "legal_deadline": date(2026, 12, 31),
        "first_year": 2026,
    }
    with new_events() as events, writing():
        measures.edit_proposal(fresh(measure_id), 1, fields, actor("proposer"))
    before = {"impact": "M", "cost_once": None, "legal_deadline": None}
    after = {"impact": "L", "cost_once": 0, "legal_deadline": "2026-12-31"}
    assert said(events) == [(Tag.MEASURE_EDITED, measure_id, before, after)]


def test_what_changes_nothing_is_not_recorded(app, actor) -> None:
    measure_id = saved()
    with new_events() as events, writing():
        measures.edit_proposal(fresh(measure_id), 1, {"first_year": 2026}, actor("proposer"))
    assert events == []


def test_what_is_refused_is_not_recorded(app, actor) -> None:
    measure_id = saved(State.SUBMITTED)

    def refused(name: str) -> None:
        with pytest.raises(Refused), writing():
            measures.move(fresh(measure_id), name, actor("secretary"))

    with new_events() as events:
        refused("return")
        refused("approve")
    assert events == []


def test_a_move_with_its_reason(app, actor) -> None:
    measure_id = saved(State.SUBMITTED)
    with new_events() as events, writing():
        measures.move(fresh(measure_id), "return", actor("secretary"), " Kerro hinta. ")
    after = {"state": "returned", "reason": "Kerro hinta."}
    assert said(events) == [(Tag.MEASURE_MOVED, measure_id, {"state": "submitted"}, after)]


def test_an_edit_that_submits_is_two_events(client, actor) -> None:
    measure_id = saved()
    sign_in_as(client, "proposer")
    with new_events() as events:
        page = f"/proposals/{measure_id}/edit"
        assert client.submit(page, {"name_fi": "Uusi nimi"}, "submit").status_code == 303
    assert tags(events) == [(Tag.MEASURE_EDITED, Kind.MEASURE), (Tag.MEASURE_MOVED, Kind.MEASURE)]
    assert {event.actor_id for event in events} == {actor("proposer").user_id}


def test_a_place_in_a_programme(app) -> None:
    measure_id = saved()
    with new_events() as events, writing():
        roadmap = the_roadmap()
        programme = db.session.get_one(programmes.Programme, roadmap.programme_id)
        first = programmes.add_theme(programme, "X", "Yksi", "Ett", INSTALLER)
        entry = measures.enter(fresh(measure_id), programme, INSTALLER, first, "X1")
        measures.place_under(entry, first, "X2", fresh(measure_id), INSTALLER)
        measures.place_under(entry, first, "X2", fresh(measure_id), INSTALLER)
        within = {"programme_id": programme.id}
        theme_id = first.id
    assert events[0][:3] == (Tag.THEME_ADDED, Kind.PROGRAMME, within["programme_id"])
    entered = {**within, "theme_id": theme_id, "code": "X1", "measure_id": measure_id}
    assert said(events[1:]) == [
        (Tag.MEASURE_ENTERED, measure_id, None, entered),
        (Tag.ENTRY_CHANGED, measure_id, {**within, "code": "X1"}, {**within, "code": "X2"}),
    ]


def test_a_round_and_its_criteria(app, actor) -> None:
    with new_events() as events:
        open_round(actor("secretary"))
    (event,) = events
    assert event[:3] == (Tag.ROUND_OPENED, Kind.ROUND, the_round().id)
    assert event.after["opens_on"] == clock.today().isoformat()
    assert COUNTED[0] in [criterion["key"] for criterion in event.after["criteria"]]


def test_reviews(app, actor) -> None:
    open_round(actor("secretary"))
    measure_id = saved(State.IN_SCORING)
    member = actor("member")
    with new_events() as events:
        judge(member, measure_id, 3, submit=False, proposed_outcome=None)
        judge(member, measure_id, 3, submit=False, proposed_outcome=None)
        judge(member, measure_id, 4, comment="Hyvä")
    assert review_of(member, measure_id).version == 3
    ratings = [dict.fromkeys(COUNTED, value) for value in (3, 4)]
    added_, changed = said(events)
    assert added_[:3] == (Tag.REVIEW_SAVED, measure_id, None)
    assert added_[3]["ratings"] == ratings[0]
    assert added_[3].keys() & {"comment", "proposed_outcome", "saved_at", "version"} == set()
    before = {"comment": "", "proposed_outcome": None, "state": "draft", "ratings": ratings[0]}
    after = {"comment": "Hyvä", "proposed_outcome": "approve", "state": "submitted"}
    assert changed == (Tag.REVIEW_SAVED, measure_id, before, {**after, "ratings": ratings[1]})


def test_a_meeting_and_its_decisions(app, actor) -> None:
    secretary = actor("secretary")
    with new_events() as events:
        meeting_id = arranged(secretary)
    assert events[0][:3] == (Tag.MEETING_ARRANGED, Kind.MEETING, meeting_id)
    measure_id = saved(State.IN_SCORING)
    place = {
        "meeting_id": meeting_id,
        "measure_id": measure_id,
        "position": 1,
        "stage": "on_agenda",
        "scores_shown": False,
    }
    with new_events() as events:
        decision_id = added(secretary, meeting_id, measure_id)
        with writing():
            meetings.remove_from_agenda(
                db.session.get_one(Meeting, meeting_id), matter(decision_id), secretary
            )
    assert said(events) == [
        (Tag.MATTER_ADDED, measure_id, None, place),
        (Tag.MATTER_REMOVED, measure_id, place, None),
    ]
    decision_id = added(secretary, meeting_id, measure_id)
    given = {"stage": "decided", "outcome": "reject", "reason": "Ei nyt", "section": "12"}
    decision = {**place, **given, "decided_on": clock.today().isoformat()}
    with new_events() as events:
        decided(secretary, decision_id, Outcome.REJECT, "Ei nyt")
        with writing():
            deciding.undo(matter(decision_id), "Virhe", secretary)
    rejected, reason = {"state": "rejected"}, {"reason": "Virhe"}
    assert said(events) == [
        (Tag.MEASURE_MOVED, measure_id, {"state": "in_scoring"}, {**rejected, "reason": "Ei nyt"}),
        (Tag.DECISION_RECORDED, measure_id, None, decision),
        (Tag.MEASURE_MOVED, measure_id, rejected, {"state": "in_scoring", **reason}),
        (Tag.DECISION_UNDONE, measure_id, decision, reason),
        (Tag.MATTER_ADDED, measure_id, None, place),
    ]


def test_a_decided_matter_that_is_decided_again(app, actor) -> None:
    secretary = actor("secretary")
    decision_id, _measure_id = on_agenda(secretary, arranged(secretary))
    decided(secretary, decision_id)
    with new_events() as events, pytest.raises(Stale):
        decided(secretary, decision_id)
    assert events == []


def test_minutes(app, actor) -> None:
    secretary = actor("secretary")
    meeting_id = arranged(secretary)
    with new_events() as events, writing():
        meeting = db.session.get_one(Meeting, meeting_id)
        meetings.approve_minutes(meeting, clock.today(), secretary)
    before, after = None, clock.today().isoformat()
    assert [event[:5] for event in events] == [
        (
            Tag.MINUTES_APPROVED,
            Kind.MEETING,
            meeting_id,
            {"minutes_approved_on": before},
            {"minutes_approved_on": after},
        )
    ]


def test_dates_of_a_roadmap(app, actor) -> None:
    first, last = clock.today(), clock.today() + timedelta(days=9)
    with new_events() as events:
        for _each in range(2):
            with writing():
                days = {"submit_by": first, "board_by": last}
                set_dates(the_roadmap(), the_roadmap().version, days, actor("secretary"))
    (event,) = events
    assert event[:3] == (Tag.DATES_SET, Kind.ROADMAP, the_roadmap().id)
    assert event.after == {"submit_by": first.isoformat(), "board_by": last.isoformat()}


def test_assembling_is_two_events_of_each_measure(app, actor) -> None:
    ids = [approved(), approved()]
    put_into(Phase.DRAFTING)
    with new_events() as events:
        assert assemble(actor("secretary")) == 2
        assert assemble(actor("secretary")) == 0
    of_each = [Tag.MEASURE_ENTERED, Tag.ITEM_PLACED]
    assert [(event.tag, event.subject_id) for event in events] == [
        (tag, measure_id) for measure_id in ids for tag in of_each
    ]
    assert [event.after.get("code") for event in events[::2]] == ["A1", "A2"]


def test_taking_off_a_roadmap_and_putting_back(app, actor) -> None:
    secretary = actor("secretary")
    (measure_id,) = drafted(secretary)
    with new_events() as events:
        for change in (assembling.remove_item, assembling.put_back_item):
            with writing():
                change(the_roadmap(), item_of(measure_id), secretary)
    proposed, removed = (
        {"roadmap_id": the_roadmap().id, "membership": membership}
        for membership in ("proposed", "removed")
    )
    assert said(events) == [
        (Tag.ITEM_REMOVED, measure_id, proposed, removed),
        # It goes to the place that is its own by theme and code.
        (Tag.ITEM_PLACED, measure_id, removed | {"position": 2}, proposed | {"position": 1}),
    ]


def test_the_way_to_the_city_board(app, actor) -> None:
    (measure_id,) = drafted(actor("secretary"))
    with new_events() as events:
        move("propose_to_board", actor("chair"))
    (phase, published, kept) = sorted(events, key=lambda event: event.tag is Tag.PROPOSAL_KEPT)
    assert kept.after["sha256"] == db.session.scalars(select(BoardProposal.sha256)).one()
    assert phase[:4] == (
        Tag.PHASE_CHANGED,
        Kind.ROADMAP,
        the_roadmap().id,
        {"phase": "drafting"},
    )
    assert phase.after == {"phase": "before_board"}
    publicity = ({"publicity": "not_yet_public"}, {"publicity": "public"})
    assert said([published]) == [(Tag.PUBLISHED, measure_id, *publicity)]
    with new_events() as events:
        board_decides(actor("board-secretary"))
    assert tags(events) == [
        (Tag.PHASE_CHANGED, Kind.ROADMAP),
        (Tag.BOARD_DECIDED, Kind.ROADMAP),
        (Tag.ITEM_CHANGED, Kind.MEASURE),
        (Tag.SNAPSHOT_MADE, Kind.ROADMAP),
    ]
    assert (events[1].after["outcome"], events[1].after["section"]) == ("approved", "310")
    assert events[2].after["membership"] == "approved"
    assert {"roadmap_id", "board_decision_id", "number", "sha256"} <= events[3].after.keys()


def test_a_reason_of_a_phase(app, actor) -> None:
    before_board(actor("secretary"), actor("chair"))
    with new_events() as events:
        move("withdraw_from_board", actor("chair"), "Kesken")
    assert events[0].after == {"phase": "drafting", "reason": "Kesken"}


def test_status_reports(app, actor) -> None:
    measure_id, secretary = saved(State.APPROVED), actor("secretary")
    with new_events() as events, writing():
        day = date(2026, 5, 31)
        report = followup.report_status(
            measure_id, Status.STARTED, day, Precision.MONTH, secretary, note_sv="Bra"
        )
        for _each in range(2):
            followup.correct_report(report, Status.DONE, secretary)
    day = {"as_of": "2026-05-31", "precision": "month"}
    added_ = {**day, "measure_id": measure_id, "status": "started", "note_sv": "Bra"}
    assert said(events) == [
        (Tag.STATUS_REPORTED, measure_id, None, added_),
        (
            Tag.STATUS_CORRECTED,
            measure_id,
            {**day, "status": "started"},
            {**day, "status": "done"},
        ),
    ]


def test_what_a_city_words_itself(app) -> None:
    with new_events() as events, writing():
        add_value(Classification.LEVEL, "region", "Seutu", "Region", 3, INSTALLER)
        programme = programmes.add_programme("Jatko", "Fortsättning", 2027, 2029, INSTALLER)
        roadmap = programmes.add_roadmap(programme, 2027, Phase.PLANNED, INSTALLER)
        for _each in range(2):
            programmes.import_phase(roadmap, Phase.CLOSED, INSTALLER)
    assert tags(events) == [
        (Tag.CLASSIFICATION_ADDED, Kind.CLASSIFICATION),
        (Tag.PROGRAMME_ADDED, Kind.PROGRAMME),
        (Tag.ROADMAP_ADDED, Kind.ROADMAP),
        (Tag.PHASE_CHANGED, Kind.ROADMAP),
    ]
    after = {"phase": "closed", "imported": True, "once_approved": True}
    assert events[-1].after == after
    assert events[0].after["name_sv"] == "Region"


def test_an_approval_before_the_tool(app) -> None:
    with writing():
        roadmap = roadmap_of(2025)
        roadmap.phase = Phase.BEFORE_BOARD
    with new_events() as events, writing():
        board.record_earlier_approval(roadmap_of(2025), date(2025, 1, 13), INSTALLER)
    assert tags(events) == [
        (Tag.PHASE_CHANGED, Kind.ROADMAP),
        (Tag.BOARD_DECIDED, Kind.ROADMAP),
        (Tag.SNAPSHOT_MADE, Kind.ROADMAP),
    ]
    assert {event.actor_id for event in events} == {None}


def test_what_is_secret_is_not_published(app) -> None:
    ids = [saved(), saved(publicity=Publicity.SECRET, secrecy_basis="621/1999 24 §"), saved()]
    with new_events() as events, writing():
        for _each in range(2):
            measures.publish([fresh(each) for each in ids], INSTALLER)
    assert [(event.tag, event.subject_id) for event in events] == [
        (Tag.PUBLISHED, ids[0]),
        (Tag.PUBLISHED, ids[2]),
    ]
