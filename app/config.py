"""Settings, typed and checked at start; the only place that reads the environment."""

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

ROOT = Path(__file__).resolve().parent.parent

Language = Literal["fi", "sv"]


class Settings(BaseSettings):
    """What an instance is made of.

    A value comes from the environment (upper case, `CITY_NAME_FI=Porvoo`), else from
    `settings.toml` in the instance folder (which `flask init` writes), else from here.
    Everything that carries a city's name is one of these.

    Attributes:
        instance: Folder of the database, the secret key and `settings.toml`.
        static_root: Folder that static files are served from; `make run` gives a copy of `static/`
            with compressed copies beside the files.
        database_url: SQLAlchemy address; a SQLite file in the instance folder when empty.
        secret_key: Signs cookies and form tokens; made once in the instance folder when empty.
        https: Whether readers reach the instance by https; cookies are then Secure and HSTS sent.
        demo: Whether one-click sign-in as an invented person is offered.
        status_page_open: Whether the status page is read without signing in.
        not_updated_days: A followed measure whose newest report is older counts as
            "not updated for long".
        cost_class_m_from, cost_class_l_from: Lower limits in euro of cost classes M and L.
        query_count_header: Adds `X-Query-Count` to answers; for `make bench` only.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    instance: Path = ROOT / "instance"
    static_root: Path = ROOT / "static"
    host: str = "127.0.0.1"
    port: int = Field(default=5000, ge=1, le=65535)
    database_url: str = ""
    secret_key: str = Field(default="", repr=False)
    https: bool = False
    demo: bool = True
    default_language: Language = "fi"

    city_name_fi: str = "Porvoo"
    city_name_sv: str = "Borgå"
    tool_name_fi: str = "Digitiekartta"
    tool_name_sv: str = "Digital färdplan"
    feedback_url: str = "mailto:digi@example.org"
    accessibility_email: str = "saavutettavuus@example.org"
    privacy_email: str = "tietosuoja@example.org"

    status_page_open: bool = True
    not_updated_days: int = Field(default=180, ge=1)
    cost_class_m_from: int = Field(default=10_000, ge=1)
    cost_class_l_from: int = Field(default=50_000, ge=1)
    query_count_header: bool = False

    @field_validator("instance", "static_root")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the instance's `settings.toml` after the environment."""
        given = {**env_settings(), **init_settings()}
        instance = Path(given.get("instance", ROOT / "instance")).expanduser()
        toml = TomlConfigSettingsSource(settings_cls, instance / "settings.toml")
        return init_settings, env_settings, toml

    @property
    def database_address(self) -> str:
        """The SQLAlchemy address in use."""
        return self.database_url or f"sqlite:///{self.instance / 'roadmap.sqlite'}"

    def key(self) -> str:
        """Return the secret key; the first call on a new instance makes and keeps one."""
        if self.secret_key:
            return self.secret_key
        self.instance.mkdir(parents=True, exist_ok=True)
        path = self.instance / "secret_key"
        try:
            with open(path, "x", opener=_private) as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text()

    def in_language(self, name: str, language: str) -> str:
        """Return the setting `name`, kept in both languages, in `language` ("fi" or "sv")."""
        return str(getattr(self, f"{name}_{language}"))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
