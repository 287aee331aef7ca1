"""Mail on PostgreSQL: two runs at the same time send each message once."""

from pathlib import Path

from sqlalchemy import delete, select

from app.accounts.models import User
from app.config import Settings
from app.core.database import writing
from app.extensions import db
from app.mail.models import Message
from app.mail.operations import Words, write
from app.mail.states import State, Topic
from tests.conftest import running
from tests.mail.conftest import give_addresses
from tests.mail.jobs import run_two
from tests.mail.smtp_server import smtp_server


def test_two_runs_at_once_send_each_message_once(settings: Settings, compiled: Path, actor) -> None:
    with smtp_server() as server:
        given = {
            "smtp_host": "127.0.0.1",
            "smtp_port": server.port,
            "smtp_security": "none",
            "mail_from": "digi@city.example",
        }
        mailing = settings.model_copy(update=given)
        with running(mailing, compiled):
            give_addresses()
            secretary = actor("secretary")
            with writing():
                # What the demo has to tell is not of this test.
                db.session.execute(delete(Message))
                everybody = list(db.session.scalars(select(User)))
                words = Words("Päätös", "Teksti")
                count = write(Topic.DECIDED, everybody, lambda _lang: words, "/", secretary)
            db.session.remove()
            ids = run_two(mailing, server)
            assert len(ids) == count > 8
            assert set(ids.values()) == {1}
            rows = db.session.scalars(select(Message)).all()
            assert {(row.state, row.tries) for row in rows} == {(State.SENT, 1)}
