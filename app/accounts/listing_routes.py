"""The list of people; on the blueprint of `routes.py`."""

from collections.abc import Sequence

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import listing, queries
from app.accounts.forms import names_of_units
from app.accounts.models import Unit
from app.accounts.routes import blueprint
from app.accounts.states import Access
from app.core import clock
from app.core.bilingual import text_of
from app.core.guards import requires
from app.core.htmx import render, wants_fragment
from app.core.i18n import language
from app.core.pagination import Page, page_count
from app.core.policy import Action, Role

__all__ = ["blueprint"]


@blueprint.get("/people")
@requires(Action.MANAGE_PEOPLE)
def people() -> ResponseReturnValue:
    """List people, all or those that the address narrows the list to."""
    filters = listing.Filters.parse(request.args)
    today = clock.today()
    total = listing.count_people(filters, today)
    pages = page_count(total, listing.PAGE_SIZE)
    if filters.page > pages:
        return redirect(url_for("accounts.people", **filters.args(page=pages)))
    rows = listing.people(filters, today, language())
    deputised = {grant.deputy_for_id for user in rows for grant in user.roles}
    units = queries.units()
    response = render(
        "accounts/people.html",
        "accounts/_people.html",
        filters=filters,
        page=Page(
            rows, filters.page, listing.PAGE_SIZE, total, lambda to: _list_url(filters, page=to)
        ),
        list_url=lambda **changes: _list_url(filters, **changes),
        units={unit.id: unit for unit in units},
        unit_choices=[
            choice for choice in names_of_units(units, language(), "").items() if choice[0]
        ],
        chips=_chips(filters, units),
        fragment=wants_fragment(),
        names=queries.names_of({user_id for user_id in deputised if user_id}),
        today=today,
        local=clock.local,
        Access=Access,
        Role=Role,
        Order=listing.Order,
    )
    if wants_fragment():
        response.headers["HX-Push-Url"] = _list_url(filters, page=filters.page)
    return response


def _chips(filters: listing.Filters, units: Sequence[Unit]) -> list[tuple[str, str]]:
    """Return each choice that narrows the list, in words, and the address without it."""
    found = []
    if filters.q:
        found.append((_("Search: %(words)s", words=filters.q), _list_url(filters, q="")))
    if filters.role:
        text = _("Role: %(role)s", role=filters.role.label)
        found.append((text, _list_url(filters, role=None)))
    if filters.unit_id is not None:
        names = {unit.id: text_of(unit, "name", language()).value for unit in units}
        text = _("Unit: %(name)s", name=names.get(filters.unit_id, _("unknown")))
        found.append((text, _list_url(filters, unit_id=None)))
    if filters.access:
        text = _("State: %(state)s", state=filters.access.label)
        found.append((text, _list_url(filters, access=None)))
    return found


def _list_url(filters: listing.Filters, **changes: object) -> str:
    return url_for("accounts.people", **filters.args(**changes))
