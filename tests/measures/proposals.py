"""Proposals for the tests of this room."""

from typing import Any

from sqlalchemy import select

from app.accounts.models import Unit
from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.extensions import db
from app.measures import operations
from app.measures.models import Measure
from app.measures.states import Publicity, Size, State
from app.programmes.models import Theme
from app.vocabulary.models import ClassificationValue
from app.vocabulary.states import Kind


def unit_id(key: str) -> int:
    return db.session.scalars(select(Unit.id).where(Unit.key == key)).one()


def value_id(kind: Kind, key: str) -> int:
    query = select(ClassificationValue.id).where(
        ClassificationValue.kind == kind, ClassificationValue.key == key
    )
    return db.session.scalars(query).one()


def card(**given: Any) -> dict[str, Any]:
    """Return the fields of a proposal of the library that lacks nothing; `given` overrules."""
    theme_id = db.session.scalars(select(Theme.id).where(Theme.code == "A")).one()
    return {
        "problem_fi": "Miksi ajan voi varata vain soittamalla?",
        "problem_sv": "Varför kan man boka tid bara per telefon?",
        "name_fi": "Asukas varaa ajan itse",
        "name_sv": "Invånaren bokar tid själv",
        "beneficiary_id": value_id(Kind.BENEFICIARY, "resident"),
        "long_term_benefit_id": value_id(Kind.LONG_TERM_BENEFIT, "time"),
        "source_id": value_id(Kind.SOURCE, "strategy"),
        "impact": Size.M,
        "cost_class": Size.S,
        "theme_id": theme_id,
        "level_id": value_id(Kind.LEVEL, "city"),
        "development_model_id": value_id(Kind.DEVELOPMENT_MODEL, "independent"),
        "unit_id": unit_id("library"),
        "first_year": 2026,
        "publicity": Publicity.NOT_YET_PUBLIC,
        **given,
    }


def filled_in(**given: Any) -> dict[str, Any]:
    """Return the same as a person types and chooses it."""
    return {name: str(value) for name, value in card(**given).items()}


def saved(state: State = State.DRAFT, **given: Any) -> int:
    """Write a proposal into the database in a state and return its id."""
    with writing():
        return operations.add_measure(INSTALLER, **card(**given), state=state).id


def fresh(measure_id: int) -> Measure:
    """Return a measure as the database has it now."""
    return db.session.get_one(Measure, measure_id, populate_existing=True)
