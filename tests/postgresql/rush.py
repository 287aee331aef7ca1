"""Many who do something at the same moment."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import text
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from app.core.database import writing
from app.extensions import db
from tests.client import LintingClient
from tests.forms import forms_of

PATIENCE = 30
"""For how many seconds others are waited for."""

Work = Callable[[], object]

_WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def at_once(works: Sequence[Work]) -> list[object]:
    """Begin all works at the same moment, and return what comes of them in their order."""
    start = Barrier(len(works))

    def begin(work: Work) -> object:
        start.wait(PATIENCE)
        return work()

    db.session.rollback()
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


def after_all_have_read(works: Sequence[Work]) -> list[object]:
    """Let all works come as far as the write that each of them makes, before any may write.

    AssertionError is raised if one of them writes without waiting for its turn.
    """
    with ThreadPoolExecutor(len(works)) as pool:
        with writing():
            begun = [pool.submit(work) for work in works]
            deadline = time.monotonic() + PATIENCE
            while db.session.scalars(_WAITING).one() < len(works):
                ended = [each.exception() or each.result() for each in begun if each.done()]
                assert not ended, f"not all of them wait for their turn: {ended}"
                assert time.monotonic() < deadline, "they are too slow"
        return [each.result() for each in begun]


def sending(
    client: LintingClient, page: str, button: str | None = None, **given: str
) -> Callable[[], TestResponse]:
    """Return a function that sends the form of a page, as it is now, in a thread of its own."""
    (form,) = (each for each in forms_of(client.get(page)) if each.fits(given, button, None))
    fields = MultiDict(form.filled(given, button))
    cookie = client.get_cookie("session")
    assert cookie is not None

    def send() -> TestResponse:
        with client.application.app_context():
            another = client.application.test_client()
            another.set_cookie("session", cookie.value)
            return another.post(form.action, data=fields)

    return send
