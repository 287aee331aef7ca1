"""Names of files: tidied, kept in any alphabet, and safe in the header of a download."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attachments.names import LONGEST, disposition, tidy_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Selvitys.pdf", "Selvitys.pdf"),
        ("Åtgärdsplan för Ängö – äö.docx", "Åtgärdsplan för Ängö – äö.docx"),
        ("план.xlsx", "план.xlsx"),
        ("計画.pdf", "計画.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.pdf", "system.pdf"),
        ("/etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\ella\\liite.pdf", "liite.pdf"),
        ("a\"b'c.pdf", "a\"b'c.pdf"),
        ("rivi\r\nX-Header: 1.pdf", "rivi X-Header: 1.pdf"),
        ("kuva\u202efdp.exe.png", "kuvafdp.exe.png"),
        ("a\0b\x1b[31m\x7f.pdf", "ab[31m.pdf"),
        ("  monta \t väliä .pdf ", "monta väliä.pdf"),
        ("\ufeffalku\u200b.pdf", "alku.pdf"),
        ("piste.pdf.", "piste.pdf"),
        (".pdf", "pdf"),
        ("..", ""),
        ("", ""),
        ("\u202e", ""),
        ("<script>alert(1)</script>.pdf", "script>.pdf"),
        ("A\u0308ni.pdf", "\u00c4ni.pdf"),
        ("x" * 400 + ".docx", "x" * (LONGEST - 5) + ".docx"),
        ("x." + "y" * 400, "x." + "y" * (LONGEST - 2)),
    ],
)
def test_what_is_kept_of_a_name(sent: str, kept: str) -> None:
    assert tidy_name(sent) == kept


@given(st.text())
def test_any_name_is_tidied_once_and_for_all(name: str) -> None:
    tidied = tidy_name(name)
    assert len(tidied) <= LONGEST
    assert tidy_name(tidied) == tidied
    assert not re.search(r"[\x00-\x1f\x7f/\\\u202e\ud800-\udfff]", tidied)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        (
            "Äänestys.pdf",
            "attachment; filename=\"Aanestys.pdf\"; filename*=UTF-8''%C3%84%C3%A4nestys.pdf",
        ),
        ("計画.pdf", "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E8%A8%88%E7%94%BB.pdf"),
        (
            "a\";b=c'%.pdf",
            "attachment; filename=\"a__b_c__.pdf\"; filename*=UTF-8''a%22%3Bb%3Dc%27%25.pdf",
        ),
    ],
)
def test_the_header_of_a_download(name: str, header: str) -> None:
    assert disposition(name) == header


@given(st.text().map(tidy_name).filter(bool))
def test_any_name_makes_a_whole_header(name: str) -> None:
    header = re.fullmatch(
        r"attachment; filename=\"([\w .()-]+)\"; filename\*=UTF-8''([\w.~%-]+)",
        disposition(name),
        re.ASCII,
    )
    assert header
    assert unquote(header[2]) == name
