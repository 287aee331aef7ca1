"""What a file is, by its content and not by what it is called.

A file is of one kind from its first byte to its last, so that nothing else is hidden before or
after it. It is not looked for viruses.
"""

import re
import struct
import zlib
from collections.abc import Callable, Sequence

from flask_babel import lazy_gettext as _l

from app.attachments import office
from app.attachments.states import FileKind
from app.attachments.unfit import Unfit, broken

_PDF_END = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_PDF_TAIL = 2048
"""The bytes at the end of a PDF in which its trailer is looked for."""

_PNG = b"\x89PNG\r\n\x1a\n"

_JPG = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff+([\xc0-\xcf\xd9-\xfe])")
_NEXT_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")
_PADDING = re.compile(rb"\0*")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END = 0xDA, 0xD9
"""Markers of JPEG: those that say how large the picture is, its data, its end."""

_NOT_TAKEN = _l("Files of this kind cannot be added. Add a PDF, docx, xlsx, png or jpg file.")
_OLD_OFFICE = _l(
    "This is a file of an old Office, or one with a password. Save it as docx or xlsx, without a "
    "password."
)


def kind_of(data: bytes) -> FileKind:
    """Return what kind of file `data` is.

    Raises:
        Unfit: It is of no kind that is taken, damaged, or holds what could do harm.
    """
    for beginning, look in _BEGINNINGS:
        if data.startswith(beginning):
            return look(data)
    raise Unfit(_NOT_TAKEN)


def _pdf(data: bytes) -> FileKind:
    if not _PDF_END.search(data[-_PDF_TAIL:]):
        raise broken()
    return FileKind.PDF


def _png(data: bytes) -> FileKind:
    """Go through the chunks of a picture, from its header to its end (PNG, third edition, 5)."""
    names, place = [], len(_PNG)
    while place < len(data):
        try:
            length, name = struct.unpack_from(">I4s", data, place)
            (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        except struct.error as error:
            raise broken() from error
        if zlib.crc32(memoryview(data)[place + 4 : place + 8 + length]) != checksum:
            raise broken()
        names.append(name)
        place += 12 + length
        if name == b"IEND":
            break
    complete = names[:1] == [b"IHDR"] and b"IDAT" in names and names[-1:] == [b"IEND"]
    if not complete or place != len(data):
        raise broken()
    return FileKind.PNG


def _jpg(data: bytes) -> FileKind:
    """Go through a picture (JPEG, annex B), and through those that follow it.

    Telephones put further pictures, such as the same one in other light, behind the first.
    """
    rest = memoryview(data)
    while rest:
        if rest[: len(_JPG)] != _JPG:
            raise broken()
        rest = rest[_end_of_picture(rest) :]
        padding = _PADDING.match(rest)
        rest = rest[padding.end() if padding else 0 :]
    return FileKind.JPG


def _end_of_picture(data: memoryview) -> int:
    """Return where the picture ends with which `data` begins; it has a frame, and a scan of it."""
    seen: set[int] = set()
    place, look = 2, _MARKER.match
    while found := look(data, place):
        marker, place = found[1][0], found.end()
        if marker == _END:
            if seen.isdisjoint(_FRAMES) or _SCAN not in seen:
                break
            return place
        seen.add(marker)
        place += int.from_bytes(data[place : place + 2], "big")
        # Behind the header of a scan stands the picture itself, without a length.
        look = _NEXT_MARKER.search if marker == _SCAN else _MARKER.match
    raise broken()


def _old_office(_data: bytes) -> FileKind:
    raise Unfit(_OLD_OFFICE)


_BEGINNINGS: Sequence[tuple[bytes, Callable[[bytes], FileKind]]] = (
    (b"%PDF-1.", _pdf),
    (b"%PDF-2.", _pdf),
    (_PNG, _png),
    (_JPG, _jpg),
    (b"PK\x03\x04", office.kind_of),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _old_office),
)
"""How the files of each kind begin, and what looks at the rest of them."""
