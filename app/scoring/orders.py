"""By what the ranking can be sorted and narrowed, from what its reader sees of it alone.

An order is made of the figures on the reader's own page: what is hidden from them has no value
here, stands last and by name, and so gives nothing away.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _

from app.config import Language
from app.core.bilingual import text_of
from app.scoring.models import Criterion, Round
from app.scoring.picture import Picture
from app.scoring.ranking import Place, Score
from app.scoring.states import Consensus

RANK = "rank"
OWN = "own"
BESIDE = "beside-"
"""Before the key of a criterion that does not count: its column."""

CONSENSUS = (
    Consensus.CONFLICTING,
    Consensus.MIXED,
    Consensus.UNDER_WAY,
    Consensus.NOT_BEGUN,
    Consensus.AGREED,
)
"""What needs the group's attention most comes first."""


class Seen(NamedTuple):
    """What the reader sees of a measure in the ranking.

    Attributes:
        place: Where it stands.
        name: What it is called.
        score: Its score.
    """

    place: Place
    name: str
    score: Score


class Column(NamedTuple):
    """A column of the ranking, with the address that sorts by it.

    Attributes:
        key: Its name in addresses.
        label: Its heading.
        numeric: Whether it holds numbers.
        url: Sorts by it, or turns it round if the ranking is sorted by it already.
        direction: How the ranking is sorted by it; None when it is not.
        lang: The language of the heading where it is not the reader's.
    """

    key: str
    label: str
    numeric: bool
    url: str
    direction: str | None
    lang: str | None


class View(NamedTuple):
    """How the reader wants to see the ranking: what their address says.

    Attributes:
        year: The year.
        order: The key of the column that it is sorted by.
        turned: Whether it is sorted the other way round than the column begins with.
        consensus: Show only these; None for all.
    """

    year: int
    order: str = RANK
    turned: bool = False
    consensus: Consensus | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the ranking itself: all of it, from the top down."""
        return (self.order, self.turned, self.consensus) == (RANK, False, None)

    def url(self, page: int = 1) -> str:
        """Return its address."""
        order = None if self.order == RANK and not self.turned else self.order
        return url_for(
            "scoring.ranking",
            year=self.year,
            sort=f"-{order}" if self.turned else order,
            agreement=self.consensus.value if self.consensus else None,
            page=page if page > 1 else None,
        )


def view_of(year: int, args: Mapping[str, str], keys: Collection[str]) -> View:
    """Return what an address asks for; what it asks for and there is not is left out.

    Args:
        year: The year.
        args: The arguments of the address.
        keys: Those of the columns that the reader has.
    """
    order = args.get("sort", "")
    consensus = next((each for each in Consensus if each == args.get("agreement")), None)
    key = order.removeprefix("-")
    if key not in keys:
        return View(year, consensus=consensus)
    return View(year, key, order.startswith("-"), consensus)


class Sort(NamedTuple):
    """What a column is sorted by, and whether the highest comes first when it is chosen."""

    value: Callable[[Seen], Any]
    highest_first: bool = False


def sorts(scoring_round: Round, picture: Picture | None, *, scores: bool) -> dict[str, Sort]:
    """Return what the columns of a ranking are sorted by, in the order of the columns.

    Args:
        scoring_round: The round.
        picture: What is worked out of the whole round; None when the reader may not see it.
        scores: Whether the reader scores, and so has reviews of their own.
    """
    found = {
        RANK: Sort(lambda seen: seen.place.rank),
        "name": Sort(lambda seen: (seen.name.casefold(), seen.place.measure_id)),
    }
    if scores:
        found[OWN] = Sort(_own)
    found["mean"] = Sort(lambda seen: seen.score.total, highest_first=True)
    found["median"] = Sort(lambda seen: seen.score.median, highest_first=True)
    found["spread"] = Sort(lambda seen: seen.score.spread, highest_first=True)
    found["scorers"] = Sort(
        lambda seen: None if seen.score.hidden else seen.score.scorers, highest_first=True
    )
    found["agreement"] = Sort(
        lambda seen: CONSENSUS.index(seen.score.consensus) if seen.score.consensus else None
    )
    if picture and picture.ranges:
        ranges = picture.ranges
        found["range"] = Sort(lambda seen: ranges.get(seen.place.measure_id))
        if scoring_round.capacity:
            found["change"] = Sort(lambda seen: _change(picture, seen.place.measure_id))
    for criterion in _beside(scoring_round):
        found[f"{BESIDE}{criterion.key}"] = Sort(_mean_of(criterion.id), highest_first=True)
    return found


def _beside(scoring_round: Round) -> list[Criterion]:
    return [each for each in scoring_round.criteria if not each.counted]


def _own(seen: Seen) -> int:
    own = seen.score.own
    if own is None:
        return 0
    return 3 if own.disqualified else 1 + (own.state.value == "submitted")


def _change(picture: Picture, measure_id: int) -> int | None:
    crossing = picture.crossings.get(measure_id)
    return abs(crossing.after - crossing.before) if crossing else None


def _mean_of(criterion_id: int) -> Callable[[Seen], Fraction | None]:
    return lambda seen: seen.score.beside.get(criterion_id)


def ordered(seen: Sequence[Seen], view: View, by: Mapping[str, Sort]) -> list[Seen]:
    """Return what a view shows of the ranking, in its order.

    What has no value in the column comes last either way, as it stands in the ranking.

    Args:
        seen: The ranking in its own order.
        view: The view.
        by: What the columns are sorted by.
    """
    kept = [each for each in seen if view.consensus in (None, each.score.consensus)]
    sort = by[view.order]
    known = [each for each in kept if sort.value(each) is not None]
    unknown = [each for each in kept if sort.value(each) is None]
    return sorted(known, key=sort.value, reverse=sort.highest_first != view.turned) + unknown


def columns(
    scoring_round: Round, view: View, by: Mapping[str, Sort], lang: Language
) -> list[Column]:
    """Return the columns of the ranking, with the addresses that sort by them."""
    labels = {
        RANK: _("Rank"),
        "name": _("Measure"),
        OWN: _("Your review"),
        "mean": _("Mean"),
        "median": _("Median"),
        "spread": _("Spread"),
        "scorers": _("Scorers"),
        "agreement": _("Agreement"),
        "range": _("Range of ranks"),
        "change": _("Crosses the line if"),
    }
    beside = {f"{BESIDE}{each.key}": text_of(each, "name", lang) for each in _beside(scoring_round)}
    found = []
    for key, sort in by.items():
        is_current = key == view.order
        falling = sort.highest_first != view.turned
        url = view._replace(order=key, turned=is_current and not view.turned).url()
        found.append(
            Column(
                key,
                beside[key].value if key in beside else labels[key],
                key not in {"name", OWN, "agreement", "change", "spread"},
                url,
                ("descending" if falling else "ascending") if is_current else None,
                beside[key].lang if key in beside and beside[key].is_other else None,
            )
        )
    return found
