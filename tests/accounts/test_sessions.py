"""The rows of sessions: how long they live, their tokens, and who may end them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import sessions
from app.accounts.models import Session, User
from app.accounts.operations import INSTALLER
from app.accounts.sessions import IDLE, LONGEST, OVERLAP, TOUCHED_EVERY
from app.audit.models import Event, Values
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db
from tests.accounts.signed_in import begun, pass_time, pass_use, rows

MOMENT = timedelta(minutes=1)


def find(token: str) -> sessions.Found | None:
    return sessions.find(token, clock.now())


def touch(session_id: int, token: str) -> sessions.Found | None:
    with writing():
        return sessions.touch(session_id, token, clock.now())


def ask_for_new_tokens(actor: Actor) -> None:
    with writing():
        sessions.ask_for_new_tokens(actor.user_id)


def recorded(tag: Tag) -> list[tuple[int | None, int | None, str | None]]:
    query = select(Event.actor_id, Event.subject_id, Values.after)
    query = query.outerjoin(Values, Values.event_id == Event.id).where(Event.tag == tag)
    return [tuple(row) for row in db.session.execute(query)]


def test_the_limits_are_those_that_the_city_was_told() -> None:
    assert timedelta(minutes=60) == IDLE
    assert timedelta(hours=12) == LONGEST
    assert timedelta(minutes=5) == TOUCHED_EVERY


def test_the_database_knows_no_token(app, actor) -> None:
    _id, token = begun(actor("member"))
    (session,) = rows()
    assert len(token) >= 43
    assert session.token_hash == sessions.hash_of(token)
    kept = [getattr(session, column.key) for column in Session.__table__.columns]
    assert token not in map(str, kept)


def test_no_two_sessions_have_the_same_token(app, actor) -> None:
    assert len({begun(actor("member"))[1] for _ in range(20)}) == 20


def test_signing_in_is_recorded_without_the_token(app, actor) -> None:
    member = actor("member")
    _id, token = begun(member)
    assert recorded(Tag.SIGNED_IN) == [(member.user_id, member.user_id, '{"method":"demo"}')]
    values = db.session.scalars(select(Values.after)).all()
    assert not any(token in each or sessions.hash_of(token) in each for each in values if each)


def test_a_long_name_of_a_browser_is_cut(app, actor) -> None:
    begun(actor("member"), "x" * 5000)
    assert rows()[0].device == "x" * 200


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "a" * 100_000])
def test_a_token_that_was_never_given_finds_nothing(app, actor, token: str) -> None:
    begun(actor("member"))
    assert find(token) is None


def test_the_hash_of_a_token_is_no_token(app, actor) -> None:
    _id, token = begun(actor("member"))
    assert find(sessions.hash_of(token)) is None


@pytest.mark.parametrize(
    ("unused", "over"), [(IDLE - MOMENT, False), (IDLE + MOMENT, True), (IDLE * 1000, True)]
)
def test_an_hour_without_use_ends_a_session(app, actor, unused: timedelta, over: bool) -> None:
    _id, token = begun(actor("member"))
    pass_use(unused)
    assert find(token).over is over


@pytest.mark.parametrize(("age", "over"), [(LONGEST - MOMENT, False), (LONGEST + MOMENT, True)])
def test_half_a_day_ends_a_session_in_use(app, actor, age: timedelta, over: bool) -> None:
    _id, token = begun(actor("member"))
    pass_time(begun_at=age)
    assert find(token).over is over


def test_a_session_says_when_it_ends_at_the_latest(app, actor) -> None:
    _id, token = begun(actor("member"))
    assert find(token).ends_at == rows()[0].begun_at + LONGEST


@pytest.mark.parametrize(
    ("unused", "due"),
    [
        (timedelta(), False),
        (TOUCHED_EVERY - MOMENT, False),
        (TOUCHED_EVERY + MOMENT, True),
        (IDLE + MOMENT, False),
    ],
)
def test_use_is_written_down_every_five_minutes(app, actor, unused: timedelta, due: bool) -> None:
    session_id, token = begun(actor("member"))
    pass_use(unused)
    before = rows()[0].seen_at
    assert find(token).due is due
    touch(session_id, token)
    assert (rows()[0].seen_at > before) is due


def test_use_is_written_down_of_the_person_too(app, actor) -> None:
    member = actor("member")
    session_id, token = begun(member)
    with writing():
        db.session.get_one(User, member.user_id).last_seen_at = None
    pass_use(TOUCHED_EVERY)
    touch(session_id, token)
    assert db.session.get_one(User, member.user_id).last_seen_at == rows()[0].seen_at


def test_a_session_that_ends_before_its_use_is_written_down_stays_ended(app, actor) -> None:
    member = actor("member")
    session_id, token = begun(member)
    pass_use(TOUCHED_EVERY)
    with writing():
        sessions.end(session_id, member)
    before = rows()[0].seen_at
    assert touch(session_id, token).over
    assert rows()[0].seen_at == before


def test_a_session_whose_row_is_gone_is_none(app, actor) -> None:
    session_id, token = begun(actor("member"))
    pass_use(TOUCHED_EVERY)
    with writing():
        db.session.delete(rows()[0])
    assert touch(session_id, token) is None


def test_a_new_token_takes_the_place_of_the_old_one(app, actor) -> None:
    member = actor("member")
    session_id, old = begun(member)
    ask_for_new_tokens(member)
    assert find(old).due
    new = touch(session_id, old).token
    assert new != old
    assert len(new) >= 43
    found = find(new)
    assert (found.id, found.token, found.over, found.due) == (session_id, new, False, False)


def test_requests_that_were_under_way_find_the_same_new_token(app, actor) -> None:
    member = actor("member")
    session_id, old = begun(member)
    ask_for_new_tokens(member)
    new = touch(session_id, old).token
    # The one that waited for its turn to write, and the one that came a little later.
    assert touch(session_id, old).token == new
    assert find(old).token == new
    assert not find(old).over
    assert rows()[0].token_hash == sessions.hash_of(new)


def test_the_old_token_is_worth_nothing_after_a_minute(app, actor) -> None:
    member = actor("member")
    session_id, old = begun(member)
    ask_for_new_tokens(member)
    new = touch(session_id, old).token
    pass_time(rotated_at=OVERLAP)
    assert find(old).over
    assert not find(new).over


def test_the_token_before_the_old_one_finds_nothing(app, actor) -> None:
    member = actor("member")
    session_id, first = begun(member)
    ask_for_new_tokens(member)
    second = touch(session_id, first).token
    ask_for_new_tokens(member)
    third = touch(session_id, second).token
    assert len({first, second, third}) == 3
    assert find(first) is None
    assert find(third).id == session_id


def test_nobody_tells_the_next_token_without_the_secret_key(app, actor) -> None:
    member = actor("member")
    session_id, old = begun(member)
    ask_for_new_tokens(member)
    app.config["SECRET_KEY"] = "another instance's"
    another = touch(session_id, old).token
    app.config["SECRET_KEY"] = "only for tests"
    assert find(old).token != another


def test_new_tokens_are_asked_for_in_all_sessions_of_one_person(app, actor) -> None:
    member = actor("member")
    begun(member)
    begun(member)
    begun(actor("chair"))
    ask_for_new_tokens(member)
    assert [session.rotate for session in rows()] == [True, True, False]


def test_ending_a_session_is_recorded_once(app, actor) -> None:
    member = actor("member")
    session_id, token = begun(member)
    for _ in range(2):
        with writing():
            sessions.end(session_id, member)
    assert find(token).over
    assert recorded(Tag.SIGNED_OUT) == [(member.user_id, member.user_id, None)]


def test_all_sessions_of_a_person_end_but_one(app, actor) -> None:
    member = actor("member")
    kept, first = begun(member)
    _id, second = begun(member)
    _id, others = begun(actor("chair"))
    with writing():
        assert sessions.end_all(member.user_id, member, but=kept) == 1
    assert [find(token).over for token in (first, second, others)] == [False, True, False]
    with writing():
        assert sessions.end_all(member.user_id, member) == 1
        assert sessions.end_all(member.user_id, member) == 0
    assert [find(token).over for token in (first, second, others)] == [True, True, False]
    ids = (member.user_id, member.user_id)
    assert recorded(Tag.SESSIONS_ENDED) == [(*ids, '{"count":1}')] * 2


@pytest.mark.parametrize("key", ["administrator", ""])
def test_an_administrator_ends_the_sessions_of_others(app, actor, key: str) -> None:
    member = actor("member")
    first, token = begun(member)
    _second, other = begun(member)
    administrator = actor(key) if key else INSTALLER
    with writing():
        sessions.end(first, administrator)
        assert sessions.end_all(member.user_id, administrator) == 1
    assert find(token).over
    assert find(other).over
    assert recorded(Tag.SESSIONS_ENDED)[0][:2] == (administrator.user_id, member.user_id)


@pytest.mark.parametrize("key", ["chair", "secretary", "viewer"])
def test_nobody_else_ends_the_sessions_of_others(app, actor, key: str) -> None:
    member = actor("member")
    session_id, token = begun(member)
    other = actor(key)
    for end in (
        lambda: sessions.end(session_id, other),
        lambda: sessions.end_all(member.user_id, other),
    ):
        with pytest.raises(Refused), writing():
            end()
    assert not find(token).over


def test_sessions_that_live_are_those_that_a_cookie_still_opens(app, actor) -> None:
    member = actor("member")
    begun(actor("chair"))
    for _ in range(4):
        begun(member)
    now = clock.now()
    with writing():
        _chair, ended, unused, old, lives = rows()
        ended.ended_at = now
        unused.seen_at = now - IDLE
        old.begun_at = now - LONGEST
        kept = lives.id
    assert [session.id for session in sessions.living(member.user_id, clock.now())] == [kept]


def test_the_session_used_last_comes_first(app, actor) -> None:
    member = actor("member")
    ids = [begun(member)[0] for _ in range(3)]
    with writing():
        rows()[0].seen_at += timedelta(seconds=1)
    found = [session.id for session in sessions.living(member.user_id, clock.now())]
    assert found == [ids[0], ids[2], ids[1]]
