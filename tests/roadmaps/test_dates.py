"""The days of a roadmap: their order, what is offered and warned of, and that nothing is lost."""

from datetime import date

import pytest

from app.accounts.operations import INSTALLER
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.programmes.models import Roadmap
from app.programmes.operations import add_roadmap
from app.programmes.queries import programme_of, roadmap_of
from app.programmes.states import Phase
from app.roadmaps.dates import MILESTONES, faults, set_dates, settable, suggested
from tests.client import sign_in_as
from tests.forms import forms_of
from tests.html import document_of, text_of
from tests.roadmaps.drafts import put_into

YEAR = 2026
PAGE = f"/roadmaps/{YEAR}/dates"

PLAN = {
    "collect_from": date(2025, 3, 3),
    "submit_by": date(2025, 5, 30),
    "score_by": date(2025, 6, 13),
    "draft_by": date(2025, 9, 12),
    "board_by": date(2025, 10, 6),
    "budget_on": date(2025, 11, 10),
    "midyear_report_by": date(2026, 8, 14),
    "year_report_by": date(2026, 12, 11),
}


def the_roadmap() -> Roadmap:
    found = roadmap_of(YEAR)
    assert found is not None
    return found


def have(**days: date | None) -> None:
    """Let the roadmap have these days, whatever a form would say of them."""
    with writing(), recorded(Tag.DATES_SET, INSTALLER, Kind.ROADMAP, the_roadmap()):
        for name, day in days.items():
            setattr(the_roadmap(), name, day)


def typed(days: dict[str, date]) -> dict[str, str]:
    return {name: day.isoformat() for name, day in days.items()}


@pytest.fixture
def saara(client):
    return sign_in_as(client, "secretary")


def test_every_day_of_the_model_is_explained(saara) -> None:
    columns = {each.name for each in Roadmap.__table__.columns if each.type.python_type is date}
    assert [each.name for each in MILESTONES] == list(PLAN)
    assert set(PLAN) == columns
    page = text_of(document_of(saara.get(f"{PAGE}?lang=fi")).root)
    for milestone in MILESTONES:
        assert str(milestone.meaning) in page


def test_the_secretary_sets_all_days(saara) -> None:
    answer = saara.submit(PAGE, typed(PLAN))
    assert (answer.status_code, answer.location) == (303, f"/roadmaps/{YEAR}")
    assert {name: getattr(the_roadmap(), name) for name in PLAN} == PLAN
    shown = text_of(document_of(saara.get(answer.location)).root)
    assert "10.11.2025" in shown


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"submit_by": date(2025, 3, 1)}, {"submit_by"}),
        ({"score_by": date(2025, 5, 29)}, {"score_by"}),
        ({"draft_by": date(2025, 6, 1)}, {"draft_by"}),
        ({"board_by": date(2025, 9, 11)}, {"board_by"}),
        ({"score_by": None, "draft_by": date(2025, 5, 1)}, {"draft_by"}),
        ({"year_report_by": date(2026, 8, 13)}, {"year_report_by"}),
        ({"collect_from": date(26, 3, 3)}, {"collect_from"}),
        ({"year_report_by": date(2029, 1, 1)}, {"year_report_by"}),
        ({"midyear_report_by": date(2025, 8, 14)}, {"midyear_report_by"}),
        ({"board_by": date(2026, 1, 12)}, set()),
        ({"budget_on": date(2025, 1, 1)}, set()),
        ({"submit_by": date(2025, 3, 3)}, set()),
    ],
)
def test_the_days_stand_in_their_order(changed, wrong: set[str]) -> None:
    assert faults({**PLAN, **changed}, YEAR).keys() == wrong


def test_a_wrong_order_is_told_at_the_field(saara) -> None:
    data = {**typed(PLAN), "score_by": "2025-05-01", "draft_by": "tomorrow"}
    answer = saara.submit(PAGE, data)
    assert answer.status_code == 422
    assert 'id="draft_by-error"' in answer.text
    answer = saara.submit(PAGE, {**data, "draft_by": "2025-09-12"})
    assert answer.status_code == 422
    assert 'id="score_by-error"' in answer.text
    assert "2025-05-01" in answer.text, "what was typed is still there"
    with pytest.raises(Refused):
        set_dates(
            the_roadmap(), the_roadmap().version, {**PLAN, "score_by": date(2025, 5, 1)}, INSTALLER
        )


def test_the_days_of_the_year_before_are_offered_and_not_saved(app, saara) -> None:
    with writing():
        programme = programme_of(YEAR)
        add_roadmap(programme, 2027, Phase.PLANNED, INSTALLER)
    have(**PLAN)
    page = "/roadmaps/2027/dates"
    (form,) = [form for form in forms_of(saara.get(page)) if form.action == page]
    filled = dict(form.filled({}, None))
    # 30.5.2026 and 13.6.2026 are Saturdays, 12.9.2026 is one too.
    assert filled["submit_by"] == "2026-06-01"
    assert filled["collect_from"] == "2026-03-03"
    assert roadmap_of(2027).submit_by is None
    assert saara.submit(page, action=page).status_code == 303
    assert roadmap_of(2027).board_by == date(2026, 10, 6)
    assert suggested(Roadmap(submit_by=date(2024, 2, 29)))["submit_by"] == date(2025, 2, 28)


def test_two_secretaries_at_once(app, saara) -> None:
    second = sign_in_as(app.test_client(), "secretary")
    (form,) = [form for form in forms_of(second.get(PAGE)) if form.action == PAGE]
    assert saara.submit(PAGE, typed(PLAN)).status_code == 303
    other = {**typed(PLAN), "board_by": "2025-10-13"}
    answer = second.post(PAGE, data=dict(form.filled(other, None)))
    assert answer.status_code == 409
    text = text_of(document_of(answer).root)
    assert "6.10.2025" in text
    assert "13.10.2025" in text
    assert the_roadmap().board_by == date(2025, 10, 6)
    (form,) = [form for form in forms_of(answer) if form.action == PAGE]
    assert second.post(PAGE, data=dict(form.filled({}, None))).status_code == 303
    assert the_roadmap().board_by == date(2025, 10, 13)


def test_a_version_that_is_none_is_a_conflict(app, actor) -> None:
    with pytest.raises(Stale):
        set_dates(the_roadmap(), 0, PLAN, actor("secretary"))
    with pytest.raises(Refused):
        set_dates(the_roadmap(), the_roadmap().version, PLAN, actor("chair"))


def test_the_board_after_the_budget_is_warned_of_and_saved(saara) -> None:
    late = {**PLAN, "board_by": date(2026, 1, 12)}
    answer = saara.submit(f"{PAGE}?lang=fi", typed(late), action=PAGE)
    assert answer.status_code == 303
    assert the_roadmap().board_by == date(2026, 1, 12)
    for page in (f"/roadmaps/{YEAR}", PAGE):
        assert "vasta talousarvion jälkeen" in saara.get(f"{page}?lang=fi").text
    put_into(Phase.APPROVED)
    for page in (f"/roadmaps/{YEAR}", PAGE):
        assert "vasta talousarvion jälkeen" not in saara.get(f"{page}?lang=fi").text
    put_into(Phase.DRAFTING)
    assert saara.submit(PAGE, typed(PLAN)).status_code == 303
    assert "vasta talousarvion jälkeen" not in saara.get(f"{PAGE}?lang=fi").text


@pytest.mark.parametrize(
    ("phase", "count"), [(Phase.PLANNED, 8), (Phase.BEFORE_BOARD, 8), (Phase.APPROVED, 2)]
)
def test_after_the_board_only_the_reports_have_days_to_set(saara, phase: Phase, count: int) -> None:
    have(**PLAN)
    put_into(phase)
    assert len(settable(the_roadmap())) == count
    page = saara.get(PAGE)
    assert page.text.count('type="date"') == count
    moved = {"year_report_by": "2026-12-18"}
    assert saara.submit(PAGE, moved).status_code == 303
    assert the_roadmap().year_report_by == date(2026, 12, 18)
    assert the_roadmap().board_by == PLAN["board_by"]


def test_a_closed_roadmap_keeps_its_days(saara, actor) -> None:
    have(**PLAN)
    put_into(Phase.CLOSED)
    assert 'type="date"' not in saara.get(PAGE).text
    days = {"year_report_by": date(2026, 12, 18)}
    with pytest.raises(Refused):
        set_dates(the_roadmap(), the_roadmap().version, days, actor("secretary"))


def test_a_day_that_passed_without_the_phase_moving_is_late(saara) -> None:
    have(**PLAN)
    put_into(Phase.SCORING)
    shown = saara.get(f"/roadmaps/{YEAR}?lang=fi").text
    assert shown.count(">myöhässä<") == 3, "scored, drafted and decided by"
