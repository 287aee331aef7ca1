"""A snapshot is one text for one content, never changes, and proves it."""

import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Measure
from app.measures.states import Publicity
from app.roadmaps import snapshot
from app.roadmaps.proposal import text_of
from tests.measures.proposals import fresh
from tests.roadmaps.drafts import before_board, board_decides, snapshots, the_roadmap
from tests.scoring.rounds import YEAR

FILE = f"/roadmaps/{YEAR}/snapshots/1.json"

# What belongs to the handling of a measure and not to what was approved.
LEFT_OUT = {
    "contact_id",
    "id",
    "stale",
    "state",
    "invented",
    "created_by_id",
    "created_at",
    "changed_at",
    "version",
}


@pytest.fixture
def ids(app, actor) -> list[int]:
    """Return the measures of a roadmap that the city board has approved."""
    found = before_board(actor("secretary"), actor("chair"), count=2, cost_once=12500)
    board_decides(actor("board-secretary"))
    return found


def content() -> str:
    """Return the roadmap as it is now, as a snapshot would hold it."""
    return text_of(the_roadmap())


def test_it_holds_every_field_in_both_languages(ids) -> None:
    data = json.loads(snapshots()[0].content)
    assert (data["format"], data["year"]) == (3, YEAR)
    assert [item["measure"] for item in data["items"]] == ids
    for column in set(Measure.__table__.columns.keys()) - LEFT_OUT:
        assert column.removesuffix("_id") in data["items"][0], column
    first = data["items"][0]
    assert (first["code"], first["cost_once"], first["impact"]) == ("A1", 12500, "M")
    assert first["theme"] == {"code": "A", "name_fi": "Palvelut", "name_sv": "Tjänster"}
    assert first["source"] == {"key": "strategy", "name_fi": "Strategia", "name_sv": "Strategi"}
    assert first["name_sv"] == "Invånaren bokar tid själv"
    assert first["publicity"] == "public"


def test_it_is_canonical(ids) -> None:
    kept = snapshots()[0].content
    data = json.loads(kept, parse_float=lambda number: pytest.fail(f"{number} is a float"))
    assert snapshot.canonical(data) == kept
    assert "Invånaren" in kept
    assert not re.search(r'": |, "', kept)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_the_order_of_the_keys_does_not_matter(value) -> None:
    def turned(part):
        if isinstance(part, dict):
            return {key: turned(part[key]) for key in reversed(part)}
        return [turned(each) for each in part] if isinstance(part, list) else part

    assert snapshot.canonical({"x": value}) == snapshot.canonical(turned({"x": value}))
    assert json.loads(snapshot.canonical({"x": value})) == {"x": value}


def test_the_same_contents_give_the_same_digest(ids) -> None:
    kept = snapshots()[0]
    assert content() == content() == kept.content
    assert kept.sha256 == hashlib.sha256(kept.content.encode("utf-8")).hexdigest()
    assert snapshot.is_intact(kept)


def test_it_stays_when_the_measure_changes(ids) -> None:
    before = snapshots()[0].content
    with writing():
        measures.change(fresh(ids[0]), INSTALLER, name_fi="Toinen nimi")
    assert snapshots()[0].content == before
    assert content() != before


def test_tampering_around_the_triggers_is_found(client, sign_in, ids) -> None:
    sign_in(client, "viewer")
    assert "tag-rejected" not in client.get(f"/roadmaps/{YEAR}").text
    with writing():
        db.session.execute(text("DROP TRIGGER snapshot_refuses_UPDATE"))
        db.session.execute(text("UPDATE snapshot SET content = replace(content, 'A1', 'A9')"))
    assert not snapshot.is_intact(snapshots()[0])
    assert "tag-rejected" in client.get(f"/roadmaps/{YEAR}").text


def test_the_file_has_the_digest_of_the_page(client, sign_in, ids) -> None:
    sign_in(client, "viewer")
    page = client.get(f"/roadmaps/{YEAR}").text
    assert f'href="{FILE}"' in page
    response = client.get(FILE)
    assert response.mimetype == "application/json"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert hashlib.sha256(response.data).hexdigest() in page


def test_nobody_signed_out_gets_the_file(client, ids) -> None:
    assert client.get(FILE).location.startswith("/sign-in")


def test_a_file_with_a_secret_is_for_those_who_may_read_it(client, sign_in, ids) -> None:
    with writing():
        measure = fresh(ids[0])
        measure.publicity, measure.secrecy_basis = Publicity.SECRET, "JulkL 24 §"
    for person, code in (("viewer", 404), ("member", 200), ("secretary", 200)):
        sign_in(client, person)
        assert client.get(FILE).status_code == code, person
        listed = f'href="{FILE}"' in client.get(f"/roadmaps/{YEAR}").text
        assert listed is (code == 200), person


@pytest.mark.parametrize("address", ["0", "2", "999999"])
def test_there_is_no_other_snapshot(client, sign_in, ids, address: str) -> None:
    sign_in(client, "viewer")
    assert client.get(f"/roadmaps/{YEAR}/snapshots/{address}.json").status_code == 404
