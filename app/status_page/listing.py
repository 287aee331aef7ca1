"""The lines of the list, as the reader sees them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from app.config import Language
from app.core.bilingual import Text, text_of
from app.core.i18n import format_date
from app.followup.states import Precision, Status
from app.measures.states import Size
from app.programmes.models import Theme
from app.roadmaps.states import Membership


class Line(NamedTuple):
    """One measure in the list.

    Attributes:
        id: The measure's id.
        name: Its name for this reader.
        code: Its code, or its number in a list that had no codes; empty when it has neither.
        theme: Its theme; None when not given.
        status: What the newest report says; no information when there is none.
        as_of: The day or month of that report, written out; empty when there is none.
        note: The report's remark.
        years: The years of the roadmaps on which it stands; those only proposed are marked.
        responsible: The lead post, else the unit.
        impact, cost_class: Its sizes; None when not given.
        invented: Whether it is an invented example.
        is_changed: Whether it has changed since the city board approved it.
    """

    id: int
    name: Text
    code: str
    theme: Theme | None
    status: Status
    as_of: str
    note: Text
    years: Sequence[tuple[int, bool]]
    responsible: Text
    impact: Size | None
    cost_class: Size | None
    invented: bool
    is_changed: bool


def lines(
    rows: Sequence[Any],
    standings: Mapping[int, Sequence[Any]],
    themes: Mapping[str, Theme],
    changed: Collection[int],
    lang: Language,
) -> list[Line]:
    """Return the lines of `queries.rows`, with the years of `queries.standings`.

    Those of `changed` have changed since the city board approved them.
    """
    by_id = {theme.id: theme for theme in themes.values()}
    found = [_line(row, standings.get(row.entry_id, ()), by_id, lang) for row in rows]
    return [line._replace(is_changed=line.id in changed) for line in found]


def _line(row: Any, standings: Sequence[Any], themes: Mapping[int, Theme], lang: Language) -> Line:
    post = text_of(row, "title", lang)
    numbers = [str(standing.number) for standing in standings if standing.number]
    return Line(
        id=row.id,
        name=text_of(row, "name", lang),
        code=row.code or (numbers[-1] if numbers else ""),
        theme=themes.get(row.theme_id),
        status=row.status,
        as_of=written_date(row.as_of, row.precision),
        note=text_of(row, "note", lang),
        years=[(s.year, s.membership is Membership.PROPOSED) for s in standings],
        responsible=post if post.value else text_of(row, "unit", lang),
        impact=row.impact,
        cost_class=row.cost_class,
        invented=row.invented,
        is_changed=False,
    )


def written_date(as_of: Any, precision: Precision | None) -> str:
    """Write the day of a report as 2.12.2025, or 10/2024 where only the month is known."""
    if as_of is None:
        return ""
    return f"{as_of.month}/{as_of.year}" if precision is Precision.MONTH else format_date(as_of)
