"""Opening a round with its seats and limits, and changing it without breaking a promise."""

from datetime import timedelta

import pytest

from app.accounts.models import RoleGrant
from app.accounts.queries import user_by_key
from app.audit.tags import Kind, Tag
from app.core import clock
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.policy import Role
from app.extensions import db
from app.measures.states import State
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase
from app.scoring import queries, round_operations
from app.scoring.queries import Seat
from app.scoring.round_operations import RoundFields, seats_of
from app.scoring.states import Blindness
from tests.audit.events import new_events
from tests.client import HTMX
from tests.forms import forms_of
from tests.html import document_of, text_of
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR, close_round, judge, open_round, the_round

ROUND = f"/scoring/{YEAR}/round"


def day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


@pytest.fixture
def ids(app, actor) -> dict[str, int]:
    """Return the ids of those who may score, by their keys."""
    return {key: actor(key).user_id for key in ("member", "member2", "member3", "chair")}


@pytest.fixture
def measure_id(app, actor) -> int:
    """Return a measure in scoring, for a round that is open."""
    open_round(actor("secretary"))
    return saved(State.IN_SCORING)


def wanted(**given: object) -> RoundFields:
    """Return what the round is like, but for what is given."""
    found = the_round()
    fields = {name: getattr(found, name) for name in ("opens_on", "closes_on", "blindness")}
    return RoundFields(**{**fields, "capacity": None, "seats": list(seats_of(found)), **given})


def change(actor, **given: object) -> None:
    """Change the round as the secretary."""
    with writing():
        fields = wanted(**given)
        round_operations.edit_round(the_round(), fields, the_round().version, actor("secretary"))


def test_a_round_is_opened_with_what_the_form_says(client, sign_in, ids) -> None:
    sign_in(client, "secretary")
    data = {
        "year": YEAR,
        "opens_on": day(0),
        "closes_on": day(7),
        "blindness": "until_close",
        "capacity": "12",
        f"seat_{ids['member3']}": [],
        f"deputy_{ids['member2']}": ids["member3"],
    }
    assert client.submit("/scoring/new", data).status_code == 303
    found = the_round()
    assert (found.blindness, found.capacity) == (Blindness.UNTIL_CLOSE, 12)
    assert seats_of(found) == {
        Seat(ids["member"]),
        Seat(ids["chair"]),
        Seat(ids["member2"], ids["member3"]),
    }


def test_the_form_is_filled_in_by_the_roles(client, sign_in, ids) -> None:
    with writing():
        grant = {"role": Role.CHAIR, "deputy_for_id": ids["chair"]}
        db.session.add(RoleGrant(user_id=user_of("viewer"), **grant))
    sign_in(client, "secretary")
    data = {"year": YEAR, "opens_on": day(0), "closes_on": day(7)}
    assert client.submit("/scoring/new", data).status_code == 303
    expected = {Seat(ids[key]) for key in ("member", "member2", "member3")}
    assert seats_of(the_round()) == {*expected, Seat(ids["chair"], user_of("viewer"))}


def user_of(key: str) -> int:
    found = user_by_key(key)
    assert found is not None
    return found.id


def test_criteria_of_an_earlier_round_are_copied(client, sign_in, actor, ids) -> None:
    open_round(actor("secretary"))
    with writing():
        roadmap_of(2025).phase = Phase.COLLECTING
    with writing():
        first = the_round().criteria[0]
        first.name_fi, first.weight = "Oma peruste", 77
    sign_in(client, "secretary")
    data = {"opens_on": day(0), "closes_on": day(7), "criteria_of": the_round().id}
    assert client.submit("/scoring/new", {"year": 2025, **data}).status_code == 303
    copied, original = queries.round_of_year(2025), the_round()
    assert copied.criteria[0].name_fi == "Oma peruste"
    assert [each.weight for each in copied.criteria] == [each.weight for each in original.criteria]
    assert {each.id for each in copied.criteria}.isdisjoint(each.id for each in original.criteria)


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"closes_on": day(-1), "opens_on": day(-3)}, "closes_on"),
        ({"closes_on": "0026-09-01"}, "closes_on"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "kymmenen"}, "capacity"),
        ({"capacity": "9" * 30}, "capacity"),
    ],
)
def test_what_is_wrong_is_told_beside_it(client, sign_in, headers, given, wrong) -> None:
    sign_in(client, "secretary")
    data = {"year": YEAR, "opens_on": day(0), "closes_on": day(7), **given}
    response = client.submit("/scoring/new", data, headers=headers)
    assert response.status_code == 422
    assert f'id="{wrong}-error"' in response.text
    assert queries.round_of_year(YEAR) is None


def test_nobody_sits_on_two_seats(client, sign_in, ids) -> None:
    sign_in(client, "secretary")
    data = {"year": YEAR, "opens_on": day(0), "closes_on": day(7)}
    own = {**data, f"deputy_{ids['member']}": ids["member2"]}
    response = client.submit("/scoring/new", own)
    assert response.status_code == 422
    assert f'id="deputy_{ids["member"]}-error"' in response.text
    twice = {
        **data,
        f"seat_{ids['chair']}": [],
        f"deputy_{ids['member']}": ids["chair"],
        f"deputy_{ids['member2']}": ids["chair"],
    }
    assert client.submit("/scoring/new", twice).status_code == 422
    nobody = {**data, **{f"seat_{user_id}": [] for user_id in ids.values()}}
    assert client.submit("/scoring/new", nobody).status_code == 422
    assert queries.round_of_year(YEAR) is None


def test_without_a_year_that_waits_there_is_no_form(client, sign_in, actor) -> None:
    open_round(actor("secretary"))
    sign_in(client, "secretary")
    page = client.get("/scoring/new")
    assert page.status_code == 200
    assert 'name="opens_on"' not in page.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_round_is_changed_and_recorded(client, sign_in, actor, ids, measure_id, headers) -> None:
    sign_in(client, "secretary")
    data = {"closes_on": day(20), "capacity": "5", f"seat_{ids['chair']}": []}
    with new_events() as events:
        response = client.submit(ROUND, data, action=ROUND, headers=headers)
    assert response.status_code in {204, 303}
    assert (the_round().closes_on, the_round().capacity) == (clock.today() + timedelta(20), 5)
    assert Seat(ids["chair"]) not in seats_of(the_round())
    assert [(each.tag, each.kind) for each in events] == [(Tag.ROUND_EDITED, Kind.ROUND)]
    assert events[0].before.keys() == {"closes_on", "capacity", "scorers"}
    with new_events() as events:
        client.submit(ROUND, action=ROUND)
    assert events == []


def test_the_record_names_who_scores(client, sign_in, actor, ids, measure_id) -> None:
    change(actor, seats=[Seat(ids["member"], ids["member2"])])
    sign_in(client, "administrator")
    page = text_of(document_of(client.get("/record?tag=round_edited&lang=fi")).root)
    assert "Sijainen: Maj Modell; Henkilö: Matti Malli" in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_two_who_change_a_round_see_both(client, sign_in, actor, ids, measure_id, headers) -> None:
    sign_in(client, "secretary")
    before = the_round().version
    change(actor, seats=[Seat(ids["member"], ids["member2"])])
    assert the_round().version == before + 1
    data = {
        "version": before,
        "opens_on": day(0),
        "closes_on": day(9),
        "blindness": "until_own",
        f"seat_{ids['member']}": "y",
        f"deputy_{ids['member']}": "",
    }
    response = client.forge(ROUND, data, headers=headers)
    assert response.status_code == 409
    assert "Maj Modell" in response.text
    assert f'name="version" value="{before + 1}"' in response.text
    assert client.forge(ROUND, {**data, "version": before + 1}).status_code == 303
    assert seats_of(the_round()) == {Seat(ids["member"])}


def test_a_stale_version_is_refused(app, actor, measure_id) -> None:
    with pytest.raises(Stale), writing():
        round_operations.edit_round(the_round(), wanted(), 99, actor("secretary"))


@pytest.mark.parametrize("person", ["member", "chair", "proposer", "administrator", "viewer"])
def test_others_change_no_round(app, actor, measure_id, person: str) -> None:
    with pytest.raises(Refused), writing():
        round_operations.edit_round(the_round(), wanted(capacity=3), 1, actor(person))


def test_deputies_change_places(app, actor, ids, measure_id) -> None:
    members = [Seat(ids["member"], ids["member2"]), Seat(ids["chair"], ids["member3"])]
    change(actor, seats=members)
    swapped = [Seat(ids["member"], ids["member3"]), Seat(ids["chair"], ids["member2"])]
    change(actor, seats=swapped)
    assert seats_of(the_round()) == set(swapped)


def test_whoever_has_submitted_keeps_their_place(client, sign_in, actor, ids, measure_id) -> None:
    judge(actor("member"), measure_id, 3)
    others = [Seat(ids[key]) for key in ("member2", "member3", "chair")]
    for seats in (others, [*others[:2], Seat(ids["chair"], ids["member"])]):
        with pytest.raises(Refused):
            change(actor, seats=seats)
    sign_in(client, "secretary")
    page = client.get(ROUND).text
    assert f'name="seat_{ids["member"]}"' not in page
    assert f'name="seat_{ids["member2"]}"' in page
    client.submit(ROUND, {f"deputy_{ids['member']}": ids["chair"], f"seat_{ids['chair']}": []})
    assert Seat(ids["member"], ids["chair"]) in seats_of(the_round())


def test_a_deputy_who_has_submitted_keeps_theirs(client, sign_in, actor, ids, measure_id) -> None:
    change(actor, seats=[Seat(ids["member"], ids["chair"])])
    judge(actor("chair"), measure_id, 3)
    for seats in ([Seat(ids["member"])], [Seat(ids["member"]), Seat(ids["chair"])]):
        with pytest.raises(Refused):
            change(actor, seats=seats)
    sign_in(client, "secretary")
    assert client.submit(ROUND, {"capacity": "4"}, action=ROUND).status_code == 303
    assert seats_of(the_round()) == {Seat(ids["member"], ids["chair"])}


def test_a_seat_with_drafts_alone_may_go(app, actor, ids, measure_id) -> None:
    judge(actor("member"), measure_id, 3, submit=False)
    change(actor, seats=[Seat(ids["chair"])])
    assert seats_of(the_round()) == {Seat(ids["chair"])}


def test_blindness_only_becomes_stricter(client, sign_in, actor, measure_id) -> None:
    change(actor, blindness=Blindness.UNTIL_CLOSE)
    change(actor, blindness=Blindness.UNTIL_OWN)
    judge(actor("member"), measure_id, 3)
    change(actor, blindness=Blindness.UNTIL_CLOSE)
    with pytest.raises(Refused):
        change(actor, blindness=Blindness.UNTIL_OWN)
    sign_in(client, "secretary")
    response = client.submit(ROUND, {"blindness": "until_own"}, action=ROUND)
    assert response.status_code == 422
    assert 'id="blindness-error"' in response.text
    assert the_round().blindness is Blindness.UNTIL_CLOSE


def test_closing_at_once_is_asked_for(client, sign_in, actor, measure_id) -> None:
    judge(actor("member"), measure_id, 3)
    sign_in(client, "secretary")
    data = {"opens_on": day(-3), "closes_on": day(-1)}
    response = client.submit(ROUND, data, action=ROUND)
    assert response.status_code == 422
    assert 'name="close_at_once"' in response.text
    assert not the_round().is_closed(clock.today())
    fields = {"version": the_round().version, "blindness": "until_own", **data}
    seats = {f"seat_{seat.user_id}": "y" for seat in seats_of(the_round())}
    assert client.forge(ROUND, {**fields, **seats, "close_at_once": "y"}).status_code == 303
    assert the_round().is_closed(clock.today())


def test_a_closed_round_is_not_opened_again(client, sign_in, actor, ids, measure_id) -> None:
    judge(actor("member"), measure_id, 3)
    close_round()
    tomorrow = clock.today() + timedelta(1)
    for given in ({"closes_on": tomorrow}, {"opens_on": tomorrow, "closes_on": tomorrow}):
        with pytest.raises(Refused):
            change(actor, **given)
    with pytest.raises(Refused):
        change(actor, seats=[Seat(ids["member"])])
    change(actor, capacity=4)
    sign_in(client, "secretary")
    assert client.submit(ROUND, {"capacity": "6"}, action=ROUND).status_code == 303
    assert the_round().capacity == 6


def test_a_closed_round_that_nobody_used_is_opened_again(app, actor, measure_id) -> None:
    close_round()
    change(actor, closes_on=clock.today() + timedelta(1))
    assert the_round().is_open(clock.today())


def test_what_has_begun_does_not_begin_later(app, actor, measure_id) -> None:
    tomorrow = clock.today() + timedelta(1)
    change(actor, opens_on=tomorrow)
    change(actor, opens_on=clock.today())
    judge(actor("member"), measure_id, 3)
    with pytest.raises(Refused):
        change(actor, opens_on=tomorrow)


NASTY = ["\0", "\ud800", "é" * 20_000, "9" * 40]


@pytest.mark.parametrize("nasty", NASTY, ids=["null", "surrogate", "long", "large"])
def test_whatever_is_sent_the_answer_is_clear(client, sign_in, measure_id, nasty: str) -> None:
    sign_in(client, "secretary")
    criterion_id = the_round().criteria[0].id
    with writing():
        roadmap_of(2025).phase = Phase.COLLECTING
    pages = (
        "/scoring/new",
        ROUND,
        f"/scoring/{YEAR}/criteria",
        f"/scoring/{YEAR}/criteria/new",
        f"/scoring/{YEAR}/criteria/{criterion_id}",
        f"/scoring/{YEAR}/reminder",
    )
    for page in pages:
        for form in forms_of(client.get(page)):
            if form.action != page:
                continue
            fields = dict(form.filled({}))
            # One field of each sort: those of other seats and criteria are like it.
            sorts = {name.partition("_")[0]: name for name in fields if name != "csrf_token"}
            for name in sorts.values():
                sent = {**fields, name: nasty}
                assert client.post(page, data=encoded(sent)).status_code in {303, 404, 409, 422}


def encoded(fields: dict[str, str]) -> dict[str, bytes]:
    """Return fields as bytes, in which half a character may be sent as well."""
    return {name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}
