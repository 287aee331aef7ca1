"""Adding files: what is taken, what is refused and why, and how many there may be."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from app.attachments import operations
from app.attachments.models import Attachment, Content
from app.attachments.operations import LARGEST, MOST
from app.attachments.routes import AT_ONCE
from app.audit.models import Event
from app.audit.tags import Tag
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Actor
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Publicity, State
from tests.attachments import documents
from tests.attachments.uploads import attached, form_data, names_on, page_of, send, upload
from tests.client import sign_in_as
from tests.html import classes_of, document_of, elements, text_of
from tests.measures.proposals import saved

PAYLOADS = (
    '"><img src=x onerror=alert(1)>',
    "<script>alert(1)<script>",
    "' onclick='alert(1)",
    "<b>javascript:alert(1)",
)


@pytest.fixture
def ella(client):
    return sign_in_as(client, "proposer")


def files() -> list[Attachment]:
    return list(db.session.scalars(select(Attachment).order_by(Attachment.id)))


def faults(response) -> str:
    """Return what the summary of errors says."""
    (summary,) = [
        each
        for each in elements(document_of(response).root, "div")
        if "error-summary" in classes_of(each)
    ]
    return text_of(summary)


def test_a_file_is_added(ella) -> None:
    measure_id = saved()
    data = documents.pdf()
    response = upload(ella, measure_id, ("Selvitys äö.pdf", data))
    assert (response.status_code, response.location) == (303, page_of(measure_id))
    (file,) = files()
    assert (file.name, file.kind, file.size) == ("Selvitys äö.pdf", "pdf", len(data))
    assert file.publicity is Publicity.NOT_YET_PUBLIC
    assert db.session.get_one(Content, file.id).data == data
    page = ella.get(response.location).text
    assert "Selvitys äö.pdf" in page
    assert "Tiedosto lisättiin." in page
    assert "Selvitys äö.pdf" in ella.get(f"/measures/{measure_id}").text
    events = db.session.scalars(select(Event).where(Event.tag == Tag.FILE_ADDED)).all()
    assert [event.subject_id for event in events] == [measure_id]


def test_several_at_once_in_one_publicity(ella) -> None:
    measure_id = saved()
    sent = [("a.png", documents.png()), ("b.docx", documents.docx()), ("c.jpeg", documents.jpg())]
    response = upload(ella, measure_id, *sent, publicity="secret", secrecy_basis="JulkL 24 §")
    assert response.status_code == 303
    assert names_on(measure_id) == ["a.png", "b.docx", "c.jpeg"]
    assert {(file.publicity, file.secrecy_basis) for file in files()} == {
        (Publicity.SECRET, "JulkL 24 §")
    }


def test_of_several_the_fit_ones_are_added_and_the_others_named(ella) -> None:
    measure_id = saved()
    macros = documents.document(parts={"word/vbaProject.bin": b"x"})
    response = upload(
        ella,
        measure_id,
        ("hyvä.pdf", documents.pdf()),
        ("makrot.docx", macros),
        ("sivu.pdf", b"<html>"),
        ("tyhjä.pdf", b""),
        ("kuva.pdf", documents.png()),
    )
    assert response.status_code == 422
    assert names_on(measure_id) == ["hyvä.pdf"]
    said = faults(response)
    for name in ("makrot.docx: ", "sivu.pdf: ", "tyhjä.pdf: Tiedosto on tyhjä", "kuva.pdf: "):
        assert name in said
    assert "hyvä.pdf" not in said
    assert "makroja" in said
    assert "4 tiedostoa" in said
    assert "Tiedosto lisättiin." in response.text


@pytest.mark.parametrize("given", [{}, {"publicity": "secret"}])
def test_a_form_that_is_not_complete(ella, given) -> None:
    measure_id = saved()
    sent = [("a.pdf", documents.pdf())] if given else []
    response = upload(ella, measure_id, *sent, **given)
    assert response.status_code == 422
    assert names_on(measure_id) == []


def test_publicities_that_the_page_does_not_offer(ella) -> None:
    measure_id = saved()
    data = form_data(ella, page_of(measure_id))
    for publicity in ("public", "none", "", "\0", "x" * 1000):
        data["publicity"] = publicity
        response = send(ella, page_of(measure_id), data, ("a.pdf", documents.pdf()))
        assert response.status_code == 422
    assert names_on(measure_id) == []


def test_a_file_of_ten_megabytes_and_one_that_is_larger_by_a_byte(ella) -> None:
    measure_id = saved()
    without = len(documents.png())
    largest = documents.png(LARGEST - without)
    assert len(largest) == LARGEST
    response = upload(ella, measure_id, ("suuri.png", largest))
    assert response.status_code == 303
    response = upload(ella, measure_id, ("liian.png", documents.png(LARGEST - without + 1)))
    assert response.status_code == 422
    assert "liian.png: Tiedosto on 10,1 Mt; se saa olla enintään 10 Mt" in faults(response)
    assert names_on(measure_id) == ["suuri.png"]


def test_more_than_is_taken_at_once(ella) -> None:
    measure_id = saved()
    for headers in ({}, {"HX-Request": "true"}):
        response = ella.post(
            page_of(measure_id),
            data=b"x",
            headers=headers,
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"CONTENT_LENGTH": str(AT_ONCE + 100_000)},
        )
        assert response.status_code == 413
        assert (
            "50,0\N{NO-BREAK SPACE}Mt" in response.text or "50\N{NO-BREAK SPACE}Mt" in response.text
        )
    assert names_on(measure_id) == []


def test_other_forms_take_no_more_than_before(ella) -> None:
    measure_id = saved()
    large = {"text": "x" * 3_000_000}
    assert ella.forge(f"/measures/{measure_id}/comments", large).status_code == 413
    viewer = sign_in_as(ella, "viewer")
    sent = send(viewer, page_of(measure_id), MultiDict(), ("a.png", documents.png(3_000_000)))
    assert sent.status_code == 413


def test_a_double_click_adds_a_file_once(ella) -> None:
    measure_id = saved()
    data = form_data(ella, page_of(measure_id))
    for _ in range(2):
        response = send(ella, page_of(measure_id), data, ("a.pdf", documents.pdf()))
        assert response.status_code == 303
    assert names_on(measure_id) == ["a.pdf"]


def test_going_back_and_choosing_another_file_adds_it(ella) -> None:
    measure_id = saved()
    data = form_data(ella, page_of(measure_id))
    for name in ("a.pdf", "b.pdf", "a.pdf"):
        response = send(ella, page_of(measure_id), data, (name, documents.pdf(name)))
        assert response.status_code == 303
    assert names_on(measure_id) == ["a.pdf", "b.pdf"]


def test_the_same_file_is_not_added_twice(ella) -> None:
    measure_id, other_id = saved(), saved()
    assert upload(ella, measure_id, ("a.pdf", documents.pdf())).status_code == 303
    response = upload(ella, measure_id, ("b.pdf", documents.pdf()))
    assert response.status_code == 422
    assert "a.pdf" in faults(response)
    assert upload(ella, other_id, ("b.pdf", documents.pdf())).status_code == 303


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_and_texts_are_shown_as_they_are(ella, actor, payload: str) -> None:
    measure_id = saved()
    name = f"{payload}.pdf"
    file_id = attached(
        actor("proposer"), measure_id, name, publicity=Publicity.SECRET, basis=payload
    )
    shown = names_on(measure_id)[0]
    pages = [page_of(measure_id), f"/measures/{measure_id}", f"/measures/{measure_id}/history"]
    pages += [f"{page_of(measure_id)}/{file_id}/{what}" for what in ("publicity", "remove")]
    for page in pages:
        response = ella.get(page)
        assert shown in " ".join(text_of(document_of(response).root).split()), page
    download = ella.get(f"{page_of(measure_id)}/{file_id}")
    assert download.headers["Content-Type"] == "application/pdf"
    assert "\n" not in download.headers["Content-Disposition"]


def test_when_the_unit_may_add_files(ella) -> None:
    for state in State:
        measure_id = saved(state)
        page = ella.get(page_of(measure_id))
        may = state in {State.DRAFT, State.RETURNED}
        assert ("multipart/form-data" in page.text) is may, state
        data = {"publicity": "not_yet_public"}
        answer = ella.forge(page_of(measure_id), data)
        assert answer.status_code == (422 if may else 409), state


UNTIL_WHEN = "kunnes ehdotus jätetään"
TOO_LATE = "Yksikkö ei voi enää lisätä eikä poistaa tiedostoja"
BEFORE = "ennen kuin ehdotus jätetään"


@pytest.mark.parametrize(
    ("key", "state", "said"),
    [
        ("proposer", State.DRAFT, UNTIL_WHEN),
        ("proposer", State.RETURNED, UNTIL_WHEN),
        ("proposer", State.SUBMITTED, TOO_LATE),
        ("secretary", State.DRAFT, None),
        ("secretary", State.SUBMITTED, None),
        ("member", State.SUBMITTED, None),
        ("proposer2", State.APPROVED, None),
    ],
)
def test_the_unit_is_told_until_when_it_adds_files(client, key, state, said) -> None:
    measure_id = saved(state)
    page = text_of(document_of(sign_in_as(client, key).get(f"/measures/{measure_id}")).root)
    assert (UNTIL_WHEN in page, TOO_LATE in page) == (said == UNTIL_WHEN, said == TOO_LATE)


def test_who_writes_a_proposal_hears_of_files_before_submitting_it(ella) -> None:
    assert BEFORE in ella.get("/proposals/new").text
    measure_id = saved()
    page = ella.get(f"/proposals/{measure_id}/edit").text
    assert BEFORE in page
    assert f'href="/measures/{measure_id}/files"' in page
    sign_in_as(ella, "secretary")
    assert BEFORE not in ella.get("/proposals/new").text


def test_the_secretary_adds_files_always(client) -> None:
    saara = sign_in_as(client, "secretary")
    for state in State:
        measure_id = saved(state)
        response = upload(saara, measure_id, ("a.pdf", documents.pdf()), publicity="public")
        assert response.status_code == 303, state
        assert names_on(measure_id) == ["a.pdf"]


def test_a_measure_has_so_many_files_and_no_more(ella, actor) -> None:
    measure_id = saved()
    for number in range(MOST):
        attached(actor("proposer"), measure_id, f"{number}.pdf")
    response = upload(ella, measure_id, ("liikaa.pdf", documents.pdf("x")))
    assert response.status_code == 422
    assert str(MOST) in faults(response)
    assert len(names_on(measure_id)) == MOST
    first = files()[0]
    ella.submit(
        f"{page_of(measure_id)}/{first.id}/remove",
        action=f"{page_of(measure_id)}/{first.id}/remove",
    )
    assert upload(ella, measure_id, ("mahtuu.pdf", documents.pdf("x"))).status_code == 303


def test_many_who_add_at_once_stay_within_the_limit(
    app: Flask, actor: Callable[[str], Actor]
) -> None:
    measure_id = saved()
    who, barrier = actor("proposer"), Barrier(20)
    for number in range(MOST - 5):
        attached(who, measure_id, f"{number}.pdf")
    refused: list[Refused] = []

    def add(number: int) -> None:
        file = operations.checked(f"rinnan{number}.pdf", documents.pdf(f"rinnan {number}"))
        barrier.wait()
        with app.app_context():
            try:
                with writing():
                    measure = db.session.get_one(Measure, measure_id)
                    operations.attach(measure, file, Publicity.NOT_YET_PUBLIC, "", who)
            except Refused as error:
                refused.append(error)

    threads = [Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(names_on(measure_id)) == MOST
    assert len(refused) == 15
    assert db.session.scalar(select(func.count()).select_from(Content)) == MOST
