"""A test client that goes through pages as a person does and checks every answer that it gets."""

from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.extensions import db
from tests.forms import forms_of
from tests.lint import faults_of

HTMX = {"HX-Request": "true"}
"""Headers by which htmx asks for a fragment."""


class LintingClient(FlaskClient):
    """A Flask test client whose every answer must be without faults.

    An answer with 5xx, wrong headers or faulty HTML raises AssertionError with the address, unless
    a test sets `expects_errors` because it is about errors.
    """

    expects_errors = False

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, as Flask's client does, in a context of its own, and check the answer."""
        # What the test has read so far is forgotten, and no lock of its own holds the request up.
        db.session.rollback()
        kwargs["buffered"] = True
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        for answer in (*response.history, response):
            self._check(answer)
        return response

    def submit(
        self,
        page: str,
        data: dict[str, Any] | None = None,
        button: str | None = None,
        action: str | None = None,
        **kwargs: Any,
    ) -> TestResponse:
        """Open `page`, fill its form in and send it, as a person does.

        Args:
            page: Address of the page.
            data: What to fill in, by field name; a list for several ticks. What it does not name
                stays as the page gives it. A field or choice that is not there is an error.
            button: The value, the name or the words of the button to press; the first if None.
            action: Where the form is sent, to tell several forms of the page apart. A hidden field
                that `data` names tells them apart too.
            kwargs: Further arguments of `open`, such as `follow_redirects` and `headers`.
        """
        data = data or {}
        response = self.get(page)
        assert response.status_code == 200, f"GET {page} answers {response.status}"
        every = forms_of(response)
        fitting = [form for form in every if form.fits(data, button, action)]
        assert len(fitting) == 1, f"{len(fitting)} forms of {page} fit, of {every}"
        fields = MultiDict(fitting[0].filled(data, button))
        if fitting[0].element.get("method", "get").lower() == "get":
            return self.get(fitting[0].action.partition("?")[0], query_string=fields, **kwargs)
        kwargs["headers"] = {"Referer": f"http://localhost{page}", **kwargs.get("headers", {})}
        return self.post(fitting[0].action, data=fields, **kwargs)

    def forge(
        self, address: str, data: dict[str, Any] | None = None, **kwargs: Any
    ) -> TestResponse:
        """POST what no page offers, with a valid token against forgery."""
        return self.post(address, data={**(data or {}), "csrf_token": self._token()}, **kwargs)

    def _check(self, response: TestResponse) -> None:
        if not self.expects_errors:
            assert response.status_code < 500, f"{address_of(response)}: {response.status}"
        faults = faults_of(response)
        assert not faults, "\n".join([address_of(response), *faults])

    def _token(self) -> str:
        """Return what Flask-WTF's forms carry in this session."""
        with self.session_transaction() as session:
            secret = session.setdefault("csrf_token", "known to the tests")
        key = self.application.secret_key
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(secret))


def address_of(response: TestResponse) -> str:
    """Return method, address and status, to name an answer in a message."""
    request = response.request
    return f"{request.method} {request.full_path.rstrip('?')} ({response.status_code})"


def sign_in_as(client: LintingClient, person: str) -> LintingClient:
    """Sign in as the invented person with the key `person`."""
    response = client.forge("/sign-in", {"person": person})
    assert response.status_code == 303, response.status
    return client
