"""A plan carried out, through the operations of the rooms."""

from app.core.policy import Actor
from app.extensions import db
from app.followup import operations as followup
from app.importing.plan import Plan, RoadmapPlan, RowPlan
from app.measures import operations as measures
from app.measures.states import Publicity, State
from app.programmes import operations as programmes
from app.programmes.models import Programme, Roadmap, Theme
from app.programmes.states import Phase
from app.roadmaps import assembling, board
from app.roadmaps.proposal import propose_imported

_IMPORTER = Actor(name="flask import")
"""Who imports: whoever runs the command, and no person of the tool."""


def apply_plan(plan: Plan) -> None:
    """Write what `plan` says; the caller commits.

    What comes onto a roadmap is public: the board's agenda with the roadmap on it is.

    Args:
        plan: A plan without faults, made in the same transaction.
    """
    by_year = {year: _roadmap(each) for year, each in plan.roadmaps.items()}
    for each in plan.rows:
        _apply_row(each, by_year[each.row.year])
    for year, each_roadmap in plan.roadmaps.items():
        if each_roadmap.approved_on:
            board.record_earlier_approval(by_year[year], each_roadmap.approved_on, _IMPORTER)
        elif by_year[year].imported and by_year[year].phase is Phase.BEFORE_BOARD:
            propose_imported(by_year[year], _IMPORTER)


def _roadmap(each: RoadmapPlan) -> Roadmap:
    if each.roadmap is None:
        programme = db.session.get_one(Programme, each.programme_id)
        return programmes.add_roadmap(programme, each.year, each.phase, _IMPORTER, imported=True)
    if each.changes_phase:
        programmes.import_phase(each.roadmap, each.phase, _IMPORTER)
    return each.roadmap


def _apply_row(each: RowPlan, roadmap: Roadmap) -> None:
    row, measure, entry = each.row, each.measure, each.entry
    if measure is None:
        measure = measures.add_measure(
            _IMPORTER, **each.fields, state=State.APPROVED, publicity=Publicity.PUBLIC
        )
    elif each.fields:
        measures.change(measure, _IMPORTER, **each.fields)
    theme = db.session.get(Theme, each.theme_id) if each.theme_id else None
    if entry is None:
        programme = db.session.get_one(Programme, row.programme_id)
        entry = measures.enter(measure, programme, _IMPORTER, theme, each.code)
    elif (entry.theme_id, entry.code) != (each.theme_id, each.code):
        measures.place_under(entry, theme, each.code, measure, _IMPORTER)
    if each.item is None:
        assembling.place(roadmap, entry, row.membership, each.position, _IMPORTER, row.number)
    else:
        assembling.correct(each.item, row.membership, each.position, _IMPORTER, row.number)
    for report in each.reports:
        if report.existing is None:
            followup.report_status(
                measure.id, report.status, report.as_of.day, report.as_of.precision, _IMPORTER
            )
        else:
            followup.correct_report(report.existing, report.status, _IMPORTER)
