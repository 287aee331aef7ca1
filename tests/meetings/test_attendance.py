"""Who was at a meeting, with deputies and a quorum; who was disqualified in a matter."""

from dataclasses import replace

import pytest

from app.accounts.models import RoleGrant
from app.audit.models import Event
from app.audit.tags import Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.core.policy import Role
from app.extensions import db
from app.measures.states import State
from app.meetings import attendance, disqualifying
from app.meetings.disqualifying import Found
from app.meetings.models import Attendance, Disqualification, Meeting
from app.meetings.states import Outcome, Part, Presence, Ruling
from tests.measures.proposals import fresh
from tests.meetings.agendas import arranged, decided, matter, on_agenda
from tests.scoring.rounds import judge, open_round


@pytest.fixture
def meeting_id(app, actor) -> int:
    """Return a meeting of today."""
    return arranged(actor("secretary"))


@pytest.fixture
def quorum_of_two(app, monkeypatch) -> None:
    """Let two be needed for a decision."""
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", settings.model_copy(update={"meeting_quorum": 2}))


def the_meeting(meeting_id: int) -> Meeting:
    return db.session.get_one(Meeting, meeting_id, populate_existing=True)


def rows(meeting_id: int) -> dict[int, Attendance]:
    db.session.expire_all()
    return {each.user_id: each for each in db.session.query(Attendance)}


def be_there(actor, meeting_id: int, *people: str) -> None:
    """Write down that these are present, and all others absent."""
    present = {actor(person).user_id for person in people}
    with writing():
        meeting = the_meeting(meeting_id)
        said = [
            replace(
                each,
                presence=Presence.PRESENT if each.user_id in present else Presence.ABSENT,
            )
            for each in attendance.expected(meeting)
        ]
        attendance.save(meeting, attendance.digest_of(meeting), said, "", actor("secretary"))


def rule(actor, meeting_id: int, decision_id: int, person: str, ruling: Ruling | None) -> None:
    wanted = {actor(person).user_id: Found(ruling, "Puoliso hakee") if ruling else None}
    with writing():
        found = matter(decision_id)
        seen = disqualifying.digest_of(found)
        disqualifying.save(the_meeting(meeting_id), found, seen, wanted, actor("secretary"))


def deputise(deputy: int | None, member: int | None) -> None:
    """Let somebody be a member's deputy, and nothing else in the group."""
    with writing():
        db.session.add(RoleGrant(user_id=deputy, role=Role.MEMBER, deputy_for_id=member))


def test_the_group_of_the_day_is_expected(client, sign_in, actor, meeting_id) -> None:
    deputise(actor("viewer").user_id, actor("member").user_id)
    found = {each.user_id: each for each in attendance.expected(the_meeting(meeting_id))}
    assert found[actor("chair").user_id].part is Part.CHAIR
    assert found[actor("member2").user_id].part is Part.MEMBER
    assert found[actor("secretary").user_id].part is Part.SECRETARY
    assert found[actor("viewer").user_id].deputy_for_id == actor("member").user_id
    assert actor("proposer").user_id not in found
    sign_in(client, "secretary")
    assert client.get(f"/meetings/{meeting_id}/attendance").status_code == 200
    assert rows(meeting_id) == {}


def test_attendance_is_written_down_and_recorded(client, sign_in, actor, meeting_id) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/attendance"
    member = actor("member").user_id
    data = {f"presence_{member}": "absent", f"remark_{member}": "Lomalla", "others": "A. Vieras"}
    response = client.submit(page, data, button="Tallenna läsnäolo", action=page)
    assert (response.status_code, response.location) == (303, f"/meetings/{meeting_id}")
    found = rows(meeting_id)
    assert (found[member].presence, found[member].remark) == (Presence.ABSENT, "Lomalla")
    assert found[actor("chair").user_id].presence is Presence.UNKNOWN
    text = client.get(f"/meetings/{meeting_id}").text
    assert "Lomalla" in text
    assert "A. Vieras" in text
    events = db.session.query(Event).filter_by(tag=Tag.ATTENDANCE_RECORDED)
    assert {each.person_id for each in events} == {None, *found}
    # What is saved again as it is leaves nothing.
    number = events.count()
    assert client.submit(page, button="Tallenna läsnäolo", action=page).status_code == 303
    assert events.count() == number


def test_one_press_lets_all_be_present(client, sign_in, actor, meeting_id) -> None:
    deputise(actor("viewer").user_id, actor("member").user_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/attendance"
    assert client.submit(page, button="all", action=page).status_code == 303
    found = rows(meeting_id)
    assert found.pop(actor("viewer").user_id).presence is Presence.UNKNOWN
    assert {each.presence for each in found.values()} == {Presence.PRESENT}


def test_a_deputy_and_the_person_have_one_voice(client, sign_in, actor, meeting_id) -> None:
    member, deputy = actor("member").user_id, actor("viewer").user_id
    deputise(deputy, member)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/attendance"
    both = {f"presence_{member}": "present", f"presence_{deputy}": "present"}
    answer = client.submit(page, both, button="Tallenna läsnäolo", action=page)
    assert answer.status_code == 422
    assert f'id="presence_{deputy}-error"' in answer.text
    assert rows(meeting_id) == {}
    both[f"presence_{member}"] = "absent"
    assert client.submit(page, both, button="Tallenna läsnäolo", action=page).status_code == 303
    assert rows(meeting_id)[deputy].deputy_for_id == member


def test_somebody_is_added(client, sign_in, actor, meeting_id) -> None:
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/attendance"
    expert = actor("proposer").user_id
    data = {"add_id": str(expert), "add_part": "expert"}
    response = client.submit(page, data, button="Tallenna läsnäolo", action=page)
    assert (response.status_code, response.location) == (303, page)
    found = rows(meeting_id)[expert]
    assert (found.part, found.presence) == (Part.EXPERT, Presence.PRESENT)
    # The same form once more, as by two presses at the same moment.
    again = client.forge(page, {**data, "seen": "old"})
    assert (again.status_code, again.location) == (303, page)
    assert rows(meeting_id)[expert].presence is Presence.PRESENT
    forged = {"add_id": "999999", "seen": "x"}
    assert client.forge(page, forged).status_code == 422


def test_a_deputy_who_is_added_beside_the_person_is_refused(
    client, sign_in, actor, meeting_id
) -> None:
    member, deputy = actor("member").user_id, actor("proposer").user_id
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/attendance"
    data = {
        f"presence_{member}": "present",
        "add_id": str(deputy),
        "add_part": "member",
        "add_deputy": str(member),
    }
    answer = client.submit(page, data, button="Tallenna läsnäolo", action=page)
    assert answer.status_code == 422
    assert 'id="add_id-error"' in answer.text
    assert rows(meeting_id) == {}


@pytest.mark.parametrize("what", ["attendance", "disqualifications"])
def test_of_two_who_write_down_the_second_is_told(
    client, sign_in, actor, meeting_id, what: str
) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    member = actor("member").user_id
    sign_in(client, "secretary")
    if what == "attendance":
        page = f"/meetings/{meeting_id}/attendance"
        data = {f"presence_{member}": "present", "others": "Oma teksti"}
        be_there(actor, meeting_id, "chair")
        saved = "poissa"
    else:
        page = f"/meetings/{meeting_id}/decisions/{decision_id}/disqualifications"
        data = {"add_id": str(member), "add_ruling": "disqualified", "add_reason": "Oma teksti"}
        rule(actor, meeting_id, decision_id, "member2", Ruling.NOT_DISQUALIFIED)
        saved = "todettu esteettömäksi"
    answer = client.forge(page, {**data, "seen": "old"})
    assert answer.status_code == 409
    assert "Oma teksti" in answer.text
    assert saved in answer.text


def test_a_quorum_is_checked_before_a_decision(
    client, sign_in, actor, meeting_id, quorum_of_two
) -> None:
    secretary = actor("secretary")
    decision_id, measure_id = on_agenda(secretary, meeting_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    assert "Kirjaa ensin, ketkä ovat läsnä" in client.get(page).text
    for people in ((), ("secretary", "member")):
        if people:
            be_there(actor, meeting_id, *people)
        with pytest.raises(Refused):
            decided(secretary, decision_id)
    be_there(actor, meeting_id, "chair", "member")
    rule(actor, meeting_id, decision_id, "member", Ruling.DISQUALIFIED)
    with pytest.raises(Refused):
        decided(secretary, decision_id)
    assert "Läsnä on 1, jotka voivat päättää tästä; tarvitaan 2" in client.get(page).text
    rule(actor, meeting_id, decision_id, "member", Ruling.NOT_DISQUALIFIED)
    decided(secretary, decision_id)
    assert fresh(measure_id).state is State.APPROVED


def test_minutes_with_a_quorum_need_attendance(
    client, sign_in, actor, meeting_id, quorum_of_two
) -> None:
    sign_in(client, "secretary")
    address = f"/meetings/{meeting_id}/minutes"
    data = {"approved_on": clock.today().isoformat()}
    assert client.forge(address, data).status_code == 409
    be_there(actor, meeting_id, "chair", "member")
    assert client.forge(address, data).status_code == 303


def test_without_a_quorum_and_attendance_nothing_is_checked(app, actor, meeting_id) -> None:
    open_round(actor("secretary"))
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    judge(actor("member"), measure_id, 3, disqualified=True, disqualification_reason="Hakee itse")
    decided(actor("secretary"), decision_id)
    assert fresh(measure_id).state is State.APPROVED


@pytest.mark.parametrize("ruling", [Ruling.DISQUALIFIED, Ruling.NOT_DISQUALIFIED])
def test_what_was_declared_in_scoring_is_ruled_on(
    client, sign_in, actor, meeting_id, ruling: Ruling
) -> None:
    open_round(actor("secretary"))
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    judge(actor("member"), measure_id, 3, disqualified=True, disqualification_reason="Hakee itse")
    be_there(actor, meeting_id, "chair", "member")
    with pytest.raises(Refused):
        decided(actor("secretary"), decision_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/decisions/{decision_id}/disqualifications"
    text = client.get(page).text
    assert "ilmoitettu, ei vielä käsitelty" in text
    # Why they declared it stays with their review.
    assert "Hakee itse" not in text
    member = actor("member").user_id
    data = {f"ruling_{member}": ruling.value, f"reason_{member}": "Läheinen hakee"}
    assert client.submit(page, data, action=page).status_code == 303
    row = db.session.query(Disqualification).one()
    assert (row.user_id, row.ruling, row.reason) == (member, ruling, "Läheinen hakee")
    event = db.session.query(Event).filter_by(tag=Tag.DISQUALIFICATION_RECORDED).one()
    assert (event.subject_id, event.person_id) == (measure_id, member)
    decided(actor("secretary"), decision_id)


def test_one_declared_in_the_meeting_is_written_down_and_taken_away(
    client, sign_in, actor, meeting_id
) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}/decisions/{decision_id}/disqualifications"
    member = actor("member").user_id
    data = {"add_id": str(member), "add_ruling": "disqualified", "add_reason": "Omistaa osakkeita"}
    assert client.submit(page, data, action=page).status_code == 303
    # The same form once more, as by two presses at the same moment.
    assert client.forge(page, {**data, "seen": "old"}).status_code == 303
    assert f"{actor('member').name}, esteellinen" in client.get(f"/meetings/{meeting_id}").text
    nothing = {f"ruling_{member}": "nothing"}
    assert client.submit(page, nothing, action=page).status_code == 303
    assert db.session.query(Disqualification).count() == 0
    assert client.forge(page, {"add_id": "999999", "seen": "x"}).status_code == 422


def test_whoever_is_disqualified_records_nothing(app, actor, meeting_id) -> None:
    decision_id, measure_id = on_agenda(actor("secretary"), meeting_id)
    rule(actor, meeting_id, decision_id, "secretary", Ruling.DISQUALIFIED)
    with pytest.raises(Refused):
        decided(actor("secretary"), decision_id)
    assert fresh(measure_id).state is State.IN_SCORING


def test_an_undone_decision_keeps_its_disqualifications(client, sign_in, actor, meeting_id) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    rule(actor, meeting_id, decision_id, "member", Ruling.DISQUALIFIED)
    decided(actor("secretary"), decision_id, Outcome.REJECT, "Ei nyt")
    sign_in(client, "secretary")
    page = f"/meetings/{meeting_id}"
    data = {f"undo-{decision_id}-reason": "Väärin kirjattu"}
    client.submit(page, data, action=f"{page}/decisions/{decision_id}/undo")
    kept = db.session.query(Disqualification).order_by(Disqualification.id).all()
    assert [(each.ruling, each.decision_id == decision_id) for each in kept] == [
        (Ruling.DISQUALIFIED, True),
        (Ruling.DISQUALIFIED, False),
    ]
    # They go with the matter, when it is taken off the agenda.
    client.submit(page, action=f"{page}/decisions/{kept[1].decision_id}/remove")
    assert db.session.query(Disqualification).count() == 1


@pytest.mark.parametrize("person", ["member", "chair"])
def test_others_write_nothing_down(app, actor, meeting_id, person: str) -> None:
    decision_id, _measure_id = on_agenda(actor("secretary"), meeting_id)
    with pytest.raises(Refused), writing():
        attendance.save(the_meeting(meeting_id), "", [], "x", actor(person))
    wanted = {actor("member").user_id: Found(Ruling.DISQUALIFIED)}
    meeting, found = the_meeting(meeting_id), matter(decision_id)
    with pytest.raises(Refused), writing():
        disqualifying.save(meeting, found, "", wanted, actor(person))
