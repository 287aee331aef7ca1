"""Putting measures on a roadmap, and the codes that they get."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Measure
from app.measures.states import State
from app.programmes import operations as programmes
from app.programmes.models import Programme, Theme
from app.programmes.states import Phase
from app.roadmaps import assembling, checks, queries
from app.roadmaps.states import Membership
from tests.measures.proposals import fresh, saved
from tests.roadmaps.drafts import (
    approved,
    assemble,
    codes,
    drafted,
    item_of,
    measure,
    put_into,
    the_roadmap,
)
from tests.scoring.rounds import YEAR


def theme_id(code: str) -> int:
    return db.session.scalars(select(Theme.id).where(Theme.code == code)).one()


def coded(code: str, theme: str, year: int = 2025) -> int:
    """Add a measure that has a code in the programme already, and return its id."""
    measure_id = approved(first_year=year)
    with writing():
        programme = db.session.scalars(select(Programme)).one()
        found = db.session.get_one(Theme, theme_id(theme))
        measures.enter(db.session.get_one(Measure, measure_id), programme, INSTALLER, found, code)
    return measure_id


def test_approved_measures_of_the_year_get_on_the_roadmap(client, sign_in, actor) -> None:
    ids = [approved(), approved()]
    others = [saved(state) for state in State if state is not State.APPROVED]
    approved(first_year=2025)
    put_into(Phase.DRAFTING)
    sign_in(client, "secretary")
    page = f"/roadmaps/{YEAR}"
    assert client.submit(page, action=f"{page}/assemble").status_code == 303
    rows = queries.contents(the_roadmap())
    assert [row.Measure.id for row in rows] == ids
    assert {row.Item.membership for row in rows} == {Membership.PROPOSED}
    assert [row.Item.position for row in rows] == [1, 2]
    assert not {row.Measure.id for row in rows} & set(others)
    assert assemble(actor("secretary")) == 0
    assert len(queries.contents(the_roadmap())) == 2


def test_codes_go_on_after_the_highest_of_the_theme(app, actor) -> None:
    for code in ("A9", "A24", "A13"):
        coded(code, "A")
    coded("K3", "K")
    ids = [approved(theme_id=theme_id(code)) for code in ("K", "A", "B", "A")]
    put_into(Phase.DRAFTING)
    assemble(actor("secretary"))
    assert [codes()[each] for each in ids] == ["K4", "A25", "B1", "A26"]
    # On the roadmap they stand theme by theme.
    rows = queries.contents(the_roadmap())
    assert [row.Entry.code for row in rows] == ["A25", "A26", "B1", "K4"]


def test_a_code_of_a_longer_theme_is_another_ones(app, actor) -> None:
    with writing():
        programmes.add_theme(
            db.session.scalars(select(Programme)).one(), "AB", "AB", "AB", INSTALLER
        )
    coded("AB7", "AB")
    coded("A2b", "A")
    coded("A2", "A")
    ids = drafted(actor("secretary"))
    assert codes()[ids[0]] == "A3"


def test_a_measure_keeps_the_code_that_it_has(app, actor) -> None:
    measure_id = coded("A7", "A", YEAR)
    put_into(Phase.DRAFTING)
    assert assemble(actor("secretary")) == 1
    assert codes()[measure_id] == "A7"


def test_a_code_is_never_given_again(app, actor) -> None:
    first, second = drafted(actor("secretary"), count=2)
    with writing():
        assembling.remove_item(the_roadmap(), item_of(second), actor("secretary"))
        fresh(second).state = State.REJECTED
    third = approved()
    assemble(actor("secretary"))
    assert [codes()[each] for each in (first, second, third)] == ["A1", "A2", "A3"]


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(["A", "B", "remove", "assemble"]), min_size=1, max_size=12))
def test_whatever_happens_codes_are_unique_and_stay(app, actor, steps: list[str]) -> None:
    put_into(Phase.DRAFTING)
    secretary = actor("secretary")
    before = codes()
    for step in steps:
        if step in {"A", "B"}:
            approved(theme_id=theme_id(step))
        elif step == "assemble":
            assemble(secretary)
        else:
            with writing():
                for row in queries.contents(the_roadmap())[-1:]:
                    if row.Item.membership is Membership.PROPOSED:
                        assembling.remove_item(the_roadmap(), row.Item, secretary)
        after = codes()
        assert {key: after[key] for key in before} == before
        assert len(set(after.values())) == len(after)
        before = after


def test_without_a_theme_there_is_no_code_until_there_is_one(app, actor) -> None:
    measure_id = drafted(actor("secretary"), theme_id=None)[0]
    assert codes()[measure_id] is None
    with writing():
        measures.change(fresh(measure_id), INSTALLER, theme_id=theme_id("B"))
    assert assemble(actor("secretary")) == 0
    assert codes()[measure_id] == "B1"


def test_a_theme_of_another_programme_gives_no_code(app, actor) -> None:
    with writing():
        other = programmes.add_programme(
            "Digiohjelma 2020–2023", "Digiprogram", 2020, 2023, INSTALLER
        )
        foreign = programmes.add_theme(other, "T", "Teema", "Tema", INSTALLER).id
    measure_id = drafted(actor("secretary"), theme_id=foreign)[0]
    assert codes()[measure_id] is None


def test_what_is_taken_off_stays_off_until_it_is_put_back(client, sign_in, actor) -> None:
    measure_id = drafted(actor("secretary"))[0]
    sign_in(client, "secretary")
    page = f"/roadmaps/{YEAR}"
    item = f"{page}/items/{item_of(measure_id).id}"
    assert client.submit(page, action=f"{item}/remove").status_code == 303
    assert item_of(measure_id).membership is Membership.REMOVED
    # A second press changes nothing, and is answered kindly.
    assert client.forge(f"{item}/remove").status_code == 303
    assert assemble(actor("secretary")) == 0
    assert item_of(measure_id).membership is Membership.REMOVED
    assert client.submit(page, action=f"{item}/put-back").status_code == 303
    assert item_of(measure_id).membership is Membership.PROPOSED
    assert client.forge(f"{item}/put-back").status_code == 303
    assert item_of(measure_id).membership is Membership.PROPOSED
    assert codes()[measure_id] == "A1"


@pytest.mark.parametrize("phase", list(Phase))
def test_phases_in_which_a_roadmap_is_assembled(app, actor, phase: Phase) -> None:
    approved()
    put_into(phase)
    if phase in {Phase.DRAFTING, Phase.RETURNED_BY_BOARD, Phase.AMENDING}:
        assert assemble(actor("secretary")) == 1
    else:
        with pytest.raises(Refused):
            assemble(actor("secretary"))
        assert queries.contents(the_roadmap()) == []


def test_a_measure_that_changes_its_theme_gets_a_new_code_and_frees_none(app, actor) -> None:
    first, second = drafted(actor("secretary"), count=2)
    with writing():
        measures.change(fresh(second), INSTALLER, theme_id=theme_id("B"))
    (gap,) = (each for each in checks.findings(the_roadmap()) if each.check.name == "codes")
    assert [each.measure.id for each in gap.shortcomings] == [second]
    assemble(actor("secretary"))
    third = approved()
    assemble(actor("secretary"))
    assert [codes()[each] for each in (first, second, third)] == ["A1", "B1", "A3"]
    with writing():
        measures.change(fresh(second), INSTALLER, theme_id=theme_id("A"))
    assemble(actor("secretary"))
    assert codes()[second] == "A4"


def test_what_the_board_approved_with_its_code_keeps_it(app, actor) -> None:
    measure_id = drafted(actor("secretary"))[0]
    with writing():
        item_of(measure_id).membership = Membership.APPROVED
    with writing():
        the_roadmap().once_approved = True
    with writing():
        measures.change(fresh(measure_id), INSTALLER, theme_id=theme_id("B"))
    assemble(actor("secretary"))
    assert codes()[measure_id] == "A1"
    (gap,) = (each for each in checks.findings(the_roadmap()) if each.check.name == "codes")
    assert gap.shortcomings[0].place.endpoint == "proposing.edit_facts"


def test_two_assemblies_give_no_code_twice(app, actor) -> None:
    ids = [approved() for _each in range(3)]
    put_into(Phase.DRAFTING)
    secretary = actor("secretary")

    def one() -> int:
        with app.app_context():
            return assemble(secretary)

    with ThreadPoolExecutor(2) as both:
        found = [each.result() for each in [both.submit(one) for _each in range(2)]]
    db.session.rollback()
    assert sorted(found) == [0, 3]
    assert [codes()[each] for each in ids] == ["A1", "A2", "A3"]


def test_codes_are_found_by_the_search(app, actor) -> None:
    measure_id = drafted(actor("secretary"))[0]
    sought = measures.search.matches("a1")
    assert db.session.scalars(select(Measure.id).where(sought)).all() == [measure_id]
    assert measure(measure_id).state is State.APPROVED
