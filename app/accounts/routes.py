"""Administration of people: adding one, each person's page, their roles and how they sign in."""

from collections.abc import Callable

from flask import Blueprint, abort, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts import credentials, operations, queries, roles, sessions
from app.accounts.forms import (
    IdentityForm,
    LastDayForm,
    PersonForm,
    RoleForm,
)
from app.accounts.models import RoleGrant, User
from app.accounts.states import Access
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.i18n import language
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import MEANINGS, Action

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def new_person() -> ResponseReturnValue:
    """Add a person; their roles are given on their own page."""
    actor = current_actor()
    form = _person_form()
    if not form.is_submitted():
        return _new_page(form)
    if not form.validate():
        return _new_page(form, 422)
    key = form.repeat.data or ""
    try:
        with writing():
            known = earlier_result(actor, key)
            if known is None:
                unit = queries.unit(form.unit_id.data)
                user = operations.add_user(roles=[], actor=actor, unit=unit, **form.fields())
                known = str(user.id)
                keep_result(actor, key, known)
    except Refused as refused:
        form.take(refused)
        return _new_page(form, 422)
    flash(_("The person was added. Give them a role and a way to sign in."), "success")
    return see_other("accounts.person", person_id=int(known), _anchor="roles")


def _new_page(form: PersonForm, code: int = 200) -> ResponseReturnValue:
    return render("accounts/new.html", "accounts/_person_form.html", code, form=form, user=None)


@blueprint.route("/people/<int:person_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """Show a person, and change what is known of them."""
    if request.method == "GET":
        return _page(person_id)
    form = _person_form(the_person(person_id))
    if not form.validate():
        return _page(person_id, 422, form=form)
    try:
        with writing():
            operations.edit_user(
                the_person(person_id),
                form.version_seen,
                current_actor(),
                unit=queries.unit(form.unit_id.data),
                **form.fields(),
            )
    except Stale as stale:
        user = the_person(person_id)
        form.version.data = str(user.version)
        return _page(person_id, 409, form=form, stale=stale, differences=form.differences(user))
    except Refused as refused:
        form.take(refused)
        return _page(person_id, 422, form=form)
    flash(_("The person has been saved."), "success")
    return see_other("accounts.person", person_id=person_id)


@blueprint.post("/people/<int:person_id>/roles")
@requires(Action.MANAGE_PEOPLE)
def give_role(person_id: int) -> ResponseReturnValue:
    """Give a person a role."""
    form = _role_form(the_person(person_id))
    if not form.validate():
        return _page(person_id, 422, role_form=form)
    try:
        with writing():
            roles.give_role(the_person(person_id), actor=current_actor(), **form.fields())
    except Refused as refused:
        form.take(refused)
        return _page(person_id, 422, role_form=form)
    flash(_("The role was given."), "success")
    return see_other("accounts.person", person_id=person_id, _anchor="roles")


@blueprint.post("/people/<int:person_id>/roles/<int:grant_id>")
@requires(Action.MANAGE_PEOPLE)
def set_last_day(person_id: int, grant_id: int) -> ResponseReturnValue:
    """Set the last day of a role, or take it off."""
    user = the_person(person_id)
    form = LastDayForm(_grant(user, grant_id), user.version)
    if not form.validate():
        return _page(person_id, 422, day_form=form)

    def work(user: User) -> None:
        grant = _grant(user, grant_id)
        if user.version != form.version_seen and grant.last_day != form.last_day.data:
            raise Stale
        roles.set_last_day(user, grant, form.last_day.data, current_actor())

    return _done(person_id, work, _("The last day of the role was saved."), "roles")


@blueprint.post("/people/<int:person_id>/roles/<int:grant_id>/end")
@requires(Action.MANAGE_PEOPLE)
def end_role(person_id: int, grant_id: int) -> ResponseReturnValue:
    """End a role at once."""

    def work(user: User) -> None:
        # A role that had not begun is gone after the first press of the button.
        for grant in user.roles:
            if grant.id == grant_id:
                roles.end_role(user, grant, current_actor())
                break

    return _done(person_id, work, _("The role was ended."), "roles")


@blueprint.post("/people/<int:person_id>/identities")
@requires(Action.MANAGE_PEOPLE)
def add_identity(person_id: int) -> ResponseReturnValue:
    """Keep who a person is to the city's sign-in service."""
    the_person(person_id)
    form = IdentityForm(current_app.config["SETTINGS"].oidc_issuer)
    if not form.validate():
        return _page(person_id, 422, identity_form=form)
    issuer, subject = form.issuer.data or "", form.subject.data or ""
    try:
        with writing():
            operations.add_identity(the_person(person_id), issuer, subject, current_actor())
    except Refused as refused:
        form.take(refused)
        return _page(person_id, 422, identity_form=form)
    flash(_("The city account was linked."), "success")
    return see_other("accounts.person", person_id=person_id, _anchor="signing-in")


@blueprint.post("/people/<int:person_id>/identities/<int:identity_id>/remove")
@requires(Action.MANAGE_PEOPLE)
def remove_identity(person_id: int, identity_id: int) -> ResponseReturnValue:
    """Forget who a person is to the city's sign-in service."""

    def work(user: User) -> None:
        for identity in queries.identities_of(user.id):
            if identity.id == identity_id:
                operations.remove_identity(identity, current_actor())

    return _done(person_id, work, _("The city account was unlinked."), "signing-in")


@blueprint.post("/people/<int:person_id>/invitation")
@requires(Action.MANAGE_PEOPLE)
def invite(person_id: int) -> ResponseReturnValue:
    """Make a one-time link and show it: this answer is the only place where it ever stands."""
    try:
        with writing():
            token = credentials.invite(the_person(person_id), current_actor())
    except Refused as refused:
        return _page(person_id, 409, refused=refused)
    base = current_app.config["SETTINGS"].address
    return _page(person_id, invitation=base + url_for("sign_in.invitation", token=token))


@blueprint.post("/people/<int:person_id>/second-factor/reset")
@requires(Action.MANAGE_PEOPLE)
def reset_second_factor(person_id: int) -> ResponseReturnValue:
    """Take off the second factor of somebody who has lost it, and their password."""

    def work(user: User) -> None:
        credentials.reset_second_factor(user, current_actor())

    said = _("The second factor and the password were taken off. Make the person a sign-in link.")
    return _done(person_id, work, said, "signing-in")


@blueprint.post("/people/<int:person_id>/sessions/end")
@requires(Action.MANAGE_PEOPLE)
def end_sessions(person_id: int) -> ResponseReturnValue:
    """Sign a person out everywhere."""

    def work(user: User) -> None:
        operations.end_sessions(user, current_actor())

    return _done(person_id, work, _("The person was signed out everywhere."), "signing-in")


@blueprint.post("/people/<int:person_id>/disable")
@requires(Action.MANAGE_PEOPLE)
def disable(person_id: int) -> ResponseReturnValue:
    """Keep a person from signing in."""

    def work(user: User) -> None:
        operations.disable(user, current_actor())

    return _done(person_id, work, _("The person can no longer sign in."))


@blueprint.post("/people/<int:person_id>/enable")
@requires(Action.MANAGE_PEOPLE)
def enable(person_id: int) -> ResponseReturnValue:
    """Let a person sign in again."""

    def work(user: User) -> None:
        operations.enable(user, current_actor())

    return _done(person_id, work, _("The person can sign in again."))


def _done(
    person_id: int, work: Callable[[User], None], said: str, place: str | None = None
) -> ResponseReturnValue:
    """Do what a button asks for, and send the reader back to the place of the page it stood in."""
    try:
        with writing():
            work(the_person(person_id))
    except Refused as refused:
        return _page(person_id, 409, refused=refused)
    flash(said, "success")
    return see_other("accounts.person", person_id=person_id, _anchor=place)


def the_person(person_id: int) -> User:
    """Return a person; 404 if there is none."""
    return queries.person(person_id) or abort(404)


def _grant(user: User, grant_id: int) -> RoleGrant:
    return next((grant for grant in user.roles if grant.id == grant_id), None) or abort(404)


def _person_form(user: User | None = None) -> PersonForm:
    default = current_app.config["SETTINGS"].default_language
    return PersonForm(queries.units(), language(), default, user)


def _role_form(user: User) -> RoleForm:
    today = clock.today()
    choices = queries.people_to_choose(today)
    return RoleForm(queries.units(), choices, language(), user, today)


def _page(person_id: int, code: int = 200, **given: object) -> ResponseReturnValue:
    """Answer with the page of a person; `given` are forms that were filled in and what came."""
    user = the_person(person_id)
    today = clock.today()
    deputies = queries.deputies_of(user.id, today)
    others = {grant.deputy_for_id for grant in user.roles} | {grant.user_id for grant in deputies}
    page = "accounts/person.html"
    context: dict[str, object] = {
        "form": given.get("form") or _person_form(user),
        "role_form": given.get("role_form") or _role_form(user),
        "identity_form": given.get("identity_form")
        or IdentityForm(current_app.config["SETTINGS"].oidc_issuer),
    }
    return render(
        page,
        "accounts/_person_form.html" if "form" in given else page,
        code,
        user=user,
        unit=queries.unit(user.unit_id),
        units={unit.id: unit for unit in queries.units()},
        day_forms=_day_forms(user, given.get("day_form")),
        explanations=MEANINGS,
        deputies=deputies,
        names=queries.names_of({user_id for user_id in others if user_id}),
        identities=queries.identities_of(user.id),
        credential=credentials.credential_of(user.id),
        sessions=sessions.living(user.id, clock.now()),
        left_to_another=roles.is_left_to_another(user, current_actor()),
        invited_for=credentials.INVITED_FOR,
        today=today,
        local=clock.local,
        Access=Access,
        **{**given, **context},
    )


def _day_forms(user: User, filled: object) -> dict[int, LastDayForm]:
    forms = {grant.id: LastDayForm(grant, user.version) for grant in user.roles}
    if isinstance(filled, LastDayForm):
        forms[filled.grant.id] = filled
    return forms
