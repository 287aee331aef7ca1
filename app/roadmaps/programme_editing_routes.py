"""The programmes, and what the secretary writes of them; on the blueprint of `routes.py`."""

from flask import abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.fields import version_in
from app.core.guards import current_actor, requires
from app.core.htmx import render, see_other
from app.core.idempotency import earlier_result, keep_result
from app.core.policy import Action, can
from app.programmes.models import Programme, Theme
from app.roadmaps import programme_operations as operations
from app.roadmaps import programme_queries as queries
from app.roadmaps.clock_routes import blueprint
from app.roadmaps.programme_forms import ProgrammeForm, ThemeForm

__all__ = ["blueprint"]


def the_programme(programme_id: int) -> Programme:
    """Return the programme with an id, or answer 404."""
    return queries.programme(programme_id) or abort(404)


def _theme(programme_id: int, theme_id: int) -> Theme:
    return queries.theme(programme_id, theme_id) or abort(404)


def facts_of(programme: Programme) -> dict[str, object]:
    """Return what the page of a programme shows beside its way to the city board."""
    actor = current_actor()
    roadmaps = queries.roadmaps_of(programme.id)
    planned = {roadmap.year for roadmap in roadmaps}
    years = range(programme.first_year, programme.last_year + 1)
    manages = can(actor, Action.MANAGE_PROGRAMMES)
    return {
        "counted": queries.counted_themes(programme.id, actor),
        "roadmaps": roadmaps,
        "unplanned": [year for year in years if year not in planned] if manages else [],
        "may_edit": operations.may_edit(programme, actor),
    }


@blueprint.get("/programmes")
@requires(Action.READ_ROADMAPS)
def programmes() -> ResponseReturnValue:
    """List the programmes."""
    return render_template("roadmaps/programmes.html", programmes=queries.programmes())


@blueprint.route("/programmes/new", methods=["GET", "POST"])
@requires(Action.MANAGE_PROGRAMMES)
def new_programme() -> ResponseReturnValue:
    """Begin a programme."""
    form = ProgrammeForm()
    if not form.is_submitted():
        return _programme_form(form, None)
    if not form.validate():
        return _programme_form(form, None, 422)
    actor, key = current_actor(), form.repeat.data or ""
    try:
        with writing():
            known = earlier_result(actor, key)
            if known is None:
                known = str(operations.create_programme(**form.fields(), actor=actor).id)
                keep_result(actor, key, known)
    except Refused as refused:
        form.take(refused)
        return _programme_form(form, None, 422)
    flash(_("The programme was added. Give it its themes next."), "success")
    return see_other("roadmaps.programme", programme_id=int(known))


@blueprint.route("/programmes/<int:programme_id>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_PROGRAMMES)
def edit_programme(programme_id: int) -> ResponseReturnValue:
    """Change the names and the years of a programme."""
    found = the_programme(programme_id)
    form = ProgrammeForm(found)
    if not form.is_submitted():
        return _programme_form(form, found)
    if not form.validate():
        return _programme_form(form, found, 422)
    try:
        with writing():
            operations.edit_programme(
                the_programme(programme_id), form.version_seen, current_actor(), **form.fields()
            )
    except Stale as stale:
        found = the_programme(programme_id)
        form.version.data = str(found.version)
        rows = form.differences(found)
        return _programme_form(form, found, 409, stale=stale, differences=rows)
    except Refused as refused:
        form.take(refused)
        return _programme_form(form, the_programme(programme_id), 422)
    flash(_("The programme has been saved."), "success")
    return see_other("roadmaps.programme", programme_id=programme_id)


def _programme_form(
    form: ProgrammeForm, programme: Programme | None, code: int = 200, **context: object
) -> ResponseReturnValue:
    return render(
        "roadmaps/programme_edit.html",
        "roadmaps/_programme_form.html",
        code,
        form=form,
        programme=programme,
        **context,
    )


@blueprint.route("/programmes/<int:programme_id>/themes/new", methods=["GET", "POST"])
@requires(Action.MANAGE_PROGRAMMES)
def new_theme(programme_id: int) -> ResponseReturnValue:
    """Add a theme to a programme."""
    found = the_programme(programme_id)
    form = ThemeForm(found, queries.themes(programme_id))
    if not form.is_submitted():
        return _theme_form(form, found, None)
    if not form.validate():
        return _theme_form(form, found, None, 422)
    actor, key = current_actor(), form.repeat.data or ""
    try:
        with writing():
            if earlier_result(actor, key) is None:
                theme = operations.add_theme(
                    the_programme(programme_id), form.version_seen, form.wanted(), actor
                )
                keep_result(actor, key, str(theme.id))
    except Stale as stale:
        found = the_programme(programme_id)
        form.version.data = str(found.version)
        return _theme_form(form, found, None, 409, stale=stale)
    except Refused as refused:
        form.take(refused)
        return _theme_form(form, the_programme(programme_id), None, 422)
    flash(_("The theme was added."), "success")
    return see_other("roadmaps.programme", programme_id=programme_id)


@blueprint.route("/programmes/<int:programme_id>/themes/<int:theme_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_PROGRAMMES)
def theme(programme_id: int, theme_id: int) -> ResponseReturnValue:
    """Change a theme of a programme."""
    found, row = the_programme(programme_id), _theme(programme_id, theme_id)
    form = ThemeForm(found, queries.themes(programme_id), row)
    if not form.is_submitted():
        return _theme_form(form, found, row)
    if not form.validate():
        return _theme_form(form, found, row, 422)
    try:
        with writing():
            operations.edit_theme(
                the_programme(programme_id),
                _theme(programme_id, theme_id),
                form.version_seen,
                form.wanted(),
                current_actor(),
            )
    except Stale as stale:
        found, row = the_programme(programme_id), _theme(programme_id, theme_id)
        form.version.data = str(found.version)
        rows = form.differences(row)
        return _theme_form(form, found, row, 409, stale=stale, differences=rows)
    except Refused as refused:
        form.take(refused)
        return _theme_form(form, the_programme(programme_id), _theme(programme_id, theme_id), 422)
    flash(_("The theme has been saved."), "success")
    return see_other("roadmaps.programme", programme_id=programme_id)


@blueprint.post("/programmes/<int:programme_id>/themes/<int:theme_id>/remove")
@requires(Action.MANAGE_PROGRAMMES)
def remove_theme(programme_id: int, theme_id: int) -> ResponseReturnValue:
    """Take a theme that nothing stands under out of a programme."""
    with writing():
        found, row = the_programme(programme_id), _theme(programme_id, theme_id)
        version = version_in(request.form.get("version", ""))
        operations.remove_theme(found, row, version, current_actor())
    flash(_("The theme was removed."), "success")
    return see_other("roadmaps.programme", programme_id=programme_id)


def _theme_form(
    form: ThemeForm,
    programme: Programme,
    theme: Theme | None,
    code: int = 200,
    **context: object,
) -> ResponseReturnValue:
    return render(
        "roadmaps/theme.html",
        "roadmaps/_theme_form.html",
        code,
        form=form,
        programme=programme,
        theme=theme,
        is_used=theme is not None and queries.is_used(theme),
        may_edit=operations.may_edit(programme, current_actor()),
        **context,
    )


@blueprint.post("/programmes/<int:programme_id>/roadmaps/<int:year>")
@requires(Action.MANAGE_PROGRAMMES)
def plan_roadmap(programme_id: int, year: int) -> ResponseReturnValue:
    """Add the roadmap of a year to a programme, planned."""
    with writing():
        found = the_programme(programme_id)
        if not found.first_year <= year <= found.last_year:
            abort(404)
        operations.plan_roadmap(found, year, current_actor())
    flash(_("The roadmap of %(year)s is planned. Set its dates next.", year=year), "success")
    return see_other("roadmaps.set_dates", year=year)
