"""What importing a file would add and change, field by field; reads only."""

import re
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.core.csv_file import Fault
from app.followup.models import StatusReport
from app.followup.states import Precision, Status
from app.importing import queries
from app.importing.identity import Found, find
from app.importing.parse import Known, Row, Sheet, parse
from app.importing.queries import Place
from app.measures.models import Entry, Measure
from app.programmes.models import Roadmap
from app.programmes.states import DECIDED, Phase
from app.roadmaps.models import Item
from app.roadmaps.states import BOARD_APPROVED, Membership

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")


class AsOf(NamedTuple):
    """The day that a status column speaks of; of a month alone it is the last day."""

    day: date
    precision: Precision

    def __str__(self) -> str:
        return self.day.strftime("%Y-%m" if self.precision is Precision.MONTH else "%Y-%m-%d")


class Change(NamedTuple):
    """A field that gets another value; `old` and `new` are as a file would hold them."""

    column: str
    old: str
    new: str


@dataclass
class Report:
    """A status report to make, or to correct where `existing` says another status."""

    as_of: AsOf
    status: Status
    existing: StatusReport | None


@dataclass
class RowPlan:
    """What becomes of one row.

    `measure`, `entry` and `item` are None where they have to be added; `fields` are what to set
    on the measure.
    """

    row: Row
    measure: Measure | None = None
    entry: Entry | None = None
    item: Item | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    theme_id: int | None = None
    code: str | None = None
    position: int = 0
    reports: list[Report] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass
class RoadmapPlan:
    """What becomes of a year's roadmap.

    `roadmap` and `present` are None where it has to be added; `reordered` is set when its items
    get another order.
    """

    year: int
    programme_id: int
    roadmap: Roadmap | None
    present: Phase | None
    phase: Phase
    approved_on: date | None = None
    reordered: bool = False

    @property
    def changes_phase(self) -> bool:
        """Whether the roadmap is new, or is in another phase than the file shows it in."""
        return self.present is not self.phase


@dataclass
class Plan:
    """What importing a file does; nothing when there are faults."""

    rows: list[RowPlan] = field(default_factory=list)
    roadmaps: dict[int, RoadmapPlan] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def added(self) -> list[RowPlan]:
        """The rows that come onto a roadmap."""
        return [plan for plan in self.rows if plan.item is None]

    @property
    def changed(self) -> list[RowPlan]:
        """The rows that stand there already and change."""
        return [plan for plan in self.rows if plan.item is not None and plan.changes]

    @property
    def changed_roadmaps(self) -> list[RoadmapPlan]:
        """The roadmaps that are added or change, beside their rows."""
        return [
            each
            for each in self.roadmaps.values()
            if each.changes_phase or each.approved_on or each.reordered
        ]


def as_of(text: str) -> AsOf:
    """Return the day that "2024-10" or "2025-12-02" means; ValueError for anything else."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(f"“{text}” is neither YYYY-MM nor YYYY-MM-DD")
    year, month = int(match[1]), int(match[2])
    if match[3]:
        return AsOf(date(year, month, int(match[3])), Precision.DAY)
    first = date(year, month, 1)
    return AsOf(first.replace(day=monthrange(year, month)[1]), Precision.MONTH)


def plan_import(data: bytes, days: Mapping[int, AsOf], boards: Mapping[int, date]) -> Plan:
    """Compare a file with the database.

    Args:
        data: The file, as `parse` reads it.
        days: Which day the status column of a year speaks of.
        boards: When the city board approved a year's roadmap.

    Returns:
        The plan; its faults are all that is wrong, in the file's order.
    """
    known = queries.known()
    sheet = parse(data, known)
    places = queries.places()
    plan = Plan(faults=sheet.faults)
    _plan_roadmaps(sheet.rows, boards, plan)
    found = find(sheet.rows, places, plan.faults)
    resolved = _days_of(sheet, found, days)
    if not plan.faults:
        stock = _Stock(known, found, resolved, places)
        plan.rows = [_plan_row(row, stock) for row in sheet.rows]
        _plan_order(plan, places)
    plan.faults.sort()
    return plan


def _plan_roadmaps(rows: Iterable[Row], boards: Mapping[int, date], plan: Plan) -> None:
    """Say which phase each year's roadmap is in, and refuse what does not fit together."""
    existing = queries.roadmaps()
    by_year: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_year[row.year].append(row)
    for year, of_year in by_year.items():
        first = of_year[0]
        roadmap = existing.get(year)
        present = roadmap.phase if roadmap else None
        each = RoadmapPlan(year, first.programme_id, roadmap, present, Phase.APPROVED)
        plan.roadmaps[year] = each
        if roadmap and not roadmap.imported and roadmap.phase is not Phase.PLANNED:
            reason = f"the roadmap {year} is not imported: it is being made with this tool"
            plan.faults.append(Fault(first.line, "year", reason))
            continue
        _plan_phase(each, of_year, plan.faults)
        if year in boards:
            _plan_approval(each, boards[year], first.line, plan.faults)
    for year in boards.keys() - by_year.keys():
        plan.faults.append(Fault(1, "year", f"--board {year}: no row is of that year"))


def _plan_phase(each: RoadmapPlan, rows: list[Row], faults: list[Fault]) -> None:
    proposed = [row for row in rows if row.membership is Membership.PROPOSED]
    settled = any(row.membership in BOARD_APPROVED | {Membership.ADDED} for row in rows)
    decided = each.present if each.present in DECIDED else None
    if proposed and (settled or decided):
        reason = f"the roadmap {each.year} is approved, so that nothing on it is only proposed"
        faults.extend(Fault(row.line, "membership", reason) for row in proposed)
    elif proposed:
        in_hand = each.present if each.present is not Phase.PLANNED else None
        each.phase = in_hand or Phase.BEFORE_BOARD
    elif decided:
        each.phase = decided


def _plan_approval(each: RoadmapPlan, decided_on: date, line: int, faults: list[Fault]) -> None:
    approvals = queries.approvals(each.roadmap.id) if each.roadmap else []
    if each.phase not in DECIDED:
        reason = f"--board {each.year}: the rows of that year are only proposed"
        faults.append(Fault(line, "membership", reason))
    elif not approvals:
        each.approved_on = decided_on
    elif decided_on not in {approval.decided_on for approval in approvals}:
        recorded = ", ".join(str(approval.decided_on) for approval in approvals)
        reason = f"--board {each.year}: the city board's approval is recorded as of {recorded}"
        faults.append(Fault(line, "year", reason))


def _days_of(sheet: Sheet, found: Mapping[int, Found], days: Mapping[int, AsOf]) -> dict[int, AsOf]:
    """Say which day each status column speaks of.

    Without an option it is the day as of which more than half of the column's measures have a
    report already: the file was imported before.
    """
    resolved = dict(days)
    for year in days.keys() - sheet.status_counts.keys():
        reason = f"--as-of {year}: the file has no such column"
        sheet.faults.append(Fault(1, f"status_{year}", reason))
    for year in sheet.status_counts.keys() - days.keys():
        speaking = sheet.status_counts[year]
        rows = [row for row in sheet.rows if year in row.statuses]
        ids = {measure_id for row in rows if (measure_id := found[row.line].measure_id)}
        reported = Counter(
            AsOf(report.as_of, report.precision) for report in queries.reports(ids, [year])
        )
        usual = [day for day, count in reported.items() if 2 * count > speaking]
        if usual:
            resolved[year] = usual[0]
        elif speaking:
            reason = f"as of which day? Give --as-of {year}={year}-MM-DD or {year}={year}-MM"
            sheet.faults.append(Fault(1, f"status_{year}", reason))
    return resolved


class _Stock:
    """What the database has of the rows' measures, and values as a file would hold them."""

    def __init__(
        self,
        known: Known,
        found: Mapping[int, Found],
        days: Mapping[int, AsOf],
        places: Sequence[Place],
    ) -> None:
        self.found = found
        self.days = days
        self.measures = queries.measures(
            {each.measure_id for each in found.values() if each.measure_id}
        )
        self.entries = queries.entries({each.entry_id for each in found.values() if each.entry_id})
        here = [place for place in places if place.measure_id in self.measures]
        items = queries.items({place.item_id for place in here})
        self.items = {(place.year, place.entry_id): items[place.item_id] for place in here}
        self.years: dict[int | None, set[int]] = defaultdict(set)
        for place in here:
            self.years[place.measure_id].add(place.year)
        self.reports = {
            (report.measure_id, AsOf(report.as_of, report.precision)): report
            for report in queries.reports(self.measures, {day.day.year for day in days.values()})
        }
        self._keys = {id_: key for keys in known.values.values() for key, id_ in keys.items()}
        self._themes = {id_: code for codes in known.themes.values() for code, id_ in codes.items()}

    def word(self, name: str, value: Any) -> str:
        """Return the value of a column as a file would hold it."""
        if value is None:
            return ""
        if name == "theme_id":
            return self._themes[value]
        return self._keys[value] if name.endswith("_id") else str(value)


def _plan_row(row: Row, stock: _Stock) -> RowPlan:
    measure_id, entry_id = stock.found[row.line]
    each = RowPlan(
        row,
        stock.measures[measure_id] if measure_id else None,
        stock.entries[entry_id] if entry_id else None,
        stock.items.get((row.year, entry_id)) if entry_id else None,
    )
    # A measure that stands on other years' roadmaps too is known from their files as well, so
    # that an empty cell of this file says nothing about it.
    shared = bool(stock.years[measure_id] - {row.year})
    for name in ("membership", "number"):
        old, new = getattr(each.item, name, None), getattr(row, name)
        if new != old:
            each.changes.append(Change(name, stock.word(name, old), stock.word(name, new)))
    given = {"code": row.code, "theme_id": row.theme_id, **row.fields}
    for name, new in given.items():
        on = each.entry if name in {"theme_id", "code"} else each.measure
        old = getattr(on, name, None) or None
        value = old if shared and not new else new or None
        if name == "theme_id":
            each.theme_id = value
        elif name == "code":
            each.code = value
        elif value != old:
            each.fields[name] = new
        if value != old:
            column = "goal" if name == "theme_id" else name.removesuffix("_id")
            each.changes.append(Change(column, stock.word(name, old), stock.word(name, value)))
    _plan_reports(each, stock)
    return each


def _plan_reports(each: RowPlan, stock: _Stock) -> None:
    """Plan the reports; an empty cell leaves a report that is there, since reports are history."""
    for year, status in each.row.statuses.items():
        day = stock.days[year]
        existing = stock.reports.get((each.measure.id, day)) if each.measure else None
        if existing is None or existing.status is not status:
            each.reports.append(Report(day, status, existing))
            old = existing.status if existing else ""
            each.changes.append(Change(f"status_{year} as of {day}", old, status))


def _plan_order(plan: Plan, places: Iterable[Place]) -> None:
    """Give the rows of each year their places in the file's order, after what was there before."""
    last: dict[int, int] = defaultdict(int)
    for place in places:
        last[place.year] = max(last[place.year], place.position)
    for year, roadmap in plan.roadmaps.items():
        rows = [each for each in plan.rows if each.row.year == year]
        positions = sorted(each.item.position for each in rows if each.item)
        new = len(rows) - len(positions)
        positions += range(last[year] + 1, last[year] + 1 + new)
        for each, position in zip(rows, positions, strict=True):
            each.position = position
            if each.item and each.item.position != position:
                roadmap.reordered = True
