"""Administration of units and sectors, and of directors' posts with their holders."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import queries as accounts
from app.accounts.models import Post, Unit
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action
from app.organisation import operations, queries
from app.organisation.forms import PostForm, UnitForm

blueprint = Blueprint("organisation", __name__)


@blueprint.route("/units", methods=["GET", "POST"])
@requires(Action.MANAGE_UNITS)
def units() -> ResponseReturnValue:
    """List sectors with their units, and add one."""
    form = UnitForm(queries.possible_parents(None), language())
    if not form.is_submitted():
        return _units_page(form)
    if not form.validate():
        return _units_page(form, 422)
    actor, repeat = current_actor(), form.repeat.data or ""
    fields = form.fields()
    parent_id = fields.pop("parent_id")
    try:
        with writing():
            if earlier_result(actor, repeat) is None:
                parent = accounts.unit(parent_id)
                unit = operations.add_unit(
                    **fields, actor=actor, parent_key=parent.key if parent else None
                )
                keep_result(actor, repeat, str(unit.id))
    except Refused as refused:
        form.take(refused)
        return _units_page(form, 422)
    flash(_("The unit was added."), "success")
    return see_other("organisation.units")


def _units_page(form: UnitForm, code: int = 200) -> ResponseReturnValue:
    return render(
        "organisation/units.html",
        "organisation/_unit_form.html",
        code,
        branches=queries.tree(),
        form=form,
        unit=None,
    )


@blueprint.route("/units/<int:unit_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_UNITS)
def unit(unit_id: int) -> ResponseReturnValue:
    """Show a unit, and rename or move it."""
    found = _unit(unit_id)
    form = UnitForm(queries.possible_parents(found), language(), found)
    if request.method == "GET":
        return _unit_page(found, form)
    if not form.validate():
        return _unit_page(found, form, 422)
    try:
        with writing():
            operations.edit_unit(
                _unit(unit_id), form.version_seen, current_actor(), **form.fields()
            )
    except Stale as stale:
        found = _unit(unit_id)
        form.version.data = str(found.version)
        return _unit_page(found, form, 409, stale=stale, differences=form.differences(found))
    except Refused as refused:
        form.take(refused)
        return _unit_page(_unit(unit_id), form, 422)
    flash(_("The unit has been saved."), "success")
    return see_other("organisation.unit", unit_id=unit_id)


def _unit_page(unit: Unit, form: UnitForm, code: int = 200, **given: object) -> ResponseReturnValue:
    page = "organisation/unit.html"
    return render(
        page,
        "organisation/_unit_form.html",
        code,
        unit=unit,
        parent=accounts.unit(unit.parent_id),
        form=form,
        people=queries.people_in(unit.id),
        posts=queries.posts_in(unit.id),
        below=[each for each in accounts.units() if each.parent_id == unit.id],
        **given,
    )


@blueprint.post("/units/<int:unit_id>/retire")
@requires(Action.MANAGE_UNITS)
def retire_unit(unit_id: int) -> ResponseReturnValue:
    """Retire a unit."""
    return _change_unit(unit_id, operations.retire_unit, _("The unit was retired."))


@blueprint.post("/units/<int:unit_id>/bring-back")
@requires(Action.MANAGE_UNITS)
def bring_back_unit(unit_id: int) -> ResponseReturnValue:
    """Take a retired unit into use again."""
    return _change_unit(unit_id, operations.bring_back_unit, _("The unit is in use again."))


def _change_unit(unit_id: int, operation: Callable[..., None], said: str) -> ResponseReturnValue:
    try:
        with writing():
            operation(_unit(unit_id), current_actor())
    except Refused as refused:
        found = _unit(unit_id)
        form = UnitForm(queries.possible_parents(found), language(), found)
        return _unit_page(found, form, 409, refused=refused)
    flash(said, "success")
    return see_other("organisation.unit", unit_id=unit_id)


@blueprint.route("/posts", methods=["GET", "POST"])
@requires(Action.MANAGE_UNITS)
def posts() -> ResponseReturnValue:
    """List posts with who holds them, and add one."""
    form = _post_form()
    if not form.is_submitted():
        return _posts_page(form)
    if not form.accepts():
        return _posts_page(form, 422)
    actor, repeat = current_actor(), form.repeat.data or ""
    try:
        with writing():
            if earlier_result(actor, repeat) is None:
                post = operations.add_post(**_rows(form), actor=actor)
                keep_result(actor, repeat, str(post.id))
    except Refused as refused:
        form.take(refused)
        return _posts_page(form, 422)
    flash(_("The post was added."), "success")
    return see_other("organisation.posts")


def _posts_page(form: PostForm, code: int = 200) -> ResponseReturnValue:
    every = queries.posts()
    people = {post.holder_id for post in every} | {post.deputy_id for post in every}
    return render(
        "organisation/posts.html",
        "organisation/_post_form.html",
        code,
        posts=every,
        units={unit.id: unit for unit in accounts.units()},
        names=accounts.names_of({user_id for user_id in people if user_id}),
        form=form,
        post=None,
    )


@blueprint.route("/posts/<int:post_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_UNITS)
def post(post_id: int) -> ResponseReturnValue:
    """Show a post, and change who holds it, its title or its unit."""
    found = _post(post_id)
    form = _post_form(found)
    if request.method == "GET":
        return _post_page(found, form)
    if not form.accepts():
        return _post_page(found, form, 422)
    try:
        with writing():
            operations.edit_post(_post(post_id), form.version_seen, current_actor(), **_rows(form))
    except Stale as stale:
        found = _post(post_id)
        form.version.data = str(found.version)
        return _post_page(found, form, 409, stale=stale, differences=form.differences(found))
    except Refused as refused:
        form.take(refused)
        return _post_page(_post(post_id), form, 422)
    flash(_("The post has been saved."), "success")
    return see_other("organisation.post", post_id=post_id)


def _post_page(post: Post, form: PostForm, code: int = 200, **given: object) -> ResponseReturnValue:
    return render(
        "organisation/post.html",
        "organisation/_post_form.html",
        code,
        post=post,
        unit=accounts.unit(post.unit_id),
        form=form,
        **given,
    )


@blueprint.post("/posts/<int:post_id>/retire")
@requires(Action.MANAGE_UNITS)
def retire_post(post_id: int) -> ResponseReturnValue:
    """Retire a post."""
    return _change_post(post_id, operations.retire_post, _("The post was retired."))


@blueprint.post("/posts/<int:post_id>/bring-back")
@requires(Action.MANAGE_UNITS)
def bring_back_post(post_id: int) -> ResponseReturnValue:
    """Take a retired post into use again."""
    return _change_post(post_id, operations.bring_back_post, _("The post is in use again."))


def _change_post(post_id: int, operation: Callable[..., None], said: str) -> ResponseReturnValue:
    try:
        with writing():
            operation(_post(post_id), current_actor())
    except Refused as refused:
        found = _post(post_id)
        return _post_page(found, _post_form(found), 409, refused=refused)
    flash(said, "success")
    return see_other("organisation.post", post_id=post_id)


def _unit(unit_id: int) -> Unit:
    return queries.unit(unit_id) or abort(404)


def _post(post_id: int) -> Post:
    return queries.post(post_id) or abort(404)


def _post_form(post: Post | None = None) -> PostForm:
    present = {post.holder_id, post.deputy_id} - {None} if post else set()
    people = queries.people_for_posts({user_id for user_id in present if user_id})
    return PostForm(accounts.units(), people, language(), post)


def _rows(form: PostForm) -> dict[str, Any]:
    """Return what the operations take of a post: rows where the form has ids."""
    fields = form.fields()
    return {
        **{name: value for name, value in fields.items() if not name.endswith("_id")},
        "unit": _unit(fields["unit_id"]),
        "holder": accounts.person(fields["holder_id"]) if fields["holder_id"] else None,
        "deputy": accounts.person(fields["deputy_id"]) if fields["deputy_id"] else None,
    }
