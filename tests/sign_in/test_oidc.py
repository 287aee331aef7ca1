"""Signing in with the city's account: the way there and back."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select

from app.accounts.models import Session
from app.accounts.queries import user_of_identity
from app.accounts.states import Method
from app.config import Settings
from app.core.policy import Role
from app.extensions import db
from tests.conftest import copy_database, running
from tests.html import document_of, elements, first, text_of
from tests.sign_in.provider import CLIENT_ID, KEY, Answer, Provider, trusting
from tests.sign_in.real_provider import PEOPLE, real_provider
from tests.sign_in.test_demo import signed_in_name


@pytest.fixture
def settings(tmp_path, provider: Provider) -> Settings:
    """Return the settings of an instance that trusts the provider of the test."""
    return trusting(tmp_path / "instance", provider.issuer)


# With the provider that others have written.


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Return the issuer of the real provider."""
    with real_provider() as issuer:
        yield issuer


@pytest.fixture
def real_app(tmp_path, issuer: str, city_database, compiled) -> Iterator[Flask]:
    """Return an app that trusts the real provider."""
    settings = trusting(tmp_path / "real", issuer)
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        yield app


def come_back(begun, **pressed: str) -> str:
    """Sign in at the real provider, and return the address that it sends the reader to."""
    assert begun.status_code == 302
    answer = requests.post(begun.location, data=pressed, timeout=30, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    address = urlsplit(answer.headers["Location"])
    assert (address.netloc, address.path) == ("localhost", "/sign-in/returned")
    return f"{address.path}?{address.query}"


def test_the_whole_way_with_a_real_provider(real_app: Flask, issuer: str) -> None:
    client = real_app.test_client()
    page = document_of(client.get("/sign-in?next=/proposals")).root
    link = first(page, ".//main//a[@class='btn']")
    assert text_of(link) == "Kirjaudu kaupungin tunnuksella"
    begun = client.get(link.get("href"))
    asked = parse_qs(urlsplit(begun.location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid profile email"]
    assert asked["ui_locales"] == ["fi"]
    response = client.get(come_back(begun, sub="aino"))
    assert (response.status_code, response.location) == (303, "/proposals")
    assert signed_in_name(client) == PEOPLE["aino"]["name"]
    assert client.get("/proposals").status_code == 200
    user = user_of_identity(issuer, "aino")
    assert user is not None
    assert (user.key, user.email, user.language) == ("aino@example.org", "aino@example.org", "fi")
    assert [(grant.role, grant.from_claim) for grant in user.roles] == [(Role.SECRETARY, True)]
    assert db.session.scalars(select(Session.method)).all() == [Method.OIDC]
    client.submit("/accessibility", action="/sign-out")
    assert signed_in_name(client) is None


def test_a_code_works_once_with_a_real_provider(real_app: Flask) -> None:
    client, another = real_app.test_client(), real_app.test_client()
    back = come_back(client.get("/sign-in/city-account"), sub="sven")
    with client.session_transaction() as session:
        stolen = dict(session)
    assert client.get(back).status_code == 303
    with another.session_transaction() as session:
        session.update(stolen)
    assert another.get(back).status_code == 400
    assert signed_in_name(another) is None


def test_whoever_refuses_at_a_real_provider_is_told(real_app: Flask) -> None:
    client = real_app.test_client()
    begun = client.get("/sign-in/city-account", headers={"Accept-Language": "sv"})
    answer = requests.post(
        begun.location, data={"action": "deny"}, timeout=30, allow_redirects=False
    )
    state = parse_qs(urlsplit(begun.location).query)["state"][0]
    back = urlsplit(answer.headers["Location"])
    # The provider forgets the state here, which RFC 6749, 4.1.2.1 asks for.
    response = client.get(
        f"{back.path}?{back.query}&state={state}", headers={"Accept-Language": "sv"}
    )
    assert response.status_code == 403
    assert text_of(first(document_of(response).root, ".//h1")) == "Du har inte loggats in"


def test_a_stopped_provider_is_said(real_app: Flask) -> None:
    with real_provider() as gone:
        pass
    real_app.extensions["city_account"].issuer = gone
    client = real_app.test_client()
    client.expects_errors = True
    response = client.get("/sign-in/city-account")
    assert response.status_code == 503
    title = "Kaupungin kirjautumispalvelu ei vastaa"
    assert text_of(first(document_of(response).root, ".//h1")) == title


# The way.


@pytest.mark.parametrize(
    ("target", "onward"),
    [
        ("/proposals?a=1&b=%C3%A4", "/proposals?a=1&b=%C3%A4"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        (f"/?q={'a' * 1000}", "/"),
        ("", "/"),
    ],
)
def test_the_way_leads_back_and_never_to_another_host(client, provider, target, onward) -> None:
    back = provider.let_in(provider.begin(client, target))
    response = client.get(f"{back}&next=//evil.example/")
    assert (response.status_code, response.location) == (303, onward)


def test_signing_in_begins_a_session_of_its_own(client, provider: Provider) -> None:
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    back = provider.let_in(provider.begin(client))
    client.get(back)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert "city_account" not in session
    assert client.get(back).status_code == 400
    assert signed_in_name(client) == "Aino Esimerkki"


@pytest.mark.parametrize(
    "key", [RSAKey.generate_key(2048, {"kid": "second"}), ECKey.generate_key("P-256")]
)
def test_changed_keys_are_read_anew_once(app: Flask, client, provider: Provider, key) -> None:
    provider.sign_in(client)
    key.ensure_kid()
    alg = "RS256" if key.key_type == "RSA" else "ES256"
    provider.header = {"alg": alg, "kid": key.kid}
    provider.key, provider.published = key, [KEY, key]
    provider.sign_in(client)
    assert signed_in_name(client) == "Aino Esimerkki"
    assert provider.requests.count("/keys") == 2
    provider.sign_in(client)
    assert provider.requests.count("/keys") == 2


def test_a_key_that_took_the_place_of_another_is_read_anew(client, provider: Provider) -> None:
    provider.sign_in(client)
    key = RSAKey.generate_key(2048, {"kid": "first"})
    provider.key, provider.published = key, [key]
    assert provider.sign_in(client).status_code == 303


def test_what_the_service_says_of_itself_is_read_once(client, provider: Provider) -> None:
    for _ in range(3):
        provider.sign_in(client)
    assert provider.requests.count("/.well-known/openid-configuration") == 1
    assert provider.requests.count("/keys") == 1


def test_clocks_may_differ_a_little(client, provider: Provider) -> None:
    now = int(time.time())
    provider.claims |= {"iat": now + 30, "exp": now - 30}
    assert provider.sign_in(client).status_code == 303


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic"], None])
def test_the_secret_is_sent_as_the_service_takes_it(client, provider, methods) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = methods
    assert provider.sign_in(client).status_code == 303


def test_an_answer_that_names_its_issuer_is_taken(client, provider: Provider) -> None:
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    assert provider.sign_in(client, iss=provider.issuer).status_code == 303


def test_the_token_may_name_more_audiences_if_it_is_for_the_tool(client, provider) -> None:
    provider.claims |= {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert provider.sign_in(client).status_code == 303


def test_the_page_offers_the_account_in_the_words_of_the_city(client, provider) -> None:
    root = document_of(client.get("/sign-in?lang=sv&next=/proposals")).root
    link = next(elements(first(root, ".//main"), "a"))
    assert text_of(link) == "Logga in med stadens konto"
    assert link.get("href") == "/sign-in/city-account?next=/proposals"


@pytest.mark.parametrize("path", ["/keys", "/token", "/.well-known/openid-configuration"])
@pytest.mark.parametrize("answer", [Answer({}, 503), Answer({"issuer": "odd"}), Answer(b"odd")])
def test_what_was_wrong_once_is_asked_again(client, provider, path: str, answer: Answer) -> None:
    client.expects_errors = True
    back = provider.let_in(provider.begin(client))
    client.application.extensions["city_account"]._kept.clear()
    provider.answers[path] = answer
    assert client.get(back).status_code == (503 if answer.status == 503 else 502)
    del provider.answers[path]
    assert provider.sign_in(client).status_code == 303
