"""In production the tool starts with safe settings only, and says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask, request

from app import create_app
from app.config import ROOT, Settings, UnfitForProduction
from tests import lint
from tests.conftest import copy_database, make_settings, running

KEY = "Kqv3T0bWmXn9sYc7LdR2hJ5pZf8gA4eU"

SAFE = {
    "production": True,
    "demo": False,
    "https": True,
    "public_url": "https://digi.example.org",
    "trusted_hosts": ("digi.example.org",),
    "secret_key": KEY,
}


MAIL = {"smtp_host": "mail.city.example", "mail_from": "digi@city.example"}


def safe(instance: Path, **given: object) -> Settings:
    return make_settings(instance, **{**SAFE, **given})


@pytest.fixture
def production(tmp_path: Path, compiled: Path):
    """Return an app in production; its database is empty."""
    with running(safe(tmp_path), compiled) as app:
        yield app


def test_safe_settings_start(production: Flask) -> None:
    assert production.config["SECRET_KEY"] == KEY


@pytest.mark.parametrize(
    "given",
    [
        MAIL,
        {**MAIL, "smtp_security": "tls"},
        {**MAIL, "smtp_security": "none", "smtp_host": "localhost"},
        {**MAIL, "smtp_security": "none", "smtp_host": "127.0.0.1"},
        {**MAIL, "smtp_security": "none", "smtp_host": "::1"},
        {"smtp_security": "none"},
    ],
)
def test_mail_goes_encrypted_or_stays_on_the_machine(
    tmp_path: Path, given: dict[str, object]
) -> None:
    create_app(safe(tmp_path, **given))


@pytest.mark.parametrize(
    "address", ["", "digi", "a@b@c", "digi@example.org\nBcc: x@y.z", "a b@c.d"]
)
def test_mail_comes_from_one_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="an address such as"):
        make_settings(tmp_path, mail_from=address)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"demo": True}, "DEMO"),
        ({"https": False}, "HTTPS"),
        ({"public_url": ""}, "PUBLIC_URL"),
        ({"public_url": "http://digi.example.org"}, "PUBLIC_URL"),
        ({"trusted_hosts": ()}, "TRUSTED_HOSTS"),
        ({**MAIL, "smtp_security": "none"}, "SMTP_SECURITY"),
        ({**MAIL, "mail_from": "digi@example.org"}, "MAIL_FROM"),
        ({"secret_key": KEY[1:]}, "SECRET_KEY"),
        ({"secret_key": "secret" * 10}, "SECRET_KEY"),
        (
            {"secret_key": "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"},
            "SECRET_KEY",
        ),
    ],
)
def test_each_unsafe_setting_is_named(tmp_path: Path, given: dict[str, object], named: str) -> None:
    with pytest.raises(UnfitForProduction) as unfit:
        create_app(safe(tmp_path, **given))
    assert [fault.partition(" ")[0] for fault in unfit.value.faults] == [named]
    assert KEY[1:] not in str(unfit.value)


def test_the_debugger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(UnfitForProduction, match="FLASK_DEBUG must be off"):
        create_app(safe(tmp_path))


def test_the_key_that_the_instance_makes_is_good(tmp_path: Path) -> None:
    create_app(safe(tmp_path, secret_key=""))
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_weak_key_in_the_instance_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(UnfitForProduction, match="SECRET_KEY"):
        create_app(safe(tmp_path, secret_key=""))


def test_a_database_with_people_of_the_demo_is_refused(tmp_path: Path, city_database: Path) -> None:
    settings = safe(tmp_path / "instance")
    copy_database(city_database, settings)
    with pytest.raises(UnfitForProduction, match="demo's database"):
        create_app(settings)


def test_an_empty_database_is_not_filled_with_the_demo(production: Flask) -> None:
    result = production.test_cli_runner().invoke(args=["start-up", "--demo"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "Address: https://digi.example.org"
    assert lines[2].startswith("  https://digi.example.org/invitation/")
    assert "Demo" not in result.output


def test_nobody_signs_in_by_one_click(production: Flask) -> None:
    production.test_cli_runner().invoke(args=["start-up"])
    client = production.test_client()
    address = "https://digi.example.org/sign-in"
    production.config["WTF_CSRF_ENABLED"] = False
    assert client.post(address, data={"person": "administrator"}).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "digi.example.org.evil.example", "127.0.0.1"])
def test_by_another_name_the_tool_does_not_answer(production: Flask, host: str) -> None:
    response = production.test_client().get("/healthz", base_url=f"https://{host}")
    assert (response.status_code, response.mimetype) == (400, "text/plain")
    for name, value in lint.HEADERS.items():
        assert response.headers[name] == value
    own = production.test_client().get("/healthz", base_url="https://digi.example.org")
    assert own.status_code == 200


def test_the_session_cookie_belongs_to_the_host_alone(production: Flask) -> None:
    production.test_cli_runner().invoke(args=["start-up"])
    response = production.test_client().get("/sign-in", base_url="https://digi.example.org")
    cookies = response.headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if "session=" in cookie)
    name, *attributes = session.split("; ")
    assert name.startswith("__Host-session=")
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize(("proxies", "seen"), [(0, "10.0.0.9"), (1, "10.0.0.7"), (2, "192.0.2.1")])
def test_only_own_proxies_say_who_the_reader_is(
    tmp_path: Path, compiled: Path, proxies: int, seen: str
) -> None:
    with running(make_settings(tmp_path, trusted_proxies=proxies), compiled) as app:
        app.add_url_rule("/who", view_func=lambda: {"who": request.remote_addr})
        answer = app.test_client().get(
            "/who",
            headers={"X-Forwarded-For": "192.0.2.1, 10.0.0.7", "X-Forwarded-Host": "evil.example"},
            environ_base={"REMOTE_ADDR": "10.0.0.9"},
        )
    assert answer.json == {"who": seen}


def start(instance: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the tool by its command, as `make run` does first."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "start-up"],
        cwd=ROOT,
        env={**os.environ, "INSTANCE": str(instance), "DATABASE_URL": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_it_on_one_line(tmp_path: Path) -> None:
    result = start(tmp_path, PRODUCTION="1", SECRET_KEY="short", TRUSTED_HOSTS="")
    assert result.returncode == 3
    (line,) = result.stderr.splitlines()
    for name in ("DEMO", "HTTPS", "PUBLIC_URL", "TRUSTED_HOSTS", "SECRET_KEY"):
        assert f"{name} must" in line


def test_a_setting_that_is_none_is_said_without_a_traceback(tmp_path: Path) -> None:
    result = start(tmp_path, PUBLIC_URL="digi.example.org")
    assert result.returncode == 3
    (line,) = result.stderr.splitlines()
    assert "PUBLIC_URL" in line


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", False), ("::1", False), ("192.0.2.7", True)]
)
def test_a_demo_that_others_reach_is_warned_of(
    settings: Settings, demo_app: Flask, compiled: Path, host: str, warned: bool
) -> None:
    with running(make_settings(settings.instance, host=host), compiled) as app:
        result = app.test_cli_runner().invoke(args=["start-up"])
    assert result.exit_code == 0, result.output
    assert ("Warning: DEMO is true" in result.output) is warned
