"""Which measure a row of a file stands for: by code, else by number, else by Finnish name."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from app.core.csv_file import Fault, shown
from app.importing import queries
from app.importing.parse import Row, name_key
from app.importing.queries import Place, Standing
from app.measures.states import State


class Found(NamedTuple):
    """What a row stands for; None what the database does not have yet."""

    measure_id: int | None
    entry_id: int | None


def find(rows: Iterable[Row], places: Iterable[Place], faults: list[Fault]) -> dict[int, Found]:
    """Say what each row stands for.

    Args:
        rows: The rows.
        places: What stands on the roadmaps.
        faults: Where to say what can't be told, and what is no measure yet.

    Returns:
        What is found, by the row's line.
    """
    index = _Index(places)
    found: dict[int, Found] = {}
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

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_code: dict[tuple[int, str], Standing] = {}
        self._by_name: dict[tuple[int, str], list[Standing]] = defaultdict(list)
        self._anywhere: dict[str, set[int]] = defaultdict(set)
        by_entry: dict[int, Standing] = {}
        for standing in queries.standings():
            key = name_key(standing.name_fi)
            by_entry[standing.entry_id] = standing
            self._by_name[standing.programme_id, key].append(standing)
            self._anywhere[key].add(standing.measure_id)
            if standing.code:
                self._by_code[standing.programme_id, standing.code] = standing
        self._by_number = {
            (place.year, place.number): by_entry[place.entry_id]
            for place in places
            if place.number is not None
        }

    def find(self, row: Row, faults: list[Fault]) -> Found:
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
        return Found(found.measure_id, found.entry_id)

    def _elsewhere(self, row: Row, name: str, faults: list[Fault]) -> Found:
        """Look for the measure in the other programmes, where it has an entry of its own."""
        ids = self._anywhere.get(name, set())
        if len(ids) > 1:
            faults.append(_ambiguous(row))
        return Found(min(ids, default=None), None)


def _ambiguous(row: Row) -> Fault:
    return Fault(row.line, "name_fi", "several measures have this name: a code is needed")
