"""The path to go to after signing in never leaves this host."""

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.utils import redirect

from app.sign_in.onward import LONGEST, safe_path
from tests.forms import forms_of

HERE = "https://digi.example.org/sign-in"

# What can make a browser leave: alone and in any order, with ordinary text between.
PIECES = st.sampled_from(
    (
        *("/", "//", "\\", "/\\", "@", ":", ".", "..", "/.", "/..", "?", "#", ";", "／", "＼", "ä"),
        *("\t", "\n", "\r", "\0", " ", "\x0b", "\x7f", "\xa0", "\u2028"),
        *("%2f", "%5c", "%09", "%0a", "%00"),
        *("http:", "https://", "javascript:", "data:", "evil.example", "user:pass@", "[::1]"),
    )
)
TARGETS = st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join)).flatmap(
    lambda text: st.sampled_from([text, "/" + text, unquote(text), quote(text)])
)


def where_a_browser_goes(target: str) -> str | None:
    """Return the host that a browser goes to for a Location, by the WHATWG's URL standard.

    It drops spaces and control characters at the ends, and tabs and line ends anywhere; it takes
    a backslash for a slash. None when it stays on the host.
    """
    seen = re.sub(r"[\t\n\r]", "", target.strip("".join(map(chr, range(0x21)))))
    seen = seen.replace("\\", "/")
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", seen) or seen.startswith("//"):
        return seen
    return None


@given(TARGETS)
@example("/%2f/evil.example")
@example("/\t/evil.example")
@example("/..//evil.example")
@example("/@evil.example")
def test_whatever_comes_stays_on_this_host(target: str) -> None:
    path = safe_path(target)
    assert path in {"", target}
    assert where_a_browser_goes(path) is None
    assert urlsplit(urljoin(HERE, path)).netloc == "digi.example.org"
    # Nor does what it leads to become another host once it is read as an address anew.
    resolved = urlsplit(urljoin(HERE, path)).path
    assert not resolved.startswith("//")


@given(TARGETS)
def test_a_redirect_stays_on_this_host(target: str) -> None:
    location = redirect(safe_path(target) or "/").headers["Location"]
    assert where_a_browser_goes(location) is None


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/proposals",
        "/proposals?state=draft&page=2",
        "/?q=http://example.org//x&lang=sv",
        "/?q=a+b%20c",
        "/measures/7#history",
        "/?q=ä",
        "/%2e%2e/x",
        "/@name",
        "/a:b",
    ],
)
def test_pages_of_this_host_are_gone_to(target: str) -> None:
    assert safe_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        "proposals",
        "?a=1",
        "#x",
        " /",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/x\\y",
        "/\t/evil.example",
        "/x\r\nSet-Cookie: a=b",
        "/\0",
        "/x y",
        "/\u00a0",
        "/..//evil.example",
        "/x//evil.example",
        "https:/evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/" + "x" * LONGEST,
    ],
)
def test_nothing_else_is(target: str) -> None:
    assert safe_path(target) == ""


def test_signing_in_leads_there(client) -> None:
    person = {"person": "viewer"}
    asked = client.forge("/sign-in", {**person, "next": "/accessibility?x=%2F%2F"})
    assert asked.location == "/accessibility?x=%2F%2F"
    assert client.forge("/sign-in", {**person, "next": "/x\t/y"}).location == "/"


def test_a_very_long_way_back_is_forgotten(client) -> None:
    page = client.get("/sign-in", query_string={"next": "/" + "x" * 100_000})
    fields = [field for form in forms_of(page) for field in form.element.iter("input")]
    assert {field.get("value") for field in fields if field.get("name") == "next"} == {""}
