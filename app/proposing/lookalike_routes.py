"""Similar measures while somebody types; these views stand on the blueprint of `routes.py`."""

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.core.guards import check, current_actor, requires
from app.core.policy import NO_UNIT, Action
from app.measures.likeness import COMPARED, Texts
from app.measures.reading import readable
from app.proposing import lookalikes
from app.proposing.autosave_routes import blueprint

__all__ = ["blueprint"]

_LONGEST = 2000
"""So many characters of a text are looked at: as many as the form takes."""


@blueprint.post("/proposals/look-alikes")
@requires(Action.PROPOSE)
def look_alikes_of_new() -> ResponseReturnValue:
    """Show the measures like a proposal that does not exist yet."""
    return _fragment(None)


@blueprint.post("/proposals/look-alikes/<int:measure_id>")
@requires(Action.EDIT_PROPOSAL)
def look_alikes(measure_id: int) -> ResponseReturnValue:
    """Show the measures like a proposal as it is being edited."""
    check(Action.EDIT_PROPOSAL, readable(measure_id).unit_id or NO_UNIT)
    return _fragment(measure_id)


def _fragment(measure_id: int | None) -> ResponseReturnValue:
    """Answer with the measures like what is typed; with nothing when the page shows them already.

    It is a POST as texts are longer than addresses; nothing is written.
    """
    texts = Texts(*(request.form.get(name, "")[:_LONGEST] for name in COMPARED))
    lines = lookalikes.like(current_actor(), texts, measure_id)
    if lookalikes.mark_of(lines) == request.form.get("shown"):
        response = Response(status=204)
    else:
        response = make_response(
            render_template(
                "proposing/_lookalikes.html",
                look_alikes=lines,
                measure_id=measure_id,
                mark_of=lookalikes.mark_of,
                announced=True,
            )
        )
    response.vary.add("HX-Request")
    return response
