"""Which language a reader gets, and how numbers and dates are written in it."""

from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from app.core.i18n import (
    format_date,
    format_days,
    format_euro,
    format_number,
    format_share,
    language,
    language_links,
    person_name,
)
from tests.client import sign_in_as
from tests.conftest import make_settings, running
from tests.html import document_of, elements

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "expected"),
    [
        ("sv", "fi", "fi", "sv"),
        (None, "sv", "fi", "sv"),
        (None, None, "sv", "sv"),
        (None, None, "sv-FI,sv;q=0.9,fi;q=0.5", "sv"),
        (None, None, "en-GB,fi;q=0.3,sv;q=0.2", "fi"),
        (None, None, "en,de", "fi"),
        (None, None, None, "fi"),
        ("en", "sv", "fi", "sv"),
        ("", "xx", "sv", "sv"),
        ("SV", None, None, "fi"),
    ],
)
def test_address_then_cookie_then_browser_then_city(client, query, cookie, accepted, expected):
    if cookie:
        client.set_cookie("lang", cookie)
    response = client.get(
        "/accessibility",
        query_string={} if query is None else {"lang": query},
        headers={"Accept-Language": accepted} if accepted else {},
    )
    assert document_of(response).root.get("lang") == expected
    assert response.headers["Content-Language"] == expected


def test_city_may_have_swedish_first(tmp_path, compiled) -> None:
    settings = make_settings(tmp_path, default_language="sv")
    with running(settings, compiled) as app:
        response = app.test_client().get("/accessibility", headers={"Accept-Language": "de"})
        assert response.headers["Content-Language"] == "sv"


def test_choice_in_the_address_is_kept_in_a_cookie(client) -> None:
    response = client.get("/accessibility?lang=sv")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("lang=sv;")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"):
        assert part in cookie
    again = client.get("/accessibility")
    assert again.headers["Content-Language"] == "sv"
    assert "Set-Cookie" not in again.headers


def test_signing_in_brings_the_language_of_the_person(client) -> None:
    client.get("/accessibility?lang=fi")
    sign_in_as(client, "proposer2")
    assert client.get("/accessibility").headers["Content-Language"] == "sv"


def switch(response) -> dict[str, str]:
    """Return the links of the language switch by language."""
    links = elements(document_of(response).root, "a")
    return {link.get("hreflang"): link.get("href") for link in links if link.get("hreflang")}


def test_switch_keeps_the_place(client) -> None:
    response = client.get("/?year=2025&year=2026&q=v%C3%A4g+%26+tie&lang=fi")
    assert switch(response) == {
        code: f"/?year=2025&year=2026&q=v%C3%A4g+%26+tie&lang={code}" for code in ("fi", "sv")
    }


def test_switch_marks_the_present_language(client) -> None:
    links = list(elements(document_of(client.get("/accessibility?lang=sv")).root, "a"))
    marked = [link.get("hreflang") for link in links if link.get("aria-current") == "true"]
    assert marked == ["sv"]
    # Each name is in its own language.
    for link in links:
        assert link.get("lang") == link.get("hreflang")


def test_switch_of_a_forms_answer_leads_to_the_forms_page(client) -> None:
    address = {"headers": {"Referer": "http://localhost/sign-in?next=/privacy"}}
    assert switch(client.post("/sign-in", **address))["sv"] == "/sign-in?next=%2Fprivacy&lang=sv"
    foreign = {"headers": {"Referer": "http://evil.example/steal"}}
    assert switch(client.post("/sign-in", **foreign))["sv"] == "/?lang=sv"


def test_switch_never_leads_to_another_host(app: Flask) -> None:
    with app.test_request_context(environ_overrides={"PATH_INFO": "//evil.example/x"}):
        assert [link.url for link in language_links()] == [
            "/evil.example/x?lang=fi",
            "/evil.example/x?lang=sv",
        ]


def test_outside_a_request_the_city_speaks_its_first_language(app: Flask) -> None:
    assert language() == "fi"


@pytest.mark.parametrize("code", ["fi", "sv"])
def test_numbers_dates_and_money(app: Flask, code: str) -> None:
    with force_locale(code):
        assert format_date(date(2025, 12, 2)) == "2.12.2025"
        assert format_number(12500) == f"12{SPACE}500"
        assert format_number(3.25) == "3,25"
        assert format_euro(1250000) == f"1{SPACE}250{SPACE}000{SPACE}€"
        assert format_euro(0) == f"0{SPACE}€"
        assert format_share(0.194) == f"19{SPACE}%"
        assert format_share(1) == f"100{SPACE}%"


@pytest.mark.parametrize(
    ("code", "days", "written"),
    [
        ("fi", 1, "1 päivä"),
        ("fi", 30, "30 päivää"),
        ("fi", 365, "1 vuosi"),
        ("fi", 730, "2 vuotta"),
        ("sv", 1, "1 dag"),
        ("sv", 400, "400 dagar"),
        ("sv", 1825, "5 år"),
    ],
)
def test_days_in_words(app: Flask, code: str, days: int, written: str) -> None:
    with force_locale(code):
        assert format_days(days) == written


@pytest.mark.parametrize(
    ("code", "erased"), [("fi", "poistettu henkilö"), ("sv", "raderad person")]
)
def test_somebody_erased_has_no_name(app: Flask, code: str, erased: str) -> None:
    with force_locale(code):
        assert person_name("") == erased
        assert person_name("Ella Esimerkki") == "Ella Esimerkki"
