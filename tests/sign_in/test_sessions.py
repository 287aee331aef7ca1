"""Sessions as browsers meet them: cookies that are worth something, and those that are not."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from time import time

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_login.utils import encode_cookie
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from app.accounts import sessions
from app.accounts.models import User
from app.accounts.sessions import IDLE, LONGEST, OVERLAP, TOUCHED_EVERY
from app.core import clock, revision
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.sign_in.signed_in import load
from tests.accounts.signed_in import pass_time, pass_use, rows
from tests.client import LintingClient, sign_in_as
from tests.conftest import make_settings, running
from tests.html import document_of

NAME = "session"


def cookie_of(client: LintingClient) -> str:
    cookie = client.get_cookie(NAME)
    assert cookie is not None
    return cookie.value


def with_cookie(app: Flask, value: str) -> LintingClient:
    """Return another browser that got hold of a cookie."""
    client = app.test_client()
    client.set_cookie(NAME, value)
    return client


def signed(app: Flask, content: dict[str, object]) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps(content))


def is_signed_in(client: LintingClient) -> bool:
    response = client.get("/accessibility")
    assert response.status_code == 200
    return document_of(response).root.find(".//form[@class='person']") is not None


def ask_for_new_tokens(actor: Actor) -> None:
    with writing():
        sessions.ask_for_new_tokens(actor.user_id)


def test_a_cookie_that_is_copied_opens_the_session_until_its_end(app, client) -> None:
    sign_in_as(client, "member")
    copy = with_cookie(app, cookie_of(client))
    assert is_signed_in(copy)
    client.submit("/accessibility", action="/sign-out")
    assert not is_signed_in(copy)


def test_a_cookie_from_before_signing_out_is_refused(app, client) -> None:
    sign_in_as(client, "secretary")
    before = cookie_of(client)
    client.submit("/accessibility", action="/sign-out")
    client.set_cookie(NAME, before)
    assert client.get("/proposals").status_code == 302
    assert client.forge("/proposals/new", {"name_fi": "x"}).status_code == 302


@pytest.mark.parametrize(
    ("passed", "stays"),
    [
        ({"seen_at": IDLE - timedelta(minutes=1)}, True),
        ({"seen_at": IDLE}, False),
        ({"begun_at": LONGEST - timedelta(minutes=1)}, True),
        ({"begun_at": LONGEST}, False),
    ],
)
def test_a_session_ends_by_itself(client, passed: dict[str, timedelta], stays: bool) -> None:
    sign_in_as(client, "member")
    pass_time(**passed)
    assert is_signed_in(client) is stays


def test_use_keeps_a_session_alive(client) -> None:
    sign_in_as(client, "member")
    for _ in range(5):
        pass_use(IDLE - timedelta(minutes=1))
        assert is_signed_in(client)
    pass_use(IDLE)
    assert not is_signed_in(client)


def test_everywhere_means_every_browser(app, client, actor) -> None:
    sign_in_as(client, "member")
    other = sign_in_as(app.test_client(), "member")
    bystander = sign_in_as(app.test_client(), "chair")
    member = actor("member")
    with writing():
        sessions.end_all(member.user_id, member)
    assert [is_signed_in(each) for each in (client, other, bystander)] == [False, False, True]


@pytest.mark.parametrize("column", ["disabled_on", "erased_on"])
def test_a_cookie_of_somebody_who_may_not_sign_in_is_worth_nothing(client, actor, column) -> None:
    sign_in_as(client, "member")
    with writing():
        user = db.session.get_one(User, actor("member").user_id)
        user.disabled_on = clock.today()
        setattr(user, column, clock.today())
    pass_use(TOUCHED_EVERY)
    before = rows()[0].seen_at
    assert not is_signed_in(client)
    assert rows()[0].seen_at == before


def test_the_token_changes_when_roles_change(app, client, actor) -> None:
    sign_in_as(client, "member")
    before = cookie_of(client)
    copy = with_cookie(app, before)
    ask_for_new_tokens(actor("member"))
    assert is_signed_in(client)
    assert cookie_of(client) != before
    pass_time(rotated_at=OVERLAP)
    assert not is_signed_in(copy)
    assert is_signed_in(client)


def test_a_request_that_was_under_way_keeps_nobody_out(app, client, actor) -> None:
    sign_in_as(client, "member")
    late = with_cookie(app, cookie_of(client))
    ask_for_new_tokens(actor("member"))
    assert is_signed_in(client)
    assert is_signed_in(late)
    # Whichever answer the browser gets last, its cookie is the new one.
    tokens = set()
    for each in (client, late):
        with each.session_transaction() as content:
            tokens.add(content["_user_id"])
    assert len(tokens) == 1
    pass_time(rotated_at=OVERLAP)
    assert is_signed_in(late)


def test_requests_side_by_side_get_the_same_new_token(app, client, actor) -> None:
    sign_in_as(client, "member")
    ask_for_new_tokens(actor("member"))
    browsers = [with_cookie(app, cookie_of(client)) for _ in range(4)]
    start = Barrier(len(browsers))
    answers: list[bool] = []

    def ask(browser: LintingClient) -> None:
        with app.app_context():
            start.wait()
            answers.append(is_signed_in(browser))

    threads = [Thread(target=ask, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * len(browsers)
    tokens = set()
    for browser in browsers:
        with browser.session_transaction() as content:
            tokens.add(sessions.hash_of(content["_user_id"]))
    assert tokens == {rows()[0].token_hash}


def test_signing_in_changes_the_token_and_ends_what_was_before(app, client) -> None:
    sign_in_as(client, "member")
    first = cookie_of(client)
    sign_in_as(client, "member")
    assert [session.ended_at is None for session in rows()] == [False, True]
    assert len({session.token_hash for session in rows()}) == 2
    assert not is_signed_in(with_cookie(app, first))
    sign_in_as(client, "chair")
    assert [session.ended_at is None for session in rows()] == [False, False, True]


def test_nobody_is_signed_in_by_a_planted_cookie(app, client) -> None:
    stranger = sign_in_as(app.test_client(), "viewer")
    client.set_cookie(NAME, cookie_of(stranger))
    sign_in_as(client, "secretary")
    planted = with_cookie(app, cookie_of(stranger))
    assert not is_signed_in(planted)
    with client.session_transaction() as content, stranger.session_transaction() as before:
        assert content["_user_id"] != before["_user_id"]
        assert "csrf_token" not in content


@pytest.mark.parametrize(
    "content",
    [
        {"_user_id": 1},
        {"_user_id": "1"},
        {"_user_id": ""},
        {"_user_id": None},
        {"_user_id": True},
        {"_user_id": 1.5},
        {"_user_id": ["1"]},
        {"_user_id": {"a": 1}},
        {"_user_id": "ä" * 43},
        {"_user_id": "\ud800"},
        {"_user_id": "\0"},
        {"_user_id": "x" * 3000},
        {"_id": 7, "_fresh": "yes", "_remember": "set"},
    ],
)
def test_odd_content_of_a_cookie_is_nobody(app, content: dict[str, object]) -> None:
    client = with_cookie(app, signed(app, content))
    assert not is_signed_in(client)
    assert client.get("/proposals").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1],
        lambda value: value + "x",
        lambda value: value.swapcase(),
        lambda value: value.replace(".", ""),
        lambda value: value.partition(".")[0],
        lambda _value: "é",
        lambda _value: "",
        lambda _value: "." * 50,
    ],
)
def test_a_cookie_that_was_tampered_with_is_nobody(
    app, client, change: Callable[[str], str]
) -> None:
    sign_in_as(client, "member")
    assert not is_signed_in(with_cookie(app, change(cookie_of(client))))


def test_a_cookie_of_another_instance_is_nobody(app, client, tmp_path, compiled) -> None:
    sign_in_as(client, "member")
    with client.session_transaction() as content:
        token = content["_user_id"]
    settings = make_settings(tmp_path / "other", secret_key="of another instance")
    with running(settings, compiled) as other:
        value = signed(other, {"_user_id": token})
    assert not is_signed_in(with_cookie(app, value))
    assert is_signed_in(with_cookie(app, signed(app, {"_user_id": token})))


@pytest.mark.parametrize("value", ["x|é", "x|y", "|", "x"])
def test_there_is_no_cookie_that_remembers(app, client, value: str) -> None:
    sign_in_as(client, "member")
    with client.session_transaction() as content:
        token = content["_user_id"]
    for each in (value, encode_cookie(token)):
        other = app.test_client()
        other.set_cookie("remember_token", each)
        assert not is_signed_in(other)


def test_a_form_stays_good_as_long_as_the_session(app, client) -> None:
    sign_in_as(client, "proposer")
    client.get("/proposals/new")
    with client.session_transaction() as content:
        secret = content["csrf_token"]

    class HoursAgo(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time() - LONGEST.total_seconds())

    serializer = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token", signer=HoursAgo)
    fields = {"csrf_token": serializer.dumps(secret), "then": "save", "name_fi": "Pitkä lomake"}
    response = client.post("/proposals/new", data=fields)
    assert response.status_code in {303, 422}


def test_open_forms_stay_good_when_the_same_person_signs_in_again(client) -> None:
    sign_in_as(client, "proposer")
    client.get("/proposals/new")
    with client.session_transaction() as content:
        before = content["csrf_token"]
    pass_use(IDLE)
    sign_in_as(client, "proposer")
    with client.session_transaction() as content:
        assert content["csrf_token"] == before
    client.submit("/accessibility", action="/sign-out")
    with client.session_transaction() as content:
        assert "csrf_token" not in content


def test_open_forms_are_not_good_for_somebody_else(client) -> None:
    sign_in_as(client, "proposer")
    client.get("/proposals/new")
    with client.session_transaction() as content:
        before = content["csrf_token"]
    pass_use(IDLE)
    sign_in_as(client, "proposer2")
    client.get("/proposals/new")
    with client.session_transaction() as content:
        assert content["csrf_token"] != before


@pytest.fixture
def impatient(app: Flask, listen) -> Callable[[], None]:
    """Return a function after which nobody waits for a database that is busy."""

    def stop_waiting() -> None:
        def do_not_wait(connection, _record) -> None:
            connection.execute("PRAGMA busy_timeout = 0")

        db.session.remove()
        db.engine.dispose()
        listen(db.engine, "connect", do_not_wait)

    return stop_waiting


def test_a_busy_database_keeps_nobody_from_reading(client, actor, impatient) -> None:
    sign_in_as(client, "member")
    ask_for_new_tokens(actor("member"))
    pass_use(TOUCHED_EVERY)
    before = rows()[0].seen_at
    impatient()
    with db.engine.connect().execution_options(immediate=True) as other, other.begin():
        assert is_signed_in(client)
        assert client.get("/proposals").status_code == 200
    assert rows()[0].seen_at == before
    assert is_signed_in(client)
    assert rows()[0].seen_at > before


def test_writing_down_the_use_leaves_what_is_kept_in_memory_good(client) -> None:
    sign_in_as(client, "member")
    pass_use(TOUCHED_EVERY)
    before = revision.current()
    assert is_signed_in(client)
    assert revision.current() == before


def test_who_is_signed_in_takes_the_same_few_queries(client, query_counter) -> None:
    counts = []
    for _ in range(3):
        sign_in_as(client, "member")
        client.get("/accessibility")
        with query_counter() as statements:
            client.get("/accessibility")
        counts.append(len([each for each in statements if each.startswith("SELECT")]))
    assert counts == [2, 2, 2]


def test_nobody_is_loaded_for_no_token(app) -> None:
    with app.test_request_context():
        assert load("") is None
        assert load(None) is None
