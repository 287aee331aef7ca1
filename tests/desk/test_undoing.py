"""Undoing what was done to many proposals at once: all of it, a part of it, none of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models import RoleGrant, User
from app.audit.models import Event
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.i18n import format_moment
from app.core.policy import Role
from app.desk import operations
from app.desk.models import BulkAction
from app.extensions import db
from app.mail.models import Message
from app.mail.states import Topic
from app.measures.models import Measure, Step
from app.measures.operations import move
from app.measures.states import Publicity, State
from app.meetings.models import Decision
from tests.client import LintingClient, sign_in_as
from tests.desk.city import (
    done,
    give_addresses,
    messages,
    proposed,
    states,
    user_id,
)
from tests.html import document_of, first, rows_of, text_of
from tests.meetings.agendas import added, arranged
from tests.scoring.rounds import close_round, judge, open_round

WHY = {"reason_fi": "Kerro, paljonko se maksaa."}


@pytest.fixture
def secretary(app, client: LintingClient, actor) -> LintingClient:
    """Return a client signed in as the secretary; the round is open, all have addresses."""
    give_addresses()
    open_round(actor("secretary"))
    return sign_in_as(client, "secretary")


def undo(client: LintingClient, action_id: int):
    """Press the button on the page of a bulk action, and return the page that comes of it."""
    page = f"/desk/actions/{action_id}?lang=fi"
    return client.submit(page, action=f"/desk/actions/{action_id}/undo", follow_redirects=True)


def standing(client: LintingClient, action_id: int) -> list[str]:
    """Return what the page of a bulk action says of the undoing of each of its proposals."""
    root = document_of(client.get(f"/desk/actions/{action_id}?lang=fi")).root
    return [row[-1] for row in rows_of(next(root.iter("table")))]


CASES = [
    ("return", State.SUBMITTED, State.RETURNED),
    ("return", State.IN_SCORING, State.RETURNED),
    ("open_scoring", State.SUBMITTED, State.IN_SCORING),
    ("open_scoring", State.POSTPONED, State.IN_SCORING),
    ("cancel_scoring", State.IN_SCORING, State.SUBMITTED),
]


@pytest.mark.parametrize(("deed", "before", "after"), CASES)
def test_every_deed_is_undone(secretary, deed: str, before: State, after: State) -> None:
    ids = [proposed(state=before), proposed(state=before)]
    reasons = {} if deed == "open_scoring" else WHY
    action_id = done(secretary, deed, *ids, **reasons)
    assert states(*ids) == [after] * 2
    assert len(messages()) == 2
    page = undo(secretary, action_id)
    assert page.status_code == 200
    assert states(*ids) == [before] * 2
    assert messages() == []
    action = db.session.get_one(BulkAction, action_id)
    assert action.undone_at is not None
    event = db.session.scalars(select(Event).where(Event.tag == Tag.BULK_ACTION_UNDONE)).one()
    assert (event.kind, event.subject_id) == (Kind.BULK_ACTION, action_id)


def test_the_step_says_that_it_undoes(secretary) -> None:
    measure_id = proposed()
    undo(secretary, done(secretary, "return", measure_id, **WHY))
    step = db.session.scalars(select(Step).order_by(Step.id.desc())).first()
    assert (step.transition, step.target) == ("back_to_submitted", State.SUBMITTED)
    assert step.reason


def test_what_is_undone_has_waited_as_long_as_before(secretary) -> None:
    measure_id = proposed()
    made_at = clock.now() - timedelta(days=9)
    with writing():
        step = Step(transition="submit", target=State.SUBMITTED, made_at=made_at)
        step.measure_id = measure_id
        db.session.add(step)
    undo(secretary, done(secretary, "return", measure_id, **WHY))
    page = secretary.get("/desk?lang=fi")
    assert "9 päivää" in text_of(next(document_of(page).root.iter("tbody")))


def test_the_desk_offers_it(secretary) -> None:
    measure_id = proposed()
    action_id = done(secretary, "return", measure_id, **WHY)
    address = f"/desk/actions/{action_id}/undo"
    forms = [
        form.get("action")
        for form in document_of(secretary.get(f"/desk?done={action_id}")).root.iter("form")
    ]
    # In the notice, and in the list of what was done lately.
    assert forms.count(address) == 2
    undo(secretary, action_id)
    forms = [form.get("action") for form in document_of(secretary.get("/desk")).root.iter("form")]
    assert address not in forms


def test_every_page_of_it_says_who_undid_it_and_when(secretary) -> None:
    action_id = done(secretary, "return", proposed(), proposed(), **WHY)
    with writing():
        role = RoleGrant(user_id=user_id("chair"), role=Role.SECRETARY)
        db.session.add(role)
    undo(sign_in_as(secretary, "chair"), action_id)
    at = db.session.scalars(select(BulkAction.undone_at)).one()
    who = db.session.scalars(select(User.name).where(User.key == "chair")).one()
    said = f"{who} kumosi tämän {format_moment(at)}."
    sign_in_as(secretary, "secretary")
    for address in (f"/desk/actions/{action_id}", f"/desk?done={action_id}", "/desk"):
        page = secretary.get(f"{address}{'&' if '?' in address else '?'}lang=fi")
        assert said in text_of(document_of(page).root), address


def test_who_undid_a_part_is_said_with_how_many(secretary, actor) -> None:
    first_id, second_id = proposed(), proposed()
    action_id = done(secretary, "open_scoring", first_id, second_id)
    with writing():
        move(db.session.get_one(Measure, first_id), "withdraw", actor("proposer"), "Turha.")
    page = undo(secretary, action_id)
    assert "kumosi tämän 1 ehdotuksen osalta" in text_of(document_of(page).root)


def test_what_has_gone_on_is_left(secretary, actor) -> None:
    moved, edited, still = proposed(), proposed(), proposed()
    action_id = done(secretary, "return", moved, edited, still, **WHY)
    with writing():
        move(db.session.get_one(Measure, moved), "submit", actor("proposer"))
        db.session.get_one(Measure, edited).changed_at = clock.now() + timedelta(seconds=1)
    undo(secretary, action_id)
    assert states(moved, edited, still) == [State.SUBMITTED, State.RETURNED, State.SUBMITTED]
    gone_on, touched, undone = standing(secretary, action_id)
    assert "jätetty" in gone_on
    assert "muokattu" in touched
    assert undone == "kumottu"
    steps = db.session.scalars(
        select(Step.measure_id).where(Step.transition == "back_to_submitted")
    ).all()
    assert steps == [still]
    # What stays done is still told.
    assert [path for _key, path in messages() if path.endswith((f"/{moved}", f"/{edited}"))]
    assert not [path for _key, path in messages() if path.endswith(f"/{still}")]


def test_what_is_being_scored_is_left(secretary, actor) -> None:
    reviewed, on_agenda, still = proposed(), proposed(), proposed()
    action_id = done(secretary, "open_scoring", reviewed, on_agenda, still)
    judge(actor("member"), reviewed, 3, submit=False)
    added(actor("secretary"), arranged(actor("secretary")), on_agenda)
    undo(secretary, action_id)
    assert states(reviewed, on_agenda, still) == [
        State.IN_SCORING,
        State.IN_SCORING,
        State.SUBMITTED,
    ]
    assert db.session.scalars(select(Decision.measure_id)).all() == [on_agenda]


def test_back_into_scoring_needs_an_open_round(secretary) -> None:
    submitted, scored = proposed(), proposed(state=State.IN_SCORING)
    action_id = done(secretary, "return", submitted, scored, **WHY)
    close_round()
    undo(secretary, action_id)
    assert states(submitted, scored) == [State.SUBMITTED, State.RETURNED]


def test_nothing_left_to_undo_is_said(secretary, actor) -> None:
    measure_id = proposed()
    action_id = done(secretary, "return", measure_id, **WHY)
    with writing():
        move(db.session.get_one(Measure, measure_id), "submit", actor("proposer"))
    assert secretary.forge(f"/desk/actions/{action_id}/undo").status_code == 409


def test_a_second_press_finds_it_undone(secretary) -> None:
    measure_id = proposed()
    action_id = done(secretary, "return", measure_id, **WHY)
    codes = [secretary.forge(f"/desk/actions/{action_id}/undo").status_code for _ in range(2)]
    assert codes == [303, 303]
    query = select(Step).where(Step.transition == "back_to_submitted")
    assert len(db.session.scalars(query).all()) == 1


def test_those_who_know_already_are_told(secretary) -> None:
    known, unknown = proposed(name_fi="Tieto"), proposed("proposer2")
    action_id = done(secretary, "return", known, unknown, **WHY, reason_sv="Berätta")
    with writing():
        db.session.execute(
            update(Message).where(Message.path == f"/measures/{known}").values(sent_at=clock.now())
        )
    page = undo(secretary, action_id)
    notice = text_of(first(document_of(page).root, ".//div[@class='notice success']"))
    assert "1 viesti" in notice
    (told,) = db.session.scalars(select(Message).where(Message.sent_at.is_(None))).all()
    assert (told.topic, told.path) == (Topic.HANDLED, f"/measures/{known}")
    assert "Tieto" in told.subject
    assert "jätetty" in told.text


def test_what_is_secret_is_not_named_in_mail(secretary) -> None:
    secret = proposed(name_fi="Salaisuus", publicity=Publicity.SECRET, secrecy_basis="24 §")
    action_id = done(secretary, "return", secret, **WHY)
    with writing():
        db.session.execute(update(Message).values(sent_at=clock.now()))
    undo(secretary, action_id)
    for message in db.session.scalars(select(Message)):
        assert "Salaisuus" not in message.subject + message.text


def test_an_operation_checks_for_itself(secretary, actor) -> None:
    measure_id = proposed()
    action_id = done(secretary, "return", measure_id, **WHY)
    with pytest.raises(Refused):
        operations.undo(db.session.get_one(BulkAction, action_id), actor("chair"))
    assert states(measure_id) == [State.RETURNED]


def test_what_is_undone_is_offered_nowhere_else(secretary) -> None:
    measure_id = proposed(state=State.RETURNED)
    assert "back_to" not in secretary.get(f"/measures/{measure_id}").text
    address = f"/proposals/{measure_id}/back_to_submitted"
    assert secretary.forge(address).status_code == 404
    assert states(measure_id) == [State.RETURNED]
