"""Settings: from the environment, else from the instance's file, else the defaults."""

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.config import Settings


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an instance folder of which the environment tells, and nothing else."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    return tmp_path


def test_environment_goes_before_the_file_and_the_file_before_the_default(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (instance / "settings.toml").write_text(
        'city_name_fi = "Kuvitelma"\ncity_name_sv = "Påhitt"\nnot_updated_days = 90\n'
    )
    monkeypatch.setenv("CITY_NAME_FI", "Esimerkki")
    monkeypatch.setenv("PORT", "8080")
    settings = Settings()
    assert settings.city_name_fi == "Esimerkki"
    assert settings.city_name_sv == "Påhitt"
    assert settings.not_updated_days == 90
    assert settings.port == 8080
    assert settings.host == "127.0.0.1"


def test_database_is_a_file_of_the_instance_unless_told_otherwise(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().database_address == f"sqlite:///{instance}/roadmap.sqlite"
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://db/roadmap")
    assert Settings().database_address == "postgresql+psycopg://db/roadmap"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "http"),
        ("DEMO", "perhaps"),
        ("DEFAULT_LANGUAGE", "en"),
        *(
            (name.upper(), days)
            for name in Settings.model_fields
            if name.startswith("keep_")
            for days in ("0", "-1", "36501", "for ever", "")
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(
    instance: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_secret_key_is_made_once_and_is_its_owners_alone(instance: Path) -> None:
    key = Settings().key()
    assert len(key) >= 48
    assert Settings().key() == key
    assert stat.S_IMODE((instance / "secret_key").stat().st_mode) == 0o600


def test_secret_key_of_the_environment_is_not_written_down(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "from outside")
    assert Settings().key() == "from outside"
    assert not (instance / "secret_key").exists()
    assert "from outside" not in repr(Settings())


def test_city_has_its_names_in_both_languages(instance: Path) -> None:
    settings = Settings(city_name_fi="Kuvitelma", city_name_sv="Påhitt")
    assert settings.in_language("city_name", "fi") == "Kuvitelma"
    assert settings.in_language("city_name", "sv") == "Påhitt"
