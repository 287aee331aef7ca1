"""Erasing a person, after saying what goes and what stays; on the blueprint of `routes.py`."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.erasure import erase, reason_not_to_erase
from app.accounts.forms import ErasureForm
from app.accounts.listing_routes import blueprint
from app.accounts.models import User
from app.accounts.references import Goes, counts
from app.accounts.routes import the_person
from app.core.database import writing
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.policy import Action

__all__ = ["blueprint"]


@blueprint.route("/people/<int:person_id>/erase", methods=["GET", "POST"], endpoint="erase")
@requires(Action.MANAGE_PEOPLE)
def erase_person(person_id: int) -> ResponseReturnValue:
    """Say what of a person would go and what would stay, and erase them."""
    user = the_person(person_id)
    if user.erased_on is not None:
        return see_other("accounts.person", person_id=person_id)
    form = ErasureForm()
    if not form.is_submitted():
        return _erasure_page(user, form)
    if not form.validate():
        return _erasure_page(user, form, 422)
    try:
        with writing():
            erase(the_person(person_id), current_actor())
    except Refused as refused:
        return _erasure_page(the_person(person_id), form, 409, refused=refused)
    flash(_("The person was erased."), "success")
    return see_other("accounts.person", person_id=person_id)


def _erasure_page(
    user: User, form: ErasureForm, code: int = 200, refused: Refused | None = None
) -> ResponseReturnValue:
    rows = [(each.words, number) for each, number in counts(user)]
    return render(
        "accounts/erase.html",
        "accounts/_erase.html",
        code,
        user=user,
        form=form,
        reason=reason_not_to_erase(user, current_actor()),
        refused=refused,
        going=[(each.label, number) for each, number in rows if each.goes is not Goes.NO],
        staying=[(each.label, number) for each, number in rows if each.goes is Goes.NO],
    )
