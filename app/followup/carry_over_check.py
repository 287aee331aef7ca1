"""The check of a roadmap that nothing of the year before waits to be decided on."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from app.core.policy import Action
from app.followup.carry_over_queries import open_items
from app.programmes.queries import roadmap_of
from app.roadmaps.checks import Check, Place, Shortcoming, Subject


def _undecided(subject: Subject) -> Iterator[Shortcoming]:
    year = subject.roadmap.year
    before = roadmap_of(year - 1)
    for left in open_items(before) if before else ():
        text = _l("Unfinished on the roadmap of %(year)s, and not decided on.", year=year - 1)
        place = Place(
            _l("Decide"),
            "followup.carry_over",
            {"year": year - 1, "_anchor": f"item-{left.item.id}"},
            Action.MANAGE_ROADMAP,
        )
        yield Shortcoming(left.measure, text, place)


CHECK = Check("carry_over", _l("Unfinished of the year before"), _undecided)
