"""The text for the city board: in both languages, from what was proposed, without secrets."""

import pytest

from app.core.database import writing
from app.measures.states import Publicity
from app.roadmaps.states import Membership
from tests.roadmaps.drafts import (
    approved,
    assemble,
    before_board,
    board_decides,
    drafted,
    edit,
    item_of,
    move,
    proposal,
)
from tests.scoring.rounds import YEAR

PAGE = f"/roadmaps/{YEAR}/board-text"


@pytest.mark.parametrize("person", ["board-secretary", "secretary", "chair"])
def test_before_it_is_proposed_it_is_a_draft(client, sign_in, actor, person: str) -> None:
    drafted(actor("secretary"))
    sign_in(client, person)
    page = client.get(PAGE).text
    assert "Luonnos. Tiiviste syntyy" in page
    assert "Utkast. Kontrollsumman uppstår" in page


def test_it_is_in_both_languages_with_the_digest(client, sign_in, actor, app) -> None:
    before_board(actor("secretary"), actor("chair"), count=2, cost_once=1000)
    sign_in(client, "board-secretary")
    page = client.get(f"{PAGE}?lang=sv").text
    assert page.count(proposal().sha256) == 2
    assert f"Kaupunginhallitus päättää hyväksyä digitiekartan {YEAR} esityksen mukaisesti." in page
    assert f"Stadsstyrelsen beslutar godkänna den digitala färdplanen {YEAR}" in page
    assert "Asukas varaa ajan itse" in page
    assert "Invånaren bokar tid själv" in page
    assert "2 000" in page.replace("\xa0", " ").replace("\u202f", " ")
    assert 'lang="fi"' in page


def test_it_agrees_with_what_was_proposed(client, sign_in, actor, app) -> None:
    (measure_id,) = before_board(actor("secretary"), actor("chair"))
    edit(measure_id, name_fi="Muokattu jälkeenpäin")
    sign_in(client, "board-secretary")
    page = client.get(PAGE).text
    assert "Muokattu jälkeenpäin" not in page
    assert "Asukas varaa ajan itse" in page


@pytest.mark.parametrize("person", ["board-secretary", "secretary"])
def test_what_is_secret_is_left_out(client, sign_in, actor, app, person: str) -> None:
    before_board(
        actor("secretary"),
        actor("chair"),
        publicity=Publicity.SECRET,
        secrecy_basis="JulkL 24 §",
        cost_once=98765,
    )
    sign_in(client, person)
    page = client.get(f"{PAGE}?lang=fi").text
    assert "Asukas varaa" not in page
    assert "98 765" not in page.replace("\xa0", " ")
    assert "1 salassa pidettävä toimenpide puuttuu" in page


def test_an_amendment_does_not_name_a_secret_that_is_gone(client, sign_in, actor, app) -> None:
    secrets = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
    measure_id, _other = before_board(actor("secretary"), actor("chair"), count=2, **secrets)
    board_decides(actor("board-secretary"))
    move("amend", actor("secretary"), "Kiireellinen")
    with writing():
        item_of(measure_id).membership = Membership.REMOVED
    sign_in(client, "secretary")
    assert "Asukas varaa" not in client.get(f"{PAGE}?lang=fi").text


def test_an_amendment_tells_what_it_changes(client, sign_in, actor, app) -> None:
    before_board(actor("secretary"), actor("chair"))
    board_decides(actor("board-secretary"))
    move("amend", actor("secretary"), "Kiireellinen")
    approved(name_fi="Kiireellinen lisäys")
    assemble(actor("secretary"))
    move("propose_to_board", actor("chair"))
    sign_in(client, "board-secretary")
    page = client.get(f"{PAGE}?lang=fi").text
    assert f"päättää hyväksyä digitiekartan {YEAR} muutokset" in page
    assert "Muutokset hyväksyttyyn" in page
    assert "A2 <span>Kiireellinen lisäys</span>" in " ".join(page.split())
