"""My page: what waits for each reader, and nothing that is not theirs."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models import User
from app.core import clock
from app.core.database import writing
from app.core.i18n import format_date
from app.extensions import db
from app.measures.models import Measure, Step
from app.measures.operations import edit_proposal, move
from app.measures.states import Publicity, Size, State
from app.programmes.models import Roadmap
from app.programmes.states import Phase
from app.proposing.models import WorkingCopy
from tests.client import LintingClient, sign_in_as
from tests.html import document_of, elements, first, rows_of, text_of
from tests.measures.proposals import fresh, saved, unit_id
from tests.meetings.agendas import arranged
from tests.scoring.rounds import close_round, judge, open_round


def sections(client: LintingClient) -> dict[str, str]:
    """Return the texts of the sections of the page by their ids."""
    root = document_of(client.get("/my?lang=fi")).root
    return {each.get("aria-labelledby", ""): text_of(each) for each in elements(root, "section")}


def user_id(key: str) -> int:
    return db.session.scalars(select(User.id).where(User.key == key)).one()


def begin(person: str, name: str, key: str) -> None:
    """Let a person have typed a name into the form of a new proposal, and not saved it."""
    with writing():
        db.session.add(
            WorkingCopy(
                user_id=user_id(person),
                key=key * 32,
                fields=json.dumps([["name_fi", name]]),
                saved_at=clock.now(),
            )
        )


@pytest.mark.parametrize("person", ["viewer", "board-secretary", "administrator"])
def test_where_nothing_waits_the_page_says_so(client, person: str) -> None:
    sign_in_as(client, person)
    page = document_of(client.get("/my")).root
    assert first(page, ".//div[@class='empty']") is not None
    assert sections(client) == {}


def test_a_proposer_sees_what_the_unit_has_in_hand(client, actor) -> None:
    returned, draft = saved(State.SUBMITTED, name_fi="Palautettu"), saved(name_fi="Kesken")
    other = saved(State.SUBMITTED, unit_id=unit_id("streets"))
    with writing():
        move(fresh(returned), "return", actor("secretary"), "Kerro hinta")
        move(fresh(other), "return", actor("secretary"), "Vieras syy")
    saved(name_fi="Vieras", unit_id=unit_id("streets"))
    sign_in_as(client, "proposer")
    text = sections(client)["begun"]
    assert text.index("Palautettu") < text.index("Kerro hinta") < text.index("Kesken")
    assert "Vieras" not in text
    for measure_id in (returned, draft):
        assert f'href="/proposals/{measure_id}/edit"' in client.get("/my").text


def test_what_was_handed_over_stands_in_a_table(client, actor) -> None:
    saved(State.APPROVED, name_fi="Tuotu")
    for name in ("Eka", "Toka"):
        measure_id = saved(name_fi=name)
        with writing():
            move(fresh(measure_id), "submit", actor("proposer"))
    sign_in_as(client, "proposer")
    root = document_of(client.get("/my?lang=fi")).root
    # What was imported has gone through no steps of a proposal.
    found = [row[:2] for row in rows_of(first(root, ".//table"))]
    assert found == [["Toka", "jätetty"], ["Eka", "jätetty"]]


def test_how_long_it_has_been_in_its_state_does_not_begin_anew_with_an_edit(client, actor) -> None:
    measure_id = saved()
    with writing():
        move(fresh(measure_id), "submit", actor("proposer"))
        db.session.execute(update(Step).values(made_at=clock.now() - timedelta(days=9)))
        measure = fresh(measure_id)
        edit_proposal(measure, measure.version, {"impact": Size.L}, actor("secretary"))
    sign_in_as(client, "proposer")
    assert format_date(clock.today() - timedelta(days=9)) in sections(client)["proposed"]


def test_unsaved_forms_are_their_writers_alone(app, client) -> None:
    begin("proposer", "Kesken jäänyt", "a")
    begin("proposer2", "Toisen kesken", "b")
    sign_in_as(client, "proposer")
    text = sections(client)["unfinished"]
    assert "Kesken jäänyt" in text
    assert "Toisen" not in client.get("/my").text
    response = client.submit("/my", action="/proposals/working-copy/discard")
    assert response.location == "/my"
    assert "unfinished" not in sections(client)


def test_members_see_how_much_they_have_to_score(client, actor) -> None:
    open_round(actor("secretary"))
    done, draft = saved(State.IN_SCORING), saved(State.IN_SCORING)
    saved(State.IN_SCORING)
    saved(State.SUBMITTED)
    saved(State.IN_SCORING, first_year=2027)
    judge(actor("member"), done, 3)
    judge(actor("member"), draft, 3, submit=False)
    judge(actor("chair"), draft, 3)
    sign_in_as(client, "member")
    assert "2 vuoden 2026 ehdotusta" in sections(client)["to-review"]
    sign_in_as(client, "secretary")
    assert "to-review" not in sections(client)
    close_round()
    sign_in_as(client, "member")
    assert "to-review" not in sections(client)


def test_the_secretary_sees_the_desk_in_numbers(client) -> None:
    sign_in_as(client, "secretary")
    assert "desk" not in sections(client)
    saved(State.SUBMITTED, name_sv="", problem_sv="")
    text = sections(client)["desk"]
    assert "1jätetty" in text
    assert "1Ruotsi puuttuu" in text
    assert "luonnos" not in text
    assert "1 toimenpide odottaa" in sections(client)["translations"]


WAITS = {
    Phase.COLLECTING: None,
    Phase.SCORING: None,
    Phase.DRAFTING: "chair",
    Phase.RETURNED_BY_BOARD: "chair",
    Phase.AMENDING: "chair",
    Phase.BEFORE_BOARD: "board-secretary",
    Phase.APPROVED: None,
}


@pytest.mark.parametrize("phase", WAITS)
def test_a_roadmap_waits_for_one_of_them(client, phase: Phase) -> None:
    with writing():
        roadmap = db.session.scalars(select(Roadmap).where(Roadmap.year == 2026)).one()
        roadmap.phase = phase
    for person in ("chair", "board-secretary", "secretary", "member"):
        sign_in_as(client, person)
        assert ("roadmaps" in sections(client)) is (WAITS[phase] == person), person


def test_the_next_meeting_is_for_those_who_read_its_agenda(client, actor) -> None:
    arranged(actor("secretary"), number=1, days=-1)
    arranged(actor("secretary"), number=2, days=5)
    sign_in_as(client, "member")
    assert "Kokous 2" in sections(client)["meeting"]
    sign_in_as(client, "proposer")
    assert "meeting" not in sections(client)


def test_what_one_may_no_longer_read_is_not_listed(client) -> None:
    measure_id = saved(name_fi="Salaisuus", publicity=Publicity.SECRET, secrecy_basis="24 §")
    with writing():
        # Begun by somebody who has no right to it any more.
        db.session.get_one(Measure, measure_id).created_by_id = user_id("proposer2")
    sign_in_as(client, "proposer2")
    assert "Salaisuus" not in client.get("/my").text
    sign_in_as(client, "proposer")
    assert "Salaisuus" in client.get("/my").text


@pytest.mark.parametrize("person", ["proposer", "secretary", "member"])
def test_the_queries_do_not_depend_on_how_much_waits(
    client, actor, query_counter, person: str
) -> None:
    def fill() -> None:
        measure_id = saved(State.SUBMITTED)
        saved(State.IN_SCORING)
        saved()
        with writing():
            move(fresh(measure_id), "return", actor("secretary"), "Kerro")
        begin("proposer", "Kesken", str(len(db.session.scalars(select(WorkingCopy)).all())))

    def count() -> int:
        client.get("/my")
        with query_counter() as statements:
            client.get("/my")
        return len([each for each in statements if each.startswith(("SELECT", "WITH"))])

    open_round(actor("secretary"))
    fill()
    sign_in_as(client, person)
    one = count()
    for _ in range(2):
        fill()
    assert count() == one
    assert one <= 16
