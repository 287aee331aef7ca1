"""Deciding and undoing: what must be said, what changes, and what the database itself refuses."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures.models import Step
from app.measures.states import State
from app.meetings import deciding
from app.meetings.deciding import digest_of
from app.meetings.models import Decision
from app.meetings.states import Outcome, Stage
from app.programmes import states as phases
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from tests.client import HTMX
from tests.measures.proposals import fresh, saved
from tests.meetings.agendas import arranged, decided, matter, on_agenda, prepared

STATES = {
    Outcome.APPROVE: State.APPROVED,
    Outcome.POSTPONE: State.POSTPONED,
    Outcome.REJECT: State.REJECTED,
}


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today."""
    return arranged(actor("secretary"))


def form(decision_id: int, **given) -> dict[str, str]:
    """Return the fields of the form of a matter."""
    return {f"decision-{decision_id}-{name}": value for name, value in given.items()}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_decision_changes_the_measure(client, sign_in, actor, meeting_id, outcome) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    data = form(decision_id, outcome=outcome.value, reason="Perustelu", section="12")
    address = f"{page}/decisions/{decision_id}"
    response = client.submit(page, data, button="decide", action=address)
    assert (response.status_code, response.location) == (303, page)
    assert fresh(measure_id).state is STATES[outcome]
    found = matter(decision_id)
    assert (found.outcome, found.reason, found.section) == (outcome, "Perustelu", "12")
    assert found.decided_on == clock.today()
    assert found.recorded_by_id == actor("secretary").user_id
    assert found.recorded_at is not None
    step = db.session.query(Step).one()
    assert (step.transition, step.reason) == (outcome.value, "Perustelu")
    text = client.get(page).text
    assert "Perustelu" in text
    assert "12&nbsp;§" in text


def test_htmx_gets_the_matter_alone(client, sign_in, actor, meeting_id) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    other, _measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    response = client.submit(
        page,
        form(decision_id, outcome="approve"),
        button="decide",
        action=f"{page}/decisions/{decision_id}",
        headers=HTMX,
    )
    assert response.status_code == 200
    assert response.text.strip().startswith(f'<li class="decision" id="matter-{decision_id}"')
    assert f"matter-{other}" not in response.text
    assert "autofocus" in response.text


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "outcome"),
        ({"reason": "Perustelu"}, "outcome"),
        ({"outcome": "postpone"}, "reason"),
        ({"outcome": "reject", "reason": "  "}, "reason"),
        ({"outcome": "approve", "section": "x" * 21}, "section"),
    ],
)
def test_what_is_missing_is_told_beside_it(
    client, sign_in, actor, meeting_id, headers, given, wrong
) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    response = client.submit(
        page, form(decision_id, **given), action=f"{page}/decisions/{decision_id}", headers=headers
    )
    assert response.status_code == 422
    assert f'id="decision-{decision_id}-{wrong}-error"' in response.text
    assert given.get("reason", "").strip() in response.text
    assert fresh(measure_id).state is State.IN_SCORING
    assert matter(decision_id).outcome is None


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_approval_needs_both_languages(client, sign_in, actor, meeting_id, headers) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id, problem_sv="")
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    # What is missing stands at the matter before anybody tries.
    assert 'class="notice warning"' in client.get(page).text
    response = client.submit(
        page,
        form(decision_id, outcome="approve", reason="Kaikki puolsivat"),
        button="decide",
        action=f"{page}/decisions/{decision_id}",
        headers=headers,
    )
    assert response.status_code == 409
    assert 'class="error-summary"' in response.text
    assert "Kaikki puolsivat" in response.text
    assert fresh(measure_id).state is State.IN_SCORING
    decided(actor("secretary"), decision_id, Outcome.POSTPONE, "Käännös puuttuu")
    assert fresh(measure_id).state is State.POSTPONED


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_of_two_secretaries_the_second_sees_both_texts(
    client, sign_in, actor, meeting_id, headers
) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    decided(actor("secretary"), decision_id, Outcome.POSTPONE, "Ensimmäinen")
    data = form(decision_id, outcome="reject", reason="Toinen")
    address = f"/meetings/{meeting_id}/decisions/{decision_id}"
    response = client.forge(address, data, headers=headers)
    assert response.status_code == 409
    assert "Ensimmäinen" in response.text
    assert "Toinen" in response.text
    assert fresh(measure_id).state is State.POSTPONED
    assert matter(decision_id).reason == "Ensimmäinen"


def test_a_form_that_comes_twice_decides_once(client, sign_in, actor, meeting_id) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    seen = digest_of(matter(decision_id))
    data = form(decision_id, outcome="approve", key="0123456789abcdef", seen=seen)
    address = f"/meetings/{meeting_id}/decisions/{decision_id}"
    assert [client.forge(address, data).status_code for _time in range(2)] == [303, 303]
    assert db.session.query(Step).count() == 1


def test_nothing_is_decided_before_the_meeting(client, sign_in, actor) -> None:
    meeting_id = arranged(actor("secretary"), days=1)
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    address = f"/meetings/{meeting_id}/decisions/{decision_id}"
    page = f"/meetings/{meeting_id}"
    # It can be prepared already.
    assert 'value="prepare"' in client.get(page).text
    assert 'value="decide"' not in client.get(page).text
    data = form(decision_id, outcome="approve", seen=digest_of(matter(decision_id)))
    assert client.forge(address, data).status_code == 409
    assert fresh(measure_id).state is State.IN_SCORING


def test_a_decision_is_of_its_meeting(client, sign_in, actor, meeting_id) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    other = arranged(actor("secretary"), 2)
    sign_in(client, "secretary")
    address = f"/meetings/{other}/decisions/{decision_id}"
    for data in (form(decision_id, outcome="approve"), {}):
        assert client.forge(address, data).status_code == 404


@pytest.mark.parametrize("outcome", list(Outcome))
def test_undoing_brings_the_measure_back_to_scoring(
    client, sign_in, actor, meeting_id, outcome: Outcome
) -> None:
    secretary = actor("secretary")
    decision_id, measure_id = on_agenda(secretary, meeting_id)
    decided(secretary, decision_id, outcome, "Perustelu")
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    address = f"{page}/decisions/{decision_id}/undo"
    assert client.submit(page, action=address).status_code == 422
    assert fresh(measure_id).state is STATES[outcome]
    data = {f"undo-{decision_id}-reason": "Kirjattiin väärin"}
    assert client.submit(page, data, action=address).status_code == 303
    assert fresh(measure_id).state is State.IN_SCORING
    found = matter(decision_id)
    assert found.undone_at is not None
    assert (found.outcome, found.reason) == (outcome, "Perustelu")
    # A second press is told that it has been done.
    assert "on jo kumottu" in client.forge(address, data, follow_redirects=True).text
    # The measure is on the same agenda in the same place, and may be decided anew.
    again = standing(meeting_id)
    assert (again.measure_id, again.position, again.stage) == (measure_id, 1, Stage.ON_AGENDA)
    decided(secretary, again.id, Outcome.APPROVE)
    assert fresh(measure_id).state is State.APPROVED


@pytest.mark.parametrize("phase", list(Phase))
def test_what_has_gone_to_the_city_board_is_not_undone(app, actor, meeting_id, phase) -> None:
    secretary = actor("secretary")
    decision_id, measure_id = on_agenda(secretary, meeting_id)
    decided(secretary, decision_id)
    with writing():
        roadmap = roadmap_of(2026)
        roadmap.phase = phase
        roadmap.once_approved = phase in phases.DECIDED
    gone = {Phase.BEFORE_BOARD, Phase.APPROVED, Phase.AMENDING, Phase.CLOSED}
    if phase in gone:
        with pytest.raises(Refused), writing():
            deciding.undo(matter(decision_id), "Kirjattiin väärin", secretary)
        assert fresh(measure_id).state is State.APPROVED
    else:
        with writing():
            deciding.undo(matter(decision_id), "Kirjattiin väärin", secretary)
        assert fresh(measure_id).state is State.IN_SCORING


def test_an_undecided_matter_is_not_undone(app, actor, meeting_id) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    with pytest.raises(Stale), writing():
        deciding.undo(matter(decision_id), "Ei päätetty", actor("secretary"))


def standing(meeting_id: int) -> Decision:
    """Return the matter of a meeting that was not undone."""
    return db.session.query(Decision).filter_by(meeting_id=meeting_id, undone_at=None).one()


DECIDED = {
    "stage": Stage.DECIDED,
    "outcome": Outcome.REJECT,
    "reason": "Perustelu",
    "decided_on": clock.today(),
}
RECORDED = {"recorded_by_id": 1, "recorded_at": clock.now()}
PARTS = {**DECIDED, **RECORDED}


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ({}, True),
        (PARTS, True),
        ({**PARTS, "outcome": Outcome.APPROVE, "reason": ""}, True),
        ({**PARTS, "reason": ""}, False),
        ({**PARTS, "outcome": Outcome.POSTPONE, "reason": ""}, False),
        ({**PARTS, "outcome": None}, False),
        ({**PARTS, "decided_on": None}, False),
        ({**PARTS, "recorded_by_id": None}, False),
        ({**PARTS, "recorded_at": None}, False),
        ({**PARTS, "stage": Stage.PREPARED}, False),
        ({**PARTS, "stage": Stage.ON_AGENDA}, False),
        ({**DECIDED, "stage": Stage.PREPARED}, False),
        ({"outcome": Outcome.APPROVE}, False),
        ({"stage": Stage.PREPARED, "outcome": Outcome.APPROVE}, True),
        ({"stage": Stage.PREPARED, "outcome": Outcome.REJECT}, True),
        ({"stage": Stage.PREPARED}, False),
        ({"stage": Stage.DECIDED}, False),
        ({"stage": Stage.ON_AGENDA, "undone_at": clock.now()}, False),
        ({**PARTS, "undone_at": clock.now()}, True),
        (RECORDED, False),
    ],
)
def test_the_database_holds_decided_if_and_only_if_complete(
    app, actor, meeting_id, given, holds: bool
) -> None:
    measure_id = saved(State.IN_SCORING)

    def add() -> None:
        with writing():
            db.session.add(
                Decision(meeting_id=meeting_id, measure_id=measure_id, position=1, **given)
            )

    if holds:
        add()
        return
    with pytest.raises(IntegrityError):
        add()


@pytest.mark.parametrize("stage", [Stage.ON_AGENDA, Stage.PREPARED])
def test_no_statement_leaves_a_matter_half_decided(app, actor, meeting_id, stage: Stage) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    if stage is Stage.PREPARED:
        prepared(actor("secretary"), decision_id)
    for change in (
        "decided_on = '2026-03-04'",
        "recorded_at = '2026-03-04 12:00:00'",
        "recorded_by_id = (SELECT min(id) FROM user_account)",
        "stage = 'decided'",
    ):
        with pytest.raises(IntegrityError, match="ck_decision"), writing():
            db.session.execute(text(f"UPDATE decision SET {change} WHERE id = {decision_id}"))


def test_the_database_keeps_one_standing_matter_of_a_measure(app, actor, meeting_id) -> None:
    _decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    with pytest.raises(IntegrityError), writing():
        db.session.add(Decision(meeting_id=meeting_id, measure_id=measure_id, position=2))
