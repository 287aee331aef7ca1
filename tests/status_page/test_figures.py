"""The numbers of the real roadmaps, and that every number is its list's."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.client import HTMX, LintingClient
from tests.status_page.reading import count_of, read

NOT_GIVEN = "ei"
"""How the label of what is not given begins in Finnish."""


def test_2024_as_the_board_approved_it(demo_client: LintingClient) -> None:
    page = read(demo_client.get("/?year=2024&view=approved&lang=fi"))
    assert page.figures[0] == 26
    assert page.themes == {"A": 7, "B": 2, "C": 8, "K": 9}
    assert {sizes: n for sizes, n in page.matrix.items() if n} == {
        ("S", "S"): 4,
        ("M", "S"): 3,
        ("M", "M"): 10,
        ("L", "M"): 8,
        ("L", "L"): 1,
    }


@pytest.mark.parametrize(
    ("address", "count", "themes"),
    [
        ("/?year=2024", 26, {"A": 6, "B": 2, "C": 8, "K": 6, NOT_GIVEN: 4}),
        ("/?year=2025", 26, {"A": 4, "B": 6, "C": 9, "K": 7}),
        ("/?year=2026", 28, {"A": 8, "B": 1, "C": 9, "K": 10}),
        ("/?year=2026&view=approved", 0, {}),
    ],
)
def test_a_year_by_theme(
    demo_client: LintingClient, address: str, count: int, themes: dict[str, int]
) -> None:
    page = read(demo_client.get(f"{address}&lang=fi"))
    assert page.figures[0] == count
    assert page.themes == themes


def test_2024_and_2025_together(demo_client: LintingClient) -> None:
    page = read(demo_client.get("/?year=2024&year=2025&lang=fi"))
    assert page.figures[:4] == [52, 26, 18, 6]
    assert page.statuses == [5, 21, 18, 2, 6]


def test_the_years_shown_by_themselves_are_the_approved_ones(demo_client: LintingClient) -> None:
    assert (
        read(demo_client.get("/")).figures == read(demo_client.get("/?year=2024&year=2025")).figures
    )


def test_a_proposed_year_is_labelled(demo_client: LintingClient) -> None:
    assert "ehdotettu" in demo_client.get("/?year=2026&lang=fi").text
    assert "föreslagen" in demo_client.get("/?year=2026&lang=sv").text


def test_approved_measures_outside_the_follow_up_are_told_of(demo_client: LintingClient) -> None:
    now = demo_client.get("/?year=2024&lang=fi").text
    assert "seurannan ulkopuolella" in now
    approved = demo_client.get("/?year=2024&view=approved&lang=fi").text
    assert "seurannan ulkopuolella" not in approved


@pytest.mark.parametrize(
    "address",
    [
        "/?year=2024&year=2025&year=2026",
        "/?year=2024&view=approved",
        "/?year=2024&year=2025&status=started",
        "/?year=2024&year=2025&theme=K&q=data",
        "/?year=2024&impact=M&source=law",
        "/?year=2024&year=2025&not_updated=1",
    ],
)
def test_every_chart_sums_to_the_list_and_every_number_leads_to_its_rows(
    demo_app: Flask, address: str
) -> None:
    client = FlaskClient(demo_app, demo_app.response_class)
    page = read(client.get(address))
    total = page.figures[0]
    assert total > 0
    assert sum(page.statuses) == total
    assert sum(page.themes.values()) == total
    assert sum(page.matrix.values()) == total
    assert page.figures[1] == page.statuses[0] + page.statuses[1]
    assert len(page.links) >= 5
    for link, number in page.links:
        assert link.endswith("#list")
        assert count_of(client.get(link)) == number, link


def test_page_and_fragment_say_the_same(demo_client: LintingClient) -> None:
    address = "/?year=2024&year=2025&status=done"
    assert read(demo_client.get(address)) == read(demo_client.get(address, headers=HTMX))


def test_a_measure_on_two_roadmaps_is_counted_once(demo_client: LintingClient) -> None:
    """Each name stands once in the list, over all its pages."""
    address = "/?year=2024&year=2025&year=2026"
    names = [
        name for page in (1, 2) for name in read(demo_client.get(f"{address}&page={page}")).names
    ]
    assert len(names) == read(demo_client.get(address)).figures[0] == len(set(names))
