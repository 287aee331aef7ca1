"""What a proposal may be set to."""

from datetime import date

from sqlalchemy import delete

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.extensions import db
from app.measures.queries import options_for
from app.programmes import operations as programmes
from app.programmes.models import Roadmap, Theme
from app.programmes.queries import proposing, roadmap_of
from app.programmes.states import Phase
from tests.measures.proposals import fresh, saved

TODAY = date(2026, 11, 22)


def codes(today: date) -> tuple[int | None, list[str]]:
    year, themes = proposing(today)
    return year, [theme.code for theme in themes]


def close() -> None:
    """End the collecting for 2026."""
    with writing():
        roadmap = roadmap_of(2026)
        assert roadmap
        roadmap.phase = Phase.SCORING


def test_the_earliest_year_that_collects_and_its_themes(app) -> None:
    with writing():
        later = programmes.add_programme("Jatko", "Fortsättning", 2027, 2029, INSTALLER)
        programmes.add_theme(later, "X", "Muu", "Annat", INSTALLER)
        programmes.add_roadmap(later, 2027, Phase.COLLECTING, INSTALLER)
    assert codes(TODAY) == (2026, ["A", "B", "K"])
    close()
    assert codes(TODAY) == (2027, ["X"])


def test_without_collecting_the_themes_are_those_of_todays_programme(app) -> None:
    close()
    assert codes(TODAY) == (None, ["A", "B", "K"])
    assert codes(date(2030, 1, 1)) == (None, [])


def test_a_programme_without_themes_collects_all_the_same(app) -> None:
    with writing():
        db.session.execute(delete(Theme))
    assert codes(TODAY) == (2026, [])


def test_nothing_to_choose_in_an_empty_database(app) -> None:
    with writing():
        for model in (Roadmap, Theme):
            db.session.execute(delete(model))
    assert codes(date(2020, 1, 1)) == (None, [])


def test_as_few_queries_as_there_are_kinds_of_things(app, actor, query_counter) -> None:
    measure, proposer = fresh(saved()), actor("proposer")
    assert measure.theme
    with query_counter() as statements:
        options_for(proposer, TODAY, measure)
    assert len(statements) == 5, statements
