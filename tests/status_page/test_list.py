"""The list: search, order, pages, languages, what each reader may see, and how much it asks."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.operations import INSTALLER
from app.accounts.queries import units
from app.core.database import writing
from app.core.policy import ANONYMOUS
from app.extensions import db
from app.followup import operations as followup
from app.followup.models import StatusReport
from app.followup.states import Precision, Status
from app.measures import operations as measures
from app.measures.models import Measure
from app.measures.states import Publicity, State
from app.programmes import operations as programmes
from app.programmes import queries as programme_queries
from app.programmes.models import Programme, Theme
from app.programmes.states import Phase
from app.roadmaps import assembling
from app.roadmaps.states import Membership
from app.status_page.filters import Order
from tests.client import HTMX, LintingClient
from tests.conftest import make_settings, running
from tests.html import document_of, elements, text_of
from tests.status_page.reading import count_of, read
from tests.tools.bench.fill import fill

Counter = Callable[[], AbstractContextManager[list[str]]]


def add(name: str, year: int = 2025, code: str | None = None, **fields: object) -> Measure:
    """Put an approved public measure on the roadmap of a year."""
    known = {"name_fi": name, "state": State.APPROVED, "publicity": Publicity.PUBLIC, **fields}
    programme = programme_queries.programme_of(year)
    roadmap = programme_queries.roadmap_of(year)
    assert programme is not None
    assert roadmap is not None
    measure = measures.add_measure(INSTALLER, **known)
    of_programme = select(Theme).where(Theme.programme_id == programme.id)
    theme = db.session.scalars(of_programme.order_by(Theme.position)).first()
    entry = measures.enter(measure, programme, INSTALLER, theme, code)
    assembling.place(roadmap, entry, Membership.APPROVED, 1, INSTALLER)
    return measure


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("osallisuustyökalu", 1),
        ("OSALLISUUSTYOKALU", 1),
        ("osallisuust", 1),
        ("suustyökalu", 0),
        ("anskaffa delaktighet", 1),
        ("delaktighet työkalu", 0),
        ("hankitaan delaktighet", 1),
        ("C24", 1),
        ("'; DROP TABLE measure; --", 0),
        ("%", 52),
    ],
)
def test_search_finds_the_beginnings_of_words_in_both_languages(
    demo_client: LintingClient, words: str, found: int
) -> None:
    response = demo_client.get("/", query_string={"year": [2024, 2025], "q": words}, headers=HTMX)
    assert count_of(response) == found


@pytest.mark.parametrize("order", sorted(set(Order) - {Order.UPDATED, Order.RESPONSIBLE}))
def test_every_order_lists_every_measure_once_and_turned_round_the_other_way(
    demo_app: Flask, order: Order
) -> None:
    client = FlaskClient(demo_app, demo_app.response_class)

    def names(sort: str) -> list[str]:
        pages = (f"/?year=2024&year=2025&sort={sort}&page={page}" for page in (1, 2))
        return [name for page in pages for name in read(client.get(page, headers=HTMX)).names]

    up, down = names(order.value), names(f"-{order.value}")
    assert len(up) == 52
    assert sorted(up) == sorted(down)
    assert len(set(up)) == 52
    assert up != down


def test_a_code_with_a_smaller_number_comes_first(demo_client: LintingClient) -> None:
    root = document_of(demo_client.get("/?year=2025&theme=A&lang=fi")).root
    rows = [row for row in elements(root, "tr") if row.find("th[@role='rowheader']") is not None]
    assert [text_of(row[0]) for row in rows] == ["A1", "A9", "A13", "A19"]


def test_a_missing_translation_shows_the_other_language_with_badge_and_lang(
    demo_client: LintingClient,
) -> None:
    root = document_of(demo_client.get("/?year=2026&q=Kuvausluvat&lang=sv")).root
    header = next(e for e in elements(root, "th") if e.get("role") == "rowheader")
    spans = [e for e in header.iter("span") if e.get("lang") == "fi"]
    assert [text_of(e) for e in spans] == ["Kuvausluvat keskitetysti"]
    assert "endast på finska" in text_of(header)


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        (None, ["Julkinen"]),
        ("viewer", ["Julkinen", "Valmistelussa"]),
        ("proposer", ["Julkinen", "Salainen", "Valmistelussa"]),
        ("proposer2", ["Julkinen", "Valmistelussa"]),
        ("member", ["Julkinen", "Salainen", "Valmistelussa"]),
        ("secretary", ["Julkinen", "Salainen", "Valmistelussa"]),
        ("administrator", ["Julkinen", "Valmistelussa"]),
    ],
)
def test_a_reader_sees_and_counts_what_they_may_see(
    app: Flask,
    client: LintingClient,
    sign_in: Callable[[LintingClient, str], LintingClient],
    person: str | None,
    seen: list[str],
) -> None:
    library = next(unit for unit in units() if unit.key == "library")
    with writing():
        add("Julkinen")
        add("Valmistelussa", publicity=Publicity.NOT_YET_PUBLIC)
        secret = add(
            "Salainen",
            publicity=Publicity.SECRET,
            secrecy_basis="JulkL 24 §",
            unit_id=library.id,
        )
        secret_id = secret.id
    # An anonymous reader comes first, so that what is kept for one could leak to another.
    assert read(client.get("/")).names == ["Julkinen"]
    if person:
        sign_in(client, person)
    page = read(client.get("/?lang=fi"))
    assert sorted(page.names) == seen
    assert page.figures[0] == sum(page.statuses) == len(seen)
    assert count_of(client.get("/?q=salainen")) == seen.count("Salainen")
    expected = 200 if "Salainen" in seen else 404
    assert client.get(f"/measures/{secret_id}").status_code == expected


def test_a_change_is_seen_at_once(app: Flask, client: LintingClient) -> None:
    with writing():
        measure = add("Vanha nimi", code="A1")
    assert read(client.get("/")).names == ["Vanha nimi"]
    with writing():
        measures.change(measure, INSTALLER, name_fi="Uusi nimi")
        followup.report_status(measure.id, Status.DONE, date(2026, 1, 31), Precision.DAY, ANONYMOUS)
    page = read(client.get("/"))
    assert page.names == ["Uusi nimi"]
    assert page.figures[2] == 1
    assert count_of(client.get("/?q=vanha")) == 0


def test_a_newer_report_counts_and_an_older_one_does_not(app: Flask, client: LintingClient) -> None:
    with writing():
        measure = add("Toimenpide")
        for status, day in (
            (Status.STARTED, date(2025, 6, 30)),
            (Status.DONE, date(2025, 12, 2)),
            (Status.PLANNED, date(2024, 10, 31)),
        ):
            followup.report_status(measure.id, status, day, Precision.DAY, ANONYMOUS)
    assert read(client.get("/")).statuses == [0, 0, 1, 0, 0]
    marked = select(StatusReport.status).where(StatusReport.newest)
    assert db.session.scalars(marked).all() == [Status.DONE]


def test_a_measure_in_two_programmes_stands_once_under_the_newer_theme(
    app: Flask, client: LintingClient
) -> None:
    with writing():
        earlier = programmes.add_programme("2020–2023", "2020–2023", 2020, 2023, INSTALLER)
        old_theme = programmes.add_theme(earlier, "A", "Vanha teema", "Gammalt tema", INSTALLER)
        roadmap = programmes.add_roadmap(earlier, 2023, Phase.CLOSED, INSTALLER)
        measure = add("Jatkuva")
        entry = measures.enter(measure, earlier, INSTALLER, old_theme, "A7")
        assembling.place(roadmap, entry, Membership.APPROVED, 1, INSTALLER)
    page = read(client.get("/?year=2023&year=2025&lang=fi"))
    assert page.names == ["Jatkuva"]
    assert sum(page.themes.values()) == 1
    both = client.get("/?year=2023&year=2025&theme=A:2024&lang=fi")
    assert count_of(both) == 1
    assert count_of(client.get("/?year=2023&year=2025&theme=A:2020&lang=fi")) == 0


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Return instances with 26 and with 200 measures, by their number."""
    folders = {size: tmp_path_factory.mktemp(f"filled-{size}") for size in (26, 200)}
    for size, folder in folders.items():
        fill(folder, size)
    return folders


@pytest.mark.parametrize("address", ["/", "/?q=palvelu&status=done&sort=-name", "/measures/7"])
def test_the_page_asks_as_much_of_26_measures_as_of_200(
    filled: dict[int, Path], compiled: Path, query_counter: Counter, address: str
) -> None:
    counts = {}
    for size, folder in filled.items():
        with running(make_settings(folder), compiled) as app:
            client = FlaskClient(app, app.response_class)
            with query_counter() as statements:
                assert client.get(address).status_code == 200
            counts[size] = len(statements)
    assert counts[26] == counts[200] > 0


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2025, 5, 1), [2024, 2025]),
        (date(2027, 5, 1), [2024, 2025]),
        (date(2022, 5, 1), [2023]),
    ],
)
def test_the_running_programme_gives_the_years(app: Flask, today: date, years: list[int]) -> None:
    with writing():
        earlier = programmes.add_programme("2020–2023", "2020–2023", 2020, 2023, INSTALLER)
        programmes.add_roadmap(earlier, 2023, Phase.CLOSED, INSTALLER)
        later = programmes.add_programme("2027–2029", "2027–2029", 2027, 2029, INSTALLER)
        programmes.add_roadmap(later, 2027, Phase.BEFORE_BOARD, INSTALLER)
        running = programme_queries.programme_of(2024)
        assert isinstance(running, Programme)
        programmes.add_roadmap(running, 2024, Phase.CLOSED, INSTALLER)
    published = programme_queries.published_roadmaps()
    assert programme_queries.running_years(published, today) == years
