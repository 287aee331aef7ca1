"""A plan in words, for the one who imports."""

from collections.abc import Iterator

from app.importing.plan import Plan, RoadmapPlan, RowPlan
from app.programmes.states import Phase

_PHASES = {phase: phase.value.replace("_", " ") for phase in Phase}


def lines(plan: Plan) -> Iterator[str]:
    """Give the lines of a report of what a plan adds and changes, field by field."""
    yield f"{len(plan.rows)} rows: {len(plan.added)} added, {len(plan.changed)} changed"
    if plan.is_empty:
        yield "Nothing changes: the database is already as the file says."
    for roadmap in plan.changed_roadmaps:
        yield from _roadmap_lines(roadmap)
    for each in plan.rows:
        if each.item is None or each.changes:
            yield from _row_lines(each)


def _roadmap_lines(each: RoadmapPlan) -> Iterator[str]:
    phase = _PHASES[each.phase]
    if each.roadmap is None:
        yield f"+ roadmap {each.year}, {phase}"
    elif each.changes_phase:
        yield f"~ roadmap {each.year}: {_PHASES[each.roadmap.phase]} → {phase}"
    if each.approved_on:
        yield f"+ roadmap {each.year}: the city board's approval on {each.approved_on}"
    if each.reordered:
        yield f"~ roadmap {each.year}: the rows take the order of the file"


def _row_lines(each: RowPlan) -> Iterator[str]:
    row = each.row
    mark = "+" if each.item is None else "~"
    known = " ".join(part for part in (each.code, row.number and f"no. {row.number}") if part)
    place = f"{row.year} {known}".strip()
    old = " (a measure that is already known)" if each.measure and each.item is None else ""
    yield f"{mark} line {row.line}, {place}: {row.fields['name_fi']}{old}"
    for change in each.changes:
        yield f"    {change.column}: {change.old or '(empty)'} → {change.new or '(empty)'}"
