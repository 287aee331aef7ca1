"""The address of the page: it restores everything, and nothing in it breaks the page."""

import string
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.status_page.filters import CHOICES, Filters, Order, View, parse, parse_years
from tests.client import HTMX, LintingClient
from tests.html import document_of, elements, text_of
from tests.status_page.reading import read

LETTERS = string.ascii_letters + "åäöÅÄÖ&=%#+"
KNOWN = {name: ("a", "b") for name, fixed in CHOICES.items() if fixed is None}


def parsed(address: str) -> Filters:
    args = MultiDict(parse_qsl(urlsplit(address).query))
    years, unknown = parse_years(args, [2024, 2025])
    return parse(args, years, KNOWN, unknown)


@given(
    st.builds(
        Filters,
        years=st.sampled_from([(2024,), (2024, 2025)]),
        view=st.sampled_from(View),
        chosen=st.fixed_dictionaries(
            {},
            optional={
                "status": st.just(("started", "done")),
                "theme": st.sampled_from([("a",), ("a", "none")]),
                "impact": st.just(("S", "none")),
                "source": st.just(("b",)),
            },
        ),
        not_updated=st.booleans(),
        # What holds no word finds nothing, and is left out like all that means nothing.
        q=st.just("") | st.text(LETTERS, max_size=20).map("data".__add__),
        order=st.sampled_from(Order),
        descending=st.booleans(),
        page=st.integers(1, 500),
        lang=st.sampled_from(["", "fi", "sv"]),
    )
)
def test_an_address_says_all_that_was_chosen(filters: Filters) -> None:
    assert parsed(filters.url(page=filters.page)) == filters


def test_a_changed_choice_begins_from_the_first_page() -> None:
    filters = Filters(years=(2024,), page=7)
    assert parsed(filters.url(status=["done"])).page == 1


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("year=1999", "year=1999"),
        ("year=%D9%A2%D9%A0%D9%A2%D9%A4", "year=٢٠٢٤"),
        ("status=finished", "status=finished"),
        ("theme=Z", "theme=Z"),
        ("view=later", "view=later"),
        ("sort=colour", "sort=colour"),
    ],
)
def test_what_means_nothing_is_left_out_and_named(query: str, unknown: str) -> None:
    assert parsed(f"/?{query}").unknown == (unknown,)


def test_several_values_may_be_separated_by_commas() -> None:
    assert parsed("/?status=planned,started").chosen == {"status": ("planned", "started")}


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "99999999999999999999", "²"])
def test_a_broken_page_number_is_a_page_that_exists(demo_client: LintingClient, page: str) -> None:
    response = demo_client.get("/", query_string={"page": page}, follow_redirects=True)
    assert response.status_code == 200
    assert read(response).names


def test_a_page_behind_the_last_leads_to_the_last(demo_client: LintingClient) -> None:
    response = demo_client.get("/?year=2024&year=2025&page=40")
    assert response.status_code == 302
    assert response.location.endswith("page=2")


def test_the_reader_is_told_of_unknown_choices(demo_client: LintingClient) -> None:
    response = demo_client.get("/?year=2024&status=<b>finished</b>")
    assert response.status_code == 200
    assert "status=&lt;b&gt;finished&lt;/b&gt;" in response.text


NAMES = st.sampled_from([*CHOICES, "year", "view", "q", "sort", "page", "lang", "not_updated", "x"])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["2024", "done", "A", "none", "now", "approved", "-name", "M", "%", "\0", "'"]),
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(NAMES, TEXTS), max_size=6), st.booleans())
def test_no_address_breaks_the_page(
    demo_app: Flask, args: list[tuple[str, str]], fragment: bool
) -> None:
    client = FlaskClient(demo_app, demo_app.response_class)
    query = urlencode(args, errors="surrogatepass")
    response = client.get(f"/?{query}", headers=HTMX if fragment else {})
    assert response.status_code in {200, 302}, query


def test_htmx_is_told_the_address_that_restores_the_choice(demo_client: LintingClient) -> None:
    response = demo_client.get("/?year=2024&status=&theme=A&q=&view=now", headers=HTMX)
    assert response.headers["HX-Push-Url"] == "/?year=2024&theme=A"
    assert "HX-Request" in response.headers["Vary"]


def test_the_form_shows_what_the_address_chose(demo_client: LintingClient) -> None:
    root = document_of(
        demo_client.get("/?year=2025&view=approved&theme=K&status=planned,started&q=data&lang=fi")
    ).root
    chosen = {
        (element.get("name"), element.get("value"))
        for element in elements(root, "input")
        if element.get("checked") is not None
    }
    assert chosen == {("year", "2025"), ("view", "approved")}
    selected = {
        element.get("value")
        for element in elements(root, "option")
        if element.get("selected") is not None
    }
    assert selected == {"K", "planned,started"}
    assert [e.get("value") for e in elements(root, "input") if e.get("name") == "q"] == ["data"]


def test_an_empty_result_says_what_to_widen(demo_client: LintingClient) -> None:
    text = demo_client.get("/?year=2024&q=olematonsana&lang=fi").text
    assert "Poista" in text
    assert 'href="/?year=2024&amp;lang=fi#list"' in text


def test_a_roadmap_that_the_board_has_not_approved_says_so(demo_client: LintingClient) -> None:
    response = demo_client.get("/?year=2026&view=approved&lang=fi")
    assert 'href="/?year=2026&amp;lang=fi#list"' in response.text


def test_an_instance_without_roadmaps_has_a_page(app: Flask, client: LintingClient) -> None:
    headings = [text_of(e) for e in elements(document_of(client.get("/")).root, "h1")]
    assert len(headings) == 1
