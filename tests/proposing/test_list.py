"""The list of proposals."""

import pytest

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.extensions import db
from app.measures import operations
from app.measures.states import State
from app.programmes.models import Programme, Theme
from tests.client import sign_in_as
from tests.html import classes_of, document_of, elements, first, rows_of, text_of
from tests.measures.proposals import fresh, saved, unit_id


def names(response) -> list[str]:
    table = document_of(response).root.find(".//table")
    return [] if table is None else [row[0] for row in rows_of(table)]


def tabs(response) -> list[str]:
    for nav in document_of(response).root.iter("nav"):
        if "tabs" in classes_of(nav):
            return [each.get("href", "") for each in nav.iter("a")]
    return []


def test_everyone_sees_their_own(app) -> None:
    saved(State.DRAFT, name_fi="Kirjaston luonnos")
    saved(State.SUBMITTED, name_fi="Kirjaston jätetty")
    saved(State.DRAFT, name_fi="Katujen luonnos", unit_id=unit_id("streets"))
    saved(State.IN_SCORING, name_fi="Katujen pisteytettävä", unit_id=unit_id("streets"))
    for person, seen in {
        "proposer": {"Kirjaston luonnos", "Kirjaston jätetty"},
        "chair": {"Kirjaston jätetty", "Katujen pisteytettävä"},
        "secretary": {
            "Kirjaston luonnos",
            "Kirjaston jätetty",
            "Katujen luonnos",
            "Katujen pisteytettävä",
        },
    }.items():
        page = sign_in_as(app.test_client(), person).get("/proposals")
        assert set(names(page)) == seen, person


def test_by_state(client) -> None:
    saved(State.DRAFT, name_fi="Luonnos")
    saved(State.SUBMITTED, name_fi="Jätetty")
    sign_in_as(client, "secretary")
    assert names(client.get("/proposals?state=draft")) == ["Luonnos"]
    assert names(client.get("/proposals?state=rejected")) == []
    assert len(names(client.get("/proposals?state=nonsense"))) == 2
    assert tabs(client.get("/proposals")) == [
        "/proposals",
        "/proposals?state=draft",
        "/proposals?state=submitted",
    ]


def test_what_stands_on_a_roadmap_is_no_proposal_any_more(client) -> None:
    placed, waiting = saved(State.APPROVED), saved(State.APPROVED, name_fi="Odottaa")
    with writing():
        programme = db.session.query(Programme).one()
        theme = db.session.query(Theme).filter_by(code="A").one()
        operations.enter(fresh(placed), programme, INSTALLER, theme, "A1")
    sign_in_as(client, "secretary")
    assert names(client.get("/proposals")) == ["Odottaa"]
    assert waiting != placed


def test_the_latest_changed_stands_first(client, actor) -> None:
    first_one, second = saved(name_fi="Vanhempi"), saved(name_fi="Nuorempi")
    sign_in_as(client, "proposer")
    assert names(client.get("/proposals")) == ["Nuorempi", "Vanhempi"]
    with writing():
        operations.edit_proposal(fresh(first_one), 1, {"cost_once": 1}, actor("proposer"))
    assert names(client.get("/proposals")) == ["Vanhempi", "Nuorempi"]
    assert second


def test_an_empty_list_says_what_to_do(app) -> None:
    ella = sign_in_as(app.test_client(), "proposer")
    page = document_of(ella.get("/proposals")).root
    empty = first(page, ".//div[@class='empty']")
    assert [each.get("href") for each in elements(empty, "a")] == ["/proposals/new"]
    chair = sign_in_as(app.test_client(), "chair")
    empty = first(document_of(chair.get("/proposals")).root, ".//div[@class='empty']")
    assert not list(elements(empty, "a"))
    assert text_of(empty)


def test_pages_of_fifty(client) -> None:
    with writing():
        unit = unit_id("library")
        for number in range(101):
            operations.add_measure(
                INSTALLER, name_fi=f"Ehdotus {number:03}", unit_id=unit, state=State.DRAFT
            )
    sign_in_as(client, "proposer")
    seen = [names(client.get(f"/proposals?page={number}")) for number in (1, 2, 3)]
    assert [len(each) for each in seen] == [50, 50, 1]
    assert len({name for each in seen for name in each}) == 101
    for page in ("0", "4", "-1", "9" * 30):
        response = client.get(f"/proposals?page={page}&state=draft")
        assert (response.status_code, response.location) == (302, "/proposals?state=draft")
    assert client.get("/proposals?page=x").status_code == 200


@pytest.mark.parametrize("page", ["/proposals", "/proposals?state=draft&page=1"])
def test_as_many_queries_for_many_as_for_one(client, query_counter, page: str) -> None:
    sign_in_as(client, "secretary")
    counts = []
    for further in (1, 2, 997):
        with writing():
            units = [unit_id("library"), unit_id("streets"), unit_id("services")]
            themes = [theme.id for theme in db.session.query(Theme)]
            for number in range(further):
                operations.add_measure(
                    INSTALLER,
                    name_fi=f"Ehdotus {number}",
                    unit_id=units[number % 3],
                    theme_id=themes[number % 3],
                    state=State.DRAFT,
                )
        with query_counter() as statements:
            assert client.get(page).status_code == 200
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 6
