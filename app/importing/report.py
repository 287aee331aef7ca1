"""A plan in words, for the one who imports."""

from collections.abc import Iterator

from app.importing.plan import Plan, RoadmapPlan, RowPlan

_TEXTS = ("name_", "problem_")


def lines(plan: Plan) -> Iterator[str]:
    """Give the lines of a report of what a plan adds and changes, field by field."""
    yield f"{len(plan.rows)} rows: {len(plan.added)} added, {len(plan.changed)} changed"
    if not plan.added and not plan.changed and not plan.changed_roadmaps:
        yield "Nothing changes: the database is already as the file says."
    for roadmap in plan.changed_roadmaps:
        yield from _roadmap_lines(roadmap)
    for each in plan.rows:
        if each.measure is None:
            yield from _added_lines(each)
        elif each.item is None or each.changes:
            yield from _changed_lines(each)


def _roadmap_lines(each: RoadmapPlan) -> Iterator[str]:
    if each.present is None:
        yield f"+ roadmap {each.year}: {each.phase}"
    elif each.changes_phase:
        yield f"~ roadmap {each.year}: {each.present} → {each.phase}"
    if each.approved_on:
        yield f"+ roadmap {each.year}: the city board's approval on {each.approved_on}"
    if each.reordered:
        yield f"~ roadmap {each.year}: the rows take the order of the file"


def _added_lines(each: RowPlan) -> Iterator[str]:
    """Give a new measure in two lines; its texts are in the file."""
    yield f"+ {_place(each)}"
    facts = [change for change in each.changes if not change.column.startswith(_TEXTS)]
    yield "    " + ", ".join(f"{change.column} {change.new}" for change in facts)


def _changed_lines(each: RowPlan) -> Iterator[str]:
    on_another = " (a measure of another roadmap)"
    yield f"~ {_place(each)}" if each.item else f"+ {_place(each)}{on_another}"
    for change in each.changes:
        yield f"    {change.column}: {change.old or '(empty)'} → {change.new or '(empty)'}"


def _place(each: RowPlan) -> str:
    row = each.row
    known = [str(row.year), each.code or "", f"no. {row.number}" if row.number else ""]
    return f"line {row.line}, {' '.join(filter(None, known))}: {row.fields['name_fi']}"
