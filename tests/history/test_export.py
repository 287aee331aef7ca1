"""The record as a file: what it holds, how it is written, and that giving it is recorded."""

import csv
import io
import json

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts import operations as accounts
from app.audit.models import Event
from app.audit.tags import Kind, Tag
from app.audit.verification import first_fault, head
from app.core.database import writing
from app.core.policy import Actor, Role
from app.extensions import db
from app.history import queries
from app.history.export import COLUMNS, harmless
from app.measures import operations as measures
from app.measures.states import Publicity, State
from tests.client import LintingClient, sign_in_as
from tests.history.logs import happen, many
from tests.measures.proposals import fresh, saved
from tests.scoring.rounds import judge, open_round


@pytest.fixture
def reader(client: LintingClient) -> LintingClient:
    """Return a client in which the administrator is signed in."""
    return sign_in_as(client, "administrator")


def rows(response: TestResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    text = response.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_file_is_one_that_excel_reads(reader) -> None:
    response = reader.get("/record.csv")
    assert response.data.startswith(b"\xef\xbb\xbf" + ";".join(COLUMNS).encode())
    assert response.content_type == "text/csv; charset=utf-8"
    assert 'attachment; filename="record-' in response.headers["Content-Disposition"]


def test_the_file_holds_every_event_the_newest_first(reader, actor) -> None:
    before, after = {"name_fi": 'A;"B"\nC'}, {"name_fi": "Ä"}
    number = happen(Tag.UNIT_EDITED, actor("secretary"), Kind.UNIT, 3, before=before, after=after)
    found = rows(reader.get("/record.csv"))
    assert [int(row["id"]) for row in found] == list(range(number + 1, 0, -1))
    event = db.session.get_one(Event, number)
    assert found[1] == {
        "id": str(number),
        "time": f"{event.happened_at.isoformat()}+00:00",
        "actor_id": str(actor("secretary").user_id),
        "actor": "Saara Sepite",
        "tag": "unit_edited",
        "kind": "unit",
        "subject": "3",
        "before": json.dumps(before, separators=(",", ":")),
        "after": '{"name_fi":"Ä"}',
        "digest": event.digest,
    }
    assert found[-1]["actor"] == "flask init"


def test_the_file_holds_what_the_filters_ask_for(reader, actor) -> None:
    happen(Tag.EXPORTED, actor("secretary"), Kind.RECORD)
    found = rows(reader.get("/record.csv?who=sepite&tag=exported&page=7"))
    assert [(row["actor"], row["tag"]) for row in found] == [("Saara Sepite", "exported")]


def test_giving_the_file_is_recorded_with_what_was_asked_for(reader, actor) -> None:
    before = head().number
    reader.get("/record.csv?who=sepite&tag=exported&from=2026-01-01&nonsense=1")
    event = db.session.get_one(Event, before + 1)
    assert (event.tag, event.kind) == (Tag.EXPORTED, Kind.RECORD)
    assert event.actor_id == actor("administrator").user_id
    ((_event, values),) = queries.events(Event.id == event.id, 0, 1)
    assert json.loads(values.after) == {"who": "sepite", "tag": "exported", "from": "2026-01-01"}
    assert head().number == before + 1
    assert first_fault() is None


@pytest.mark.parametrize("person", ["secretary", ""])
def test_a_refused_export_is_not_recorded_as_one(client, person: str) -> None:
    if person:
        sign_in_as(client, person)
    client.get("/record.csv")
    count = select(func.count()).where(Event.tag == Tag.EXPORTED)
    assert db.session.scalars(count).one() == 0


def test_no_cell_is_a_formula(reader, actor) -> None:
    name = '=HYPERLINK("http://example.org";"Saara")'
    with writing():
        user = accounts.add_user("formula", name, "fi", [Role.VIEWER], accounts.INSTALLER)
        user_id = user.id
    happen(Tag.DATA_DOWNLOADED, Actor(user_id, name), Kind.PERSON, user_id, after={"=1+1": "@x"})
    for row in rows(reader.get("/record.csv")):
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    assert rows(reader.get(f"/record.csv?person={user_id}"))[0]["actor"] == f"'{name}"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "＝1", "＋1"])
def test_a_text_that_looks_like_a_formula_is_made_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_the_file_shows_no_more_than_the_page(reader, actor) -> None:
    secret = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
    hidden = saved(State.APPROVED, name_fi="Varautumisen kartta", **secret)
    drafted = saved(description_fi="Luonnoksen teksti")
    with writing():
        measure = fresh(drafted)
        measures.move(measure, "submit", actor("proposer"))
        measure.state, measure.publicity = State.APPROVED, Publicity.PUBLIC
    open_round(actor("secretary"))
    scored = saved(State.IN_SCORING)
    judge(actor("member"), scored, 5, comment="Hyvä ajatus")
    response = reader.get("/record.csv?lang=fi&kind=measure")
    text = response.get_data(as_text=True)
    for word in ("Varautumisen", "Luonnoksen teksti", "Hyvä ajatus", "JulkL"):
        assert word not in text
    found = rows(response)
    (kept,) = [row for row in found if row["subject"] == str(hidden)]
    assert kept["before"] == kept["after"]
    assert kept["after"].startswith("(Muutosta ei näytetä")
    (review,) = [row for row in found if row["tag"] == "review_saved"]
    assert review["after"] == "(Arvioiden sisältöä ei näytetä täällä.)"


def test_a_long_record_comes_in_chunks(reader, actor, query_counter) -> None:
    member = actor("member").user_id
    many(2 * queries.AT_ONCE + 10, Tag.UNIT_EDITED, Kind.UNIT, 1, member, '{"name_fi":"x"}')
    with query_counter() as statements:
        found = rows(reader.get("/record.csv?tag=unit_edited"))
    assert len({row["id"] for row in found}) == 2 * queries.AT_ONCE + 10
    assert len(statements) < 25
