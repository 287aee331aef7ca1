"""Who reads which proposal: by state, unit, role and publicity."""

import pytest
from sqlalchemy import select

from app.core.policy import ANONYMOUS
from app.extensions import db
from app.measures import queries
from app.measures.models import Measure
from app.measures.states import Publicity, State
from tests.client import sign_in_as
from tests.measures.proposals import saved

# Of the proposals of the library: which states each person reads.
ALL = {state.value for state in State}
FROM_SUBMITTED_ON = ALL - {"draft", "returned"}
READ = {
    "proposer": ALL,
    "secretary": ALL,
    # Member and viewer work in the sector that the library belongs to, but do not propose for it.
    "member": FROM_SUBMITTED_ON,
    "viewer": {"approved"},
    "member2": FROM_SUBMITTED_ON,
    "chair": FROM_SUBMITTED_ON,
    "proposer2": {"approved"},
    "board-secretary": {"approved"},
    "administrator": {"approved"},
}

PUBLICITY = {
    "proposer": {"public", "not_yet_public", "secret"},
    "secretary": {"public", "not_yet_public", "secret"},
    "chair": {"public", "not_yet_public", "secret"},
    "proposer2": {"public", "not_yet_public"},
    "viewer": {"public", "not_yet_public"},
    "administrator": {"public", "not_yet_public"},
    None: {"public"},
}


@pytest.mark.parametrize("person", READ)
def test_who_reads_which_state(app, actor, person: str) -> None:
    ids = {state.value: saved(state) for state in State}
    visible = set(db.session.scalars(select(Measure.id).where(queries.visible_to(actor(person)))))
    assert {state for state, each in ids.items() if each in visible} == READ[person]
    for state, each in ids.items():
        found = queries.measure_for(actor(person), each)
        assert (found is not None) == (state in READ[person])


@pytest.mark.parametrize("person", PUBLICITY)
def test_who_reads_what_is_not_public(app, actor, person: str | None) -> None:
    ids = {
        each.value: saved(State.APPROVED, publicity=each, secrecy_basis="JulkL 24 §")
        for each in Publicity
    }
    reader = actor(person) if person else ANONYMOUS
    visible = {kind for kind, each in ids.items() if queries.measure_for(reader, each)}
    assert visible == PUBLICITY[person]


@pytest.mark.parametrize(
    ("person", "page", "code"),
    [
        ("proposer", "/measures/{}", 200),
        ("proposer", "/proposals/{}/edit", 200),
        ("secretary", "/proposals/{}/edit", 200),
        ("member2", "/measures/{}", 404),
        ("member2", "/proposals/{}/edit", 403),
        ("proposer2", "/measures/{}", 404),
        ("proposer2", "/proposals/{}/edit", 404),
        ("proposer2", "/proposals/{}/return", 404),
        ("viewer", "/proposals/{}/edit", 403),
        ("viewer", "/proposals", 403),
        ("administrator", "/proposals", 403),
        ("proposer", "/proposals/{}/return", 403),
        ("proposer", "/proposals/{}/submit", 404),
        ("proposer", "/proposals/{}/approve", 404),
        ("secretary", "/proposals/{}/approve", 404),
        ("secretary", "/proposals/{}/open_scoring", 404),
        ("secretary", "/proposals/{}/nonsense", 404),
        ("secretary", "/proposals/{}/return", 409),
    ],
)
def test_pages_of_a_draft(client, person: str, page: str, code: int) -> None:
    sign_in_as(client, person)
    assert client.get(page.format(saved())).status_code == code


@pytest.mark.parametrize("page", ["/proposals", "/proposals/new", "/proposals/1/edit"])
def test_without_signing_in_one_is_asked_to(client, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 302
    assert response.location.startswith("/sign-in?next=")


@pytest.mark.parametrize(
    ("person", "name", "code"),
    [
        ("proposer2", "withdraw", 404),
        ("member", "withdraw", 404),
        ("secretary", "withdraw", 403),
        ("proposer", "return", 403),
        ("proposer", "approve", 404),
        ("secretary", "approve", 404),
        ("secretary", "open_scoring", 404),
    ],
)
def test_forged_transitions(client, person: str, name: str, code: int) -> None:
    measure_id = saved()
    sign_in_as(client, person)
    assert client.forge(f"/proposals/{measure_id}/{name}").status_code == code
    assert db.session.get_one(Measure, measure_id).state is State.DRAFT


def test_a_forged_edit_of_another_units_draft(client) -> None:
    measure_id = saved()
    sign_in_as(client, "proposer2")
    response = client.forge(f"/proposals/{measure_id}/edit", {"name_fi": "Kaapattu"})
    assert response.status_code == 404
    assert db.session.get_one(Measure, measure_id).name_fi != "Kaapattu"
