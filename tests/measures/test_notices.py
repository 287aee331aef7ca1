"""Which mail each transition writes: to whom, in which language, and when none."""

from datetime import date

import pytest
from flask import url_for
from sqlalchemy import delete, select, update

from app.accounts import operations as accounts
from app.accounts.models import RoleGrant, Unit, User
from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Role
from app.extensions import db
from app.mail.models import Message
from app.mail.states import Topic
from app.measures import notices, operations
from app.measures.states import Publicity, State
from app.measures.workflow import UNDOING, WORKFLOW
from tests.measures.proposals import fresh, saved

REASON = "Kerro, paljonko se maksaa"

PROPOSERS = {"proposer", "contact", "submitter"}
SECRETARIES = {"secretary", "secretary2"}

# The transition, the state before it, who makes it, what the mail is about, and who gets it.
TABLE = [
    ("submit", State.DRAFT, "proposer", Topic.SUBMITTED, SECRETARIES),
    ("submit", State.RETURNED, "contact", Topic.SUBMITTED, SECRETARIES),
    ("return", State.SUBMITTED, "secretary", Topic.RETURNED, PROPOSERS),
    ("open_scoring", State.SUBMITTED, "secretary", Topic.HANDLED, PROPOSERS),
    ("cancel_scoring", State.IN_SCORING, "secretary", Topic.HANDLED, PROPOSERS),
    ("approve", State.IN_SCORING, "secretary", Topic.DECIDED, PROPOSERS),
    ("postpone", State.IN_SCORING, "secretary", Topic.DECIDED, PROPOSERS),
    ("reject", State.IN_SCORING, "secretary", Topic.DECIDED, PROPOSERS),
    ("rescore", State.POSTPONED, "secretary", Topic.HANDLED, PROPOSERS),
    ("undo_decision", State.REJECTED, "secretary", Topic.DECIDED, PROPOSERS),
    ("withdraw", State.SUBMITTED, "submitter", Topic.HANDLED, PROPOSERS | SECRETARIES),
    ("merge", State.SUBMITTED, "secretary", Topic.HANDLED, PROPOSERS),
    ("unmerge", State.MERGED, "secretary", Topic.HANDLED, PROPOSERS),
    ("unmerge_draft", State.MERGED, "secretary", Topic.HANDLED, PROPOSERS),
    ("unmerge_in_scoring", State.MERGED, "secretary", Topic.HANDLED, PROPOSERS),
    ("unmerge_postponed", State.MERGED, "secretary", Topic.HANDLED, PROPOSERS),
    ("reopen", State.WITHDRAWN, "secretary", Topic.HANDLED, PROPOSERS),
]

SILENT = set(UNDOING.values())
"""Rows of the workflow of which nobody is told."""


@pytest.fixture(autouse=True)
def people(app) -> None:
    """Give everybody an address, and the library two more proposers, one who reads Swedish."""
    library = db.session.scalars(select(Unit).where(Unit.key == "library")).one()
    with writing():
        for key, language, role in (
            ("contact", "sv", Role.PROPOSER),
            ("submitter", "fi", Role.PROPOSER),
            ("secretary2", "sv", Role.SECRETARY),
        ):
            accounts.add_user(key, key, language, [role], INSTALLER, unit=library)
        db.session.execute(update(User).values(email=User.key + "@example.org"))


def person(key: str) -> int:
    return db.session.scalars(select(User.id).where(User.key == key)).one()


@pytest.fixture
def proposal(actor):
    """Return what makes a proposal of `proposer`, with a contact, submitted by `submitter`."""

    def make(state: State, **given) -> int:
        measure_id = saved(**{"contact_id": person("contact"), **given})
        with writing():
            measure = fresh(measure_id)
            operations.move(measure, "submit", actor("submitter"))
            measure.created_by_id = person("proposer")
            measure.state = state
            db.session.execute(delete(Message))
        return measure_id

    return make


@pytest.fixture
def move(actor):
    """Return what makes a transition in a transaction of its own."""

    def make(measure_id: int, name: str, key: str, **given) -> None:
        reason = REASON if WORKFLOW.named(name).needs_reason else ""
        with writing():
            operations.move(fresh(measure_id), name, actor(key), reason, **given)

    return make


def outbox() -> dict[str, Message]:
    """Return the messages by the sign-in names of those who get them."""
    rows = db.session.execute(select(User.key, Message).join(Message, Message.user_id == User.id))
    found = [(row.key, row.Message) for row in rows]
    assert len(dict(found)) == len(found), "somebody gets two"
    return dict(found)


def test_every_transition_has_its_notice() -> None:
    assert {row.name for row in WORKFLOW.transitions} == {row[0] for row in TABLE} | SILENT
    assert not SILENT & set(notices.TABLE)


@pytest.mark.parametrize(("name", "state", "key", "topic", "hearers"), TABLE)
def test_who_gets_what(app, proposal, move, name, state, key, topic, hearers) -> None:
    measure_id = proposal(state)
    foretold = {user.key for user in notices.readers(fresh(measure_id), name)}
    move(measure_id, name, key)
    written = outbox()
    # Who acts needs no mail about it.
    assert written.keys() == hearers - {key}
    assert foretold == hearers
    assert {message.topic for message in written.values()} == {topic}
    with app.test_request_context():
        address = url_for("status_page.measure", measure_id=measure_id)
    assert {message.path for message in written.values()} == {address}


def test_everybody_reads_their_own_language(proposal, move) -> None:
    move(proposal(State.SUBMITTED), "return", "secretary")
    written = outbox()
    for key, name in (
        ("proposer", "Asukas varaa ajan itse"),
        ("contact", "Invånaren bokar tid själv"),
    ):
        assert name in written[key].subject
        assert name in written[key].text
        assert REASON in written[key].text
    assert written["proposer"].subject.startswith("Palautettu")
    assert written["contact"].subject.startswith("Återsänt")


def test_what_is_completed_says_so(proposal, move) -> None:
    move(proposal(State.DRAFT), "submit", "proposer")
    assert outbox()["secretary"].subject.startswith("Jätetty: ")
    move(proposal(State.RETURNED), "submit", "proposer")
    assert outbox()["secretary"].subject.startswith("Jätetty uudelleen: ")


@pytest.mark.parametrize(("name", "state", "key"), [row[:3] for row in TABLE])
def test_mail_about_a_secret_names_nothing(proposal, move, name, state, key) -> None:
    secret = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
    move(proposal(state, **secret), name, key)
    for message in outbox().values():
        for word in ("Asukas", "Invånaren", "varaa", "Kirjasto", "JulkL", REASON):
            assert word not in message.subject + message.text


def test_a_draft_that_nobody_submitted_is_the_units_own_matter(move) -> None:
    measure_id = saved(contact_id=person("contact"))
    with writing():
        fresh(measure_id).created_by_id = person("proposer")
    move(measure_id, "withdraw", "proposer")
    assert outbox().keys() == {"contact"}


def test_who_may_no_longer_read_it_hears_nothing(proposal, move, actor) -> None:
    measure_id = proposal(State.SUBMITTED)
    with writing():
        db.session.execute(
            update(RoleGrant)
            .where(RoleGrant.user_id == person("submitter"))
            .values(last_day=date(2020, 1, 1))
        )
    move(measure_id, "return", "secretary")
    assert outbox().keys() == {"proposer", "contact"}


def test_a_viewer_hears_only_of_what_all_may_read(proposal, move) -> None:
    for state, name, hears in (
        (State.SUBMITTED, "return", False),
        (State.IN_SCORING, "approve", True),
    ):
        move(proposal(state, contact_id=person("viewer")), name, "secretary")
        assert ("viewer" in outbox()) == hears


def test_what_fails_writes_no_mail(proposal, actor) -> None:
    measure_id = proposal(State.SUBMITTED)

    def twice() -> None:
        for _time in range(2):
            operations.move(fresh(measure_id), "return", actor("secretary"), REASON)

    with pytest.raises(Refused), writing():
        twice()
    assert outbox() == {}
    assert fresh(measure_id).state is State.SUBMITTED


def test_the_mail_of_a_bulk_action_waits(proposal, move) -> None:
    move(proposal(State.SUBMITTED), "return", "secretary", batch="0f")
    for message in outbox().values():
        assert message.batch == "0f"
        assert message.not_before - message.written_at == notices.HELD


def test_a_long_name_is_cut_in_the_subject_alone(proposal, move) -> None:
    name = "Pitkä " * 40
    move(proposal(State.SUBMITTED, name_fi=name.strip()), "return", "secretary")
    message = outbox()["proposer"]
    assert len(message.subject) < 150
    assert name.strip() in message.text


@pytest.mark.parametrize("fragment", ["", "#comments"])
def test_mail_that_waits_names_nothing_of_what_has_become_secret(
    app, actor, proposal, fragment: str
) -> None:
    measure_id, other_id = proposal(State.SUBMITTED), proposal(State.SUBMITTED)
    with writing():
        for each in (measure_id, other_id):
            operations.move(fresh(each), "return", actor("secretary"), REASON)
        db.session.execute(update(Message).values(path=Message.path + fragment))
    with writing():
        basis = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
        measure = fresh(measure_id)
        operations.edit_proposal(measure, measure.version, basis, actor("proposer"))
    path = f"/measures/{measure_id}{fragment}"
    by_path = {True: [], False: []}
    for message in db.session.scalars(select(Message)):
        by_path[message.path == path].append(f"{message.subject} {message.text}")
    assert len(by_path[True]) == len(by_path[False]) == len(PROPOSERS)
    for said in by_path[True]:
        assert REASON not in said
        assert "varaa" not in said
        assert "bokar" not in said
    assert len(set(by_path[True])) == 2, "one in each language"
    assert all(REASON in said for said in by_path[False])


def test_mail_that_was_sent_stays_as_it_was_sent(app, actor, proposal) -> None:
    measure_id = proposal(State.SUBMITTED)
    with writing():
        operations.move(fresh(measure_id), "return", actor("secretary"), REASON)
        db.session.execute(update(Message).values(sent_at=Message.written_at))
    with writing():
        basis = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
        operations.edit_proposal(fresh(measure_id), 1, basis, actor("proposer"))
    assert all(REASON in text for text in db.session.scalars(select(Message.text)))
