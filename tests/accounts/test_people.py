"""People as actors: roles of the day, units and what lies below them."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts import operations, queries
from app.accounts.models import RoleGrant, Unit, User
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from app.organisation import operations as organisation

DAY = date(2026, 5, 4)


def unit(key: str) -> Unit:
    return db.session.scalars(select(Unit).where(Unit.key == key)).one()


def user(key: str) -> User:
    return db.session.scalars(select(User).where(User.key == key)).one()


def test_actor_has_name_roles_and_units(app, actor) -> None:
    ella = actor("proposer")
    assert ella.name == "Ella Esimerkki"
    assert ella.roles == {Role.PROPOSER}
    assert ella.unit_ids == {unit("library").id}
    assert ella.is_signed_in


@pytest.mark.parametrize(
    ("first_day", "last_day", "held"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (date(2026, 5, 5), None, False),
        (None, date(2026, 5, 3), False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
    ],
)
def test_a_role_is_held_from_its_first_day_to_its_last(app, first_day, last_day, held) -> None:
    with writing():
        member = user("member")
        member.roles.append(RoleGrant(role=Role.CHAIR, first_day=first_day, last_day=last_day))
    roles = queries.actor_of(member.id, DAY).roles
    assert roles == {Role.MEMBER} | ({Role.CHAIR} if held else set())


def test_a_deputy_proposes_for_the_unit_of_whom_they_deputise_for(app) -> None:
    with writing():
        deputy = user("member2")
        deputy.roles.append(RoleGrant(role=Role.PROPOSER, deputy_for_id=user("proposer").id))
    actor = queries.actor_of(deputy.id, DAY)
    assert actor.roles == {Role.MEMBER, Role.PROPOSER}
    assert actor.unit_ids == {unit("library").id}


def test_a_unit_that_is_given_with_the_role_counts_before_all(app) -> None:
    with writing():
        deputy = user("member")
        grant = RoleGrant(role=Role.PROPOSER, deputy_for_id=user("proposer").id)
        grant.unit_id = unit("streets").id
        deputy.roles.append(grant)
    assert queries.actor_of(deputy.id, DAY).unit_ids == {unit("streets").id}


@pytest.mark.parametrize(
    ("first_day", "last_day"), [(date(2026, 5, 5), None), (None, date(2026, 5, 3))]
)
def test_a_role_of_other_days_brings_no_unit(app, first_day, last_day) -> None:
    with writing():
        deputy = user("member")
        days = {"first_day": first_day, "last_day": last_day}
        grant = RoleGrant(role=Role.PROPOSER, deputy_for_id=user("proposer").id, **days)
        deputy.roles.append(grant)
    actor = queries.actor_of(deputy.id, DAY)
    assert actor.roles == {Role.MEMBER}
    assert actor.unit_ids == frozenset()


def test_several_roles_bring_several_units(app) -> None:
    with writing():
        proposer = user("proposer")
        proposer.roles.append(RoleGrant(role=Role.PROPOSER, deputy_for_id=user("proposer2").id))
    units = {unit("library").id, unit("streets").id}
    assert queries.actor_of(proposer.id, DAY).unit_ids == units


def test_somebody_without_a_role_is_an_actor_still(app) -> None:
    with writing():
        operations.add_user("nobody", "Niko Kukaan", "fi", [], operations.INSTALLER)
    actor = queries.actor_of(user("nobody").id, DAY)
    assert actor.roles == frozenset()
    assert actor.is_signed_in


def test_an_inactive_person_is_nobody(app) -> None:
    with writing():
        user("member").disabled_on = DAY
    assert queries.actor_of(user("member").id, DAY) is None
    assert queries.user_by_key("member") is None
    assert "member" not in {person.key for person in queries.active_users()}


def test_an_unknown_person_is_nobody(app) -> None:
    assert queries.actor_of(999, DAY) is None
    assert queries.user_by_key("") is None


def test_a_units_people_act_for_the_units_below_it(app) -> None:
    with writing():
        organisation.add_unit(
            "lending", "Lainaus", "Utlåning", operations.INSTALLER, parent_key="library"
        )
    ids = {key: unit(key).id for key in ("services", "library", "lending")}
    assert queries.units_and_below([ids["services"]]) == set(ids.values())
    assert queries.units_and_below([ids["library"]]) == {ids["library"], ids["lending"]}
    assert queries.units_and_below([]) == frozenset()


def test_units_stand_under_their_sector(app) -> None:
    keys = [each.key for each in queries.units()]
    assert keys == ["services", "library", "development", "streets"]


def test_a_unit_is_not_its_own_parent(app) -> None:
    def loop() -> None:
        with writing():
            library = unit("library")
            library.parent_id = library.id

    with pytest.raises(IntegrityError, match="ck_unit_not_own_parent"):
        loop()
