"""Who comes in with the city's account: the person, what is known of them, and their roles."""

import pytest
from sqlalchemy import func, select

from app.accounts.models import Identity, RoleGrant, Session, User
from app.accounts.operations import INSTALLER, add_identity, add_user, disable
from app.accounts.queries import units, user_by_key, user_of_identity
from app.accounts.roles import give_role
from app.audit.models import Event, Values
from app.audit.tags import Tag
from app.config import Settings
from app.core import clock
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from tests.client import sign_in_as
from tests.html import document_of, first, text_of
from tests.sign_in.provider import Provider, trusting
from tests.sign_in.real_provider import ROLES
from tests.sign_in.test_demo import signed_in_name


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
