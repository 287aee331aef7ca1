"""A programme goes before the city board as a roadmap does."""

import json

import pytest

from app.core import clock
from app.core.database import writing
from app.core.errors import Refused
from app.programmes.states import Phase
from app.roadmaps import board, board_queries, changes, operations, verification
from app.roadmaps.models import BoardProposal, Snapshot
from app.roadmaps.states import BoardOutcome
from tests.roadmaps.drafts import programme_approved, propose_programme, the_programme


@pytest.fixture
def page(app) -> str:
    return f"/programmes/{the_programme().id}"


def kept() -> list[Snapshot]:
    return list(board_queries.all_of(Snapshot, the_programme()))


def test_the_whole_way_by_the_pages(client, sign_in, page) -> None:
    sign_in(client, "chair")
    assert client.submit(page, action=f"{page}/phase/propose_to_board").status_code == 303
    sign_in(client, "board-secretary")
    text = client.get(f"{page}/board-text").text
    assert "Kaupunginhallitus päättää hyväksyä ohjelman" in text
    assert "Stadsstyrelsen beslutar godkänna programmet" in text
    change = f"{page}/board-changes"
    data = {"name_fi": "Uusi ohjelma", "name_sv": "Nytt program"}
    asked = f"{change}?part=programme-0&field=name"
    assert client.submit(asked, data, action=change).status_code == 303
    data = {"decided_on": "2026-01-02", "section": "12", "outcome": "approved_with_changes"}
    response = client.submit(page, data, action=f"{page}/board")
    assert (response.status_code, response.location) == (303, page)
    assert the_programme().phase is Phase.APPROVED
    assert the_programme().name_sv == "Nytt program"
    (snapshot,) = kept()
    content = json.loads(snapshot.content)
    assert content["programme"]["name_fi"] == "Uusi ohjelma"
    assert [each["code"] for each in content["themes"]]
    assert verification.faults(the_programme()) == []
    sign_in(client, "viewer")
    assert snapshot.sha256 in client.get(page).text
    assert client.get(f"{page}/snapshots/1.json").text == snapshot.content
    assert client.get(f"{page}/proposals/1.json").status_code == 200


def test_a_theme_is_changed_by_the_board(actor, app) -> None:
    propose_programme(actor("chair"))
    programme = the_programme()
    theme = board_queries.themes(programme)[0]
    proposal = board_queries.newest(BoardProposal, programme)
    with writing():
        changes.write_down(
            the_programme(),
            proposal,
            ("theme", theme.id),
            "name",
            {"name_fi": "Toinen teema", "name_sv": "Annat tema"},
            actor("board-secretary"),
        )
    with writing():
        board.record_board_decision(
            the_programme(),
            BoardOutcome.APPROVED_WITH_CHANGES,
            clock.today(),
            "12",
            "",
            "Teema nimettiin uudelleen",
            actor("board-secretary"),
        )
    assert board_queries.themes(the_programme())[0].name_fi == "Toinen teema"
    assert json.loads(kept()[0].content)["themes"][0]["name_sv"] == "Annat tema"


def test_what_changes_later_shows(client, sign_in, actor, page) -> None:
    programme_approved(actor("chair"), actor("board-secretary"))
    with writing():
        the_programme().name_fi = "Myöhempi nimi"
    sign_in(client, "viewer")
    assert "muokattu: 1" in client.get(page).text
    assert "Myöhempi nimi" in client.get(f"{page}/differences").text


def test_an_amendment_makes_the_next_snapshot(actor, app) -> None:
    programme_approved(actor("chair"), actor("board-secretary"))
    with writing():
        operations.move(the_programme(), "amend", actor("secretary"), "Uusi vuosi")
    with writing():
        the_programme().last_year = 2027
    programme_approved(actor("chair"), actor("board-secretary"))
    assert [each.number for each in kept()] == [2, 1]
    assert verification.faults(the_programme()) == []


@pytest.mark.parametrize("person", ["secretary", "board-secretary", "viewer"])
def test_only_the_chair_proposes_it(actor, app, person: str) -> None:
    with pytest.raises(Refused), writing():
        operations.move(the_programme(), "propose_to_board", actor(person))


def test_a_programme_in_one_language_is_held_back(actor, app) -> None:
    with writing():
        the_programme().name_sv = ""
    with pytest.raises(Refused):
        propose_programme(actor("chair"))


def test_an_earlier_approval_keeps_a_known_date(actor, app) -> None:
    with writing():
        board.record_earlier_approval(the_programme(), clock.today(), actor("secretary"))
    assert the_programme().once_approved
    assert verification.faults(the_programme()) == []


def test_amending_ends_without_the_board_if_nothing_differs(client, sign_in, actor, page) -> None:
    end = f"{page}/phase/end_amendment"
    programme_approved(actor("chair"), actor("board-secretary"))
    with writing():
        operations.move(the_programme(), "amend", actor("secretary"), "Uusi nimi.")
    with writing():
        the_programme().name_fi, name = "Toinen nimi", the_programme().name_fi
    sign_in(client, "secretary")
    assert client.submit(page, action=end).status_code == 409, "something differs"
    assert the_programme().phase is Phase.AMENDING
    with writing():
        the_programme().name_fi = name
    assert client.submit(page, action=end).status_code == 303
    assert the_programme().phase is Phase.APPROVED
    assert len(kept()) == 1
    assert verification.faults(the_programme()) == []
