"""Files are known by their content, and what could do harm is not taken."""

import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attachments import office
from app.attachments.contents import kind_of
from app.attachments.operations import checked
from app.attachments.states import FileKind
from app.attachments.unfit import Unfit
from tests.attachments import documents

GOOD = {
    FileKind.DOCX: documents.docx(),
    FileKind.JPG: documents.jpg(),
    FileKind.PDF: documents.pdf(),
    FileKind.PNG: documents.png(),
    FileKind.XLSX: documents.xlsx(),
}

# A PDF may hold its later versions, and telephones put several pictures into one file.
SEVERAL = {(kind, GOOD[kind]) for kind in (FileKind.PDF, FileKind.JPG)}

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
DOCTYPE = '<!DOCTYPE t [<!ENTITY a "aaaa">]>'
BOMB = '<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Types>&b;</Types>'


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_is_what_its_content_is(kind: FileKind) -> None:
    assert kind_of(GOOD[kind]) is kind
    file = checked(f"Liite.{kind}", GOOD[kind])
    assert (file.kind, file.name, file.data) == (kind, f"Liite.{kind}", GOOD[kind])


def test_endings_in_capitals_and_the_longer_one_of_pictures() -> None:
    assert checked("KUVA.JPEG", GOOD[FileKind.JPG]).kind is FileKind.JPG
    assert checked("Suunnitelma.PDF", GOOD[FileKind.PDF]).kind is FileKind.PDF


@pytest.mark.parametrize("kind", FileKind)
def test_a_name_that_promises_something_else(kind: FileKind) -> None:
    for ending in (".exe", ".html", "", ".", ".pdf.js", *(f".{other}" for other in FileKind)):
        if ending != f".{kind}":
            with pytest.raises(Unfit):
                checked(f"liite{ending}", GOOD[kind])


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_that_is_cut_off(kind: FileKind) -> None:
    whole = GOOD[kind]
    for length in range(len(whole) - 2):
        with pytest.raises(Unfit):
            kind_of(whole[:length])


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize("other", [HTML, SVG, b"MZ\x90\0", *GOOD.values()])
def test_nothing_stands_before_or_after_a_file(kind: FileKind, other: bytes) -> None:
    if (kind, other) in SEVERAL:
        assert kind_of(GOOD[kind] + other) is kind
        return
    with pytest.raises(Unfit):
        checked(f"liite.{kind}", other + GOOD[kind])
    with pytest.raises(Unfit):
        checked(f"liite.{kind}", GOOD[kind] + other)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HTML,
        SVG,
        b"Nimi;Hinta\n",
        b"MZ\x90\0" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"GIF89a" + bytes(100),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        documents.package({"mimetype": "application/vnd.oasis.opendocument.text"}),
        documents.package({"a.txt": "x"}),
        b"PK\x05\x06" + bytes(18),
        b"PK\x03\x04",
        b"%PDF-1.7 without an end",
        b"%PDF-0.1\nstartxref\n1\n%%EOF",
    ],
)
def test_other_files(data: bytes) -> None:
    for ending in FileKind:
        with pytest.raises(Unfit):
            checked(f"liite.{ending}", data)


def test_a_picture_whose_checksums_are_wrong() -> None:
    wrong = GOOD[FileKind.PNG].replace(b"Comment", b"Kommenn")
    with pytest.raises(Unfit):
        kind_of(wrong)


@pytest.mark.parametrize(
    "parts",
    [
        {"[Content_Types].xml": documents.types(MACROS)},
        {
            "[Content_Types].xml": documents.types(
                documents.WORD.replace("document.m", "template.m")
            )
        },
        {"[Content_Types].xml": documents.types("application/vnd.ms-powerpoint")},
        {"[Content_Types].xml": documents.types(documents.WORD).replace("</Types>", "")},
        {"[Content_Types].xml": BOMB},
        {"[Content_Types].xml": BOMB.encode("utf-16")},
        {"[Content_Types].xml": documents.types(documents.WORD).replace("?>", f"?>{DOCTYPE}")},
        {"[Content_Types].xml": b"\0" * 50},
        {"[Content_Types].xml": '<?xml version="1.0" encoding="x-none"?><Types/>'},
        {"[Content_Types].xml": "<Types/>"},
        {"word/vbaProject.bin": b"x"},
        {"word/VBAPROJECT.BIN": b"x"},
        {"xl/macrosheets/sheet1.xml": "<x/>"},
        {"word/embeddings/oleObject1.bin": b"x"},
        {"word/embeddings/renamed.bin": b"x"},
        {"word/embeddings/budget.xlsm": b"x"},
        {"word/activeX/activeX1.xml": "<x/>"},
        {"word/media/image.exe": b"MZ"},
        {"word/_rels/document.xml.rels": documents.reference("oleObject", "file:///c:/x.exe")},
        {"word/_rels/document.xml.rels": documents.reference("oleObject", "a.xml", "Internal")},
        {"word/_rels/document.xml.rels": documents.reference("vbaProject", "a.xml", "Internal")},
        {"word/_rels/settings.xml.rels": documents.reference("attachedTemplate", "https://x.y/t")},
        {"word/_rels/settings.xml.rels": documents.reference("attachedTemplate", "\tHTTP://x/t")},
        {"word/_rels/document.xml.rels": documents.reference("frame", "https://example.org")},
        {"word/_rels/document.xml.rels": "<Relationships"},
        {"MAIN.xml": "<document/>"},
        {f"word/{number}.xml": "" for number in range(office.MOST_PARTS)},
        {"word/_rels/document.xml.rels": "<R>" + " " * 5_000_000 + "</R>"},
    ],
)
def test_documents_that_could_do_harm(parts: dict[str, str | bytes]) -> None:
    for main in (documents.WORD, documents.EXCEL):
        with pytest.raises(Unfit):
            kind_of(documents.document(main, parts))


@pytest.mark.parametrize(
    "parts",
    [
        {"word/media/image1.png": GOOD[FileKind.PNG]},
        {"word/embeddings/Microsoft_Excel_Sheet.xlsx": GOOD[FileKind.XLSX]},
        {"xl/printerSettings/printerSettings1.bin": b"x"},
        {"word/_rels/document.xml.rels": documents.reference("hyperlink", "https://example.org")},
        {"word/_rels/settings.xml.rels": documents.reference("attachedTemplate", "file:///k:/a")},
        {"xl/externalLinks/_rels/x.rels": documents.reference("externalLinkPath", "k:/a.xlsx")},
        {"customXml/item1.xml": "<x/>"},
    ],
)
def test_documents_as_offices_write_them(parts: dict[str, str | bytes]) -> None:
    assert kind_of(documents.document(documents.WORD, parts)) is FileKind.DOCX
    assert kind_of(documents.document(documents.EXCEL, parts)) is FileKind.XLSX


def _with_sizes(data: bytes, size: int) -> bytes:
    """Return a package whose directory says another size of every part."""
    place = 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        data = data[: place + 24] + struct.pack("<I", size) + data[place + 28 :]
        place += 46
    return data


def test_a_document_that_would_unpack_to_gigabytes() -> None:
    zeros = bytes(office.MOST_UNPACKED + 1)
    data = documents.document(parts={"word/media/image1.bmp": zeros})
    assert len(data) < 1_000_000
    with pytest.raises(Unfit, match="far larger"):
        kind_of(data)


def test_a_list_that_is_larger_than_the_directory_says() -> None:
    lying = _with_sizes(documents.document(parts={"a/b.rels": " " * 10_000_000}), 100)
    with pytest.raises(Unfit):
        kind_of(lying)


def test_a_document_with_a_password() -> None:
    data = bytearray(documents.docx())
    place = 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        data[place + 8] |= 1
        place += 46
    with pytest.raises(Unfit, match="password"):
        kind_of(bytes(data))


def test_parts_packed_in_an_unusual_way() -> None:
    data = documents.docx()
    place = data.find(b"PK\x01\x02")
    for method in (1, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99):
        with pytest.raises(Unfit):
            kind_of(data[: place + 10] + struct.pack("<H", method) + data[place + 12 :])


@settings(max_examples=400)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_whatever_is_sent_is_taken_or_refused(kind: FileKind, data: st.DataObject) -> None:
    content = bytearray(GOOD[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    with suppress(Unfit):
        assert kind_of(bytes(content)) in FileKind


@settings(max_examples=200)
@given(
    st.sampled_from([b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"]),
    st.binary(),
)
def test_a_beginning_alone_is_refused(beginning: bytes, rest: bytes) -> None:
    with pytest.raises(Unfit):
        kind_of(beginning + rest)


def test_a_picture_with_something_before_its_end() -> None:
    picture = GOOD[FileKind.JPG]
    for hidden in (HTML, GOOD[FileKind.DOCX]):
        with pytest.raises(Unfit):
            kind_of(picture + hidden + picture[-2:])
    assert kind_of(picture + bytes(9) + picture) is FileKind.JPG


def test_chunks_that_promise_more_than_there_is() -> None:
    huge = struct.pack(">I4s", 0xFFFF_FFFF, b"IHDR") + bytes(30)
    with pytest.raises(Unfit):
        kind_of(b"\x89PNG\r\n\x1a\n" + huge)
