"""Files and comments on PostgreSQL: bytes come back as they were, and locks hold."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.attachments import operations
from app.attachments.models import Attachment, Content
from app.attachments.operations import LARGEST, MOST
from app.comments import operations as comments
from app.comments.models import Comment
from app.comments.states import Audience
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.measures.models import Measure
from app.measures.operations import move
from app.measures.states import Publicity, State
from tests.attachments import documents
from tests.attachments.uploads import attached, page_of
from tests.client import LintingClient
from tests.postgresql.rush import after_all_have_read


@pytest.fixture
def measure_id(demo_app: Flask) -> int:
    """Return a draft of the demo."""
    query = select(Measure.id).where(Measure.state == "draft").order_by(Measure.id)
    return db.session.scalars(query).first()


def test_the_largest_file_comes_back_as_it_was(
    demo_client: LintingClient, sign_in, actor, measure_id: int
) -> None:
    data = documents.png(LARGEST - len(documents.png()))
    sign_in(demo_client, "secretary")
    file_id = attached(actor("secretary"), measure_id, "suuri.png", data)
    assert demo_client.get(f"{page_of(measure_id)}/{file_id}").data == data
    removed = demo_client.forge(f"{page_of(measure_id)}/{file_id}/remove")
    assert removed.status_code == 303
    assert db.session.get(Content, file_id) is None


def test_many_who_add_at_once_stay_within_the_limit(
    demo_app: Flask, actor, measure_id: int
) -> None:
    secretary = actor("secretary")

    def add(number: int) -> bool:
        file = operations.checked(f"{number}.pdf", documents.pdf(str(number)))
        with demo_app.app_context():
            try:
                with writing():
                    measure = db.session.get_one(Measure, measure_id)
                    operations.attach(measure, file, Publicity.NOT_YET_PUBLIC, "", secretary)
            except Refused:
                return False
        return True

    db.session.rollback()
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(MOST + 10))) == MOST
    query = select(func.count()).where(Attachment.measure_id == measure_id)
    assert db.session.scalar(query) == MOST


def test_a_file_of_what_is_submitted_meanwhile_is_not_removed(demo_app: Flask, actor) -> None:
    proposer = actor("proposer")
    with writing():
        measure = db.session.scalars(select(Measure).where(Measure.state == "submitted")).first()
        assert measure is not None
        measure.state, measure.unit_id = State.DRAFT, min(proposer.unit_ids)
        measure_id = measure.id
    file_id = attached(proposer, measure_id, "liite.pdf", documents.pdf("liite"))

    def submit() -> bool:
        with demo_app.app_context(), writing():
            move(db.session.get_one(Measure, measure_id), "submit", proposer)
        return True

    def remove() -> bool:
        with demo_app.app_context():
            try:
                with writing():
                    file = db.session.get_one(Attachment, file_id)
                    operations.remove(file, db.session.get_one(Measure, measure_id), proposer)
            except Refused:
                return False
        return True

    submitted, removed = after_all_have_read([submit, remove])
    assert submitted
    assert (db.session.get(Content, file_id) is None) == removed


def test_a_form_that_is_sent_at_once_several_times_makes_one_comment(
    demo_app: Flask, actor, measure_id: int
) -> None:
    secretary = actor("secretary")
    before = db.session.scalar(select(func.count(Comment.id)))
    db.session.rollback()

    def press(_number: int) -> None:
        with demo_app.app_context(), writing():
            measure = db.session.get_one(Measure, measure_id)
            comments.add(measure, "Kerran", Audience.SIGNED_IN, secretary, key="avain")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, range(8)))
    assert db.session.scalar(select(func.count(Comment.id))) == before + 1
