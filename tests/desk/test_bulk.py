"""Doing the same thing to many proposals: the preview, and that it is what happens."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.accounts.models import User
from app.accounts.states import Mail
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.core.database import writing
from app.core.errors import Refused
from app.desk import operations, plans
from app.desk.models import BulkAction, BulkChange
from app.desk.states import Deed
from app.extensions import db
from app.mail.models import Message
from app.measures.models import Measure, Step
from app.measures.notices import HELD
from app.measures.states import State
from tests.client import LintingClient, sign_in_as
from tests.desk.city import (
    address,
    done,
    give_addresses,
    items,
    messages,
    proposed,
    states,
    user_id,
    written,
)
from tests.forms import Form, forms_of
from tests.html import document_of, rows_of, text_of
from tests.measures.proposals import fresh
from tests.scoring.rounds import open_round

FI, SV = "Kerro, paljonko se maksaa.", "Berätta vad det kostar."


@pytest.fixture
def secretary(app, client: LintingClient) -> LintingClient:
    """Return a client signed in as the secretary of a city where everybody has an address."""
    give_addresses()
    return sign_in_as(client, "secretary")


def confirmations(page) -> list[Form]:
    """Return the forms of a preview that confirm it: one, or none where nothing can be done."""
    return [form for form in forms_of(page) if form.action == "/desk/preview"]


def test_the_preview_writes_nothing_and_says_what_happens(secretary) -> None:
    first, second = proposed(), proposed("proposer2", State.IN_SCORING)
    out = proposed(state=State.RETURNED, name_fi="Jo palautettu")
    before = written()
    page = secretary.get(address("return", first, second, out) + "&lang=fi")
    assert written() == before
    (table,) = document_of(page).root.iter("table")
    assert [row[2:] for row in rows_of(table)] == [
        ["jätetty", "palautettu täydennettäväksi"],
        ["pisteytettävänä", "palautettu täydennettäväksi"],
    ]
    (left_out,) = items(page, "left-out")
    assert left_out.startswith("Jo palautettu")
    assert "palautettu täydennettäväksi" in left_out
    assert [text.split(":")[0] for text in items(page, "mail")] == [
        "Ella Esimerkki",
        "Stina Exempel",
    ]


def test_what_the_preview_shows_is_what_happens(secretary) -> None:
    ids = [proposed(), proposed(), proposed("proposer2", State.IN_SCORING)]
    out = proposed(state=State.POSTPONED)
    page = secretary.get(address("return", *ids, out))
    shown = {text.split(":")[0]: int(re.sub(r"\D", "", text)) for text in items(page, "mail")}
    action_id = done(secretary, "return", *ids, out, reason_fi=FI, reason_sv=SV)
    assert states(*ids, out) == [State.RETURNED] * 3 + [State.POSTPONED]
    assert messages() == [
        ("proposer", f"/measures/{ids[0]}"),
        ("proposer", f"/measures/{ids[1]}"),
        ("proposer2", f"/measures/{ids[2]}"),
    ]
    assert shown == {"Ella Esimerkki": 2, "Stina Exempel": 1}
    changes = db.session.scalars(select(BulkChange).where(BulkChange.action_id == action_id)).all()
    assert [(each.measure_id, each.before) for each in changes] == [
        (ids[0], State.SUBMITTED),
        (ids[1], State.SUBMITTED),
        (ids[2], State.IN_SCORING),
    ]


def test_everybody_gets_the_reason_in_their_language(secretary) -> None:
    finnish, swedish = proposed(), proposed("proposer2")
    both = proposed(contact_id=user_id("proposer2"), unit_id=None)
    with writing():
        # Both may read what belongs to the library.
        measure = db.session.get_one(Measure, both)
        measure.unit_id = fresh(finnish).unit_id
        db.session.get_one(User, user_id("proposer2")).unit_id = measure.unit_id
        db.session.get_one(Measure, swedish).unit_id = measure.unit_id
    done(secretary, "return", finnish, swedish, both, reason_fi=FI, reason_sv=SV)
    reasons = {
        step.measure_id: step.reason
        for step in db.session.scalars(select(Step).where(Step.transition == "return"))
    }
    assert reasons == {finnish: FI, swedish: SV, both: f"{FI}\n\n{SV}"}


def test_a_reason_is_asked_for_only_in_the_languages_that_are_read(secretary) -> None:
    finnish = proposed()
    (form,) = confirmations(secretary.get(address("return", finnish)))
    names = {each.get("name") for each in form.element.iter("textarea")}
    assert names == {"reason_fi"}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001, "a\0b"])
def test_a_wrong_reason_is_shown_at_its_field(secretary, reason: str) -> None:
    measure_id = proposed()
    response = secretary.submit(
        address("return", measure_id), {"reason_fi": reason}, action="/desk/preview"
    )
    assert response.status_code == 422
    assert states(measure_id) == [State.SUBMITTED]
    root = document_of(response).root
    (field,) = root.iter("textarea")
    assert field.get("aria-invalid") == "true"
    assert text_of(field) == reason.strip().replace("\0", "")


def test_scoring_is_opened_and_taken_back(secretary, actor) -> None:
    open_round(actor("secretary"))
    submitted, postponed = proposed(), proposed(state=State.POSTPONED)
    other_year = proposed(first_year=2027)
    done(secretary, "open_scoring", submitted, postponed, other_year)
    assert states(submitted, postponed, other_year) == [
        State.IN_SCORING,
        State.IN_SCORING,
        State.SUBMITTED,
    ]
    done(secretary, "cancel_scoring", submitted, reason_fi=FI)
    assert states(submitted) == [State.SUBMITTED]


def test_without_an_open_round_nothing_can_be_opened(secretary) -> None:
    page = secretary.get(address("open_scoring", proposed()))
    assert len(items(page, "left-out")) == 1
    assert confirmations(page) == []


def test_mail_waits_and_knows_its_proposal(secretary) -> None:
    measure_id = proposed()
    action_id = done(secretary, "return", measure_id, reason_fi=FI)
    message = db.session.scalars(select(Message)).one()
    assert message.batch == f"bulk-{action_id}-{measure_id}"
    assert message.not_before - message.written_at == HELD


def test_those_without_mail_are_named(secretary) -> None:
    with writing():
        db.session.get_one(User, user_id("proposer")).mail = Mail.NEVER
    page = secretary.get(address("return", proposed()))
    assert items(page, "mail") == ["Ella Esimerkki"]
    assert "0" not in "".join(items(page, "mail"))
    done(secretary, "return", proposed(), reason_fi=FI)
    assert messages() == []


def test_it_is_recorded_as_one_and_for_each(secretary) -> None:
    ids = [proposed(), proposed()]
    action_id = done(secretary, "return", *ids, reason_fi=FI)
    event = db.session.scalars(select(Event).where(Event.kind == Kind.BULK_ACTION)).one()
    assert (event.tag, event.subject_id) == (Tag.BULK_ACTION_DONE, action_id)
    # The reason may speak of what is secret, so it stands with the proposals alone.
    assert db.session.get_one(Values, event.id).after == (
        f'{{"measure_id":[{ids[0]},{ids[1]}],"transition":"return"}}'
    )
    moved = db.session.scalars(select(Event.subject_id).where(Event.tag == Tag.MEASURE_MOVED)).all()
    assert moved == ids


CHANGES = {
    "edited": lambda measure: setattr(measure, "version", measure.version + 1),
    "moved": lambda measure: setattr(measure, "state", State.WITHDRAWN),
    "taken into scoring": lambda measure: setattr(measure, "state", State.IN_SCORING),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_has_changed_since_the_preview_is_shown_anew(secretary, change) -> None:
    ids = [proposed(), proposed()]
    (form,) = confirmations(secretary.get(address("return", *ids)))
    fields = {**dict(form.filled({"reason_fi": FI})), "id": ids}
    with writing():
        change(db.session.get_one(Measure, ids[0]))
    before = written()
    response = secretary.post("/desk/preview", data=fields)
    assert response.status_code == 409
    assert written() == before
    # What was typed is still there, and confirming what is shown now does it.
    (again,) = confirmations(response)
    assert "".join(next(again.element.iter("textarea")).itertext()).strip() == FI
    assert secretary.post("/desk/preview", data=MultiDict(again.filled({}))).status_code == 303
    assert states(ids[1]) == [State.RETURNED]


def test_what_was_typed_is_there_when_nothing_can_be_done_any_more(secretary) -> None:
    measure_id = proposed()
    (form,) = confirmations(secretary.get(address("return", measure_id)))
    with writing():
        db.session.get_one(Measure, measure_id).state = State.WITHDRAWN
    response = secretary.post("/desk/preview", data=dict(form.filled({"reason_fi": FI})))
    assert response.status_code == 409
    assert FI in response.text


def test_somebody_else_to_write_to_is_a_change(secretary) -> None:
    measure_id = proposed()
    (form,) = confirmations(secretary.get(address("return", measure_id)))
    with writing():
        db.session.get_one(User, user_id("proposer")).mail = Mail.NEVER
    response = secretary.post("/desk/preview", data=dict(form.filled({"reason_fi": FI})))
    assert response.status_code == 409


def test_a_second_press_does_it_once(secretary) -> None:
    measure_id = proposed()
    (form,) = confirmations(secretary.get(address("return", measure_id)))
    fields = dict(form.filled({"reason_fi": FI}))
    first, second = (secretary.post("/desk/preview", data=fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert written() == [1, 1, 1, 1]


def test_twenty_at_once_do_it_once(app, secretary) -> None:
    ids = [proposed(), proposed()]
    (form,) = confirmations(secretary.get(address("return", *ids)))
    fields = MultiDict(form.filled({"reason_fi": FI}))
    clients = [sign_in_as(app.test_client(), "secretary") for _ in range(20)]
    for each in clients:
        # The token against forgery is the session's.
        each.get("/desk")

    def press(client: LintingClient) -> int:
        given = {name: fields.getlist(name) for name in fields}
        with app.app_context():
            return client.forge("/desk/preview", given).status_code

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(press, clients))
    assert set(codes) == {303}
    assert written() == [1, 2, 2, 2]


def test_a_key_is_its_writers_alone(secretary, app) -> None:
    first, second = proposed(), proposed()
    done(secretary, "return", first, reason_fi=FI)
    with writing():
        action = db.session.scalars(select(BulkAction)).one()
        action.actor_id = user_id("chair")
        key = action.key
    fields = {"deed": "return", "id": second, "key": key, "seen": "x"}
    assert secretary.forge("/desk/preview", fields).status_code == 400


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 404),
        ({"deed": "approve", "id": 1, "key": "0" * 32}, 404),
        ({"deed": "return", "id": 1}, 400),
        ({"deed": "return", "id": 1, "key": "x" * 5000}, 400),
        ({"deed": "return", "id": 1, "key": "\0"}, 400),
        ({"deed": "return", "key": "0" * 32}, 404),
        ({"deed": "return", "id": 999_999, "key": "0" * 32}, 404),
        ({"deed": "return", "id": ["x", "-1", "9" * 40], "key": "0" * 32}, 404),
        ({"deed": "return", "id": list(range(1, 200)), "key": "0" * 32}, 400),
    ],
)
def test_nonsense_is_refused(secretary, fields: dict[str, object], code: int) -> None:
    measure_id = proposed()
    assert secretary.forge("/desk/preview", fields).status_code == code
    assert states(measure_id) == [State.SUBMITTED]


def test_nothing_ticked_leads_back_with_the_same_choice(secretary) -> None:
    back = secretary.get("/desk/preview?deed=return&back=problem%3Dstale%26sort%3D-name%26x%3Dy")
    assert (back.status_code, back.location) == (302, "/desk?problem=stale&sort=-name")


def test_an_operation_checks_for_itself(app, actor) -> None:
    measure_id = proposed()
    plan = plans.make(Deed.RETURN, [measure_id], actor("secretary"))
    for person, reasons in (("chair", {"fi": FI}), ("secretary", {}), ("secretary", {"sv": SV})):
        with pytest.raises(Refused), writing():
            operations.carry_out(plan, reasons, actor(person), "0" * 32)
    assert states(measure_id) == [State.SUBMITTED]


def test_all_or_nothing(app, actor) -> None:
    ids = [proposed(), proposed()]
    plan = plans.make(Deed.RETURN, ids, actor("secretary"))
    before = written()
    plan.changes[1].measure.state = State.APPROVED
    with pytest.raises(Refused):
        operations.carry_out(plan, {"fi": FI}, actor("secretary"), "0" * 32)
    db.session.rollback()
    assert written() == before
    assert states(*ids) == [State.SUBMITTED] * 2


def test_the_preview_takes_the_same_queries_for_many(secretary, actor, query_counter) -> None:
    open_round(actor("secretary"))

    def count(*ids: int) -> int:
        secretary.get(address("open_scoring", *ids))
        with query_counter() as statements:
            secretary.get(address("open_scoring", *ids))
        return len([each for each in statements if each.startswith(("SELECT", "WITH"))])

    ids = [proposed(), proposed(state=State.POSTPONED), proposed(state=State.RETURNED)]
    one = count(*ids)
    for _ in range(2):
        ids += [proposed(), proposed(state=State.POSTPONED), proposed(state=State.RETURNED)]
    assert count(*ids) == one
    assert one <= 25
