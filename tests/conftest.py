"""What tests of every room build on: settings, an app with its database, clients, people."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event, make_url
from werkzeug.routing import Rule

from app import create_app
from app.accounts import queries as accounts
from app.config import Settings
from app.core import clock
from app.core.policy import Actor
from app.extensions import db
from tests import city
from tests.client import LintingClient, sign_in_as
from tests.recording import watch

# How long an example of a property takes says more of the machine than of the tool.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")

_FREE: dict[str, list[Flask]] = defaultdict(list)
"""Apps that no test uses now, by their settings without the instance."""

_BUILDERS: dict[object, Callable[..., tuple[str, str]]] = {}


class SharedRule(Rule):
    """The rule of an address whose functions all apps of the tests share.

    Werkzeug writes and compiles two functions for each rule, which would be most of the time of
    many tests: each makes an app of its own, and all have the same addresses.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in _BUILDERS:
            _BUILDERS[key] = super()._compile_builder(append_unknown)
        return _BUILDERS[key]


Flask.url_rule_class = SharedRule


def make_settings(instance: Path, **given: object) -> Settings:
    """Return settings that do not depend on the environment that the tests run in."""
    known = {
        "instance": instance,
        "database_url": "",
        "secret_key": "only for tests",
        "https": False,
        "demo": True,
        "default_language": "fi",
    }
    return Settings.model_validate({**known, **given})


@contextmanager
def running(settings: Settings, templates: Path) -> Iterator[Flask]:
    """Give an app in its context, and close its database at the end.

    An app of which nothing but the instance differs serves one test after another.

    Args:
        settings: The settings of the app.
        templates: Folder in which compiled templates are kept from test to test.
    """
    # Making an app, and finding out anew what it asks the database, would be a third of the tests.
    free = _FREE[settings.model_dump_json(exclude={"instance"})]
    app = free.pop() if free else _made(settings, templates)
    config, views = app.config.copy(), len(app.view_functions)
    app.config["SETTINGS"] = settings
    # A test may add addresses before its first request.
    app._got_first_request = False
    with app.app_context():
        db.engine.url = make_url(settings.database_address)
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
    app.config.clear()
    app.config.update(config)
    app.extensions.pop("known_words", None)
    # What an app knows of a sign-in service outlives the service.
    if len(app.view_functions) == views and not settings.oidc_issuer:
        free.append(app)


def _made(settings: Settings, templates: Path) -> Flask:
    """Return an app that opens whatever file its engine's address names at the time."""
    app = create_app(settings)
    app.testing = True
    # As in production: an error of ours becomes a page with 500, which the client reports.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
    app.test_client_class = LintingClient
    with app.app_context():
        engine = db.engine
    watch(engine)
    if not settings.database_url:

        @event.listens_for(engine, "do_connect")
        def open_its_file(
            _dialect: object, _record: object, arguments: list[Any], _given: object
        ) -> None:
            arguments[0] = engine.url.database

    return app


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of compiled templates."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="session")
def city_database(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Path:
    """Return a migrated SQLite file with the small city of `tests/city.py`; never write to it."""
    settings = make_settings(tmp_path_factory.mktemp("city"))
    with running(settings, compiled):
        upgrade()
        city.build()
    return settings.instance / "roadmap.sqlite"


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Path:
    """Return the SQLite file that `flask start-up --demo` makes; never write to it."""
    settings = make_settings(tmp_path_factory.mktemp("demo"))
    with running(settings, compiled) as app:
        result = app.test_cli_runner().invoke(args=["start-up", "--demo"])
    assert result.exit_code == 0, result.output
    return settings.instance / "roadmap.sqlite"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of an instance of this test's own."""
    return make_settings(tmp_path / "instance")


@pytest.fixture
def app(settings: Settings, city_database: Path, compiled: Path) -> Iterator[Flask]:
    """Return an app with the small city, in its context.

    The client's requests have contexts and database sessions of their own, so a test may go
    between requests and `db.session`: what it read before a request is read anew after it.
    """
    copy_database(city_database, settings)
    with running(settings, compiled) as app:
        yield app


@pytest.fixture
def demo_app(settings: Settings, demo_database: Path, compiled: Path) -> Iterator[Flask]:
    """Return an app with the demo data, in its context; like `app` in all else."""
    copy_database(demo_database, settings)
    with running(settings, compiled) as app:
        yield app


def copy_database(database: Path, settings: Settings) -> None:
    """Make the instance of `settings` with a copy of `database`."""
    settings.instance.mkdir()
    shutil.copy(database, settings.instance / "roadmap.sqlite")


@pytest.fixture
def client(app: Flask) -> LintingClient:
    """Return a client of `app` that checks every answer."""
    return app.test_client()


@pytest.fixture
def demo_client(demo_app: Flask) -> LintingClient:
    """Return a client of `demo_app` that checks every answer."""
    return demo_app.test_client()


@pytest.fixture
def sign_in() -> Callable[[LintingClient, str], LintingClient]:
    """Return a function that signs a client in as one person and gives the client back."""
    return sign_in_as


@pytest.fixture
def actor() -> Callable[[str], Actor]:
    """Return a function that gives the actor of one person in the app of the test."""

    def find(key: str) -> Actor:
        user = accounts.user_by_key(key)
        assert user is not None, f"nobody is called {key}"
        found = accounts.actor_of(user.id, clock.today())
        assert found is not None
        return found

    return find


@pytest.fixture
def listen() -> Iterator[Callable[..., None]]:
    """Return `event.listen` for the time of the test, as the engine may serve the next one."""
    listeners: list[tuple[object, str, Callable[..., object]]] = []

    def begin(target: object, name: str, listener: Callable[..., object]) -> None:
        event.listen(target, name, listener)
        listeners.append((target, name, listener))

    yield begin
    for each in listeners:
        event.remove(*each)


@pytest.fixture
def query_counter() -> Callable[[], AbstractContextManager[list[str]]]:
    """Return a context manager that gives the list of SQL statements run inside it."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting
