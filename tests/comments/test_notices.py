"""Who hears of a comment by mail, and in which words."""

import pytest
from sqlalchemy import delete, select

from app.accounts.models import User
from app.accounts.queries import user_by_key
from app.accounts.states import Mail
from app.comments import operations
from app.comments.models import Comment
from app.comments.states import Audience
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.extensions import db
from app.mail.models import Message
from app.mail.states import Topic
from app.measures.models import Measure
from app.measures.states import Publicity, State
from tests.comments.talk import say
from tests.measures.proposals import fresh, saved


@pytest.fixture(autouse=True)
def addresses(app) -> None:
    """Give everybody an e-mail address."""
    with writing():
        for user in db.session.scalars(select(User)):
            user.email = f"{user.key}@example.org"


def proposed(state: State = State.SUBMITTED, by: str = "proposer", **given) -> int:
    """Return a proposal that somebody began."""
    measure_id = saved(state, **given)
    with writing():
        db.session.get_one(Measure, measure_id).created_by_id = user_by_key(by).id
    return measure_id


def told() -> dict[str, tuple[str, str, str]]:
    """Return the subject, text and path of each message by whom it is to, and forget them."""
    query = select(User.key, Message).join(Message, Message.user_id == User.id)
    rows = db.session.execute(query).all()
    found = {row.key: (row.Message.subject, row.Message.text, row.Message.path) for row in rows}
    assert len(found) == len(rows), "nobody is told twice"
    assert all(row.Message.topic is Topic.COMMENTED for row in rows)
    with writing():
        db.session.execute(delete(Message))
    return found


def test_those_who_take_part_hear_of_it(app, actor) -> None:
    measure_id = proposed()
    say(actor("member"), measure_id, "Kuka ylläpitää?")
    assert told().keys() == {"proposer", "secretary"}
    say(actor("proposer"), measure_id, "Me.")
    assert told().keys() == {"member", "secretary"}
    say(actor("secretary"), measure_id, "Kiitos.")
    assert told().keys() == {"member", "proposer"}


def test_the_contact_hears_of_it(app, actor) -> None:
    contact = user_by_key("viewer").id
    measure_id = proposed(State.APPROVED, contact_id=contact)
    say(actor("member"), measure_id, "x")
    assert told().keys() == {"proposer", "secretary", "viewer"}


def test_it_is_told_in_the_language_of_the_reader(app, actor) -> None:
    measure_id = proposed(by="proposer2", unit_id=2)
    with writing():
        fresh(measure_id).unit_id = user_by_key("proposer2").unit_id
    say(actor("member"), measure_id, "Kuka ylläpitää?\n\nMe?")
    messages = told()
    assert messages["proposer2"] == (
        "Kommentar: Invånaren bokar tid själv",
        "Matti Malli har kommenterat ”Invånaren bokar tid själv”:\n\nKuka ylläpitää?\n\nMe?",
        f"/measures/{measure_id}#comments",
    )
    assert messages["secretary"][0] == "Kommentti: Asukas varaa ajan itse"


def test_of_the_steering_group_its_own_hear_and_mail_does_not_say_what(app, actor) -> None:
    measure_id = proposed()
    say(actor("proposer"), measure_id, "Kaikille")
    told()
    say(actor("member"), measure_id, "SALAISTA", Audience.STEERING_GROUP)
    messages = told()
    assert messages.keys() == {"secretary"}
    assert "SALAISTA" not in " ".join(messages["secretary"])
    say(actor("chair"), measure_id, "SALAISTA", Audience.STEERING_GROUP)
    assert told().keys() == {"secretary", "member"}
    # Who has spoken within the group has not joined the talk with all.
    say(actor("viewer"), saved(State.APPROVED), "x")
    told()
    say(actor("proposer"), measure_id, "Kaikille")
    assert told().keys() == {"secretary"}


def test_nothing_leaves_the_tool_of_what_is_secret(app, actor) -> None:
    measure_id = proposed(publicity=Publicity.SECRET, secrecy_basis="JulkL 24 §")
    say(actor("member"), measure_id, "SALAISTA")
    messages = told()
    assert messages.keys() == {"proposer", "secretary"}
    for message in messages.values():
        said = " ".join(message)
        assert "SALAISTA" not in said
        assert "varaa" not in said
        assert "Matti" not in said


def test_only_those_who_may_read_it_now_hear_of_it(app, actor) -> None:
    measure_id = proposed(State.APPROVED)
    for key in ("viewer", "proposer2", "member2"):
        say(actor(key), measure_id, "Olen mukana")
        told()
    with writing():
        fresh(measure_id).state = State.POSTPONED
    say(actor("member"), measure_id, "Miten jatketaan?")
    assert told().keys() == {"proposer", "member2", "secretary"}


def test_who_wants_no_mail_or_cannot_get_any_is_left_out(app, actor) -> None:
    measure_id = proposed()
    with writing():
        ella, saara = user_by_key("proposer"), user_by_key("secretary")
        ella.mail, saara.email = Mail.NEVER, None
    say(actor("member"), measure_id, "x")
    assert told() == {}


def test_who_has_taken_their_words_back_is_not_told(app, actor) -> None:
    measure_id = proposed(State.APPROVED)
    comment_id = say(actor("viewer"), measure_id, "x")
    with writing():
        operations.remove(db.session.get_one(Comment, comment_id), actor("viewer"))
    told()
    say(actor("member"), measure_id, "x")
    assert "viewer" not in told()


def test_somebody_who_may_no_longer_sign_in_is_not_told(app, actor) -> None:
    measure_id = proposed(State.APPROVED)
    say(actor("viewer"), measure_id, "x")
    told()
    with writing():
        user_by_key("viewer").disabled_on = clock.today()
    say(actor("member"), measure_id, "x")
    assert told().keys() == {"proposer", "secretary"}


def test_there_is_no_mail_without_the_comment(app, actor) -> None:
    measure_id = proposed()
    with writing():
        operations.add(fresh(measure_id), "x", Audience.SIGNED_IN, actor("member"))
        db.session.rollback()
    assert told() == {}
    with pytest.raises(Refused), writing():
        operations.add(fresh(measure_id), "x", Audience.STEERING_GROUP, actor("viewer"))
    assert told() == {}


def test_mail_of_a_comment_goes_with_it(app, actor) -> None:
    measure_id = proposed()
    comment_id = say(actor("member"), measure_id, "POISTETTU")
    with writing():
        first = db.session.scalars(select(Message).order_by(Message.id)).first()
        assert first is not None
        first.sent_at = clock.now()
    say(actor("member2"), measure_id, "PYSYY")
    with writing():
        operations.remove(db.session.get_one(Comment, comment_id), actor("member"))
    texts = list(db.session.scalars(select(Message.text)))
    assert len(texts) == 3
    assert all("PYSYY" in text for text in texts)
