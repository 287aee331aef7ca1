"""The demo: real roadmaps, and invented people, units and proposals around them."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.accounts import operations as accounts
from app.accounts.models import Unit, User
from app.accounts.operations import INSTALLER
from app.accounts.roles import give_role
from app.config import ROOT
from app.core import clock
from app.core.policy import Role
from app.importing.apply import apply_plan
from app.importing.invention import Invention
from app.importing.plan import AsOf, as_of, plan_import
from app.organisation import operations as organisation
from app.programmes import operations as programmes
from app.programmes.states import Phase
from app.vocabulary import operations as vocabulary

FOLDER = ROOT / "demo"

_OCTOBER, _DECEMBER = as_of("2024-10"), as_of("2025-12-02")

ROADMAPS: tuple[tuple[str, Mapping[int, AsOf], Mapping[int, date]], ...] = (
    ("roadmap-2024.csv", {2024: _OCTOBER, 2025: _DECEMBER}, {2024: date(2024, 1, 22)}),
    ("roadmap-2024-additions.csv", {2024: _OCTOBER, 2025: _DECEMBER}, {}),
    ("roadmap-2025.csv", {2025: _DECEMBER}, {2025: date(2025, 1, 13)}),
    ("roadmap-2026.csv", {}, {}),
)
"""The files, the days that their status columns speak of, and those of the board's approval."""

_ISSUER = "https://sign-in.example.org"
PROPOSALS = ("proposals.toml", "further-proposals.toml")
"""The files of the invented proposals."""


def make_demo() -> None:
    """Fill the empty database; the caller commits, so that there is never half a demo."""
    vocabulary.add_start_values(INSTALLER)
    _add_organisation(_read("organisation.toml"), clock.today())
    # When the city board approved the programme is not known, and nothing is made up.
    programme = programmes.add_programme(
        "Digiohjelma 2024–2026",
        "Digiprogram 2024–2026",
        2024,
        2026,
        INSTALLER,
        phase=Phase.APPROVED,
        imported=True,
    )
    programmes.add_start_themes(programme, INSTALLER)
    for name, days, boards in ROADMAPS:
        plan = plan_import((FOLDER / name).read_bytes(), days, boards)
        if plan.faults:
            raise ValueError(f"{name}: {plan.faults[0]}")
        apply_plan(plan)
    reviews = {row.pop("name"): row for row in _read("reviews.toml")["measure"]}
    Invention().make([row for name in PROPOSALS for row in _read(name)["proposal"]], reviews)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _add_organisation(data: Mapping[str, Any], today: date) -> None:
    units = {row["key"]: organisation.add_unit(**row, actor=INSTALLER) for row in data["unit"]}
    users = {row["key"]: _add_person(row, units[row["unit"]]) for row in data["person"]}
    for row in data["post"]:
        organisation.add_post(
            row["key"],
            row["title_fi"],
            row["title_sv"],
            units[row["unit"]],
            INSTALLER,
            holder=users.get(row.get("holder")),
            deputy=users.get(row.get("deputy")),
        )
    for row in data["deputy"]:
        give_role(
            users[row["person"]],
            Role[row["role"].upper()],
            INSTALLER,
            first_day=today + timedelta(days=row["first_day"]),
            last_day=today + timedelta(days=row["last_day"]),
            deputy_for_id=users[row["for"]].id,
        )


def _add_person(row: Mapping[str, Any], unit: Unit) -> User:
    user = accounts.add_user(
        row["key"],
        row["name"],
        row["language"],
        [Role[role.upper()] for role in row["roles"]],
        INSTALLER,
        unit=unit,
        email=f"{row['key']}@example.org",
        invented=True,
    )
    if "subject" in row:
        accounts.add_identity(user, _ISSUER, row["subject"], INSTALLER)
    if row.get("disabled"):
        accounts.disable(user, INSTALLER)
    return user
