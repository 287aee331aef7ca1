"""The kinds of files that a measure may have."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class FileKind(Labelled):
    """What a file is, by its content."""

    DOCX = "docx", _l("text document (docx)")
    JPG = "jpg", _l("picture (jpg)")
    PDF = "pdf", _l("PDF document")
    PNG = "png", _l("picture (png)")
    XLSX = "xlsx", _l("spreadsheet (xlsx)")


CONTENT_TYPES: Mapping[FileKind, str] = MappingProxyType(
    {
        FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        FileKind.JPG: "image/jpeg",
        FileKind.PDF: "application/pdf",
        FileKind.PNG: "image/png",
        FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
"""What a file is called on its way to the reader."""

ENDINGS: Mapping[str, FileKind] = MappingProxyType(
    {
        **{f".{kind}": kind for kind in FileKind},
        ".jpeg": FileKind.JPG,
    }
)
"""How the names of files end, in small letters."""

ACCEPTED = ",".join(sorted(ENDINGS))
"""The endings as a file field lists them."""
