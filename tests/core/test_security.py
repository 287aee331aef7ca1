"""The exact headers of every answer, of pages, errors and static files alike."""

import pytest
from flask import Flask

from app.core.security import HEADERS
from tests import lint
from tests.conftest import make_settings, running

STATIC = "/static/css/base.css"
ADDRESSES = ["/", "/accessibility", "/no-such-page", "/healthz", "/sign-out", STATIC, "/static/no"]


def test_headers_are_those_that_the_client_checks() -> None:
    assert HEADERS == lint.HEADERS


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_has_the_headers_once(client, address: str) -> None:
    response = client.get(address)
    for name, value in lint.HEADERS.items():
        assert response.headers.getlist(name) == [value]
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize("address", ADDRESSES)
def test_https_adds_strict_transport_security(tmp_path, compiled, address: str) -> None:
    with running(make_settings(tmp_path, https=True), compiled) as app:
        client = app.test_client()
        client.expects_errors = True
        response = client.get(address)
        expected = "max-age=31536000; includeSubDomains"
        assert response.headers.getlist("Strict-Transport-Security") == [expected]


def test_an_unchanged_file_is_answered_with_headers_too(client) -> None:
    first = client.get(STATIC)
    again = client.get(STATIC, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert again.status_code == 304
    for name, value in lint.HEADERS.items():
        assert again.headers[name] == value


def test_a_broken_program_answers_with_headers_too(app: Flask, client) -> None:
    app.add_url_rule("/broken", view_func=lambda: {}["missing"])
    client.expects_errors = True
    response = client.get("/broken")
    assert response.status_code == 500
    for name, value in lint.HEADERS.items():
        assert response.headers[name] == value


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client) -> None:
    cookies = client.get("/sign-in").headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("session="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "Secure" not in session


def test_cookies_are_secure_under_https(tmp_path, city_database, compiled) -> None:
    with running(make_settings(tmp_path, https=True, demo=False), compiled) as app:
        client = app.test_client()
        response = client.get("/sign-in?lang=sv", base_url="https://localhost")
        cookies = response.headers.getlist("Set-Cookie")
        assert cookies
        assert all("Secure" in cookie for cookie in cookies)
