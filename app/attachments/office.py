"""Documents of Word and Excel: packages (ECMA-376, part 2) whose parts are listed in themselves.

Nothing is unpacked but the lists of parts and of what they refer to, and of these no more than the
directory has promised.
"""

import io
import re
import struct
import zlib
from collections.abc import Callable
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from flask_babel import lazy_gettext as _l

from app.attachments.states import FileKind
from app.attachments.unfit import Unfit, broken

MOST_PARTS = 5000
MOST_UNPACKED = 200 * 1024 * 1024
"""Bytes of a document at most when it is unpacked, as its directory says."""

_MOST_LISTED = 4 * 1024 * 1024
"""Bytes of all its lists together."""

_TYPES = "[Content_Types].xml"
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": (
        FileKind.DOCX
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": FileKind.XLSX,
}
_MACROS = re.compile(
    r"macroenabled|vbaproject|macrosheet|\.(docm|dotm|xlsm|xltm|pptm)$", re.IGNORECASE
)
_EMBEDDED = re.compile(r"oleobject|activex|ms-package\.obfuscated", re.IGNORECASE)
_PROGRAM = re.compile(
    r"embeddings/.*\.bin$|\.(bat|cmd|com|dll|exe|hta|js|jse|lnk|ps1|scr|vbe|vbs|wsf)$",
    re.IGNORECASE,
)
_INTERNET = re.compile(r"\s*(https?|ftp):", re.IGNORECASE)
_OBJECTS = frozenset({"activexcontrol", "activexcontrolbinary", "oleobject"})
_FETCHED = frozenset({"afchunk", "frame", "subdocument"})
_ENCRYPTED = 0x1

_END = struct.Struct("<4s4H2IH")
"""The end of a package: sign, disks, number of parts, size and place of the directory, comment."""

_WITH_MACROS = _l("This document has macros. Save it without them, as docx or xlsx.")
_WITH_OBJECTS = _l(
    "Another file or a program is embedded in this document. Take it out and add the document "
    "again."
)
_WITH_PASSWORD = _l("The document has a password. Save it without one.")
_TOO_LARGE = _l("Unpacked, this document is far larger than it looks. It cannot be added.")
_FETCHES = _l(
    "This document fetches a part of itself from the Internet. Save it without that and try again."
)
_NO_DOCUMENT = _l(
    "This is a package, but no Word or Excel document. Add a PDF, docx, xlsx, png or jpg file."
)


_FAULTS = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What reading a package that is damaged raises."""


def kind_of(data: bytes) -> FileKind:
    """Return what kind of document a package is.

    Raises:
        Unfit: It is no document of Word or Excel, damaged, or holds what could do harm.
    """
    _check_frame(data)
    try:
        with ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            _check_directory(parts)
            return _kind(package, parts)
    except _FAULTS as error:
        raise broken() from error


def _check_frame(data: bytes) -> None:
    """Make sure that there is nothing before the package and nothing after it."""
    if len(data) < _END.size:
        raise broken()
    sign, *_counts, size, place, comment = _END.unpack(data[-_END.size :])
    if sign != b"PK\x05\x06" or comment or place + size + _END.size != len(data):
        raise broken()


def _check_directory(parts: list[ZipInfo]) -> None:
    """Look at what the directory says of the parts, before any is unpacked."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unfit(_TOO_LARGE)
    # Of two parts whose names differ by capitals alone, programs open one or the other.
    if len({part.filename.lower() for part in parts}) < len(parts):
        raise broken()
    for part in parts:
        if part.flag_bits & _ENCRYPTED:
            raise Unfit(_WITH_PASSWORD)
        if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise broken()
        if _MACROS.search(part.filename):
            raise Unfit(_WITH_MACROS)
        if _EMBEDDED.search(part.filename) or _PROGRAM.search(part.filename):
            raise Unfit(_WITH_OBJECTS)


def _kind(package: ZipFile, parts: list[ZipInfo]) -> FileKind:
    names = {part.filename: part for part in parts}
    if _TYPES not in names:
        raise Unfit(_NO_DOCUMENT)
    lists = [part for part in parts if part.filename.lower().endswith(".rels")]
    if sum(part.file_size for part in (*lists, names[_TYPES])) > _MOST_LISTED:
        raise Unfit(_TOO_LARGE)
    main: list[FileKind] = []

    def look(attributes: dict[str, str]) -> None:
        _check_type(attributes)
        if "PartName" in attributes and (kind := _MAIN.get(attributes.get("ContentType", ""))):
            main.append(kind)

    _walk(package.read(names[_TYPES]), look)
    if len(main) != 1:
        raise Unfit(_NO_DOCUMENT)
    for part in lists:
        _walk(package.read(part), _check_reference)
    return main[0]


def _check_type(attributes: dict[str, str]) -> None:
    """Look at what the list of types says of a part, or of all whose names end alike."""
    content_type = attributes.get("ContentType", "")
    if _MACROS.search(content_type):
        raise Unfit(_WITH_MACROS)
    if "PartName" in attributes and _EMBEDDED.search(content_type):
        raise Unfit(_WITH_OBJECTS)


def _check_reference(attributes: dict[str, str]) -> None:
    """Look at what one part says of another, in the package or outside it.

    Links that a reader follows are as good as in any text. A template on a disk is what documents
    of an office are made from; one on the Internet could bring macros along.
    """
    kind = attributes.get("Type", "").rpartition("/")[2].lower()
    if kind == "vbaproject":
        raise Unfit(_WITH_MACROS)
    if kind in _OBJECTS:
        raise Unfit(_WITH_OBJECTS)
    if attributes.get("TargetMode", "").lower() == "external":
        target = attributes.get("Target", "")
        if kind in _FETCHED or (kind == "attachedtemplate" and _INTERNET.match(target)):
            raise Unfit(_FETCHES)


def _walk(text: bytes, look: Callable[[dict[str, str]], None]) -> None:
    """Let `look` see the attributes of every element of a list.

    A document type is not taken, as it could multiply the text without end.
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, attributes: look(attributes)
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, LookupError) as error:
        raise broken() from error


def _refuse(*_declaration: object) -> None:
    raise broken()
