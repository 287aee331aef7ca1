"""A person's own data: all of it, nothing of others', no secrets."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from app.accounts import sessions
from app.accounts.credentials import invite
from app.accounts.models import Credential, Identity, Invitation, KeptForm, Post, Session, User
from app.accounts.operations import add_user
from app.accounts.references import PLACES, references
from app.accounts.states import Method
from app.audit.models import Event
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.mail.operations import Words, write
from app.mail.states import Topic
from app.measures.models import Measure
from app.measures.operations import create_proposal, move
from app.measures.states import Publicity, State
from tests.client import sign_in_as
from tests.measures.proposals import card, saved
from tests.scoring.rounds import judge, open_round


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def downloaded(client, key: str, language: str = "fi") -> dict[str, Any]:
    """Return the data of the person with `key`, as they get it."""
    sign_in_as(client, key)
    answer: dict[str, Any] = json.loads(client.get(f"/my/data.json?lang={language}").data)
    return answer


def part(data: dict[str, Any], place: str) -> list[dict[str, Any]]:
    """Return the rows of one part of the data."""
    (found,) = [each for each in data["parts"] if each["place"] == place]
    rows: list[dict[str, Any]] = found["rows"]
    return rows


def columns_with_ids_of_people() -> set[str]:
    """Return all foreign keys to people that the database itself has."""
    inspector = inspect(db.engine)
    return {
        f"{table}.{column}"
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        if key["referred_table"] == User.__tablename__
        for column in key["constrained_columns"]
    }


def test_every_place_that_refers_to_people_is_given(client) -> None:
    plain = {
        "audit_event.actor_id",
        "audit_event.person_id",
        "audit_event.subject_id",
        "receipt.actor_id",
        "sign_in_failure.account",
    }
    given = {each["place"] for each in downloaded(client, "viewer")["parts"]}
    assert given == columns_with_ids_of_people() | plain


def test_every_place_is_described(app: Flask) -> None:
    assert {each.name for each in references()} == set(PLACES)


def test_every_id_without_a_foreign_key_is_known(app: Flask) -> None:
    plain = {
        str(column)
        for table in db.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys
    }
    assert plain == {
        "audit_event.actor_id",
        "audit_event.person_id",
        "audit_event.subject_id",
        "receipt.actor_id",
    }


def test_it_is_a_file_for_people_and_machines(client) -> None:
    sign_in_as(client, "proposer")
    response = client.get("/my/data.json")
    assert response.mimetype == "application/json"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.cache_control.no_store
    written = response.data.decode("utf-8")
    assert "Ella Esimerkki" in written
    assert written.count("\n") > 50
    assert "\\u" not in written


def test_only_the_signed_in_have_own_data(client) -> None:
    assert client.get("/my/data.json").location.startswith("/sign-in?next=")


def test_downloading_is_recorded_and_in_the_data(client) -> None:
    data = downloaded(client, "proposer")
    last = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    proposer = user("proposer").id
    assert (last.tag, last.kind) == (Tag.DATA_DOWNLOADED, Kind.PERSON)
    assert (last.actor_id, last.subject_id) == (proposer, proposer)
    assert part(data, "audit_event.actor_id")[-1]["tag"] == "data_downloaded"


@pytest.mark.parametrize(("language", "roles"), [("fi", "roolit"), ("sv", "roller")])
def test_words_are_in_the_readers_language(client, language: str, roles: str) -> None:
    data = downloaded(client, "proposer", language)
    assert data["language"] == language
    assert data["person"]["unit"] == {"fi": "Kirjasto", "sv": "Biblioteket"}[language]
    assert roles in [each["what"] for each in data["parts"]]


@pytest.fixture
def busy(app: Flask, actor) -> User:
    """Return a member of whom there are rows in many places, as there are of another."""
    open_round(actor("secretary"))
    measure_id = saved(State.IN_SCORING)
    now = clock.now()
    with writing():
        for number, key in enumerate(("member", "member2")):
            person = user(key)
            sessions.begin(person, Method.DEMO, f"Browser of {key}", actor(key))
            invite(person, actor("administrator"))
            db.session.add_all(
                [
                    Identity(user_id=person.id, issuer="https://id.example.org", subject=key),
                    Credential(
                        user_id=person.id,
                        password_hash="secret hash of the password",
                        totp_secret="SECRETOFTHECODES",
                        totp_step=5,
                    ),
                    KeptForm(user_id=person.id, path=f"/{key}", fields="[]", kept_at=now),
                ]
            )
            post = db.session.scalars(select(Post).order_by(Post.id).offset(number)).first()
            assert post is not None
            post.holder_id = person.id
    judge(actor("member"), measure_id, 4, comment="Hyvä ehdotus")
    judge(actor("member2"), measure_id, 2, comment="Huono ehdotus")
    return user("member")


def test_all_that_is_ones_own_is_there(client, busy: User) -> None:
    data = downloaded(client, "member")
    assert data["person"]["name"] == "Matti Malli"
    assert [row["role"] for row in part(data, "role_grant.user_id")] == ["member"]
    assert [row["subject"] for row in part(data, "identity.user_id")] == ["member"]
    assert [row["path"] for row in part(data, "kept_form.user_id")] == ["/member"]
    assert "Browser of member" in [row["device"] for row in part(data, "session.user_id")]
    assert [row["title_fi"] for row in part(data, "post.holder_id")] == ["Palvelujohtaja"]
    assert len(part(data, "invitation.user_id")) == 1
    (review,) = part(data, "review.user_id")
    assert review["comment"] == "Hyvä ehdotus"
    assert {rating["value"] for rating in review["rating"]} == {4}
    assert all(rating["criterion"] for rating in review["rating"])
    (added,) = part(data, "audit_event.person_id")
    assert added["audit_values"][0]["after"]["name"] == "Matti Malli"


def test_nothing_of_others_is_there(client, busy: User) -> None:
    written = json.dumps(downloaded(client, "member"), ensure_ascii=False)
    others = [each for each in db.session.scalars(select(User)) if each.key != "member"]
    assert len(others) > 5
    for other in others:
        assert other.name not in written
        assert f'"{other.key}"' not in written
    assert "Huono ehdotus" not in written
    assert "Browser of member2" not in written


def test_secrets_are_not_there(client, busy: User) -> None:
    data = downloaded(client, "member")
    secrets = [
        "secret hash of the password",
        "SECRETOFTHECODES",
        *db.session.scalars(select(Invitation.token_hash)),
        *db.session.scalars(select(Session.token_hash)),
        *db.session.scalars(select(Event.digest)),
    ]
    assert len(secrets) > 8
    written = json.dumps(data, ensure_ascii=False)
    assert [each for each in secrets if each in written] == []
    names = {name for each in data["parts"] for row in each["rows"] for name in row}
    assert not {name for name in names if name.endswith(("_hash", "_secret", "digest", "salt"))}


def test_of_a_measure_only_that_it_was_begun(client, actor) -> None:
    proposer = actor("proposer")
    with writing():
        measure = create_proposal(proposer, card(name_fi="Salainen aie", secrecy_basis="JulkL 24"))
        measure.publicity = Publicity.SECRET
        measure_id = measure.id
    data = downloaded(client, "proposer")
    (begun,) = part(data, "measure.created_by_id")
    assert set(begun) == {"id", "created_at", "changed_at"}
    assert begun["id"] == measure_id
    assert "Salainen aie" not in json.dumps(data, ensure_ascii=False)


def test_of_a_step_the_reason_and_not_what_the_proposal_said(client, actor) -> None:
    measure_id = saved(State.SUBMITTED, problem_fi="Muiden kirjoittama ongelma")
    with writing():
        returned = db.session.get_one(Measure, measure_id)
        move(returned, "return", actor("secretary"), "Kerro hinta.", concerned=["cost_class"])
    data = downloaded(client, "secretary")
    (step,) = part(data, "measure_step.actor_id")
    assert step["reason"] == "Kerro hinta."
    assert "Muiden kirjoittama" not in json.dumps(data, ensure_ascii=False)


def test_what_one_did_to_others_is_there_without_their_values(client, actor) -> None:
    with writing():
        add_user("new", "Uusi Ihminen", "fi", [], actor("administrator"))
    data = downloaded(client, "administrator")
    assert "person_added" in [row["tag"] for row in part(data, "audit_event.actor_id")]
    assert "Uusi Ihminen" not in json.dumps(data, ensure_ascii=False)


def test_mail_is_given_with_its_words_to_its_reader_alone(client, actor) -> None:
    with writing():
        user("member").email = "matti@example.org"
    words, secretary = Words("Kanaria of the subject", "Kanaria of the text"), actor("secretary")
    with writing():
        write(Topic.DECIDED, [user("member")], lambda _lang: words, "/measures/7", secretary)
    data = downloaded(client, "member")
    (row,) = part(data, "message.user_id")
    assert (row["subject"], row["text"]) == words
    assert (row["topic"], row["path"], row["sent_at"]) == ("decided", "/measures/7", None)
    assert "Kanaria" not in str(downloaded(client, "member2"))
