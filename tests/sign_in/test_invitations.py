"""One-time links: who makes them, and how a password is set by one."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts import credentials
from app.accounts.models import Credential, Invitation, User
from app.accounts.operations import INSTALLER, disable
from app.accounts.sessions import hash_of
from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.sign_in import passwords
from tests.client import LintingClient, sign_in_as
from tests.html import document_of, first, text_of
from tests.sign_in.passwords import (
    SECRET,
    code_of,
    credential_of,
    give,
    give_password,
    password_hash,
    person,
    signed_in_name,
)

NEW = "seitsemän kuunvaloa"


def link(key: str) -> str:
    """Return the path of a new one-time link of a person."""
    with writing():
        token = credentials.invite(person(key), INSTALLER)
    return f"/invitation/{token}"


def use(client: LintingClient, path: str, password: str = NEW, again: str = NEW):
    return client.submit(path, {"password": password, "again": again})


def says_that_it_does_not_work(client: LintingClient, path: str) -> bool:
    page = client.get(path)
    sent = client.forge(path, {"password": NEW, "again": NEW})
    shown = text_of(first(document_of(page).root, ".//main"))
    return (page.status_code, sent.status_code) == (404, 404) and "vuorokau" in shown


def test_a_password_is_set_by_the_link_and_signs_in(app: Flask, client: LintingClient) -> None:
    path = link("member")
    page = client.get(path)
    assert "Matti Malli" in text_of(first(document_of(page).root, ".//main"))
    name = first(document_of(page).root, ".//input[@autocomplete='username']")
    assert name.get("value") == "member"
    response = use(client, path)
    assert (response.status_code, response.location) == (303, "/")
    assert signed_in_name(client) == "Matti Malli"
    assert passwords.matches(NEW, credential_of("member").password_hash)


def test_a_link_works_once(app: Flask, client: LintingClient) -> None:
    path = link("member")
    use(client, path)
    assert says_that_it_does_not_work(app.test_client(), path)


def test_a_newer_link_replaces_the_older_one_of_the_same_person(app: Flask, client) -> None:
    older, others, newer = link("member"), link("member2"), link("member")
    assert says_that_it_does_not_work(client, older)
    assert client.get(others).status_code == 200
    assert client.get(newer).status_code == 200


def test_a_link_works_for_a_day(app: Flask, client: LintingClient) -> None:
    path = link("member")
    left = db.session.scalars(select(Invitation.expires_at)).one() - clock.now()
    assert timedelta(hours=23, minutes=55) < left <= timedelta(hours=24)
    with writing():
        db.session.execute(update(Invitation).values(expires_at=clock.now()))
    assert says_that_it_does_not_work(client, path)


def test_a_link_works_for_nobody_who_may_not_sign_in(app: Flask, client) -> None:
    path = link("member")
    with writing():
        disable(person("member"), INSTALLER)
    assert says_that_it_does_not_work(client, path)


def test_no_link_is_made_for_somebody_who_may_not_sign_in(app: Flask) -> None:
    with writing():
        disable(person("member"), INSTALLER)
    member = select(User).where(User.key == "member")
    with pytest.raises(Refused), writing():
        credentials.invite(db.session.scalars(member).one(), INSTALLER)


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 2000])
def test_a_guess_is_no_link(app: Flask, token: str) -> None:
    link("member")
    assert credentials.invitation_of(token, clock.now()) is None


def test_the_database_holds_the_hash_of_a_link_alone(app: Flask) -> None:
    path = link("member")
    token = path.rpartition("/")[2]
    assert len(token) >= 43
    assert db.session.scalars(select(Invitation.token_hash)).one() == hash_of(token)
    db.session.rollback()
    file = Path(app.config["SETTINGS"].instance) / "roadmap.sqlite"
    everything = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert hash_of(token).encode() in everything
    assert token.encode() not in everything


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [
        ("lyhyt", "lyhyt", "password"),
        ("MattiMalli!2026", "MattiMalli!2026", "password"),
        (NEW, "jotain ihan muuta", "again"),
        (NEW, "", "again"),
    ],
)
def test_a_password_that_cannot_be_taken_is_said_at_its_field(
    app: Flask, client: LintingClient, password: str, again: str, field: str
) -> None:
    path = link("member")
    response = use(client, path, password, again)
    assert response.status_code == 422
    root = document_of(response).root
    invalid = [each.get("name") for each in root.iterfind(".//input[@aria-invalid]")]
    assert invalid == [field]
    for each in root.iterfind(".//input[@type='password']"):
        assert not each.get("value")
    assert client.get(path).status_code == 200, "the link still works"
    assert db.session.scalar(select(func.count()).select_from(Credential)) == 0


def test_a_new_password_ends_all_sessions(app: Flask, client: LintingClient) -> None:
    other = sign_in_as(app.test_client(), "member")
    use(client, link("member"))
    assert signed_in_name(other) is None
    assert signed_in_name(client) == "Matti Malli"


def test_whoever_forgot_a_password_still_gives_the_code(app: Flask, client) -> None:
    give_password("secretary", SECRET)
    assert use(client, link("secretary")).location == "/sign-in/code"
    assert signed_in_name(client) is None
    assert client.submit("/sign-in/code", {"code": code_of()}).status_code == 303
    assert signed_in_name(client) == "Saara Sepite"


def test_an_administrator_sets_codes_up_at_the_first_link(app: Flask, client) -> None:
    assert use(client, link("administrator")).location == "/sign-in/code/new"
    assert signed_in_name(client) is None


def test_a_link_ends_the_wait_of_whoever_forgot_the_password(app: Flask, client) -> None:
    give_password("member")
    for _ in range(5):
        give(client, "member", "arvaan vain jotain")
    assert give(client, "member").status_code == 429
    use(client, link("member"))
    assert give(app.test_client(), "member", NEW).status_code == 303


def test_it_is_recorded_without_what_is_secret(app: Flask, client: LintingClient) -> None:
    path = link("member")
    use(client, path)
    recorded = db.session.execute(select(Event.tag, Event.actor_id, Event.command)).all()
    assert (Tag.INVITED, None, "flask init") in recorded
    assert (Tag.PASSWORD_SET, person("member").id, None) in recorded


@pytest.mark.parametrize("key", ["chair", "member", "proposer", "secretary", "viewer"])
def test_only_administrators_make_links_and_take_codes_off(app: Flask, actor, key: str) -> None:
    for operation in (credentials.invite, credentials.reset_second_factor):
        with pytest.raises(Refused), writing():
            operation(person("member"), actor(key))
    with writing():
        assert credentials.invite(person("member"), actor("administrator"))


def test_nobody_sets_the_password_or_the_codes_of_another(app: Flask, actor) -> None:
    user, administrator = person("member"), actor("administrator")
    with pytest.raises(Refused), writing():
        credentials.set_password(user, password_hash(), administrator)
    with pytest.raises(Refused), writing():
        credentials.set_second_factor(user, SECRET, 0, administrator)
