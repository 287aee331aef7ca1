"""What importing a file would add and change, field by field; reads only."""

import re
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.followup.models import StatusReport
from app.followup.states import Precision, Status
from app.importing import queries
from app.importing.parse import Fault, Known, Row, Sheet, name_key, parse, shown
from app.measures.models import Entry, Measure
from app.measures.states import State
from app.programmes.models import Roadmap
from app.programmes.states import DECIDED, Phase
from app.roadmaps.models import Item
from app.roadmaps.states import BOARD_APPROVED, Membership

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")


class AsOf(NamedTuple):
    """The day a status column speaks of; of a month known alone it is the last day."""

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
    """What becomes of a year's roadmap; `reordered` when its items get another order."""

    year: int
    programme_id: int
    roadmap: Roadmap | None
    phase: Phase
    approved_on: date | None = None
    reordered: bool = False

    @property
    def changes_phase(self) -> bool:
        """Whether the roadmap is new, or is in another phase than the file shows it in."""
        return self.roadmap is None or self.roadmap.phase is not self.phase


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
    def is_empty(self) -> bool:
        """Whether the database is already as the file says."""
        return not self.added and not self.changed and not self.changed_roadmaps

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
        raise ValueError(f"{text!r} is neither YYYY-MM nor YYYY-MM-DD")
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
    plan = Plan(faults=list(sheet.faults))
    _plan_roadmaps(sheet.rows, boards, plan)
    found = _find(sheet.rows, plan.faults)
    resolved = _days_of(sheet, found, days, plan.faults)
    if not plan.faults:
        _plan_rows(sheet.rows, known, _Stock(found, resolved), plan)
        _plan_order(plan)
    plan.faults.sort()
    return plan


class _Found(NamedTuple):
    """What a row stands for; None what the database has not yet."""

    measure_id: int | None
    entry_id: int | None


def _plan_roadmaps(rows: Iterable[Row], boards: Mapping[int, date], plan: Plan) -> None:
    """Say which phase each year's roadmap is in, and refuse what does not fit together."""
    existing = queries.roadmaps()
    by_year: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_year[row.year].append(row)
    for year, of_year in by_year.items():
        first = of_year[0]
        roadmap = existing.get(year)
        each = RoadmapPlan(year, first.programme_id, roadmap, Phase.APPROVED)
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
    settled = [row for row in rows if row.membership in BOARD_APPROVED | {Membership.ADDED}]
    present = each.roadmap.phase if each.roadmap else Phase.PLANNED
    if proposed and (settled or present in DECIDED):
        reason = f"the roadmap {each.year} is approved, so that nothing on it is only proposed"
        faults.extend(Fault(row.line, "membership", reason) for row in proposed)
    elif proposed:
        each.phase = Phase.BEFORE_BOARD if present is Phase.PLANNED else present
    elif present in DECIDED:
        each.phase = present


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


def _find(rows: Iterable[Row], faults: list[Fault]) -> dict[int, _Found]:
    """Say by line what each row stands for: by code, else by number, else by Finnish name."""
    index = _Index()
    found: dict[int, _Found] = {}
    first_lines: dict[int, int] = {}
    for row in rows:
        each = index.find(row, faults)
        found[row.line] = each
        if each.measure_id is not None:
            first = first_lines.setdefault(each.measure_id, row.line)
            if first != row.line:
                reason = f"this is the same measure as on line {first}"
                faults.append(Fault(row.line, "name_fi", reason))
    measures = queries.measures(first_lines)
    for measure_id, line in first_lines.items():
        state = measures[measure_id].state
        if state is not State.APPROVED:
            reason = f"this is a proposal in the state “{state}”, and not yet a measure"
            faults.append(Fault(line, "name_fi", reason))
    return found


class _Index:
    """The measures of the database by what a file knows them by."""

    def __init__(self) -> None:
        self._by_code: dict[tuple[int, str], queries.Standing] = {}
        self._by_name: dict[tuple[int, str], list[queries.Standing]] = defaultdict(list)
        self._anywhere: dict[str, set[int]] = defaultdict(set)
        by_entry: dict[int, queries.Standing] = {}
        for standing in queries.standings():
            key = name_key(standing.name_fi)
            by_entry[standing.entry_id] = standing
            self._by_name[standing.programme_id, key].append(standing)
            self._anywhere[key].add(standing.measure_id)
            if standing.code:
                self._by_code[standing.programme_id, standing.code] = standing
        self._by_number = {
            (place.year, place.number): by_entry[place.entry_id]
            for place in queries.places()
            if place.number is not None
        }

    def find(self, row: Row, faults: list[Fault]) -> _Found:
        """Return what a row stands for.

        A code, a number and a name that lead to different measures are a fault: a list whose
        numbers have moved would otherwise give every measure the name of its neighbour.
        """
        name = name_key(row.fields["name_fi"])
        named = self._by_name.get((row.programme_id, name), [])
        coded = self._by_code.get((row.programme_id, row.code)) if row.code else None
        numbered = self._by_number.get((row.year, row.number)) if row.number else None
        found = coded or numbered or (named[0] if named else None)
        if found is None:
            return self._elsewhere(row, name, faults)
        if numbered and numbered != found:
            reason = f"{row.number} is the number of “{shown(numbered.name_fi)}”"
            faults.append(Fault(row.line, "number", reason))
        if named and found not in named:
            what = f"code {row.code}" if coded else f"number {row.number}"
            reason = f"{what} is “{shown(found.name_fi)}”, and this name is another measure's"
            faults.append(Fault(row.line, "name_fi", reason))
        elif len(named) > 1 and not coded and not numbered:
            faults.append(_ambiguous(row))
        return _Found(found.measure_id, found.entry_id)

    def _elsewhere(self, row: Row, name: str, faults: list[Fault]) -> _Found:
        """Look for the measure in the other programmes, where it has an entry of its own."""
        ids = self._anywhere.get(name, set())
        if len(ids) > 1:
            faults.append(_ambiguous(row))
        return _Found(min(ids, default=None), None)


def _ambiguous(row: Row) -> Fault:
    return Fault(row.line, "name_fi", "several measures have this name: a code is needed")


def _days_of(
    sheet: Sheet, found: Mapping[int, _Found], days: Mapping[int, AsOf], faults: list[Fault]
) -> dict[int, AsOf]:
    """Say which day each status column speaks of.

    Without an option it is the day as of which more than half of the column's measures have a
    report already: the file was imported before.
    """
    resolved = dict(days)
    for year in days.keys() - set(sheet.status_years):
        reason = f"--as-of {year}: the file has no such column"
        faults.append(Fault(1, f"status_{year}", reason))
    for year in set(sheet.status_years) - days.keys():
        speaking = [row for row in sheet.rows if year in row.statuses]
        ids = {measure_id for row in speaking if (measure_id := found[row.line].measure_id)}
        reported = Counter(
            AsOf(report.as_of, report.precision) for report in queries.reports(ids, [year])
        )
        usual = [day for day, count in reported.items() if 2 * count > len(speaking)]
        if usual:
            resolved[year] = usual[0]
        elif speaking:
            reason = f"as of which day? Give --as-of {year}={year}-MM-DD or {year}={year}-MM"
            faults.append(Fault(1, f"status_{year}", reason))
    return resolved


class _Stock:
    """What the database has of the rows' measures."""

    def __init__(self, found: Mapping[int, _Found], days: Mapping[int, AsOf]) -> None:
        self.found = found
        self.days = days
        self.measures = queries.measures(
            {each.measure_id for each in found.values() if each.measure_id}
        )
        entry_ids = {each.entry_id for each in found.values() if each.entry_id}
        self.entries = queries.entries(entry_ids)
        places = [each for each in queries.places() if each.measure_id in self.measures]
        self.items = queries.items({place.item_id for place in places})
        self.item_ids = {(each.year, each.entry_id): each.item_id for each in places}
        self.years: dict[int, set[int]] = defaultdict(set)
        for place in places:
            self.years[place.measure_id].add(place.year)
        self.reports = {
            (report.measure_id, AsOf(report.as_of, report.precision)): report
            for report in queries.reports(self.measures, {day.day.year for day in days.values()})
        }


def _plan_rows(rows: Iterable[Row], known: Known, stock: _Stock, plan: Plan) -> None:
    words = _Words(known)
    for row in rows:
        each = RowPlan(row, fields=dict(row.fields), theme_id=row.theme_id, code=row.code)
        measure_id, entry_id = stock.found[row.line]
        if measure_id is not None:
            each.measure = stock.measures[measure_id]
            # A measure that stands on other years' roadmaps too is known from their files as
            # well, so an empty cell of this one says nothing about it.
            shared = bool(stock.years[measure_id] - {row.year})
            each.fields = _compare(each, shared, words)
            if entry_id is not None:
                each.entry = stock.entries[entry_id]
                _compare_entry(each, each.entry, shared, words)
                item_id = stock.item_ids.get((row.year, entry_id))
                each.item = stock.items[item_id] if item_id else None
                if each.item:
                    _compare_item(each, each.item)
        _plan_reports(each, stock)
        plan.rows.append(each)


class _Words:
    """Values as a file would hold them."""

    def __init__(self, known: Known) -> None:
        self._keys = {id_: key for keys in known.values.values() for key, id_ in keys.items()}
        self._themes = {id_: code for codes in known.themes.values() for code, id_ in codes.items()}

    def of(self, name: str, value: object) -> str:
        if value is None:
            return ""
        if name == "theme_id":
            return self._themes[int(str(value))]
        return self._keys[int(str(value))] if name.endswith("_id") else str(value)


def _compare(each: RowPlan, shared: bool, words: _Words) -> dict[str, Any]:
    different: dict[str, Any] = {}
    for name, new in each.row.fields.items():
        old = getattr(each.measure, name)
        if new != old and not (shared and new in {"", None}):
            different[name] = new
            column = name.removesuffix("_id")
            each.changes.append(Change(column, words.of(name, old), words.of(name, new)))
    return different


def _compare_entry(each: RowPlan, entry: Entry, shared: bool, words: _Words) -> None:
    if shared:
        each.theme_id = each.theme_id or entry.theme_id
        each.code = each.code or entry.code
    if each.theme_id != entry.theme_id:
        old, new = words.of("theme_id", entry.theme_id), words.of("theme_id", each.theme_id)
        each.changes.append(Change("goal", old, new))
    if each.code != entry.code:
        each.changes.append(Change("code", entry.code or "", each.code or ""))


def _compare_item(each: RowPlan, item: Item) -> None:
    if each.row.membership is not item.membership:
        each.changes.append(Change("membership", item.membership, each.row.membership))
    if each.row.number != item.number:
        old, new = str(item.number or ""), str(each.row.number or "")
        each.changes.append(Change("number", old, new))


def _plan_reports(each: RowPlan, stock: _Stock) -> None:
    """Plan the reports; an empty cell leaves a report that is there, since reports are history."""
    for year, status in each.row.statuses.items():
        day = stock.days[year]
        existing = stock.reports.get((each.measure.id, day)) if each.measure else None
        if existing is None or existing.status is not status:
            each.reports.append(Report(day, status, existing))
            old = existing.status if existing else ""
            each.changes.append(Change(f"status_{year}, as of {day}", old, status))


def _plan_order(plan: Plan) -> None:
    """Give the rows of each year their places in the file's order, after what was there before."""
    taken: dict[int, int] = defaultdict(int)
    for place in queries.places():
        taken[place.year] = max(taken[place.year], place.position)
    for year, roadmap in plan.roadmaps.items():
        rows = [each for each in plan.rows if each.row.year == year]
        positions = sorted(each.item.position for each in rows if each.item)
        new = len(rows) - len(positions)
        positions += range(taken[year] + 1, taken[year] + 1 + new)
        for each, position in zip(rows, positions, strict=True):
            each.position = position
            if each.item and each.item.position != position:
                roadmap.reordered = True
