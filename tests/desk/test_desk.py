"""The desk: which proposals stand on it, what it says of them, and what it is narrowed to."""

import pytest

from app.measures.states import State
from tests.client import LintingClient, sign_in_as
from tests.html import document_of, rows_of
from tests.measures.proposals import saved


@pytest.fixture
def secretary(client: LintingClient) -> LintingClient:
    """Return a client signed in as the secretary."""
    return sign_in_as(client, "secretary")


def rows(client: LintingClient, address: str = "/desk") -> list[list[str]]:
    """Return the rows of the queue."""
    root = document_of(client.get(address)).root
    return [row for table in root.iter("table") for row in rows_of(table)]


def test_it_lists_what_is_not_decided(secretary) -> None:
    for state in State:
        saved(state, name_fi=f"Ehdotus {state}")
    names = {row[1] for row in rows(secretary)}
    assert names == {
        f"Ehdotus {state}" for state in ("submitted", "returned", "in_scoring", "postponed")
    }
    assert [row[1] for row in rows(secretary, "/desk?state=draft")] == ["Ehdotus draft"]
