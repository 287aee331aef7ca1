"""Reminders of the days of roadmaps: on which days, to whom, in which words, each once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Post, User
from app.accounts.operations import INSTALLER
from app.accounts.queries import user_by_key
from app.accounts.states import Mail
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.followup import date_reminders
from app.followup.jobs import remind_of_dates
from app.followup.operations import report_status
from app.followup.states import Precision, Status
from app.mail.models import Message
from app.mail.states import Topic
from app.measures.models import Measure
from app.measures.states import State
from app.programmes.models import Roadmap
from app.programmes.queries import roadmap_of
from app.programmes.states import DECIDED, Phase
from app.roadmaps.dates import MILESTONES
from app.roadmaps.duties import DUTIES, Who
from app.roadmaps.models import DateReminder, Item
from app.roadmaps.states import Membership
from tests.mail.conftest import give_addresses, want
from tests.measures.proposals import saved
from tests.roadmaps.drafts import drafted
from tests.scoring.rounds import open_round

YEAR = 2026


@pytest.fixture(autouse=True)
def addresses(app) -> None:
    give_addresses()
    have(submit_by=None)


def have(phase: Phase | None = None, **in_days: int | None) -> None:
    """Let the roadmap be in a phase and have these days, counted from today."""
    with writing(), recorded(Tag.DATES_SET, INSTALLER, Kind.ROADMAP, the_roadmap()):
        if phase:
            the_roadmap().phase, the_roadmap().once_approved = phase, phase in DECIDED
        for name, days in in_days.items():
            day = None if days is None else clock.today() + timedelta(days=days)
            setattr(the_roadmap(), name, day)


def the_roadmap() -> Roadmap:
    found = roadmap_of(YEAR)
    assert found is not None
    return found


def reminded() -> list[str]:
    """Remind, and return the keys of those who were."""
    before = len(db.session.scalars(select(Message.id)).all())
    remind_of_dates()
    query = select(User.key).join(Message, Message.user_id == User.id).order_by(Message.id)
    return sorted(db.session.scalars(query).all()[before:])


def letters() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.id)))


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (20, None),
        (15, None),
        (14, 14),
        (12, 14),
        (11, None),
        (4, None),
        (3, 3),
        (1, 3),
        (0, None),
        (-1, -1),
        (-3, -1),
        (-4, None),
    ],
)
def test_on_which_days(app, days: int, step: int | None) -> None:
    have(board_by=days, phase=Phase.BEFORE_BOARD)
    found = [each.step for each in date_reminders.due(clock.today())]
    assert found == ([] if step is None else [step])


def test_each_is_sent_once(app) -> None:
    have(draft_by=14)
    assert reminded() == ["secretary"]
    assert reminded() == []
    note = db.session.scalars(select(DateReminder)).one()
    assert (note.milestone, note.days_before) == ("draft_by", 14)
    have(draft_by=3)
    assert reminded() == ["secretary"]
    assert reminded() == []


def test_two_runs_at_once_send_each_once(app) -> None:
    have(board_by=3, phase=Phase.BEFORE_BOARD)

    def run() -> None:
        with app.app_context():
            remind_of_dates()

    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(run) for _each in range(4)]:
            future.result()
    assert len(db.session.scalars(select(DateReminder)).all()) == 1
    assert len({each.user_id for each in letters()}) == len(letters())


def test_before_the_board(app) -> None:
    have(board_by=14, phase=Phase.DRAFTING)
    assert reminded() == ["board-secretary", "chair", "secretary"]
    assert {each.topic for each in letters()} == {Topic.DUE}
    have(board_by=3, phase=Phase.BEFORE_BOARD)
    assert reminded() == ["board-secretary"], "the others have brought it there"


def test_no_mail_goes_out_at_night(app) -> None:
    have(board_by=14, phase=Phase.BEFORE_BOARD)
    with writing(counted=False):
        date_reminders.remind(clock.today(), 23)
    (letter,) = letters()
    assert letter.not_before >= clock.at_hour(clock.today(), 23)


def test_proposers_are_reminded_of_their_own_drafts(app) -> None:
    for key, state in (("proposer", State.DRAFT), ("proposer2", State.SUBMITTED)):
        measure_id = saved(state)
        with writing(), recorded(Tag.MEASURE_EDITED, INSTALLER, Kind.MEASURE, row_of(measure_id)):
            row_of(measure_id).created_by_id = user_by_key(key).id
            row_of(measure_id).partners = key
    have(submit_by=14)
    assert reminded() == ["proposer", "secretary"]
    have(submit_by=-1)
    assert reminded() == ["secretary"], "nothing can be submitted any more"


def test_scorers_are_reminded_of_what_they_have_left(app, actor) -> None:
    have(score_by=14, phase=Phase.SCORING)
    assert reminded() == ["secretary"], "there is nothing to score"
    saved(State.IN_SCORING)
    open_round(actor("secretary"))
    have(score_by=3)
    assert set(reminded()) > {"member", "member2", "secretary"}


@pytest.mark.parametrize(
    ("milestone", "phase", "who"),
    [
        ("collect_from", Phase.PLANNED, ["secretary"]),
        ("collect_from", Phase.COLLECTING, []),
        ("submit_by", Phase.COLLECTING, ["secretary"]),
        ("submit_by", Phase.SCORING, []),
        ("score_by", Phase.SCORING, ["secretary"]),
        ("score_by", Phase.DRAFTING, []),
        ("draft_by", Phase.DRAFTING, ["secretary"]),
        ("draft_by", Phase.BEFORE_BOARD, []),
        ("board_by", Phase.DRAFTING, ["board-secretary", "chair", "secretary"]),
        ("board_by", Phase.BEFORE_BOARD, ["board-secretary"]),
        ("board_by", Phase.APPROVED, []),
        ("budget_on", Phase.APPROVED, []),
        ("board_by", Phase.CLOSED, []),
    ],
)
def test_the_day_after_only_where_nothing_has_happened(
    app, milestone: str, phase: Phase, who: list[str]
) -> None:
    have(phase, **{milestone: -1})
    assert reminded() == who


def row_of(measure_id: int) -> Measure:
    return db.session.get_one(Measure, measure_id)


def post_of(holder: str | None, deputy: str | None) -> int:
    post = db.session.scalars(select(Post).order_by(Post.id)).first()
    with writing(), recorded(Tag.POST_EDITED, INSTALLER, Kind.POST, post):
        post.holder_id = user_by_key(holder).id if holder else None
        post.deputy_id = user_by_key(deputy).id if deputy else None
    return post.id


def follow(membership: Membership = Membership.APPROVED) -> None:
    with writing():
        for item in db.session.scalars(select(Item)):
            item.membership = membership


def test_who_leads_is_reminded_of_the_reports_until_they_report(app, actor) -> None:
    (measure_id,) = drafted(actor("secretary"), lead_post_id=post_of("viewer", "member"))
    have(Phase.APPROVED, year_report_by=14)
    follow(Membership.REMOVED)
    assert reminded() == []
    db.session.execute(DateReminder.__table__.delete())
    db.session.commit()
    follow()
    assert reminded() == ["viewer"]
    have(year_report_by=-1)
    assert reminded() == ["viewer"], "the day after, too"
    have(Phase.CLOSED, year_report_by=-2)
    assert reminded() == [], "what is closed is over"
    have(Phase.APPROVED, year_report_by=3)
    with writing():
        report_status(measure_id, Status.STARTED, date(YEAR, 7, 1), Precision.DAY, INSTALLER)
    assert reminded() == []


def test_the_deputy_is_reminded_where_nobody_holds_the_post(app, actor) -> None:
    drafted(actor("secretary"), lead_post_id=post_of(None, "member"))
    follow()
    have(Phase.APPROVED, midyear_report_by=14)
    assert reminded() == ["member"]


def test_mail_is_in_the_language_of_the_reader_and_only_to_those_who_want_it(app) -> None:
    with writing(), recorded(Tag.PERSON_EDITED, INSTALLER, Kind.PERSON, user_by_key("chair")):
        user_by_key("chair").language = "sv"
        user_by_key("secretary").language = "fi"
    want(Mail.NEVER, "board-secretary")
    have(board_by=3, phase=Phase.DRAFTING)
    assert reminded() == ["chair", "secretary"]
    texts = {each.user_id: f"{each.subject}\n{each.text}" for each in letters()}
    assert "färdplan" in texts[user_by_key("chair").id]
    assert "tiekartta" in texts[user_by_key("secretary").id]
    assert {each.path for each in letters()} == {f"/roadmaps/{YEAR}"}


def test_nobody_who_may_not_sign_in_is_reminded(app) -> None:
    with writing(), recorded(Tag.PERSON_EDITED, INSTALLER, Kind.PERSON, user_by_key("chair")):
        user_by_key("chair").disabled_on = clock.today()
    have(board_by=3, phase=Phase.DRAFTING)
    assert reminded() == ["board-secretary", "secretary"]


def test_every_day_is_somebodys(app) -> None:
    assert {duty.milestone for duty in DUTIES} == {each.name for each in MILESTONES}
    assert {duty.who for duty in DUTIES} == set(Who) == set(date_reminders.WHOM)


def test_the_job_reminds(app) -> None:
    have(draft_by=14)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["jobs", "run"]).exit_code == 0
    assert [each.topic for each in letters()] == [Topic.DUE]
    assert runner.invoke(args=["jobs", "run"]).exit_code == 0
    assert len(letters()) == 1
