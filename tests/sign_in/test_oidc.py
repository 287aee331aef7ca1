"""Signing in with the city's account: who comes in, as whom, and with which roles."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import func, select

from app.accounts.models import Identity, RoleGrant, Session, User
from app.accounts.operations import INSTALLER, add_identity, add_user, disable
from app.accounts.queries import units, user_by_key, user_of_identity
from app.accounts.roles import give_role
from app.accounts.states import Method
from app.audit.models import Event, Values
from app.audit.tags import Tag
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from tests.client import sign_in_as
from tests.conftest import copy_database, make_settings, running
from tests.html import document_of, elements, first, text_of
from tests.sign_in.provider import CLIENT_ID, CLIENT_SECRET, KEY, Answer, Provider
from tests.sign_in.real_provider import PEOPLE, ROLES, real_provider
from tests.sign_in.test_demo import signed_in_name


def trusting(instance, issuer: str, **given: object) -> Settings:
    """Return the settings of an instance that trusts an issuer."""
    known = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_roles": ROLES,
        "oidc_unit_claim": "department",
        "public_url": "http://localhost",
    }
    return make_settings(instance, **{**known, **given})


@pytest.fixture
def settings(tmp_path, provider: Provider) -> Settings:
    """Return the settings of an instance that trusts the provider of the test."""
    return trusting(tmp_path / "instance", provider.issuer)


def person(subject: str = "subject-1") -> User:
    """Return the person whom the tests' provider knows by `subject`."""
    issuers = db.session.scalars(select(Identity.issuer).where(Identity.subject == subject)).all()
    found = user_of_identity(*issuers, subject)
    assert found is not None
    return found


def roles_today(user: User) -> list[tuple[Role, bool]]:
    """Return the roles that a person holds, each with whether the claims gave it."""
    today = clock.today()
    held = [each for each in user.roles if each.last_day is None or each.last_day >= today]
    return sorted((each.role, each.from_claim) for each in held)


def number_of(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


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
    assert roles_today(user) == [(Role.SECRETARY, True)]
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


# Who it is.


def test_the_same_subject_is_the_same_person(client, provider: Provider) -> None:
    assert provider.sign_in(client).location == "/"
    known = person().id
    provider.claims |= {"name": "Toinen Nimi", "email": "toinen@example.org", "locale": "sv"}
    provider.sign_in(client)
    assert (person().id, person().name, person().language) == (known, "Aino Esimerkki", "fi")
    assert number_of(Identity) == 1


def test_another_subject_with_the_same_address_is_another_person(client, provider) -> None:
    provider.claims |= {"email": "shared@example.org", "preferred_username": "shared"}
    provider.sign_in(client)
    provider.claims["sub"] = "subject-2"
    provider.sign_in(client)
    assert person("subject-1").id != person("subject-2").id
    assert person("subject-1").key == "shared"
    assert person("subject-2").key.startswith("city-")


def test_an_address_of_somebody_here_makes_nobody_them(client, provider: Provider) -> None:
    with writing():
        admin = user_by_key("administrator")
        admin.email = "admin@example.org"
    provider.claims |= {"email": "admin@example.org", "preferred_username": "administrator"}
    provider.sign_in(client)
    assert person().id != user_by_key("administrator").id
    assert roles_today(person()) == []


def test_the_same_subject_of_another_issuer_is_another_person(client, provider) -> None:
    with writing():
        add_identity(user_by_key("secretary"), "https://other.example", "subject-1", INSTALLER)
    provider.sign_in(client)
    assert signed_in_name(client) == "Aino Esimerkki"
    assert user_of_identity(provider.issuer, "subject-1").id != user_by_key("secretary").id


def test_a_person_whom_an_administrator_stored_signs_in(client, provider: Provider) -> None:
    with writing():
        user = add_user("reija", "Reija Odotettu", "sv", [Role.MEMBER], INSTALLER)
        add_identity(user, provider.issuer, "subject-1", INSTALLER)
    people = number_of(User)
    response = provider.sign_in(client)
    assert signed_in_name(client) == "Reija Odotettu"
    assert "lang=sv" in "".join(response.headers.getlist("Set-Cookie"))
    assert number_of(User) == people
    assert roles_today(person()) == [(Role.MEMBER, False)]


def test_a_disabled_person_is_told_and_nothing_changes(client, provider: Provider) -> None:
    provider.claims["roles"] = []
    provider.sign_in(client)
    with writing():
        disable(person(), INSTALLER)
    events = number_of(Event)
    provider.claims["roles"] = list(ROLES)
    response = provider.sign_in(client)
    assert response.status_code == 403
    title = "Tunnuksesi tässä palvelussa ei ole käytössä"
    assert text_of(first(document_of(response).root, ".//h1")) == title
    assert (number_of(Event), roles_today(person())) == (events, [])
    assert signed_in_name(client) is None


def test_signing_in_as_somebody_else_ends_the_session_before(app, client, provider) -> None:
    sign_in_as(client, "member")
    provider.sign_in(client)
    assert signed_in_name(client) == "Aino Esimerkki"
    ended = db.session.scalars(select(Session.ended_at).order_by(Session.id)).all()
    assert [each is None for each in ended] == [False, True]


# What is known of somebody new.


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "  Aino \t Mäki\n"}, "Aino Mäki"),
        ({"name": "A" * 500}, "A" * 200),
        ({"name": "\u202eoniA"}, "oniA"),
        ({"name": ["Aino"], "given_name": "Aino", "family_name": "Mäki"}, "Aino Mäki"),
        ({"name": "", "given_name": "Aino", "family_name": 7}, "Aino"),
        ({"name": None, "preferred_username": "aino.maki"}, "aino.maki"),
        ({"name": {}, "email": "aino@example.org"}, "aino@example.org"),
        ({"name": "\ud800\0"}, "subject-1"),
    ],
)
def test_a_name_is_found_in_what_the_claims_tell(client, provider, claims, name: str) -> None:
    provider.claims |= claims
    provider.sign_in(client)
    assert person().name == name


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "aino@example.org"}, "aino@example.org"),
        ({"email": "aino@example.org", "email_verified": True}, "aino@example.org"),
        ({"email": "aino@example.org", "email_verified": False}, None),
        ({"email": "aino@example.org\r\nBcc: all@example.org"}, None),
        ({"email": f"{'a' * 250}@example.org"}, None),
        ({"email": ["aino@example.org"]}, None),
        ({"email": "aino"}, None),
        ({}, None),
    ],
)
def test_an_address_is_kept_if_it_is_one(client, provider, claims, email: str | None) -> None:
    provider.claims |= claims
    provider.sign_in(client)
    assert person().email == email


@pytest.mark.parametrize(
    ("locale", "reads", "language"),
    [
        ("sv-FI", "fi", "sv"),
        ("fi_FI", "sv", "fi"),
        ("SV", "fi", "sv"),
        ("en-GB", "sv", "sv"),
        ("svan", "fi", "fi"),
        (7, "sv", "sv"),
        (None, "fi", "fi"),
    ],
)
def test_the_language_is_of_the_claims_or_of_the_browser(
    client, provider, locale, reads: str, language: str
) -> None:
    provider.claims["locale"] = locale
    back = provider.let_in(provider.begin(client))
    response = client.get(back, headers={"Accept-Language": reads})
    assert person().language == language
    assert f"lang={language}" in "".join(response.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    ("username", "key"),
    [
        ("Aino.Maki@Example.org", "aino.maki@example.org"),
        ("member", None),
        ("MEMBER", None),
        ("äiti", None),
        ("a" * 65, None),
        (7, None),
        (None, None),
    ],
)
def test_a_sign_in_name_is_the_known_one_or_a_new_one(client, provider, username, key) -> None:
    provider.claims["preferred_username"] = username
    provider.sign_in(client)
    assert person().key == key or (key is None and person().key.startswith("city-"))


@pytest.mark.parametrize(
    ("department", "unit"),
    [
        ("library", "library"),
        ("Kirjasto", "library"),
        ("biblioteket ", "library"),
        ("nowhere", None),
        ("", None),
        (7, None),
    ],
)
def test_a_unit_is_found_by_its_key_or_name(client, provider, department, unit) -> None:
    provider.claims["department"] = department
    provider.sign_in(client)
    assert {each.id: each.key for each in units()}.get(person().unit_id) == unit


# Roles.


def test_roles_follow_the_claims_and_leave_the_others_alone(client, provider: Provider) -> None:
    provider.claims["roles"] = ["digi-secretaries", "unknown", 7, ["digi-administrators"]]
    provider.sign_in(client)
    assert roles_today(person()) == [(Role.SECRETARY, True)]
    with writing():
        give_role(person(), Role.MEMBER, INSTALLER)
    provider.claims["roles"] = "digi-administrators"
    provider.sign_in(client)
    assert roles_today(person()) == [(Role.ADMINISTRATOR, True), (Role.MEMBER, False)]
    del provider.claims["roles"]
    provider.sign_in(client)
    assert roles_today(person()) == [(Role.MEMBER, False)]
    provider.claims["roles"] = ["digi-secretaries"]
    provider.sign_in(client)
    assert roles_today(person()) == [(Role.MEMBER, False), (Role.SECRETARY, True)]


def test_a_role_that_an_administrator_gave_too_outlives_the_claim(client, provider) -> None:
    provider.claims["roles"] = ["digi-secretaries"]
    provider.sign_in(client)
    with writing():
        give_role(person(), Role.SECRETARY, INSTALLER)
    provider.claims["roles"] = []
    provider.sign_in(client)
    assert roles_today(person()) == [(Role.SECRETARY, False)]


def test_the_same_roles_again_change_nothing(client, provider: Provider) -> None:
    provider.claims["roles"] = list(ROLES)
    provider.sign_in(client)
    version, grants = person().version, number_of(RoleGrant)
    provider.sign_in(client)
    assert (person().version, number_of(RoleGrant)) == (version, grants)


@pytest.mark.parametrize("roles", [None, 7, {}, {"digi-secretaries": 1}, [[]], "", "secretary"])
def test_odd_claims_give_no_role(client, provider: Provider, roles: object) -> None:
    provider.claims["roles"] = roles
    provider.sign_in(client)
    assert roles_today(person()) == []


def test_a_claim_that_is_said_to_be_elsewhere_changes_no_role(client, provider) -> None:
    provider.claims["roles"] = ["digi-secretaries"]
    provider.sign_in(client)
    provider.claims |= {"roles": None, "_claim_names": {"roles": "src1"}}
    provider.sign_in(client)
    assert roles_today(person()) == [(Role.SECRETARY, True)]


def test_the_last_administrator_stays_one_and_is_told(client, provider: Provider, caplog) -> None:
    provider.claims["roles"] = ["digi-administrators", "digi-secretaries"]
    provider.sign_in(client)
    with writing():
        disable(user_by_key("administrator"), INSTALLER)
    provider.claims["roles"] = []
    page = client.get(provider.sign_in(client).location)
    assert roles_today(person()) == [(Role.ADMINISTRATOR, True)]
    notice = first(document_of(page).root, ".//div[@class='notice warning']")
    assert "pääkäyttäjä" in text_of(notice)
    assert "last administrator" in caplog.text


def test_what_changes_is_in_the_record(client, provider: Provider) -> None:
    number = number_of(Event)
    provider.claims["roles"] = ["digi-secretaries"]
    provider.sign_in(client)
    provider.claims["roles"] = []
    provider.sign_in(client)
    events = db.session.scalars(select(Event).where(Event.id > number).order_by(Event.id)).all()
    assert [(each.tag, each.command) for each in events] == [
        (Tag.PERSON_ADDED, "sign-in service"),
        (Tag.IDENTITY_ADDED, "sign-in service"),
        (Tag.ROLE_GIVEN, "sign-in service"),
        (Tag.SIGNED_IN, None),
        (Tag.ROLE_ENDED, "sign-in service"),
        (Tag.SIGNED_OUT, None),
        (Tag.SIGNED_IN, None),
    ]
    assert {each.subject_id for each in events} == {person().id}
    values = db.session.get_one(Values, events[1].id)
    assert "subject-1" in values.after


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


def test_a_service_that_was_down_at_first_is_asked_again(client, provider: Provider) -> None:
    client.expects_errors = True
    provider.answers["/keys"] = Answer({}, 503)
    assert provider.sign_in(client).status_code == 503
    del provider.answers["/keys"]
    assert provider.sign_in(client).status_code == 303
