"""What has changed since the city board approved shows wherever the measure does."""

import pytest
from sqlalchemy import select

from app.core.database import writing
from app.extensions import db
from app.measures.models import Entry
from app.measures.states import Publicity
from app.roadmaps.diff import differences, parts_of
from app.roadmaps.since_approval import changed_measures
from app.roadmaps.states import Membership
from tests.measures.proposals import fresh
from tests.roadmaps.drafts import (
    approved,
    assemble,
    before_board,
    board_decides,
    edit,
    item_of,
    move,
    the_roadmap,
)
from tests.scoring.rounds import YEAR
from tests.status_page.reading import count_of

PAGE = f"/roadmaps/{YEAR}"
STATUS = f"/?year={YEAR}"


@pytest.fixture
def ids(app, actor) -> list[int]:
    """Return the measures of a roadmap that the city board has approved."""
    found = before_board(actor("secretary"), actor("chair"), count=3)
    board_decides(actor("board-secretary"))
    return found


def item(**given) -> dict[str, object]:
    return {
        "measure": 1,
        "position": 1,
        "name_fi": "A",
        "unit": {"key": "x", "name_fi": "X"},
        **given,
    }


def test_contents_are_compared_field_by_field() -> None:
    before = parts_of({"items": [item(), item(measure=2)]})
    now = parts_of({"items": [item(name_fi="B", position=2), item(measure=3)]})
    found = differences(before, now)
    assert list(found.added) == [("measure", 3)]
    assert list(found.removed) == [("measure", 2)]
    ((name, old, new),) = found.edited[0].fields
    assert (name, old, new) == ("name_fi", "A", "B")


def test_a_unit_that_was_renamed_is_the_same() -> None:
    renamed = item(unit={"key": "x", "name_fi": "Y"})
    other = item(unit={"key": "z", "name_fi": "X"})
    before = parts_of({"items": [item()]})
    assert not differences(before, parts_of({"items": [renamed]})).edited
    assert differences(before, parts_of({"items": [other]})).edited


def test_what_an_older_format_lacks_is_not_compared() -> None:
    found = differences(parts_of({"items": [item()]}), parts_of({"items": [item(level="new")]}))
    assert not found.edited


def test_nothing_has_changed_at_first(client, sign_in, ids) -> None:
    assert changed_measures() == frozenset()
    sign_in(client, "viewer")
    assert "since-approval" not in client.get(f"/measures/{ids[0]}").text
    assert "Mikään ei ole muuttunut" in client.get(PAGE).text
    assert "changed=1" not in client.get(STATUS).text


def test_an_edit_shows_everywhere(client, sign_in, ids) -> None:
    edit(ids[0], cost_once=12500, name_sv="Ett nytt namn")
    assert changed_measures() == {ids[0]}
    sign_in(client, "viewer")
    page = client.get(f"/measures/{ids[0]}?lang=sv").text
    assert "Invånaren bokar tid själv" in page
    assert "12 500" in page.replace("\xa0", " ")
    assert "changed=1" in client.get(STATUS).text
    assert count_of(client.get(f"{STATUS}&changed=1")) == 1
    assert f"/measures/{ids[0]}#since-approval" in client.get(STATUS).text
    assert f"/measures/{ids[1]}#since-approval" not in client.get(STATUS).text
    assert "muokattu: 1" in client.get(f"{PAGE}?lang=fi").text
    changes = client.get(f"{PAGE}/differences?lang=fi").text
    assert "Invånaren bokar tid själv" in changes
    assert "Ett nytt namn" in changes


def test_an_edit_that_is_taken_back_is_no_change(app, ids) -> None:
    before = fresh(ids[0]).name_fi
    edit(ids[0], name_fi="Toinen")
    edit(ids[0], name_fi=before)
    assert changed_measures() == frozenset()


def test_another_code_is_a_change(app, ids) -> None:
    with writing():
        db.session.scalars(select(Entry).where(Entry.measure_id == ids[0])).one().code = "A77"
    assert changed_measures() == {ids[0]}


def test_what_was_edited_before_the_approval_counts_too(app, actor) -> None:
    (measure_id,) = before_board(actor("secretary"), actor("chair"))
    edit(measure_id, name_fi="Muokattu esittämisen jälkeen")
    board_decides(actor("board-secretary"))
    assert changed_measures() == {measure_id}


def test_what_is_added_and_removed_is_told(client, sign_in, actor, ids) -> None:
    added = approved(name_fi="Aivan uusi")
    move("amend", actor("secretary"), "Kiireellinen")
    assemble(actor("secretary"))
    with writing():
        gone, new = item_of(ids[0]), item_of(added)
        gone.membership, new.membership = Membership.REMOVED, Membership.ADDED
    sign_in(client, "viewer")
    page = client.get(f"{PAGE}/differences?lang=fi").text
    assert "Lisätty" in page
    assert "Aivan uusi" in page
    assert f"/measures/{ids[0]}" in page


def test_what_an_amendment_proposes_is_no_change_yet(client, sign_in, actor, ids) -> None:
    move("amend", actor("secretary"), "Kiireellinen")
    approved()
    assemble(actor("secretary"))
    sign_in(client, "viewer")
    assert "Mikään ei ole muuttunut" in client.get(PAGE).text


def test_two_approvals_are_compared(client, sign_in, actor, ids) -> None:
    move("amend", actor("secretary"), "Kiireellinen")
    third = approved(name_fi="Kiireellinen lisäys")
    assemble(actor("secretary"))
    move("propose_to_board", actor("chair"))
    board_decides(actor("board-secretary"))
    assert changed_measures() == frozenset()
    sign_in(client, "viewer")
    page = client.get(f"{PAGE}/differences?from=1&to=2").text
    assert "Kiireellinen lisäys" in page
    # What the amendment added lists its own approval alone, what was there both.
    assert client.get(f"/measures/{third}").text.count(f"digitiekartta {YEAR}, 310 §") == 1
    assert client.get(f"/measures/{ids[0]}").text.count(f"digitiekartta {YEAR}, 310 §") == 2


def test_a_secret_measure_is_not_told_of(client, sign_in, ids) -> None:
    edit(ids[0], publicity=Publicity.SECRET, secrecy_basis="JulkL 24 §", name_fi="Salainen nimi")
    for person, sees in (("viewer", False), ("board-secretary", False), ("secretary", True)):
        sign_in(client, person)
        page = client.get(f"{PAGE}/differences").text
        assert ("Salainen nimi" in page) is sees
        assert (f"/measures/{ids[0]}#since" in client.get(STATUS).text) is sees


def test_what_was_secret_then_stays_so(client, sign_in, actor) -> None:
    (measure_id,) = before_board(
        actor("secretary"),
        actor("chair"),
        publicity=Publicity.SECRET,
        secrecy_basis="JulkL 24 §",
        name_fi="Silloin salainen",
    )
    board_decides(actor("board-secretary"))
    edit(measure_id, publicity=Publicity.PUBLIC, secrecy_basis="", name_fi="Nyt julkinen")
    for person, sees in (("viewer", False), ("secretary", True)):
        sign_in(client, person)
        for url in (f"{PAGE}/differences", f"/measures/{measure_id}"):
            assert ("Silloin salainen" in client.get(url).text) is sees


def test_the_number_of_queries_does_not_depend_on_the_number_of_changes(
    app, client, sign_in, actor, query_counter, ids
) -> None:
    sign_in(client, "viewer")
    counted = []
    for place in range(len(ids)):
        edit(ids[place], cost_once=place + 1)
        found = []
        for url in (PAGE, f"{PAGE}/differences", f"/measures/{ids[0]}", STATUS):
            with query_counter() as queries:
                client.get(url)
            found.append(len(queries))
        counted.append(found)
    assert counted[0] == counted[1] == counted[2]


def test_an_approval_that_does_not_exist(client, sign_in, ids) -> None:
    sign_in(client, "viewer")
    for address in ("?from=9", "?from=x&to=y"):
        assert client.get(f"{PAGE}/differences{address}").status_code in {200, 404}
    assert client.get("/roadmaps/2025/differences").status_code == 404
    assert the_roadmap().once_approved
