"""Guessing is slowed down, whoever guesses and however many processes answer."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.failures import account_digest
from app.accounts.models import SignInFailure
from app.config import ROOT
from app.core.database import writing
from app.extensions import db
from app.sign_in import throttle
from tests.client import LintingClient
from tests.html import document_of, first, text_of
from tests.sign_in.passwords import (
    SECRET,
    code_of,
    give,
    give_password,
    signed_in_name,
)

HERE = "192.0.2.7"
WRONG = "viisi punaista hevosta"

WAITS = [30, 60, 120, 240, 480, 900, 900]
"""Seconds to wait after the fifth failure and each further one."""


NOW = datetime.fromisoformat("2026-11-22T12:00:00")


def attempt(name: str = "member", address: str = HERE) -> None:
    with writing(counted=False):
        throttle.attempt(name, address, NOW)


def wait(name: str = "member", address: str = HERE) -> int:
    """Return for how many seconds the next try would not be looked at; nothing is counted."""
    try:
        with writing(counted=False):
            failure_id = throttle.attempt(name, address, NOW)
            throttle.take_back(failure_id)
    except throttle.TooMany as refused:
        return round(refused.wait.total_seconds())
    return 0


def let_pass(**given: float) -> None:
    """Let time pass, by making all failures older."""
    db.session.rollback()
    for failure in db.session.scalars(select(SignInFailure)).all():
        failure.happened_at -= timedelta(**given)
    db.session.commit()


def failures() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SignInFailure)) or 0


def test_five_failures_are_free_and_then_the_wait_grows(app: Flask) -> None:
    for _ in range(5):
        assert wait() == 0
        attempt()
    for seconds in WAITS:
        assert wait() == seconds
        let_pass(seconds=seconds - 1)
        assert wait() == 1
        let_pass(seconds=1)
        assert wait() == 0
        attempt()


def test_a_try_during_the_wait_makes_it_no_longer(app: Flask) -> None:
    for _ in range(5):
        attempt()
    for _ in range(3):
        with pytest.raises(throttle.TooMany):
            attempt()
    assert failures() == 5
    assert wait() == 30


def test_no_account_waits_for_longer_than_a_quarter_of_an_hour(app: Flask) -> None:
    for number in range(200):
        attempt(address=f"192.0.2.{number}")
        let_pass(minutes=15)
    attempt(address="198.51.100.1")
    assert wait(address="198.51.100.1") == 900


def test_failures_are_forgotten_after_a_day_and_by_signing_in(app: Flask) -> None:
    for _ in range(5):
        attempt()
    with writing():
        throttle.forget("member")
    assert wait() == 0
    for _ in range(5):
        attempt()
    let_pass(days=1)
    assert wait() == 0


def test_accounts_do_not_slow_each_other_down(app: Flask) -> None:
    for _ in range(5):
        attempt("member")
    assert wait("member") == 30
    assert wait("member2") == 0


@pytest.mark.parametrize("other", ["MEMBER", "Member", "ｍｅｍｂｅｒ"])
def test_other_spellings_of_a_name_count_for_it(app: Flask, other: str) -> None:
    for _ in range(5):
        attempt(other)
    assert wait("member") == 30


def test_thirty_failures_of_an_address_in_a_quarter_of_an_hour(app: Flask) -> None:
    for number in range(30):
        assert wait("somebody") == 0
        attempt(f"name {number}")
        let_pass(seconds=10)
    # The oldest is 300 seconds old, and must be 900.
    assert wait("somebody") == 600
    assert wait("somebody", "192.0.2.8") == 0
    let_pass(seconds=600)
    assert wait("somebody") == 0


def test_of_ipv6_the_network_counts(app: Flask) -> None:
    for number in range(30):
        attempt(f"name {number}", f"2001:db8:1:2::{number:x}")
    assert wait("somebody", "2001:db8:1:2:ffff::1") == 900
    assert wait("somebody", "2001:db8:1:3::1") == 0


def test_neither_names_nor_addresses_are_kept(app: Flask, client: LintingClient) -> None:
    give(client, "my password by mistake", WRONG)
    kept = db.session.execute(select(SignInFailure.account, SignInFailure.address)).one()
    assert all(len(each) == 64 and set(each) <= set("0123456789abcdef") for each in kept)
    db.session.rollback()
    before = kept.account
    app.config["SECRET_KEY"] = "another key"
    assert account_digest("my password by mistake") != before, "everybody can make the digest"


def test_a_page_says_when_to_try_again(app: Flask, client: LintingClient) -> None:
    give_password("member")
    for _ in range(5):
        assert give(client, "member", WRONG).status_code == 422
    refused = give(client, "member")
    assert refused.status_code == 429
    assert 25 <= int(refused.headers["Retry-After"]) <= 30
    assert "minuutin" in text_of(first(document_of(refused).root, ".//main"))
    assert signed_in_name(client) is None
    let_pass(seconds=30)
    assert give(client, "member").status_code == 303
    assert failures() == 0


def test_what_is_right_does_not_count(app: Flask, client: LintingClient) -> None:
    give_password("secretary", SECRET)
    for _ in range(7):
        assert give(client, "secretary").status_code == 303
    assert failures() == 0


def test_codes_are_counted_like_passwords_and_with_them(app: Flask, client) -> None:
    give_password("secretary", SECRET)
    for _ in range(5):
        # Whoever knows the password wins no tries by giving it again.
        give(client, "secretary")
        assert client.submit("/sign-in/code", {"code": "000000"}).status_code == 422
    refused = client.submit("/sign-in/code", {"code": code_of()})
    assert refused.status_code == 429
    assert signed_in_name(client) is None
    assert give(client, "secretary").status_code == 429


def test_changing_the_password_is_no_way_round(app: Flask, client: LintingClient) -> None:
    give_password("member")
    give(client, "member")
    new = "seitsemän kuunvaloa"
    for _ in range(5):
        form = {"current": WRONG, "password": new, "again": new}
        assert client.submit("/my/password", form).status_code == 422
    assert client.submit("/my/password", form).status_code == 429
    assert give(app.test_client(), "member").status_code == 429


def test_links_that_do_not_work_count_for_their_address(app: Flask, client) -> None:
    for number in range(30):
        assert client.forge(f"/invitation/guess-{number}").status_code == 404
    assert client.forge("/invitation/another").status_code == 429


def test_many_at_once_get_no_more_tries_than_one_after_the_other(app: Flask) -> None:
    """Four processes of the tool try at the same time; argon2 would take far longer than that."""
    program = (
        "from wsgi import app\n"
        "from app.core import clock\n"
        "from app.core.database import writing\n"
        "from app.sign_in import throttle\n"
        "with app.app_context():\n"
        "    for _ in range(10):\n"
        "        try:\n"
        "            with writing(counted=False):\n"
        f"                throttle.attempt('member', '{HERE}', clock.now())\n"
        "        except throttle.TooMany:\n"
        "            pass\n"
    )
    settings = app.config["SETTINGS"]
    environment = {
        "INSTANCE": str(settings.instance),
        "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
        "PATH": "",
    }

    def run(_number: int) -> int:
        command = [sys.executable, "-c", program]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [0] * 4
    assert failures() == 5
