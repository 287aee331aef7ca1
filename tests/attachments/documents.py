"""Small files of every kind, as programs write them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

_OFFICE = "application/vnd.openxmlformats-officedocument."
_REFERENCES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

WORD = f"{_OFFICE}wordprocessingml.document.main+xml"
EXCEL = f"{_OFFICE}spreadsheetml.sheet.main+xml"


def pdf(text: str = "Liite") -> bytes:
    """Return a PDF of one page with a text in plain letters."""
    drawn = f"BT /F1 24 Tf 60 760 Td ({text}) Tj ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    data, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, table, size, len(data))
    )


def png(padding: int = 0) -> bytes:
    """Return a picture of one point, with so many bytes that say nothing."""
    header = struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0)
    chunks = [
        (b"IHDR", header),
        (b"tEXt", b"Comment\0" + b"x" * padding),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpg() -> bytes:
    """Return the frame of a picture: all its segments, and data that stand for a grey point."""
    segments = (
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        (0xDB, b"\0" + bytes(64)),
        (0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
        (0xC4, b"\0" + bytes(17)),
        (0xDA, b"\x01\x01\0\0\x3f\0"),
    )
    parts = [struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in segments]
    return b"\xff\xd8" + b"".join(parts) + b"\x2a\xff\xd9"


def types(main: str, *further: str) -> str:
    """Return the list of types of a package with its main part."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/main.xml" ContentType="{main}"/>{"".join(further)}</Types>'
    )


def reference(kind: str, target: str, mode: str = "External") -> str:
    """Return the list of references of a part, with one in it."""
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_REFERENCES}/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/></Relationships>'
    )


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip file with parts by their names, the same whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            archive.writestr(part, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def document(main: str = WORD, parts: Mapping[str, str | bytes] = {}) -> bytes:
    """Return a document with further parts beside the necessary ones."""
    known = {
        "[Content_Types].xml": types(main),
        "_rels/.rels": reference("officeDocument", "main.xml", "Internal"),
        "main.xml": "<document/>",
    }
    return package({**known, **parts})


def docx() -> bytes:
    return document()


def xlsx() -> bytes:
    return document(EXCEL)
