"""Finding the measure that an address names, for the routes of every room."""

from typing import NoReturn

from flask import abort

from app.core.guards import current_actor, hide
from app.measures import queries
from app.measures.models import Measure


def readable(measure_id: int, *, whole: bool = False) -> Measure:
    """Return the measure that an address names; 404 when the reader may not see it.

    Args:
        measure_id: The measure's id, as the address gives it.
        whole: Whether all that it refers to comes with it, as a page shows it.
    """
    find = queries.whole_measure_for if whole else queries.measure_for
    return find(current_actor(), measure_id) or not_found(measure_id)


def not_found(measure_id: int) -> NoReturn:
    """Answer 404; where there is such a measure, the attempt to see it is recorded."""
    if queries.is_hidden_from(current_actor(), measure_id):
        hide()
    abort(404)
