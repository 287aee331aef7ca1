"""An empty instance begins with what every city needs, and nothing invented."""

import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.config import ROOT, Settings
from app.extensions import db
from tests.conftest import make_settings, running
from tests.importing.conftest import contents

ALL = {
    "--city-fi": 'Kuviteltu "kaupunki"',
    "--city-sv": "Påhittade staden\\",
    "--language": "sv",
    "--administrator": "Aino Esimerkki",
    "--programme-fi": "Oma ohjelma",
    "--programme-sv": "Eget program",
    "--first-year": "2030",
    "--last-year": "2031",
}


@pytest.fixture
def new_app(settings: Settings, compiled: Path) -> Iterator[Flask]:
    """Return an app that has neither tables nor settings of its own yet."""
    with running(settings, compiled) as app:
        yield app


def call(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner(catch_exceptions=False).invoke(args=list(args))
    db.session.rollback()
    return result.exit_code, result.output


def rows(query: str) -> list[tuple[object, ...]]:
    found = [tuple(row) for row in db.session.execute(text(query))]
    db.session.rollback()
    return found


def test_init_takes_what_the_options_say(new_app: Flask, settings: Settings) -> None:
    code, output = call(new_app, "init", *(part for option in ALL.items() for part in option))
    assert code == 0, output
    made = Settings.model_validate({"instance": settings.instance})
    assert (made.city_name_fi, made.city_name_sv, made.default_language) == (
        ALL["--city-fi"],
        ALL["--city-sv"],
        "sv",
    )
    assert rows("SELECT key, name, language, invented FROM user_account") == [
        ("administrator", "Aino Esimerkki", "sv", 0)
    ]
    assert rows("SELECT role FROM role_grant") == [("administrator",)]
    assert rows("SELECT name_fi, name_sv, first_year, last_year, invented FROM programme") == [
        ("Oma ohjelma", "Eget program", 2030, 2031, 0)
    ]
    assert rows("SELECT year, phase, imported FROM roadmap") == [
        (2030, "planned", 0),
        (2031, "planned", 0),
    ]
    assert rows("SELECT code, kind, colour FROM theme ORDER BY position") == [
        ("A", "theme", 1),
        ("B", "theme", 2),
        ("C", "theme", 3),
        ("K", "enabler", 4),
    ]
    assert rows("SELECT kind, count(*) FROM classification_value GROUP BY kind") == [
        ("beneficiary", 3),
        ("development_model", 2),
        ("level", 4),
        ("long_term_benefit", 3),
        ("source", 4),
    ]
    assert rows("SELECT count(*) FROM measure") == [(0,)]


def test_init_takes_the_usual_where_nobody_can_be_asked(new_app: Flask, settings: Settings) -> None:
    code, output = call(new_app, "init", "--first-year", "2030")
    assert code == 0, output
    assert rows("SELECT name_fi, name_sv, last_year FROM programme") == [
        ("Digiohjelma 2030–2032", "Digiprogram 2030–2032", 2032)
    ]
    assert (settings.instance / "settings.toml").read_text(encoding="utf-8") == (
        'city_name_fi = "Porvoo"\ncity_name_sv = "Borgå"\ndefault_language = "fi"\n'
    )


def test_init_writes_over_neither_settings_nor_data(new_app: Flask, settings: Settings) -> None:
    settings_file = settings.instance / "settings.toml"
    settings.instance.mkdir()
    settings_file.write_text('city_name_fi = "Oma"\n')
    code, output = call(new_app, "init")
    assert code == 1
    assert "settings.toml exists; with --force it is written anew" in output
    assert settings_file.read_text() == 'city_name_fi = "Oma"\n'
    assert call(new_app, "init", "--force")[0] == 0
    before, settings_before = contents(), settings_file.read_text()
    code, output = call(new_app, "init", "--force")
    assert code == 1
    assert "the database has a programme" in output
    assert (contents(), settings_file.read_text()) == (before, settings_before)


@pytest.mark.parametrize(
    "options",
    [
        ("--first-year", "2031", "--last-year", "2030"),
        ("--first-year", "1999"),
        ("--city-fi", " "),
        ("--city-sv", "Bor\ngå"),
        ("--administrator", "A" * 201),
        ("--language", "en"),
    ],
    ids=lambda options: options[0],
)
def test_init_refuses_what_is_no_answer(
    new_app: Flask, settings: Settings, options: tuple[str, ...]
) -> None:
    code, _output = call(new_app, "init", *options)
    assert code == 2
    assert not (settings.instance / "settings.toml").exists()


def test_start_without_the_demo_makes_an_empty_instance_once(
    new_app: Flask, settings: Settings
) -> None:
    code, output = call(new_app, "start-up", "--no-demo")
    assert code == 0
    assert output.startswith("Address: http://127.0.0.1:5000\nAdministrator (administrator) ")
    assert rows("SELECT count(*) FROM programme") == [(1,)]
    assert rows("SELECT count(*) FROM measure") == [(0,)]
    before = contents()
    (settings.instance / "settings.toml").write_text('city_name_fi = "Oma"\n')
    assert call(new_app, "start-up", "--demo")[0] == 0
    assert contents() == before
    assert (settings.instance / "settings.toml").read_text() == 'city_name_fi = "Oma"\n'


def test_start_names_the_address_of_the_settings(tmp_path: Path, compiled: Path) -> None:
    with running(make_settings(tmp_path, host="::1", port=8000), compiled) as app:
        code, output = call(app, "start-up", "--no-demo")
        assert code == 0
        assert output.startswith("Address: http://[::1]:8000\n")
        assert "http://[::1]:8000/invitation/" in output


def test_instance_without_the_demo_names_no_sign_ins(demo_app: Flask, compiled: Path) -> None:
    instance = demo_app.config["SETTINGS"].instance
    with running(make_settings(instance, demo=False), compiled) as app:
        assert call(app, "start-up") == (0, "Address: http://127.0.0.1:5000\n")


def test_init_asks_on_a_terminal(tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    answers = ["2030", "", "sv", "Oma", "", "Aino Esimerkki", "", "Eget program"]
    os.write(terminal, "".join(f"{answer}\n" for answer in answers).encode())
    environment = {**os.environ, "INSTANCE": str(tmp_path), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "init"]
    result = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, stdin=end, capture_output=True, text=True
    )
    os.close(terminal)
    os.close(end)
    assert result.returncode == 0, result.stderr
    assert "Last year of the programme [2032]: " in result.stdout
    with sqlite3.connect(tmp_path / "roadmap.sqlite") as connection:
        programme = connection.execute("SELECT name_fi, name_sv, last_year FROM programme")
        assert programme.fetchall() == [("Digiohjelma 2030–2032", "Eget program", 2032)]
    connection.close()
    assert 'city_name_fi = "Oma"' in (tmp_path / "settings.toml").read_text(encoding="utf-8")
