"""Settings, typed and checked at start; the only place that reads the environment."""

import os
import re
import secrets
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.core.policy import Role

ROOT = Path(__file__).resolve().parent.parent

Language = Literal["fi", "sv"]

SHORTEST_KEY = 32
"""Bytes that a secret key has at least in production: as many as the hash that signs with it."""

_LEAST_DIFFERENT = 10
"""Different characters that a secret key has at least, as one of fewer is no random one."""

_KNOWN_KEYS = frozenset(
    {
        # The example in Flask's own documentation.
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    }
)


class UnfitForProduction(Exception):
    """Settings with which an instance would not be safe on a network.

    Attributes:
        faults: What is wrong, each a sentence that begins with the name of the setting.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

MAIL_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""An address that every mail server understands: RFC 5321, section 4.1.2, without quotes."""

Days = Annotated[int, Field(ge=1, le=36_500)]
"""A retention time: a day at least, so that nothing is thrown away by mistake, and 100 years at
most. There is no "for ever": what is kept for ever is no setting."""


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
        production: Whether real people use the instance; it then starts with safe settings only.
        public_url: What readers reach the instance by, such as `https://digi.example.org`; links
            in messages begin with it. The server's own address when empty.
        trusted_hosts: The names by which the instance answers; a request for any other gets 400.
            In the environment they are separated by commas. All when empty.
        trusted_proxies: How many proxies of one's own stand before the server, each of which adds
            to X-Forwarded-For and X-Forwarded-Proto. These are not believed when 0.
        demo: Whether one-click sign-in as an invented person is offered.
        local_sign_in: Whether people sign in with a password that is kept here.
        second_factor_for_all: Whether everybody with such a password needs one-time codes too, not
            only administrators and secretaries.
        oidc_issuer: The issuer of the city's sign-in service, exactly as the service itself writes
            it; nobody signs in with the city's account when empty.
        oidc_client_id, oidc_client_secret: What the service knows the tool by.
        oidc_scopes: What the tool asks of the service, separated by spaces.
        oidc_roles_claim: The claim of the ID token that tells roles or groups.
        oidc_roles: The role here for each value of that claim; other values give none. In the
            environment it is JSON: `{"digi-secretaries": "secretary"}`.
        oidc_unit_claim: The claim that tells the unit of somebody new, by its key or its name.
        oidc_name_fi, oidc_name_sv: The words of the link by which the sign-in begins.
        status_page_open: Whether the status page is read without signing in.
        not_updated_days: A followed measure whose newest report is older counts as
            "not updated for long".
        meeting_quorum: How many of the steering group must be present and not disqualified for a
            decision; none is asked for when 0.
        meeting_record: Whether "minutes" or a "memo" is written of a meeting, unless one says so.
        meeting_deadline_days: How many days before a meeting a proposal must be submitted for it.
        smtp_host: The server that mail is sent through; messages stay in the outbox when empty.
        smtp_port: Its port.
        smtp_security: Whether the connection is encrypted from its start ("tls"), from a command
            on ("starttls"), or not at all ("none", for a server on the same machine alone).
        smtp_user, smtp_password: What the tool signs in to it with; nothing when empty.
        mail_from: The address that mail comes from.
        digest_hour: From which hour of the day (0-23, Finnish time) digests are sent.
        lemma_root: Folder of the dictionaries that look-alikes are found with, which
            `flask look-alikes prepare` makes.
        cost_class_m_from, cost_class_l_from: Lower limits in euro of cost classes M and L.
        keep_sessions_days: How long a session's row stays after its last use.
        keep_sign_in_failures_days: How long failed sign-ins stay.
        keep_forms_days: How long a form stays that was sent after its session had ended.
        keep_invitations_days: How long a one-time link's row stays after it has expired.
        keep_disabled_people_days: After how long somebody who may not sign in any more is erased.
        keep_personal_values_days: How long personal values stay in the record of changes.
        keep_working_copies_days: How long a form stays that was begun and not saved.
        keep_messages_days: How long messages stay in the outbox.
        keep_unsubmitted_drafts_days: How long a draft that was never submitted stays untouched.
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
    production: bool = False
    public_url: str = ""
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    demo: bool = True
    local_sign_in: bool = True
    second_factor_for_all: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_scopes: str = "openid profile email"
    oidc_roles_claim: str = "roles"
    oidc_roles: dict[str, Role] = {}
    oidc_unit_claim: str = ""
    oidc_name_fi: str = "Kirjaudu kaupungin tunnuksella"
    oidc_name_sv: str = "Logga in med stadens konto"
    default_language: Language = "fi"

    city_name_fi: str = "Porvoo"
    city_name_sv: str = "Borgå"
    tool_name_fi: str = "Digitiekartta"
    tool_name_sv: str = "Digital färdplan"
    feedback_url: str = "mailto:digi@example.org"
    accessibility_email: str = "saavutettavuus@example.org"
    privacy_email: str = "tietosuoja@example.org"

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = Field(default="", repr=False)
    mail_from: str = "digi@example.org"
    digest_hour: int = Field(default=7, ge=0, le=23)
    lemma_root: Path = ROOT / "build" / "lemmas"

    status_page_open: bool = True
    meeting_quorum: int = Field(default=0, ge=0, le=100)
    meeting_record: Literal["minutes", "memo"] = "minutes"
    meeting_deadline_days: int = Field(default=14, ge=0, le=365)
    not_updated_days: int = Field(default=180, ge=1)
    cost_class_m_from: int = Field(default=10_000, ge=1)
    cost_class_l_from: int = Field(default=50_000, ge=1)
    keep_sessions_days: Days = 30
    keep_sign_in_failures_days: Days = 30
    keep_forms_days: Days = 1
    keep_invitations_days: Days = 1
    keep_disabled_people_days: Days = 2 * 365
    keep_personal_values_days: Days = 5 * 365
    keep_working_copies_days: Days = 90
    keep_messages_days: Days = 90
    keep_unsubmitted_drafts_days: Days = 3 * 365
    query_count_header: bool = False

    @field_validator("instance", "static_root", "lemma_root")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
            raise ValueError("an address such as https://digi.example.org is needed")
        return value

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("mail_from")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if not MAIL_ADDRESS.fullmatch(value):
            raise ValueError("an address such as digi@example.org is needed")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _with_openid(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("openid must be one of them")
        return value

    @model_validator(mode="after")
    def _client_is_known(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("oidc_client_id must be given beside oidc_issuer")
        return self

    @field_validator("trusted_hosts", mode="before")
    @classmethod
    def _by_commas(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip())

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

    @property
    def address(self) -> str:
        """What readers reach the instance by, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    def check_production(self, *, debug: bool) -> None:
        """Make sure that an instance in production is safe to start.

        The key that the first start makes in the instance folder is as good as one that is given:
        it is random, 64 characters long and readable by its owner alone.

        Args:
            debug: Whether Flask runs with its debugger.

        Raises:
            UnfitForProduction: Something is not as it must be.
        """
        if not self.production:
            return
        key = self.key()
        weak = len(key.encode()) < SHORTEST_KEY or len(set(key)) < _LEAST_DIFFERENT
        checks = (
            (self.demo, "DEMO must be false."),
            (debug, "FLASK_DEBUG must be off."),
            (not self.https, "HTTPS must be true."),
            (
                urlsplit(self.public_url).scheme != "https",
                "PUBLIC_URL must be the https:// address of the instance.",
            ),
            (
                self.oidc_issuer and urlsplit(self.oidc_issuer).scheme != "https",
                "OIDC_ISSUER must be an https:// address.",
            ),
            (
                self.smtp_host and self.smtp_security == "none" and not is_own(self.smtp_host),
                "SMTP_SECURITY must be starttls or tls, as SMTP_HOST is another machine.",
            ),
            (
                self.smtp_host and self.mail_from.endswith("example.org"),
                "MAIL_FROM must be the address that mail comes from.",
            ),
            (not self.trusted_hosts, "TRUSTED_HOSTS must name the hosts of the instance."),
            (
                weak or key in _KNOWN_KEYS,
                f"SECRET_KEY must be random, of at least {SHORTEST_KEY} bytes, or be left out.",
            ),
        )
        faults = [text for wrong, text in checks if wrong]
        if faults:
            raise UnfitForProduction(faults)

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


def is_own(host: str) -> bool:
    """Tell whether the name or the address `host` means this machine, reached by no other."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
