"""Who is missing in a round, and reminding them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import RoleGrant, User
from app.accounts.states import Mail
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Role
from app.extensions import db
from app.mail.models import Message
from app.mail.states import Topic
from app.measures.models import Measure
from app.measures.states import State
from app.scoring import reminders, round_operations
from app.scoring.queries import Seat
from app.scoring.round_operations import RoundFields
from app.scoring.states import Blindness
from tests.audit.events import new_events
from tests.client import HTMX
from tests.html import document_of, rows_of, text_of
from tests.mail.conftest import give_addresses, want
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR, close_round, judge, open_round, the_round

SCORERS = f"/scoring/{YEAR}/scorers"
REMINDER = f"/scoring/{YEAR}/reminder"
REASON = {"disqualified": True, "disqualification_reason": "Oma hanke"}


@pytest.fixture
def three(app, actor) -> list[int]:
    """Return three measures in scoring, in a round of people who have addresses."""
    give_addresses()
    open_round(actor("secretary"))
    return [saved(State.IN_SCORING) for _number in range(3)]


@pytest.fixture
def secretary(client, sign_in, three):
    """Return a client signed in as the secretary."""
    return sign_in(client, "secretary")


def seat(actor, member: str, deputy: str | None = None) -> None:
    """Let a member and their deputy be the only ones who score."""
    found = the_round()
    user_id, deputy_id = actor(member).user_id, actor(deputy).user_id if deputy else None
    wanted = RoundFields(
        found.opens_on, found.closes_on, found.blindness, None, [Seat(user_id, deputy_id)]
    )
    with writing():
        round_operations.edit_round(the_round(), wanted, the_round().version, actor("secretary"))


def rows(client) -> dict[str, list[str]]:
    """Return the cells of each scorer's row: scored, disqualified, missing, drafts, last saved."""
    table = next(document_of(client.get(SCORERS)).root.iter("table"))
    return {row[0].split(" Varajäsen")[0]: row[1:] for row in rows_of(table)}


def mails() -> list[tuple[str, str, str]]:
    """Return key, text and link of what waits to be sent."""
    query = select(User.key, Message.text, Message.path, Message.topic)
    found = db.session.execute(query.join(User, User.id == Message.user_id).order_by(User.id))
    return [(row.key, row.text, row.path) for row in found if row.topic is Topic.REMINDED]


def test_how_far_everybody_is(secretary, actor, three) -> None:
    judge(actor("member"), three[0], 3)
    judge(actor("member"), three[1], 3, submit=False)
    judge(actor("member2"), three[0], 3, **REASON)
    for measure_id in three:
        judge(actor("chair"), measure_id, 3)
    found = rows(secretary)
    assert found["Matti Malli"][:4] == ["1", "0", "2", "1"]
    assert found["Maj Modell"][:4] == ["0", "1", "2", "0"]
    assert found["Mikko Malli"][:4] == ["0", "0", "3", "0"]
    assert found["Kaisa Kuviteltu"][:4] == ["3", "0", "0", "0"]


def test_a_seat_is_of_two(secretary, actor, three) -> None:
    seat(actor, "member", "chair")
    judge(actor("chair"), three[0], 3)
    judge(actor("member"), three[1], 3, **REASON)
    judge(actor("chair"), three[1], 3)
    # A deputy who is disqualified leaves the member, who may still score.
    judge(actor("chair"), three[2], 3, **REASON)
    assert rows(secretary)["Matti Malli"][:4] == ["2", "0", "1", "0"]


def test_what_is_decided_is_missing_no_more(secretary, actor, three) -> None:
    judge(actor("member"), three[0], 3)
    with writing():
        for measure_id in three:
            db.session.get_one(Measure, measure_id).state = State.APPROVED
    assert rows(secretary)["Matti Malli"][:4] == ["1", "0", "0", "0"]
    assert REMINDER not in secretary.get(SCORERS).text


def test_it_says_nothing_of_what_they_think(secretary, actor, three) -> None:
    """A secretary who scores is blind: whatever others say, the page stays the same."""
    with writing():
        db.session.add(RoleGrant(user_id=actor("secretary").user_id, role=Role.MEMBER))

    def pages() -> list[str]:
        return [
            text_of(document_of(secretary.get(page)).root).partition("klo")[0]
            for page in (SCORERS, REMINDER, f"/scoring/{YEAR}/criteria", f"/scoring/{YEAR}/round")
        ]

    judge(actor("member2"), three[0], 3)
    judge(actor("member"), three[0], 1)
    before = pages()
    judge(actor("member"), three[0], 5, comment="Kanaria")
    assert pages() == before
    judge(actor("member"), three[0], 1, disqualified=True, disqualification_reason="Kanaria")
    assert pages() == before
    assert not any("Kanaria" in page for page in before)


def test_the_preview_is_what_is_sent(secretary, actor, three) -> None:
    for measure_id in three:
        judge(actor("chair"), measure_id, 3)
    judge(actor("member"), three[0], 3)
    page = secretary.get(REMINDER).text
    with new_events() as events:
        assert secretary.submit(REMINDER, action=REMINDER).location == SCORERS
    found = mails()
    assert [(key, path) for key, _text, path in found] == [
        (key, f"/scoring/{YEAR}/continue") for key in ("member", "member2", "member3")
    ]
    texts = {key: text for key, text, _path in found}
    assert texts["member"].startswith("2 ehdotusta")
    assert texts["member2"].startswith("3 förslag")
    assert texts["member3"].startswith("3 ehdotusta")
    for text in texts.values():
        for paragraph in text.split("\n\n"):
            assert paragraph in page
    assert "Kaisa" not in page
    reminded = [actor(key).user_id for key in ("member", "member3", "member2")]
    assert [(each.tag, each.kind) for each in events] == [(Tag.SCORERS_REMINDED, Kind.ROUND)]
    assert sorted(each["user_id"] for each in events[0].after["scorers"]) == sorted(reminded)


def test_the_link_leads_to_what_is_not_scored(client, sign_in, actor, three) -> None:
    judge(actor("member"), three[0], 3)
    sign_in(client, "member")
    page = client.get(reminders.path(YEAR), follow_redirects=True)
    assert page.request.path in {f"/scoring/{YEAR}/{measure_id}" for measure_id in three[1:]}


def test_reminding_once_a_day_is_enough(secretary, actor, three) -> None:
    version = the_round().version
    secretary.submit(REMINDER, action=REMINDER)
    assert the_round().version == version
    assert len(mails()) == 4
    page = secretary.get(REMINDER)
    assert page.status_code == 200
    assert 'name="seen"' not in page.text
    assert REMINDER not in secretary.get(SCORERS).text
    planned = reminders.plan(the_round(), YEAR, actor("secretary"))
    again = secretary.forge(REMINDER, {"seen": planned.fingerprint, "key": "0" * 32})
    assert again.status_code == 409
    assert len(mails()) == 4
    with writing():
        the_round().reminded_at = clock.now() - timedelta(days=1)
    assert secretary.submit(REMINDER, action=REMINDER).status_code == 303
    assert len(mails()) == 8


def test_a_form_that_comes_twice_reminds_once(secretary, actor) -> None:
    seen = reminders.plan(the_round(), YEAR, actor("secretary")).fingerprint
    data = {"seen": seen, "key": "0" * 32}
    assert [secretary.forge(REMINDER, data).status_code for _time in range(2)] == [303, 303]
    assert len(mails()) == 4


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_when_somebody_scores_meanwhile_it_is_looked_at_again(
    secretary, actor, three, headers
) -> None:
    seen = reminders.plan(the_round(), YEAR, actor("secretary")).fingerprint
    judge(actor("member"), three[0], 3)
    data = {"seen": seen, "key": "0" * 32}
    response = secretary.forge(REMINDER, data, headers=headers)
    assert response.status_code == 409
    assert mails() == []
    now = reminders.plan(the_round(), YEAR, actor("secretary")).fingerprint
    assert secretary.forge(REMINDER, {**data, "seen": now}).status_code == 303
    assert len(mails()) == 4


def test_nobody_is_reminded_outside_the_days_or_of_nothing(secretary, actor, three) -> None:
    for measure_id in three:
        for key in ("member", "member2", "member3", "chair"):
            judge(actor(key), measure_id, 3)
    assert reminders.plan(the_round(), YEAR, actor("secretary")).hindrances
    assert secretary.forge(REMINDER, {"seen": ""}).status_code == 409
    saved(State.IN_SCORING)
    assert not reminders.plan(the_round(), YEAR, actor("secretary")).hindrances
    close_round()
    assert secretary.forge(REMINDER, {"seen": ""}).status_code == 409
    assert mails() == []


def test_who_wants_no_mail_is_named(secretary) -> None:
    want(Mail.NEVER, "member", "chair")
    page = secretary.get(REMINDER).text
    assert "Matti Malli" in page
    secretary.submit(REMINDER, action=REMINDER)
    assert [key for key, _text, _path in mails()] == ["member2", "member3"]
    want(Mail.NEVER, "member2", "member3")
    with writing():
        the_round().reminded_at = None
    assert secretary.forge(REMINDER, {"seen": ""}).status_code == 409


def test_a_deputy_is_reminded_who_has_begun(secretary, actor, three) -> None:
    seat(actor, "member", "chair")
    assert [each.user.key for each in planned(actor)] == ["member"]
    judge(actor("chair"), three[0], 3, submit=False)
    assert [each.user.key for each in planned(actor)] == ["member", "chair"]


def test_a_deputy_is_reminded_when_the_member_has_left(secretary, actor, three) -> None:
    seat(actor, "member", "chair")
    with writing():
        user = db.session.get_one(User, actor("member").user_id)
        user.disabled_on = clock.today()
    assert [each.user.key for each in planned(actor)] == ["chair"]


def planned(actor) -> list[reminders.Reminded]:
    return list(reminders.plan(the_round(), YEAR, actor("secretary")).people)


@pytest.mark.parametrize("person", ["member", "chair", "proposer", "administrator", "viewer"])
def test_others_remind_nobody(client, sign_in, actor, three, person: str) -> None:
    with pytest.raises(Refused), writing():
        reminders.remind(the_round(), YEAR, "", actor(person))
    sign_in(client, person)
    assert client.get(SCORERS).status_code == 403


def test_queries_do_not_grow_with_the_seats_or_the_reviews(
    secretary, actor, three, query_counter
) -> None:
    def queries(page: str) -> int:
        with query_counter() as statements:
            assert secretary.get(page).status_code == 200
        return len(statements)

    every = (SCORERS, REMINDER, f"/scoring/{YEAR}/round", f"/scoring/{YEAR}/criteria")
    seat(actor, "member")
    judge(actor("member"), three[0], 3)
    few = [queries(page) for page in every]
    found = the_round()
    with writing():
        wanted = RoundFields(
            found.opens_on,
            found.closes_on,
            Blindness.UNTIL_OWN,
            None,
            [Seat(actor(key).user_id) for key in ("member", "member2", "chair")],
        )
        round_operations.edit_round(the_round(), wanted, the_round().version, actor("secretary"))
    for key in ("member", "member2", "chair"):
        judge(actor(key), three[1], 3)
    assert [queries(page) for page in every] == few
