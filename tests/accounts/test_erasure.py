"""Erasing people: nothing says who they were, and what they did stays whole."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Text, func, select, text

from app.accounts import erasure, queries, sessions
from app.accounts.credentials import invite
from app.accounts.failures import account_digest, address_digest
from app.accounts.models import (
    Credential,
    Identity,
    Invitation,
    KeptForm,
    Post,
    RoleGrant,
    Session,
    SignInFailure,
    Unit,
    User,
)
from app.accounts.operations import edit_user
from app.accounts.references import PLACES, Goes, counts, references
from app.accounts.roles import end_role, give_role
from app.accounts.states import Mail, Method
from app.audit.models import Event, Values
from app.audit.tags import Kind, Tag
from app.audit.verification import first_fault
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.idempotency import Receipt, keep_result
from app.core.policy import Role
from app.extensions import db
from app.mail.models import Message
from app.mail.states import Topic
from app.measures.models import Step
from app.meetings import operations as meetings
from app.meetings.models import Meeting
from app.proposing.models import WorkingCopy
from app.scoring.models import Review
from tests.client import sign_in_as
from tests.meetings.agendas import arranged


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def erase(person_id: int, actor) -> None:
    with writing():
        erasure.erase(queries.user(person_id), actor)


def written() -> Iterator[str]:
    """Yield every text that the database holds, in every table."""
    for table in db.metadata.sorted_tables:
        texts = [column for column in table.columns if isinstance(column.type, Text | db.String)]
        for row in db.session.execute(select(*texts)) if texts else ():
            yield from (value for value in row if value)


def assert_whole() -> None:
    """Check that the record, the foreign keys and the constraints are as they must be."""
    assert first_fault() is None
    assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"


@pytest.fixture
def known(app: Flask, actor) -> User:
    """Return a member of whom the tool knows all that it may know of somebody."""
    administrator = actor("administrator")
    with writing():
        member = user("member")
        edit_user(
            member,
            member.version,
            administrator,
            key="member",
            name="Matti Malli-Uusi",
            email="matti.malli@example.org",
            language="sv",
            unit=db.session.scalars(select(Unit).where(Unit.key == "streets")).one(),
        )
        member.mail = Mail.NEVER
        sessions.begin(member, Method.DEMO, "Browser of Matti", actor("member"))
        invite(member, administrator)
        keep_result(actor("member"), "a-key", "/somewhere")
        post = db.session.scalars(select(Post).order_by(Post.id)).first()
        assert post is not None
        post.holder_id = member.id
        db.session.add_all(
            [
                SignInFailure(
                    account=account_digest("Member"),
                    address=address_digest("192.0.2.7"),
                    happened_at=clock.now(),
                ),
                Identity(user_id=member.id, issuer="https://id.example.org", subject="matti-x"),
                Credential(user_id=member.id, password_hash="hash", totp_secret="secret"),
                KeptForm(
                    user_id=member.id,
                    path="/p",
                    fields='[["comment", "Matti"]]',
                    kept_at=clock.now(),
                ),
                WorkingCopy(
                    user_id=member.id,
                    key="a" * 32,
                    fields='[["name_fi", "Matti"]]',
                    saved_at=clock.now(),
                ),
                Message(
                    user_id=member.id,
                    topic=Topic.COMMENTED,
                    subject="Comment to Matti",
                    text="Dear Matti",
                    path="/",
                    written_at=clock.now(),
                    not_before=clock.now(),
                ),
            ]
        )
    return user("member")


def test_nothing_says_who_it_was(known: User, actor) -> None:
    person_id = known.id
    assert any("Matti" in each for each in written())
    erase(person_id, actor("administrator"))
    assert [each for each in written() if "Matti" in each or "matti" in each] == []
    erased = queries.user(person_id)
    assert (erased.name, erased.key) == ("", f"erased-{person_id}")
    assert (erased.email, erased.unit_id, erased.last_seen_at) == (None, None, None)
    assert (erased.language, erased.mail) == ("fi", Mail.AT_ONCE)
    assert erased.erased_on == erased.disabled_on == clock.today()
    for table in (
        Identity,
        Credential,
        Invitation,
        KeptForm,
        Message,
        Session,
        RoleGrant,
        WorkingCopy,
    ):
        assert db.session.scalar(select(func.count()).where(table.user_id == person_id)) == 0
    for table in (Receipt, SignInFailure):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert db.session.scalar(select(func.count()).where(Post.holder_id == person_id)) == 0
    assert_whole()


def test_nothing_is_left_in_the_files_of_the_database(known: User, settings, actor) -> None:
    def bytes_of_files() -> bytes:
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return b"".join(path.read_bytes() for path in settings.instance.glob("roadmap.sqlite*"))

    person_id = known.id
    traces = (
        b"Matti Malli",
        b"matti.malli@example.org",
        b"matti-x",
        b"Browser of Matti",
        b"Dear Matti",
    )
    assert [trace for trace in traces if trace not in bytes_of_files()] == []
    erase(person_id, actor("administrator"))
    assert [trace for trace in traces if trace in bytes_of_files()] == []


def test_every_place_is_cleared_or_stays_as_it_says(known: User, actor) -> None:
    person_id = known.id
    before = {each.name: count for each, count in counts(queries.user(person_id))}
    places = {name for name, words in PLACES.items() if words.goes is not Goes.NO}
    # Nothing was deputised in this city yet.
    assert places - set(before) <= {"role_grant.deputy_for_id", "post.deputy_id"}
    erase(person_id, actor("administrator"))
    after = {each.name: count for each, count in counts(queries.user(person_id))}
    assert set(after) & (places - {"audit_event.person_id"}) == set()
    staying = {name: count for name, count in before.items() if name not in places}
    assert all(after[name] >= count for name, count in staying.items())
    values = select(func.count()).select_from(Values).join(Event)
    assert db.session.scalar(values.where(Event.person_id == person_id)) == 0


def test_every_place_was_thought_of(app: Flask) -> None:
    assert {each.name for each in references()} == set(PLACES)


def test_it_is_recorded_and_the_record_holds(known: User, actor) -> None:
    person_id, administrator = known.id, actor("administrator")
    erase(person_id, administrator)
    query = select(Event).where(Event.subject_id == person_id, Event.kind == Kind.PERSON)
    tags = [event.tag for event in db.session.scalars(query.order_by(Event.id))]
    assert tags[-3:] == [Tag.ROLE_ENDED, Tag.SESSIONS_ENDED, Tag.PERSON_ERASED]
    assert Tag.PERSON_ADDED in tags
    post = db.session.scalars(select(Event).where(Event.tag == Tag.POST_EDITED)).all()[-1]
    assert (post.actor_id, post.person_id) == (administrator.user_id, None)
    assert_whole()


def test_the_signed_in_are_signed_out(known: User, client, actor) -> None:
    sign_in_as(client, "member")
    assert client.get("/proposals").status_code == 200
    erase(user("member").id, actor("administrator"))
    assert client.get("/proposals").location.startswith("/sign-in")
    assert client.forge("/sign-in", {"person": "member"}).status_code == 404


def test_a_deputy_does_not_outlive_whom_they_deputise_for(known: User, actor) -> None:
    administrator = actor("administrator")
    with writing():
        give_role(user("viewer"), Role.MEMBER, administrator, deputy_for_id=known.id)
    assert actor("viewer").roles == {Role.VIEWER, Role.MEMBER}
    erase(user("member").id, administrator)
    assert actor("viewer").roles == {Role.VIEWER}
    ended = select(Event.subject_id).where(Event.tag == Tag.ROLE_ENDED).order_by(Event.id)
    assert user("viewer").id in db.session.scalars(ended).all()


def test_nobody_erases_themself(app: Flask, actor) -> None:
    with pytest.raises(Refused, match="itseäsi"):
        erase(user("administrator").id, actor("administrator"))
    assert user("administrator").erased_on is None


def test_the_last_administrator_stays(app: Flask, actor) -> None:
    administrator = actor("administrator")
    with writing():
        give_role(user("viewer"), Role.ADMINISTRATOR, administrator)
    acting = actor("viewer")
    with writing():
        (grant,) = [each for each in user("viewer").roles if each.role is Role.ADMINISTRATOR]
        end_role(user("viewer"), grant, administrator)
    events = db.session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(Refused):
        erase(user("administrator").id, acting)
    assert user("administrator").name == "Aino Esimerkki"
    assert [grant.role for grant in user("administrator").roles] == [Role.ADMINISTRATOR]
    assert db.session.scalar(select(func.count()).select_from(Event)) == events


def test_nobody_is_erased_twice(known: User, actor) -> None:
    person_id = known.id
    erase(person_id, actor("administrator"))
    with pytest.raises(Refused):
        erase(person_id, actor("administrator"))


@pytest.mark.parametrize("key", ["viewer", "secretary", "chair"])
def test_only_administrators_erase(app: Flask, actor, key: str) -> None:
    with pytest.raises(Refused):
        erase(user("member").id, actor(key))
    assert user("member").name == "Matti Malli"


def test_a_day_of_disabling_stays(app: Flask, actor) -> None:
    with writing():
        user("member").disabled_on = date(2026, 1, 2)
    person_id = user("member").id
    erase(person_id, actor("administrator"))
    assert queries.user(person_id).disabled_on == date(2026, 1, 2)


def test_all_of_the_demo_can_be_erased(demo_app: Flask, actor) -> None:
    administrator = actor("administrator")
    others = select(User.id, User.name).where(User.id != administrator.user_id)
    people = db.session.execute(others).all()
    assert len(people) > 8
    steps = db.session.scalars(select(Step.actor_id)).all()
    reviews = db.session.scalars(select(Review.comment)).all()
    for person in people:
        erase(person.id, administrator)
    assert db.session.scalars(select(Step.actor_id)).all() == steps
    assert db.session.scalars(select(Review.comment)).all() == reviews
    everything = list(written())
    for person in people:
        assert [each for each in everything if person.name in each] == []
    assert_whole()


@pytest.mark.parametrize(
    ("language", "erased"), [("fi", "poistettu henkilö"), ("sv", "raderad person")]
)
def test_pages_call_them_erased(
    demo_app: Flask, demo_client, actor, language: str, erased: str
) -> None:
    administrator = actor("administrator")
    step = db.session.scalars(select(Step).where(Step.actor_id.is_not(None))).first()
    assert step is not None
    measure_id, name = step.measure_id, queries.user(step.actor_id).name
    page = f"/measures/{measure_id}?lang={language}"
    sign_in_as(demo_client, "secretary")
    assert name in demo_client.get(page).text
    person_id = db.session.get_one(Step, step.id).actor_id
    sign_in_as(demo_client, "chair" if person_id == user("secretary").id else "secretary")
    erase(person_id, administrator)
    text_of_page = demo_client.get(page).text
    assert erased in text_of_page
    assert name not in text_of_page


def page_of(person_id: int) -> str:
    return f"/people/{person_id}/erase"


def test_the_page_says_what_goes_and_what_stays(known: User, client) -> None:
    sign_in_as(client, "administrator")
    page = client.get(page_of(known.id)).text
    assert "Matti Malli-Uusi" in page
    going, staying = page.split(">Mitä jää<")
    assert "tunnukset kirjautumispalveluissa: 1" in going
    assert "hoidetut tehtävät: 1" in going
    assert "tapahtumalokin tapahtumat, kohteena:" in staying
    assert "poistettu henkilö" in staying
    assert "raderad person" in client.get(f"{page_of(known.id)}?lang=sv").text


def test_erasing_by_the_page(known: User, client) -> None:
    person_id = known.id
    sign_in_as(client, "administrator")
    response = client.submit(page_of(person_id), button="Poista henkilö")
    assert response.status_code == 422
    assert "Vahvista" in response.text
    assert queries.user(person_id).erased_on is None
    response = client.submit(page_of(person_id), {"certain": "y"})
    assert (response.status_code, response.location) == (303, f"/people/{person_id}")
    assert "oistettu henkilö" in client.get(f"/people/{person_id}").text
    assert queries.user(person_id).erased_on == clock.today()
    # A second press of the button, and the page opened again, lead to what was done.
    assert client.forge(page_of(person_id), {"certain": "y"}).status_code == 303
    assert client.get(page_of(person_id)).status_code == 303


def test_the_page_of_oneself_has_no_button(app: Flask, client) -> None:
    own = user("administrator").id
    sign_in_as(client, "administrator")
    assert "certain" not in client.get(page_of(own)).text
    response = client.forge(page_of(own), {"certain": "y"})
    assert response.status_code == 409
    assert "itseäsi" in response.text
    assert client.get(page_of(999)).status_code == 404


def test_the_list_of_people_calls_them_erased(known: User, client, actor) -> None:
    erase(known.id, actor("administrator"))
    sign_in_as(client, "administrator")
    assert "Matti" not in client.get("/people").text


def test_the_log_names_nobody(known: User, client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    sign_in_as(client, "administrator")
    client.submit(page_of(known.id), {"certain": "y"})
    client.forge(page_of(user("administrator").id), {"certain": "y"})
    assert "alli" not in caplog.text


def test_the_record_names_nobody_without_an_account(client, sign_in, actor) -> None:
    # Nobody could be erased from it who is no person of the tool.
    meeting_id = arranged(actor("secretary"))
    page = f"/meetings/{meeting_id}/attendance"
    sign_in(client, "secretary")
    for others in ("Aino Vieras, Aurala", "Aino Vieras\nEino Vieras"):
        data = {"others": others}
        assert client.submit(page, data, button="Tallenna läsnäolo", action=page).status_code == 303
    with writing():
        meetings.cancel(db.session.get_one(Meeting, meeting_id), actor("secretary"))
    said = [f"{each.before} {each.after}" for each in db.session.scalars(select(Values))]
    assert any('"others":2' in each for each in said)
    assert not any("Vieras" in each for each in said)
