"""Opening a round, and taking proposals into it."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.measures.states import State
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.scoring import operations, queries, round_operations
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.states import Blindness
from tests.client import HTMX
from tests.forms import forms_of
from tests.measures.proposals import fresh, saved
from tests.scoring.rounds import YEAR, close_round, open_round, the_round

NEW = "/scoring/new"


def filled(client) -> dict[str, str]:
    """Return what the form that opens a round holds, with days filled in."""
    form = next(form for form in forms_of(client.get(NEW)) if form.action == NEW)
    fields = form.filled({"year": YEAR, **days(0, 7)}, None)
    return {name: value for name, value in fields if name not in {"key", "csrf_token"}}


def days(first: int, last: int) -> dict[str, str]:
    today = clock.today()
    return {
        "opens_on": (today + timedelta(days=first)).isoformat(),
        "closes_on": (today + timedelta(days=last)).isoformat(),
    }


def test_the_secretary_opens_a_round_with_the_default_criteria(client, sign_in) -> None:
    sign_in(client, "secretary")
    response = client.submit(NEW, {"year": YEAR, **days(0, 7)}, action=NEW)
    assert (response.status_code, response.location) == (303, f"/scoring/{YEAR}")
    found = the_round()
    assert found.is_open(clock.today())
    assert found.blindness is Blindness.UNTIL_OWN
    assert [(each.key, each.weight, each.counted) for each in found.criteria] == [
        ("effect", 30, True),
        ("strategic_fit", 20, True),
        ("urgency", 20, True),
        ("feasibility", 15, True),
        ("benefit_cost", 15, True),
        ("protection", 0, False),
    ]
    assert client.get(f"/scoring/{YEAR}").status_code == 200


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_days_in_a_wrong_order_are_told_in_the_form(client, sign_in, headers) -> None:
    sign_in(client, "secretary")
    data = {"year": YEAR, **days(7, 0)}
    response = client.submit(NEW, data, action=NEW, headers=headers)
    assert response.status_code == 422
    assert 'id="closes_on-error"' in response.text
    assert days(7, 0)["opens_on"] in response.text
    assert queries.round_of_year(YEAR) is None


def test_a_form_that_comes_twice_opens_one_round(client, sign_in) -> None:
    sign_in(client, "secretary")
    data = {"key": "0123456789abcdef0123456789abcdef", **filled(client)}
    answers = [client.forge(NEW, data) for _time in range(2)]
    assert [each.location for each in answers] == [f"/scoring/{YEAR}"] * 2
    assert len(queries.rounds()) == 1
    another = client.forge(NEW, {**data, "key": "f" * 32})
    assert another.status_code == 409


@pytest.mark.parametrize("phase", list(Phase))
def test_phases_in_which_a_round_may_be_opened(app, actor, phase: Phase) -> None:
    with writing():
        roadmap_of(YEAR).phase = phase
    if phase in {Phase.COLLECTING, Phase.SCORING}:
        open_round(actor("secretary"))
        assert queries.round_of_year(YEAR) is not None
    else:
        with pytest.raises(Refused):
            open_round(actor("secretary"))
        assert queries.round_of_year(YEAR) is None


@pytest.mark.parametrize("person", ["member", "chair", "proposer", "administrator", "viewer"])
def test_others_open_no_round(client, sign_in, actor, person: str) -> None:
    with pytest.raises(Refused):
        open_round(actor(person))
    sign_in(client, person)
    assert client.forge(NEW, {"year": YEAR, **days(0, 7)}).status_code == 403
    assert queries.round_of_year(YEAR) is None


def test_a_year_has_one_round(app, actor) -> None:
    open_round(actor("secretary"))
    with pytest.raises(Refused):
        open_round(actor("secretary"))


@pytest.mark.parametrize(
    ("first", "last", "is_open", "is_closed"),
    [(-3, -1, False, True), (-3, 0, True, False), (0, 0, True, False), (1, 3, False, False)],
)
def test_a_round_is_open_on_both_its_days(app, actor, first, last, is_open, is_closed) -> None:
    open_round(actor("secretary"), first, last)
    today = clock.today()
    assert the_round().is_open(today) is is_open
    assert the_round().is_closed(today) is is_closed


@pytest.mark.parametrize("state", [State.SUBMITTED, State.POSTPONED])
def test_the_secretary_takes_a_proposal_into_scoring(client, sign_in, actor, state) -> None:
    open_round(actor("secretary"))
    measure_id = saved(state)
    sign_in(client, "secretary")
    address = f"/scoring/{YEAR}/{measure_id}/open"
    response = client.submit(f"/scoring/{YEAR}", action=address)
    assert response.status_code == 303
    assert fresh(measure_id).state is State.IN_SCORING


def test_nothing_is_taken_into_a_round_that_is_not_open(client, sign_in, actor) -> None:
    measure_id = saved(State.SUBMITTED)
    sign_in(client, "secretary")
    address = f"/scoring/{YEAR}/{measure_id}/open"
    assert client.forge(address).status_code == 409
    open_round(actor("secretary"), 1, 7)
    assert client.forge(address).status_code == 409
    close_round()
    assert client.forge(address).status_code == 409
    assert fresh(measure_id).state is State.SUBMITTED


def test_a_proposal_for_another_year_is_not_of_this_round(client, sign_in, actor) -> None:
    open_round(actor("secretary"))
    measure_id = saved(State.SUBMITTED, first_year=2027)
    sign_in(client, "secretary")
    assert client.forge(f"/scoring/{YEAR}/{measure_id}/open").status_code == 404
    with pytest.raises(Refused), writing():
        operations.open_scoring(fresh(measure_id), actor("secretary"))


def test_with_one_round_its_ranking_comes_at_once(client, sign_in, actor) -> None:
    sign_in(client, "member")
    assert client.get("/scoring").status_code == 200
    open_round(actor("secretary"))
    assert client.get("/scoring").location == f"/scoring/{YEAR}"
    with writing():
        roadmap_of(2025).phase = Phase.SCORING
    with writing():
        older, today = roadmap_of(2025), clock.today()
        round_operations.open_round(older, today, today, DEFAULT_CRITERIA, actor("secretary"))
    assert client.get("/scoring").status_code == 200
