"""The pages on which the secretary says how measures are related."""

import pytest
from sqlalchemy import select

from app.extensions import db
from app.measures.models import Lineage
from app.measures.states import State
from tests.client import HTMX, sign_in_as
from tests.html import document_of, elements, text_of
from tests.measures.proposals import fresh, saved, unit_id


@pytest.fixture
def secretary(client):
    return sign_in_as(client, "secretary")


def address(this: int, other: int) -> str:
    return f"/measures/{this}/lineage/{other}"


def links() -> list[tuple[int, int, str]]:
    rows = db.session.scalars(select(Lineage).order_by(Lineage.id))
    return [(row.measure_id, row.earlier_id, row.kind.value) for row in rows]


def choices(page, name: str) -> dict[str, str]:
    """Return what a page offers to choose for a field, and the words of each."""
    labels = elements(document_of(page).root, "label")
    return {
        radio.get("value"): text_of(label)
        for label in labels
        for radio in elements(label, "input")
        if radio.get("name") == name
    }


def test_from_the_page_of_a_measure_to_the_mark(secretary) -> None:
    this, other = saved(State.APPROVED), saved(State.APPROVED, name_fi="Kadun talvihoito")
    assert f'href="/measures/{this}/lineage"' in secretary.get(f"/measures/{this}").text
    found = secretary.submit(f"/measures/{this}/lineage", {"q": "talvi"})
    assert f'href="{address(this, other)}"' in found.text
    response = secretary.submit(address(this, other), {"relation": "carried_over", "which": "this"})
    assert (response.status_code, response.location) == (303, f"/measures/{this}")
    assert links() == [(this, other, "carried_over")]
    assert "Jatkoa toimenpiteelle" in secretary.get(f"/measures/{this}").text
    assert "Jatkuu toimenpiteenä" in secretary.get(f"/measures/{other}").text


def test_similar_measures_are_offered_before_one_searches(secretary) -> None:
    this, other = saved(State.APPROVED), saved(State.APPROVED)
    page = secretary.get(f"/measures/{this}/lineage")
    assert f'href="{address(this, other)}"' in page.text
    assert f'href="{address(this, this)}"' not in page.text
    nothing = secretary.get(f"/measures/{this}/lineage?q=olematon")
    assert f'href="{address(this, other)}"' not in nothing.text


@pytest.mark.parametrize(
    ("this", "other", "offered"),
    [
        (State.SUBMITTED, State.SUBMITTED, {"merge"}),
        (State.SUBMITTED, State.APPROVED, {"merge"}),
        (State.APPROVED, State.DRAFT, {"merge"}),
        (State.SUBMITTED, State.REJECTED, set()),
        (State.APPROVED, State.APPROVED, {"duplicate"}),
    ],
)
def test_what_can_be_chosen(secretary, this: State, other: State, offered: set[str]) -> None:
    one, two = saved(this, name_fi="Ensimmäinen"), saved(other, name_fi="Toinen")
    page = secretary.get(address(one, two))
    assert set(choices(page, "relation")) == offered | {"split", "carried_over", "renamed"}
    names = choices(page, "which")
    assert names == {"this": "Ensimmäinen Tämä toimenpide", "other": "Toinen Toinen toimenpide"}
    # What a merge needs is asked for as needed, and where there is none nobody is asked.
    assert ("reason" in page.text) == ("merge" in offered)
    assert "(vapaaehtoinen)" not in page.text


@pytest.mark.parametrize("relation", ["split", "carried_over", "renamed"])
def test_either_way_round(secretary, relation: str) -> None:
    this, other, third = saved(), saved(), saved()
    secretary.submit(address(this, other), {"relation": relation, "which": "this"})
    secretary.submit(address(this, third), {"relation": relation, "which": "other"})
    assert links() == [(this, other, relation), (third, this, relation)]


def test_two_that_are_the_same_have_no_direction(secretary) -> None:
    this, other = saved(State.APPROVED), saved(State.APPROVED)
    assert secretary.submit(address(this, other), {"relation": "duplicate"}).status_code == 303
    assert links() == [(this, other, "duplicate")]


@pytest.mark.parametrize("which", [None, "", "both", "\0"])
def test_which_one_is_asked_where_it_matters(secretary, which: str | None) -> None:
    this, other = saved(State.SUBMITTED), saved(State.SUBMITTED)
    for relation in ("merge", "split", "carried_over", "renamed"):
        data = {"relation": relation, "reason": "Syy"} | ({} if which is None else {"which": which})
        response = secretary.forge(address(this, other), data)
        assert response.status_code == 422, relation
        assert "which-error" in response.text
    assert links() == []


def test_a_measure_that_goes_on_is_not_merged_by_mistake(secretary) -> None:
    this, other = saved(State.SUBMITTED, name_fi="Tämä"), saved(State.APPROVED)
    data = {"relation": "merge", "reason": "Sama asia."}
    response = secretary.submit(address(this, other), {**data, "which": "other"})
    assert response.status_code == 422
    assert "Vain ”Tämä” voidaan yhdistää." in response.text
    assert secretary.submit(address(this, other), {**data, "which": "this"}).status_code == 303
    assert links() == [(this, other, "duplicate")]


def test_a_merge_asks_for_the_reason(secretary) -> None:
    this, other = saved(State.SUBMITTED), saved(State.SUBMITTED)
    response = secretary.submit(
        address(this, other), {"relation": "merge", "which": "this"}, headers=HTMX
    )
    assert response.status_code == 422
    assert "reason-error" in response.text
    assert fresh(this).state is State.SUBMITTED
    data = {"relation": "merge", "which": "this", "reason": "Sama asia."}
    assert secretary.submit(address(this, other), data).status_code == 303
    assert fresh(this).state is State.MERGED
    page = secretary.get(f"/measures/{this}").text
    assert "Yhdistetty toimenpiteeseen" in page
    assert f'href="/measures/{other}"' in page
    assert f'href="/measures/{this}"' in secretary.get(f"/measures/{other}").text


def test_nothing_is_chosen_for_the_secretary(secretary) -> None:
    this, other = saved(), saved()
    for data in (
        {},
        {"which": "this"},
        {"relation": "", "which": "this"},
        {"relation": "nonsense"},
    ):
        assert secretary.forge(address(this, other), data).status_code == 422, data
    assert links() == []


@pytest.mark.parametrize("which", ["this", "other"])
def test_what_the_page_no_longer_offers_is_refused_in_words(secretary, which: str) -> None:
    this, other = saved(State.REJECTED), saved(State.WITHDRAWN)
    data = {"relation": "merge", "which": which, "reason": "Syy"}
    response = secretary.forge(address(this, other), data)
    assert response.status_code == 409
    assert "ei voi yhdistää mitään" in response.text
    assert links() == []


def test_a_double_click_merges_once(secretary) -> None:
    this, other = saved(State.SUBMITTED), saved(State.SUBMITTED)
    data = {"relation": "merge", "which": "this", "reason": "Sama asia."}
    secretary.submit(address(this, other), data)
    assert secretary.forge(address(this, other), data).status_code == 303
    turned = {**data, "which": "other"}
    assert secretary.forge(address(other, this), turned).status_code == 303
    assert links() == [(this, other, "duplicate")]


def test_what_cannot_be_done_says_so_and_keeps_what_was_typed(secretary) -> None:
    this, other = saved(), saved()
    secretary.submit(address(this, other), {"relation": "split", "which": "this"})
    data = {"relation": "merge", "which": "this", "reason": "Syy"}
    response = secretary.submit(address(this, other), data)
    assert response.status_code == 409
    assert "Poista se merkintä ensin" in response.text
    assert "Syy</textarea>" in response.text


def test_a_mark_is_removed(secretary) -> None:
    this, other = saved(), saved()
    secretary.submit(address(this, other), {"relation": "split", "which": "this"})
    page = f"/measures/{other}/lineage"
    response = secretary.submit(page, {}, action=f"{address(other, this)}/remove")
    assert (response.status_code, links()) == (303, [])
    # Once more does no harm.
    assert secretary.forge(f"{address(other, this)}/remove").status_code == 303


def test_a_merge_is_undone_with_a_reason(secretary) -> None:
    this, other = saved(State.SUBMITTED), saved(State.SUBMITTED)
    data = {"relation": "merge", "which": "this", "reason": "Sama asia."}
    secretary.submit(address(this, other), data)
    page = f"/measures/{this}/lineage"
    assert secretary.submit(page, {"reason": " "}).status_code == 422
    assert secretary.submit(page, {"reason": "Eri asia."}).status_code == 303
    assert links() == []
    assert secretary.forge(f"/measures/{this}/unmerge", {"reason": "x"}).status_code == 303


@pytest.mark.parametrize("path", ["999999", "2147483647", "0"])
def test_an_unknown_other_one_is_not_found(secretary, path: str) -> None:
    this = saved()
    assert secretary.get(f"/measures/{this}/lineage/{path}").status_code == 404
    assert secretary.get(address(this, this)).status_code == 404


@pytest.mark.parametrize("text", ["\0", "%", "x" * 5000, "<b>", "a b c d e f g h i j"])
def test_any_search_has_an_answer(secretary, text: str) -> None:
    response = secretary.get(f"/measures/{saved()}/lineage", query_string={"q": text})
    assert response.status_code == 200


def test_a_reader_of_the_target_alone_sees_no_proposals_that_went_into_it(client) -> None:
    sign_in_as(client, "secretary")
    this, other = saved(State.SUBMITTED), saved(State.APPROVED, unit_id=unit_id("streets"))
    data = {"relation": "merge", "which": "this", "reason": "Sama asia."}
    assert client.submit(address(this, other), data).status_code == 303
    sign_in_as(client, "viewer")
    assert f"/measures/{this}" not in client.get(f"/measures/{other}").text
    sign_in_as(client, "proposer")
    assert f'href="/measures/{other}"' in client.get(f"/measures/{this}").text
