"""The criteria of a round: their weights, their words, and what they make of the scores."""

import re

import pytest

from app.audit.tags import Kind, Tag
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.measures.states import State
from app.scoring import criterion_operations
from app.scoring.criteria import DEFAULT_CRITERIA
from app.scoring.criterion_operations import Weighting, fingerprint
from app.scoring.forms import words_of
from app.scoring.models import Criterion
from tests.audit.events import new_events
from tests.client import HTMX
from tests.html import document_of, rows_of, text_of
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR, close_round, judge, open_round, the_round

CRITERIA = f"/scoring/{YEAR}/criteria"
NEW = f"{CRITERIA}/new"
FIELDS = {"name_fi": "Oppiminen", "name_sv": "Lärande", "weight": "20"}


@pytest.fixture
def measure_id(app, actor) -> int:
    """Return a measure in scoring, for a round that is open."""
    open_round(actor("secretary"))
    return saved(State.IN_SCORING)


@pytest.fixture
def secretary(client, sign_in, measure_id):
    """Return a client signed in as the secretary, with a round that is open."""
    return sign_in(client, "secretary")


def criterion(key: str = "effect") -> Criterion:
    return next(each for each in the_round().criteria if each.key == key)


def page_of(key: str = "effect") -> str:
    return f"{CRITERIA}/{criterion(key).id}"


def weights() -> dict[str, int]:
    return {each.key: each.weight for each in the_round().criteria}


def total(client) -> str:
    """Return the score that the ranking shows first."""
    table = next(document_of(client.get(f"/scoring/{YEAR}")).root.iter("table"))
    return next(cell for cell in rows_of(table)[0] if re.fullmatch(r"\d,\d\d", cell))


def test_the_words_of_the_default_criteria_fit_both_languages() -> None:
    for each in DEFAULT_CRITERIA:
        for words in (each.words_fi, each.words_sv):
            assert [bool(line.strip()) for line in words.splitlines()] == [True] * 5
            assert len(set(words.splitlines())) == 5


def test_shares_are_shown_beside_the_weights(secretary) -> None:
    with writing():
        criterion().weight = 130
    table = next(document_of(secretary.get(CRITERIA)).root.iter("table"))
    shares = [row[-1] for row in rows_of(table)]
    assert shares[:3] == ["65 %", "10 %", "10 %"]
    assert shares[5] == "–"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_new_weight_changes_every_score_at_once(secretary, actor, measure_id, headers) -> None:
    judge(actor("member"), measure_id, 5, 1, 1, 1, 1)
    # (30·5 + 70·1) / 100
    assert total(secretary) == "2,20"
    effect = criterion()
    with new_events() as events:
        data = {f"weight_{effect.id}": "70"}
        response = secretary.submit(CRITERIA, data, action=CRITERIA, headers=headers)
    assert response.status_code in {204, 303}
    # (70·5 + 70·1) / 140
    assert total(secretary) == "3,00"
    assert [(each.tag, each.kind) for each in events] == [(Tag.CRITERIA_CHANGED, Kind.ROUND)]
    assert events[0].before == {"criteria": [{"criterion_id": effect.id, "weight": 30}]}
    assert events[0].after == {"criteria": [{"criterion_id": effect.id, "weight": 70}]}


def test_the_record_names_what_was_changed(client, secretary, sign_in) -> None:
    secretary.submit(CRITERIA, {f"weight_{criterion().id}": "70"}, action=CRITERIA)
    sign_in(client, "administrator")
    page = text_of(document_of(client.get("/record?tag=criteria_changed&lang=fi")).root)
    assert "Arviointiperuste: Vaikutus asukkaille ja henkilöstölle; Painokerroin: 70" in page


def test_what_changes_nothing_is_not_recorded(secretary) -> None:
    with new_events() as events:
        assert secretary.submit(CRITERIA, action=CRITERIA).status_code == 303
    assert events == []


def test_the_order_is_changed(secretary) -> None:
    last, first = criterion("feasibility"), criterion("effect")
    data = {f"position_{last.id}": "1", f"position_{first.id}": "2"}
    secretary.submit(CRITERIA, data, action=CRITERIA)
    assert list(weights()) == [
        "feasibility",
        "effect",
        "strategic_fit",
        "urgency",
        "benefit_cost",
        "protection",
    ]
    assert [each.position for each in the_round().criteria] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("value", ["0", "101", "-3", "", "paljon", "1.5", "9" * 40])
def test_a_weight_that_is_none_is_told_beside_it(secretary, value: str) -> None:
    name = f"weight_{criterion().id}"
    response = secretary.submit(CRITERIA, {name: value}, action=CRITERIA)
    assert response.status_code == 422
    assert f'id="{name}-error"' in response.text
    assert weights()["effect"] == 30


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_two_who_weigh_see_both(secretary, actor, headers) -> None:
    seen = fingerprint(the_round().criteria)
    with writing():
        criterion().weight = 44
    data = {f"weight_{each.id}": each.weight for each in the_round().criteria if each.counted}
    data |= {f"position_{each.id}": each.position for each in the_round().criteria}
    data |= {f"weight_{criterion().id}": 55}
    response = secretary.forge(CRITERIA, {**data, "seen": seen}, headers=headers)
    assert response.status_code == 409
    rows = [
        row
        for table in document_of(response).root.iter("table")
        for row in rows_of(table)
        if row[1:] == ["44", "55"]
    ]
    assert len(rows) == 1
    now = fingerprint(the_round().criteria)
    assert f'name="seen" value="{now}"' in response.text
    assert secretary.forge(CRITERIA, {**data, "seen": now}).status_code == 303
    assert weights()["effect"] == 55


def test_a_criterion_is_added(secretary) -> None:
    words = {f"word_{n}_{lang}": f"{lang} {n}" for n in range(1, 6) for lang in ("fi", "sv")}
    with new_events() as events:
        assert secretary.submit(NEW, {**FIELDS, **words}, action=NEW).status_code == 303
    found = the_round().criteria[-1]
    assert (found.key, found.weight, found.counted, found.required) == (
        "oppiminen",
        20,
        True,
        True,
    )
    assert words_of(found, "sv") == {str(n): f"sv {n}" for n in range(1, 6)}
    assert (events[0].before["criteria"], events[0].after["criteria"][0]["name_sv"]) == (
        [],
        "Lärande",
    )
    secretary.submit(NEW, {**FIELDS, "name_fi": "Oppiminen!"}, action=NEW)
    secretary.submit(NEW, {**FIELDS, "name_fi": "日本"}, action=NEW)
    assert [each.key for each in the_round().criteria[-2:]] == ["oppiminen_2", "x"]


def test_a_form_that_comes_twice_adds_one_criterion(secretary) -> None:
    data = {**FIELDS, "counted": "yes", "key": "0" * 32}
    assert [secretary.forge(NEW, data).status_code for _time in range(2)] == [303, 303]
    assert len(the_round().criteria) == len(DEFAULT_CRITERIA) + 1


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name_fi": ""}, "name_fi"),
        ({"name_sv": "  "}, "name_sv"),
        ({"name_fi": "x" * 201}, "name_fi"),
        ({"help_fi": "x" * 501}, "help_fi"),
        ({"weight": "0"}, "weight"),
        ({"weight": "101"}, "weight"),
        ({"word_1_fi": "vain yksi"}, "word_2_fi"),
        ({"word_3_sv": "x" * 61}, "word_3_sv"),
    ],
)
def test_what_is_wrong_is_told_beside_it(secretary, given, wrong: str) -> None:
    response = secretary.submit(NEW, {**FIELDS, **given}, action=NEW)
    assert response.status_code == 422
    assert f'id="{wrong}-error"' in response.text
    assert len(the_round().criteria) == len(DEFAULT_CRITERIA)


def test_a_criterion_is_changed(secretary, actor, measure_id) -> None:
    judge(actor("member"), measure_id, 5, 1, 1, 1, 1)
    page = page_of()
    with new_events() as events:
        data = {"name_sv": "Nytta", "counted": "no"}
        assert secretary.submit(page, data, action=page).status_code == 303
    assert (criterion().name_sv, criterion().counted, criterion().weight) == ("Nytta", False, 30)
    assert total(secretary) == "1,00"
    assert events[0].after["criteria"][0].keys() == {"criterion_id", "name_sv", "counted"}
    secretary.submit(page, {"counted": "yes"}, action=page)
    assert total(secretary) == "2,20"


def test_words_are_all_taken_away(secretary) -> None:
    page = page_of()
    empty = {f"word_{n}_{lang}": "" for n in range(1, 6) for lang in ("fi", "sv")}
    assert secretary.submit(page, empty, action=page).status_code == 303
    assert (criterion().words_fi, criterion().words_sv) == ("", "")
    assert words_of(criterion(), "fi")["5"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_two_who_change_a_criterion_see_both(secretary, headers) -> None:
    seen = fingerprint([criterion()])
    with writing():
        criterion().name_fi = "Ensimmäinen"
    data = {**FIELDS, "counted": "yes", "name_fi": "Toinen", "seen": seen}
    response = secretary.forge(page_of(), data, headers=headers)
    assert response.status_code == 409
    assert "Ensimmäinen" in response.text
    assert "Toinen" in response.text
    assert criterion().name_fi == "Ensimmäinen"
    data["seen"] = fingerprint([criterion()])
    assert secretary.forge(page_of(), data).status_code == 303
    assert criterion().name_fi == "Toinen"


def test_what_nobody_has_rated_is_removed(secretary) -> None:
    page = page_of()
    with new_events() as events:
        assert secretary.submit(page, action=f"{page}/remove").status_code == 303
    assert "effect" not in weights()
    assert events[0].before["criteria"][0]["key"] == "effect"
    assert events[0].after == {"criteria": []}
    assert secretary.get(page).status_code == 404


def test_a_second_press_removes_nothing_more_and_says_nothing_wrong(secretary) -> None:
    page = page_of()
    data = {"key": "0123456789abcdef0123456789abcdef"}
    answers = [secretary.forge(f"{page}/remove", data) for _time in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert "effect" not in weights()


@pytest.mark.parametrize("submit", [True, False])
def test_what_is_rated_is_not_removed(secretary, actor, measure_id, submit: bool) -> None:
    judge(actor("member"), measure_id, 3, submit=submit)
    page = page_of()
    assert f"{page}/remove" not in secretary.get(page).text
    assert secretary.forge(f"{page}/remove").status_code == 409
    assert "effect" in weights()


def test_one_criterion_counts_at_least(secretary) -> None:
    with writing():
        for each in the_round().criteria[1:]:
            each.counted = False
    page = page_of()
    assert secretary.forge(f"{page}/remove").status_code == 409
    assert secretary.submit(page, {"counted": "no"}, action=page).status_code == 422
    assert criterion().counted


def test_after_the_close_criteria_stay(secretary, actor) -> None:
    page = page_of()
    close_round()
    assert 'type="submit"' not in secretary.get(CRITERIA).text.partition("<main")[2]
    assert 'type="submit"' not in secretary.get(page).text.partition("<main")[2]
    found = the_round()
    wanted = {each.id: Weighting(1, 1) for each in found.criteria}
    for change in (
        lambda: criterion_operations.weigh(
            the_round(), wanted, fingerprint(the_round().criteria), actor("secretary")
        ),
        lambda: criterion_operations.remove(the_round(), criterion(), actor("secretary")),
    ):
        with pytest.raises(Refused), writing():
            change()
    assert secretary.forge(NEW, {**FIELDS, "counted": "yes"}).status_code == 422
    assert weights()["effect"] == 30


@pytest.mark.parametrize("person", ["member", "chair", "proposer", "administrator", "viewer"])
def test_others_change_no_criteria(app, actor, measure_id, person: str) -> None:
    wanted = {each.id: Weighting(1, 1) for each in the_round().criteria}
    with pytest.raises(Refused), writing():
        criterion_operations.weigh(the_round(), wanted, "", actor(person))


def test_a_criterion_of_another_round_is_not_found(secretary) -> None:
    for number in (0, 999_999):
        assert secretary.get(f"{CRITERIA}/{number}").status_code == 404
    assert secretary.get("/scoring/2025/criteria").status_code == 404


def test_weights_of_criteria_that_are_gone_are_stale(app, actor, measure_id) -> None:
    seen = fingerprint(the_round().criteria)
    with pytest.raises(Stale), writing():
        criterion_operations.weigh(the_round(), {1: Weighting(5, 1)}, seen, actor("secretary"))
