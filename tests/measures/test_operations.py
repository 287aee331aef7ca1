"""What can happen to proposals, and what it leaves behind."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.measures import operations
from app.measures.models import Measure, Step
from app.measures.states import Publicity, State
from app.measures.workflow import EDITED
from app.vocabulary.states import Kind
from tests.measures.proposals import card, fresh, saved, unit_id, value_id

KEY = "0123456789abcdef0123456789abcdef"


def count() -> int:
    return db.session.scalars(select(func.count()).select_from(Measure)).one()


def edit(measure_id: int, actor, version: int | None = None, **changes) -> Measure:
    """Save the form of a proposal with some fields changed, and return what is then kept."""
    still_matches = changes.pop("still_matches", False)
    with writing():
        measure = fresh(measure_id)
        version = measure.version if version is None else version
        operations.edit_proposal(measure, version, changes, actor, still_matches=still_matches)
    return fresh(measure_id)


def test_a_unit_makes_a_draft(app, actor) -> None:
    ella = actor("proposer")
    with writing():
        measure = operations.create_proposal(ella, card())
    assert measure.state is State.DRAFT
    assert measure.created_by_id == ella.user_id
    assert measure.publicity is Publicity.NOT_YET_PUBLIC
    assert measure.version == 1
    assert measure.stale is None


@pytest.mark.parametrize(
    ("person", "unit", "may"),
    [
        ("proposer", "library", True),
        ("proposer", "streets", False),
        ("proposer2", "streets", True),
        ("secretary", "library", True),
        ("member", "services", False),
        ("viewer", "services", False),
        ("administrator", "library", False),
    ],
)
def test_who_proposes_for_which_unit(app, actor, person: str, unit: str, may: bool) -> None:
    fields = card(unit_id=unit_id(unit))
    if may:
        with writing():
            operations.create_proposal(actor(person), fields)
        assert count() == 1
        return
    with pytest.raises(Refused), writing():
        operations.create_proposal(actor(person), fields)
    assert count() == 0


def test_a_form_that_comes_twice_makes_one(app, actor) -> None:
    ella = actor("proposer")
    with writing():
        first = operations.create_proposal(ella, card(), KEY).id
    with writing():
        second = operations.create_proposal(ella, card(), KEY)
        assert (second.id, second.version) == (first, 1)
    assert count() == 1


def test_a_form_that_comes_again_with_other_words_changes_what_it_made(app, actor) -> None:
    ella = actor("proposer")
    for name in ("Ensin", "Sitten"):
        with writing():
            measure = operations.create_proposal(ella, card(name_fi=name), KEY)
    assert count() == 1
    assert measure.name_fi == "Sitten"
    # A third time would overwrite the second, which its writer has not seen.
    with pytest.raises(Stale), writing():
        operations.create_proposal(ella, card(name_fi="Taas"), KEY)
    assert fresh(measure.id).name_fi == "Sitten"


def test_forms_of_two_people_are_two_even_with_one_key(app, actor) -> None:
    with writing():
        operations.create_proposal(actor("proposer"), card(), KEY)
        operations.create_proposal(actor("proposer2"), card(unit_id=unit_id("streets")), KEY)
    assert count() == 2


def test_an_edit_makes_a_new_version_and_no_edit_none(app, actor) -> None:
    measure_id = saved()
    first = fresh(measure_id).changed_at
    assert edit(measure_id, actor("proposer"), **card()).version == 1
    assert fresh(measure_id).changed_at == first
    after = edit(measure_id, actor("proposer"), **card(cost_once=12500))
    assert (after.version, after.cost_once) == (2, 12500)
    assert after.changed_at > first


def test_what_an_id_refers_to_follows_it(app, actor) -> None:
    measure_id = saved()
    assert fresh(measure_id).source.key == "strategy"
    after = edit(measure_id, actor("proposer"), source_id=value_id(Kind.SOURCE, "law"))
    assert after.source.key == "law"


def test_a_stale_edit_changes_nothing(app, actor) -> None:
    measure_id = saved()
    edit(measure_id, actor("proposer"), 1, name_fi="Ellan")
    with pytest.raises(Stale):
        edit(measure_id, actor("secretary"), 1, name_fi="Sihteerin")
    after = fresh(measure_id)
    assert (after.name_fi, after.version) == ("Ellan", 2)


def test_what_is_already_so_is_no_conflict(app, actor) -> None:
    measure_id = saved()
    edit(measure_id, actor("proposer"), 1, name_fi="Sama")
    assert edit(measure_id, actor("proposer"), 1, name_fi="Sama").version == 2


def test_a_refused_edit_changes_nothing(app, actor) -> None:
    measure_id = saved(State.SUBMITTED)
    with pytest.raises(Refused):
        edit(measure_id, actor("proposer"), name_fi="Myöhässä")
    assert fresh(measure_id).name_fi == card()["name_fi"]
    assert edit(measure_id, actor("secretary"), name_fi="Sihteerin").name_fi == "Sihteerin"


def test_nobody_moves_a_proposal_to_a_unit_that_they_do_not_propose_for(app, actor) -> None:
    measure_id = saved()
    for person in ("proposer", "secretary"):
        with pytest.raises(Refused):
            edit(measure_id, actor(person), unit_id=unit_id("streets"))
    assert fresh(measure_id).unit_id == unit_id("library")


# What is there, what was marked, what is changed, and which language then lags behind.
FI, SV = {"name_fi": "Uusi"}, {"name_sv": "Ny"}
STALENESS = [
    ({}, None, FI, "sv"),
    ({}, None, SV, "fi"),
    ({}, None, {**FI, **SV}, None),
    ({}, None, {"cost_once": 5}, None),
    ({}, "sv", FI, "sv"),
    ({}, "sv", SV, None),
    ({}, "sv", {**FI, **SV}, None),
    ({}, "sv", {"cost_once": 5}, "sv"),
    ({}, "fi", FI, None),
    ({}, "fi", SV, "fi"),
    ({}, None, {**FI, "still_matches": True}, None),
    ({}, "sv", {**FI, "still_matches": True}, None),
    ({}, "sv", {"still_matches": True}, None),
    # A translation that is written for the first time leaves nothing behind.
    ({"name_sv": "", "problem_sv": ""}, None, SV, None),
    ({"name_sv": "", "problem_sv": ""}, None, FI, None),
    ({"description_fi": "", "description_sv": ""}, None, {"description_fi": "Lisää"}, None),
    ({"description_fi": "Lisää"}, None, {"description_fi": "Muuta"}, None),
    ({"description_fi": "Lisää", "description_sv": "Mer"}, None, {"description_fi": "Muuta"}, "sv"),
    # A text that is taken away is missing, and its translation is as good as before.
    ({}, None, {"problem_fi": ""}, None),
]


@pytest.mark.parametrize(("given", "stale", "changes", "expected"), STALENESS)
def test_which_language_lags_behind(app, actor, given, stale, changes, expected) -> None:
    measure_id = saved(**given, stale=stale)
    assert edit(measure_id, actor("proposer"), **changes).stale == expected


def test_a_transition_is_written_down(app, actor) -> None:
    measure_id = saved(State.SUBMITTED)
    saara = actor("secretary")
    with writing():
        operations.move(fresh(measure_id), "return", saara, " Paljonko se maksaa? ")
    step = db.session.scalars(select(Step)).one()
    assert (step.measure_id, step.transition, step.target) == (measure_id, "return", State.RETURNED)
    assert (step.reason, step.actor_id) == ("Paljonko se maksaa?", saara.user_id)
    assert isinstance(step.made_at, datetime)
    assert fresh(measure_id).state is State.RETURNED


def test_a_refused_transition_leaves_no_trace(app, actor) -> None:
    measure_id = saved(State.SUBMITTED)
    for name, person, reason in (
        ("return", "secretary", ""),
        ("return", "proposer", "Syy"),
        ("approve", "secretary", ""),
    ):
        with pytest.raises(Refused), writing():
            operations.move(fresh(measure_id), name, actor(person), reason)
    assert fresh(measure_id).state is State.SUBMITTED
    assert db.session.scalars(select(Step)).all() == []


def test_a_new_state_is_no_new_version(app, actor) -> None:
    measure_id = saved()
    with writing():
        operations.move(fresh(measure_id), "submit", actor("proposer"))
    assert fresh(measure_id).version == 1


def test_a_proposals_whole_way_with_a_second_try(app, actor) -> None:
    measure_id = saved(name_sv="", problem_sv="")
    ella, saara = actor("proposer"), actor("secretary")

    def move(name: str, who, reason: str = "") -> State:
        with writing():
            operations.move(fresh(measure_id), name, who, reason)
        return fresh(measure_id).state

    assert move("submit", ella) is State.SUBMITTED
    assert move("return", saara, "Kerro lisää") is State.RETURNED
    assert move("submit", ella) is State.SUBMITTED
    assert move("open_scoring", saara) is State.IN_SCORING
    with pytest.raises(Refused):
        move("approve", saara)
    edit(measure_id, saara, name_sv="Namn", problem_sv="Varför?")
    assert move("postpone", saara, "Ensi vuonna") is State.POSTPONED
    assert move("rescore", saara) is State.IN_SCORING
    assert move("approve", saara) is State.APPROVED
    assert move("undo_decision", saara, "Kirjattiin väärin") is State.IN_SCORING
    assert move("reject", saara, "Ei rahaa") is State.REJECTED
    assert move("reopen", saara, "Rahaa tuli") is State.DRAFT
    assert move("withdraw", ella) is State.WITHDRAWN
    steps = db.session.scalars(select(Step.transition).order_by(Step.id)).all()
    assert len(steps) == 12
    assert steps[4] == EDITED


def test_publishing_leaves_secrets_secret(app) -> None:
    ids = [
        saved(State.APPROVED, publicity=Publicity.NOT_YET_PUBLIC),
        saved(State.APPROVED, publicity=Publicity.SECRET, secrecy_basis="JulkL 24 §"),
        saved(State.APPROVED, publicity=Publicity.PUBLIC),
    ]
    with writing():
        operations.publish([fresh(each) for each in ids], INSTALLER)
    assert [fresh(each).publicity.value for each in ids] == ["public", "secret", "public"]
