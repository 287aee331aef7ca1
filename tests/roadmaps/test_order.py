"""The order of a roadmap: by theme and code, until the secretary moves something."""

import pytest

from app.core.database import writing
from app.core.errors import Refused
from app.programmes.states import Phase
from app.roadmaps import order, queries
from tests.client import HTMX
from tests.html import document_of
from tests.roadmaps.drafts import approved, assemble, drafted, item_of, put_into, the_roadmap
from tests.roadmaps.test_assembling import theme_id
from tests.scoring.rounds import YEAR

PAGE = f"/roadmaps/{YEAR}"


def shown() -> list[str | None]:
    """Return the codes of what stands on the roadmap, in its order."""
    return [row.Entry.code for row in queries.standing(the_roadmap())]


def positions() -> list[int]:
    return [row.Item.position for row in queries.standing(the_roadmap())]


def move(code: str, way: str, actor) -> bool:
    with writing():
        row = next(row for row in queries.standing(the_roadmap()) if row.Entry.code == code)
        return order.move_item(the_roadmap(), row.Item, row.Item.position, actor, up=way == "up")


def test_what_comes_later_comes_to_its_place(app, actor) -> None:
    secretary = actor("secretary")
    drafted(secretary, count=2, theme_id=theme_id("B"))
    approved(theme_id=theme_id("K"))
    assemble(secretary)
    approved(theme_id=theme_id("A"))
    approved(theme_id=theme_id("B"))
    assemble(secretary)
    assert shown() == ["A1", "B1", "B2", "B3", "K1"]
    assert len(set(positions())) == 5


def test_ten_comes_after_nine(app, actor) -> None:
    drafted(actor("secretary"), count=11)
    assert shown() == [f"A{number}" for number in range(1, 12)]


def test_moving_up_and_down_and_back_by_code(app, actor) -> None:
    secretary = actor("secretary")
    drafted(secretary, count=3)
    assert move("A3", "up", secretary)
    assert shown() == ["A1", "A3", "A2"]
    assert not move("A1", "up", secretary)
    assert not move("A2", "down", secretary)
    assert move("A1", "down", secretary)
    assert shown() == ["A3", "A1", "A2"]
    approved()
    assemble(secretary)
    # What was moved stays where it was put, and what is new comes after its like.
    assert shown() == ["A3", "A1", "A2", "A4"]
    with writing():
        assert order.sort_by_code(the_roadmap(), secretary)
    with writing():
        assert not order.sort_by_code(the_roadmap(), secretary)
    assert shown() == ["A1", "A2", "A3", "A4"]


def test_a_theme_that_comes_later_brings_the_measure_to_its_place(app, actor) -> None:
    secretary = actor("secretary")
    measure_id = drafted(secretary, theme_id=None)[0]
    approved(theme_id=theme_id("B"))
    assemble(secretary)
    assert shown() == ["B1", None]
    with writing():
        from_a = theme_id("A")
        item_of(measure_id)
        queries.contents(the_roadmap())[1].Measure.theme_id = from_a
    assemble(secretary)
    assert shown() == ["A1", "B1"]


def test_a_button_that_is_pressed_twice_moves_once(client, sign_in, actor) -> None:
    drafted(actor("secretary"), count=3)
    sign_in(client, "secretary")
    third = queries.standing(the_roadmap())[2].Item
    address, seen = f"{PAGE}/items/{third.id}/move", third.position
    for _press in range(2):
        response = client.forge(address, {"position": seen, "way": "up"})
        assert (response.status_code, response.location) == (303, f"{PAGE}#item-{third.id}")
        assert shown() == ["A1", "A3", "A2"]


def test_the_focus_stays_on_what_is_moved(client, sign_in, actor) -> None:
    drafted(actor("secretary"), count=3)
    sign_in(client, "secretary")
    ids = [row.Item.id for row in queries.standing(the_roadmap())]
    address = f"{PAGE}/items/{ids[1]}/move"
    response = client.forge(address, {"position": 2, "way": "up"}, headers=HTMX)
    assert response.status_code == 200
    # First now, so that its button down has the focus: the one up is disabled.
    root = document_of(response).root
    buttons = [each for each in root.iter("button") if "autofocus" in each.attrib]
    assert [each.get("value") for each in buttons] == ["down"]
    assert shown() == ["A2", "A1", "A3"]
    assert 'id="announcer"' in response.text


@pytest.mark.parametrize("data", [{}, {"way": "left"}, {"way": "up\0"}])
def test_nonsense_moves_nothing(client, sign_in, actor, data) -> None:
    measure_id = drafted(actor("secretary"), count=2)[0]
    sign_in(client, "secretary")
    address = f"{PAGE}/items/{item_of(measure_id).id}/move"
    assert client.forge(address, {"position": "1", **data}).status_code == 400
    assert client.forge(address, {"position": "x\0", "way": "down"}).status_code == 303
    assert client.forge(address, {"position": "9" * 40, "way": "down"}).status_code == 303
    assert shown() == ["A1", "A2"]


def test_the_page_goes_along(client, sign_in, actor) -> None:
    drafted(actor("secretary"), count=51)
    sign_in(client, "secretary")
    item = queries.standing(the_roadmap())[49].Item
    response = client.forge(
        f"{PAGE}/items/{item.id}/move", {"position": item.position, "way": "down"}
    )
    assert response.location == f"{PAGE}?page=2#item-{item.id}"
    assert f'id="item-{item.id}"' in client.get(f"{PAGE}?page=2").text


@pytest.mark.parametrize("phase", [Phase.BEFORE_BOARD, Phase.APPROVED, Phase.CLOSED])
def test_the_order_stands_once_it_is_proposed(app, actor, phase: Phase) -> None:
    secretary = actor("secretary")
    drafted(secretary, count=2)
    put_into(phase)
    with pytest.raises(Refused):
        move("A2", "up", secretary)
    with pytest.raises(Refused), writing():
        order.sort_by_code(the_roadmap(), secretary)


def test_sorting_is_offered_where_it_changes_something(client, sign_in, actor) -> None:
    drafted(actor("secretary"), count=2)
    sign_in(client, "secretary")
    assert f"{PAGE}/sort" not in client.get(PAGE).text
    move("A2", "up", actor("secretary"))
    assert client.submit(PAGE, action=f"{PAGE}/sort").status_code == 303
    assert shown() == ["A1", "A2"]
    assert client.forge(f"{PAGE}/sort").status_code == 303
