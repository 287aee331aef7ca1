"""Which transition starts where, leads where, and is made by whom: every case has its answer."""

import pytest

from app.core.errors import Refused
from app.core.policy import ANONYMOUS, Actor, Role
from app.measures.editing import may_edit, reason_not_to_edit
from app.measures.models import Measure
from app.measures.states import State
from app.measures.workflow import WORKFLOW, missing, offered, translation_gaps
from app.vocabulary.models import ClassificationValue
from tests.measures.proposals import card

OWN_UNIT = 1
LEAD_POST = 3

STATES = [
    "draft",
    "submitted",
    "returned",
    "in_scoring",
    "approved",
    "postponed",
    "rejected",
    "withdrawn",
    "merged",
]

# In every cell: who may, of U the unit (its proposers), S the secretary and L, who holds the lead
# post.
TRANSITIONS = """
                draft submitted returned in_scoring approved postponed rejected withdrawn merged
submit          U     .         U        .          .        .         .        .         .
return          .     S         .        S          .        .         .        .         .
open_scoring    .     S         .        .          .        .         .        .         .
cancel_scoring  .     .         .        S          .        .         .        .         .
approve         .     .         .        S          .        S         .        .         .
postpone        .     .         .        S          S        .         .        .         .
reject          .     .         .        S          .        S         .        .         .
rescore         .     .         .        .          .        S         .        .         .
undo_decision   .     .         .        .          S        S         S        .         .
withdraw        U     U         U        U          .        U         .        .         .
merge           S     S         S        S          .        S         .        .         .
unmerge         .     .         .        .          .        .         .        .         S
unmerge_draft   .     .         .        .          .        .         .        .         S
unmerge_in_scoring .  .         .        .          .        .         .        .         S
unmerge_postponed .   .         .        .          .        .         .        .         S
reopen          .     .         .        .          .        .         S        S         .
back_to_submitted .   .         S        S          .        .         .        .         .
back_to_scoring .     S         S        .          .        .         .        .         .
back_to_postponed .   .         .        S          .        .         .        .         .
"""

EDITING = """
                draft submitted returned in_scoring approved postponed rejected withdrawn merged
edit            US    S         US       S          SL       .         .        .         .
"""

TARGETS = {
    "submit": "submitted",
    "return": "returned",
    "open_scoring": "in_scoring",
    "cancel_scoring": "submitted",
    "approve": "approved",
    "postpone": "postponed",
    "reject": "rejected",
    "rescore": "in_scoring",
    "undo_decision": "in_scoring",
    "withdraw": "withdrawn",
    "merge": "merged",
    "unmerge": "submitted",
    "unmerge_draft": "draft",
    "unmerge_in_scoring": "in_scoring",
    "unmerge_postponed": "postponed",
    "reopen": "draft",
    "back_to_submitted": "submitted",
    "back_to_scoring": "in_scoring",
    "back_to_postponed": "postponed",
}

WITH_REASON = {
    *("return", "cancel_scoring", "postpone", "reject", "undo_decision", "reopen"),
    *("merge", "unmerge", "unmerge_draft", "unmerge_in_scoring", "unmerge_postponed"),
}

ON_ITS_OWN_PAGE = {"submit", "return", "cancel_scoring", "withdraw", "reopen"}

ACTORS = {
    "U": Actor(1, "own unit", frozenset({Role.PROPOSER}), frozenset({OWN_UNIT})),
    "S": Actor(2, "secretary", frozenset({Role.SECRETARY})),
    "L": Actor(9, "lead", post_ids=frozenset({LEAD_POST})),
    "lead of another": Actor(10, "", post_ids=frozenset({LEAD_POST + 1})),
    "another unit": Actor(3, "", frozenset({Role.PROPOSER}), frozenset({2})),
    "viewer of the unit": Actor(4, "", frozenset({Role.VIEWER}), frozenset({OWN_UNIT})),
    "member of the unit": Actor(5, "", frozenset({Role.MEMBER}), frozenset({OWN_UNIT})),
    "chair": Actor(6, "", frozenset({Role.CHAIR})),
    "board's secretary": Actor(7, "", frozenset({Role.BOARD_SECRETARY})),
    "administrator": Actor(8, "", frozenset({Role.ADMINISTRATOR})),
    "nobody": ANONYMOUS,
}


def cells(table: str) -> dict[tuple[str, str], str]:
    """Return the cells of a table by row and state."""
    rows = [line.split() for line in table.strip().splitlines()]
    assert rows[0] == STATES
    return {
        (name, state): cell
        for name, *cells in rows[1:]
        for state, cell in zip(STATES, cells, strict=True)
    }


def measure_in(state: str, **given) -> Measure:
    """Return a measure of the unit that lacks nothing, in a state; it is in no database."""
    twin = {
        f"{name}_{lang}": f"{name} {lang}" for name in ("name", "problem") for lang in ("fi", "sv")
    }
    numbers = dict.fromkeys(
        (
            "beneficiary_id",
            "long_term_benefit_id",
            "source_id",
            "theme_id",
            "level_id",
            "development_model_id",
        ),
        1,
    )
    fields = {
        **twin,
        **numbers,
        "impact": "M",
        "cost_class": "S",
        "first_year": 2026,
        "unit_id": OWN_UNIT,
        "lead_post_id": LEAD_POST,
        "legal_act": "",
        "partners": "",
        "description_fi": "",
        "description_sv": "",
        **given,
    }
    return Measure(state=State(state), **fields)


def test_every_transition_has_its_row() -> None:
    names = [row.name for row in WORKFLOW.transitions]
    assert names == list(TARGETS)
    assert {name for name, _state in cells(TRANSITIONS)} == set(names)
    assert {state.value for state in State} == set(STATES)


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize(("name", "state"), cells(TRANSITIONS))
def test_transition(name: str, state: str, actor: str) -> None:
    measure = measure_in(state)
    may = actor in cells(TRANSITIONS)[name, state]
    available = {row.name for row in WORKFLOW.available(measure, ACTORS[actor])}
    assert (name in available) == may
    if may:
        WORKFLOW.apply(name, measure, ACTORS[actor], "because")
        assert measure.state == TARGETS[name]
    else:
        with pytest.raises(Refused):
            WORKFLOW.apply(name, measure, ACTORS[actor], "because")
        assert measure.state == state


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("state", STATES)
def test_editing(state: str, actor: str) -> None:
    assert may_edit(measure_in(state), ACTORS[actor]) == (actor in cells(EDITING)["edit", state])


@pytest.mark.parametrize("state", STATES)
def test_what_belongs_to_no_unit_is_nobodys_own(state: str) -> None:
    measure = measure_in(state, unit_id=None)
    assert WORKFLOW.available(measure, ACTORS["U"]) == []
    assert not may_edit(measure, ACTORS["U"])


@pytest.mark.parametrize(
    ("name", "state"), [key for key, who in cells(TRANSITIONS).items() if who != "."]
)
def test_a_reason_is_asked_for(name: str, state: str) -> None:
    measure = measure_in(state)
    actor = ACTORS[cells(TRANSITIONS)[name, state]]
    if name in WITH_REASON:
        with pytest.raises(Refused):
            WORKFLOW.apply(name, measure, actor, "  ")
        assert measure.state == state
    else:
        WORKFLOW.apply(name, measure, actor)
        assert measure.state == TARGETS[name]


@pytest.mark.parametrize("state", STATES)
def test_its_own_page_offers_what_needs_neither_round_nor_meeting(state: str) -> None:
    for who in "US":
        available = {row.name for row in WORKFLOW.available(measure_in(state), ACTORS[who])}
        shown = {row.name for row in offered(measure_in(state), ACTORS[who])}
        assert shown == available & ON_ITS_OWN_PAGE


@pytest.mark.parametrize(
    "field",
    [
        "beneficiary_id",
        "long_term_benefit_id",
        "source_id",
        "impact",
        "cost_class",
        "theme_id",
        "level_id",
        "development_model_id",
        "unit_id",
        "first_year",
    ],
)
def test_submitting_asks_for(field: str) -> None:
    measure = measure_in("draft", **{field: None})
    assert list(missing(measure)) == [field]
    measure.unit_id = OWN_UNIT
    if field != "unit_id":
        with pytest.raises(Refused):
            WORKFLOW.apply("submit", measure, ACTORS["U"])


@pytest.mark.parametrize("name", ["name", "problem"])
def test_submitting_asks_for_texts_in_one_language_at_least(name: str) -> None:
    for lang in ("fi", "sv"):
        measure = measure_in("draft", **{f"{name}_{lang}": ""})
        assert missing(measure) == {}
    neither = measure_in("draft", **{f"{name}_fi": "", f"{name}_sv": ""})
    assert list(missing(neither)) == [name]


def test_a_need_that_comes_from_a_law_names_the_act() -> None:
    measure = measure_in("draft", source=ClassificationValue(key="law"))
    assert list(missing(measure)) == ["legal_act"]
    measure.legal_act = "Archives Act"
    assert missing(measure) == {}
    assert missing(measure_in("draft", source=ClassificationValue(key="strategy"))) == {}


def test_a_network_names_its_partners() -> None:
    measure = measure_in("draft", development_model=ClassificationValue(key="network"))
    assert list(missing(measure)) == ["partners"]
    measure.partners = "Town of Example"
    assert missing(measure) == {}


@pytest.mark.parametrize(
    ("given", "gaps"),
    [
        ({}, 0),
        ({"name_sv": ""}, 1),
        ({"name_fi": "", "problem_fi": ""}, 2),
        ({"problem_fi": "", "problem_sv": ""}, 2),
        ({"description_fi": "Enemmän"}, 1),
        ({"description_fi": "Enemmän", "description_sv": "Mer"}, 0),
        ({"stale": "sv"}, 1),
        ({"stale": "fi", "name_fi": ""}, 2),
    ],
)
def test_approval_waits_for_both_languages(given: dict[str, str], gaps: int) -> None:
    measure = measure_in("in_scoring", **given)
    assert len(translation_gaps(measure)) == gaps
    if gaps:
        with pytest.raises(Refused) as refused:
            WORKFLOW.apply("approve", measure, ACTORS["S"])
        assert len(refused.value.reasons) == gaps
        assert measure.state is State.IN_SCORING
    else:
        WORKFLOW.apply("approve", measure, ACTORS["S"])
        assert measure.state is State.APPROVED


def test_the_reason_not_to_edit_tells_state_from_role(app) -> None:
    with app.test_request_context(headers={"Accept-Language": "fi"}):
        approved = str(reason_not_to_edit(measure_in("approved")))
        draft = str(reason_not_to_edit(measure_in("draft")))
        assert str(State.APPROVED.label) in approved
        assert approved != draft


def test_the_card_of_the_tests_lacks_nothing(app) -> None:
    measure = Measure(**card(legal_act="", partners="", description_fi="", description_sv=""))
    assert missing(measure) == {}
    assert translation_gaps(measure) == []
