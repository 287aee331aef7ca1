"""Dated reports: the newest counts, whatever the order in which they are made."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.policy import Actor
from app.extensions import db
from app.followup.models import StatusReport
from app.followup.operations import correct_report, report_status
from app.followup.states import Precision, Status
from app.measures.operations import add_measure

NOBODY = Actor()
MAY, JUNE = date(2025, 5, 31), date(2025, 6, 15)


@pytest.fixture
def measure_id(app: Flask) -> int:
    return add_measure(NOBODY, name_fi="Toimenpide").id


def newest(measure_id: int) -> list[Status]:
    query = select(StatusReport).where(StatusReport.measure_id == measure_id, StatusReport.newest)
    return [report.status for report in db.session.scalars(query)]


def test_report_of_a_later_day_counts(measure_id: int) -> None:
    report_status(measure_id, Status.PLANNED, MAY, Precision.MONTH, NOBODY)
    assert newest(measure_id) == [Status.PLANNED]
    report_status(measure_id, Status.STARTED, JUNE, Precision.DAY, NOBODY)
    assert newest(measure_id) == [Status.STARTED]


def test_report_of_an_earlier_day_becomes_history(measure_id: int) -> None:
    report_status(measure_id, Status.STARTED, JUNE, Precision.DAY, NOBODY)
    report_status(measure_id, Status.DONE, MAY, Precision.DAY, NOBODY)
    assert newest(measure_id) == [Status.STARTED]


def test_corrected_report_stays_of_its_day(measure_id: int) -> None:
    early = report_status(measure_id, Status.PLANNED, MAY, Precision.DAY, NOBODY)
    report_status(measure_id, Status.STARTED, JUNE, Precision.DAY, NOBODY)
    correct_report(early, Status.ABANDONED, Actor(user_id=1))
    assert (early.status, early.as_of, early.reporter_id) == (Status.ABANDONED, MAY, 1)
    assert newest(measure_id) == [Status.STARTED]


def test_day_has_one_report_of_a_measure(measure_id: int) -> None:
    report_status(measure_id, Status.PLANNED, MAY, Precision.DAY, NOBODY)
    with pytest.raises(IntegrityError):
        report_status(measure_id, Status.STARTED, MAY, Precision.DAY, NOBODY)


def test_database_allows_one_newest_report_a_measure(measure_id: int) -> None:
    report_status(measure_id, Status.PLANNED, MAY, Precision.DAY, NOBODY)
    other = report_status(measure_id, Status.STARTED, JUNE, Precision.DAY, NOBODY)
    db.session.flush()
    first = db.session.scalars(select(StatusReport).where(StatusReport.as_of == MAY)).one()
    assert other.newest
    first.newest = True
    with pytest.raises(IntegrityError):
        db.session.flush()
