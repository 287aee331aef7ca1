"""What is kept for some time goes when the time is over, whole kinds at once, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from app.accounts import operations, sessions
from app.accounts.models import Invitation, KeptForm, Session, SignInFailure, User
from app.accounts.roles import give_role
from app.accounts.states import Method
from app.attachments.models import Attachment, Content
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.audit.verification import first_fault
from app.comments.models import Comment
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.i18n import format_date
from app.core.idempotency import Receipt
from app.core.policy import Role
from app.extensions import db
from app.history import retention
from app.mail.models import Message
from app.mail.states import Topic
from app.measures import operations as measures
from app.measures.models import Measure, Step
from app.measures.states import State
from tests.attachments.uploads import attached
from tests.client import sign_in_as
from tests.comments.talk import say
from tests.history.logs import read
from tests.html import Element, document_of, elements, first, text_of
from tests.measures.proposals import card, saved

NOTHING = {kept.name: 0 for kept in retention.TABLE}


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def count(model: Any) -> int:
    number = db.session.scalar(select(func.count()).select_from(model))
    assert number is not None
    return number


def preview(app: Flask, days: int = 0) -> dict[str, int]:
    """Return how much of each kind would go in so many days from now."""
    now = clock.now() + timedelta(days=days)
    return {each.kept.name: each.number for each in retention.due(app.config["SETTINGS"], now)}


def run(app: Flask, days: int = 0) -> dict[str, int]:
    """Let go of what is too old so many days from now."""
    now = clock.now() + timedelta(days=days)
    return {each.kept.name: each.number for each in retention.let_go(app.config["SETTINGS"], now)}


@pytest.fixture
def rows(app: Flask, actor) -> None:
    """Write a row of each kind that has a table of its own, and a draft."""
    now = clock.now()
    with writing():
        member = user("member")
        sessions.begin(member, Method.DEMO, "Browser", actor("member"))
        db.session.add_all(
            [
                KeptForm(user_id=member.id, path="/p", fields="[]", kept_at=now),
                Invitation(token_hash="x", user_id=member.id, expires_at=now),
                SignInFailure(account="a", address="b", happened_at=now),
                Receipt(actor_id=member.id, key="k", result="/r", made_at=now),
                Message(
                    user_id=member.id,
                    topic=Topic.DECIDED,
                    subject="Päätös",
                    text="Teksti",
                    path="/",
                    written_at=now,
                    not_before=now,
                ),
            ]
        )
        measures.create_proposal(actor("proposer"), card())


def test_nothing_new_goes(app: Flask, rows) -> None:
    assert preview(app) == NOTHING
    events = count(Event)
    assert run(app) == NOTHING
    assert count(Event) == events


@pytest.mark.parametrize(
    ("name", "model", "setting"),
    [
        ("receipts", Receipt, None),
        ("kept forms", KeptForm, "keep_forms_days"),
        ("invitations", Invitation, "keep_invitations_days"),
        ("sign-in failures", SignInFailure, "keep_sign_in_failures_days"),
        ("sessions", Session, "keep_sessions_days"),
        ("messages", Message, "keep_messages_days"),
        ("unsubmitted drafts", Measure, "keep_unsubmitted_drafts_days"),
    ],
)
def test_each_kind_goes_after_its_time(
    app: Flask, rows, name: str, model: type, setting: str | None
) -> None:
    days = getattr(app.config["SETTINGS"], setting) if setting else 1
    assert preview(app, days - 1)[name] == 0
    run(app, days - 1)
    assert count(model) == 1
    assert preview(app, days + 1)[name] == 1
    assert count(model) == 1
    assert run(app, days + 1)[name] == 1
    assert count(model) == 0
    last = db.session.scalars(select(Event).where(Event.tag == Tag.KEPT_NO_LONGER)).all()[-1]
    assert (last.actor_id, last.command) == (None, "flask retention")


def test_the_settings_say_how_long(app: Flask, rows) -> None:
    settings: Settings = app.config["SETTINGS"].model_copy(update={"keep_sessions_days": 3})
    found = retention.due(settings, clock.now() + timedelta(days=4))
    assert {each.kept.name: (each.days, each.number) for each in found}["sessions"] == (3, 1)


def test_every_setting_is_of_a_kind() -> None:
    settings = {name for name in Settings.model_fields if name.startswith("keep_")}
    assert settings == {kept.setting for kept in retention.TABLE} - {None}


def test_a_second_run_does_nothing(app: Flask, rows) -> None:
    assert sum(run(app, 4000).values()) > 6
    events = count(Event)
    assert preview(app, 4000) == NOTHING
    assert run(app, 4000) == NOTHING
    assert count(Event) == events
    assert first_fault() is None
    assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_run_that_is_cut_off_leaves_whole_kinds(app: Flask, rows) -> None:
    with writing():
        db.session.execute(
            text(
                "CREATE TRIGGER stop BEFORE DELETE ON sign_in_failure "
                "BEGIN SELECT RAISE(ABORT, 'cut off'); END"
            )
        )
    expected = preview(app, 4000)
    names = [kept.name for kept in retention.TABLE]
    stopped_at = names.index("sign-in failures")
    with pytest.raises(Exception, match="cut off"):
        run(app, 4000)
    left = preview(app, 4000)
    assert [left[name] for name in names[:stopped_at]] == [0] * stopped_at
    assert all(left[name] == expected[name] for name in names[stopped_at:])
    with writing():
        db.session.execute(text("DROP TRIGGER stop"))
    assert run(app, 4000) == left
    assert first_fault() is None


def test_people_are_erased_when_they_have_not_signed_in_for_long(app: Flask, actor) -> None:
    keep = app.config["SETTINGS"].keep_disabled_people_days
    with writing():
        operations.disable(user("member"), actor("administrator"))
        operations.disable(user("viewer"), actor("administrator"))
        give_role(
            user("proposer"),
            Role.MEMBER,
            actor("administrator"),
            deputy_for_id=user("member").id,
        )
    viewer, member = user("viewer").id, user("member").id
    assert preview(app, keep - 1)["disabled people"] == 0
    # Somebody still deputises for the member.
    assert run(app, keep + 2)["disabled people"] == 1
    assert db.session.get_one(User, viewer).name == ""
    assert db.session.get_one(User, member).name == "Matti Malli"
    assert run(app, keep + 2)["disabled people"] == 0
    erased = db.session.scalars(select(Event).where(Event.tag == Tag.PERSON_ERASED)).one()
    assert (erased.subject_id, erased.command) == (viewer, "flask retention")


def test_people_who_may_sign_in_are_never_erased(app: Flask) -> None:
    assert preview(app, 30_000)["disabled people"] == 0


def test_personal_values_go_and_the_rest_of_the_record_stays(app: Flask) -> None:
    keep = app.config["SETTINGS"].keep_personal_values_days
    personal = select(func.count()).select_from(Values).join(Event)
    of_people = personal.where(Event.person_id.is_not(None))
    others = personal.where(Event.person_id.is_(None))
    people, rest, events = (db.session.scalar(of_people), db.session.scalar(others), count(Event))
    assert people == count(User)
    assert preview(app, keep + 1)["personal values"] == people
    last = db.session.scalar(select(func.max(Event.id)))
    assert run(app, keep + 1)["personal values"] == people
    assert db.session.scalar(of_people) == 0
    assert db.session.scalar(others) == rest + 1
    assert count(Event) == events + 1
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.tag, event.kind, event.subject_id) == (Tag.KEPT_NO_LONGER, Kind.RECORD, last)
    assert first_fault() is None


def test_what_was_submitted_is_never_deleted(app: Flask, actor) -> None:
    with writing():
        reopened = measures.create_proposal(actor("proposer"), card())
        measures.move(reopened, "submit", actor("proposer"))
        measures.move(reopened, "withdraw", actor("proposer"))
        measures.move(reopened, "reopen", actor("secretary"), "Uudestaan")
        assert reopened.state is State.DRAFT
    for state in State:
        if state is not State.DRAFT:
            saved(state)
    before = count(Measure)
    assert preview(app, 30_000)["unsubmitted drafts"] == 0
    run(app, 30_000)
    assert count(Measure) == before
    assert count(Step) == 3


def test_comments_and_files_of_a_draft_go_with_it(app: Flask, actor) -> None:
    measure_id = saved()
    attached(actor("proposer"), measure_id)
    say(actor("proposer"), measure_id, "Muistiin")
    with writing():
        db.session.execute(update(Measure).values(changed_at=clock.now() - timedelta(days=4000)))
    assert preview(app)["unsubmitted drafts"] == 1
    assert run(app)["unsubmitted drafts"] == 1
    assert [count(model) for model in (Measure, Comment, Attachment, Content)] == [0, 0, 0, 0]


def test_the_id_of_a_deleted_draft_is_not_given_again(app: Flask, client) -> None:
    old = saved()
    with writing():
        db.session.execute(update(Measure).values(changed_at=clock.now() - timedelta(days=4000)))
    assert run(app)["unsubmitted drafts"] == 1
    new = saved()
    assert new > old
    sign_in_as(client, "secretary")
    assert client.get(f"/measures/{old}").status_code == 404
    (entry,) = read(client.get(f"/measures/{new}/history?lang=fi"))
    assert "toimenpide lisätty" in entry.text


def test_a_touched_draft_waits_anew(app: Flask, rows) -> None:
    keep = app.config["SETTINGS"].keep_unsubmitted_drafts_days
    with writing():
        db.session.execute(
            update(Measure).values(created_at=clock.now() - timedelta(days=keep + 9))
        )
    assert preview(app)["unsubmitted drafts"] == 0


@pytest.mark.parametrize("option", [["--dry-run"], []])
def test_the_command_says_what_goes(app: Flask, rows, option: list[str]) -> None:
    with writing():
        db.session.execute(update(Session).values(seen_at=clock.now() - timedelta(days=31)))
    result = app.test_cli_runner().invoke(args=["retention", *option])
    assert result.exit_code == 0, result.output
    assert "sessions: 1 from before" in result.output
    assert "receipts: 0 from before" in result.output
    assert ("nothing was written" in result.output) == bool(option)
    assert count(Session) == len(option)


def test_the_log_of_the_command_names_nobody(app: Flask, actor, caplog) -> None:
    with writing():
        operations.disable(user("member"), actor("administrator"))
        user("member").disabled_on = clock.today() - timedelta(days=4000)
    caplog.set_level("INFO")
    result = app.test_cli_runner().invoke(args=["retention"])
    assert "disabled people: 1" in result.output
    assert "Malli" not in result.output + caplog.text


def cells(page: Element) -> dict[str, list[str]]:
    """Return the rows of the table of a page: what, and the cells beside it."""
    return {
        text_of(first(row, "./th")): [text_of(cell) for cell in elements(row, "td")]
        for row in elements(first(page, ".//tbody"), "tr")
    }


def test_the_page_is_the_dry_run_in_words(app: Flask, rows, client) -> None:
    with writing():
        db.session.execute(update(Session).values(seen_at=clock.now() - timedelta(days=31)))
    sign_in_as(client, "administrator")
    events = count(Event)
    shown = cells(document_of(client.get("/retention")).root)
    assert len(shown) == len(retention.TABLE)
    sessions_row = shown["Istunnot viimeisestä käytöstä lukien"]
    assert (sessions_row[1], sessions_row[3]) == ("30 päivää", "1")
    assert shown["Estetyt henkilöt, joiden tiedot sitten poistetaan"][1] == "2 vuotta"
    assert count(Event) == events
    run(app)
    shown = cells(document_of(client.get("/retention")).root)
    assert shown["Istunnot viimeisestä käytöstä lukien"][3] == "0"


def test_the_page_says_when_the_last_run_let_go_of_something(app: Flask, rows, client) -> None:
    sign_in_as(client, "administrator")
    today = format_date(clock.today())
    assert f"viimeksi {today}" not in client.get("/retention").text
    run(app, 4000)
    # The session of the administrator has gone too.
    sign_in_as(client, "administrator")
    assert f"viimeksi {today}" in client.get("/retention").text


@pytest.mark.parametrize("key", ["viewer", "secretary", "chair"])
def test_the_page_is_for_administrators(client, key: str) -> None:
    sign_in_as(client, key)
    assert client.get("/retention").status_code == 403
