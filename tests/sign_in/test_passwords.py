"""Signing in with a password, which passwords nobody may choose, and how they are kept."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts import credentials
from app.accounts.models import Credential, Session, User
from app.accounts.operations import INSTALLER, disable
from app.core.database import writing
from app.extensions import db
from app.sign_in import passwords
from tests.client import LintingClient, sign_in_as
from tests.conftest import copy_database, make_settings, running
from tests.html import document_of, elements, first, text_of
from tests.sign_in.passwords import (
    PASSWORD,
    credential_of,
    give,
    give_password,
    password_hash,
    person,
    signed_in_name,
)

WORDS = ["maija.m", "Maija Mallikas", "Porvoo", "Borgå", "Digitiekartta", "Digital färdplan"]
WRONG = "viisi punaista hevosta"


@contextmanager
def verifying() -> Iterator[list[str]]:
    """Give the list of calls that make argon2 do its work."""
    calls: list[str] = []

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        name = frame.f_code.co_qualname
        if event == "call" and name.startswith("PasswordHasher."):
            calls.append(name)

    sys.setprofile(watch)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def test_the_hash_is_argon2id_of_64_mib_three_passes_four_lanes() -> None:
    for each in (password_hash(), passwords._NOBODYS):
        parameters = extract_parameters(each)
        assert parameters.type is Type.ID
        assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (
            3,
            65536,
            4,
        )
        assert (parameters.salt_len, parameters.hash_len) == (16, 32)
        assert not passwords.is_outdated(each)


def test_every_character_counts() -> None:
    longest = "a\u0308" * 199 + "y"
    assert not passwords.matches(longest, passwords.hash_of(longest[:-1] + "z"))


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert passwords.matches("nelja\u0308 sinista\u0308 hevosta", password_hash())
    assert not passwords.matches("nelja sinista hevosta", password_hash())


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least"),
        ("lyhyt mutta ok", "at least"),
        ("ä" * 201, "at most"),
        ("a\u0308" * 501, "at most"),
        ("passwordstandard", "common"),
        ("PasswordStandard", "common"),
        ("1qaz2wsx3edc4rfv", "common"),
        ("kissakissakissakis", "repeats"),
        ("qwertyuiopasdfghj", "repeats"),
        ("poiuytrewqpoiuyt", "repeats"),
        ("1122112211221122", "repeats"),
        ("MaijaMallikas1987", "easy to guess"),
        ("Porvoo!Borgå!2026", "easy to guess"),
        ("digital färdplan 2027", "easy to guess"),
        ("maija.m maija.m 1", "easy to guess"),
        ("Lösenord123!Admin", "easy to guess"),
    ],
)
def test_nobody_chooses_a_weak_password(app: Flask, password: str, reason: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "xx"}):
        faults = [fault._args[0] for fault in passwords.faults_of(password, WORDS)]
    assert len(faults) == 1
    assert reason in faults[0]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "kun aamulla tuulee lännestä",
        "correct horse battery staple",
        "porvoo on kaunis kesäisin",
        "83927461503829174",
        "🐎 🐎 🐎 sininen heppa",
        "  tuuli ja tuisku  ",
        "Ω≈ç√∫˜µ≤≥÷ja tuuli",
        "kaarnaveneet " * 14 + "seilaa",
    ],
)
def test_other_passwords_of_any_characters_are_allowed(password: str) -> None:
    assert list(passwords.faults_of(password, WORDS)) == []


def test_the_list_has_thousands_of_common_passwords_long_enough_to_be_tried() -> None:
    common = passwords._common()
    assert len([each for each in common if len(each) >= passwords.SHORTEST]) > 9000


def test_signing_in_with_name_and_password(app: Flask, client: LintingClient) -> None:
    give_password("member")
    response = give(client, " Member ", PASSWORD, "/sign-in?next=/privacy")
    assert (response.status_code, response.location) == (303, "/privacy")
    assert signed_in_name(client) == "Matti Malli"
    assert db.session.scalars(select(Session.method)).all()[-1].value == "password"


def test_a_form_without_name_or_password_says_what_is_missing(client: LintingClient) -> None:
    response = give(client, "", "")
    assert response.status_code == 422
    links = document_of(response).root.iterfind(".//div[@class='error-summary']//a")
    assert [link.get("href") for link in links] == ["#key", "#password"]


def test_what_was_typed_stays_but_for_the_password(app: Flask, client: LintingClient) -> None:
    response = give(client, "member", WRONG, "/sign-in?next=/privacy")
    assert response.status_code == 422
    root = document_of(response).root
    assert first(root, ".//input[@name='key']").get("value") == "member"
    assert first(root, ".//input[@name='next']").get("value") == "/privacy"
    assert WRONG not in response.text
    assert root.find(".//details[@open]") is not None


@pytest.fixture
def refused(app: Flask, client: LintingClient) -> Callable[[str, str], str]:
    """Return a function that tries in vain to sign in, and gives the page without what differs."""

    def attempt(key: str, password: str) -> str:
        response = give(client, key, password)
        assert response.status_code == 422
        shown = re.sub(r'name="csrf_token" value="[^"]*"', "", response.text)
        return re.sub(rf'(<input[^>]*name="key"[^>]*) value="{key}"', r"\1", shown)

    return attempt


def test_the_unknown_the_disabled_and_those_without_a_password_are_refused_alike(
    app: Flask, client: LintingClient, refused, query_counter
) -> None:
    give_password("member")
    give_password("member2")
    with writing():
        disable(person("member2"), INSTALLER)
    pages, work, queries = [], [], []
    for key, password in (
        ("member", WRONG),
        ("nobody", PASSWORD),
        ("member2", PASSWORD),
        ("member3", PASSWORD),
        ("x" * 3000, PASSWORD),
    ):
        with verifying() as calls, query_counter() as statements:
            pages.append(refused(key, password))
        work.append(calls)
        queries.append(statements)
    assert work == [["PasswordHasher.verify"]] * len(work)
    assert len(set(pages)) == 1
    assert queries == [queries[0]] * len(queries)
    assert signed_in_name(client) is None


def test_a_very_long_password_is_no_work(app: Flask, refused) -> None:
    give_password("member")
    assert refused("member", "a\u0301\u0327" * 100_000)


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(
    app: Flask, client: LintingClient
) -> None:
    give_password("member")
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with writing():
        db.session.execute(update(Credential).values(password_hash=weak))
    assert give(client, "member", WRONG).status_code == 422
    assert credential_of("member").password_hash == weak
    assert give(client, "member").status_code == 303
    renewed = credential_of("member").password_hash
    assert renewed != weak
    assert not passwords.is_outdated(renewed)
    assert passwords.matches(PASSWORD, renewed)


def test_changing_ones_password_ends_ones_other_sessions(app: Flask, client) -> None:
    give_password("member")
    other = app.test_client()
    give(client, "member")
    give(other, "member")
    new = "seitsemän kuunvaloa"
    response = client.submit("/my/password", {"current": PASSWORD, "password": new, "again": new})
    assert (response.status_code, response.location) == (303, "/my")
    assert signed_in_name(client) == "Matti Malli"
    assert signed_in_name(other) is None
    assert passwords.matches(new, credential_of("member").password_hash)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"current": WRONG}, ["current"]),
        ({"current": ""}, ["current"]),
        ({"password": "", "again": ""}, ["password", "again"]),
        ({"password": "MattiMalli!2026", "again": "MattiMalli!2026"}, ["password"]),
        ({"again": "seitsemän kuunvalot"}, ["again"]),
    ],
)
def test_a_password_is_not_changed_when_the_form_is_wrong(
    app: Flask, client, given: dict[str, str], fields: list[str]
) -> None:
    give_password("member")
    sign_in_as(client, "member")
    new = "seitsemän kuunvaloa"
    right = {"current": PASSWORD, "password": new, "again": new}
    response = client.submit("/my/password", {**right, **given})
    assert response.status_code == 422
    root = document_of(response).root
    invalid = [each.get("name") for each in root.iterfind(".//input[@aria-invalid]")]
    assert invalid == fields
    assert all(text_of(first(root, f".//p[@id='{field}-error']")) for field in fields)
    assert credential_of("member").password_hash == password_hash()


def test_those_without_a_password_have_none_to_change(app: Flask, client) -> None:
    sign_in_as(client, "member")
    assert client.get("/my/password").status_code == 404
    assert client.forge("/my/password").status_code == 404


def test_an_instance_without_local_sign_in_takes_no_password(
    tmp_path, city_database, compiled
) -> None:
    settings = make_settings(tmp_path / "instance", local_sign_in=False, demo=False)
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        give_password("member")
        client = app.test_client()
        page = client.get("/sign-in")
        assert document_of(page).root.find(".//input[@type='password']") is None
        assert client.forge("/sign-in/password").status_code == 404
        assert client.get("/invitation/token").status_code == 404


def test_a_password_signs_nobody_in_who_was_disabled_meanwhile(app: Flask, client) -> None:
    give_password("member")
    with writing():
        disable(person("member"), INSTALLER)
    assert give(client, "member").status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Session)) == 0
    assert db.session.scalar(select(User.last_seen_at).where(User.key == "member")) is None


def test_password_fields_help_password_managers(app: Flask, client: LintingClient) -> None:
    give_password("member")
    with writing():
        token = credentials.invite(person("viewer"), INSTALLER)
    pages = [client.get("/sign-in"), client.get(f"/invitation/{token}")]
    pages.append(sign_in_as(client, "member").get("/my/password"))
    fields = [
        field
        for page in pages
        for field in elements(document_of(page).root, "input")
        if "password" in (field.get("autocomplete") or "")
    ]
    assert [field.get("autocomplete") for field in fields] == [
        *("current-password", "new-password", "new-password"),
        *("current-password", "new-password", "new-password"),
    ]
    for field in fields:
        assert field.get("type") == "password"
        # A limit of the field would cut a password off, and a handler could refuse pasting.
        assert not {"maxlength", "pattern", "onpaste", "readonly"} & set(field.attrib)
