"""The command that looks after what the city board approved: `flask roadmap verify`."""

import click
from flask.cli import with_appcontext

from app.audit import verification as record
from app.programmes.models import Roadmap
from app.roadmaps import verification
from app.roadmaps.subject import Subject
from app.roadmaps.verification import Approval


@click.group()
def roadmap() -> None:
    """Look after what the city board approved."""


@roadmap.command()
@click.argument("year", required=False, type=click.IntRange(2000, 2100))
@with_appcontext
def verify(year: int | None) -> None:
    """Say whether what the city board approved is unchanged, of a YEAR or of all years.

    It prints each approval with its meeting and its digest. Where anything is not as it was kept
    or recorded, it says what, and the exit code is 1. Without a year it tells of programmes, too.
    """
    found = verification.subjects(year)
    if not found:
        raise click.ClickException(f"there is no roadmap of {year}" if year else "there is nothing")
    wrong = _of_the_database()
    for subject in found:
        faults = verification.faults(subject)
        approvals = [] if faults else verification.approvals(subject)
        for approval in approvals:
            click.echo(_line(subject, approval))
        if not approvals and not faults:
            earlier = "approved before the tool came into use, nothing is kept"
            said = earlier if subject.once_approved else "the city board has not approved it"
            click.echo(f"{_name(subject)}: {said}")
        wrong += [f"{_name(subject)}: {fault}" for fault in faults]
    for fault in wrong:
        click.echo(f"{fault}.", err=True)
    if wrong:
        raise SystemExit(1)


def _of_the_database() -> list[str]:
    """Return what is wrong with what keeps all of them: the triggers and the record."""
    missing = [*verification.missing_triggers(), *record.missing_triggers()]
    wrong = [f"The database lacks the trigger {name}" for name in missing]
    fault = record.first_fault()
    if fault:
        wrong.append(f"The record is not whole: event {fault.number}: {fault.reason}")
    return wrong


def _name(subject: Subject) -> str:
    if isinstance(subject, Roadmap):
        return f"Roadmap {subject.year}"
    return f"Programme {subject.first_year}-{subject.last_year}"


def _line(subject: Subject, approval: Approval) -> str:
    kept, decision = approval
    board = "no decision of the city board"
    if decision:
        section = f"section {decision.section}" if decision.section else "section unknown"
        board = f"city board {decision.decided_on}, {section}"
        if decision.case_number:
            board += f", {decision.case_number}"
    return f"{_name(subject)}, approval {kept.number}: {board}, SHA-256 {kept.sha256}: unchanged"
