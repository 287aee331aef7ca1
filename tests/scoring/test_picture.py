"""The picture of a round: orders of the ranking, cut line, agreement, impact and cost."""

import re
from fractions import Fraction

import pytest

from app.core import clock
from app.core.database import writing
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import Size, State
from app.scoring import agreement, picture, rating_queries
from app.scoring.picture import Line, Reliance, lines, reliance
from app.scoring.picture_routes import format_alpha
from app.scoring.ranking import Place
from app.scoring.states import Blindness, ProposedOutcome, Side
from tests.html import document_of, text_of
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR, close_round, judge, open_round, the_round

ABOVE, TIED, BELOW = Side.ABOVE, Side.TIED, Side.BELOW
PAGES = [f"/scoring/{YEAR}", f"/scoring/{YEAR}/matrix", f"/scoring/{YEAR}/what-if"]


@pytest.fixture
def four(app, actor) -> list[int]:
    """Return four measures in scoring, three of which have scores."""
    open_round(actor("secretary"))
    found = [saved(State.IN_SCORING, name_fi=name, name_sv=name) for name in "ABCD"]
    judge(actor("member"), found[0], 5)
    judge(actor("member"), found[1], 4)
    judge(actor("member2"), found[1], 2, proposed_outcome=ProposedOutcome.REJECT)
    for person, value in (("member", 1), ("member2", 1), ("member3", 2)):
        judge(actor(person), found[2], value)
    return found


def make_room(capacity: int | None) -> None:
    with writing():
        the_round().capacity = capacity


def names(response) -> str:
    """Return the initials of the measures of the ranking as they stand, "|" for a line in it."""
    table = next(document_of(response).root.iter("table"))
    heads = (row.find("th") for row in table.iterfind("./tbody/tr"))
    return "".join("|" if head is None else text_of(head)[0] for head in heads)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("rank", "ABCD"),
        ("-rank", "CBAD"),
        ("name", "ABCD"),
        ("-name", "DCBA"),
        ("mean", "ABCD"),
        ("-mean", "CBAD"),
        ("median", "ABCD"),
        ("-median", "CBAD"),
        ("spread", "BCAD"),
        ("-spread", "ACBD"),
        ("scorers", "CBAD"),
        ("-scorers", "DABC"),
        ("agreement", "BACD"),
        ("-agreement", "DACB"),
        ("range", "ABCD"),
        ("-range", "CBAD"),
        ("beside-protection", "ABCD"),
        ("nonsense", "ABCD"),
        ("\x00", "ABCD"),
        ("own", "ABCD"),
    ],
)
def test_the_ranking_is_sorted_by_every_column(
    client, sign_in, four, sort: str, order: str
) -> None:
    sign_in(client, "secretary")
    response = client.get(f"/scoring/{YEAR}", query_string={"sort": sort})
    assert names(response) == order


def test_each_header_sorts_and_says_how(client, sign_in, actor, four) -> None:
    make_room(1)
    sign_in(client, "secretary")
    page = client.get(f"/scoring/{YEAR}")
    heads = list(document_of(page).root.iterfind(".//thead/tr/th"))[:10]
    assert [head.get("aria-sort") for head in heads].count(None) == len(heads) - 1
    for head in heads:
        url = head.find("a").get("href")
        for turned in (client.get(url), client.get(url.replace("sort=", "sort=-"))):
            same = next(
                each
                for each in document_of(turned).root.iterfind(".//thead/tr/th")
                if each.find("a").get("id") == head.find("a").get("id")
            )
            assert same.get("aria-sort") in {"ascending", "descending"}


def test_the_conflicting_ones_are_found(client, sign_in, four) -> None:
    sign_in(client, "secretary")
    assert names(client.get(f"/scoring/{YEAR}?agreement=conflicting")) == "B"
    assert names(client.get(f"/scoring/{YEAR}?agreement=not_begun")) == "D"
    assert names(client.get(f"/scoring/{YEAR}?agreement=nonsense")) == "ABCD"
    response = client.get(f"/scoring/{YEAR}?agreement=agreed")
    assert response.status_code == 200
    assert "Tällaisia ei ole." in response.text


def test_a_blind_reader_sorts_by_what_they_see(client, sign_in, actor, four) -> None:
    """What is hidden stands last by name, whichever way the ranking is sorted."""
    judge(actor("chair"), four[2], 5)
    sign_in(client, "chair")
    for sort in ("rank", "mean", "median", "spread", "scorers", "agreement"):
        for order in (sort, f"-{sort}"):
            assert names(client.get(f"/scoring/{YEAR}?sort={order}")) == "CABD"
    # The picture of the whole round has no columns for them, and sorts by none.
    for sort in ("range", "change"):
        assert names(client.get(f"/scoring/{YEAR}?sort=-{sort}")) == "CABD"
    assert names(client.get(f"/scoring/{YEAR}?sort=-own")) == "CABD"
    assert names(client.get(f"/scoring/{YEAR}?agreement=conflicting")) == "C"


def test_the_cut_line_is_drawn_and_a_tie_across_it_said(client, sign_in, actor, four) -> None:
    sign_in(client, "secretary")
    for capacity, order in ((1, "A|BCD"), (2, "AB|CD"), (3, "ABCD"), (9, "ABCD")):
        make_room(capacity)
        assert names(client.get(f"/scoring/{YEAR}")) == order
    judge(actor("member"), four[3], 3)
    make_room(2)
    response = client.get(f"/scoring/{YEAR}")
    assert names(response) == "A|BD|C"
    assert "toimenpiteitä 2, tilaa 1" in response.text
    # In another order there is no line, and each says on which side it stands.
    sorted_otherwise = client.get(f"/scoring/{YEAR}?sort=name")
    assert names(sorted_otherwise) == "ABCD"
    assert sorted_otherwise.text.count("tasatulos rajalla") == 2


def test_the_lines_through_a_ranking() -> None:
    def drawn(*sides: Side | None, capacity: int) -> dict[int, Line]:
        return lines([Place(n, n + 1, side) for n, side in enumerate(sides)], capacity)

    assert drawn(ABOVE, ABOVE, BELOW, None, capacity=2) == {2: Line(ABOVE, BELOW, 0, 0)}
    assert drawn(TIED, TIED, BELOW, capacity=1) == {
        0: Line(None, TIED, 2, 1),
        2: Line(TIED, BELOW, 2, 1),
    }
    assert drawn(ABOVE, TIED, TIED, TIED, capacity=3) == {1: Line(ABOVE, TIED, 3, 2)}
    assert drawn(None, None, capacity=3) == drawn(ABOVE, capacity=1) == {}


def test_a_line_is_drawn_where_a_page_begins(client, sign_in, actor, four) -> None:
    for number in range(50):
        judge(actor("member"), saved(State.IN_SCORING, name_fi=f"Nimi {number}"), 5)
    make_room(51)
    sign_in(client, "secretary")
    assert "|" not in names(client.get(f"/scoring/{YEAR}"))
    assert names(client.get(f"/scoring/{YEAR}?page=2")) == "N|BCD"


def test_the_figures_of_the_whole_round_stand_in_words(client, sign_in, actor, four) -> None:
    make_room(1)
    judge(actor("member3"), four[1], 5, 1, 1, 1, 1)
    sign_in(client, "secretary")
    page = client.get(f"/scoring/{YEAR}")
    found = the_round()
    counted = picture.counted_weights(found)
    alpha = agreement.of_scores(rating_queries.ballots(found, four), counted)
    assert alpha is not None
    shown = f"Krippendorffin alfa on {float(alpha):.2f}".replace(".", ",").replace("-", "\u2212")
    assert shown in page.text


def test_how_far_scores_with_an_alpha_can_be_relied_on() -> None:
    """The bounds are those of Krippendorff's rule of thumb."""
    assert reliance(None) is Reliance.UNKNOWN
    assert reliance(Fraction(8, 10)) is reliance(Fraction(1)) is Reliance.RELIABLE
    assert reliance(Fraction(799, 1000)) is reliance(Fraction(667, 1000)) is Reliance.CARE
    assert reliance(Fraction(666, 1000)) is reliance(Fraction(-1)) is Reliance.TALK


def test_the_change_that_crosses_the_line_is_said(client, sign_in, actor, four) -> None:
    make_room(1)
    for measure_id in four[:3]:
        judge(actor("member"), measure_id, 1)
    judge(actor("member"), four[0], 5, 1, 1, 1, 1)
    judge(actor("member"), four[3], 1, 3, 3, 3, 3)
    sign_in(client, "secretary")
    text = client.get(f"/scoring/{YEAR}").text
    found = picture.picture_of(the_round(), four, *reader(actor))
    assert found is not None
    change = found.crossings[four[0]]
    assert f"{change.before} → {change.after}" in text


def reader(actor):
    return actor("secretary"), clock.today()


def test_a_new_score_changes_the_picture_at_once(actor, four) -> None:
    before = picture.picture_of(the_round(), four, *reader(actor))
    assert before == picture.picture_of(the_round(), four, *reader(actor))
    judge(actor("member"), four[3], 5)
    after = picture.picture_of(the_round(), four, *reader(actor))
    assert before is not None
    assert after is not None
    assert four[3] in after.ranges.keys() - before.ranges.keys()


@pytest.mark.parametrize("page", PAGES)
def test_others_see_the_picture_when_nothing_is_hidden(
    client, sign_in, actor, four, page: str
) -> None:
    sign_in(client, "member")
    said = re.compile("Näet sen viimeistään, kun kierros on päättynyt")
    assert said.search(client.get(page).text)
    judge(actor("member"), four[3], 1)
    assert not said.search(client.get(page).text)
    with writing():
        the_round().blindness = Blindness.UNTIL_CLOSE
    assert "Näet sen, kun kierros on päättynyt" in client.get(page).text
    close_round()
    assert "Näet sen" not in client.get(page).text


@pytest.mark.parametrize(
    ("alpha", "written"),
    [
        (Fraction(3, 4), "0,75"),
        (Fraction(-1, 30), "\N{MINUS SIGN}0,03"),
        (Fraction(-1, 1000), "0,00"),
        (None, "–"),
    ],
)
def test_alpha_is_written_with_a_minus_sign(app, alpha: Fraction | None, written: str) -> None:
    with app.test_request_context("/?lang=fi"):
        assert format_alpha(alpha) == written


def test_nobody_begins_a_review_of_what_has_been_decided(client, sign_in, four) -> None:
    sign_in(client, "member")
    begin = "aloittamatta"
    assert begin in client.get(f"/scoring/{YEAR}?lang=fi").text
    with writing():
        db.session.get_one(Measure, four[3]).state = State.APPROVED
    page = client.get(f"/scoring/{YEAR}?lang=fi").text
    assert begin not in page
    assert "Et ole arvioinut tätä ehdotusta." in page


def test_the_matrix_has_a_dot_for_each_measure(client, sign_in, actor, four) -> None:
    make_room(1)
    sizes = [(Size.L, Size.S), (Size.S, Size.L), (Size.M, None), (Size.L, Size.S)]
    with writing():
        for measure_id, (impact, cost) in zip(four, sizes, strict=True):
            measure = db.session.get_one(Measure, measure_id)
            measure.impact, measure.cost_class = impact, cost
    sign_in(client, "secretary")
    root = document_of(client.get(f"/scoring/{YEAR}/matrix")).root
    table = next(root.iter("table"))
    cells = [[text_of(cell) for cell in row] for row in table.iterfind("./tbody/tr")]
    assert cells[0][1:] == ["Sija 1 A , rajan yläpuolella ilman sijaa– D", "", ""]
    assert cells[1][1:] == ["", "", ""]
    assert cells[2][1:] == ["", "", "Sija 2 B , rajan alapuolella"]
    beside = next(each for each in root.iter("section") if each.get("aria-labelledby") == "beside")
    assert "Sija 3 C" in text_of(beside)
    links = {link.get("href") for link in root.iterfind(".//main//a")}
    assert {f"/measures/{each}" for each in four} <= links


@pytest.mark.parametrize("page", PAGES)
def test_a_round_without_measures_says_so(client, sign_in, app, actor, page: str) -> None:
    open_round(actor("secretary"))
    sign_in(client, "secretary")
    assert client.get(page).status_code == 200
    assert client.get(page.replace(str(YEAR), "1999")).status_code == 404


@pytest.mark.parametrize("page", [*PAGES, f"{PAGES[0]}?sort=spread&agreement=agreed"])
def test_queries_do_not_grow(client, sign_in, actor, four, query_counter, page: str) -> None:
    sign_in(client, "secretary")

    def asked() -> int:
        with query_counter() as statements:
            assert client.get(page).status_code == 200
        return len(statements)

    few = asked()
    for number in range(20):
        measure_id = saved(State.IN_SCORING, name_fi=f"Nimi {number}")
        judge(actor("member"), measure_id, 1 + number % 5)
        judge(actor("member2"), measure_id, 1 + number % 4)
    assert asked() == few
