"""One-time codes: who needs them, how they are set up, and that each is taken once."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts import credentials
from app.accounts.models import Credential, Session
from app.accounts.operations import INSTALLER, disable
from app.accounts.roles import give_role
from app.core.database import writing
from app.core.policy import Role
from app.extensions import db
from app.sign_in import second_factor
from tests.client import LintingClient, sign_in_as
from tests.conftest import copy_database, make_settings, running
from tests.html import document_of, first, text_of
from tests.sign_in.passwords import (
    PASSWORD,
    SECRET,
    code_of,
    credential_of,
    give,
    give_password,
    person,
    signed_in_name,
)

NOON = datetime.fromisoformat("2026-11-22T12:00:15")
"""The middle of thirty seconds that a code lasts."""

NEEDED_BY = ("administrator", "board-secretary", "secretary")
NOT_NEEDED_BY = ("chair", "member", "proposer", "viewer")


def sessions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Session)) or 0


def secret_of(response) -> str:
    """Return the key that a page shows as text."""
    return text_of(first(document_of(response).root, ".//code")).replace(" ", "")


def let_pass(steps: int) -> None:
    """Let the codes of so many steps of 30 seconds become ones of the past."""
    with writing():
        db.session.execute(update(Credential).values(totp_step=Credential.totp_step - steps))


@pytest.mark.parametrize("key", NEEDED_BY)
def test_who_administers_or_writes_minutes_sets_codes_up_before_being_signed_in(
    app: Flask, client: LintingClient, key: str
) -> None:
    give_password(key)
    response = give(client, key, way="/sign-in?next=/privacy")
    assert (response.status_code, response.location) == (303, "/sign-in/code/new?next=/privacy")
    assert signed_in_name(client) is None
    assert sessions() == 0
    page = client.get(response.location)
    secret = secret_of(page)
    assert secret_of(client.get(response.location)) == secret, "reading again changes the key"
    response = client.submit(response.location, {"code": code_of(secret)})
    assert (response.status_code, response.location) == (303, "/privacy")
    assert signed_in_name(client) == person(key).name
    assert credential_of(key).totp_secret == secret


@pytest.mark.parametrize("key", NOT_NEEDED_BY)
def test_others_sign_in_by_password_alone(app: Flask, client: LintingClient, key: str) -> None:
    give_password(key)
    assert give(client, key).location == "/"
    assert signed_in_name(client) == person(key).name


def test_who_gets_such_a_role_is_asked_before_acting_in_it(app: Flask, client) -> None:
    give_password("member")
    give(client, "member")
    other = app.test_client()
    give(other, "member")
    with writing():
        give_role(person("member"), Role.SECRETARY, INSTALLER)
    assert signed_in_name(client) is None, "a password alone is enough to act as secretary"
    assert give(client, "member").location == "/sign-in/code/new"
    secret = secret_of(client.get("/sign-in/code/new"))
    client.submit("/sign-in/code/new", {"code": code_of(secret)})
    assert signed_in_name(client) == person("member").name
    assert signed_in_name(other) is None, "a session of a password alone has come to life again"


def test_a_code_is_asked_for_after_the_password_and_signs_in(app: Flask, client) -> None:
    give_password("secretary", SECRET)
    response = give(client, "secretary", way="/sign-in?next=/privacy")
    assert (response.status_code, response.location) == (303, "/sign-in/code?next=/privacy")
    assert signed_in_name(client) is None
    spaced = " ".join(re.findall("...", code_of()))
    response = client.submit(response.location, {"code": spaced})
    assert (response.status_code, response.location) == (303, "/privacy")
    assert signed_in_name(client) == "Saara Sepite"


@pytest.mark.parametrize("key", ["member", "secretary"])
def test_who_has_codes_is_asked_whatever_the_roles(app: Flask, client, key: str) -> None:
    give_password(key, SECRET)
    assert give(client, key).location == "/sign-in/code"


@pytest.mark.parametrize(("seconds", "steps"), [(-30, -1), (0, 0), (14, 0), (15, 1), (44, 1)])
def test_a_clock_may_be_half_a_minute_wrong(seconds: int, steps: int) -> None:
    code = code_of(SECRET, NOON + timedelta(seconds=seconds))
    middle = int(NOON.replace(tzinfo=UTC).timestamp()) // 30
    assert second_factor.step_of(SECRET, code, NOON) == middle + steps


@pytest.mark.parametrize("seconds", [-46, 45])
def test_a_clock_that_is_wrong_by_more_gives_codes_that_are_not_taken(seconds: int) -> None:
    code = code_of(SECRET, NOON + timedelta(seconds=seconds))
    assert second_factor.step_of(SECRET, code, NOON) is None


@pytest.mark.parametrize(
    "code", ["000000", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "\0", "1" * 9999]
)
def test_other_codes_are_refused_at_the_field(app: Flask, client, code: str) -> None:
    give_password("secretary", SECRET)
    give(client, "secretary")
    response = client.submit("/sign-in/code", {"code": code})
    assert response.status_code == 422
    assert text_of(first(document_of(response).root, ".//p[@id='code-error']"))
    assert sessions() == 0


def test_a_code_is_used_once(app: Flask, client: LintingClient) -> None:
    give_password("secretary", SECRET)
    give(client, "secretary")
    code = code_of()
    assert client.submit("/sign-in/code", {"code": code}).status_code == 303
    other = app.test_client()
    give(other, "secretary")
    assert other.submit("/sign-in/code", {"code": code}).status_code == 422
    let_pass(2)
    assert other.submit("/sign-in/code", {"code": code}).status_code == 303


def test_the_code_that_sets_codes_up_signs_in_no_second_time(app: Flask, client) -> None:
    give_password("secretary")
    page = client.get(give(client, "secretary").location)
    code = code_of(secret_of(page))
    assert client.submit("/sign-in/code/new", {"code": code}).status_code == 303
    other = app.test_client()
    give(other, "secretary")
    assert other.submit("/sign-in/code", {"code": code}).status_code == 422


def test_a_wrong_code_sets_nothing_up(app: Flask, client: LintingClient) -> None:
    give_password("secretary")
    page = client.get(give(client, "secretary").location)
    response = client.submit("/sign-in/code/new", {"code": "000000"})
    assert response.status_code == 422
    assert secret_of(response) == secret_of(page)
    assert credential_of("secretary").totp_secret is None
    assert sessions() == 0


@pytest.mark.parametrize("address", ["/sign-in/code", "/sign-in/code/new"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_without_a_password_there_is_no_code(
    app: Flask, client: LintingClient, address: str, signed_in: bool
) -> None:
    give_password("secretary", SECRET)
    if signed_in:
        sign_in_as(client, "member")
    way_out = "/" if signed_in else "/sign-in"
    assert client.get(address).location == way_out
    assert client.forge(address, {"code": code_of()}).location == way_out
    assert signed_in_name(client) == ("Matti Malli" if signed_in else None)


def test_half_of_a_sign_in_opens_nothing(app: Flask, client: LintingClient) -> None:
    give_password("secretary", SECRET)
    give(client, "secretary")
    assert client.get("/proposals").location.startswith("/sign-in?")
    assert client.get("/my/password").location.startswith("/sign-in?")
    assert client.get("/sign-in/code/new").location == "/sign-in", "codes can be set up anew"


def test_half_of_a_sign_in_is_over_after_ten_minutes(app: Flask, client) -> None:
    give_password("secretary", SECRET)
    give(client, "secretary")
    with client.session_transaction() as cookie:
        cookie["half_way"] = {**cookie["half_way"], "until": cookie["half_way"]["until"] - 601}
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.forge("/sign-in/code", {"code": code_of()}).location == "/sign-in"
    assert sessions() == 0


def test_half_of_a_sign_in_is_over_when_the_password_is_changed(app: Flask, client) -> None:
    give_password("secretary", SECRET)
    give(client, "secretary")
    with writing():
        db.session.execute(update(Credential).values(password_hash="another"))
    assert client.forge("/sign-in/code", {"code": code_of()}).location == "/sign-in"
    assert sessions() == 0


def test_half_of_a_sign_in_is_over_when_the_person_is_disabled(app: Flask, client) -> None:
    give_password("secretary", SECRET)
    give(client, "secretary")
    with writing():
        disable(person("secretary"), INSTALLER)
    assert client.forge("/sign-in/code", {"code": code_of()}).location == "/sign-in"
    assert sessions() == 0


def test_the_picture_says_what_the_text_says(app: Flask, client: LintingClient) -> None:
    address = second_factor.address_of(SECRET, "maija.m", "Digitiekartta Porvoo")
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    given = {"secret": [SECRET], "issuer": ["Digitiekartta Porvoo"]}
    # An app takes SHA-1, six digits and thirty seconds where nothing else is said (RFC 6238).
    assert parse_qs(parts.query) == given
    picture = second_factor.picture_of(address)
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", picture.path)
    # The first row of a QR code begins and ends with the upper edge of a finder pattern.
    last = picture.side - 4 - 7
    assert picture.path.startswith("M4 4h7v1h-7z")
    assert f"M{last} 4h7v1h-7z" in picture.path


def test_codes_are_turned_on_and_replaced_by_those_who_prove_who_they_are(
    app: Flask, client: LintingClient
) -> None:
    give_password("member")
    give(client, "member")
    secret = secret_of(client.get("/sign-in/code/new"))
    wrong = {"password": "jokin muu kuin tämä", "code": code_of(secret)}
    assert client.submit("/sign-in/code/new", wrong).status_code == 422
    assert credential_of("member").totp_secret is None
    right = {"password": PASSWORD, "code": code_of(secret)}
    response = client.submit("/sign-in/code/new", right)
    assert (response.status_code, response.location) == (303, "/my")
    assert credential_of("member").totp_secret == secret

    let_pass(2)
    new = secret_of(client.get("/sign-in/code/new"))
    assert new != secret
    given = {"password": PASSWORD, "earlier_code": "000000", "code": code_of(new)}
    assert client.submit("/sign-in/code/new", given).status_code == 422
    assert credential_of("member").totp_secret == secret
    given["earlier_code"] = code_of(secret)
    assert client.submit("/sign-in/code/new", given).status_code == 303
    assert credential_of("member").totp_secret == new


def test_taking_the_second_factor_off_ends_sessions_and_takes_the_password_along(
    app: Flask, client: LintingClient, actor
) -> None:
    give_password("secretary", SECRET)
    give(client, "secretary")
    client.submit("/sign-in/code", {"code": code_of()})
    with writing():
        credentials.reset_second_factor(person("secretary"), actor("administrator"))
        token = credentials.invite(person("secretary"), actor("administrator"))
    assert signed_in_name(client) is None
    assert give(client, "secretary").status_code == 422, "who knows the password sets up codes"
    path, new = f"/invitation/{token}", "sju blåa hästar springer"
    response = client.submit(path, {"password": new, "again": new})
    assert response.location == "/sign-in/code/new"


def test_an_instance_may_ask_everybody_for_codes(tmp_path, city_database, compiled) -> None:
    settings = make_settings(tmp_path / "instance", second_factor_for_all=True)
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        give_password("viewer")
        client = app.test_client()
        assert give(client, "viewer").location == "/sign-in/code/new"
        assert signed_in_name(client) is None
