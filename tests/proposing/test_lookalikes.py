"""Similar measures beside what somebody types, and on the page of a proposal."""

import pytest
from sqlalchemy import select

from app.core import clock, revision
from app.core.database import writing
from app.extensions import db
from app.followup.operations import report_status
from app.followup.states import Precision, Status
from app.measures.models import Measure
from app.measures.states import Publicity, State
from tests.client import HTMX, sign_in_as
from tests.html import document_of, elements, first, text_of
from tests.measures.proposals import saved

TYPED = {"name_fi": "Asukas varaa ajan itse verkossa"}
NEW = "/proposals/look-alikes"


def ask(client, address: str = NEW, **fields: str):
    return client.forge(address, {**TYPED, **fields}, headers=HTMX)


def region(response):
    return document_of(response).root.find(".//*[@id='look-alikes']")


def shown(response) -> list[str]:
    """Return the text of each similar measure that an answer shows."""
    return [text_of(item) for item in elements(region(response), "li")]


def mark(response) -> str:
    """Return the mark that the browser sends back, to be told only of what is new."""
    return region(response).get("hx-vals").partition('": "')[2].rstrip('"}')


def test_while_one_types_similar_measures_appear(client) -> None:
    measure_id = saved(State.APPROVED)
    sign_in_as(client, "proposer2")
    response = ask(client)
    assert response.status_code == 200
    (line,) = shown(response)
    assert "Invånaren bokar tid själv" in line
    assert "Biblioteket, 2026" in line
    link = first(region(response), ".//a")
    assert (link.get("href"), link.get("target")) == (f"/measures/{measure_id}", "_blank")
    assert "(öppnas i en ny flik)" in text_of(link)


def test_their_number_is_said_aloud(client) -> None:
    sign_in_as(client, "proposer")
    saved(State.APPROVED)
    assert 'role="status" hx-swap-oob="innerHTML">1 samankaltainen' in ask(client).text
    saved(State.APPROVED)
    assert 'hx-swap-oob="innerHTML">2 samankaltaista' in ask(client).text


def test_what_is_shown_already_is_not_sent_again(client) -> None:
    saved(State.APPROVED)
    sign_in_as(client, "proposer")
    response = ask(client)
    again = ask(client, shown=mark(response))
    assert (again.status_code, again.data) == (204, b"")
    # Another text may find the same.
    assert ask(client, shown=mark(response), problem_fi="Miksi?").status_code == 204
    saved(State.APPROVED)
    assert len(shown(ask(client, shown=mark(response)))) == 2


def test_nothing_is_shown_where_nothing_is_alike(client) -> None:
    saved(State.APPROVED)
    sign_in_as(client, "proposer")
    assert ask(client, name_fi="Katujen talvihoito", shown="").status_code == 204
    # What was shown goes again.
    response = ask(client, name_fi="Katujen talvihoito", shown="12345678")
    assert response.status_code == 200
    assert text_of(region(response)) == ""


def test_other_units_proposals_are_shown_without_a_way_to_them(client) -> None:
    measure_id = saved(State.SUBMITTED, problem_fi="Vain meille", problem_sv="Bara för oss")
    sign_in_as(client, "proposer2")
    response = ask(client)
    (line,) = shown(response)
    assert "Invånaren bokar tid själv" in line
    assert "Biblioteket" in line
    assert list(elements(region(response), "a")) == []
    for hidden in (f"/measures/{measure_id}", "Vain meille", "Bara för oss", "2026"):
        assert hidden not in response.text


@pytest.mark.parametrize(
    ("state", "publicity"),
    [
        (State.DRAFT, Publicity.NOT_YET_PUBLIC),
        (State.SUBMITTED, Publicity.SECRET),
        (State.REJECTED, Publicity.NOT_YET_PUBLIC),
    ],
)
def test_other_units_drafts_and_secrets_are_not_shown(client, state, publicity) -> None:
    saved(state, publicity=publicity, secrecy_basis="OffL 24 §")
    sign_in_as(client, "proposer2")
    assert ask(client, shown="").status_code == 204


def test_a_proposal_that_is_edited_is_not_like_itself(client) -> None:
    measure_id, other = saved(), saved()
    sign_in_as(client, "proposer")
    lines = shown(ask(client, f"/proposals/look-alikes/{measure_id}"))
    assert len(lines) == 1
    assert f"/measures/{other}" in client.get(f"/proposals/{measure_id}/edit").text


def test_how_a_measure_is_going_and_what_to_do_about_it(demo_client, demo_app, actor) -> None:
    sign_in_as(demo_client, "proposer")
    query = select(Measure).where(Measure.name_fi == "Digitoidaan arkistot")
    measure = db.session.scalars(query).one()
    typed = {"name_fi": "Digitoidaan arkistot", "name_sv": ""}
    (line, *_others) = shown(demo_client.forge(NEW, typed, headers=HTMX))
    assert "2024" in line
    assert "aloitettu" in line
    assert "Kysy yksiköltä, voiko mukaan tulla." in line
    with writing():
        today = clock.today()
        report_status(measure.id, Status.DONE, today, Precision.DAY, actor("secretary"))
    (line, *_others) = shown(demo_client.forge(NEW, typed, headers=HTMX))
    assert "Tämä on valmis." in line


def test_without_javascript_the_form_shows_them_when_it_comes_back(client) -> None:
    saved(State.APPROVED)
    sign_in_as(client, "proposer")
    assert shown(client.get("/proposals/new")) == []
    response = client.submit("/proposals/new", {**TYPED, "cost_once": "paljon"}, "save")
    assert response.status_code == 422
    assert len(shown(response)) == 1
    saved_page = client.submit("/proposals/new", TYPED, "save", follow_redirects=True)
    assert saved_page.request.path.endswith("/edit")
    assert len(shown(saved_page)) == 1


def test_the_page_of_a_proposal_shows_them_to_those_who_work_on_it(client) -> None:
    measure_id = saved(State.SUBMITTED)
    other = saved(State.APPROVED)
    for person, section in (("proposer", True), ("secretary", True), ("member", True)):
        sign_in_as(client, person)
        page = client.get(f"/measures/{measure_id}").text
        assert (f'href="/measures/{other}"' in page) is section, person
        # What is carried out needs no look-alikes.
        assert "Samankaltaisia" not in client.get(f"/measures/{other}").text


def test_asking_writes_nothing(client) -> None:
    saved(State.APPROVED)
    sign_in_as(client, "proposer")
    before = revision.current()
    ask(client)
    db.session.rollback()
    assert revision.current() == before


@pytest.mark.parametrize(
    "text",
    ["\0", "\ud800".encode("utf-8", "surrogatepass"), "x" * 100_000, "<script>", "%s"],
    ids=["null", "surrogate", "long", "markup", "percent"],
)
def test_any_text_is_taken(client, text) -> None:
    saved(State.APPROVED)
    sign_in_as(client, "proposer")
    names = ("name_fi", "name_sv", "problem_fi", "problem_sv")
    response = client.forge(NEW, {**dict.fromkeys(names, text), "shown": ""}, headers=HTMX)
    assert response.status_code == 204


def test_what_is_found_is_shown_as_text(client) -> None:
    saved(State.APPROVED, name_fi="Asukas varaa <script>alert(1)</script> ajan")
    sign_in_as(client, "proposer")
    response = ask(client)
    assert "<script>" not in response.text
    assert "&lt;script&gt;" in response.text


def test_when_the_sign_in_is_over_nobody_is_taken_away_from_the_form(client) -> None:
    headers = {**HTMX, "Accept": "application/json"}
    response = client.forge(NEW, TYPED, headers=headers)
    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers
    sign_in_as(client, "proposer")
    asks = region(client.get("/proposals/new")).get("hx-headers")
    assert asks == '{"Accept": "application/json"}'


def test_as_few_queries_with_one_as_with_five(client, query_counter) -> None:
    sign_in_as(client, "proposer")
    counts = []
    for number in (1, 4):
        for _ in range(number):
            saved(State.APPROVED)
        ask(client)
        with query_counter() as statements:
            assert len(shown(ask(client))) in {1, 5}
        counts.append(len(statements))
    assert counts[0] == counts[1]
