"""The ranking, and that it tells nobody what they may not know yet."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import RoleGrant
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from app.measures.states import State
from app.meetings import operations as meetings
from app.scoring.states import Blindness
from tests.html import document_of, text_of
from tests.measures.proposals import fresh, saved
from tests.scoring.rounds import YEAR, close_round, judge, open_round, the_round

NAMES = ("Aakkoset", "Bussit", "Citymaasturi")


@pytest.fixture
def three(app, actor) -> list[int]:
    """Return three measures in scoring, called so that their names sort as they stand."""
    open_round(actor("secretary"))
    return [saved(State.IN_SCORING, name_fi=name, name_sv=name) for name in NAMES]


def rows(response) -> list[list[str]]:
    """Return rank, name, mean, number of scorers and what stands beside, row by row."""
    table = next(document_of(response).root.iter("table"))
    heads = [each.get("id").removeprefix("sort-") for each in table.iterfind("./thead//a")]
    found = []
    for row in table.iterfind("./tbody/tr"):
        cells = dict(zip(heads, (text_of(cell) for cell in row), strict=False))
        beside = [text for key, text in cells.items() if key.startswith("beside-")]
        figures = [cells.get("mean", ""), cells.get("scorers", "")]
        found.append([cells["rank"], cells["name"], *figures, *beside])
    return found


def without_tokens(response) -> str:
    return re.sub(r'value="[\w.-]{32,}"|data-at-most="\d+"', "", response.text)


def test_the_secretary_sees_all_totals_highest_first(client, sign_in, actor, three) -> None:
    judge(actor("member"), three[0], 2)
    judge(actor("member"), three[1], 5, 4, 3, 2, 1)
    judge(actor("member2"), three[1], 4)
    judge(actor("chair"), three[2], 0, 4, 3, 0, 0, submit=False)
    sign_in(client, "secretary")
    found = rows(client.get(f"/scoring/{YEAR}"))
    # The mean of 3.35 and 4 is 3.675.
    assert [(row[0], row[1].split()[0], *row[2:4]) for row in found] == [
        ("1", "Bussit", "3,68", "2"),
        ("2", "Aakkoset", "2,00", "1"),
        ("–", "Citymaasturi", found[2][2], "0"),
    ]
    assert not re.search(r"\d", found[2][2])


def test_a_skipped_criterion_does_not_lower_the_total(client, sign_in, actor, three) -> None:
    with writing():
        next(each for each in the_round().criteria if each.key == "urgency").required = False
    judge(actor("member"), three[0], 4, 4, 0, 4, 4)
    judge(actor("member"), three[1], 4)
    sign_in(client, "secretary")
    assert [row[2] for row in rows(client.get(f"/scoring/{YEAR}"))[:2]] == ["4,00", "4,00"]


def test_what_does_not_count_is_shown_beside(client, sign_in, actor, three) -> None:
    ratings = dict.fromkeys(["effect", "strategic_fit", "urgency", "feasibility"], 4)
    for person, protection in (("member", 1), ("member2", 2)):
        every = {**ratings, "benefit_cost": 4, "protection": protection}
        judge(actor(person), three[0], 4, ratings=every)
    sign_in(client, "secretary")
    assert rows(client.get(f"/scoring/{YEAR}"))[0][2:] == ["4,00", "2", "1,50"]


def test_a_disqualified_member_does_not_count(client, sign_in, actor, three) -> None:
    judge(actor("member"), three[0], 5)
    reason = {"disqualified": True, "disqualification_reason": "Puoliso on toimittaja"}
    judge(actor("member2"), three[0], 1, **reason)
    sign_in(client, "secretary")
    assert rows(client.get(f"/scoring/{YEAR}"))[0][2:4] == ["5,00", "1"]


def test_equal_totals_share_a_rank_and_stand_by_name(client, sign_in, actor, three) -> None:
    for measure_id, value in zip(three, (3, 5, 3), strict=True):
        judge(actor("member"), measure_id, value)
    sign_in(client, "secretary")
    found = rows(client.get(f"/scoring/{YEAR}"))
    assert [(row[0], row[1].split()[0]) for row in found] == [
        ("1", "Bussit"),
        ("2", "Aakkoset"),
        ("2", "Citymaasturi"),
    ]


def test_others_scores_change_nothing_on_a_blind_members_pages(
    client, sign_in, actor, three
) -> None:
    """Whether others have scored or not, the pages of who has not are the same to the letter."""
    with writing():
        meeting = meetings.arrange(clock.today(), 1, "", actor("secretary"))
        for measure_id in three:
            meetings.add_to_agenda(meeting, fresh(measure_id), actor("secretary"))
        meeting_id = meeting.id
    sign_in(client, "member")
    pages = [
        f"/scoring/{YEAR}",
        f"/meetings/{meeting_id}",
        *(f"/scoring/{YEAR}/{each}" for each in three),
        *(f"/measures/{each}" for each in three),
    ]
    before = [without_tokens(client.get(page)) for page in pages]
    for values in ((1, 3, 5), (5, 1, 3)):
        for measure_id, value in zip(three, values, strict=True):
            judge(actor("member2"), measure_id, value)
            judge(actor("member3"), measure_id, value, submit=values[0] > 1)
        assert [without_tokens(client.get(page)) for page in pages] == before


def test_ones_own_review_uncovers_that_measure_alone(client, sign_in, actor, three) -> None:
    for measure_id, value in zip(three, (1, 3, 5), strict=True):
        judge(actor("member2"), measure_id, value)
    judge(actor("member"), three[0], 4, submit=False)
    judge(actor("member"), three[1], 4)
    sign_in(client, "member")
    found = rows(client.get(f"/scoring/{YEAR}"))
    assert [(row[0], row[1].split()[0]) for row in found] == [
        ("1", "Bussit"),
        ("–", "Aakkoset"),
        ("–", "Citymaasturi"),
    ]
    assert found[0][2:4] == ["3,50", "2"]
    assert not re.search(r"\d", "".join(found[1][2:] + found[2][2:]))
    assert "3,50" in client.get(f"/scoring/{YEAR}/{three[1]}").text
    assert 'class="score"' not in client.get(f"/scoring/{YEAR}/{three[0]}").text


def test_after_the_round_all_members_see_all(client, sign_in, actor, three) -> None:
    judge(actor("member2"), three[2], 5)
    close_round()
    sign_in(client, "member")
    assert rows(client.get(f"/scoring/{YEAR}"))[0][:2] == ["1", "Citymaasturi Kirjasto · Palvelut"]
    assert rows(client.get(f"/scoring/{YEAR}"))[0][2] == "5,00"


def test_a_round_may_be_blind_until_its_close(client, sign_in, actor, three) -> None:
    judge(actor("member2"), three[2], 5)
    judge(actor("member"), three[2], 5)
    sign_in(client, "member")
    assert "5,00" in client.get(f"/scoring/{YEAR}").text
    with writing():
        the_round().blindness = Blindness.UNTIL_CLOSE
    assert "5,00" not in client.get(f"/scoring/{YEAR}").text
    close_round()
    assert "5,00" in client.get(f"/scoring/{YEAR}").text


def test_a_disqualification_opens_nobodys_eyes(client, sign_in, actor, three) -> None:
    judge(actor("member2"), three[2], 5)
    judge(actor("member"), three[2], 1, disqualified=True, disqualification_reason="Oma hanke")
    sign_in(client, "member")
    assert "5,00" not in client.get(f"/scoring/{YEAR}").text
    close_round()
    assert "5,00" in client.get(f"/scoring/{YEAR}").text


def test_blindness_follows_the_person_over_all_roles(client, sign_in, actor, three) -> None:
    judge(actor("member2"), three[0], 5)
    with writing():
        user_id = actor("secretary").user_id
        db.session.add(RoleGrant(user_id=user_id, role=Role.MEMBER))
    sign_in(client, "secretary")
    assert "5,00" not in client.get(f"/scoring/{YEAR}").text


@pytest.mark.parametrize("person", ["member", "secretary"])
def test_a_broken_page_number_leads_to_the_first(client, sign_in, three, person: str) -> None:
    sign_in(client, person)
    for page in ("0", "-1", "2", "x", "9" * 30):
        response = client.get(f"/scoring/{YEAR}?page={page}", follow_redirects=True)
        assert response.status_code == 200
        assert len(rows(response)) == 3


def test_long_rankings_come_in_pages(client, sign_in, actor, three) -> None:
    for number in range(60):
        saved(State.IN_SCORING, name_fi=f"Nimi {number}")
    judge(actor("member"), three[2], 5)
    sign_in(client, "secretary")
    first, second = (rows(client.get(f"/scoring/{YEAR}?page={page}")) for page in (1, 2))
    assert (len(first), len(second)) == (50, 13)
    assert first[0][1].startswith("Citymaasturi")


@pytest.mark.parametrize("person", ["member", "secretary"])
def test_queries_do_not_grow_with_the_measures(
    client, sign_in, actor, three, query_counter, person: str
) -> None:
    sign_in(client, person)

    def queries() -> int:
        with query_counter() as statements:
            assert client.get(f"/scoring/{YEAR}").status_code == 200
        return len(statements)

    judge(actor("member2"), three[0], 5)
    few = queries()
    for number in range(30):
        measure_id = saved(State.IN_SCORING, name_fi=f"Nimi {number}")
        judge(actor("member2"), measure_id, 1 + number % 5)
        judge(actor("member"), measure_id, 1 + number % 5)
        saved(State.SUBMITTED)
    assert queries() == few


def test_a_secretary_who_deputises_later_in_the_round_is_blind_before(
    client, sign_in, actor, three
) -> None:
    for measure_id in three:
        judge(actor("member"), measure_id, 4)
    whose = {"user_id": actor("secretary").user_id, "deputy_for_id": actor("chair").user_id}
    begins = the_round().closes_on
    with writing():
        grant = RoleGrant(role=Role.CHAIR, first_day=begins, **whose)
        db.session.add(grant)
    sign_in(client, "secretary")
    assert "4,00" not in client.get(f"/scoring/{YEAR}").text
    history = f"/measures/{three[0]}/history"
    assert "arvio tallennettu" not in client.get(history).text
    # Whoever deputises after the round alone does not score in it.
    with writing():
        grant.first_day = begins + timedelta(days=1)
    assert "4,00" in client.get(f"/scoring/{YEAR}").text
    assert "arvio tallennettu" in client.get(history).text
