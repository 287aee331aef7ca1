"""Who may do what, written out by hand beside the table in the code."""

from itertools import product

import pytest

from app.core.policy import ANONYMOUS, RULES, Action, Actor, Role, can

OWN_UNIT, OTHER_UNIT = 7, 8

STEERING_GROUP = "member chair secretary"

# Action: (roles that may do it to anything, roles that may do it in their own unit alone).
EXPECTED = {
    Action.ATTACH: ("secretary", "proposer"),
    Action.DECIDE: ("secretary", ""),
    Action.DECIDE_FOR_BOARD: ("board_secretary", ""),
    Action.EDIT_FACTS: ("secretary", ""),
    Action.EDIT_PROPOSAL: ("secretary", "proposer"),
    Action.MANAGE_MEETINGS: ("secretary", ""),
    Action.MANAGE_PEOPLE: ("administrator", ""),
    Action.MANAGE_PROGRAMMES: ("secretary", ""),
    Action.MANAGE_PROPOSALS: ("secretary", ""),
    Action.MANAGE_ROADMAP: ("secretary", ""),
    Action.MANAGE_ROUND: ("secretary", ""),
    Action.MANAGE_UNITS: ("administrator", ""),
    Action.PROPOSE: ("secretary", "proposer"),
    Action.PROPOSE_TO_BOARD: ("chair", ""),
    Action.READ_BOARD_TEXT: ("board_secretary chair secretary", ""),
    Action.READ_DRAFTS: ("secretary", "proposer"),
    Action.READ_GROUP_COMMENTS: (STEERING_GROUP, ""),
    Action.READ_HISTORY: (f"{STEERING_GROUP} administrator", "proposer"),
    Action.READ_MEETINGS: (STEERING_GROUP, ""),
    Action.READ_OUTBOX: ("administrator", ""),
    Action.READ_PROPOSALS: (STEERING_GROUP, "proposer"),
    Action.READ_RANKING: (STEERING_GROUP, ""),
    Action.READ_RECORD: ("administrator", ""),
    Action.READ_SECRETS: (STEERING_GROUP, "proposer"),
    Action.SAVE_SCENARIO: ("secretary chair", ""),
    Action.SCORE: ("member chair", ""),
    Action.SUBMIT_PROPOSAL: ("", "proposer"),
    Action.TRANSLATE: ("secretary", "proposer"),
}

FOR_ALL_SIGNED_IN = {
    Action.COMMENT,
    Action.READ_POLICY,
    Action.READ_ROADMAPS,
    Action.READ_STATUS,
    Action.SIGN_OUT,
    Action.USE_OWN_PAGE,
}


def person(*roles: Role) -> Actor:
    return Actor(1, "Ella Esimerkki", frozenset(roles), frozenset({OWN_UNIT}))


def test_every_action_has_a_rule_and_an_expectation() -> None:
    assert set(RULES) == set(Action)
    assert set(EXPECTED) | FOR_ALL_SIGNED_IN | {Action.SEE_OPEN_PAGES} == set(Action)


def test_actions_stand_in_alphabetical_order() -> None:
    assert [action.name for action in Action] == sorted(action.name for action in Action)
    assert list(RULES) == list(Action)


@pytest.mark.parametrize(("role", "action"), product(Role, EXPECTED))
def test_role_may_do_what_the_table_says(role: Role, action: Action) -> None:
    anything, own_unit = (names.split() for names in EXPECTED[action])
    in_own_unit = role.value in anything + own_unit
    assert can(person(role), action) is in_own_unit
    assert can(person(role), action, OWN_UNIT) is in_own_unit
    assert can(person(role), action, OTHER_UNIT) is (role.value in anything)


@pytest.mark.parametrize("action", [*EXPECTED, *sorted(FOR_ALL_SIGNED_IN)])
def test_nobody_does_anything_without_signing_in(action: Action) -> None:
    assert not can(ANONYMOUS, action)
    assert not can(ANONYMOUS, action, OWN_UNIT)


@pytest.mark.parametrize("action", EXPECTED)
def test_somebody_without_a_role_does_nothing_that_needs_one(action: Action) -> None:
    assert not can(person(), action)


@pytest.mark.parametrize("action", sorted(FOR_ALL_SIGNED_IN))
@pytest.mark.parametrize("roles", [[], *([role] for role in Role)])
def test_all_who_have_signed_in_read_what_is_for_all(action: Action, roles: list[Role]) -> None:
    assert can(person(*roles), action)
    assert can(person(*roles), action, OTHER_UNIT)


@pytest.mark.parametrize("action", Action)
def test_who_holds_the_lead_post_edits_the_facts_alone(action: Action) -> None:
    lead = Actor(1, "Ella Esimerkki", post_ids=frozenset({5}))
    for_all = action in FOR_ALL_SIGNED_IN | {Action.SEE_OPEN_PAGES}
    assert can(lead, action) is (for_all or action is Action.EDIT_FACTS)
    assert can(lead, action, OWN_UNIT, 5) is (for_all or action is Action.EDIT_FACTS)
    assert can(lead, action, OWN_UNIT, 6) is for_all
    assert can(lead, action, OWN_UNIT) is for_all


def test_open_pages_are_for_all() -> None:
    assert can(ANONYMOUS, Action.SEE_OPEN_PAGES)


def test_several_roles_add_up() -> None:
    both = person(Role.PROPOSER, Role.MEMBER)
    assert can(both, Action.SCORE)
    assert can(both, Action.SUBMIT_PROPOSAL, OWN_UNIT)
    assert not can(both, Action.DECIDE)


def test_administrators_neither_score_nor_decide() -> None:
    allowed = {action for action in Action if can(person(Role.ADMINISTRATOR), action)}
    judging = {Action.SCORE, Action.DECIDE, Action.DECIDE_FOR_BOARD, Action.PROPOSE_TO_BOARD}
    assert allowed.isdisjoint(judging)
