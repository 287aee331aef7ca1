"""Files of a measure: their page, adding, reading, changing and removing them."""

from math import ceil
from typing import Any

from flask import Blueprint, Response, abort, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from app.attachments import operations, queries
from app.attachments.forms import FilesForm, PublicityForm
from app.attachments.models import Attachment
from app.attachments.names import disposition, tidy_name
from app.attachments.operations import LARGEST, MOST, Checked
from app.attachments.states import ACCEPTED, CONTENT_TYPES
from app.attachments.unfit import Unfit
from app.attachments.workflow import may_attach, publicities, reason_not_to_attach, until_when
from app.core import idempotency
from app.core.database import writing
from app.core.errors import Refused, render_error
from app.core.guards import check, current_actor, hide, requires
from app.core.htmx import see_other
from app.core.policy import NO_UNIT, Action, can
from app.core.security import sandbox
from app.measures.models import Measure
from app.measures.reading import readable

blueprint = Blueprint("attachments", __name__)

AT_ONCE = 50 * 1024 * 1024
"""Bytes of all files together that are sent at once, at most."""

_FORM = 64 * 1024
"""Bytes for the rest of the form."""

_MEGABYTE = 1024 * 1024


@blueprint.app_template_filter("file_size")
def written_size(size: int) -> str:
    """Write a number of bytes as 340 kB or 1,2 MB, rounded up."""
    if size < _MEGABYTE:
        return _without_break(_("%(size)s kB", size=ceil(size / 1024)))
    megabytes = format_decimal(ceil(size / _MEGABYTE * 10) / 10)
    return _without_break(_("%(size)s MB", size=megabytes))


def _without_break(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


@blueprint.url_value_preprocessor
def allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Take more in a request that adds files than in others, from those who may add any.

    The token against forgery stands in the form, so all of it is read before the view begins. A
    form whose session is over is read too, so that its sender is told that and nothing else.
    """
    if endpoint == "attachments.add" and (
        can(current_actor(), Action.ATTACH) or g.get("session_over_of")
    ):
        request.max_content_length = AT_ONCE + _FORM


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say how much can be sent."""
    texts = [
        _(
            "What you sent is too large. A file is at most %(file)s, and all files together at "
            "most %(all)s at a time.",
            file=written_size(LARGEST),
            all=written_size(AT_ONCE),
        )
    ]
    what_next = _l("Nothing was added. Go back and choose smaller files, or fewer at a time.")
    return render_error(413, _l("Too much at once"), texts, what_next), 413


@blueprint.get("/measures/<int:measure_id>/files")
@requires(Action.ATTACH)
def files(measure_id: int) -> ResponseReturnValue:
    """Show the files of a measure to those who may add some, with the form for it."""
    measure = readable(measure_id)
    check(Action.ATTACH, measure.unit_id or NO_UNIT)
    return _page(measure, FilesForm(publicities(current_actor())))


@blueprint.post("/measures/<int:measure_id>/files")
@requires(Action.ATTACH)
def add(measure_id: int) -> ResponseReturnValue:
    """Add files; each that is fit is added, and of the others it is said what is wrong."""
    measure = readable(measure_id)
    check(Action.ATTACH, measure.unit_id or NO_UNIT)
    form = FilesForm(publicities(current_actor()))
    if not may_attach(measure, current_actor()):
        raise Refused(reason_not_to_attach(measure))
    if not form.accepts():
        return _page(measure, form, 422)
    added = 0
    faults: list[str] = []
    for sent in form.files.data:
        try:
            _add(measure_id, form, _received(sent))
            added += 1
        except Refused as refused:
            name = tidy_name(sent.filename or "") or "?"
            faults.extend(f"{name}: {reason}" for reason in refused.reasons)
    if added:
        flash(ngettext("The file was added.", "%(num)s files were added.", added), "success")
    if not faults:
        return see_other("attachments.files", measure_id=measure_id)
    form = FilesForm(publicities(current_actor()))
    form.key.data = idempotency.new_key()
    form.form_errors.extend(faults)
    form.files.errors = [
        ngettext("A file was not added.", "%(num)s files were not added.", len(faults))
    ]
    return _page(readable(measure_id), form, 422)


def _received(sent: FileStorage) -> Checked:
    """Return a file after a look at its size, its content and its name."""
    data = sent.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        sent.stream.seek(0, 2)
        raise Unfit(
            _l(
                "The file is %(size)s; at most %(most)s.",
                size=written_size(sent.stream.tell()),
                most=written_size(LARGEST),
            )
        )
    return operations.checked(sent.filename or "", data)


def _add(measure_id: int, form: FilesForm, file: Checked) -> None:
    """Add one file of a form, once however often the form is sent."""
    with writing():
        operations.attach(
            readable(measure_id),
            file,
            form.publicity.data,
            form.secrecy_basis.data or "",
            current_actor(),
            form.key.data or "",
        )


@blueprint.get("/measures/<int:measure_id>/files/<int:file_id>")
@requires(Action.READ_STATUS)
def download(measure_id: int, file_id: int) -> ResponseReturnValue:
    """Give a file to keep: it is never shown in the page, and wherever it is opened runs nothing.

    It is one string of bytes from the database to the server, which sends it after the end of the
    transaction.
    """
    readable(measure_id)
    file = _file(measure_id, file_id)
    response = Response(queries.content_of(file), mimetype=CONTENT_TYPES[file.kind])
    response.headers["Content-Disposition"] = disposition(file.name)
    response.cache_control.no_store = True
    sandbox()
    return response


@blueprint.route(
    "/measures/<int:measure_id>/files/<int:file_id>/publicity", methods=["GET", "POST"]
)
@requires(Action.ATTACH)
def publicity(measure_id: int, file_id: int) -> ResponseReturnValue:
    """Ask who may read a file, and set it."""
    measure, file = _own(measure_id, file_id)
    given = {"publicity": file.publicity, "secrecy_basis": file.secrecy_basis}
    form = PublicityForm(publicities(current_actor(), file.publicity), data=given)
    if not form.is_submitted() or not form.accepts():
        code = 422 if form.is_submitted() else 200
        return render_template(
            "attachments/publicity.html", measure=measure, file=file, form=form
        ), code
    with writing():
        measure, file = _own(measure_id, file_id)
        operations.set_publicity(
            file, measure, form.publicity.data, form.secrecy_basis.data or "", current_actor()
        )
    flash(_("The publicity of the file was set."), "success")
    return see_other("attachments.files", measure_id=measure_id)


@blueprint.route("/measures/<int:measure_id>/files/<int:file_id>/remove", methods=["GET", "POST"])
@requires(Action.ATTACH)
def remove(measure_id: int, file_id: int) -> ResponseReturnValue:
    """Ask whether a file is to be removed, and remove it."""
    if request.method == "GET":
        measure, file = _own(measure_id, file_id)
        return render_template("attachments/remove.html", measure=measure, file=file)
    with writing():
        # A button that is pressed twice has done its work the first time.
        measure, file = _own(measure_id, file_id, removed=True)
        operations.remove(file, measure, current_actor())
    flash(_("The file was removed."), "success")
    return see_other("attachments.files", measure_id=measure_id)


def _own(measure_id: int, file_id: int, *, removed: bool = False) -> tuple[Measure, Attachment]:
    """Return a measure and a file of it that the reader may change, if the address names some."""
    measure = readable(measure_id)
    check(Action.ATTACH, measure.unit_id or NO_UNIT)
    file = _file(measure_id, file_id, removed=removed)
    if not may_attach(measure, current_actor()):
        raise Refused(reason_not_to_attach(measure))
    return measure, file


def _file(measure_id: int, file_id: int, *, removed: bool = False) -> Attachment:
    """Return the file that an address names; 404 when the reader may not see it."""
    file = queries.file_for(current_actor(), measure_id, file_id, removed=removed)
    if file is None:
        if queries.is_of(measure_id, file_id):
            hide()
        abort(404)
    return file


def _page(measure: Measure, form: FilesForm, code: int = 200) -> ResponseReturnValue:
    """Answer with the page of a measure's files."""
    actor = current_actor()
    return render_template(
        "attachments/files.html",
        measure=measure,
        files=queries.files(measure.id, actor),
        may_attach=may_attach(measure, actor),
        until_when=until_when(measure, actor),
        form=form,
        accepted=ACCEPTED,
        limits={"file": LARGEST, "all": AT_ONCE, "most": MOST},
    ), code
