"""The list of roadmaps and the page of one, as different people see them."""

import pytest

from app.core.database import writing
from app.measures.states import Publicity
from app.programmes.states import Phase
from app.roadmaps.queries import contents
from tests.html import document_of, text_of
from tests.measures.proposals import fresh
from tests.roadmaps.drafts import approved, assemble, drafted, put_into, the_roadmap
from tests.scoring.rounds import YEAR

PAGE = f"/roadmaps/{YEAR}"


def names(response) -> list[str]:
    """Return the measures of the table of a roadmap."""
    return [
        text_of(next(row.iter("a")))
        for table in document_of(response).root.iter("table")
        if "items" in table.get("class", "").split()
        for row in table.iterfind(".//tbody/tr")
    ]


def test_nobody_reads_without_signing_in(client) -> None:
    assert client.get("/roadmaps").location.startswith("/sign-in")
    assert client.get(PAGE).location.startswith("/sign-in")


def test_a_year_without_a_roadmap_is_not_found(client, sign_in) -> None:
    sign_in(client, "viewer")
    assert client.get("/roadmaps/2099").status_code == 404


def test_a_secret_measure_is_seen_by_those_who_may_read_it(client, sign_in, actor) -> None:
    ids = [approved(name_fi="Avoin"), approved(name_fi="Salainen")]
    with writing():
        measure = fresh(ids[1])
        measure.publicity, measure.secrecy_basis = Publicity.SECRET, "JulkL 24 §"
    put_into(Phase.DRAFTING)
    assemble(actor("secretary"))
    for person, expected in (("viewer", ["Avoin"]), ("member", ["Avoin", "Salainen"])):
        sign_in(client, person)
        assert names(client.get(PAGE)) == expected
        assert "Salainen" in client.get(PAGE).text or person == "viewer"
        counted = str(len(expected))
        row = next(
            row
            for table in document_of(client.get("/roadmaps")).root.iter("table")
            for row in table.iterfind(".//tbody/tr")
            if str(YEAR) in text_of(row)
        )
        assert text_of(row[2]).split()[-1] == counted


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "9" * 40])
def test_a_broken_page_number_leads_to_the_first(client, sign_in, actor, page: str) -> None:
    drafted(actor("secretary"))
    sign_in(client, "viewer")
    response = client.get(f"{PAGE}?page={page}", follow_redirects=True)
    assert len(names(response)) == 1


def test_a_long_roadmap_comes_in_pages(client, sign_in, actor) -> None:
    drafted(actor("secretary"), count=53)
    sign_in(client, "viewer")
    assert [len(names(client.get(f"{PAGE}?page={number}"))) for number in (1, 2)] == [50, 3]


@pytest.mark.parametrize("person", ["viewer", "secretary", "chair"])
def test_queries_do_not_grow_with_the_measures(
    client, sign_in, actor, query_counter, person: str
) -> None:
    drafted(actor("secretary"))
    sign_in(client, person)

    def queries_of(page: str) -> int:
        with query_counter() as statements:
            assert client.get(page).status_code == 200
        return len(statements)

    few = queries_of(PAGE), queries_of("/roadmaps")
    for _each in range(20):
        approved(problem_sv="")
    assemble(actor("secretary"))
    assert len(contents(the_roadmap())) == 21
    assert (queries_of(PAGE), queries_of("/roadmaps")) == few
