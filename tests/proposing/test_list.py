"""The list of proposals."""

import pytest

from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.extensions import db
from app.measures import operations
from app.measures.states import State
from app.programmes.models import Programme, Theme
from tests.client import sign_in_as
from tests.forms import forms_of
from tests.html import classes_of, document_of, elements, first, rows_of, text_of
from tests.measures.proposals import card, fresh, saved, unit_id


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


def test_what_the_reader_chooses(client, actor) -> None:
    ella = sign_in_as(client, "secretary")
    saved(State.DRAFT, name_fi="Kirjaston hylly", unit_id=unit_id("library"))
    saved(State.DRAFT, name_fi="Kirjaston lamppu", unit_id=unit_id("library"), first_year=2028)
    saved(State.SUBMITTED, name_fi="Katujen lamppu", unit_id=unit_id("streets"))
    secretary = actor("secretary").user_id
    saved(State.DRAFT, name_fi="Yhteyshenkilön", contact_id=secretary)
    saved(State.DRAFT, name_fi="Kirjoittajan", contact_id=actor("proposer").user_id)
    with writing():
        operations.create_proposal(actor("secretary"), {**card(), "name_fi": "Oma"})
    for chosen, seen in {
        f"unit={unit_id('streets')}": {"Katujen lamppu"},
        "year=2028": {"Kirjaston lamppu"},
        "q=LAMP": {"Kirjaston lamppu", "Katujen lamppu"},
        "q=lamp&state=draft": {"Kirjaston lamppu"},
        "q=lampp+kirj": {"Kirjaston lamppu"},
        "own=1": {"Yhteyshenkilön", "Oma"},
        "own=1&q=oma": {"Oma"},
        "unit=99999": set(),
        "q=eiole": set(),
    }.items():
        assert set(names(ella.get(f"/proposals?{chosen}"))) == seen, chosen
    every = len(names(ella.get("/proposals")))
    for nonsense in (
        "unit=x",
        "unit=%00",
        "year=-1",
        "own=yes",
        "q=%00",
        "q=%20",
        "state=%ED%A0%80",
    ):
        assert len(names(ella.get(f"/proposals?{nonsense}"))) == every, nonsense


def test_the_numbers_at_the_states_are_of_what_is_chosen(client) -> None:
    saved(State.DRAFT, name_fi="Hylly")
    saved(State.DRAFT, name_fi="Lamppu")
    saved(State.SUBMITTED, name_fi="Lampputolppa", unit_id=unit_id("streets"))
    sign_in_as(client, "secretary")
    page = document_of(client.get("/proposals?q=lamppu"))
    nav = next(each for each in page.root.iter("nav") if "tabs" in classes_of(each))
    assert [text_of(each) for each in nav.iter("a")] == ["Kaikki (2)", "luonnos (1)", "jätetty (1)"]
    assert tabs(client.get("/proposals?q=lamppu")) == [
        "/proposals?q=lamppu",
        "/proposals?state=draft&q=lamppu",
        "/proposals?state=submitted&q=lamppu",
    ]


def test_the_search_keeps_the_state_and_says_what_was_searched(client) -> None:
    saved(State.DRAFT, name_fi="Hylly")
    saved(State.SUBMITTED, name_fi="Hyllyt")
    sign_in_as(client, "secretary")
    response = client.submit("/proposals?state=draft", {"q": "hyl"}, action="/proposals")
    assert names(response) == ["Hylly"]
    (form,) = [form for form in forms_of(response) if form.action == "/proposals"]
    assert dict(form.filled({})) == {"state": "draft", "q": "hyl"}


def test_nobody_finds_what_they_may_not_read(client) -> None:
    saved(State.DRAFT, name_fi="Katujen luonnos", unit_id=unit_id("streets"))
    ella = sign_in_as(client, "proposer")
    for chosen in ("q=katujen", f"unit={unit_id('streets')}", "state=draft"):
        assert names(ella.get(f"/proposals?{chosen}")) == []
    assert "Kadut" not in text_of(document_of(ella.get("/proposals")).root)


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
    for page in ("4", "9" * 9):
        response = client.get(f"/proposals?page={page}&state=draft&q=Ehdotus")
        assert (response.status_code, response.location) == (
            302,
            "/proposals?state=draft&q=Ehdotus",
        )
    for page in ("0", "-1", "9" * 30, "x", "²"):
        assert names(client.get(f"/proposals?page={page}"))[0] == "Ehdotus 100"


@pytest.mark.parametrize(
    "page", ["/proposals", "/proposals?state=draft&page=1", "/proposals?q=ehdotus&own=1"]
)
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
