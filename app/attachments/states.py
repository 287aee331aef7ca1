"""The kinds of files that a measure may have."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class FileKind(Labelled):
    """What a file is, by its content."""

    DOCX = "docx", _l("text document (docx)")
    JPG = "jpg", _l("picture (jpg)")
    PDF = "pdf", _l("PDF document")
    PNG = "png", _l("picture (png)")
    XLSX = "xlsx", _l("spreadsheet (xlsx)")
