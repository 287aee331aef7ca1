"""The comments on a measure as a page shows them."""

from collections.abc import Collection
from typing import NamedTuple

from flask import url_for

from app.comments import queries
from app.comments.forms import CommentForm
from app.comments.operations import may_remove
from app.comments.queries import Remark
from app.core.guards import current_actor
from app.core.pagination import Page, page_count
from app.core.policy import Action, can
from app.measures.models import Measure

PAGE_SIZE = 20


class Thread(NamedTuple):
    """Comments on a measure, and the form for one more.

    Attributes:
        measure: The measure.
        page: A page of the comments that the reader may see, the newest first.
        removable: The ids of those on the page that the reader may remove.
        form: The form.
    """

    measure: Measure
    page: Page[Remark]
    removable: Collection[int]
    form: CommentForm


def thread_of(measure: Measure, number: int = 1, form: CommentForm | None = None) -> Thread | None:
    """Return a page of the comments on a measure; None for a reader who may not comment.

    Args:
        measure: The measure, which the reader may read.
        number: Which page, from 1; the last one if there are not so many.
        form: The form as the reader has sent it.
    """
    actor = current_actor()
    if not can(actor, Action.COMMENT):
        return None
    total = queries.count(measure.id, actor)
    number = min(max(number, 1), page_count(total, PAGE_SIZE))
    rows = queries.remarks(measure.id, actor, (number - 1) * PAGE_SIZE, PAGE_SIZE)

    def url(number: int) -> str:
        page = number if number > 1 else None
        return url_for("comments.comments", measure_id=measure.id, page=page)

    return Thread(
        measure,
        Page(rows, number, PAGE_SIZE, total, url),
        {
            row.comment.id
            for row in rows
            if row.comment.removed_at is None and may_remove(row.comment, actor)
        },
        form or CommentForm(actor),
    )
