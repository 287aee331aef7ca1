"""The city board's decision: what is asked, what it changes, and what it leaves behind."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.accounts.operations import INSTALLER
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.measures.models import Entry
from app.measures.states import Publicity
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.roadmaps import assembling, board, queries
from app.roadmaps.models import BoardDecision
from app.roadmaps.states import BoardOutcome, Membership
from tests.client import HTMX
from tests.measures.proposals import fresh
from tests.roadmaps.drafts import (
    approved,
    assemble,
    before_board,
    board_decides,
    item_of,
    move,
    put_into,
    snapshots,
    the_roadmap,
)
from tests.scoring.rounds import YEAR
from tests.status_page.reading import count_of

PAGE = f"/roadmaps/{YEAR}"
BOARD = f"{PAGE}/board"


def yesterday() -> str:
    return (clock.today() - timedelta(days=1)).isoformat()


def filled_in(**given: str) -> dict[str, str]:
    return {"outcome": "approved", "decided_on": yesterday(), "section": "310", **given}


@pytest.fixture
def ids(app, actor) -> list[int]:
    """Return the measures of a roadmap that waits for the city board."""
    return before_board(actor("secretary"), actor("chair"), count=2)


def decisions() -> list[BoardDecision]:
    return list(queries.board_decisions([the_roadmap().id]))


def test_what_is_proposed_to_the_board_is_public_and_on_the_status_page(client, ids) -> None:
    assert {fresh(each).publicity for each in ids} == {Publicity.PUBLIC}
    assert client.get(f"/measures/{ids[0]}").status_code == 200
    assert count_of(client.get("/?year=2026")) == len(ids)


def test_approval_makes_the_measures_approved(client, sign_in, actor, ids) -> None:
    sign_in(client, "board-secretary")
    data = filled_in(case_number="123/2026")
    response = client.submit(PAGE, data, action=BOARD)
    assert (response.status_code, response.location) == (303, PAGE)
    assert the_roadmap().phase is Phase.APPROVED
    assert {item_of(each).membership for each in ids} == {Membership.APPROVED}
    (decision,) = decisions()
    assert (decision.section, decision.case_number) == ("310", "123/2026")
    assert decision.decided_on.isoformat() == yesterday()
    assert decision.recorded_by_id == actor("board-secretary").user_id
    (snapshot,) = snapshots()
    assert (snapshot.number, snapshot.board_decision_id) == (1, decision.id)


@pytest.mark.parametrize("phase", [Phase.AMENDING, Phase.BEFORE_BOARD, Phase.RETURNED_BY_BOARD])
def test_an_amended_roadmap_stays_as_it_was_approved(app, client, actor, ids, phase) -> None:
    board_decides(actor("board-secretary"), BoardOutcome.APPROVED)
    put_into(phase)
    with writing():
        item_of(ids[0]).membership = Membership.PROPOSED
    page = client.get("/?year=2026&lang=fi")
    assert count_of(page) == len(ids) - 1
    assert "ehdotettu" not in page.text


def test_what_is_secret_stays_so(app, actor, ids) -> None:
    with writing():
        measure = fresh(ids[0])
        measure.publicity, measure.secrecy_basis = Publicity.SECRET, "JulkL 24 §"
    board_decides(actor("board-secretary"))
    assert [fresh(each).publicity for each in ids] == [Publicity.SECRET, Publicity.PUBLIC]


@pytest.mark.parametrize(
    ("outcome", "phase", "count"),
    [
        (BoardOutcome.APPROVED, Phase.APPROVED, 1),
        (BoardOutcome.TABLED, Phase.BEFORE_BOARD, 0),
        (BoardOutcome.RETURNED, Phase.RETURNED_BY_BOARD, 0),
    ],
)
def test_where_each_decision_leads(client, sign_in, actor, ids, outcome, phase, count) -> None:
    sign_in(client, "board-secretary")
    data = filled_in(outcome=outcome.value, reason="Lisätään perustelut")
    assert client.submit(PAGE, data, action=BOARD).status_code == 303
    assert the_roadmap().phase is phase
    assert len(snapshots()) == count
    assert [decision.outcome for decision in decisions()] == [outcome]
    expected = Membership.APPROVED if count else Membership.PROPOSED
    assert item_of(ids[0]).membership is expected
    assert "Lisätään perustelut" in client.get(PAGE).text


def test_a_tabled_roadmap_is_approved_later(app, actor, ids) -> None:
    board_decides(actor("board-secretary"), BoardOutcome.TABLED)
    board_decides(actor("board-secretary"))
    assert [each.outcome for each in decisions()] == [BoardOutcome.APPROVED, BoardOutcome.TABLED]


def test_a_returned_roadmap_comes_again(app, actor, ids) -> None:
    board_decides(actor("board-secretary"), BoardOutcome.RETURNED)
    approved()
    assert assemble(actor("secretary")) == 1
    move("propose_to_board", actor("chair"))
    board_decides(actor("board-secretary"))
    assert snapshots()[0].content.count('"measure":') == 3


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"section": " "}, "section"),
        ({"decided_on": ""}, "decided_on"),
        ({"decided_on": "2999-01-01"}, "decided_on"),
        ({"outcome": "returned"}, "reason"),
        ({"outcome": "approved_with_changes"}, "reason"),
    ],
)
def test_what_is_missing_is_told_in_the_form(client, sign_in, ids, headers, given, wrong) -> None:
    sign_in(client, "board-secretary")
    data = filled_in(case_number="777/2026", **given)
    response = client.submit(PAGE, data, action=BOARD, headers=headers)
    assert response.status_code == 422
    assert f'id="{wrong}-error"' in response.text
    assert "777/2026" in response.text
    assert ("<html" in response.text) is not bool(headers)
    assert decisions() == []


@pytest.mark.parametrize(
    "given",
    [
        {"section": " "},
        {"decided_on": date(2999, 1, 1)},
        {"outcome": BoardOutcome.RETURNED},
        {"outcome": BoardOutcome.APPROVED_WITH_CHANGES},
    ],
)
def test_the_operation_asks_for_the_same(app, actor, ids, given) -> None:
    fields = {
        "outcome": BoardOutcome.APPROVED,
        "decided_on": clock.today(),
        "section": "310",
        "case_number": "",
        "reason": "",
        **given,
    }
    with pytest.raises(Refused), writing():
        board.record_board_decision(the_roadmap(), **fields, actor=actor("board-secretary"))
    assert the_roadmap().phase is Phase.BEFORE_BOARD


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_nobody_decides_on_what_they_did_not_see(client, sign_in, actor, ids, headers) -> None:
    sign_in(client, "board-secretary")
    version = the_roadmap().version
    move("withdraw_from_board", actor("chair"), "Yksi toimenpide puuttui")
    approved()
    assemble(actor("secretary"))
    move("propose_to_board", actor("chair"))
    data = filled_in(version=str(version), case_number="777/2026")
    response = client.forge(BOARD, data, headers=headers)
    assert response.status_code == 409
    assert "777/2026" in response.text
    assert 'class="error-summary"' in response.text
    assert the_roadmap().phase is Phase.BEFORE_BOARD
    assert decisions() == []


def test_a_form_that_comes_twice_is_one_decision(client, sign_in, ids) -> None:
    sign_in(client, "board-secretary")
    version = str(the_roadmap().version)
    data = filled_in(version=version, key="0123456789abcdef", outcome="tabled")
    assert [client.forge(BOARD, data).status_code for _time in range(2)] == [303, 303]
    assert len(decisions()) == 1


@pytest.mark.parametrize("phase", [each for each in Phase if each is not Phase.BEFORE_BOARD])
def test_only_what_is_before_the_board_is_decided(client, sign_in, ids, phase: Phase) -> None:
    with writing():
        the_roadmap().phase = phase
    sign_in(client, "board-secretary")
    assert f'action="{BOARD}"' not in client.get(PAGE).text
    response = client.forge(BOARD, filled_in(version=str(the_roadmap().version)))
    assert response.status_code == 409
    assert decisions() == []


def test_an_amendment_makes_the_next_snapshot(app, actor, ids) -> None:
    board_decides(actor("board-secretary"))
    move("amend", actor("secretary"), "Kiireellinen lisäys")
    third = approved()
    assert assemble(actor("secretary")) == 1
    move("propose_to_board", actor("chair"))
    board_decides(actor("board-secretary"))
    first, second = snapshots()
    assert (first.number, second.number) == (1, 2)
    assert (first.content.count('"measure":'), second.content.count('"measure":')) == (2, 3)
    assert item_of(third).membership is Membership.APPROVED


def _placed(year: int, *memberships: Membership) -> list[int]:
    """Put a measure on the roadmap of a year for each membership."""
    ids = [approved(first_year=year) for _each in memberships]
    with writing():
        roadmap = roadmap_of(year)
        for position, (measure_id, membership) in enumerate(zip(ids, memberships, strict=True)):
            entry = Entry(measure_id=measure_id, programme_id=roadmap.programme_id)
            db.session.add(entry)
            db.session.flush()
            assembling.place(roadmap, entry, membership, position, INSTALLER)
    return ids


def test_an_earlier_approval_keeps_what_the_board_approved(client, sign_in, app) -> None:
    ids = _placed(2025, Membership.APPROVED, Membership.NOT_FOLLOWED, Membership.ADDED)
    with writing():
        roadmap = roadmap_of(2025)
        roadmap.phase = Phase.PLANNED
        decision = board.record_earlier_approval(roadmap, date(2025, 1, 13), INSTALLER)
        assert (decision.imported, decision.section, decision.recorded_by_id) == (True, "", None)
    assert roadmap_of(2025).phase is Phase.APPROVED
    (kept,) = queries.snapshots(roadmap_of(2025))
    assert [f'"measure":{each},' in kept.content for each in ids] == [True, True, False]
    sign_in(client, "viewer")
    page = client.get("/roadmaps/2025").text
    assert "13.1.2025" in page
    # The section is not known, and the page says so instead of leaving it out.
    assert "pykälä ei tiedossa" in page
    assert "13.1.2025" in client.get("/roadmaps").text


@pytest.mark.parametrize(
    "given",
    [
        {"section": ""},
        {"outcome": BoardOutcome.RETURNED},
        {"outcome": BoardOutcome.APPROVED_WITH_CHANGES},
    ],
)
def test_the_database_keeps_the_rules_of_a_decision(app, given) -> None:
    fields = {
        "roadmap_id": the_roadmap().id,
        "outcome": BoardOutcome.APPROVED,
        "decided_on": clock.today(),
        "section": "310",
        "recorded_at": clock.now(),
        **given,
    }
    with pytest.raises(IntegrityError), writing():
        db.session.add(BoardDecision(**fields))
