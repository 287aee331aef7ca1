"""What waits for a translation: for whom, in which order, how it is narrowed and counted."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.accounts.operations import INSTALLER
from app.core import clock
from app.core.database import writing
from app.core.policy import Actor
from app.extensions import db
from app.measures import operations as measures
from app.measures.models import Measure
from app.measures.states import Publicity, State
from app.meetings import operations as meetings
from app.meetings.queries import next_number
from app.programmes import queries as programmes
from app.programmes.models import Programme
from app.roadmaps import assembling
from app.roadmaps.states import Membership
from tests.client import LintingClient
from tests.html import document_of, elements, first, text_of
from tests.measures.proposals import fresh, saved, unit_id

ONLY_FINNISH = {"name_sv": "", "problem_sv": ""}
ONLY_SWEDISH = {"name_fi": "", "problem_fi": ""}


@pytest.fixture
def translator(client, sign_in) -> LintingClient:
    return sign_in(client, "secretary")


def listed(client: LintingClient, address: str = "/translations") -> list[str]:
    """Return the names of the queue in its order."""
    response = client.get(address)
    assert response.status_code == 200
    headers = elements(document_of(response).root, "th")
    return [text_of(first(each, ".//a")) for each in headers if each.get("scope") == "row"]


def row_of(client: LintingClient, name: str, address: str = "/translations") -> str:
    rows = elements(document_of(client.get(address)).root, "tr")
    return next(" ".join(text_of(row).split()) for row in rows if name in text_of(row))


def waited(measure_id: int, days: int) -> int:
    with writing():
        fresh(measure_id).changed_at = clock.now() - timedelta(days=days)
    return measure_id


@pytest.mark.parametrize(
    ("given", "waits"),
    [
        ({}, False),
        ({"name_sv": ""}, True),
        ({"problem_fi": ""}, True),
        ({"description_fi": "Näin"}, True),
        ({"description_fi": "Näin", "description_sv": "Så"}, False),
        ({"stale": "sv"}, True),
        # What neither language has is for the unit to write.
        ({"problem_fi": "", "problem_sv": ""}, False),
    ],
)
def test_what_one_language_lacks_waits(
    translator: LintingClient, given: dict[str, Any], waits: bool
) -> None:
    saved(State.SUBMITTED, **given)
    assert bool(listed(translator)) is waits


@pytest.mark.parametrize("state", State)
def test_what_may_not_be_edited_does_not_wait(translator: LintingClient, state: State) -> None:
    saved(state, **ONLY_FINNISH)
    editable = {State.DRAFT, State.RETURNED, State.SUBMITTED, State.IN_SCORING, State.APPROVED}
    assert bool(listed(translator)) is (state in editable)


def test_a_proposer_sees_what_the_own_unit_may_translate(client, sign_in) -> None:
    saved(State.DRAFT, name_fi="Luonnos", name_sv="")
    saved(State.RETURNED, name_fi="Palautettu", name_sv="")
    saved(State.SUBMITTED, name_fi="Jätetty", name_sv="")
    saved(State.APPROVED, name_fi="Hyväksytty", name_sv="")
    saved(State.DRAFT, name_fi="Toisen", name_sv="", unit_id=unit_id("streets"))
    assert sorted(listed(sign_in(client, "proposer"))) == ["Luonnos", "Palautettu"]
    assert listed(sign_in(client, "proposer2")) == ["Toisen"]
    assert client.get("/translations?state=submitted").status_code == 200
    assert listed(client, "/translations?state=submitted") == []


def test_what_is_secret_waits_for_those_who_may_read_it(client, sign_in) -> None:
    secret = {"publicity": Publicity.SECRET, "secrecy_basis": "JulkL 24 §"}
    saved(State.DRAFT, name_fi="Salainen", name_sv="", **secret)
    assert listed(sign_in(client, "secretary")) == ["Salainen"]
    assert listed(sign_in(client, "proposer")) == ["Salainen"]
    assert listed(sign_in(client, "proposer2")) == []


def on_agenda(measure_id: int, held_on: date, actor: Actor) -> None:
    with writing():
        meeting = meetings.arrange(held_on, next_number(held_on.year), "Raatihuone", actor)
        meetings.add_to_agenda(meeting, fresh(measure_id), actor)


def on_roadmap(measure_id: int, year: int) -> None:
    roadmap = programmes.roadmap_of(year)
    programme = db.session.get_one(Programme, roadmap.programme_id)
    with writing():
        entry = measures.enter(fresh(measure_id), programme, INSTALLER)
        assembling.place(programmes.roadmap_of(year), entry, Membership.APPROVED, 1, INSTALLER)


def test_the_most_urgent_comes_first(translator: LintingClient, actor) -> None:
    today = clock.today()
    for name, state, days in (
        ("Luonnos", State.DRAFT, 90),
        ("Vanha jätetty", State.SUBMITTED, 9),
        ("Uusi jätetty", State.SUBMITTED, 2),
        ("Pisteytettävänä", State.IN_SCORING, 1),
        ("Myöhemmässä kokouksessa", State.IN_SCORING, 50),
        ("Seuraavassa kokouksessa", State.IN_SCORING, 1),
        ("Kaupunginhallitukseen", State.APPROVED, 1),
        ("Jo kaupunginhallituksessa", State.APPROVED, 70),
    ):
        waited(saved(state, name_fi=name, name_sv=""), days)
    ids = {each.name_fi: each.id for each in db.session.query(Measure)}
    on_agenda(ids["Myöhemmässä kokouksessa"], today + timedelta(days=30), actor("secretary"))
    on_agenda(ids["Seuraavassa kokouksessa"], today + timedelta(days=3), actor("secretary"))
    on_roadmap(ids["Kaupunginhallitukseen"], 2026)
    on_roadmap(ids["Jo kaupunginhallituksessa"], 2025)
    assert listed(translator) == [
        "Seuraavassa kokouksessa",
        "Myöhemmässä kokouksessa",
        "Kaupunginhallitukseen",
        "Pisteytettävänä",
        "Vanha jätetty",
        "Uusi jätetty",
        "Jo kaupunginhallituksessa",
        "Luonnos",
    ]
    day = today + timedelta(days=3)
    row = row_of(translator, "Seuraavassa")
    assert "ennen kokousta" in row
    assert f"{day.day}.{day.month}.{day.year}" in row
    assert "9 päivää" in row_of(translator, "Vanha")


def test_what_is_decided_is_not_needed_for_its_meeting(translator, actor) -> None:
    measure_id = saved(State.IN_SCORING, name_fi="Päätetty")
    secretary = actor("secretary")
    with writing():
        meeting = meetings.arrange(clock.today(), 1, "Raatihuone", secretary)
        decision = meetings.add_to_agenda(meeting, fresh(measure_id), secretary)
        meetings.remove_from_agenda(meeting, decision, secretary)
        fresh(measure_id).name_sv = ""
    assert "ennen päätöstä" in row_of(translator, "Päätetty")


def test_the_queue_is_narrowed_by_direction_and_state(translator: LintingClient) -> None:
    saved(State.SUBMITTED, name_fi="Suomeksi", name_sv="")
    saved(State.SUBMITTED, name_sv="Bara svenska", name_fi="")
    saved(State.DRAFT, name_fi="Molemmat", name_sv="", problem_fi="")
    assert listed(translator, "/translations?into=sv") == ["Suomeksi", "Molemmat"]
    assert sorted(listed(translator, "/translations?into=fi")) == ["Bara svenska", "Molemmat"]
    assert listed(translator, "/translations?into=sv&state=submitted") == ["Suomeksi"]
    assert listed(translator, "/translations?state=draft") == ["Molemmat"]
    both = row_of(translator, "Molemmat")
    assert "suomesta ruotsiin puuttuu: nimi" in both
    assert "ruotsista suomeen puuttuu: ongelma" in both
    only = row_of(translator, "Molemmat", "/translations?into=fi")
    assert "suomesta ruotsiin" not in only


def test_a_stale_translation_says_so(translator: LintingClient) -> None:
    saved(State.SUBMITTED, stale="fi")
    assert "ruotsista suomeen ei päivitetty" in row_of(translator, "Invånaren")


@pytest.mark.parametrize(
    "address",
    [
        "/translations?into=x&state=y&page=z",
        "/translations?into=%00&state=%F0&page=-1",
        "/translations?page=99999999999999999999",
    ],
)
def test_what_means_nothing_in_the_address_is_left_out(
    translator: LintingClient, address: str
) -> None:
    saved(State.SUBMITTED, name_fi="Suomeksi", name_sv="")
    page = translator.get(address, follow_redirects=True)
    assert page.status_code == 200
    assert "Suomeksi" in page.text


def test_an_empty_queue_says_so_kindly(translator: LintingClient) -> None:
    page = translator.get("/translations")
    assert "Molemmat kielet ovat ajan tasalla" in page.text
    assert "filter-into" not in page.text


def test_the_queue_comes_in_pages(translator: LintingClient) -> None:
    for number in range(27):
        waited(saved(State.SUBMITTED, name_fi=f"Ehdotus {number:02}", name_sv=""), 50 - number)
    assert listed(translator) == [f"Ehdotus {number:02}" for number in range(25)]
    assert listed(translator, "/translations?page=2") == ["Ehdotus 25", "Ehdotus 26"]
    assert "27 toimenpidettä odottaa, näytetään 26–27" in translator.get(
        "/translations?page=2"
    ).text.replace("\n", " ")


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    translator: LintingClient, query_counter
) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            saved(State.SUBMITTED, **ONLY_FINNISH)
        with query_counter() as statements:
            assert len(listed(translator)) == (1 if number == 1 else 3)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_menu_has_it_for_those_who_translate(client, sign_in) -> None:
    for person, sees in (("secretary", True), ("proposer", True), ("member", False)):
        page = sign_in(client, person).get("/accessibility")
        assert ('href="/translations"' in page.text) is sees
    assert sign_in(client, "chair").get("/translations").status_code == 403


def test_what_waits_is_found_by_its_index(translator: LintingClient, query_counter) -> None:
    saved(State.SUBMITTED, **ONLY_FINNISH)
    with query_counter() as statements:
        listed(translator)
    queue = [each for each in statements if "measure.stale IS NOT NULL" in each]
    assert len(queue) == 2
    for statement in queue:
        nothing = ("",) * statement.count("?")
        explained = f"EXPLAIN QUERY PLAN {statement}"
        plan = db.session.connection().exec_driver_sql(explained, nothing).all()
        steps = [step for _id, _parent, _, step in plan]
        assert any("ix_measure_waits_for_translation" in step for step in steps), steps
