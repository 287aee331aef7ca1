"""Roles: who may give and end them, which days fit together, and who must be left."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from app.accounts import operations, queries, roles, sessions
from app.accounts.models import RoleGrant, User
from app.accounts.operations import INSTALLER
from app.accounts.states import Method
from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Role
from app.extensions import db

JANUARY, MARCH, JUNE, DECEMBER = (date(2027, month, 15) for month in (1, 3, 6, 12))


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def give(key: str, role: Role, by=INSTALLER, **given):
    with writing():
        return roles.give_role(user(key), role, by, **given)


def end(key: str, role: Role, by=INSTALLER) -> None:
    with writing():
        person = user(key)
        [grant] = [each for each in person.roles if each.role is role]
        roles.end_role(person, grant, by)


def held(key: str) -> set[Role]:
    return queries.actor_of(user(key).id, clock.today()).roles


def events(tag: Tag) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.tag == tag).order_by(Event.id)))


@pytest.fixture
def second(app) -> str:
    """Return the key of a second administrator."""
    give("chair", Role.ADMINISTRATOR)
    return "chair"


def test_a_role_that_is_given_twice_is_given_once(app) -> None:
    before = len(events(Tag.ROLE_GIVEN))
    give("viewer", Role.MEMBER, first_day=MARCH)
    give("viewer", Role.MEMBER, first_day=MARCH)
    assert len(events(Tag.ROLE_GIVEN)) == before + 1


@pytest.mark.parametrize(
    ("first_day", "last_day", "fits"),
    [
        (None, date(2027, 3, 14), True),
        (None, MARCH, False),
        (MARCH, JUNE, False),
        (JANUARY, DECEMBER, False),
        (JUNE, None, False),
        (date(2027, 6, 16), None, True),
        (None, None, False),
    ],
)
def test_days_of_one_role_do_not_overlap(app, first_day, last_day, fits) -> None:
    give("viewer", Role.MEMBER, first_day=MARCH, last_day=JUNE)
    if fits:
        give("viewer", Role.MEMBER, first_day=first_day, last_day=last_day)
    elif (first_day, last_day) != (MARCH, JUNE):
        with pytest.raises(Refused):
            give("viewer", Role.MEMBER, first_day=first_day, last_day=last_day)
        assert len(user("viewer").roles) == 2


def test_a_proposer_may_propose_for_several_units_and_for_each_once(app) -> None:
    streets = user("proposer2").unit_id
    give("proposer", Role.PROPOSER, unit_id=streets)
    with pytest.raises(Refused):
        give("proposer", Role.PROPOSER, unit_id=user("proposer").unit_id)
    with pytest.raises(Refused):
        give("proposer", Role.PROPOSER, unit_id=streets, last_day=JUNE)
    with pytest.raises(Refused):
        give("viewer", Role.MEMBER, unit_id=streets)


def test_what_the_sign_in_service_says_stands_beside_what_is_given(app) -> None:
    give("member", Role.MEMBER, from_claim=True)
    assert len(user("member").roles) == 2


def test_days_are_in_order(app) -> None:
    with pytest.raises(Refused):
        give("viewer", Role.MEMBER, first_day=JUNE, last_day=MARCH)


def test_a_deputy_is_somebody_elses_who_holds_the_role(app) -> None:
    chair = user("chair").id
    give("member", Role.CHAIR, deputy_for_id=chair, first_day=MARCH, last_day=JUNE)
    for key, role, whom in (
        ("member2", Role.SECRETARY, chair),
        ("chair", Role.CHAIR, chair),
        # A deputy has no deputy.
        ("member2", Role.CHAIR, user("member").id),
        ("member2", Role.CHAIR, 999_999),
    ):
        with pytest.raises(Refused):
            give(key, role, deputy_for_id=whom, first_day=MARCH, last_day=JUNE)


def test_a_deputy_deputises_no_longer_than_the_role_is_held(app) -> None:
    chair = user("chair").id
    today = clock.today()
    give("member", Role.CHAIR, deputy_for_id=chair, first_day=today)
    give("member2", Role.CHAIR, deputy_for_id=chair, first_day=today - timedelta(days=9))
    end("chair", Role.CHAIR)
    assert held("chair") == set()
    assert held("member") == {Role.MEMBER}
    assert held("member2") == {Role.MEMBER}
    assert len(events(Tag.ROLE_ENDED)) == 3


def test_nobody_deputises_before_or_after_the_role_is_held(app) -> None:
    chair = user("viewer").id
    give("viewer", Role.CHAIR, first_day=MARCH, last_day=JUNE)
    for first_day, last_day in ((MARCH, None), (MARCH, DECEMBER), (JANUARY, JUNE)):
        with pytest.raises(Refused):
            give("member", Role.CHAIR, deputy_for_id=chair, first_day=first_day, last_day=last_day)
    give("member", Role.CHAIR, deputy_for_id=chair, first_day=MARCH, last_day=MARCH)
    for last_day, fits in ((JUNE, True), (None, False), (DECEMBER, False), (MARCH, True)):
        with nullcontext() if fits else pytest.raises(Refused), writing():
            person = user("member")
            roles.set_last_day(person, person.roles[-1], last_day, INSTALLER)


def test_a_role_that_ends_is_gone_at_once_and_is_still_known(app) -> None:
    end("member", Role.MEMBER)
    assert held("member") == set()
    [grant] = user("member").roles
    assert grant.last_day == clock.today() - timedelta(days=1)
    end("member", Role.MEMBER)
    [event] = events(Tag.ROLE_ENDED)
    assert event.subject_id == user("member").id


def test_a_role_that_had_not_begun_is_taken_away(app) -> None:
    give("viewer", Role.MEMBER, first_day=MARCH)
    end("viewer", Role.MEMBER)
    assert [grant.role for grant in user("viewer").roles] == [Role.VIEWER]


def test_a_last_day_may_be_set_moved_and_taken_off(app) -> None:
    for day in (JUNE, MARCH, None):
        with writing():
            person = user("member")
            roles.set_last_day(person, person.roles[0], day, INSTALLER)
        assert user("member").roles[0].last_day == day
        assert held("member") == {Role.MEMBER}
    assert len(events(Tag.ROLE_CHANGED)) == 3


def test_a_role_is_not_prolonged_over_another_one(app) -> None:
    early_id = give("viewer", Role.MEMBER, first_day=JANUARY, last_day=MARCH).id
    give("viewer", Role.MEMBER, first_day=JUNE)

    def prolong() -> None:
        with writing():
            grant = db.session.get_one(RoleGrant, early_id)
            roles.set_last_day(user("viewer"), grant, DECEMBER, INSTALLER)

    with pytest.raises(Refused):
        prolong()
    assert {each.last_day for each in user("viewer").roles} == {None, MARCH}


def test_only_administrators_change_roles(app, actor) -> None:
    for key in ("secretary", "chair", "board-secretary", "member", "viewer"):
        with pytest.raises(Refused):
            give("viewer", Role.MEMBER, actor(key))
        with pytest.raises(Refused):
            end("member", Role.MEMBER, actor(key))


def test_nobody_changes_their_own_roles(app, actor, second) -> None:
    me = actor(second)
    with pytest.raises(Refused):
        give(second, Role.SECRETARY, me)
    with pytest.raises(Refused):
        end(second, Role.CHAIR, me)
    with pytest.raises(Refused), writing():
        operations.disable(user(second), me)
    # The other one may.
    give(second, Role.SECRETARY, actor("administrator"))
    end(second, Role.CHAIR, actor("administrator"))


def test_the_only_administrator_has_nobody_else_to_do_it(app, actor) -> None:
    me = actor("administrator")
    give("administrator", Role.SECRETARY, me)
    end("administrator", Role.SECRETARY, me)


def refused_ways() -> dict:
    """Return the ways in which the last administrator could be taken away."""
    tomorrow = clock.today() + timedelta(days=1)

    def last_day(person: User) -> None:
        [grant] = [each for each in person.roles if each.role is Role.ADMINISTRATOR]
        roles.set_last_day(person, grant, tomorrow, INSTALLER)

    def now(person: User) -> None:
        [grant] = [each for each in person.roles if each.role is Role.ADMINISTRATOR]
        roles.end_role(person, grant, INSTALLER)

    return {
        "ending": now,
        "a last day": last_day,
        "disabling": lambda person: operations.disable(person, INSTALLER),
    }


@pytest.mark.parametrize("way", refused_ways())
def test_the_last_administrator_stays(app, way) -> None:
    with pytest.raises(Refused), writing():
        refused_ways()[way](user("administrator"))
    assert held("administrator") == {Role.ADMINISTRATOR}
    assert user("administrator").roles[0].last_day is None


@pytest.mark.parametrize("way", refused_ways())
@pytest.mark.parametrize(
    ("first_day", "last_day", "disabled"),
    [(None, DECEMBER, False), (date(2099, 1, 1), None, False), (None, None, True)],
)
def test_somebody_who_is_not_there_for_good_does_not_replace_the_last_administrator(
    app, way, first_day, last_day, disabled
) -> None:
    give("chair", Role.ADMINISTRATOR, first_day=first_day, last_day=last_day)
    if disabled:
        with writing():
            operations.disable(user("chair"), INSTALLER)
    with pytest.raises(Refused), writing():
        refused_ways()[way](user("administrator"))


@pytest.mark.parametrize("way", refused_ways())
def test_an_administrator_who_is_not_the_last_may_go(app, second, way) -> None:
    with writing():
        refused_ways()[way](user("administrator"))


def test_a_change_of_roles_asks_for_new_tokens(app, actor) -> None:
    with writing():
        sessions.begin(user("member"), Method.DEMO, "browser", actor("member"))
    for change in (
        lambda: give("member", Role.CHAIR, first_day=MARCH),
        lambda: end("member", Role.MEMBER),
    ):
        with writing():
            db.session.execute(text("UPDATE session SET rotate = false"))
        change()
        assert [each.rotate for each in sessions.living(user("member").id, clock.now())] == [True]


def test_disabling_ends_sessions_and_enabling_gives_all_back(app, actor) -> None:
    with writing():
        sessions.begin(user("member"), Method.DEMO, "browser", actor("member"))
        operations.disable(user("member"), INSTALLER)
    assert queries.actor_of(user("member").id, clock.today()) is None
    assert sessions.living(user("member").id, clock.now()) == []
    with writing():
        operations.enable(user("member"), INSTALLER)
    assert held("member") == {Role.MEMBER}
    assert [len(events(tag)) for tag in (Tag.PERSON_DISABLED, Tag.PERSON_ENABLED)] == [1, 1]
