"""One-click sign-in of the demo, and out again."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.operations import INSTALLER, add_user
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from tests.client import HTMX, sign_in_as
from tests.conftest import copy_database, make_settings, running
from tests.html import document_of, elements, first, text_of

EVERYBODY = (
    "viewer proposer proposer2 member member2 member3 chair secretary board-secretary administrator"
)


def signed_in_name(client) -> str | None:
    """Return the name beside the button that signs out."""
    root = document_of(client.get("/accessibility")).root
    person = root.find(".//form[@class='person']/a")
    return None if person is None else text_of(person)


def test_everybody_of_the_demo_is_offered(client) -> None:
    people = first(document_of(client.get("/sign-in")).root, ".//ul[@class='people']")
    buttons = elements(people, "button")
    assert [button.get("value") for button in buttons] == EVERYBODY.split()


@pytest.mark.parametrize("key", EVERYBODY.split())
def test_everybody_can_sign_in_and_out(app: Flask, client, key: str) -> None:
    assert signed_in_name(client) is None
    response = client.submit("/sign-in", button=key)
    assert (response.status_code, response.location) == (303, "/")
    name = db.session.scalar(select(User.name).where(User.key == key))
    assert signed_in_name(client) == name
    response = client.submit("/accessibility", action="/sign-out")
    assert (response.status_code, response.location) == (303, "/")
    assert signed_in_name(client) is None


def test_signing_in_begins_a_session_of_its_own(client) -> None:
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in_as(client, "member")
    with client.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_leaves_nothing_in_the_session(client) -> None:
    sign_in_as(client, "member")
    client.submit("/accessibility", action="/sign-out")
    with client.session_transaction() as session:
        assert dict(session) == {}


def test_a_person_who_is_made_inactive_is_signed_out(app: Flask, client) -> None:
    sign_in_as(client, "member")
    with writing():
        member = db.session.scalars(select(User).where(User.key == "member")).one()
        member.disabled_on = clock.today()
    assert signed_in_name(client) is None


@pytest.mark.parametrize("key", ["", "nobody", "real"])
def test_nobody_else_signs_in(app: Flask, client, key: str) -> None:
    with writing():
        add_user("real", "Reija Rekisterissä", "fi", [Role.ADMINISTRATOR], INSTALLER)
    assert client.forge("/sign-in", {"person": key}).status_code == 404
    assert signed_in_name(client) is None
    assert "Reija" not in client.get("/sign-in").text


def test_an_instance_that_is_no_demo_knows_nobody(tmp_path, city_database, compiled) -> None:
    settings = make_settings(tmp_path / "instance", demo=False)
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        client = app.test_client()
        assert "Esimerkki" not in client.get("/sign-in").text
        assert client.forge("/sign-in", {"person": "administrator"}).status_code == 404


@pytest.mark.parametrize("page", ["/proposals", "/proposals?a=1&b=%C3%A4+%26"])
def test_a_page_for_the_signed_in_asks_to_sign_in_and_leads_back(client, page: str) -> None:
    asked = client.get(page)
    assert asked.status_code == 302
    assert urlsplit(asked.location).path == "/sign-in"
    assert client.submit(asked.location, button="chair").location == page


def test_htmx_is_told_to_go_to_the_sign_in_page(client) -> None:
    response = client.get("/proposals", headers=HTMX)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=%2Fproposals"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_nobody_is_led_to_another_site(client, target: str) -> None:
    assert client.forge("/sign-in", {"person": "viewer", "next": target}).location == "/"
    page = client.get("/sign-in", query_string={"next": target})
    field = first(document_of(page).root, ".//input[@name='next']")
    assert field.get("value") == ""
