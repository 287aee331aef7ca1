"""Keeping what is typed into the form of a proposal, before anybody presses a button.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from flask import Response, flash, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from app.core.database import writing
from app.core.errors import Refused
from app.core.fields import printable, version_in
from app.core.guards import check, current_actor, requires
from app.core.i18n import format_time, language
from app.core.policy import NO_UNIT, Action
from app.measures.reading import readable
from app.proposing import working_copies
from app.proposing.fields import ProposalFields
from app.proposing.moving_routes import blueprint
from app.proposing.routes import mark_of
from app.sign_in.onward import safe_path

__all__ = ["blueprint"]

_BESIDE = {"key", "version", "copy", "copy_version", "conflict_version"}
"""Fields of the form that say which form it is, and are no part of what was typed."""

_TYPED = {
    name for name, field in vars(ProposalFields).items() if isinstance(field, UnboundField)
} - _BESIDE


@blueprint.post("/proposals/working-copy")
@requires(Action.PROPOSE)
def keep_new() -> ResponseReturnValue:
    """Keep what is typed into the form of a proposal that does not exist yet."""
    return _keep(None)


@blueprint.post("/proposals/working-copy/<int:measure_id>")
@requires(Action.EDIT_PROPOSAL)
def keep(measure_id: int) -> ResponseReturnValue:
    """Keep what is typed into the form of a proposal, also when it can no longer be saved."""
    check(Action.EDIT_PROPOSAL, readable(measure_id).unit_id or NO_UNIT)
    return _keep(measure_id)


@blueprint.post("/measures/<int:measure_id>/facts/working-copy")
@requires(Action.EDIT_FACTS)
def keep_facts(measure_id: int) -> ResponseReturnValue:
    """Keep what is typed into the form of the facts of an approved measure."""
    measure = readable(measure_id)
    check(Action.EDIT_FACTS, measure.unit_id or NO_UNIT, measure.lead_post_id)
    return _keep(measure_id)


def _keep(measure_id: int | None) -> ResponseReturnValue:
    actor, sent = current_actor(), request.form
    key = sent.get("key", "")
    typed = [(name, printable(text)) for name, text in sent.items(multi=True) if name in _TYPED]
    version = version_in(sent.get("version", ""))
    try:
        with writing(counted=False):
            measure = readable(measure_id) if measure_id else None
            copy = working_copies.keep(actor, key, typed, mark_of(sent), measure, version)
            if copy is None:
                return _said_before(working_copies.saved_as(actor, key))
            others = working_copies.who_else_writes(measure, actor) if measure else ""
            return jsonify(
                time=format_time(copy.saved_at),
                address=working_copies.address_of(copy, measure, actor),
                others=others,
                lang=language(),
            )
    except Refused as refused:
        reasons = " ".join(str(reason) for reason in refused.reasons)
        return make_response(jsonify(said=reasons, lang=language()), 409)


def _said_before(measure_id: int | None) -> Response:
    """Answer a form that has been saved already, perhaps a moment ago by the same person."""
    address = url_for("proposing.edit", measure_id=measure_id)
    return make_response(
        jsonify(
            said=_("This form has been saved already. Open the proposal to go on writing."),
            address=address,
            lang=language(),
        ),
        409,
    )


@blueprint.post("/proposals/working-copy/discard")
@requires(Action.USE_OWN_PAGE)
def discard() -> ResponseReturnValue:
    """Throw away what the reader has typed and not saved."""
    actor = current_actor()
    with writing(counted=False):
        for key in request.form.getlist("key")[:2]:
            working_copies.discard(actor, key)
    flash(_("What you had not saved was thrown away."), "info")
    return redirect(safe_path(request.form.get("next", "")) or url_for("proposing.proposals"), 303)
