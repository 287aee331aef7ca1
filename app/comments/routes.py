"""Comments on a measure: reading, adding and removing them."""

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.comments import operations, queries
from app.comments.forms import CommentForm
from app.comments.models import Comment
from app.comments.thread import thread_of
from app.core.database import writing
from app.core.guards import current_actor, hide, refuse, requires
from app.core.htmx import render, see_other, wants_fragment
from app.core.policy import Action
from app.measures.models import Measure
from app.measures.reading import readable

blueprint = Blueprint("comments", __name__)


@blueprint.get("/measures/<int:measure_id>/comments")
@requires(Action.COMMENT)
def comments(measure_id: int) -> ResponseReturnValue:
    """Show the comments on a measure, the newest first."""
    return _page(readable(measure_id), request.args.get("page", 1, type=int))


@blueprint.post("/measures/<int:measure_id>/comments")
@requires(Action.COMMENT)
def add(measure_id: int) -> ResponseReturnValue:
    """Add a comment; a form that is sent twice adds one."""
    actor = current_actor()
    measure = readable(measure_id)
    form = CommentForm(actor)
    if not form.accepts():
        return _page(measure, form=form, code=422)
    with writing():
        measure = readable(measure_id)
        operations.add(measure, form.text.data or "", form.chosen, actor, form.key.data or "")
    if wants_fragment():
        return _page(readable(measure_id), added=True, form=CommentForm(actor, formdata=None))
    flash(_("The comment was added."), "success")
    return see_other("status_page.measure", measure_id=measure_id, _anchor="comments")


@blueprint.route(
    "/measures/<int:measure_id>/comments/<int:comment_id>/remove", methods=["GET", "POST"]
)
@requires(Action.COMMENT)
def remove(measure_id: int, comment_id: int) -> ResponseReturnValue:
    """Ask whether a comment is to be removed, and remove it."""
    measure = readable(measure_id)
    comment = _removable(measure_id, comment_id)
    if request.method == "GET":
        if comment.removed_at is not None:
            abort(404)
        return render_template("comments/remove.html", measure=measure, comment=comment)
    with writing():
        operations.remove(_removable(measure_id, comment_id), current_actor())
    flash(_("The comment was removed."), "success")
    return see_other("status_page.measure", measure_id=measure_id, _anchor="comments")


def _removable(measure_id: int, comment_id: int) -> Comment:
    """Return a comment that the reader may remove; 404 and 403 for what they may not see or do."""
    readable(measure_id)
    comment = queries.comment_for(current_actor(), measure_id, comment_id)
    if comment is None:
        if queries.is_on(measure_id, comment_id):
            hide()
        abort(404)
    if not operations.may_remove(comment, current_actor()):
        refuse(Action.MANAGE_PROPOSALS)
    return comment


def _page(
    measure: Measure,
    number: int = 1,
    form: CommentForm | None = None,
    code: int = 200,
    *,
    added: bool = False,
) -> ResponseReturnValue:
    """Answer with the page of the comments on a measure, or with the comments alone."""
    thread = thread_of(measure, number, form) or abort(403)
    return render(
        "comments/comments.html",
        "comments/_comments.html",
        code,
        thread=thread,
        measure=measure,
        added=added,
    )
