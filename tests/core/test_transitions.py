"""Workflow tables: a small one of a door stands for all."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask_babel import force_locale

from app.core.enums import Labelled
from app.core.errors import Refused
from app.core.policy import Action, Actor, Role
from app.core.transitions import Transition, Workflow


class Door(Labelled):
    OPEN = "open", "open"
    SHUT = "shut", "shut"
    LOCKED = "locked", "locked"


@dataclass
class House:
    door: Door = Door.OPEN
    unit_id: int = 1
    has_key: bool = True


def needs_key(house: House) -> list[str]:
    return [] if house.has_key else ["The key is lost."]


def needs_night(house: House) -> list[str]:
    return ["It is day."]


WORKFLOW: Workflow[Door] = Workflow(
    "door",
    (
        Transition("shut", "Shut", frozenset({Door.OPEN}), Door.SHUT, Action.PROPOSE),
        Transition(
            "lock",
            "Lock",
            frozenset({Door.OPEN, Door.SHUT}),
            Door.LOCKED,
            Action.DECIDE,
            needs_reason=True,
            checks=(needs_key,),
        ),
        Transition(
            "bar",
            "Bar",
            frozenset({Door.SHUT}),
            Door.LOCKED,
            Action.DECIDE,
            checks=(needs_key, needs_night),
        ),
    ),
)

OWNER = Actor(1, "Ella", frozenset({Role.PROPOSER}), frozenset({1}))
STRANGER = Actor(2, "Stina", frozenset({Role.PROPOSER}), frozenset({2}))
SECRETARY = Actor(3, "Saara", frozenset({Role.SECRETARY}))


def names(house: House, actor: Actor) -> list[str]:
    return [transition.name for transition in WORKFLOW.available(house, actor)]


def test_available_follows_state_role_and_unit() -> None:
    assert names(House(Door.OPEN), OWNER) == ["shut"]
    assert names(House(Door.OPEN), STRANGER) == []
    assert names(House(Door.OPEN), SECRETARY) == ["shut", "lock"]
    assert names(House(Door.SHUT), SECRETARY) == ["lock", "bar"]
    assert names(House(Door.LOCKED), SECRETARY) == []


def test_available_shows_what_a_check_holds_back() -> None:
    house = House(Door.SHUT, has_key=False)
    assert "bar" in names(house, SECRETARY)
    assert WORKFLOW.unmet("bar", house) == ["The key is lost.", "It is day."]
    assert WORKFLOW.unmet("shut", house) == []


def test_apply_sets_the_target_and_returns_the_row() -> None:
    house = House()
    assert WORKFLOW.apply("shut", house, OWNER).target is Door.SHUT
    assert house.door is Door.SHUT


@pytest.fixture
def in_english(app: Flask) -> Iterator[None]:
    """Read reasons in the language that they are written in."""
    with force_locale("en"):
        yield


def refusal(name: str, house: House, actor: Actor, reason: str = "") -> str:
    before = house.door
    with pytest.raises(Refused) as caught:
        WORKFLOW.apply(name, house, actor, reason)
    assert house.door is before
    return " ".join(str(each) for each in caught.value.reasons)


def test_apply_refuses_a_wrong_state_and_says_which(in_english) -> None:
    assert "“locked”" in refusal("shut", House(Door.LOCKED), OWNER)


def test_apply_refuses_the_wrong_person(in_english) -> None:
    assert "role" in refusal("shut", House(), STRANGER)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_apply_refuses_an_empty_reason(in_english, reason: str) -> None:
    assert "reason" in refusal("lock", House(), SECRETARY, reason)


def test_apply_refuses_with_every_unmet_check() -> None:
    unlucky = House(Door.SHUT, has_key=False)
    assert refusal("bar", unlucky, SECRETARY) == "The key is lost. It is day."


def test_apply_takes_a_reason() -> None:
    house = House()
    WORKFLOW.apply("lock", house, SECRETARY, "A storm is coming.")
    assert house.door is Door.LOCKED


def test_a_row_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        WORKFLOW.named("paint")
