"""What a process shows in which the package highspy cannot be imported."""

import tempfile
from pathlib import Path

from flask_migrate import upgrade

from app.accounts.queries import actor_of, user_by_key
from app.core import clock
from app.measures.states import State
from tests import city
from tests.client import sign_in_as
from tests.conftest import make_settings, running
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR, open_round


def look() -> None:
    """Go through the pages of choosing; AssertionError when one of them is not as it should be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(make_settings(folder), folder) as app:
            upgrade()
            city.build()
            secretary = actor_of(user_by_key("secretary").id, clock.today())
            open_round(secretary)
            saved(State.IN_SCORING)
            client = sign_in_as(app.test_client(), "secretary")
            for query in ("", "?number=3", "?number=x"):
                text = client.get(f"/scoring/{YEAR}/choose{query}").text
                assert "requirements-extras.txt" in text
                assert '<h2 id="recommended"' not in text
            assert client.get(f"/scoring/{YEAR}/scenarios").status_code == 200
            limits = {"name": "x", "limits": "number=3"}
            assert client.forge(f"/scoring/{YEAR}/scenarios", limits).status_code == 409
