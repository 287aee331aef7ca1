"""Logs say what happened, and nothing of who or what about."""

import logging
import runpy

import pytest
from flask import Flask, request

from app.accounts.models import User
from app.config import ROOT
from app.core.database import writing
from app.extensions import db
from tests.client import sign_in_as


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Return the log that a terminal would show, tracebacks included."""
    caplog.set_level(logging.INFO)
    return caplog


def test_reading_and_searching_leaves_no_trace(client, log) -> None:
    sign_in_as(client, "proposer")
    client.get("/?q=salasana&year=2025", headers={"User-Agent": "Snooper/1"})
    client.submit("/accessibility", action="/sign-out")
    client.get("/no-such-page?q=salasana")
    assert log.text == ""


def test_refused_access_is_logged_without_the_person(client, log) -> None:
    sign_in_as(client, "viewer")
    assert client.get("/proposals?q=salasana").status_code == 403
    assert "access refused: READ_PROPOSALS" in log.text
    for personal in ("viewer", "Ville", "Esimerkki", "salasana", "127.0.0.1"):
        assert personal not in log.text


def test_an_error_is_logged_without_the_values_of_its_query(app: Flask, client, log) -> None:
    # A traceback shows lines of the source, so the name comes from the request.
    def fail() -> str:
        with writing():
            db.session.add(User(key="proposer", name=request.args["name"], language="fi"))
        return ""

    app.add_url_rule("/fail", view_func=fail)
    client.expects_errors = True
    assert client.get("/fail?name=Kalle+Kuviteltu").status_code == 500
    assert "IntegrityError" in log.text
    for personal in ("Kalle", "Kuviteltu"):
        assert personal not in log.text


def test_server_keeps_no_access_log() -> None:
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["accesslog"] is None
