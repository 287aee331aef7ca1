"""Who may set what in a proposal: what has a control, and what happens to all else that is sent."""

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.audit.models import Event, Values
from app.audit.tags import Tag
from app.core.errors import Refused
from app.extensions import db
from app.measures import operations
from app.measures.editing import EDITABLE, PROPOSED
from app.measures.models import Measure
from app.measures.states import Publicity, State
from tests.client import sign_in_as
from tests.forms import Form, forms_of
from tests.html import text_of
from tests.measures.proposals import card, fresh, saved, unit_id

TEXTS = """
    problem_fi problem_sv name_fi name_sv description_fi description_sv
"""
CLASSIFICATION = """
    beneficiary_id long_term_benefit_id source_id legal_act legal_section legal_deadline impact
    cost_class theme_id level_id development_model_id partners lead_post_id post_ids first_year
    last_year
"""
REST = """
    cost_once cost_yearly unit_id contact_id origin funding_call publicity secrecy_basis
"""

MAY_SET = {
    ("draft", "proposer"): TEXTS + CLASSIFICATION + REST,
    ("draft", "secretary"): TEXTS,
    ("returned", "proposer"): TEXTS + CLASSIFICATION + REST,
    ("returned", "secretary"): TEXTS,
    ("submitted", "secretary"): TEXTS + CLASSIFICATION,
    ("in_scoring", "secretary"): TEXTS + CLASSIFICATION,
}
"""By hand from the design: who may set which fields in which state; in all other cases none."""

NOBODYS = (*("id", "state", "invented", "stale", "created_by_id", "created_at", "changed_at"),)
"""What is kept of a measure and set by no form."""

NEW = "/proposals/new"


def edit_page(measure_id: int) -> str:
    return f"/proposals/{measure_id}/edit"


def form_on(client, page: str) -> Form:
    return next(form for form in forms_of(client.get(page)) if form.button("save") is not None)


def names_in(form: Form) -> set[str]:
    controls = [each for tag in ("input", "select", "textarea") for each in form.element.iter(tag)]
    return {each.get("name", "") for each in controls}


def refusals() -> list[tuple[int | None, str]]:
    """Return what the record has of refused requests: the measure, and what was tried."""
    db.session.rollback()
    query = select(Event.subject_id, Values.after).join(Values, Values.event_id == Event.id)
    rows = db.session.execute(query.where(Event.tag == Tag.ACCESS_REFUSED)).all()
    return [(subject_id, after) for subject_id, after in rows]


@pytest.mark.parametrize(("state", "person"), MAY_SET)
def test_only_what_may_be_set_has_a_control(client, state: str, person: str) -> None:
    measure_id = saved(State(state))
    form = form_on(sign_in_as(client, person), edit_page(measure_id))
    may_set = set(MAY_SET[state, person].split())
    assert names_in(form) & (PROPOSED | set(NOBODYS)) == may_set
    # The facts of what is approved are edited on a page of their own.
    assert {*EDITABLE} - {State.APPROVED} == {State(state) for state, _person in MAY_SET}


def test_what_has_no_control_is_shown(client) -> None:
    measure_id = saved(cost_once=12500, partners="Askola", legal_section="")
    shown = text_of(form_on(sign_in_as(client, "secretary"), edit_page(measure_id)).element)
    for text in ("12 500 €", "Askola", "Kirjasto", "M – "):
        assert text in shown


@pytest.mark.parametrize(("state", "person"), MAY_SET)
def test_what_may_not_be_set_is_refused_and_recorded(client, state: str, person: str) -> None:
    measure_id = saved(State(state))
    signed_in = sign_in_as(client, person)
    sent = dict(form_on(signed_in, edit_page(measure_id)).filled({"name_fi": "Uusi"}, "save"))
    forbidden = {*PROPOSED, *NOBODYS} - set(MAY_SET[state, person].split())
    for name in sorted(forbidden):
        for value in ("", "1\0"):
            response = signed_in.post(edit_page(measure_id), data={**sent, name: value})
            assert response.status_code == 403, name
    assert refusals()[0][0] == measure_id
    assert '"action":"edit_proposal"' in refusals()[0][1]
    after = fresh(measure_id)
    assert (after.name_fi, after.version, after.state) == (card()["name_fi"], 1, State(state))
    assert signed_in.post(edit_page(measure_id), data=sent).status_code == 303
    assert fresh(measure_id).name_fi == "Uusi"


@pytest.mark.parametrize("name", NOBODYS)
def test_a_new_proposal_is_made_of_what_its_form_asks(client, name: str) -> None:
    ella = sign_in_as(client, "proposer")
    sent = dict(form_on(ella, NEW).filled({"name_fi": "Uusi"}, "save"))
    assert ella.post(NEW, data={**sent, name: "1"}).status_code == 403
    assert db.session.scalars(select(Measure)).all() == []
    assert len(refusals()) == 1
    assert ella.post(NEW, data=sent).status_code == 303


@pytest.mark.parametrize("name", ["version", "conflict_version"])
def test_a_version_that_nobody_was_given(client, name: str) -> None:
    measure_id = saved()
    ella = sign_in_as(client, "proposer")
    for page, version in ((edit_page(measure_id), "2"), (NEW, "1"), (NEW, "9" * 9)):
        sent = dict(form_on(ella, page).filled({"name_fi": "Uusi"}, "save"))
        assert ella.post(page, data={**sent, name: version}).status_code == 403
    assert fresh(measure_id).version == 1
    assert len(refusals()) == 2


def test_nobody_makes_a_proposal_public(client) -> None:
    ella, measure_id = sign_in_as(client, "proposer"), saved()
    for page in (NEW, edit_page(measure_id)):
        sent = dict(form_on(ella, page).filled({"name_fi": "Uusi"}, "save"))
        assert ella.post(page, data={**sent, "publicity": "public"}).status_code == 403
    assert fresh(measure_id).publicity is Publicity.NOT_YET_PUBLIC
    assert len(refusals()) == 2


def test_what_is_public_already_stays_so(client) -> None:
    measure_id = saved(publicity=Publicity.PUBLIC)
    ella = sign_in_as(client, "proposer")
    assert ella.submit(edit_page(measure_id), {"name_fi": "Uusi"}, "save").status_code == 303
    assert fresh(measure_id).publicity is Publicity.PUBLIC


def test_a_unit_that_one_does_not_propose_for_is_not_offered(client) -> None:
    ella = sign_in_as(client, "proposer")
    sent = dict(form_on(ella, NEW).filled({"name_fi": "Uusi"}, "save"))
    response = ella.post(NEW, data={**sent, "unit_id": str(unit_id("streets"))})
    assert response.status_code == 422


def test_what_was_typed_before_the_state_changed_is_no_forgery(client, app) -> None:
    measure_id = saved()
    ella = sign_in_as(client, "proposer")
    hers = form_on(ella, edit_page(measure_id))
    ella.submit(f"/measures/{measure_id}", action=f"/proposals/{measure_id}/submit")
    sent = MultiDict(hers.filled({"name_fi": "Myöhästynyt"}, "save"))
    assert ella.post(edit_page(measure_id), data=sent).status_code == 409
    assert refusals() == []
    assert ella.post(edit_page(measure_id), data={**sent, "state": "draft"}).status_code == 403
    assert len(refusals()) == 1


def test_the_secretary_goes_on_with_a_draft_that_they_began(client) -> None:
    saara = sign_in_as(client, "secretary")
    unit = {"unit_id": str(unit_id("library")), "name_fi": "Puhelimessa kerrottu"}
    page = saara.submit(NEW, unit, "save").location
    assert {"cost_once", "source_id"} <= names_in(form_on(saara, page))
    assert saara.submit(page, {"cost_once": "500"}, "save").status_code == 303
    measure = db.session.scalars(select(Measure)).one()
    assert measure.cost_once == 500
    assert form_on(saara, page).button("submit") is None


def test_operations_refuse_it_too(app, actor) -> None:
    draft, submitted = saved(), saved(State.SUBMITTED)
    for measure_id, person, fields in (
        (draft, "secretary", {"cost_once": 1}),
        (submitted, "secretary", {"contact_id": actor("secretary").user_id}),
        (submitted, "secretary", {"unit_id": unit_id("streets")}),
        (submitted, "proposer", {"name_fi": "Uusi"}),
        (draft, "proposer", {"state": State.APPROVED}),
        (draft, "proposer", {"invented": True}),
        (draft, "proposer", {"publicity": Publicity.PUBLIC}),
    ):
        with pytest.raises(Refused):
            operations.edit_proposal(fresh(measure_id), 1, fields, actor(person))
    for fields in ({"state": State.APPROVED}, {"publicity": Publicity.PUBLIC}, {"version": 5}):
        with pytest.raises(Refused):
            operations.create_proposal(actor("proposer"), {**card(), **fields})
    db.session.rollback()
