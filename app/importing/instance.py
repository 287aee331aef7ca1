"""An empty instance: its settings, its first administrator and its programme."""

import json
from dataclasses import dataclass
from pathlib import Path

from app.accounts import operations as accounts
from app.accounts.models import User
from app.accounts.operations import INSTALLER
from app.config import Language, Settings
from app.core.policy import Role
from app.programmes import operations as programmes
from app.programmes.states import Phase
from app.vocabulary import operations as vocabulary


@dataclass(frozen=True)
class Beginning:
    """What a new instance begins with."""

    city_fi: str
    city_sv: str
    language: Language
    administrator: str
    programme_fi: str
    programme_sv: str
    first_year: int
    last_year: int


def usual_beginning(settings: Settings, first_year: int, last_year: int) -> Beginning:
    """Return the beginning that is offered: the city of the settings, a programme of its years."""
    return Beginning(
        city_fi=settings.city_name_fi,
        city_sv=settings.city_name_sv,
        language=settings.default_language,
        administrator="Administrator",
        programme_fi=f"Digiohjelma {first_year}–{last_year}",
        programme_sv=f"Digiprogram {first_year}–{last_year}",
        first_year=first_year,
        last_year=last_year,
    )


def settings_file(settings: Settings) -> Path:
    """Return where the settings of the instance stand."""
    return settings.instance / "settings.toml"


def write_settings(path: Path, beginning: Beginning) -> None:
    """Write the settings of the instance, whole or not at all."""
    values = {
        "city_name_fi": beginning.city_fi,
        "city_name_sv": beginning.city_sv,
        "default_language": beginning.language,
    }
    # What JSON writes of a text without control characters is also TOML.
    text = "".join(
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def make_instance(beginning: Beginning) -> User:
    """Fill the empty database with what every city needs, and nothing invented.

    Returns the first administrator.
    """
    vocabulary.add_start_values(INSTALLER)
    administrator = accounts.add_user(
        "administrator",
        beginning.administrator,
        beginning.language,
        [Role.ADMINISTRATOR],
        INSTALLER,
    )
    programme = programmes.add_programme(
        beginning.programme_fi,
        beginning.programme_sv,
        beginning.first_year,
        beginning.last_year,
        INSTALLER,
    )
    programmes.add_start_themes(programme, INSTALLER)
    for year in range(beginning.first_year, beginning.last_year + 1):
        programmes.add_roadmap(programme, year, Phase.PLANNED, INSTALLER)
    return administrator
