"""The order in which members go through the measures, and how far they are."""

from dataclasses import replace

import pytest

from app.core import clock
from app.measures.states import State
from app.scoring import queries
from app.scoring.queries import Seat
from app.scoring.walk import Progress, Walk, walk_of
from tests.measures.proposals import saved
from tests.scoring.rounds import COUNTED, YEAR, judge, open_round, the_round

FULL = {f"rating_{key}": "4" for key in COUNTED} | {"proposed_outcome": "approve"}


@pytest.fixture
def ids(app, actor) -> list[int]:
    """Return twelve measures in scoring, for a round that is open."""
    open_round(actor("secretary"))
    return [saved(State.IN_SCORING) for _time in range(12)]


def walk(actor) -> Walk:
    return walk_of(the_round(), YEAR, actor)


def number(address: str) -> int:
    """Return the measure whose page an address is."""
    return int(address.partition("?")[0].rpartition("/")[2])


def test_what_few_have_scored_comes_first(app, actor, ids) -> None:
    for person, scored in (("member2", ids[:8]), ("chair", ids[:4])):
        for measure_id in scored:
            judge(actor(person), measure_id, 3)
    order = walk(actor("member")).to_do
    assert set(order[:4]) == set(ids[8:])
    assert set(order[4:8]) == set(ids[4:8])
    assert set(order[8:]) == set(ids[:4])


def test_drafts_of_others_change_nothing(app, actor, ids) -> None:
    before = walk(actor("member")).to_do
    judge(actor("member2"), before[0], 3, submit=False)
    assert walk(actor("member")).to_do == before


def test_the_order_does_not_tell_who_is_disqualified(app, actor, ids) -> None:
    first = walk(actor("member")).to_do[0]
    judge(actor("member2"), first, 3)
    before = walk(actor("member")).to_do
    assert before[-1] == first
    reason = {"disqualified": True, "disqualification_reason": "Puoliso on toimittaja"}
    judge(actor("member2"), first, 3, **reason)
    assert walk(actor("member")).to_do == before


def test_equal_ones_come_in_an_order_of_each_members_own(app, actor, ids) -> None:
    orders = [walk(actor(person)).to_do for person in ("member", "member2", "chair")]
    assert orders == [walk(actor(person)).to_do for person in ("member", "member2", "chair")]
    assert all(sorted(order) == ids for order in orders)
    assert len({tuple(order) for order in orders}) == 3


def test_the_order_is_the_same_whatever_the_scores_are(app, actor, ids) -> None:
    for place, measure_id in enumerate(ids):
        judge(actor("member2"), measure_id, 1 + place % 5)
    before = walk(actor("member")).to_do
    for place, measure_id in enumerate(ids):
        judge(actor("member2"), measure_id, 5 - place % 5)
    assert walk(actor("member")).to_do == before


def test_progress_counts_what_is_submitted(app, actor, ids) -> None:
    member = actor("member")
    judge(member, ids[0], 3)
    judge(member, ids[1], 3, submit=False)
    judge(member, ids[2], 3, disqualified=True, disqualification_reason="Puoliso on toimittaja")
    saved(State.SUBMITTED)
    found = walk(member)
    assert found.progress == Progress(2, 12)
    assert (found.done, found.drafts) == ([ids[0], ids[2]], [ids[1]])
    assert not {ids[0], ids[2]} & set(found.to_do)


def test_what_the_other_of_the_seat_has_scored_is_done(app, actor) -> None:
    member, chair = actor("member"), actor("chair")
    open_round(actor("secretary"), seats=[Seat(member.user_id, chair.user_id)])
    ids = [saved(State.IN_SCORING) for _time in range(12)]
    judge(chair, ids[0], 3)
    judge(chair, ids[1], 3, submit=False)
    judge(member, ids[2], 3, disqualified=True, disqualification_reason="Puoliso on toimittaja")
    judge(chair, ids[2], 4)
    assert walk(member).progress == Progress(2, 12)
    assert ids[0] not in walk(member).to_do
    assert ids[1] in walk(member).to_do
    assert walk(chair).progress == Progress(2, 12)
    (waiting,) = queries.to_review(member, clock.today())
    assert waiting.number == 10
    (waiting,) = queries.to_review(chair, clock.today())
    assert waiting.number == 10


def test_nothing_waits_for_those_without_a_seat(app, actor) -> None:
    open_round(actor("secretary"), seats=[Seat(actor("member2").user_id)])
    saved(State.IN_SCORING)
    assert queries.to_review(actor("member"), clock.today()) == []
    assert len(queries.to_review(actor("member2"), clock.today())) == 1


def test_what_stands_before_and_after() -> None:
    way = Walk([7, 3], [5, 9], [], 0)
    assert way.beside(7) == (None, 3)
    assert way.beside(3) == (7, 5)
    assert way.beside(9) == (5, None)
    assert way.beside(4) == (None, None)


def test_what_was_skipped_comes_when_nothing_else_is_left() -> None:
    way = Walk([], [5, 9, 2], [], 0)
    assert way.next() == 5
    assert way.next([5]) == 9
    assert way.next([5, 9, 2]) == 5
    assert replace(way, to_do=[]).next([5]) is None


def test_next_goes_through_all_and_then_to_the_list(client, sign_in, actor, ids) -> None:
    sign_in(client, "member")
    address = client.get(f"/scoring/{YEAR}/continue").location
    order = walk(actor("member")).to_do
    seen = []
    while address != f"/scoring/{YEAR}":
        seen.append(number(address))
        assert f"{len(seen) - 1} / 12" in client.get(address).text
        address = client.submit(address, FULL, button="next").location
    assert seen == order
    answer = client.get(f"/scoring/{YEAR}/continue")
    assert (answer.status_code, answer.location) == (302, f"/scoring/{YEAR}")
    # Whether htmx asks or not, it is the same: there is no fragment of a way on.
    asked = client.get(f"/scoring/{YEAR}/continue", headers={"HX-Request": "true"})
    assert (asked.status_code, asked.location) == (302, f"/scoring/{YEAR}")


def test_what_is_skipped_keeps_what_was_rated_and_comes_again(client, sign_in, actor, ids) -> None:
    sign_in(client, "member")
    first, second, third = walk(actor("member")).to_do[:3]
    address = client.get(f"/scoring/{YEAR}/continue").location
    address = client.submit(address, {"rating_effect": "5"}, button="skip").location
    assert number(address) == second
    assert walk(actor("member")).drafts == [first]
    address = client.submit(address, button="skip").location
    assert number(address) == third
    assert walk(actor("member")).drafts == [first]
    # Saving does not lead back to what was skipped as long as there is anything else.
    seen = [third]
    for _time in range(9):
        address = client.submit(address, FULL, button="next").location
        seen.append(number(address))
    assert not {first, second} & set(seen)
    address = client.submit(address, FULL, button="next").location
    assert number(address) == first
    # Another time nothing is skipped, and drafts are listed.
    assert number(client.get(f"/scoring/{YEAR}/continue").location) == first
    assert f'href="/scoring/{YEAR}/{first}"' in client.get(f"/scoring/{YEAR}").text


@pytest.mark.parametrize("skipped", ["x", "1.x.²", ".", "9" * 30, "1." * 2000, "٣"])
def test_nonsense_in_the_address_is_passed_over(client, sign_in, ids, skipped: str) -> None:
    sign_in(client, "member")
    answer = client.get(f"/scoring/{YEAR}/{ids[0]}", query_string={"skipped": skipped})
    assert answer.status_code == 200


def test_as_many_queries_for_many_as_for_one(client, sign_in, actor, query_counter) -> None:
    open_round(actor("secretary"))
    sign_in(client, "member")
    pages = (f"/scoring/{YEAR}", f"/scoring/{YEAR}/{{}}", "/my")
    counts = []
    for number_of_measures in (1, 3):
        for _time in range(number_of_measures):
            measure_id = saved(State.IN_SCORING)
            judge(actor("member2"), measure_id, 3)
            judge(actor("member"), measure_id, 3, submit=False)
        counts.append([])
        for page in pages:
            client.get(page.format(measure_id))
            with query_counter() as statements:
                client.get(page.format(measure_id))
            counts[-1].append(len(statements))
    assert counts[0] == counts[1]
