"""Import of people: upload, look at what it would do, confirm.

These views stand on the blueprint of `routes.py`; import it from here to have them all. The file is
kept nowhere: the page that shows what it would do carries it, so that what is confirmed is what was
shown.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from flask import abort, current_app, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import people_import
from app.accounts.erasure_routes import blueprint
from app.accounts.forms import ConfirmForm, FileForm
from app.accounts.people_file import COLUMNS, LARGEST, REQUIRED
from app.accounts.people_import import Plan
from app.config import Language
from app.core import clock
from app.core.database import writing
from app.core.guards import current_actor, requires
from app.core.htmx import see_other
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action, Role

__all__ = ["blueprint"]


@blueprint.route("/people/import", methods=["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def import_people() -> ResponseReturnValue:
    """Take a file of people, and show what it would add and change; nothing is written."""
    form = FileForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form), 422
    data = form.content()
    plan = people_import.plan_import(data, current_actor(), clock.today(), _default_language())
    return _page(form, data, plan), 422 if plan.faults else 200


@blueprint.post("/people/import/confirm")
@requires(Action.MANAGE_PEOPLE)
def confirm_import() -> ResponseReturnValue:
    """Write what was shown, or show anew what would be written if that has changed since."""
    form = ConfirmForm()
    try:
        data = urlsafe_b64decode(form.content.data or "")
    except (Error, ValueError):
        abort(400)
    if not data or len(data) > LARGEST:
        abort(400)
    actor, repeat, language = current_actor(), form.repeat.data or "", _default_language()
    with writing():
        if earlier_result(actor, repeat) is None:
            plan = people_import.plan_import(data, actor, clock.today(), language)
            if plan.faults or plan.digest != form.digest.data:
                return _page(FileForm(), data, plan, has_changed=True), 409
            people_import.apply_plan(plan, actor, language)
            keep_result(actor, repeat, "imported")
    flash(_("The people of the file have been saved."), "success")
    return see_other("accounts.people")


def _page(
    form: FileForm, data: bytes = b"", plan: Plan | None = None, *, has_changed: bool = False
) -> str:
    confirm = None
    if plan and not plan.faults and (plan.added or plan.changed):
        content = urlsafe_b64encode(data).decode()
        confirm = ConfirmForm(None, data={"content": content, "digest": plan.digest})
    return render_template(
        "accounts/import.html",
        form=form,
        plan=plan,
        confirm=confirm,
        has_changed=has_changed,
        columns=COLUMNS,
        required=REQUIRED,
        roles=[role.value for role in Role],
    )


def _default_language() -> Language:
    language: Language = current_app.config["SETTINGS"].default_language
    return language
