"""What can happen to the follow-up of measures."""

from datetime import date

from sqlalchemy import select

from app.audit.operations import record_added, recorded
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.policy import Actor
from app.extensions import db
from app.followup.models import StatusReport
from app.followup.states import Precision, Status


def report_status(
    measure_id: int,
    status: Status,
    as_of: date,
    precision: Precision,
    actor: Actor,
    note_fi: str = "",
    note_sv: str = "",
) -> StatusReport:
    """Add a dated report of a measure's status; the one with the latest day counts as the newest.

    Args:
        measure_id: The measure.
        status: What is said of it.
        as_of: The day the status was so; the last day of the month for `Precision.MONTH`.
        precision: How precisely the day is known.
        actor: Who reports.
        note_fi: A remark in Finnish.
        note_sv: The same in Swedish.
    """
    report = StatusReport(
        measure_id=measure_id,
        status=status,
        note_fi=note_fi,
        note_sv=note_sv,
        as_of=as_of,
        precision=precision,
        reporter_id=actor.user_id,
        reported_at=clock.now(),
    )
    db.session.add(report)
    _mark_newest(report)
    record_added(Tag.STATUS_REPORTED, actor, Kind.MEASURE, report, subject_id=measure_id)
    return report


def correct_report(report: StatusReport, status: Status, actor: Actor, **notes: str) -> None:
    """Give a report, which stays of its day, the status that it should have said.

    Args:
        report: The report.
        status: What it is to say.
        actor: Who corrects it.
        notes: `note_fi` and `note_sv`, where the remark is another one, too.
    """
    with recorded(
        Tag.STATUS_CORRECTED,
        actor,
        Kind.MEASURE,
        report,
        subject_id=report.measure_id,
        naming=("as_of", "precision"),
    ):
        report.status = status
        for name, note in notes.items():
            setattr(report, name, note)
        report.reporter_id = actor.user_id
        report.reported_at = clock.now()


def remove_report(report: StatusReport) -> None:
    """Take back a report that should not have been made; the caller records why.

    What was reported before it counts again.
    """
    measure_id = report.measure_id
    db.session.delete(report)
    db.session.flush()
    latest = db.session.scalar(
        select(StatusReport)
        .where(StatusReport.measure_id == measure_id)
        .order_by(StatusReport.as_of.desc(), StatusReport.id.desc())
        .limit(1)
    )
    if latest is not None:
        latest.newest = True
        db.session.flush()


def _mark_newest(report: StatusReport) -> None:
    """Move the mark to `report` unless the marked one is of a later day."""
    marked = db.session.scalar(
        select(StatusReport).where(
            StatusReport.measure_id == report.measure_id, StatusReport.newest
        )
    )
    if marked is not None and marked is not report:
        if marked.as_of > report.as_of:
            report.newest = False
            db.session.flush()
            return
        marked.newest = False
        db.session.flush()
    report.newest = True
    db.session.flush()
