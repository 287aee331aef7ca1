"""What a year leaves unfinished is decided on once each: it continues, is done, or is dropped."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.extensions import db
from app.followup.carry_over import STATUS_OF, choose_theme, decide, undo
from app.followup.carry_over_queries import open_items
from app.followup.models import StatusReport
from app.followup.operations import correct_report
from app.followup.states import Choice, Status
from app.programmes import operations as programmes
from app.programmes.models import Programme, Theme
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.roadmaps import assembling, checks, queries
from app.roadmaps.models import Item
from app.roadmaps.states import Membership
from tests.followup.unfinished import (
    PAGE,
    before,
    decided,
    decisions,
    drafting,
    left,
    left_unfinished,
    measure_of,
    new_programme,
)
from tests.html import document_of, text_of
from tests.roadmaps.drafts import put_into, the_roadmap
from tests.scoring.rounds import YEAR


def reports(item_id: int) -> list[tuple[Status, date, bool]]:
    query = select(StatusReport).where(StatusReport.measure_id == measure_of(item_id).id)
    return [(each.status, each.as_of, each.newest) for each in db.session.scalars(query)]


def next_rows() -> list[tuple[str | None, Membership, int | None]]:
    rows = queries.contents(the_roadmap())
    return [(r.Entry.code, r.Item.membership, r.Item.carried_over_from_id) for r in rows]


@pytest.mark.parametrize(
    ("membership", "status", "is_left"),
    [
        (Membership.APPROVED, None, True),
        (Membership.APPROVED, Status.PLANNED, True),
        (Membership.APPROVED, Status.STARTED, True),
        (Membership.APPROVED, Status.NO_INFO, True),
        (Membership.APPROVED, Status.DONE, False),
        (Membership.APPROVED, Status.ABANDONED, False),
        (Membership.ADDED, Status.STARTED, True),
        (Membership.PROPOSED, None, True),
        (Membership.NOT_FOLLOWED, None, False),
        (Membership.REMOVED, Status.STARTED, False),
    ],
)
def test_what_is_left_unfinished(app, membership, status, is_left: bool) -> None:
    left_unfinished(membership=membership, status=status)
    assert bool(open_items(before())) is is_left


def test_what_continues_keeps_its_code_and_lasts_longer(app, actor) -> None:
    item_id = left_unfinished("A7", last_year=YEAR - 1)
    drafting()
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    assert next_rows() == [("A7", Membership.PROPOSED, item_id)]
    assert measure_of(item_id).last_year == YEAR
    assert open_items(before()) == []
    with writing():
        assert undo(db.session.get_one(Item, item_id), actor("secretary"))
    assert next_rows() == [("A7", Membership.REMOVED, None)]
    assert measure_of(item_id).last_year == YEAR - 1
    assert len(open_items(before())) == 1
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    assert next_rows() == [("A7", Membership.PROPOSED, item_id)]


@pytest.mark.parametrize("last_year", [None, YEAR, YEAR + 2])
def test_a_last_year_that_is_not_earlier_stays(app, actor, last_year: int | None) -> None:
    item_id = left_unfinished(last_year=last_year)
    drafting()
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    assert measure_of(item_id).last_year == last_year


def test_in_a_new_programme_it_comes_under_a_theme_of_that(app, actor) -> None:
    first, second = left_unfinished("A1"), left_unfinished("A2")
    theme_id, _other = new_programme()
    drafting()
    secretary = actor("secretary")
    decided(first, Choice.CONTINUE, secretary, theme=db.session.get_one(Theme, theme_id))
    decided(second, Choice.CONTINUE, secretary)
    assert [code for code, *_rest in next_rows()] == ["A1", None]
    found = {each.check.name: each.shortcomings for each in checks.findings(the_roadmap())}
    (gap,) = found["codes"]
    assert gap.measure.id == measure_of(second).id
    assert gap.place.endpoint == "followup.carry_over"
    assert gap.place.values["year"] == YEAR - 1
    with writing():
        theme = db.session.get_one(Theme, theme_id)
        assert choose_theme(left(second), theme, secretary)
    with writing():
        theme = db.session.get_one(Theme, theme_id)
        assert not choose_theme(left(second), theme, secretary)
    assert [code for code, *_rest in next_rows()] == ["A1", "A2"]
    assert "codes" not in {each.check.name for each in checks.findings(the_roadmap())}


def test_a_theme_of_another_programme_is_refused(app, actor) -> None:
    item_id = left_unfinished()
    old = db.session.scalars(select(Theme.id).where(Theme.code == "A")).one()
    new_programme()
    drafting()
    with pytest.raises(Refused):
        decided(item_id, Choice.CONTINUE, actor("secretary"), theme=db.session.get_one(Theme, old))
    assert decisions() == {}


@pytest.mark.parametrize(
    ("choice", "status"), [(Choice.DONE, Status.DONE), (Choice.DROP, Status.ABANDONED)]
)
def test_what_is_done_or_dropped_is_reported(app, actor, choice: Choice, status: Status) -> None:
    item_id = left_unfinished(status=Status.STARTED)
    drafting()
    today = clock.today()
    decided(item_id, choice, actor("secretary"), as_of=today, reason="Ei rahaa")
    known = (Status.STARTED, date(2025, 12, 31))
    assert reports(item_id) == [(*known, False), (status, today, True)]
    assert next_rows() == []
    assert open_items(before()) == []
    with writing():
        assert undo(db.session.get_one(Item, item_id), actor("secretary"))
    assert reports(item_id) == [(*known, True)]
    with writing():
        assert not undo(db.session.get_one(Item, item_id), actor("secretary"))


def test_a_report_that_was_corrected_stays(app, actor) -> None:
    item_id = left_unfinished()
    drafting()
    decided(item_id, Choice.DONE, actor("secretary"), as_of=clock.today())
    with writing():
        report = db.session.scalars(select(StatusReport)).one()
        correct_report(report, Status.STARTED, actor("secretary"))
    with writing():
        undo(db.session.get_one(Item, item_id), actor("secretary"))
    assert reports(item_id) == [(Status.STARTED, clock.today(), True)]


@pytest.mark.parametrize(
    "given",
    [
        {"as_of": None, "reason": "Ei rahaa"},
        {"as_of": clock.today() + timedelta(days=1), "reason": "Ei rahaa"},
        {"as_of": date(2025, 12, 30), "reason": "Ei rahaa"},
        {"as_of": clock.today(), "reason": "  "},
    ],
    ids=["no day", "tomorrow", "before the newest report", "no reason"],
)
def test_what_cannot_be_reported_is_refused(app, actor, given) -> None:
    item_id = left_unfinished(status=Status.STARTED)
    drafting()
    with pytest.raises(Refused):
        decided(item_id, Choice.DROP, actor("secretary"), **given)
    assert decisions() == {}
    assert len(reports(item_id)) == 1


def test_one_decision_each(app, actor) -> None:
    item_id = left_unfinished()
    drafting()
    seen = left(item_id)
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    with pytest.raises(Stale), writing():
        decide(the_roadmap(), seen, Choice.DONE, actor("secretary"), as_of=clock.today())
    assert decisions() == {item_id: Choice.CONTINUE}


@pytest.mark.parametrize("phase", list(Phase))
def test_it_continues_while_the_next_roadmap_is_drafted_and_ends_at_any_time(
    client, sign_in, actor, phase: Phase
) -> None:
    item_id, other_id = left_unfinished("A1"), left_unfinished("A2")
    put_into(phase)
    sign_in(client, "secretary")
    takes = phase in {Phase.DRAFTING, Phase.RETURNED_BY_BOARD, Phase.AMENDING}
    assert ('value="continue"' in client.get(PAGE).text) is takes
    if takes:
        decided(item_id, Choice.CONTINUE, actor("secretary"))
    else:
        with pytest.raises(Refused):
            decided(item_id, Choice.CONTINUE, actor("secretary"))
    decided(other_id, Choice.DONE, actor("secretary"), as_of=clock.today())
    assert client.submit(PAGE, action=f"{PAGE}/{other_id}/undo").status_code == 303
    assert decisions() == ({item_id: Choice.CONTINUE} if takes else {})


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.BEFORE_BOARD])
def test_nothing_is_decided_of_a_roadmap_that_is_closed_or_not_approved(
    client, sign_in, actor, phase: Phase
) -> None:
    open_one, over = left_unfinished("A1"), left_unfinished("A2")
    decided(over, Choice.DONE, actor("secretary"), as_of=clock.today())
    with writing():
        left_open = before()
        left_open.phase, left_open.once_approved = phase, phase is Phase.CLOSED
    sign_in(client, "secretary")
    assert 'name="choice"' not in client.get(PAGE).text
    address = f"{PAGE}/preview?choice=done&id={open_one}"
    assert f'action="{PAGE}/preview"' not in client.get(address).text
    with pytest.raises(Refused):
        decided(open_one, Choice.DONE, actor("secretary"), as_of=clock.today())
    if phase is Phase.CLOSED:
        assert client.forge(f"{PAGE}/{over}/undo").status_code == 409
        assert decisions() == {over: Choice.DONE}


def test_what_an_old_roadmap_left_continues_on_the_next_that_is_drafted(
    client, sign_in, actor
) -> None:
    with writing():
        db.session.scalars(select(Programme)).one().last_year = YEAR + 1
    with writing():
        programme = db.session.scalars(select(Programme)).one()
        programmes.add_roadmap(programme, YEAR + 1, Phase.DRAFTING, INSTALLER)
    put_into(Phase.APPROVED)
    item_id = left_unfinished(last_year=YEAR - 1)
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    (row,) = queries.contents(roadmap_of(YEAR + 1))
    assert (row.Entry.code, row.Item.carried_over_from_id) == ("A1", item_id)
    assert measure_of(item_id).last_year == YEAR + 1
    sign_in(client, "secretary")
    page = client.get(f"/roadmaps/{YEAR + 1}?lang=sv").text
    assert f"överförd från {YEAR - 1}" in page
    assert f'href="{PAGE}#item-{item_id}"' in page
    told = f"Från den digitala färdplanen {YEAR - 1} till färdplanen {YEAR + 1}"
    assert told in client.get(f"/measures/{measure_of(item_id).id}?lang=sv").text
    assert client.submit(PAGE, action=f"{PAGE}/{item_id}/undo").status_code == 303
    assert measure_of(item_id).last_year == YEAR - 1
    # What stands on any later roadmap anyway is not left.
    with writing():
        later = roadmap_of(YEAR + 1)
        assembling.put_on(later, left(item_id).entry, actor("secretary"))
    assert open_items(before()) == []


@pytest.mark.parametrize("choice", [Choice.DONE, Choice.DROP])
def test_it_is_decided_on_the_day_of_the_newest_report(
    client, sign_in, actor, choice: Choice
) -> None:
    today = clock.today()
    item_id = left_unfinished(status=Status.STARTED, as_of=today)
    with writing():
        db.session.scalars(select(StatusReport)).one().note_fi = "Puolivälissä"
    sign_in(client, "secretary")
    address = f"{PAGE}/preview?choice={choice}&id={item_id}"
    data = {"reason": "Ei rahaa"} if choice is Choice.DROP else {}
    response = client.submit(address, data, action=f"{PAGE}/preview")
    assert (response.status_code, response.location) == (303, PAGE)
    # A day has one report, which says from now on what was decided.
    assert reports(item_id) == [(STATUS_OF[choice], today, True)]
    note = "Puolivälissä\nEi rahaa" if choice is Choice.DROP else "Puolivälissä"
    assert db.session.scalars(select(StatusReport.note_fi)).one() == note
    assert open_items(before()) == []
    assert client.submit(PAGE, action=f"{PAGE}/{item_id}/undo").status_code == 303
    assert reports(item_id) == [(Status.STARTED, today, True)]
    assert db.session.scalars(select(StatusReport.note_fi)).one() == "Puolivälissä"


def test_a_report_of_a_month_that_is_not_over_is_left_out(client, sign_in, actor) -> None:
    item_id = left_unfinished(status=Status.STARTED, as_of=clock.today() + timedelta(days=9))
    sign_in(client, "secretary")
    page = client.get(f"{PAGE}/preview?choice=done&id={item_id}&lang=fi").text
    assert "Myöhemmältä päivältä on jo tilannetieto" in page
    assert f'action="{PAGE}/preview"' not in page


@pytest.mark.parametrize("person", ["member", "chair", "board-secretary", "administrator"])
def test_others_do_not_decide(app, actor, person: str) -> None:
    item_id = left_unfinished()
    drafting()
    with pytest.raises(Refused):
        decided(item_id, Choice.CONTINUE, actor(person))


def test_what_the_board_has_approved_is_not_taken_back(app, actor) -> None:
    item_id = left_unfinished()
    drafting()
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    with writing():
        queries.contents(the_roadmap())[0].Item.membership = Membership.APPROVED
    with pytest.raises(Refused), writing():
        undo(db.session.get_one(Item, item_id), actor("secretary"))
    assert decisions() == {item_id: Choice.CONTINUE}


def test_what_is_carried_over_is_not_taken_off_alone(app, actor) -> None:
    item_id = left_unfinished()
    drafting()
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    item = queries.contents(the_roadmap())[0].Item
    with pytest.raises(Refused), writing():
        assembling.remove_item(the_roadmap(), item, actor("secretary"))


def test_what_stands_on_the_roadmap_anyway_needs_no_decision(app, actor) -> None:
    item_id = left_unfinished()
    drafting()
    with writing():
        entry = left(item_id).entry
        assembling.place(the_roadmap(), entry, Membership.PROPOSED, 1, actor("secretary"))
    assert open_items(before()) == []


def test_the_unfinished_hold_the_roadmap_back(client, sign_in, actor) -> None:
    item_id = left_unfinished()
    drafting()
    sign_in(client, "secretary")
    assert f'href="{PAGE}#item-{item_id}"' in client.get(f"/roadmaps/{YEAR}").text
    assert checks.hindrances(the_roadmap())
    decided(item_id, Choice.DONE, actor("secretary"), as_of=clock.today())
    assert checks.hindrances(the_roadmap()) == []


def test_the_secretary_ticks_several_and_sees_what_will_happen(client, sign_in, actor) -> None:
    ids = [left_unfinished(f"A{number}", last_year=YEAR - 1) for number in (1, 2, 3)]
    drafting()
    sign_in(client, "secretary")
    page = client.submit(PAGE, {"id": [str(each) for each in ids[:2]]}, button="continue")
    assert page.status_code == 200
    preview = page.request.full_path
    assert decisions() == {}
    assert text_of(document_of(page).root).count("A1") == 2
    response = client.submit(preview, action=f"{PAGE}/preview")
    assert (response.status_code, response.location) == (303, PAGE)
    assert decisions() == dict.fromkeys(ids[:2], Choice.CONTINUE)
    shown = client.get(PAGE)
    assert f'name="id" value="{ids[2]}"' in shown.text
    assert client.submit(PAGE, action=f"{PAGE}/{ids[0]}/undo").status_code == 303
    assert decisions() == {ids[1]: Choice.CONTINUE}
    # A second press finds nothing to take back.
    assert client.forge(f"{PAGE}/{ids[0]}/undo").status_code == 303


def test_a_form_that_is_sent_twice_decides_once(client, sign_in, actor) -> None:
    item_id = left_unfinished()
    drafting()
    sign_in(client, "secretary")
    address = f"{PAGE}/preview?choice=done&id={item_id}"
    sent = {}
    page = document_of(client.get(address))
    form = next(each for each in page.root.iter("form") if "preview" in each.get("action", ""))
    for field in form.iter("input"):
        sent[field.get("name")] = field.get("value")
    for _press in range(2):
        response = client.post(f"{PAGE}/preview", data=sent)
        assert (response.status_code, response.location) == (303, PAGE)
    assert decisions() == {item_id: Choice.DONE}
    assert len(reports(item_id)) == 1


def test_of_two_secretaries_one_decides(client, sign_in, actor) -> None:
    first, second = left_unfinished("A1"), left_unfinished("A2")
    drafting()
    sign_in(client, "secretary")
    address = f"{PAGE}/preview?choice=drop&id={first}&id={second}"
    page = document_of(client.get(address))
    form = next(each for each in page.root.iter("form") if "preview" in each.get("action", ""))
    sent = {each.get("name"): each.get("value") for each in form.iter("input")}
    sent |= {"id": [str(first), str(second)], "reason": "Ei rahaa"}
    decided(first, Choice.CONTINUE, actor("secretary"))
    response = client.post(f"{PAGE}/preview", data=sent)
    assert response.status_code == 409
    assert "Ei rahaa" in response.text
    assert decisions() == {first: Choice.CONTINUE}


def test_what_is_wrong_in_the_form_is_said(client, sign_in, actor) -> None:
    item_id = left_unfinished(status=Status.STARTED)
    drafting()
    sign_in(client, "secretary")
    address = f"{PAGE}/preview?choice=drop&id={item_id}"
    for data, wrong in (
        ({"reason": ""}, "reason"),
        ({"reason": "x", "as_of": ""}, "as_of"),
        ({"reason": "x", "as_of": "2025-12-30"}, "as_of"),
        ({"reason": "x", "as_of": "2999-01-01"}, "as_of"),
        ({"reason": "x", "as_of": "yesterday"}, "as_of"),
    ):
        response = client.submit(address, data, action=f"{PAGE}/preview")
        assert response.status_code == 422
        assert f'id="{wrong}-error"' in response.text
    assert decisions() == {}


def test_themes_are_suggested_and_chosen(client, sign_in, actor) -> None:
    first, second = left_unfinished("A1"), left_unfinished("B1")
    a, b = new_programme()
    drafting()
    sign_in(client, "secretary")
    address = f"{PAGE}/preview?choice=continue&id={first}&id={second}"
    response = client.submit(address, {f"theme-{second}": str(b)}, action=f"{PAGE}/preview")
    assert response.status_code == 303
    assert [code for code, *_rest in next_rows()] == ["A1", "B1"]
    themes = [row.Theme.id for row in queries.contents(the_roadmap())]
    assert themes == [a, b]


def test_a_gap_of_a_theme_is_filled_on_the_page(client, sign_in, actor) -> None:
    item_id = left_unfinished("B1")
    _a, b = new_programme()
    drafting()
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    sign_in(client, "secretary")
    address = f"{PAGE}/{item_id}/theme"
    assert client.submit(PAGE, {"theme": ""}, action=address).status_code == 303
    assert next_rows()[0][0] is None
    assert client.forge(address, {"theme": "999999"}).status_code == 400
    assert client.submit(PAGE, {"theme": str(b)}, action=address).status_code == 303
    assert next_rows()[0][0] == "B1"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{PAGE}/preview?choice=continue", 302),
        (f"{PAGE}/preview?choice=x&id=1", 404),
        (f"{PAGE}/preview?choice=continue&id=999999", 404),
        (f"{PAGE}/preview?choice=continue&id=x&id=%00&id=-1", 302),
        (f"/roadmaps/{YEAR}/carry-over", 200),
        ("/roadmaps/2099/carry-over", 404),
    ],
)
def test_nonsense_is_answered(client, sign_in, address: str, code: int) -> None:
    drafting()
    sign_in(client, "secretary")
    assert client.get(address).status_code == code


def test_queries_do_not_grow_with_the_unfinished(client, sign_in, actor, query_counter) -> None:
    sign_in(client, "secretary")
    drafting()

    def counts() -> list[int]:
        found = []
        ids = "".join(f"&id={left.item.id}" for left in open_items(before()))
        for page in (PAGE, f"{PAGE}/preview?choice=continue{ids}", f"/roadmaps/{YEAR - 1}/closing"):
            with query_counter() as statements:
                assert client.get(page).status_code == 200
            found.append(len(statements))
        return found

    left_unfinished("A1")
    few = counts()
    for number in range(2, 23):
        left_unfinished(f"A{number}", status=Status.STARTED)
    assert counts() == few


def test_the_page_of_the_measure_tells_of_it(client, sign_in, actor) -> None:
    item_id = left_unfinished()
    drafting()
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    page = f"/measures/{measure_of(item_id).id}?lang=sv"
    told = f"Från den digitala färdplanen {YEAR - 1} till färdplanen {YEAR}"
    for person, phase, is_told in (
        ("secretary", Phase.DRAFTING, True),
        ("viewer", Phase.DRAFTING, False),
        ("viewer", Phase.BEFORE_BOARD, True),
    ):
        put_into(phase)
        sign_in(client, person)
        assert (told in client.get(page).text) is is_told, (person, phase)


def test_the_record_tells_what_was_decided(client, sign_in, actor) -> None:
    item_id = left_unfinished()
    drafting()
    decided(item_id, Choice.DROP, actor("secretary"), as_of=clock.today(), reason="Ei rahaa")
    with writing():
        undo(db.session.get_one(Item, item_id), actor("secretary"))
    decided(item_id, Choice.CONTINUE, actor("secretary"))
    sign_in(client, "secretary")
    shown = client.get(f"/measures/{measure_of(item_id).id}/history?lang=sv").text
    assert shown.count("Ei rahaa") >= 2
    for year in (YEAR - 1, YEAR):
        assert f"A1, digital färdplan {year}" in shown
