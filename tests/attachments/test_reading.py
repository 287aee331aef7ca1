"""Who reads which file, and how it comes to them."""

import re
from itertools import product

import pytest
from sqlalchemy import select, update

from app.attachments import operations, queries
from app.attachments.models import Attachment, Content
from app.attachments.states import CONTENT_TYPES
from app.audit.models import Event
from app.audit.tags import Tag
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Publicity, State
from tests.attachments import documents
from tests.attachments.uploads import attached, names_on, page_of
from tests.client import sign_in_as
from tests.conventions.standing import EVERYONE, SIGNED_IN, STEERING_GROUP
from tests.history.logs import read
from tests.measures.proposals import fresh, saved

PEOPLE = (
    *("anonymous", "viewer", "proposer", "proposer2", "member", "chair", "secretary"),
    *("board-secretary", "administrator"),
)

READERS = {
    # Publicity of the file: who reads it, of those who may read the measure.
    Publicity.PUBLIC: EVERYONE,
    Publicity.NOT_YET_PUBLIC: SIGNED_IN,
    Publicity.SECRET: f"proposer {STEERING_GROUP}",
}

MEASURES = {
    # State and publicity of the measure: who reads it.
    (State.DRAFT, Publicity.NOT_YET_PUBLIC): "proposer secretary",
    (State.IN_SCORING, Publicity.NOT_YET_PUBLIC): f"proposer {STEERING_GROUP}",
    (State.APPROVED, Publicity.NOT_YET_PUBLIC): SIGNED_IN,
    (State.APPROVED, Publicity.PUBLIC): EVERYONE,
    (State.APPROVED, Publicity.SECRET): f"proposer {STEERING_GROUP}",
}


@pytest.mark.parametrize("person", PEOPLE)
def test_who_reads_which_file(client, actor, person: str) -> None:
    files = {}
    for (state, publicity), of_file in product(MEASURES, Publicity):
        measure_id = saved(state, publicity=publicity, secrecy_basis="JulkL 24 §")
        name = f"tiedosto{measure_id}{of_file}.pdf"
        file_id = attached(actor("secretary"), measure_id, name, publicity=of_file, basis="24 §")
        files[measure_id, file_id, name] = (MEASURES[state, publicity], READERS[of_file])
    if person != "anonymous":
        sign_in_as(client, person)
    role = "own" if person == "proposer" else "other" if person == "proposer2" else person
    for (measure_id, file_id, name), wanted in files.items():
        may = all({person, role} & set(people.split()) for people in wanted)
        answer = client.get(f"{page_of(measure_id)}/{file_id}")
        assert answer.status_code == (200 if may else 404), (person, wanted)
        assert (name in client.get(f"/measures/{measure_id}").text) is may


def test_the_headers_of_a_file(client, actor) -> None:
    measure_id = saved(State.APPROVED, publicity=Publicity.PUBLIC)
    contents = {
        "kuva.png": documents.png(),
        "kuva.jpg": documents.jpg(),
        "Äänestys.pdf": documents.pdf(),
        "a.docx": documents.docx(),
        "a.xlsx": documents.xlsx(),
    }
    for name, data in contents.items():
        file_id = attached(actor("secretary"), measure_id, name, data, publicity=Publicity.PUBLIC)
        kind = db.session.get_one(Attachment, file_id).kind
        answer = client.get(f"{page_of(measure_id)}/{file_id}")
        assert answer.data == data
        headers = dict(answer.headers)
        assert headers["Content-Type"] == CONTENT_TYPES[kind]
        assert headers["Content-Length"] == str(len(data))
        assert headers["Content-Disposition"].startswith("attachment; filename=")
        assert set(headers["Cache-Control"].split(", ")) == {"private", "no-store"}
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'; sandbox")
        assert answer.headers.getlist("Content-Security-Policy") == [
            headers["Content-Security-Policy"]
        ]
        assert not {"ETag", "Last-Modified", "Content-Encoding", "Set-Cookie"} & headers.keys()
        head = client.head(f"{page_of(measure_id)}/{file_id}")
        assert (head.status_code, head.data) == (200, b"")
    page = client.get(f"/measures/{measure_id}")
    assert "sandbox" not in page.headers["Content-Security-Policy"]
    missing = client.get(f"{page_of(measure_id)}/999999")
    assert missing.status_code == 404
    assert "sandbox" not in missing.headers["Content-Security-Policy"]


def test_a_file_belongs_to_its_measure(client, actor) -> None:
    sign_in_as(client, "proposer")
    measure_id, other_id = saved(), saved()
    file_id = attached(actor("proposer"), measure_id)
    for what in ("", "/publicity", "/remove"):
        assert client.get(f"{page_of(measure_id)}/{file_id}{what}").status_code == 200
        assert client.get(f"{page_of(other_id)}/{file_id}{what}").status_code == 404


def test_an_attempt_to_read_a_secret_file_is_recorded(client, actor) -> None:
    measure_id = saved(State.APPROVED, publicity=Publicity.PUBLIC)
    file_id = attached(
        actor("secretary"), measure_id, publicity=Publicity.SECRET, basis="JulkL 24 §"
    )
    sign_in_as(client, "viewer")
    for number in (file_id, 999_999):
        assert client.get(f"{page_of(measure_id)}/{number}").status_code == 404
    refused = db.session.scalars(select(Event).where(Event.tag == Tag.ACCESS_REFUSED)).all()
    assert [event.subject_id for event in refused] == [measure_id]


def test_a_page_asks_as_often_however_many_files_there_are(client, actor, query_counter) -> None:
    sign_in_as(client, "proposer")
    counts = []
    measure_id = saved()
    for added in (1, 2):
        for number in range(added):
            attached(actor("proposer"), measure_id, f"{added}{number}.pdf")
        for page in (f"/measures/{measure_id}", page_of(measure_id)):
            client.get(page)
            with query_counter() as statements:
                client.get(page)
            counts.append(len(statements))
    assert counts[:2] == counts[2:]


def test_what_is_shown_of_a_file_never_reads_its_content(client, actor, query_counter) -> None:
    sign_in_as(client, "proposer")
    measure_id = saved()
    attached(actor("proposer"), measure_id)
    with query_counter() as statements:
        client.get(page_of(measure_id))
    assert not any("attachment_content" in statement for statement in statements)


def test_a_removed_file_is_gone_and_the_history_names_it(client, actor) -> None:
    sign_in_as(client, "proposer")
    measure_id = saved()
    file_id = attached(actor("proposer"), measure_id, "pois.pdf")
    address = f"{page_of(measure_id)}/{file_id}"
    for _ in range(2):
        assert client.forge(f"{address}/remove").status_code == 303
    assert client.get(f"{address}/remove").status_code == 404
    assert client.get(address).status_code == 404
    assert names_on(measure_id) == []
    assert db.session.scalars(select(Content)).all() == []
    row = db.session.get_one(Attachment, file_id)
    assert (row.name, row.removed_at is None) == ("pois.pdf", False)
    events = read(client.get(f"/measures/{measure_id}/history"))
    assert [each.changes["Tiedosto"] for each in events[:2]] == [
        "poistettu: pois.pdf",
        "pois.pdf",
    ]
    assert "tiedosto poistettu" not in events[1].text
    assert "tiedosto poistettu" in events[0].text


def test_publicity_is_changed_and_recorded(client, actor) -> None:
    sign_in_as(client, "proposer")
    measure_id = saved()
    page = f"{page_of(measure_id)}/{attached(actor('proposer'), measure_id, 'plan.pdf')}/publicity"
    assert client.submit(page, {"publicity": "secret"}, action=page).status_code == 422
    secret = {"publicity": "secret", "secrecy_basis": "JulkL 24 §"}
    assert client.submit(page, secret, action=page).status_code == 303
    (file,) = db.session.scalars(select(Attachment))
    assert (file.publicity, file.secrecy_basis) == (Publicity.SECRET, "JulkL 24 §")
    changed = read(client.get(f"/measures/{measure_id}/history"))[0]
    assert changed.changes["Tiedosto"] == "plan.pdf"
    assert "JulkL 24 §" in changed.changes["Salassapidon peruste"]
    assert client.submit(page, {"publicity": "not_yet_public"}, action=page).status_code == 303
    (file,) = db.session.scalars(select(Attachment))
    assert (file.publicity, file.secrecy_basis) == (Publicity.NOT_YET_PUBLIC, "")


def test_the_secretary_alone_makes_a_file_public_and_takes_it_back(client, actor) -> None:
    measure_id = saved()
    file_id = attached(actor("proposer"), measure_id)
    page = f"{page_of(measure_id)}/{file_id}/publicity"
    sign_in_as(client, "proposer")
    assert client.forge(page, {"publicity": "public"}).status_code == 422
    sign_in_as(client, "secretary")
    assert client.submit(page, {"publicity": "public"}, action=page).status_code == 303
    sign_in_as(client, "proposer")
    assert client.forge(page, {"publicity": "not_yet_public"}).status_code == 422
    assert client.forge(f"{page_of(measure_id)}/{file_id}/remove").status_code == 409
    (file,) = db.session.scalars(select(Attachment))
    assert (file.publicity, file.removed_at) == (Publicity.PUBLIC, None)


def test_operations_ask_for_the_right_themselves(app, actor) -> None:
    measure_id = saved()
    file_id = attached(actor("proposer"), measure_id)
    checked = operations.checked("x.pdf", documents.pdf("x"))
    for person in ("viewer", "proposer2", "member", "chair", "administrator"):
        who = actor(person)
        measure, file = fresh(measure_id), db.session.get_one(Attachment, file_id)
        with pytest.raises(Refused), writing():
            operations.attach(measure, checked, Publicity.NOT_YET_PUBLIC, "", who)
        with pytest.raises(Refused), writing():
            operations.remove(file, measure, who)
        with pytest.raises(Refused), writing():
            operations.set_publicity(file, measure, Publicity.SECRET, "24 §", who)
    for publicity, basis in ((Publicity.PUBLIC, ""), (Publicity.SECRET, "")):
        with pytest.raises(Refused), writing():
            operations.attach(fresh(measure_id), checked, publicity, basis, actor("proposer"))
    assert names_on(measure_id) == ["liite.pdf"]


@pytest.mark.parametrize("address", ["/record", "/measures/{}/history"])
def test_the_name_of_a_secret_file_is_for_those_who_may_read_it(client, actor, address) -> None:
    measure_id = saved(State.APPROVED, publicity=Publicity.PUBLIC)
    was_open = attached(actor("secretary"), measure_id, "avoin.pdf")
    later = attached(actor("secretary"), measure_id, "sittemmin.pdf")
    attached(
        actor("secretary"), measure_id, "salainen.pdf", publicity=Publicity.SECRET, basis="PERUSTE"
    )
    with writing():
        file, measure = db.session.get_one(Attachment, later), fresh(measure_id)
        operations.set_publicity(file, measure, Publicity.SECRET, "PERUSTE", actor("secretary"))
        operations.remove(db.session.get_one(Attachment, was_open), measure, actor("secretary"))
    sign_in_as(client, "administrator")
    shown = client.get(address.format(measure_id)).text
    assert "avoin.pdf" in shown
    assert not re.search(r"salainen|sittemmin|PERUSTE", shown)
    assert "oikeutta lukea tiedostoa" in shown
    if address != "/record":
        sign_in_as(client, "proposer")
        shown = client.get(address.format(measure_id)).text
        assert {"salainen.pdf", "sittemmin.pdf", "PERUSTE"} <= set(re.findall(r"[\w.]+", shown))


def test_the_export_of_the_record_names_no_secret_file(client, actor) -> None:
    measure_id = saved(State.APPROVED, publicity=Publicity.PUBLIC)
    attached(
        actor("secretary"), measure_id, "salainen.pdf", publicity=Publicity.SECRET, basis="PERUSTE"
    )
    sign_in_as(client, "administrator")
    assert not re.search(r"salainen|PERUSTE", client.get("/record.csv").text)


def test_a_measure_that_becomes_secret_takes_its_files_along(client, actor) -> None:
    measure_id = saved(State.APPROVED, publicity=Publicity.PUBLIC)
    file_id = attached(actor("secretary"), measure_id, publicity=Publicity.PUBLIC)
    address = f"{page_of(measure_id)}/{file_id}"
    assert client.get(address).status_code == 200
    with writing():
        secret = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
        db.session.execute(update(Measure).where(Measure.id == measure_id).values(secret))
    assert client.get(address).status_code == 404
    assert queries.files(measure_id, actor("viewer")) == []
