"""`flask users`: letting people in from the command line."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import RoleGrant, User
from app.audit.models import Event
from app.core import clock
from app.extensions import db
from tests.client import LintingClient, sign_in_as
from tests.sign_in.passwords import (
    SECRET,
    credential_of,
    give,
    give_password,
    person,
    signed_in_name,
)

LINK = re.compile(r"http://127\.0\.0\.1:5000(/invitation/[\w-]{43})\?lang=(fi|sv)")


@pytest.fixture
def users(app: Flask) -> Callable[..., tuple[int, str]]:
    """Return a function that runs `flask users`, and gives its exit code and what it said."""

    def run(*args: str) -> tuple[int, str]:
        db.session.rollback()
        result = app.test_cli_runner(catch_exceptions=False).invoke(args=["users", *args])
        db.session.rollback()
        return result.exit_code, result.output

    return run


def roles_of(key: str) -> list[tuple[str, object, object]]:
    return [
        (grant.role.value, grant.first_day, grant.last_day)
        for grant in db.session.scalars(
            select(RoleGrant)
            .join(User, User.id == RoleGrant.user_id)
            .where(User.key == key)
            .order_by(RoleGrant.id)
        )
    ]


def test_add_lets_a_person_in_by_a_link(app: Flask, client: LintingClient, users) -> None:
    code, output = users(
        *("add", "maija.m", "--name", "Maija Mallikas", "--language", "sv", "--unit", "library"),
        *("--role", "proposer", "--role", "member", "--email", "maija@example.org"),
    )
    assert code == 0, output
    added = person("maija.m")
    assert (added.name, added.language, added.email) == (
        "Maija Mallikas",
        "sv",
        "maija@example.org",
    )
    assert roles_of("maija.m") == [("proposer", None, None), ("member", None, None)]
    found = LINK.search(output)
    assert found, output
    assert found[2] == "sv"
    new = "sju blåa hästar springer"
    client.submit(found[1], {"password": new, "again": new})
    assert signed_in_name(client) == "Maija Mallikas"


def test_the_link_begins_with_the_public_address(app: Flask, users) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(
        update={"public_url": "https://digi.example.org", "default_language": "sv"}
    )
    code, output = users("add", "maija.m", "--name", "Maija Mallikas")
    assert code == 0
    assert "https://digi.example.org/invitation/" in output
    assert "?lang=sv" in output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "member", "--name", "Toinen"), 1, "sign-in name already"),
        (("add", "Ä Ö", "--name", "Toinen"), 1, "letters a–z"),
        (("add", "toinen", "--name", "Toinen", "--unit", "x"), 1, "the units are: development,"),
        (("add", "toinen", "--name", "Toinen", "--role", "king"), 2, "'king' is not one of"),
        (("add", "toinen"), 2, "Missing option '--name'"),
        (("role", "nobody", "chair"), 1, "nobody signs in as nobody"),
        (("role", "member", "chair", "--last-day", "eilen"), 2, "--last-day"),
        (("role", "member", "chair", "--end"), 1, "does not hold the role chair"),
        (("role", "member", "member", "--end", "--last-day", "2030-01-01"), 2, "--end takes no"),
        (("role", "member", "chair", "--unit", "library"), 1, "Only a proposer"),
        (("disable", "administrator"), 1, "without an administrator"),
        (("disable", "nobody"), 1, "nobody signs in as nobody"),
        (("reset", "nobody"), 1, "nobody signs in as nobody"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    app: Flask, users, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = [tuple(row) for row in db.session.execute(select(Event.id))]
    result, output = users(*arguments)
    assert result == code
    assert said in " ".join(output.split())
    assert "Traceback" not in output
    assert [tuple(row) for row in db.session.execute(select(Event.id))] == before


def test_a_role_is_given_for_days_and_ended(app: Flask, users) -> None:
    today = clock.today()
    first, last = today - timedelta(days=3), today + timedelta(days=30)
    code, output = users(
        "role", "member", "chair", "--first-day", str(first), "--last-day", str(last)
    )
    assert code == 0, output
    assert f"chair from {first} to {last}" in output
    assert roles_of("member") == [("member", None, None), ("chair", first, last)]
    assert users("role", "member", "chair", "--end")[0] == 0
    assert roles_of("member")[1] == ("chair", first, today - timedelta(days=1))
    assert "chair" not in users("list")[1].split("member ", 1)[1].splitlines()[0]


def test_a_proposer_proposes_for_a_unit(app: Flask, users) -> None:
    assert users("role", "member", "proposer", "--unit", "library")[0] == 0
    assert person("member").roles[-1].unit_id == person("proposer").unit_id


def test_whoever_is_disabled_is_out_at_once(app: Flask, client: LintingClient, users) -> None:
    sign_in_as(client, "member")
    assert users("disable", "member")[0] == 0
    assert signed_in_name(client) is None
    assert "cannot sign in since" in users("list")[1]
    code, output = users("reset", "member")
    assert code == 1
    assert "cannot sign in" in output


def test_reset_makes_a_link_and_takes_the_codes_off(app: Flask, client, users) -> None:
    give_password("secretary", SECRET)
    code, output = users("reset", "secretary")
    assert code == 0
    assert credential_of("secretary").totp_secret is None
    assert give(client, "secretary").status_code == 422, "the password goes on working"
    new = "sju blåa hästar springer"
    path = LINK.search(output)[1]
    response = client.submit(path, {"password": new, "again": new})
    assert response.location == "/sign-in/code/new"


def test_list_names_everybody(app: Flask, users) -> None:
    code, output = users("list")
    assert code == 0
    lines = output.splitlines()
    assert len(lines) == len(set(lines)) == 10
    assert "board-secretary          Björn Påhitt (sv): board_secretary" in lines


def test_the_record_says_that_it_was_the_command(app: Flask, users) -> None:
    users("add", "maija.m", "--name", "Maija Mallikas", "--role", "viewer")
    query = select(Event.tag, Event.actor_id, Event.command).order_by(Event.id.desc()).limit(3)
    found = [tuple(row) for row in db.session.execute(query)]
    assert [(tag.value, who, command) for tag, who, command in reversed(found)] == [
        ("person_added", None, "flask users"),
        ("role_given", None, "flask users"),
        ("invited", None, "flask users"),
    ]


@pytest.mark.parametrize(
    ("arguments", "still_in"), [(["member"], ["chair"]), (["--everybody"], [])]
)
def test_sessions_are_ended_of_one_person_or_of_all(
    app: Flask, users, arguments: list[str], still_in: list[str]
) -> None:
    clients = {key: sign_in_as(app.test_client(), key) for key in ("member", "chair")}
    assert users("sign-out", *arguments)[0] == 0
    assert [key for key, each in clients.items() if signed_in_name(each)] == still_in


@pytest.mark.parametrize("arguments", [[], ["member", "--everybody"], ["nobody"]])
def test_it_must_be_clear_whose_sessions_end(app: Flask, client, users, arguments) -> None:
    sign_in_as(client, "member")
    assert users("sign-out", *arguments)[0] != 0
    assert signed_in_name(client)
