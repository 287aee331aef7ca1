"""What one takes along from a meeting: its papers as files of Word, and its calendar file.

These views stand on the blueprint of `routes.py`; import it from here to have them all.
"""

from collections.abc import Callable, Mapping

from flask import Response, abort, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.config import Language, Settings
from app.core.errors import Refused
from app.core.guards import current_actor, requires
from app.core.i18n import LANGUAGES, language
from app.core.policy import Action
from app.meetings import calendar_file, documents, queries, word
from app.meetings.matter_routes import blueprint
from app.meetings.models import Meeting
from app.meetings.papers import Papers, papers_of
from app.meetings.states import RecordKind

__all__ = ["blueprint"]

_NAMES = {
    "agenda": {"fi": "esityslista", "sv": "foredragningslista"},
    RecordKind.MINUTES: {"fi": "poytakirja", "sv": "protokoll"},
    RecordKind.MEMO: {"fi": "muistio", "sv": "promemoria"},
}
"""What files are called in their languages, in letters that every system takes."""


blueprint.add_app_template_global(word.is_installed, "has_word_files")
blueprint.add_app_template_global(calendar_file.is_installed, "has_calendar_files")


@blueprint.get("/meetings/<int:meeting_id>/agenda-<language>.docx")
@requires(Action.READ_MEETINGS)
def agenda_document(meeting_id: int, language: str) -> ResponseReturnValue:
    """Give the agenda of a meeting as a file of Word."""
    meeting, lang = _meeting(meeting_id), _language(language)
    return _document(meeting, lang, documents.agenda_file, _NAMES["agenda"])


@blueprint.get("/meetings/<int:meeting_id>/record-<language>.docx")
@requires(Action.READ_MEETINGS)
def record_document(meeting_id: int, language: str) -> ResponseReturnValue:
    """Give the minutes or the memo of a meeting as a file of Word."""
    meeting, lang = _meeting(meeting_id), _language(language)
    return _document(meeting, lang, documents.record_file, _NAMES[meeting.record_kind])


def _meeting(meeting_id: int) -> Meeting:
    return queries.meeting(meeting_id) or abort(404)


def _language(code: str) -> Language:
    return next((each for each in LANGUAGES if each == code), None) or abort(404)


def _document(
    meeting: Meeting,
    lang: Language,
    write: Callable[[Papers, Language, Settings], bytes],
    names: Mapping[str, str],
) -> ResponseReturnValue:
    if not word.is_installed():
        raise Refused(_("The package that writes files of Word is not installed."))
    papers = papers_of(meeting, current_actor())
    content = write(papers, lang, current_app.config["SETTINGS"])
    name = f"{names[lang]}-{meeting.number}-{meeting.held_on.year}.docx"
    return _file(content, word.CONTENT_TYPE, name)


@blueprint.get("/meetings/<int:meeting_id>/meeting.ics")
@requires(Action.READ_MEETINGS)
def calendar(meeting_id: int) -> ResponseReturnValue:
    """Give a meeting as a calendar file, in the language of its reader."""
    meeting = _meeting(meeting_id)
    if not calendar_file.is_installed():
        raise Refused(_("The package that writes calendar files is not installed."))
    settings = current_app.config["SETTINGS"]
    path = url_for("meetings.meeting", meeting_id=meeting_id)
    city = settings.in_language("city_name", language())
    content = calendar_file.calendar_file(meeting, city, settings.address, path)
    name = f"meeting-{meeting.number}-{meeting.held_on.year}.ics"
    return _file(content, calendar_file.CONTENT_TYPE, name)


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
