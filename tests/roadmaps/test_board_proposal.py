"""What is proposed to the city board is kept then, and the board approves that very text."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.measures.states import State
from app.programmes.states import Phase
from app.roadmaps import snapshot
from app.roadmaps.preparation import preparation_of
from app.roadmaps.states import BoardOutcome, Membership
from tests.measures.proposals import fresh, saved
from tests.roadmaps.drafts import (
    approved,
    assemble,
    before_board,
    board_decides,
    edit,
    item_of,
    move,
    proposal,
    proposals,
    snapshots,
    the_roadmap,
)
from tests.scoring.rounds import YEAR, close_round, judge, open_round

PAGE = f"/roadmaps/{YEAR}"


@pytest.fixture
def ids(app, actor) -> list[int]:
    """Return the measures of a roadmap that waits for the city board."""
    return before_board(actor("secretary"), actor("chair"), count=2)


def test_an_approval_keeps_the_very_text_that_was_proposed(actor, ids) -> None:
    proposed = proposal()
    assert snapshot.is_intact(proposed)
    edit(ids[0], name_fi="Aivan toinen nimi")
    board_decides(actor("board-secretary"))
    (kept,) = snapshots()
    assert (kept.content, kept.sha256) == (proposed.content, proposed.sha256)
    # What was edited meanwhile stays in the records.
    assert fresh(ids[0]).name_fi == "Aivan toinen nimi"


def test_it_says_how_the_roadmap_was_prepared(actor, ids) -> None:
    preparation = json.loads(proposal().content)["preparation"]
    assert preparation["meetings"] == []
    assert preparation["proposals"] == 0


def test_how_many_were_scored_is_told_when_the_round_is_over(app, actor) -> None:
    measure = saved(State.IN_SCORING)
    open_round(actor("secretary"))
    judge(actor("member"), measure, 4)
    other = {"disqualified": True, "disqualification_reason": "Puoliso on toimittaja"}
    judge(actor("member2"), measure, 0, proposed_outcome=None, **other)

    def scored() -> tuple[int, int]:
        told = preparation_of(the_roadmap(), [])
        return told["scored"], told["scorers"]

    # It would tell a scorer who is disqualified, while they may not know of others.
    assert scored() == (0, 0)
    close_round()
    assert scored() == (1, 1)


def test_what_is_proposed_anew_is_another_text(actor, ids) -> None:
    move("withdraw_from_board", actor("chair"), "Yksi puuttui")
    third = approved()
    assemble(actor("secretary"))
    move("propose_to_board", actor("chair"))
    first, second = proposals()
    assert (first.number, second.number) == (1, 2)
    board_decides(actor("board-secretary"))
    assert snapshots()[0].content == second.content != first.content
    assert item_of(third).membership is Membership.APPROVED


def test_an_approval_counts_up_the_version_of_what_it_approves(actor, ids) -> None:
    before = [fresh(each).version for each in ids]
    board_decides(actor("board-secretary"))
    assert [fresh(each).version for each in ids] == [each + 1 for each in before]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE board_proposal SET content = '{}'",
        "DELETE FROM board_proposal",
        "REPLACE INTO board_proposal SELECT * FROM board_proposal",
    ],
)
def test_the_database_refuses_any_change(ids, statement: str) -> None:
    with pytest.raises(IntegrityError), writing():
        db.session.execute(text(statement))
    assert snapshot.is_intact(proposal())


def test_what_was_tampered_with_is_not_decided_on(client, sign_in, actor, ids) -> None:
    with writing():
        db.session.execute(text("DROP TRIGGER board_proposal_refuses_update"))
        db.session.execute(text("UPDATE board_proposal SET content = replace(content, 'A1', 'A9')"))
    with pytest.raises(Refused):
        board_decides(actor("board-secretary"))
    for person in ("board-secretary", "secretary", "viewer"):
        sign_in(client, person)
        assert client.get(PAGE).status_code == 200
    assert the_roadmap().phase is Phase.BEFORE_BOARD


def test_it_can_be_downloaded_and_is_named_on_the_page(client, sign_in, ids) -> None:
    sign_in(client, "viewer")
    assert proposal().sha256 in client.get(PAGE).text
    response = client.get(f"{PAGE}/proposals/1.json")
    assert snapshot.digest(response.text) == proposal().sha256
    assert client.get(f"{PAGE}/proposals/2.json").status_code == 404


def test_a_button_that_is_pressed_twice_proposes_once(client, sign_in, actor, ids) -> None:
    move("withdraw_from_board", actor("chair"), "Yksi puuttui")
    sign_in(client, "chair")
    data = {"propose_to_board-version": str(the_roadmap().version)}
    address = f"{PAGE}/phase/propose_to_board"
    assert [client.forge(address, data).status_code for _time in range(2)] == [303, 303]
    assert len(proposals()) == 2


def test_a_roadmap_that_came_before_the_board_without_a_text_gets_it_now(app, actor, ids) -> None:
    with writing():
        for each in ("delete", "update", "insert"):
            db.session.execute(text(f"DROP TRIGGER board_proposal_refuses_{each}"))
        db.session.execute(text("DELETE FROM board_proposal"))
    board_decides(actor("board-secretary"), BoardOutcome.TABLED)
    assert len(proposals()) == 1
