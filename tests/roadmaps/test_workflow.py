"""Which transition of a roadmap starts in which phase and is made by whom: every case."""

from datetime import date

import pytest

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import ANONYMOUS, Actor, Role
from app.extensions import db
from app.measures import operations as measures
from app.programmes.states import Phase
from app.roadmaps import assembling, checks, queries
from app.roadmaps.dates import set_dates
from app.roadmaps.programme_workflow import made_alone, offered
from app.roadmaps.states import BoardOutcome, Membership
from app.roadmaps.workflow import BOARD_ROWS, CLOSE, WORKFLOW, steps
from tests.measures.proposals import fresh, saved
from tests.roadmaps.drafts import (
    assemble,
    before_board,
    board_decides,
    drafted,
    item_of,
    move,
    put_into,
    the_roadmap,
)
from tests.scoring.rounds import YEAR

# In every cell: who may, of S the secretary, C the chair and B the city board's secretary.
TRANSITIONS = """
                    planned collecting scoring drafting before_board returned_by_board approved amending closed
open                S       .          .       .        .            .                 .        .        .
close_collection    .       S          .       .        .            .                 .        .        .
reopen_collection   .       .          S       S        .            .                 .        .        .
draft               .       .          S       .        .            .                 .        .        .
propose_to_board    .       .          .       C        .            C                 .        C        .
withdraw_from_board .       .          .       .        C            .                 .        .        .
withdraw_amendment  .       .          .       .        C            .                 .        .        .
table               .       .          .       .        B            .                 .        .        .
board_approves      .       .          .       .        B            .                 .        .        .
board_returns       .       .          .       .        B            .                 .        .        .
amend               .       .          .       .        .            .                 S        .        .
end_amendment       .       .          .       .        .            S                 .        S        .
close               .       .          .       .        .            .                 S        .        .
"""  # noqa: E501

TARGETS = {
    "open": "collecting",
    "close_collection": "scoring",
    "reopen_collection": "collecting",
    "draft": "drafting",
    "propose_to_board": "before_board",
    "withdraw_from_board": "drafting",
    "withdraw_amendment": "amending",
    "table": "before_board",
    "board_approves": "approved",
    "board_returns": "returned_by_board",
    "amend": "amending",
    "end_amendment": "approved",
    "close": "closed",
}

OF_AMENDMENTS = {"withdraw_amendment", "end_amendment"}

WITH_REASON = {
    "reopen_collection",
    "withdraw_from_board",
    "withdraw_amendment",
    "board_returns",
    "amend",
}

ACTORS = {
    "S": Actor(1, "secretary", frozenset({Role.SECRETARY})),
    "C": Actor(2, "chair", frozenset({Role.CHAIR})),
    "B": Actor(3, "board's secretary", frozenset({Role.BOARD_SECRETARY})),
    "member": Actor(4, "", frozenset({Role.MEMBER})),
    "proposer": Actor(5, "", frozenset({Role.PROPOSER}), frozenset({1})),
    "viewer": Actor(6, "", frozenset({Role.VIEWER})),
    "administrator": Actor(7, "", frozenset({Role.ADMINISTRATOR})),
    "nobody": ANONYMOUS,
}


def cells() -> dict[tuple[str, str], str]:
    """Return the cells of the table by transition and phase."""
    heads, *rows = [line.split() for line in TRANSITIONS.strip().splitlines()]
    return {
        (name, phase): cell for name, *row in rows for phase, cell in zip(heads, row, strict=True)
    }


@pytest.fixture
def complete(app, actor) -> None:
    """Let the roadmap lack nothing that any transition asks for."""
    drafted(actor("secretary"))
    with writing():
        days = {"submit_by": date(2026, 3, 1), "board_by": date(2026, 11, 1)}
        set_dates(the_roadmap(), the_roadmap().version, days, actor("secretary"))


def test_the_table_is_complete() -> None:
    assert [row.name for row in WORKFLOW.transitions] == list(TARGETS)
    assert cells().keys() == {(name, phase.value) for name in TARGETS for phase in Phase}
    assert {row.name for row in WORKFLOW.transitions if row.needs_reason} == WITH_REASON
    assert BOARD_ROWS.keys() == set(BoardOutcome)


def test_every_transition_in_every_phase_by_everybody(complete) -> None:
    for (name, phase), who in cells().items():
        for key, person in ACTORS.items():
            roadmap = the_roadmap()
            roadmap.phase = Phase(phase)
            roadmap.once_approved = name in OF_AMENDMENTS
            if name in OF_AMENDMENTS:
                # Nothing new is proposed.
                queries.contents(roadmap)[0].Item.membership = Membership.APPROVED
            may = key == who
            case = f"{name} in {phase} by {key}"
            available = {row.name for row in WORKFLOW.available(roadmap, person)}
            assert (name in available) is may, case
            if may:
                WORKFLOW.apply(name, roadmap, person, "Perustelu")
                assert roadmap.phase == TARGETS[name], case
            else:
                with pytest.raises(Refused):
                    WORKFLOW.apply(name, roadmap, person, "Perustelu")
                assert roadmap.phase == phase, case
            db.session.rollback()


def test_a_reason_is_asked_for(complete) -> None:
    for (name, phase), who in cells().items():
        if name in WITH_REASON and who in ACTORS:
            roadmap = the_roadmap()
            roadmap.phase = Phase(phase)
            roadmap.once_approved = name in OF_AMENDMENTS
            with pytest.raises(Refused):
                WORKFLOW.apply(name, roadmap, ACTORS[who], "  ")
            assert roadmap.phase == phase
            db.session.rollback()


def test_the_board_is_recorded_by_its_form_only(client, sign_in, complete) -> None:
    put_into(Phase.BEFORE_BOARD)
    assert offered(the_roadmap(), ACTORS["B"]) == []
    sign_in(client, "board-secretary")
    for name in sorted(set(BOARD_ROWS.values())):
        assert client.forge(f"/roadmaps/{YEAR}/phase/{name}").status_code == 404
    assert client.forge(f"/roadmaps/{YEAR}/phase/publish").status_code == 404


def test_nothing_opens_without_its_dates(client, sign_in, actor) -> None:
    put_into(Phase.PLANNED)
    page = f"/roadmaps/{YEAR}"
    sign_in(client, "secretary")
    assert 'class="notice warning"' in client.get(page).text
    assert client.submit(page, action=f"{page}/phase/open").status_code == 409
    wrong = {"submit_by": "2026-11-01", "board_by": "2026-03-01"}
    assert client.submit(f"{page}/dates", wrong).status_code == 422
    right = {"submit_by": "2026-03-01", "board_by": "2026-11-01"}
    assert client.submit(f"{page}/dates", right).status_code == 303
    assert client.submit(page, action=f"{page}/phase/open").status_code == 303
    assert the_roadmap().phase is Phase.COLLECTING


def test_the_secretary_leads_the_roadmap_on_and_back(client, sign_in, actor) -> None:
    page = f"/roadmaps/{YEAR}"
    sign_in(client, "secretary")
    assert client.submit(page, action=f"{page}/phase/close_collection").status_code == 303
    assert client.submit(page, action=f"{page}/phase/draft").status_code == 303
    assert the_roadmap().phase is Phase.DRAFTING
    back = f"{page}/phase/reopen_collection"
    response = client.submit(page, action=back)
    assert response.status_code == 422
    assert 'id="reopen_collection-reason-error"' in response.text
    data = {"reopen_collection-reason": "Kaksi ehdotusta myöhästyi"}
    assert client.submit(page, data, action=back).status_code == 303
    assert the_roadmap().phase is Phase.COLLECTING
    found = [(row.PhaseStep.transition, row.name) for row in queries.steps(the_roadmap())]
    secretary = actor("secretary").name
    assert found == [
        (name, secretary) for name in ("reopen_collection", "draft", "close_collection")
    ]
    assert "Kaksi ehdotusta myöhästyi" in client.get(page).text


def test_a_form_of_an_earlier_situation_is_refused(client, sign_in, actor) -> None:
    page = f"/roadmaps/{YEAR}"
    sign_in(client, "secretary")
    version = the_roadmap().version
    for name in ("close_collection", "draft"):
        move(name, actor("secretary"))
    move("reopen_collection", actor("secretary"), "Kaksi ehdotusta myöhästyi")
    data = {"close_collection-version": version}
    assert client.forge(f"{page}/phase/close_collection", data).status_code == 409
    assert the_roadmap().phase is Phase.COLLECTING


@pytest.mark.parametrize(
    "person", ["viewer", "proposer", "member", "chair", "board-secretary", "administrator"]
)
def test_others_do_not_lead_it(client, sign_in, actor, person: str) -> None:
    put_into(Phase.DRAFTING)
    measure_id = drafted(actor("secretary"))[0]
    item = item_of(measure_id)
    sign_in(client, person)
    page = f"/roadmaps/{YEAR}"
    for address in (
        f"{page}/phase/reopen_collection",
        f"{page}/assemble",
        f"{page}/dates",
        f"{page}/items/{item.id}/remove",
        f"{page}/items/{item.id}/put-back",
    ):
        assert client.forge(address).status_code == 403, address
    if person != "chair":
        assert client.forge(f"{page}/phase/propose_to_board").status_code == 403
    if person != "board-secretary":
        assert client.forge(f"{page}/board").status_code == 403


def wanting() -> list[int]:
    """Return the measures in which the checks find something that holds the roadmap back."""
    return [
        each.measure.id
        for finding in checks.findings(the_roadmap())
        if finding.check.holds_back
        for each in finding.shortcomings
    ]


def test_a_roadmap_with_gaps_does_not_go_to_the_board(client, sign_in, actor) -> None:
    ids = [
        saved("approved", name_fi="Ehjä", lead_post_id=1),
        saved("approved", name_fi="Kääntämätön", problem_sv=""),
        saved("approved", name_fi="Teematon", theme_id=None),
        saved("approved", name_fi="Jälkeenjäänyt", stale="sv"),
        saved("approved", name_fi="Peruttu"),
    ]
    put_into(Phase.DRAFTING)
    assemble(actor("secretary"))
    with writing():
        fresh(ids[4]).state = "in_scoring"
    # What has no theme lacks the theme, too.
    assert sorted(set(wanting())) == ids[1:]
    page = f"/roadmaps/{YEAR}"
    sign_in(client, "chair")
    text = client.get(page).text.partition('id="gaps"')[2].partition("</section>")[0]
    assert [f'href="/measures/{each}"' in text for each in ids] == [False, True, True, True, True]
    response = client.submit(page, action=f"{page}/phase/propose_to_board")
    assert response.status_code == 409
    for name in ("Kääntämätön", "Teematon", "Jälkeenjäänyt", "Peruttu"):
        assert name in response.text
    assert the_roadmap().phase is Phase.DRAFTING
    with writing():
        measures.change(fresh(ids[1]), INSTALLER, problem_sv="Varför?")
        measures.change(fresh(ids[2]), INSTALLER, theme_id=fresh(ids[0]).theme_id)
        measures.change(fresh(ids[3]), INSTALLER, stale=None)
        fresh(ids[4]).state = "approved"
    assemble(actor("secretary"))
    assert client.submit(page, action=f"{page}/phase/propose_to_board").status_code == 303
    assert the_roadmap().phase is Phase.BEFORE_BOARD


def test_an_amendment_is_withdrawn_to_be_amended(client, sign_in, actor) -> None:
    before_board(actor("secretary"), actor("chair"))
    sign_in(client, "chair")
    page = f"/roadmaps/{YEAR}"
    assert f"{page}/phase/withdraw_amendment" not in client.get(page).text
    data = {"withdraw_amendment-reason": "Kesken", "withdraw_amendment-version": 1}
    board_decides(actor("board-secretary"))
    move("amend", actor("secretary"), "Kiire")
    drafted_again = approved_and_assembled(actor("secretary"))
    move("propose_to_board", actor("chair"))
    assert f"{page}/phase/withdraw_from_board" not in client.get(page).text
    assert client.forge(f"{page}/phase/withdraw_from_board", data).status_code in {409, 422}
    data = {"withdraw_amendment-reason": "Kesken"}
    assert client.submit(page, data, action=f"{page}/phase/withdraw_amendment").status_code == 303
    assert the_roadmap().phase is Phase.AMENDING
    # What is new is taken off before the amending ends without the board.
    sign_in(client, "secretary")
    end = f"{page}/phase/end_amendment"
    assert client.submit(page, action=end).status_code == 409
    item = item_of(drafted_again)
    assert client.submit(page, action=f"{page}/items/{item.id}/remove").status_code == 303
    assert client.submit(page, action=end).status_code == 303
    assert the_roadmap().phase is Phase.APPROVED


def approved_and_assembled(secretary: Actor) -> int:
    """Put one more approved measure on the roadmap, and return its id."""
    measure_id = saved("approved")
    assemble(secretary)
    return measure_id


def test_a_first_proposal_is_not_ended_as_an_amendment(client, sign_in, actor) -> None:
    before_board(actor("secretary"), actor("chair"))
    put_into(Phase.RETURNED_BY_BOARD)
    sign_in(client, "secretary")
    page = f"/roadmaps/{YEAR}"
    assert "end_amendment" not in client.get(page).text
    data = {"end_amendment-version": the_roadmap().version}
    assert client.forge(f"{page}/phase/end_amendment", data).status_code == 409


def test_closing_has_a_page_of_its_own(client, sign_in) -> None:
    assert made_alone(the_roadmap(), CLOSE) is None
    sign_in(client, "secretary")
    assert client.forge(f"/roadmaps/{YEAR}/phase/{CLOSE}").status_code == 404


def test_an_empty_roadmap_does_not_go_to_the_board(app, actor) -> None:
    put_into(Phase.DRAFTING)
    with pytest.raises(Refused):
        move("propose_to_board", actor("chair"))


def test_what_was_taken_off_holds_nothing_back(app, actor) -> None:
    drafted(actor("secretary"))
    measure_id = saved("approved", problem_sv="")
    assemble(actor("secretary"))
    with writing():
        assembling.remove_item(the_roadmap(), item_of(measure_id), actor("secretary"))
    move("propose_to_board", actor("chair"))
    assert the_roadmap().phase is Phase.BEFORE_BOARD


def test_an_imported_roadmap_lists_its_gaps_only(client, sign_in, actor) -> None:
    drafted(actor("secretary"), problem_sv="")
    with writing():
        the_roadmap().imported = True
    sign_in(client, "chair")
    page = f"/roadmaps/{YEAR}"
    assert 'id="gaps"' in client.get(page).text
    assert client.submit(page, action=f"{page}/phase/propose_to_board").status_code == 303


@pytest.mark.parametrize(
    ("phase", "states"),
    [
        (Phase.PLANNED, ["", "", "", "", ""]),
        (Phase.COLLECTING, ["current", "", "", "", ""]),
        (Phase.SCORING, ["done", "current", "", "", ""]),
        (Phase.DRAFTING, ["done", "done", "current", "", ""]),
        (Phase.RETURNED_BY_BOARD, ["done", "done", "current", "", ""]),
        (Phase.AMENDING, ["done", "done", "current", "", ""]),
        (Phase.BEFORE_BOARD, ["done", "done", "done", "current", ""]),
        (Phase.APPROVED, ["done", "done", "done", "done", "current"]),
        (Phase.CLOSED, ["done", "done", "done", "done", "done"]),
    ],
)
def test_steps_show_where_the_roadmap_is(phase: Phase, states: list[str]) -> None:
    assert [state for _label, state in steps(phase)] == states
