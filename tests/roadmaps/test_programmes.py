"""Programmes and their themes: who writes what when, and what holds a change back."""

import pytest
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.audit.models import Event
from app.audit.operations import recorded
from app.audit.tags import Kind, Tag
from app.core.database import writing
from app.core.errors import Refused, Stale
from app.core.policy import Actor, Role
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Measure
from app.measures.states import State
from app.programmes.models import Programme, Theme
from app.programmes.queries import roadmap_of
from app.programmes.states import Phase, ThemeKind
from app.roadmaps import programme_operations as operations
from app.roadmaps.programme_operations import ThemeFields
from app.roadmaps.programme_queries import counted_themes, has_codes, is_used, themes
from tests.client import sign_in_as
from tests.forms import forms_of
from tests.html import document_of, text_of
from tests.measures.proposals import saved

NEW = "/programmes/new"
NAMES = {"name_fi": "Digiohjelma 2027–2030", "name_sv": "Digiprogram 2027–2030"}
YEARS = {"first_year": "2027", "last_year": "2030"}
THEME = {"code": "d", "name_fi": "Turvallisuus", "name_sv": "Säkerhet"}


@pytest.fixture
def saara(client):
    return sign_in_as(client, "secretary")


def programme() -> Programme:
    return db.session.scalars(select(Programme).order_by(Programme.id)).first()


def page(rest: str = "") -> str:
    return f"/programmes/{programme().id}{rest}"


def theme(code: str) -> Theme:
    return db.session.scalars(select(Theme).where(Theme.code == code)).one()


def put(phase: Phase) -> None:
    with writing(), recorded(Tag.PHASE_CHANGED, INSTALLER, Kind.PROGRAMME, programme()):
        programme().phase = phase


def entered(code: str, number: int | None = 1, **given) -> int:
    """Put an approved measure under a theme of the programme, with a code or without."""
    measure_id = saved(State.APPROVED, theme_id=None, **given)
    with writing():
        measure = db.session.get_one(Measure, measure_id)
        of = theme(code)
        measures.enter(measure, programme(), INSTALLER, of, f"{code}{number}" if number else None)
    return measure_id


def test_everyone_signed_in_reads_programmes(client) -> None:
    assert client.get("/programmes").status_code == 302
    sign_in_as(client, "viewer")
    listed = client.get("/programmes?lang=sv").text
    assert f'href="{page()}"' in listed
    assert NEW not in listed
    shown = text_of(document_of(client.get(f"{page()}?lang=sv")).root)
    assert "Digitalt program 2024–2026" in shown
    assert "Förmågor" in shown
    assert "möjliggörare" in shown
    assert "/edit" not in client.get(page()).text
    assert client.get(page("/edit")).status_code == 403
    assert client.forge(NEW, {**NAMES, **YEARS}).status_code == 403
    assert client.forge(page("/roadmaps/2024")).status_code == 403


def test_the_secretary_begins_a_programme(saara) -> None:
    answer = saara.submit(NEW, {**NAMES, **YEARS}, action=NEW)
    assert answer.status_code == 303
    made = db.session.scalars(select(Programme).order_by(Programme.id.desc())).first()
    assert answer.location == f"/programmes/{made.id}"
    assert (made.phase, made.first_year, made.last_year) == (Phase.DRAFTING, 2027, 2030)
    assert themes(made.id) == [], "no theme is taken for granted"
    assert saara.get(answer.location).status_code == 200


def test_a_form_sent_twice_makes_one_programme(saara) -> None:
    (form,) = [form for form in forms_of(saara.get(NEW)) if form.action == NEW]
    data = dict(form.filled({**NAMES, **YEARS}, None))
    locations = {saara.post(NEW, data=data).location for _each in range(2)}
    assert len(locations) == 1
    assert len(db.session.scalars(select(Programme)).all()) == 2


@pytest.mark.parametrize(
    "years",
    [
        {"first_year": "2026", "last_year": "2029"},
        {"first_year": "2020", "last_year": "2030"},
        {"first_year": "2030", "last_year": "2027"},
        {"first_year": "2027", "last_year": "2072"},
        {"first_year": "", "last_year": "2030"},
        {"first_year": "1999", "last_year": "2001"},
        {"first_year": "20 27\0", "last_year": "9" * 40},
    ],
)
def test_years_that_do_not_do(saara, years: dict[str, str]) -> None:
    assert saara.submit(NEW, {**NAMES, **years}, action=NEW).status_code == 422
    assert len(db.session.scalars(select(Programme)).all()) == 1


def test_names_and_years_are_edited(saara) -> None:
    address = page("/edit")
    answer = saara.submit(address, {**NAMES, "last_year": "2027"}, action=address)
    assert (answer.status_code, answer.location) == (303, page())
    assert (programme().name_sv, programme().last_year) == (NAMES["name_sv"], 2027)
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.tag == Tag.PROGRAMME_EDITED
    # The roadmap of 2025 would be outside.
    assert saara.submit(address, {"first_year": "2026"}, action=address).status_code == 422
    assert programme().first_year == 2024


@pytest.mark.parametrize("phase", [Phase.BEFORE_BOARD, Phase.APPROVED, Phase.CLOSED])
def test_what_the_board_has_is_not_edited(saara, actor, phase: Phase) -> None:
    put(phase)
    assert page("/edit") not in saara.get(page()).text
    wanted = ThemeFields("D", "Yksi", "Ett", ThemeKind.THEME, 1, 1)
    found, secretary = programme(), actor("secretary")
    version, b = found.version, theme("B")
    years = {"first_year": 2024, "last_year": 2027}
    for change in (
        lambda: operations.edit_programme(found, version, secretary, **NAMES, **years),
        lambda: operations.add_theme(found, version, wanted, secretary),
        lambda: operations.edit_theme(found, b, version, wanted, secretary),
        lambda: operations.remove_theme(found, b, version, secretary),
    ):
        with pytest.raises(Refused):
            change()
        db.session.rollback()


@pytest.mark.parametrize("phase", [Phase.DRAFTING, Phase.RETURNED_BY_BOARD, Phase.AMENDING])
def test_themes_are_added_in_their_place(saara, phase: Phase) -> None:
    put(phase)
    address = page("/themes/new")
    answer = saara.submit(address, {**THEME, "position": "2"}, action=address)
    assert (answer.status_code, answer.location) == (303, page())
    rows = themes(programme().id)
    assert [each.code for each in rows] == ["A", "D", "B", "K"]
    assert [each.position for each in rows] == [1, 2, 3, 4]
    assert theme("D").colour == 3, "the first that is free is offered"


@pytest.mark.parametrize("code", ["A", "a", "A1", "", "Д", "ABCDE", "-", "A\0", "x" * 10_000])
def test_codes_that_do_not_do(saara, code: str) -> None:
    address = page("/themes/new")
    answer = saara.submit(address, {**THEME, "code": code}, action=address)
    assert answer.status_code == 422
    assert len(themes(programme().id)) == 3


def test_a_theme_is_edited_and_put_elsewhere(saara) -> None:
    address = page(f"/themes/{theme('B').id}")
    wanted = {"code": "T", "name_sv": "Data och AI", "kind": "enabler", "colour": "6"}
    assert saara.submit(address, {**wanted, "position": "9"}, action=address).status_code == 303
    found = theme("T")
    assert (found.name_sv, found.kind, found.colour) == ("Data och AI", ThemeKind.ENABLER, 6)
    assert [each.code for each in themes(programme().id)] == ["A", "K", "T"]


def test_a_code_that_measures_have_stays(saara) -> None:
    entered("B", 7)
    address = page(f"/themes/{theme('B').id}")
    assert saara.submit(address, {"code": "T"}, action=address).status_code == 422
    assert saara.submit(address, {"name_fi": "Uusi"}, action=address).status_code == 303
    assert theme("B").name_fi == "Uusi"
    assert has_codes(theme("B"))
    assert not has_codes(theme("A"))


def test_a_longer_code_is_another_themes(app) -> None:
    with writing():
        found = programme()
        wanted = ThemeFields("BX", "Toinen", "Annan", ThemeKind.THEME, 1, 4)
        secretary = Actor(roles=frozenset({Role.SECRETARY}))
        operations.add_theme(found, found.version, wanted, secretary)
    entered("BX", 1)
    assert has_codes(theme("BX"))
    assert not has_codes(theme("B"))


def test_only_an_unused_theme_is_removed(saara) -> None:
    entered("A", None)
    saved(theme_id=theme("K").id)
    assert [is_used(theme(code)) for code in "ABK"] == [True, False, True]
    for code in "AK":
        address = page(f"/themes/{theme(code).id}")
        assert "/remove" not in saara.get(address).text
        version = {"version": str(programme().version)}
        assert saara.forge(f"{address}/remove", version).status_code == 409
    address = page(f"/themes/{theme('B').id}")
    removed = saara.submit(address, action=f"{address}/remove")
    assert removed.status_code == 303
    assert [each.code for each in themes(programme().id)] == ["A", "K"]
    assert saara.get(address).status_code == 404


def test_a_theme_of_another_programme_is_not_found(saara) -> None:
    saara.submit(NEW, {**NAMES, **YEARS}, action=NEW)
    other = db.session.scalars(select(Programme).order_by(Programme.id.desc())).first()
    assert saara.get(f"/programmes/{other.id}/themes/{theme('A').id}").status_code == 404


def test_two_at_once(app, saara) -> None:
    second = sign_in_as(app.test_client(), "secretary")
    address = page(f"/themes/{theme('B').id}")
    (form,) = [form for form in forms_of(second.get(address)) if form.action == address]
    assert saara.submit(address, {"name_fi": "Saaran nimi"}, action=address).status_code == 303
    data = dict(form.filled({"name_fi": "Toisen nimi"}, None))
    answer = second.post(address, data=data)
    assert answer.status_code == 409
    text = text_of(document_of(answer).root)
    assert "Saaran nimi" in text
    assert "Toisen nimi" in answer.text
    assert theme("B").name_fi == "Saaran nimi"
    with pytest.raises(Stale):
        operations.remove_theme(
            programme(), theme("B"), 1, Actor(roles=frozenset({Role.SECRETARY}))
        )


def test_the_roadmap_of_a_year_is_planned_once(saara) -> None:
    shown = saara.get(page())
    assert page("/roadmaps/2024") in shown.text
    assert page("/roadmaps/2025") not in shown.text
    for _each in range(2):
        assert saara.forge(page("/roadmaps/2024")).location == "/roadmaps/2024/dates"
    assert roadmap_of(2024).phase is Phase.PLANNED
    assert saara.forge(page("/roadmaps/2031")).status_code == 404
    assert roadmap_of(2031) is None


def test_measures_are_counted_as_the_reader_may_see_them(app, client, actor) -> None:
    entered("A", 1)
    entered("A", 2, publicity="secret", secrecy_basis="24 §")
    entered("B", 1)

    def counts(key: str) -> list[int]:
        return [each.measures for each in counted_themes(programme().id, actor(key))]

    assert counts("secretary") == [2, 1, 0]
    assert counts("viewer") == [1, 1, 0]


def test_the_number_of_queries_does_not_grow(client, query_counter) -> None:
    sign_in_as(client, "viewer")
    client.get(page())
    counted = []
    for number in (1, 2, 3):
        entered("A", number)
        with query_counter() as statements:
            assert client.get(page()).status_code == 200
        counted.append(len(statements))
    assert len(set(counted)) == 1
