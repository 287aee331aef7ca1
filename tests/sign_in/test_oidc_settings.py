"""Instances without the city's account, and those whose settings or packages are not complete."""

import os
import subprocess
import sys

import pytest
from flask import Flask
from pydantic import ValidationError

from app.config import ROOT, Settings, UnfitForProduction
from app.core.policy import Role
from tests.conftest import make_settings

ADDRESSES = ("/sign-in/city-account", "/sign-in/returned?code=x&state=y")

# A module that is None in sys.modules cannot be imported, as if it were not installed.
WITHOUT_THE_EXTRA = """
import sys
for name in ("authlib", "joserfc", "requests"):
    sys.modules[name] = None
from app import create_app
client = create_app().test_client()
print(client.get("/sign-in").status_code, client.get("/sign-in/city-account").status_code)
print(client.get("/sign-in", headers={"Accept-Language": "sv"}).text)
"""


def test_without_settings_nothing_of_it_is_there(app: Flask, client) -> None:
    assert "city-account" not in client.get("/sign-in").text
    for address in ADDRESSES:
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("issuer", ["", "https://id.example.org"])
def test_without_the_packages_the_tool_runs_and_says_what_is_missing(
    tmp_path, city_database, issuer: str
) -> None:
    (tmp_path / "roadmap.sqlite").write_bytes(city_database.read_bytes())
    environment = {
        **os.environ,
        "INSTANCE": str(tmp_path),
        "DATABASE_URL": "",
        "DEMO": "false",
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": "roadmap",
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("200 404")
    assert ("en del av tjänsten saknas" in done.stdout) == bool(issuer)
    assert ("packages of the extra oidc are missing" in done.stderr) == bool(issuer)
    assert 'href="/sign-in/city-account' not in done.stdout


def test_settings_come_from_the_environment(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv("OIDC_ISSUER", "https://id.example.org/city/")
    monkeypatch.setenv("OIDC_CLIENT_ID", "roadmap")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "not to be shown")
    monkeypatch.setenv("OIDC_ROLES", '{"digi-secretaries": "secretary", "17": "board_secretary"}')
    settings = Settings()
    assert settings.oidc_issuer == "https://id.example.org/city/"
    assert settings.oidc_roles == {
        "digi-secretaries": Role.SECRETARY,
        "17": Role.BOARD_SECRETARY,
    }
    assert "not to be shown" not in repr(settings)


def test_roles_come_from_the_file_of_the_instance_too(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.delenv("OIDC_ROLES", raising=False)
    (tmp_path / "settings.toml").write_text('[oidc_roles]\n"digi admins" = "administrator"\n')
    assert Settings().oidc_roles == {"digi admins": Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"oidc_issuer": "https://id.example.org"}, "oidc_client_id"),
        ({"oidc_issuer": "id.example.org", "oidc_client_id": "x"}, "oidc_issuer"),
        ({"oidc_issuer": "ftp://id.example.org", "oidc_client_id": "x"}, "oidc_issuer"),
        ({"oidc_scopes": "profile email"}, "oidc_scopes"),
        ({"oidc_roles": {"digi": "king"}}, "oidc_roles"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(tmp_path, given, named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        make_settings(tmp_path, **given)


def test_production_asks_for_an_issuer_by_https(tmp_path) -> None:
    given = {"production": True, "oidc_client_id": "roadmap"}
    settings = make_settings(tmp_path, oidc_issuer="http://id.example.org", **given)
    with pytest.raises(UnfitForProduction, match="OIDC_ISSUER"):
        settings.check_production(debug=False)
    settings = make_settings(tmp_path, oidc_issuer="https://id.example.org", **given)
    with pytest.raises(UnfitForProduction) as refused:
        settings.check_production(debug=False)
    assert "OIDC_ISSUER" not in str(refused.value)
