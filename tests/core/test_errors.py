"""What a reader meets when something goes wrong: a page in their language, and no secrets."""

import pytest
from flask import Flask, abort, request
from flask_babel import gettext

from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import csrf, db
from tests.client import HTMX, sign_in_as
from tests.conftest import running
from tests.html import document_of, first, text_of


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return the app with addresses at which everything goes wrong."""

    @app.post("/fails/refused")
    @csrf.exempt
    def refused():
        raise Refused("The meeting is over.", "The minutes are approved.")

    @app.post("/fails/stale")
    @csrf.exempt
    def stale():
        raise Stale

    @app.get("/fails/broken")
    def broken():
        raise RuntimeError("the password of the database is hunter2")

    @app.get("/fails/<int:code>")
    def code(code: int):
        abort(code)

    @app.post("/fails/large")
    @csrf.exempt
    def large():
        return str(len(request.form))

    return app


REQUESTS = {
    400: ("POST", "/sign-in", {}),
    403: ("GET", "/fails/403", {}),
    404: ("GET", "/no-such-page", {}),
    405: ("GET", "/sign-out", {}),
    409: ("POST", "/fails/refused", {}),
    413: ("POST", "/fails/large", {"data": {"text": "x" * 3_000_000}}),
    500: ("GET", "/fails/broken", {}),
}


def provoke(client, code: int, language: str):
    client.expects_errors = True
    method, address, kwargs = REQUESTS[code]
    response = client.open(f"{address}?lang={language}", method=method, **kwargs)
    assert response.status_code == code
    return response


@pytest.mark.parametrize("code", REQUESTS)
def test_every_error_has_a_page_in_both_languages(client, code: int) -> None:
    words = {}
    for language in ("fi", "sv"):
        response = provoke(client, code, language)
        assert response.mimetype == "text/html"
        main = first(document_of(response).root, ".//main")
        assert document_of(response).root.get("lang") == language
        assert main.find(".//a[@class='btn secondary']").get("href") == "/"
        words[language] = text_of(main)
        assert str(code) in words[language]
    assert words["fi"] != words["sv"]


@pytest.mark.parametrize("code", [418, 501])
def test_other_errors_have_a_page_too(client, code: int) -> None:
    client.expects_errors = True
    response = client.get(f"/fails/{code}")
    assert response.status_code == code
    assert document_of(response).is_page


def test_page_of_a_broken_program_tells_nothing_of_it(client) -> None:
    response = provoke(client, 500, "fi")
    assert "hunter2" not in response.text
    assert "Traceback" not in response.text


def test_a_refusal_gives_its_reasons(client) -> None:
    text = text_of(document_of(provoke(client, 409, "fi")).root)
    assert "The meeting is over. The minutes are approved." in text


def test_a_stale_form_says_that_somebody_else_was_first(app: Flask, client) -> None:
    response = client.post("/fails/stale")
    assert response.status_code == 409
    with app.test_request_context(headers={"Accept-Language": "fi"}):
        said = gettext("Somebody else has changed this after you opened it.")
    assert said in response.text


def test_a_refused_operation_leaves_nothing_behind(app: Flask, client) -> None:
    @app.post("/fails/halfway")
    @csrf.exempt
    def halfway():
        with writing():
            db.session.execute(db.text("DELETE FROM role_grant"))
            raise Refused("No.")

    assert client.post("/fails/halfway").status_code == 409
    assert db.session.scalar(db.text("SELECT count(*) FROM role_grant")) > 0


def test_method_not_allowed_says_which_methods_are(client) -> None:
    assert "POST" in provoke(client, 405, "fi").headers["Allow"]


def test_htmx_gets_the_status_too(client) -> None:
    response = client.get("/no-such-page", headers=HTMX)
    assert response.status_code == 404


def test_error_page_needs_no_database(settings, compiled) -> None:
    # Nothing was migrated here.
    with running(settings, compiled) as app:
        client = app.test_client()
        assert client.get("/no-such-page").status_code == 404


@pytest.mark.parametrize("person", [None, "secretary"])
def test_a_broken_database_is_said_on_a_page(app: Flask, client, settings, person) -> None:
    if person:
        sign_in_as(client, person)
    db.session.remove()
    db.engine.dispose()
    (settings.instance / "roadmap.sqlite").write_bytes(b"this is no database" * 1000)
    client.expects_errors = True
    response = client.get("/")
    assert response.status_code == 500
    assert document_of(response).is_page
