"""A PostgreSQL server, and an app whose database on it holds the demo."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from app.accounts import queries as people
from app.accounts import roles
from app.config import Settings
from app.core.database import writing
from app.core.policy import Role
from tests.client import LintingClient, sign_in_as
from tests.conftest import make_settings, running
from tests.tools import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Return the address of a database of a running server; it is only there to make others."""
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def demo_template(server: str, compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of a database that `flask start-up --demo` made; never write to it."""
    settings = database("demo", server, tmp_path_factory.mktemp("demo"))
    with running(settings, compiled) as app:
        result = app.test_cli_runner().invoke(args=["start-up", "--demo"])
    assert result.exit_code == 0, result.output
    return "demo"


@pytest.fixture
def settings(server: str, demo_template: str, tmp_path: Path) -> Iterator[Settings]:
    """Return the settings of an instance with a copy of the demo."""
    yield database("test", server, tmp_path, template=demo_template)
    _execute(server, "DROP DATABASE test")


@pytest.fixture
def demo_app(settings: Settings, compiled: Path) -> Iterator[Flask]:
    """Return an app with the demo data on PostgreSQL, in its context."""
    with running(settings, compiled) as app:
        yield app


@pytest.fixture
def secretaries(demo_app: Flask, actor) -> Sequence[LintingClient]:
    """Return clients of two people who manage proposals."""
    with writing():
        roles.give_role(people.user_by_key("member"), Role.SECRETARY, actor("administrator"))
    return [sign_in_as(demo_app.test_client(), each) for each in ("secretary", "member")]


def database(name: str, server: str, instance: Path, template: str = "template0") -> Settings:
    """Make a database as a copy of `template`, and return the settings of an instance with it."""
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server).set(database=name)
    return make_settings(instance, database_url=url.render_as_string(hide_password=False))


def _execute(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
