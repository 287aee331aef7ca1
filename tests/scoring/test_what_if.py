"""What-if: other weights are tried, and nothing is saved."""

import pytest
from sqlalchemy import select

from app.core.database import writing
from app.core.revision import current
from app.extensions import db
from app.measures.states import State
from app.scoring.models import Criterion
from app.scoring.picture import Move, moves
from app.scoring.states import Side
from app.scoring.weights import Ballot
from tests.html import document_of, text_of
from tests.measures.proposals import saved
from tests.scoring.rounds import COUNTED, YEAR, judge, open_round, the_round

URL = f"/scoring/{YEAR}/what-if"
RATINGS = {"A": (5, 1, 1, 1, 1), "B": (1, 5, 2, 3, 1), "C": (2, 2, 5, 1, 3), "D": (1, 1, 2, 5, 5)}


@pytest.fixture
def four(app, actor) -> list[int]:
    """Return four measures that single criteria tell apart."""
    open_round(actor("secretary"))
    found = []
    for name, ratings in RATINGS.items():
        found.append(saved(State.IN_SCORING, name_fi=name, name_sv=name))
        judge(actor("member"), found[-1], *ratings)
    return found


def rows(response) -> list[list[str]]:
    table = next(document_of(response).root.iter("table"))
    return [[text_of(cell) for cell in row] for row in table.iterfind("./tbody/tr")]


def shown(weights: dict[str, int]) -> dict[str, int]:
    return {f"w_{key}": weight for key, weight in weights.items()}


@pytest.mark.parametrize("heavy", COUNTED)
def test_the_ranking_moves_as_it_would_by_such_weights(client, sign_in, four, heavy: str) -> None:
    """What is tried is what the ranking shows when the round really has these weights."""
    tried = {key: 90 if key == heavy else 7 for key in COUNTED}
    sign_in(client, "secretary")
    guess = [row[:2] for row in rows(client.get(URL, query_string=shown(tried)))]
    with writing():
        for criterion in the_round().criteria:
            if criterion.counted:
                db.session.get_one(Criterion, criterion.id).weight = tried[criterion.key]
    ranking = [[row[0], row[1][0]] for row in rows(client.get(f"/scoring/{YEAR}"))]
    assert guess == ranking


def test_a_criterion_is_left_out(client, sign_in, four) -> None:
    sign_in(client, "secretary")
    left = rows(client.get(f"{URL}?without=effect&without=nonsense"))
    assert left == rows(client.get(f"{URL}?w_effect=0"))
    assert left != rows(client.get(URL))
    assert {row[3] for row in rows(client.get(URL))} == {"pysyy"}


def test_moves_are_said_in_words(client, sign_in, actor, four) -> None:
    with writing():
        the_round().capacity = 1
    sign_in(client, "secretary")
    response = client.get(URL, query_string=shown(dict.fromkeys(COUNTED, 0) | {"feasibility": 1}))
    first = rows(response)[0]
    assert first[:2] == ["1", "D"]
    assert first[3].endswith("ylös")
    assert first[5] == "nyt rajan yläpuolella"
    assert "2 siirtyy rajan yli." in text_of(document_of(response).root)


def test_nothing_is_saved(client, sign_in, four) -> None:
    sign_in(client, "secretary")
    query = select(Criterion.weight).order_by(Criterion.id)
    before = list(db.session.scalars(query)), current()
    client.get(f"{URL}?w_effect=99&without=urgency")
    assert (list(db.session.scalars(query)), current()) == before


@pytest.mark.parametrize("value", ["-1", "101", "x", "", "1.5", "\x00", "9" * 5000, "1e3", "<b>"])
def test_wrong_weights_are_named_at_their_field(client, sign_in, four, value: str) -> None:
    sign_in(client, "secretary")
    response = client.get(URL, query_string={"w_urgency": value})
    assert response.status_code == 422
    root = document_of(response).root
    errors = {
        each.get("id"): text_of(each)
        for each in root.iter("p")
        if each.get("class") == "field-error" and text_of(each)
    }
    assert errors == {"w_urgency-error": "Painokerroin on kokonaisluku väliltä 0–100."}
    field = next(each for each in root.iter("input") if each.get("id") == "w_urgency")
    assert field.get("aria-invalid") == "true"
    assert "w_urgency-error" in field.get("aria-describedby")
    if value.isprintable():
        assert field.get("value") == value


@pytest.mark.parametrize(
    "query",
    [
        shown(dict.fromkeys(COUNTED, 0)),
        {"without": COUNTED},
        {**shown({"effect": 0}), "without": COUNTED[1:]},
    ],
)
def test_something_must_count(client, sign_in, four, query) -> None:
    sign_in(client, "secretary")
    response = client.get(URL, query_string=query)
    assert response.status_code == 422
    assert "Ainakin yhdellä mukana olevalla arviointiperusteella" in response.text


def test_while_one_types_only_what_changes_is_sent(client, sign_in, four) -> None:
    sign_in(client, "secretary")
    for query, code in (("w_effect=80", 200), ("w_effect=-1", 422)):
        response = client.get(f"{URL}?{query}", headers={"HX-Request": "true"})
        assert response.status_code == code
        assert "<form" not in response.text
        # The place for what is wrong beside each weight is brought up to date.
        assert response.text.count("hx-swap-oob") == len(COUNTED) + 1


def test_long_moves_come_in_pages_that_keep_the_weights(client, sign_in, actor, four) -> None:
    for number in range(50):
        judge(actor("member"), saved(State.IN_SCORING, name_fi=f"Nimi {number}"), 3)
    sign_in(client, "secretary")
    first = client.get(f"{URL}?w_effect=80&without=urgency")
    assert len(rows(first)) == 50
    url = next(
        link.get("href")
        for link in document_of(first).root.iterfind(".//main//a")
        if "page=2" in link.get("href")
    )
    assert "w_effect=80" in url
    assert "without=urgency" in url
    assert len(rows(client.get(url))) == 4
    for page in ("0", "9", "x"):
        again = client.get(f"{URL}?w_effect=80&page={page}", follow_redirects=True)
        assert len(rows(again)) == 50


def test_what_loses_its_total_moves_out_of_the_ranking() -> None:
    ballots = [Ballot(1, 1, {10: 5}), Ballot(2, 1, {10: 1, 20: 1}), Ballot(3, 1, {20: 2})]
    found = moves(ballots, {10: 1, 20: 1}, {20: 1}, 1, {1: "A", 2: "B", 3: "C", 4: "D"})
    above, below = Side.ABOVE, Side.BELOW
    assert found == [
        Move(3, 2, 1, 2, 2, below, above),
        Move(2, 3, 2, 1, 1, below, below),
        Move(1, 1, None, 5, None, above, None),
    ]
    assert [each.up for each in found] == [1, 1, 0]
    assert [each.crosses for each in found] == [True, False, True]
