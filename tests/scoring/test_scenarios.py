"""Saving scenarios, comparing and removing them."""

import pytest
from sqlalchemy import select

from app.audit.models import Event, Values
from app.audit.tags import Tag
from app.core.database import writing
from app.extensions import db
from app.measures.models import Measure
from app.measures.states import State
from app.scoring.models import Scenario
from tests.client import HTMX
from tests.html import document_of, elements, text_of
from tests.measures.proposals import saved
from tests.scoring.rounds import YEAR, close_round, judge, open_round

CHOOSE = f"/scoring/{YEAR}/choose?number=2"
SAVE = f"/scoring/{YEAR}/scenarios"


@pytest.fixture
def three(app, actor) -> list[int]:
    """Return three scored measures, the best first."""
    open_round(actor("secretary"))
    names = ("Aakkoset", "Bussit", "Citymaasturi")
    ids = [saved(State.IN_SCORING, name_fi=name, cost_once=1000, cost_yearly=10) for name in names]
    for measure_id, rating in zip(ids, (5, 4, 3), strict=True):
        judge(actor("member"), measure_id, rating)
    return ids


def save(client, name: str, page: str = CHOOSE, **kwargs):
    return client.submit(page, {"name": name}, action=SAVE, **kwargs)


def scenarios() -> list[Scenario]:
    return list(db.session.scalars(select(Scenario).order_by(Scenario.id)))


def side_by_side(response) -> list[list[str]]:
    table = [
        each
        for each in elements(document_of(response).root, "table")
        if text_of(each.find("caption")) == "Skenaariot rinnakkain"
    ]
    return [[text_of(cell) for cell in row] for row in table[0].iter("tr")] if table else []


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_scenario_is_saved_and_stands_beside_another(client, sign_in, three, headers) -> None:
    sign_in(client, "secretary")
    response = save(client, "  Kaksi   parasta ", headers=headers)
    assert response.status_code == (204 if headers else 303)
    save(client, "Ilman bussia", f"{CHOOSE}&set=1&out={three[1]}")
    found = side_by_side(client.get(SAVE))
    assert found[0] == ["Toimenpide", "Ilman bussia", "Kaksi parasta"]
    assert found[1] == ["Pisteet yhteensä", "8,00", "9,00"]
    assert found[2] == ["Toimenpiteet", "2", "2"]
    assert [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in found[3][1:]] == ["2 000 €"] * 2
    assert found[5] == ["Aakkoset", "mukana, 5,00", "mukana, 5,00"]
    assert sorted(found[6:]) == [
        ["Bussit", "–ei mukana", "mukana, 4,00"],
        ["Citymaasturi", "mukana, 3,00", "–ei mukana"],
    ]
    only = client.get(f"{SAVE}?with={scenarios()[0].id}")
    assert side_by_side(only)[0] == ["Toimenpide", "Kaksi parasta"]
    assert side_by_side(client.get(f"{SAVE}?with=x&with=999999")) == []


def test_its_name_leads_to_the_same_choice(client, sign_in, three) -> None:
    sign_in(client, "secretary")
    theme = db.session.get_one(Measure, three[0]).theme_id
    query = f"&once=9000&yearly=900&large=70000&least_{theme}=1&set=1&in={three[2]}&out={three[1]}"
    save(client, "Kaikki", CHOOSE + query)
    link = next(
        each.get("href")
        for each in elements(document_of(client.get(SAVE)).root, "a")
        if text_of(each) == "Kaikki"
    )
    again = client.get(link.partition("#")[0])
    fields = {
        each.get("name"): each.get("value") for each in elements(document_of(again).root, "input")
    }
    assert [fields[name] for name in ("number", "once", "yearly", "large", f"least_{theme}")] == [
        "2",
        "9000",
        "900",
        "70000",
        "1",
    ]
    ticked = [
        (each.get("name"), each.get("value"))
        for each in elements(document_of(again).root, "input")
        if "checked" in each.attrib
    ]
    assert ticked == [("out", str(three[1])), ("in", str(three[2]))]


def test_what_changes_afterwards_is_marked(client, sign_in, actor, three) -> None:
    sign_in(client, "secretary")
    save(client, "Ennen")
    assert "muuttunut tallennuksen jälkeen" not in client.get(SAVE).text
    judge(actor("member"), three[0], 2)
    response = client.get(SAVE)
    assert "muuttunut tallennuksen jälkeen" in response.text
    assert ["Aakkoset", "mukana, 5,00 nyt 2,00"] in side_by_side(response)
    assert ["Pisteet yhteensä", "9,00"] in side_by_side(response)


@pytest.mark.parametrize("column", ["cost_once", "cost_yearly"])
def test_so_are_changed_costs_even_of_what_was_left_out(
    client, sign_in, three, column: str
) -> None:
    sign_in(client, "secretary")
    save(client, "Ennen")
    with writing():
        setattr(db.session.get_one(Measure, three[2]), column, 5)
    assert "muuttunut tallennuksen jälkeen" in client.get(SAVE).text


def test_what_has_left_the_ranking_is_counted(client, sign_in, three) -> None:
    sign_in(client, "secretary")
    save(client, "Ennen")
    with writing():
        db.session.get_one(Measure, three[0]).state = State.WITHDRAWN
    assert side_by_side(client.get(SAVE))[-1] == ["Ei enää paremmuusjärjestyksessä", "1"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "KAKSI PARASTA", "a\x00b"])
def test_names_that_do_not_do(client, sign_in, three, name: str) -> None:
    sign_in(client, "chair")
    close_round()
    save(client, "Kaksi parasta")
    response = save(client, name)
    assert response.status_code == 422
    assert 'id="name-error"' in response.text
    assert len(scenarios()) == 1


def test_sent_twice_it_is_saved_once(client, sign_in, three) -> None:
    sign_in(client, "secretary")
    form = next(
        each
        for each in elements(document_of(client.get(CHOOSE)).root, "form")
        if each.get("action") == SAVE
    )
    fields = {each.get("name"): each.get("value") for each in elements(form, "input")}
    for _time in range(2):
        assert client.post(SAVE, data={**fields, "name": "Kerran"}).status_code == 303
    assert len(scenarios()) == 1


def test_what_was_seen_must_still_be_so(client, sign_in, actor, three) -> None:
    sign_in(client, "secretary")
    form = next(
        each
        for each in elements(document_of(client.get(CHOOSE)).root, "form")
        if each.get("action") == SAVE
    )
    fields = {each.get("name"): each.get("value") for each in elements(form, "input")}
    judge(actor("member"), three[2], 5)
    response = client.post(SAVE, data={**fields, "name": "Myöhässä"})
    assert response.status_code == 409
    assert 'value="Myöhässä"' in response.text
    assert scenarios() == []


FORGED = ("", "once=x", "set=1", "number=%00", "x" * 5000, "number=%ED%A0%80")


@pytest.mark.parametrize("limits", FORGED)
def test_forged_limits_are_refused(client, sign_in, three, limits: str) -> None:
    sign_in(client, "secretary")
    response = client.forge(SAVE, {"name": "Väärä", "limits": limits, "seen": "x"})
    assert response.status_code == 400
    assert client.forge(SAVE, {"name": "V", "limits": "once=0&set=1&in=1"}).status_code == 409
    assert scenarios() == []


def test_removing_asks_first_and_is_recorded(client, sign_in, three) -> None:
    sign_in(client, "secretary")
    save(client, "Turha")
    page = f"{SAVE}/{scenarios()[0].id}/remove"
    assert "Turha" in client.get(page).text
    form = {
        each.get("name"): each.get("value")
        for each in elements(document_of(client.get(page)).root, "input")
    }
    for _time in range(2):
        assert client.post(page, data=form).status_code == 303
    assert client.get(page).status_code == 404
    assert scenarios() == []
    tags = [Tag.SCENARIO_SAVED, Tag.SCENARIO_REMOVED]
    rows = db.session.execute(
        select(Event.tag, Values.before, Values.after)
        .join(Values, Values.event_id == Event.id)
        .where(Event.tag.in_(tags))
        .order_by(Event.id)
    ).all()
    assert [row.tag for row in rows] == tags
    for said in (rows[0].after, rows[1].before):
        assert "Turha" in said
        # Whoever reads the record may be blind.
        assert "chosen" not in said
        assert "digest" not in said


@pytest.mark.parametrize("person", ["chair", "member"])
def test_who_is_blind_can_neither_save_nor_remove(
    client, sign_in, actor, three, person: str
) -> None:
    save(sign_in(client, "secretary"), "Salainen")
    with writing():
        extra = saved(State.IN_SCORING, name_fi="Viimeinen")
    page = f"{SAVE}/{scenarios()[0].id}/remove"
    sign_in(client, person)
    assert "Salainen" not in client.get(SAVE).text
    wanted = 409 if person == "chair" else 403
    assert client.get(page).status_code == wanted
    assert "Salainen" not in client.get(page).text
    assert client.forge(page).status_code == wanted
    assert client.forge(SAVE, {"name": "x", "limits": "number=1"}).status_code == wanted
    assert len(scenarios()) == 1
    assert extra


def test_queries_do_not_grow_with_the_scenarios(client, sign_in, three, query_counter) -> None:
    sign_in(client, "secretary")
    save(client, "Yksi")

    def queries() -> int:
        with query_counter() as statements:
            client.get(SAVE)
        return len(statements)

    few = queries()
    for name in ("Kaksi", "Kolme"):
        save(client, name)
    assert queries() == few
