"""What carries a city's name comes from the settings, and what the law asks for is said."""

import re

import pytest

from tests.client import sign_in_as
from tests.conftest import copy_database, make_settings, running
from tests.html import document_of, elements, text_of

PAGES = ["/", "/sign-in", "/accessibility", "/privacy", "/no-such-page"]

CITY = {
    "city_name_fi": "Kuvitelma",
    "city_name_sv": "Påhitt",
    "tool_name_fi": "Diginäkymä",
    "tool_name_sv": "Digital vy",
    "feedback_url": "https://city.example/feedback",
    "accessibility_email": "access@city.example",
    "privacy_email": "privacy@city.example",
}


@pytest.fixture
def client(tmp_path, city_database, compiled):
    """Return a client of another city's instance."""
    settings = make_settings(tmp_path / "instance", **CITY)
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        yield app.test_client()


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_page_carries_the_city_of_the_settings(client, language: str) -> None:
    sign_in_as(client, "secretary")
    for page in [*PAGES, "/proposals", "/meetings", "/roadmaps"]:
        response = client.get(f"{page}?lang={language}")
        root = document_of(response).root
        assert CITY[f"city_name_{language}"] in text_of(root)
        assert text_of(next(elements(root, "title"))).endswith(CITY[f"tool_name_{language}"])
        assert not re.search("Porvoo|Borgå|example.org", response.text), page


def links(client, page: str) -> set[str]:
    return {link.get("href") for link in elements(document_of(client.get(page)).root, "a")}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_leads_to_the_statement_the_notice_and_feedback(client, page: str) -> None:
    assert {"/accessibility", "/privacy", CITY["feedback_url"]} <= links(client, page)


@pytest.mark.parametrize(
    ("language", "website", "email"),
    [
        ("fi", "https://www.saavutettavuusvaatimukset.fi/", "mailto:saavutettavuus@traficom.fi"),
        ("sv", "https://www.tillganglighetskrav.fi/", "mailto:tillganglighet@traficom.fi"),
    ],
)
def test_accessibility_statement_has_what_the_law_asks_for(client, language, website, email):
    page = f"/accessibility?lang={language}"
    assert {website, email, f"mailto:{CITY['accessibility_email']}"} <= links(client, page)
    root = document_of(client.get(page)).root
    said = text_of(root)
    for item in ("306/2019", "WCAG", "1.1.1", "14", "Traficom", CITY[f"city_name_{language}"]):
        assert item in said
    assert re.search(r"\d{1,2}\.\d{1,2}\.20\d\d", said)
    assert len(list(elements(root, "h2"))) >= 5


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_privacy_notice_has_what_the_regulation_asks_for(client, language) -> None:
    page = f"/privacy?lang={language}"
    assert {f"mailto:{CITY['privacy_email']}", "https://tietosuoja.fi/"} <= links(client, page)
    said = text_of(document_of(client.get(page)).root)
    for item in (CITY[f"city_name_{language}"], "6", "1050/2018", "621/1999"):
        assert item in said
